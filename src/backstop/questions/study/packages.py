"""Packages of a study's measures that reach a target, all on the same worlds: one search for report and command.

How packages are searched is in `package_search`; here is what is asked and what is reported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from backstop.base.arrays import FloatArray, IntArray
from backstop.base.faults import InvalidInput, Refused
from backstop.base.shown import ShownTables
from backstop.base.table import Table
from backstop.base.words import did_you_mean, listed, number, of_worlds, quoted, stop
from backstop.questions.event import Event
from backstop.questions.inquiry import known_metric
from backstop.questions.methods.packages import EXACT, minimal, nearly_minimal
from backstop.questions.study.package_front import front_of
from backstop.questions.study.package_search import (
    AFFORDABLE,
    FEWEST,
    Draw,
    Ladders,
    PackageSearch,
    candidates,
)
from backstop.questions.weighted_worlds import WeightedWorlds
from backstop.scenario.model import Model
from backstop.worlds.query import Figures
from backstop.worlds.statistics import Summary, summarise

COST = "cost:"
FEWEST_LISTED = 8
_MOST_ON_FRONT = 30


@dataclass(frozen=True, slots=True)
class Package:
    """A package solved in all worlds: promised `levels`, expected `costs` by measure, the `share` that meets a target.

    `cost` is the sum of the costs, or where no measure that is varied has one what is promised, as shares of the
    ranges, added up. `paid` by controller.
    """

    levels: Mapping[str, float]
    cost: float
    share: Summary
    metrics: Mapping[str, Summary]
    costs: Mapping[str, float]
    paid: Mapping[str, float]

    def as_dict(self) -> dict[str, object]:
        """As it stands in the JSON of `backstop design`."""
        means = {name: float("nan") if of.mean is None else of.mean for name, of in self.metrics.items()}
        return {
            "measures": dict(self.levels),
            "cost": self.cost,
            "costs": dict(self.costs),
            "metrics": {**means, **{f"{COST}{payer}": cost for payer, cost in self.paid.items()}},
            "share": self.share.mean or 0.0,
            "se": self.share.se,
        }


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Packages(ShownTables):
    """What can be offered: `minimal` packages, the cheapest first, and the Pareto `front` of cost, share and goals.

    `alone`: by measure the least level that reaches the target with the others that are varied at zero (None where
    none does). `tried` packages, `exhaustive` where those are all of the grid of `steps`; `nearest` where none reaches
    the target.
    """

    format: ClassVar[str] = "backstop-design/1"

    model: Model
    target: Event
    asked: float
    measures: tuple[str, ...]
    base: str | None
    minimal: tuple[Package, ...]
    front: tuple[Package, ...]
    alone: Mapping[str, float | None]
    tried: int
    exhaustive: bool
    steps: int
    notes: tuple[str, ...]
    nearest: Package | None = None

    @property
    def title(self) -> str:
        """The line above its tables."""
        arrangements = self.model.scenario.arrangements
        on_top = "" if self.base is None else f", on top of: {arrangements[self.base].titled(self.base)}"
        return (
            f"Packages under which {self.target.text} in at least {100 * self.asked:g} of 100 worlds{on_top}"
        )

    @property
    def finding(self) -> str:
        """The cheapest minimal package, with its share of worlds and its cost."""
        if not self.minimal:
            return f"No package of {self.tried:,} reaches the target in the share of worlds asked for."
        first = self.minimal[0]
        package, cost, *_ = self._row(first)
        some = (
            "The one minimal package"
            if len(self.minimal) == 1
            else f"The cheapest of {len(self.minimal)} minimal packages"
        )
        return stop(
            f"{some} is {package}: {of_worlds(first.share.mean, first.share.se)} meet the target, at a cost of {cost}"
        )

    def or_refused(self) -> Packages:
        """These, where some package reaches the target; raises Refused where none does, naming the nearest."""
        if self.nearest is None:
            return self
        named = ", ".join(f"{name} {level:g}" for name, level in self.nearest.levels.items() if level != 0)
        raise Refused(
            f"no package of {self.tried} reaches the target in the share of worlds asked for; the nearest, "
            f"{named or 'no measure at all'}, does in {self.nearest.share.mean or 0.0:.3g} of the weight",
            hint="ask for a smaller share or a lower target, or widen the ranges of the measures",
        )

    def by_unit(self, package: Package) -> dict[str, float]:
        """Expected costs of a package by unit; units cannot be added up."""
        total: dict[str, float] = {}
        for name, cost in package.costs.items():
            unit = self.model.scenario.measures[name].total_unit
            total[unit] = total.get(unit, 0.0) + cost
        return total

    def as_dict(self) -> dict[str, object]:
        """As it stands in JSON."""
        return {
            "target": self.target.text,
            "share": self.asked,
            "measures": list(self.measures),
            "base": self.base,
            "tried": self.tried,
            "exhaustive": self.exhaustive,
            "steps": self.steps,
            "packages": [package.as_dict() for package in self.minimal],
            "front": [package.as_dict() for package in self.front],
            "threshold": dict(self.alone),
        }

    def tables(self) -> list[Table]:
        """The minimal packages, the front, and the least level that is enough by itself."""
        scenario = self.model.scenario
        first = self.minimal[0]
        columns = (
            *("package", "cost", "share of worlds"),
            *(scenario.metrics[name].titled(name) for name in first.metrics),
            *(f"cost to {payer.replace('+', ' and ')}" for payer in first.paid),
        )
        alone = tuple(
            (scenario.measures[m].titled(m), "not by itself" if level is None else f"{level:.3g}")
            for m, level in self.alone.items()
        )
        return [
            Table(
                f"Minimal packages: {self.target.text} in at least {100 * self.asked:g} % of worlds",
                columns,
                tuple(map(self._row, self.minimal)),
                "No package listed promises less of one measure without more of another. Metrics are means over "
                "worlds.",
            ),
            Table("What more certainty costs: the Pareto front", columns, tuple(map(self._row, self.front))),
            Table("The least level that is enough by itself", ("measure", "level"), alone),
        ]

    def _row(self, package: Package) -> tuple[str, ...]:
        parts = [
            f"{self.model.scenario.measures[name].titled(name)} {level:.3g}"
            for name, level in package.levels.items()
            if level != 0.0
        ]
        return (
            ", ".join(parts) or "nothing",
            _cost(package.cost),
            f"{100 * (package.share.mean or 0.0):.0f} %",
            *(number(of.mean, most=2) for of in package.metrics.values()),
            *map(_cost, package.paid.values()),
        )


def _cost(cost: float) -> str:
    """Three digits or so, never in powers of ten."""
    return f"{cost:,.0f}" if abs(cost) >= 100 else f"{cost:.3g}"


def least_packages(
    found: WeightedWorlds,
    target: Event,
    share: float,
    measures: Sequence[str],
    *,
    base: str | None = None,
    fixed: Mapping[str, float] | None = None,
    steps: int | None = None,
    goals: Mapping[str, bool] | None = None,
    metrics: Sequence[str] = (),
    front: bool = True,
) -> Packages:
    """The minimal packages of `measures` that meet `target` in at least `share` of the worlds of a sample.

    What is not varied stays at its level in the arrangement `base`, at its default where that is None, and at its
    level in `fixed` in any case. `steps`: into how many each range is cut; None: the levels that the study names, and
    as many more as are affordable. `goals`: metrics, or `cost:NAME` for what a controller pays, that the front trades
    off, each with whether more of it is better; `metrics`: further ones that are reported.
    """
    model = found.model
    defaults = {name: of.default for name, of in model.scenario.measures.items()}
    start = {**(defaults if base is None else model.levels[base]), **(fixed or {})}
    traded = dict(goals or {})
    search = PackageSearch(found, target, share, tuple(measures), start)
    tries = candidates(model, measures, steps, found.worlds)
    count = len(tries.packages)
    exhaustive = count == tries.size
    notes = list(found.notes)
    if not exhaustive:
        which = f"{count:,} of {tries.size:,} packages"
        notes.append(f"{which} were tried, and lowered between their levels: there may be others")
    draw = Draw(found, max(FEWEST, AFFORDABLE // count))
    asked = [name for name in traded if not name.startswith(COST)]
    first = search.tried(tries.packages, draw, asked, found.inquiry.progress)
    shares = first.shares.copy()
    rows = search.least(tries.packages, shares, draw)
    solver = _Solver(search, tuple(dict.fromkeys((*target.metrics, *asked, *metrics))), _payers(traded))
    best, least, offers = None, [], []
    if not rows.size:
        best = solver.packages(tries.packages[[int(np.nanargmax(shares))]])[0]
    else:
        rows = rows[np.lexsort((rows, -shares[rows], first.costs[rows]))]
        single = np.count_nonzero(tries.packages[rows], axis=1) <= 1
        most = max(FEWEST_LISTED, AFFORDABLE // (10 * found.worlds))
        kept = rows[(np.arange(len(rows)) < most) | single]
        if len(kept) < len(rows):
            which = f"{len(kept)} of {len(rows)} minimal packages of the levels tried"
            notes.append(f"{which} are shown: the cheapest, and those of one measure alone")
        least = solver.lowered(tries.packages[kept], tries.ladders)
        best = None if least else solver.packages(tries.packages[rows[:1]])[0]
        if front:
            lowered = np.array([list(package.levels.values()) for package in least])
            best_offers = front_of(search, tries.packages, first, draw, traded, _paid(model, traded), lowered)
            shown = _evenly(len(best_offers))
            if len(shown) < len(best_offers):
                notes.append(
                    f"{len(shown)} of {len(best_offers)} packages on the Pareto front are shown, evenly spread"
                )
            offers = solver.packages(best_offers[shown])
    return Packages(
        model,
        target,
        share,
        tuple(measures),
        base,
        tuple(least),
        tuple(offers),
        {name: _alone(least, name) for name in measures},
        count,
        exhaustive,
        tries.steps,
        (*notes, *_notes_on_costs(model, measures, search.priced)),
        best,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Solver:
    """Solves packages in all worlds of a search, with all that is reported of them."""

    search: PackageSearch
    metrics: tuple[str, ...]
    payers: tuple[str, ...]

    def packages(self, packages: FloatArray) -> list[Package]:
        """Packages solved in all worlds."""
        every = np.arange(self.search.found.worlds)
        met, figures = self.search.solve(packages, [every] * len(packages), self.metrics)
        return [self._package(package, m, of) for package, m, of in zip(packages, met, figures, strict=True)]

    def lowered(self, packages: FloatArray, ladders: Ladders) -> list[Package]:
        """Packages lowered between the levels tried, and the cheapest improved by exchanges, the cheapest first."""
        search = self.search
        starts = np.unique(np.stack([*packages, search.exchanged(packages[0], ladders)]), axis=0)
        whole = Draw(search.found, search.found.worlds)
        ends = search.spared(search.lowered(starts, ladders, whole), ladders, whole)
        ends = np.unique(ends + 0.0, axis=0)
        # What was clear on few worlds holds on all of them but for one time in hundreds.
        solved = self.packages(ends)
        reach = np.flatnonzero([(of.share.mean or 0.0) >= search.share - EXACT for of in solved])
        reach = reach[minimal(ends[reach])]
        ranges = [search.found.model.scenario.measures[name].range for name in search.measures]
        widths = np.array([high - low for low, high in ranges])
        least = [solved[row] for row in reach[nearly_minimal(ends[reach], widths)]]
        return sorted(least, key=lambda package: (package.cost, -(package.share.mean or 0.0)))

    def _package(self, package: FloatArray, met: FloatArray, of: Figures) -> Package:
        found = self.search.found
        expected = of.costs @ found.weight
        by_measure = dict(zip(_priced(found.model), map(float, expected), strict=True))
        payer = controllers(found.model)
        return Package(
            dict(zip(self.search.measures, package.tolist(), strict=True)),
            self.search.cost(package, expected),
            summarise(np.where(np.isnan(met), 0.0, met), found.weights),
            {name: summarise(of.metrics[name], found.weights) for name in self.metrics},
            by_measure,
            {name: float(expected[[p == name for p in payer]].sum()) for name in self.payers},
        )


def _paid(model: Model, goals: Mapping[str, bool]) -> dict[str, IntArray]:
    """For goals that are what a controller pays, the places of its measures among those that have a cost."""
    payers = controllers(model)
    return {
        name: np.flatnonzero([payer == name.removeprefix(COST) for payer in payers])
        for name in goals
        if name.startswith(COST)
    }


def _evenly(count: int) -> list[int]:
    """Places of at most thirty of so many, evenly spread, the first and the last among them."""
    if count <= _MOST_ON_FRONT:
        return list(range(count))
    return [int(at) for at in np.unique(np.linspace(0, count - 1, _MOST_ON_FRONT).round())]


def _alone(packages: Sequence[Package], name: str) -> float | None:
    """The least level of a measure that reaches the target with all others that are varied at zero."""
    levels = [
        of.levels[name] for of in packages if all(v == 0.0 for other, v in of.levels.items() if other != name)
    ]
    return min(levels, key=abs, default=None)


def _priced(model: Model) -> list[str]:
    """The measures that have a cost."""
    return [name for name, of in model.measures.items() if of.cost is not None]


def controllers(model: Model) -> tuple[str, ...]:
    """Who controls each measure that has a cost, several together joined by `+`."""
    return tuple("+".join(model.scenario.measures[name].by) for name in _priced(model))


def _payers(goals: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.removeprefix(COST) for name in goals if name.startswith(COST))


def known_goal(model: Model, name: str) -> str:
    """A metric, or `cost:NAME` for the expected cost of a controller; InvalidInput with the nearest where unknown."""
    if not name.startswith(COST):
        return known_metric(model, name)
    known = list(dict.fromkeys(controllers(model)))
    payer = name.removeprefix(COST)
    if payer not in known:
        hint = did_you_mean(payer, known, "controller") if known else "no measure has a cost"
        raise InvalidInput(f"no measure with a cost is controlled by {payer}", hint=hint)
    return name


def measures_to_vary(model: Model, names: Sequence[str], fixed: Mapping[str, float]) -> tuple[str, ...]:
    """The measures whose levels are searched, by default all; those `fixed` or with one level alone cannot vary."""
    known = model.scenario.measures
    for name in names:
        if name not in known:
            raise InvalidInput(f"no measure is called {name}", hint=did_you_mean(name, known, "measure"))
    wide = [m for m in known if known[m].range[0] < known[m].range[1]]
    chosen = tuple(m for m in wide if (not names or m in names) and m not in fixed)
    if not chosen:
        raise Refused(
            "no measure can be varied, so there is nothing to design", hint="give a measure a range"
        )
    return chosen


def _notes_on_costs(model: Model, measures: Sequence[str], priced: bool) -> list[str]:
    """What to mind about costs: units that differ, measures without one."""
    known = model.scenario.measures
    if not priced:
        return [
            "no measure that is varied has a cost: in its place stands what is promised, as shares of the ranges"
        ]
    units = dict.fromkeys(of.total_unit or "unstated" for of in known.values() if of.cost is not None)
    notes = []
    if len(units) > 1:
        notes.append(f"costs are in different units ({', '.join(units)}) and are added up as they stand")
    free = [name for name in measures if known[name].cost is None]
    if free:
        named = listed(quoted(known[name].titled(name)) for name in free)
        notes.append(f"no cost is given for {named}: counted as free")
    return notes
