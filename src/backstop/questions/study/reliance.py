"""Evidence-weighted sensitivity: which assumption moves the answer most and rests on the least?

How much an assumption moves the answer is the share of a metric's variance that knowing it would remove, averaged over
the arrangements; how little it rests on is a weakness from 0 (proved) to 1 (judgement). Their product ranks where more
reading pays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstop.base.faults import Refused
from backstop.questions.inquiry import Inquiry, known_metric
from backstop.questions.methods.given_data import first_order_from_worlds
from backstop.questions.study.value import lasting_metric, worth_of_knowing
from backstop.questions.weighted_worlds import worlds_under
from backstop.worlds.statistics import Estimate

WEAKNESS: Mapping[str, float] = {
    "stated": 0.25,
    "implied": 0.5,
    "derived": 0.75,
    "judgement": 1.0,
    "unknown": 1.0,
}
"""By the grade of the grounds; what is not confirmed counts as judgement."""


@dataclass(frozen=True, slots=True)
class Reliance:
    """What hangs on one parameter: its mean share of variance, what knowing it is worth, weakness times share."""

    share: float
    evppi: Estimate | None
    weakness: float

    @property
    def score(self) -> float:
        """What the ranking goes by."""
        return max(0.0, self.share) * self.weakness


def reliance(
    inquiry: Inquiry, weakness: Mapping[str, float], metric: str | None = None
) -> tuple[str, dict[str, Reliance]]:
    """The metric asked about, and by parameter what hangs on it, the highest score first.

    `weakness` by parameter, from 0 to 1. Parameters that are certain, or that nothing uses, move nothing. Raises
    Refused where the metric varies under no arrangement, or under ten effective worlds.
    """
    model = inquiry.model
    name = known_metric(model, metric) if metric else lasting_metric(model)
    arrangements = list(model.levels)
    found = worlds_under(inquiry, arrangements, [name])
    shares: list[dict[str, float]] = []
    refusal: Refused | None = None
    for arrangement in arrangements:
        values, what = found.metric(name, arrangement), f"{name} under {arrangement}"
        try:
            given = first_order_from_worlds(found.used, values, found.weights, what)
        except Refused as reason:  # it does not vary there, or has no value
            refusal = reason
            continue
        shares.append({p: share.mean for p, share in given.first.items()})
    if not shares and refusal is not None:
        raise refusal
    rows = found.rows(name, arrangements)
    worth: Mapping[str, Estimate] = {}
    if len(rows) > 1 and np.isfinite(rows).all():
        worth = worth_of_knowing(found, rows, {}).evppi
    every = {
        p: Reliance(
            float(np.mean([of.get(p, 0.0) for of in shares])) if shares else 0.0,
            worth.get(p),
            weakness.get(p, 1.0),
        )
        for p in model.scenario.parameters
    }
    return name, dict(sorted(every.items(), key=lambda item: -item[1].score))
