"""Packages of measures that reach a target: levels, minimal packages, trade-offs, and lowering between levels.

A package is one level for every measure. Less of a measure means nearer to zero on the same side of it; a package is
*minimal* if no other that reaches the target promises no more of every measure and less of some. Minimal packages form
an antichain: what could be traded for what. Nothing here assumes that more of a measure helps.

All packages are compared on the same weighted worlds. A package is judged on few worlds where the answer is clear by
more than three Monte Carlo errors, and on all of them where it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import BoolArray, FloatArray, IntArray, Rows
from backstop.base.faults import InvalidInput

EXACT = 1e-9
CLEAR = 3.0
"""Monte Carlo errors by which a share must differ from the one asked for to settle it on few worlds."""
SURE = 5.0
"""Monte Carlo errors by which a package must be worse than another to be left out on few worlds."""
NEARLY = 0.005
"""The share of a range up to which levels of different packages are alike."""
HALVINGS, BACK, PASSES = 10, 4, 3
SPARE = 0.005
"""What a share may lie above the one asked for without another pass at lowering."""

Meets = Callable[[FloatArray, Sequence[Rows]], Sequence[BoolArray]]
"""From packages (packages, measures), and worlds for each, to whether each package meets the target in its worlds."""


def steps_between(low: float, high: float, steps: int) -> tuple[float, ...]:
    """`steps` + 1 even levels of a range, and 0 where it lies inside and is not one of them.

    >>> steps_between(-1, 2, 2)
    (-1.0, 0.0, 0.5, 2.0)
    """
    if steps < 1 or not high >= low:
        raise InvalidInput(f"a range from {low} to {high} cannot be cut into {steps} steps")
    levels = {float(level) for level in np.linspace(low, high, steps + 1)}
    # 0.1 + 0.2 must not stand beside 0.3, nor a rounded zero beside zero.
    levels = {0.0 if abs(level) < EXACT * (high - low) else level for level in levels}
    return tuple(sorted(levels | ({0.0} if low <= 0.0 <= high else set())))


def grid(levels: Mapping[str, Sequence[float]]) -> FloatArray:
    """Every combination of `levels`, shape (packages, measures), the last measure counting fastest."""
    if not levels:
        raise InvalidInput("no measure to choose levels of")
    for name, values in levels.items():
        if not len(values):
            raise InvalidInput(f"measure {name} has no level to choose from")
    return np.array(list(product(*(sorted(set(values)) for values in levels.values()))), dtype=np.float64)


def minimal(packages: ArrayLike) -> BoolArray:
    """Which packages, shape (packages, measures), are minimal among them; equal packages are all kept.

    A package promises no more than another where every level lies between 0 and the other's, ends included.
    """
    table = np.atleast_2d(np.asarray(packages, dtype=np.float64))
    if not len(table):
        return np.zeros(0, dtype=np.bool_)
    distinct, inverse = np.unique(table, axis=0, return_inverse=True)
    size = np.abs(distinct)
    scale = np.maximum(size.max(axis=0), 1e-300)
    # What is below a package has a smaller sum of sizes, so only packages kept before can rule it out.
    order = np.argsort((size / scale).sum(axis=1), kind="stable")
    kept: list[int] = []
    for row in order:
        if not _promise_less(distinct[kept], distinct[row]).any():
            kept.append(int(row))
    chosen = np.zeros(len(distinct), dtype=np.bool_)
    chosen[kept] = True
    return np.asarray(chosen[inverse.reshape(-1)], dtype=np.bool_)


def _promise_less(packages: FloatArray, than: FloatArray) -> BoolArray:
    """Which packages, (packages, measures), promise no more of anything than one does, (measures,)."""
    return np.asarray(((packages * than >= 0) & (np.abs(packages) <= np.abs(than))).all(axis=1))


def pareto_front(objectives: FloatArray) -> BoolArray:
    """Which rows of finite `objectives`, (packages, objectives), less being better, are not dominated.

    Values within a billionth of an objective's largest are equal.
    """
    largest = np.abs(objectives).max(axis=0, initial=0.0)
    scaled = (objectives / np.where(largest > 0.0, largest, 1.0)).round(9) + 0.0
    distinct, inverse = np.unique(scaled, axis=0, return_inverse=True)
    # In lexicographic order a row can only be dominated by an earlier one.
    front = np.empty_like(distinct)
    count = 0
    kept = np.zeros(len(distinct), dtype=np.bool_)
    for row, values in enumerate(distinct):
        if not (front[:count] <= values).all(axis=1).any():
            front[count] = values
            count += 1
            kept[row] = True
    return np.asarray(kept[inverse.reshape(-1)], dtype=np.bool_)


def clearly_worse(objectives: Sequence[FloatArray], weights: FloatArray, drawn: float) -> BoolArray:
    """Which packages are worse than some other in every objective, in one of them by five errors of the difference.

    `objectives`, each (packages, worlds), more being better, in worlds with `weights` that sum to 1; `drawn` is the
    share of all worlds that these are. In the first objective, which is 1 or 0 by world, packages that agree in all
    these worlds may differ in one that was not drawn: no difference of it is surer than one world. None is clearly
    worse where a value is missing.
    """
    count = len(objectives[0])
    if not all(np.isfinite(values).all() for values in objectives):
        return np.zeros(count, dtype=np.bool_)
    each = float(np.square(weights).sum())
    every, some = np.ones((count, count), dtype=np.bool_), np.zeros((count, count), dtype=np.bool_)
    for at, values in enumerate(objectives):
        mean = values @ weights
        apart = (values - mean[:, None]) * np.sqrt(weights)
        joint = apart @ apart.T
        own = np.diag(joint)
        variance = np.maximum(own[:, None] + own - 2.0 * joint, each if at == 0 else 0.0)
        # Rounding is no difference: a billionth of the values compared.
        sure = SURE * np.sqrt(variance * each * max(0.0, 1.0 - drawn))
        gain = mean[:, None] - mean
        least = EXACT * np.abs(mean).max(initial=0.0)
        every &= gain >= np.where(sure > least, sure, -least)
        some |= gain > np.maximum(sure, least)
    return np.asarray((every & some).any(axis=0))


def nearly_minimal(packages: FloatArray, widths: FloatArray) -> BoolArray:
    """Which packages, (packages, measures), no other makes superfluous within a two-hundredth of the `widths`.

    One makes another superfluous that promises no more of anything than the other, up to that tolerance, and promises
    fewer measures, or less of one by more than it.
    """
    size, room = np.abs(packages), NEARLY * widths
    named = np.count_nonzero(packages, axis=1)
    kept = np.ones(len(packages), dtype=np.bool_)
    for row in range(len(packages)):
        same_side = (packages * packages[row] >= 0.0).all(axis=1)
        no_more = same_side & (size <= size[row] + room).all(axis=1)
        less = (named < named[row]) | (size < size[row] - room).any(axis=1)
        kept[row] = not (no_more & less).any()
    return kept


def drawn_by_weight(weights: FloatArray, count: int) -> tuple[Rows, FloatArray]:
    """Worlds of a systematic draw of `count` by weight, and their new weights, which sum to 1."""
    cumulative = np.cumsum(weights)
    places = (np.arange(count) + 0.5) / count * cumulative[-1]
    rows, times = np.unique(np.searchsorted(cumulative, places), return_counts=True)
    return np.minimum(rows, len(weights) - 1).astype(np.intp), times / count


def slack(share: float, weights: FloatArray, count: int) -> float:
    """How far a share on `count` worlds drawn by weight must be from `share` to be clearly on one side of it.

    It is the share of all worlds that is estimated. A world with a weight of k + f draws is drawn k times for certain,
    and once more with probability f: only that is left to chance, and less of it than if worlds were put back.
    """
    left = np.modf(weights / weights.sum() * count)[0]
    variance = min(1.0, float((left * (1.0 - left)).sum()) / count) * share * (1.0 - share) / count
    return CLEAR * float(np.sqrt(variance)) + EXACT


def promise_more(packages: FloatArray, than: FloatArray) -> BoolArray:
    """Which packages, (packages, measures), promise more than some of `than`, (others, measures)."""
    return np.array(
        [(_promise_less(than, each) & (than != each).any(axis=1)).any() for each in packages], bool
    )


def lowered(
    packages: FloatArray,
    ladders: Sequence[Sequence[float]],
    order: IntArray,
    share: float,
    weights: FloatArray,
    met: Sequence[BoolArray],
    meets: Meets,
    halvings: int = HALVINGS,
) -> FloatArray:
    """Each package with its measures lowered, one after the other, as far as `share` of the `weights` still meets it.

    `order` (packages, measures) says which measure is lowered first, `met` in which worlds each package meets the
    target. A level moves between its place on the measure's ladder and the next place nearer to zero, by
    `halvings` of the distance. Worlds that answer alike at both ends are taken to answer so between them; the
    level found is then solved in all worlds, and moved back where that was wrong.
    """
    every = np.arange(len(weights))
    found = packages.copy()
    met = list(met)

    def reaches(answers: BoolArray) -> bool:
        return bool(weights[answers].sum() >= share - EXACT)

    # Where measures work against each other, one that has gone down may make room for others: they are tried again.
    for turn, columns in enumerate([*order.T] * PASSES):
        again = [turn < len(order.T) or float(weights[of].sum()) > share + SPARE for of in met]
        moving = [p for p, column in enumerate(columns) if again[p] and found[p, column] != 0.0]
        high = {p: float(found[p, columns[p]]) for p in moving}
        low = {p: _next_to_zero(np.asarray(ladders[columns[p]]), high[p]) for p in moving}
        bottom = dict(zip(moving, meets(_put(found, columns, low), [every] * len(moving)), strict=True))
        top, best = {p: met[p] for p in moving}, dict(high)
        for p in moving:
            if reaches(bottom[p]):
                found[p, columns[p]], met[p] = low[p], bottom[p]
        moving = [p for p in moving if not reaches(bottom[p])]
        for _ in range(halvings):
            open_ = {p: np.flatnonzero(top[p] != bottom[p]) for p in moving}
            middle = {p: (low[p] + best[p]) / 2.0 for p in moving if open_[p].size}
            answers = meets(_put(found, columns, middle), [open_[p] for p in middle])
            for (p, level), answer in zip(middle.items(), answers, strict=True):
                here = top[p].copy()
                here[open_[p]] = answer
                if reaches(here):
                    best[p], top[p] = level, here
                else:
                    low[p], bottom[p] = level, here
        for _ in range(BACK):
            best = {p: level for p, level in best.items() if p in moving and level != high[p]}
            answers = meets(_put(found, columns, best), [every] * len(best))
            for (p, level), answer in zip(list(best.items()), answers, strict=True):
                if reaches(answer):
                    found[p, columns[p]], met[p] = level, answer
                    del best[p]
                else:
                    best[p] = (level + high[p]) / 2.0
    return found


def _put(packages: FloatArray, columns: IntArray, levels: Mapping[int, float]) -> FloatArray:
    """Some packages with one level each replaced: `levels` by row, in the column that `columns` has for it."""
    rows = list(levels)
    changed = packages[rows]
    changed[np.arange(len(rows)), columns[rows]] = list(levels.values())
    return changed


def _next_to_zero(ladder: FloatArray, level: float) -> float:
    """The place on a ladder next to `level` on the way to zero; the level itself where there is none."""
    between = ladder[(ladder * level >= 0.0) & (np.abs(ladder) < abs(level))]
    return level if not between.size else float(between[np.argmax(np.abs(between))])
