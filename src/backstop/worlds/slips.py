"""How far the event of a metric comes with moves that their own movers rank below others, over all worlds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.scenario.model import Model
from backstop.worlds.sample import Sample
from backstop.worlds.statistics import (
    Estimate,
    Summary,
    jackknife_errors,
    means_and_errors,
    sums_by_replication,
)


@dataclass(frozen=True, slots=True)
class Slips:
    """The event of a metric (of `avoid`, what is avoided) by who slipped first in the play that brings it about.

    `event`: its mean probability, or expected number; None where no world has a value. `incentive`: the part without
    any slip; `by`: by actor, the part in which this actor's slip was the first. In every world `incentive` and `by` sum
    to the event. `share` and `shares`: the part of the event that comes with a slip, and with a first slip by each
    actor, over all worlds together; nothing where the event never happens.

    >>> import backstop
    >>> result = backstop.assess(backstop.load("examples/ladder"), worlds=64, arrangements=["automatic"])
    >>> of = result.arrangements["automatic"].slips["war"]
    >>> abs(of.incentive.mean + sum(part.mean for part in of.by.values()) - of.event.mean) < 1e-12
    True
    """

    event: Estimate | None
    incentive: Summary
    by: Mapping[str, Summary]
    share: Estimate | None
    shares: Mapping[str, Estimate]

    def as_dict(self) -> dict[str, object]:
        """What it adds to the JSON of its metric."""
        return {
            "incentive": self.incentive.as_dict(),
            "slips": {actor: part.as_dict() for actor, part in self.by.items()},
            "slip_share": None if self.share is None else self.share.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class SlipSample:
    """`event`, `incentive` and, by actor, `by` of one metric in every world, each of shape (worlds,)."""

    event: FloatArray
    incentive: FloatArray
    by: Mapping[str, FloatArray]


def slip_sample(model: Model, sample: Sample, metric: str) -> SlipSample:
    """The event of a metric by slips, world by world; not a number where the metric has no value."""
    event, by = sample.metrics[metric], sample.slips[metric]
    if model.scenario.metrics[metric].kind == "avoid":
        event = 1.0 - event
    # What is left of a difference of equal numbers may be a little below nothing.
    return SlipSample(event, np.maximum(event - sum(by.values()), 0.0), by)


def summed_slips(sample: SlipSample, parts: Sequence[Summary], weights: FloatArray | None) -> Slips:
    """Slips over all worlds; `parts`: summaries of the incentive and, in their order, of the actors' first slips."""
    ((mean, error),) = means_and_errors([sample.event], weights)
    incentive, *by = parts
    share, shares = _shares(sample, weights)
    event = None if mean is None else Estimate(mean, error)
    return Slips(event, incentive, dict(zip(sample.by, by, strict=True)), share, shares)


def _shares(sample: SlipSample, weights: FloatArray | None) -> tuple[Estimate | None, Mapping[str, Estimate]]:
    """The part of the event that comes with a slip, and with a first slip by each actor."""
    rows = np.stack([sample.event, sample.event - sample.incentive, *sample.by.values()])
    rows = np.where(np.isfinite(sample.event), rows if weights is None else rows * weights, 0.0)
    sums = sums_by_replication(rows)
    event = float(sums[0].sum())
    if not event > 0.0:
        return None, {}
    errors = jackknife_errors(sums[0], sums[1:].T)
    every, *by = (
        Estimate(float(part / event), float(error) if np.isfinite(error) else None)
        for part, error in zip(sums[1:].sum(axis=1), errors, strict=True)
    )
    return every, dict(zip(sample.by, by, strict=True))
