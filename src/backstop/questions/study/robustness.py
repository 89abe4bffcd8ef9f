"""Robustness of a study's arrangements: criteria that look beyond the mean, and distance from the central world."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from backstop.base.shown import ShownTables
from backstop.base.table import Table
from backstop.base.words import listed, number, quoted, stop
from backstop.questions.inquiry import Experiment, Inquiry, levels_of, promise_of
from backstop.questions.methods.info_gap import InfoGap, info_gap
from backstop.questions.methods.robustness import Robustness, classical, criterion_named, scored
from backstop.questions.weighted_worlds import WeightedWorlds, worlds_under
from backstop.scenario.model import Model


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RobustnessScores(ShownTables):
    """Arrangements scored and ranked by criteria; `gaps` where a requirement is given."""

    format: ClassVar[str] = "backstop-robustness/1"

    model: Model
    metric: str
    arrangements: tuple[str, ...]
    more_is_better: bool
    requirement: float | None
    effective_worlds: float
    criteria: Mapping[str, Robustness]
    gaps: InfoGap | None
    notes: tuple[str, ...]

    @property
    def title(self) -> str:
        """The line above its tables."""
        return f"Robustness of {self.metric}"

    @property
    def finding(self) -> str:
        """The arrangement that is first by most criteria, and by which of them it is not."""
        scenario = self.model.scenario
        firsts = [
            sum(of.ranks[row] == 1 for of in self.criteria.values()) for row in range(len(self.arrangements))
        ]
        best = max(range(len(firsts)), key=firsts.__getitem__)
        called = [quoted(scenario.arrangements[name].titled(name)) for name in self.arrangements]
        others = [
            f"{listed(each for row, each in enumerate(called) if of.ranks[row] == 1)} by {name.replace('_', ' ')}"
            for name, of in self.criteria.items()
            if of.ranks[best] != 1
        ]
        equal = [called[row] for row, count in enumerate(firsts) if count == firsts[best] and row != best]
        text = f"{called[best]} comes first, alone or with others, by {firsts[best]} of {len(self.criteria)} criteria"
        text += f", and so {'do' if len(equal) > 1 else 'does'} {listed(equal)}" if equal else ""
        text += f"; else {listed(others)}" if others else ""
        return stop(text)

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        found: dict[str, object] = {
            "metric": self.metric,
            "more_is_better": self.more_is_better,
            "requirement": self.requirement,
            "effective_worlds": self.effective_worlds,
            "criteria": {
                name: {
                    "less_is_better": of.less_is_better,
                    "arrangements": {
                        a: {"score": float(of.scores[row]), "se": of.error(row), "rank": of.ranks[row]}
                        for row, a in enumerate(self.arrangements)
                    },
                }
                for name, of in self.criteria.items()
            },
        }
        if self.gaps is not None:
            found["info_gap"] = {a: self.gaps.as_dict(row) for row, a in enumerate(self.arrangements)}
        return found

    def tables(self) -> list[Table]:
        """Scores with ranks, and how far from the centre the requirement is met."""
        scenario = self.model.scenario
        titles = tuple(scenario.arrangements[a].titled(a) for a in self.arrangements)
        rows = []
        for name, of in self.criteria.items():
            cells = (f"{figure} ({rank})" for figure, rank in zip(scores_in_words(of), of.ranks, strict=True))
            rows.append((name.replace("_", " ") + (" (less is better)" if of.less_is_better else ""), *cells))
        tables = [
            Table(
                f"{scenario.metrics[self.metric].titled(self.metric)}: scores and ranks",
                ("criterion", *titles),
                tuple(rows),
                "In brackets the rank, 1 being best: one more than how many are better by more than two errors of the "
                "difference. Extremes over worlds are those of the worlds drawn.",
            )
        ]
        if self.gaps is not None:
            distances = (
                "in no world drawn" if np.isinf(distance) else f"{distance:.2f}"
                for distance in self.gaps.horizon
            )
            tables.append(
                Table(
                    f"How far from the central assumptions until {self.metric} misses {self.requirement:g}",
                    ("", "distance"),
                    tuple(zip(titles, distances, strict=True)),
                    "Distance in normal scores of all parameters together; 0: missed already there. Weights play no "
                    "part.",
                )
            )
        return tables


def scores_in_words(of: Robustness) -> list[str]:
    """Scores in words, with more digits where two that are ranked apart would look the same."""
    scores = [float(score) for score in of.scores]
    shown = [number(score, of.error(row)) for row, score in enumerate(scores)]
    for digits in (3, 4, 6, 9, 12):
        ranks: dict[str, set[int]] = {}
        for text, rank in zip(shown, of.ranks, strict=True):
            ranks.setdefault(text, set()).add(rank)
        same = {text for text, found in ranks.items() if len(found) > 1}
        if not same:
            break
        shown = [
            f"{score:.{digits}g}" if text in same else text for score, text in zip(scores, shown, strict=True)
        ]
    return shown


def robustness(
    inquiry: Inquiry,
    metric: str,
    arrangements: Sequence[str],
    criteria: Sequence[str] = (),
    more_is_better: bool = True,
    requirement: float | None = None,
    optimism: float = 0.5,
) -> RobustnessScores:
    """Arrangements scored on a metric by `criteria`, by default all classical ones, and by info-gap.

    `requirement`: what the metric should reach, for the domain criterion and info-gap.

    >>> from backstop import load
    >>> study = load("examples/korea-1953")
    >>> found = robustness(Inquiry(study, worlds=256), "no_war_20", list(study.levels), ["laplace"])
    >>> found.criteria["laplace"].ranks
    (4, 3, 2, 1)
    """
    names = criteria or list(classical(requirement, optimism))
    asked = {name: criterion_named(name, requirement, optimism) for name in names}
    found = worlds_under(inquiry, arrangements, [metric])
    rows = found.rows(metric, arrangements)
    scores = {name: scored(rows, of, found.weights, more_is_better) for name, of in asked.items()}
    gaps = None
    if requirement is not None:
        gaps = _gaps(found, metric, arrangements, requirement, more_is_better)
    return RobustnessScores(
        inquiry.model,
        metric,
        tuple(arrangements),
        more_is_better,
        requirement,
        found.effective_worlds,
        scores,
        gaps,
        found.notes,
    )


def _gaps(
    found: WeightedWorlds, metric: str, arrangements: Sequence[str], requirement: float, more_is_better: bool
) -> InfoGap:
    """Info-gap curves of the arrangements."""
    model = found.model
    centre = found.inquiry.sampler.central()
    experiments = [Experiment(levels_of(model, promise_of(model, name)), centre, 1) for name in arrangements]
    central = [float(of.metrics[metric][0]) for of in found.inquiry.side_by_side(experiments, [metric])]
    rows = found.rows(metric, arrangements)
    return info_gap(found.inquiry.distances(), rows, central, requirement, more_is_better)
