"""How far the headline of an assessment moves with the form of the model: the other reading, and other noise.

The forms intervene: worlds keep the weights of the study as it stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.faults import InvalidInput, Refused
from backstop.game.choice import Information
from backstop.questions.event import event
from backstop.questions.study.forms import variants
from backstop.worlds.query import Progress, Query, ask
from backstop.worlds.result import Result
from backstop.worlds.statistics import FEW_WORLDS, Estimate, effective_worlds, mean_and_error

# Worlds that say how far a headline moves, unless weights leave too few of them.
_WORLDS = 4_000


@dataclass(frozen=True, slots=True)
class Headline:
    """A headline under one form of the model: the mean of a metric, and the share of worlds that meet a target.

    `moved`: how far the mean is from that of the model as it is, in the same worlds. None: no value, or no target.
    """

    mean: Estimate | None
    moved: Estimate | None
    share: Estimate | None

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        return {
            name: None if of is None else of.as_dict()
            for name, of in (("mean", self.mean), ("moved", self.moved), ("share", self.share))
        }


@dataclass(frozen=True, slots=True)
class HeadlineForms:
    """A metric under an arrangement, and the share of worlds that meet `target`, under other forms of the model.

    `base`: the headline as it is, over all worlds; the other forms are solved on the first `worlds` of them. `other`:
    the reading of payoff shocks that is not the assessment's; `read`: the headline under that reading; `halved` and
    `doubled`: with other noise. `failed` says why a form could not be solved; it is None there.
    """

    metric: str
    arrangement: str
    target: str | None
    base: Headline
    worlds: int
    other: Information
    read: Headline | None
    halved: Headline | None
    doubled: Headline | None
    failed: Mapping[str, str]

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        forms = {self.other: self.read, "noise_halved": self.halved, "noise_doubled": self.doubled}
        return {
            "metric": self.metric,
            "arrangement": self.arrangement,
            "target": self.target,
            "as_it_is": self.base.as_dict(),
            "worlds": self.worlds,
            "forms": {name: None if of is None else of.as_dict() for name, of in forms.items()},
            "failed": dict(self.failed),
        }


def headline_by_form(
    result: Result,
    metric: str,
    arrangement: str,
    target: str | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> HeadlineForms:
    """A headline of an assessment under the other reading of payoff shocks, and with noise halved and doubled.

    On the assessment's own worlds, the first 4,000 where there are more and these are worth a hundred worlds. A form
    that cannot be solved is kept with its reason.
    """
    worlds = _enough(result.weights, result.worlds)
    weights = None if result.weights is None else result.weights[:worlds]
    parameters = {n: v[:worlds] if isinstance(v, np.ndarray) else v for n, v in result.parameters.items()}
    wanted = None if target is None else event(result.model, target)
    names = tuple(dict.fromkeys((metric, *(() if wanted is None else wanted.metrics))))
    samples = result.arrangements[arrangement].samples
    whole = None if wanted is None else wanted.occurs(samples, result.parameters, result.worlds)
    base = Headline(
        _estimate(samples[metric], result.weights),
        None,
        None if whole is None else _estimate(whole, result.weights),
    )
    _, *forms = variants(result.model, result.information, periods=False)
    found: list[Headline | None] = []
    failed: dict[str, str] = {}
    for at, (label, model, information) in enumerate(forms):
        query = Query(model.levels[arrangement], names)
        told = None if progress is None else _part(progress, at, len(forms))
        try:
            (figures,) = ask(model, parameters, worlds, [query], information, threads, told)
            met = None if wanted is None else wanted.occurs(figures.metrics, parameters, worlds)
        except (InvalidInput, Refused) as error:
            failed[label] = error.faults[0].what
            found.append(None)
            continue
        values = figures.metrics[metric]
        share = None if met is None else _estimate(met, weights)
        found.append(
            Headline(_estimate(values, weights), _estimate(values - samples[metric][:worlds], weights), share)
        )
    read, halved, doubled = found
    return HeadlineForms(
        metric, arrangement, target, base, worlds, forms[0][2], read, halved, doubled, failed
    )


def _part(progress: Progress, at: int, parts: int) -> Progress:
    """Progress in one part of several that are alike."""
    return lambda done, total: progress(at * total + done, parts * total)


def _enough(weights: FloatArray | None, worlds: int) -> int:
    """How many of the worlds are solved: more than usual where the first of them are worth few."""
    count = min(_WORLDS, worlds)
    while weights is not None and count < worlds and effective_worlds(weights[:count]) < FEW_WORLDS:
        count = min(2 * count, worlds)
    return count


def _estimate(values: FloatArray, weights: FloatArray | None) -> Estimate | None:
    mean, error = mean_and_error(values, weights)
    return None if mean is None else Estimate(mean, error)
