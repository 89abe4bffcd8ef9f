"""The Pareto front of cost, share and goals among many packages, exact on the worlds of a sample.

Few packages are on it, and those far from it need not be solved in all worlds: on ever more of them whatever is worse
than some other package in every respect, by five Monte Carlo errors of the paired difference, is left out. What remains
is solved in all worlds and compared there.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from backstop.base.arrays import FloatArray, IntArray, Rows
from backstop.questions.methods.packages import clearly_worse, pareto_front
from backstop.questions.study.package_search import Draw, PackageSearch, Tried
from backstop.worlds.statistics import mean_and_error

_MORE = 3

Goals = Mapping[str, bool]
"""Metrics, or what a controller pays, that are traded off, each with whether more of it is better."""


def front_of(
    search: PackageSearch,
    packages: FloatArray,
    first: Tried,
    draw: Draw,
    goals: Goals,
    payers: Mapping[str, IntArray],
    others: FloatArray,
) -> FloatArray:
    """The packages on the front, the cheapest first, of `packages` and `others`, each (packages, measures).

    `first`: the figures of `packages` on `draw`; `payers`: for goals that are what a controller pays, the columns of
    expected costs that it pays.
    """
    metrics = [name for name in goals if name not in payers]
    rows: Rows = np.arange(len(packages))
    tried, sense = first, {name: 1.0 if more else -1.0 for name, more in goals.items()}
    count = draw.count
    while not draw.whole:
        worse = clearly_worse(
            _by_world(search, packages[rows], tried, sense, payers),
            draw.weights,
            draw.count / search.found.worlds,
        )
        rows, count = rows[~worse], count * _MORE
        draw = Draw(search.found, count)
        if not draw.whole:
            tried = search.tried(packages[rows], draw, metrics)
    kept = np.unique(np.concatenate([packages[rows], others.reshape(-1, packages.shape[1])]), axis=0)
    whole = Draw(search.found, search.found.worlds)
    last = search.tried(kept, whole, metrics)
    table = np.column_stack(
        [last.costs, -last.shares, *(-sense[n] * _means(last, n, payers, whole.weights) for n in goals)]
    )
    usable = np.flatnonzero(np.isfinite(table).all(axis=1))
    chosen = usable[pareto_front(table[usable])]
    return np.asarray(kept[chosen[np.lexsort((chosen, last.costs[chosen]))]])


def _by_world(
    search: PackageSearch,
    packages: FloatArray,
    tried: Tried,
    sense: Mapping[str, float],
    payers: Mapping[str, IntArray],
) -> list[FloatArray]:
    """Share, cost and goals of packages by world, each (packages, worlds), more being better."""
    met = np.array(tried.met, dtype=np.float64)
    if search.priced:
        cost = np.array([of.costs.sum(axis=0) for of in tried.figures])
    else:
        cost = np.repeat(tried.costs[:, None], met.shape[1], axis=1)
    found = [met, -cost]
    for name, sign in sense.items():
        if name in payers:
            found.append(sign * np.array([of.costs[payers[name]].sum(axis=0) for of in tried.figures]))
        else:
            found.append(sign * np.array([of.metrics[name] for of in tried.figures]))
    return found


def _means(tried: Tried, name: str, payers: Mapping[str, IntArray], weights: FloatArray) -> FloatArray:
    """A goal's mean over worlds by package; not a number where it has no value in any."""
    if name in payers:
        return np.asarray(tried.expected[:, payers[name]].sum(axis=1))
    return np.array([mean_and_error(of.metrics[name], weights)[0] for of in tried.figures], dtype=np.float64)
