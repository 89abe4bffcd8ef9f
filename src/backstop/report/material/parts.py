"""Which parts of the packages on the table are needed: combinations of them tried on the same worlds.

The measures are those of the arrangement that does best, at every level that some arrangement of the study promises, or
left out. All combinations are tried on a few worlds drawn by weight; what comes near the target is tried on more, the
least promised first; and what comes out minimal is solved in all worlds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

import numpy as np

from backstop.questions.study.condition import condition, met
from backstop.report.material.subject import Subject
from backstop.scenario.expression.expression import Value
from backstop.worlds.ensemble import Ensemble
from backstop.worlds.focus import Levels, Rows, figures
from backstop.worlds.result import Result
from backstop.worlds.statistics import Array, Summary, summarise

MOST_COMBINATIONS = 400
_FEW, _MORE = 256, 1024
_MOST_LISTED, _MOST_TRIED_AGAIN = 6, 20


@dataclass(frozen=True, slots=True, eq=False)
class Package:
    """A combination of measures by level, the share of worlds that meet the target, its cost, and the headline."""

    levels: dict[str, float]
    share: Summary
    metric: Summary
    costs: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """Minimal packages that reach the target in the share asked for, solved in all worlds; `best` where none does.

    `tried` combinations of `measures` on `worlds` worlds; `reason` says why nothing was tried.
    """

    measures: dict[str, float]
    share: float
    minimal: tuple[Package, ...] = ()
    best: Package | None = None
    tried: int = 0
    worlds: int = 0
    reason: str = ""


def parts(result: Result, lead: Subject, ensemble: Ensemble, share: float) -> Parts:
    """The least combinations of measures on offer that meet the target in at least `share` of worlds."""
    offered = _offered(result, lead.focus)
    most = {name: max(levels, key=abs) for name, levels in offered.items()}
    if not offered:
        return Parts({}, share, reason="The study has no measure that an arrangement promises.")
    if lead.target is None or not lead.target.own:
        return Parts(
            most, share, reason="No claim of the study says what would be enough, and no target was given."
        )
    few, more = _drawn(result, _FEW), _drawn(result, _MORE)
    tried = list(product(*offered.values()))
    names = list(offered)

    shares = _shares_met(result, ensemble, names, tried, lead, few)
    # What is promised less comes first, so that whatever is found later and promises more is not minimal.
    order = sorted(
        range(len(tried)),
        key=lambda row: sum(abs(x / most[n]) for n, x in zip(names, tried[row], strict=True)),
    )
    found: list[Package] = []
    again = 0
    for row in order:
        levels = dict(zip(names, tried[row], strict=True))
        if shares[row] < share - _slack(share, len(few)) or any(_within(p.levels, levels) for p in found):
            continue
        again += 1
        if again > _MOST_TRIED_AGAIN or len(found) >= _MOST_LISTED:
            break
        if _shares_met(result, ensemble, names, [tried[row]], lead, more)[0] < share - _slack(
            share, len(more)
        ):
            continue
        solved = _solved(result, ensemble, levels, lead)
        if solved.share.mean is not None and solved.share.mean >= share:
            found.append(solved)
    best = None
    if not found:
        best = _solved(result, ensemble, dict(zip(names, tried[int(np.argmax(shares))], strict=True)), lead)
    found.sort(key=lambda p: (sum(p.costs.values()), sum(x != 0 for x in p.levels.values())))
    return Parts(most, share, tuple(found), best, len(tried), len(few))


def _slack(share: float, worlds: int) -> float:
    """Two Monte Carlo errors of a share on so many worlds."""
    return float(2.0 * np.sqrt(max(share * (1.0 - share), 1e-3) / worlds))


def _within(less: dict[str, float], more: dict[str, float]) -> bool:
    """Whether a package promises no more of any measure than another."""
    return all(less[n] * more[n] >= 0 and abs(less[n]) <= abs(more[n]) for n in more)


def _nothing(result: Result) -> dict[str, float]:
    return {
        name: 0.0 if measure.range[0] <= 0 <= measure.range[1] else measure.default
        for name, measure in result.model.scenario.measures.items()
    }


def _offered(result: Result, focus: str) -> dict[str, tuple[float, ...]]:
    """For each measure of the focus, nothing and the levels promised somewhere; fewer where they are too many."""
    levels = result.model.levels
    found = {
        name: (0.0, *sorted({of[name] for of in levels.values() if of[name] != 0}, key=abs))
        for name, level in levels[focus].items()
        if level != 0
    }
    while prod(len(of) for of in found.values()) > MOST_COMBINATIONS:
        longest = max(found, key=lambda name: len(found[name]))
        if len(found[longest]) > 2:
            found[longest] = (*found[longest][:-2], found[longest][-1])
        else:
            del found[longest]
    return found


def _drawn(result: Result, count: int) -> Rows:
    """Worlds drawn by weight, systematically: each as often as its weight says, all of them where they are few."""
    if count >= result.worlds and result.weights is None:
        return np.arange(result.worlds)
    weights = np.ones(result.worlds) if result.weights is None else result.weights
    cumulative = np.cumsum(weights) / weights.sum()
    drawn = np.searchsorted(cumulative, (np.arange(count) + 0.5) / count, side="left")
    return np.asarray(drawn, dtype=np.intp)


def _shares_met(
    result: Result,
    ensemble: Ensemble,
    names: Sequence[str],
    tried: Sequence[Sequence[float]],
    lead: Subject,
    chosen: Rows,
) -> Array:
    """The share of the worlds `chosen` that meet the target under each combination, all solved in one go."""
    table = np.asarray(tried, dtype=np.float64)
    levels: dict[str, Value] = {name: np.repeat(table[:, i], chosen.size) for i, name in enumerate(names)}
    meets, _, _ = _outcome(result, ensemble, levels, lead, np.tile(chosen, len(table)))
    meets = meets.reshape(len(table), chosen.size)
    known = np.isfinite(meets)
    return np.asarray(np.where(known, meets, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1))


def _outcome(
    result: Result, ensemble: Ensemble, levels: Levels, lead: Subject, rows: Rows | None = None
) -> tuple[Array, Array, Array]:
    """Whether the target is met, the headline metric and the costs, in the worlds `rows` (None: all)."""
    assert lead.target is not None
    model = result.model
    asked = condition(model, lead.target.formula)
    metrics = tuple(dict.fromkeys((*asked.metrics, lead.metric)))
    found = figures(ensemble, {**_nothing(result), **levels}, metrics, costs=rows is None, rows=rows)
    worlds = result.worlds if rows is None else rows.size
    drawn = {
        name: value if rows is None or not isinstance(value, np.ndarray) else value[rows]
        for name, value in result.parameters.items()
    }
    return met(asked, found.metrics, drawn, worlds), found.metrics[lead.metric], found.costs


def _solved(result: Result, ensemble: Ensemble, levels: dict[str, float], lead: Subject) -> Package:
    """A package in all worlds."""
    meets, metric, costs = _outcome(result, ensemble, levels, lead)
    priced = [name for name, measure in result.model.measures.items() if measure.cost is not None]
    by_unit = _by_unit(result, dict(zip(priced, costs, strict=True)))
    return Package(
        levels,
        summarise(meets, result.weights),
        summarise(metric, result.weights),
        {unit: cost.mean or 0.0 for unit, cost in by_unit.items()},
    )


def _by_unit(result: Result, costs: dict[str, Array]) -> dict[str, Summary]:
    """Expected cost by unit; units cannot be added up."""
    total: dict[str, Array] = {}
    for name, values in costs.items():
        unit = result.model.scenario.measures[name].cost_unit
        total[unit] = total[unit] + values if unit in total else values
    return {unit: summarise(values, result.weights) for unit, values in total.items()}
