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
class Priority:
    """What hangs on one parameter: its mean share of variance, and what knowing it is worth; `grade` of its grounds."""

    grade: str
    share: float
    evppi: Estimate | None

    @property
    def weakness(self) -> float:
        """How little the parameter rests on, from 0 to 1."""
        return WEAKNESS[self.grade]

    @property
    def score(self) -> float:
        """What the ranking goes by: weakness times share."""
        return max(0.0, self.share) * self.weakness

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        return {
            "grade": self.grade,
            "share": self.share,
            "weakness": self.weakness,
            "score": self.score,
            "evppi": None if self.evppi is None else self.evppi.as_dict(),
        }


@dataclass(frozen=True, slots=True)
class Priorities:
    """The parameters ranked for a metric, the highest score first."""

    metric: str
    worlds: int
    parameters: Mapping[str, Priority]

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of an audit."""
        return {
            "metric": self.metric,
            "worlds": self.worlds,
            "weakness": dict(WEAKNESS),
            "parameters": [{"name": name, **of.as_dict()} for name, of in self.parameters.items()],
        }


def priorities(inquiry: Inquiry, grades: Mapping[str, str], metric: str | None = None) -> Priorities:
    """The parameters of a study ranked by what hangs on them and how little they rest on.

    `grades` by parameter, a key of `WEAKNESS`. Parameters that are certain, or that nothing uses, move nothing. Raises
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
        p: Priority(
            grades[p], float(np.mean([of.get(p, 0.0) for of in shares])) if shares else 0.0, worth.get(p)
        )
        for p in model.scenario.parameters
    }
    ranked = dict(sorted(every.items(), key=lambda item: -item[1].score))
    return Priorities(name, inquiry.worlds, ranked)
