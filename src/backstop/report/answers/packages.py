"""Least packages of measures: which measures each has, at which level, what it reaches and costs."""

from __future__ import annotations

from functools import partial

from backstop.base.table import Table
from backstop.base.words import counted, listed, number, of_worlds, quoted, sentence_case, stop
from backstop.questions.study.packages import Package, Packages
from backstop.report.charts import dots, style
from backstop.report.content import Figure
from backstop.scenario.model import Model


def packages_figure(of: Packages, source: str, target: str) -> Figure:
    """A row of dots for each least package: which measures it has, at which level. `target` in words."""
    scenario = of.model.scenario
    names = [n for n in of.measures if any(package.levels[n] for package in of.minimal)]
    measures = {name: scenario.measures[name].titled(name) for name in names}
    costs = [of.by_unit(package) for package in of.minimal]
    units = list(dict.fromkeys(unit for by_unit in costs for unit in by_unit))
    rows, cells = [], []
    for at, (package, by_unit) in enumerate(zip(of.minimal, costs, strict=True), 1):
        share = package.share
        paid = [f"{by_unit.get(unit, 0.0):,.0f}" for unit in units]
        texts = {"share of worlds": f"{100 * (share.mean or 0):.0f} of 100"}
        texts |= {f"cost, {unit or 'no unit'}": cost for unit, cost in zip(units, paid, strict=True)}
        rows.append(dots.Row(f"Package {at}", {n: float(f"{package.levels[n]:.3g}") for n in names}, texts))
        levels = [f"{package.levels[n]:.3g}" for n in names]
        cells.append((f"Package {at}", *levels, number(share.mean, share.se, most=2), *paid))
    every = [measures[n] for n in names if all(package.levels[n] for package in of.minimal)]
    if len(of.minimal) == 1:
        title = f"One least package: {package_words(of.model, of.minimal[0])}"
    elif every:
        title = f"Every least package has {listed(map(quoted, every))}"
    else:
        title = f"{counted(len(of.minimal), 'least package')}, and no measure is in all of them"
    columns = ("", *measures.values(), "share of worlds", *(f"cost ({unit or 'no unit'})" for unit in units))
    return style.figure(
        partial(dots.chart, rows, measures, list(rows[0].texts)),
        partial(dots.draw, rows, measures, list(rows[0].texts)),
        "packages",
        title=title,
        definition=f"Minimal packages so that {target} in at least {of_worlds(of.asked)}; a filled dot: the measure is "
        "part of it, at the level beside it.",
        source=source,
        note=f"{of.tried:,} combinations of levels were tried, and those listed lowered between them and solved in all "
        "worlds. Costs over the horizon.",
        alternative=" ".join(map(stop, (package_line(of, package) for package in of.minimal))),
        table=Table("Least packages", columns, tuple(cells), "Levels in the unit of each measure."),
    )


def package_words(model: Model, package: Package) -> str:
    """The parts of a package with their levels and units."""
    parts = []
    for name, level in package.levels.items():
        if level:
            measure = model.scenario.measures[name]
            unit = f" {measure.unit}" if measure.unit and "=" not in measure.unit else ""
            parts.append(f"{quoted(measure.titled(name))} at {level:.3g}{unit}")
    return listed(parts) if parts else "no measure at all"


def package_line(of: Packages, package: Package) -> str:
    """A package with the worlds in which it reaches the target and its expected cost, in a sentence."""
    costs = [f"{cost:,.0f} {unit}".strip() for unit, cost in of.by_unit(package).items() if cost]
    price = f"; expected cost {listed(costs)}" if costs else ""
    share = of_worlds(package.share.mean, package.share.se)
    return sentence_case(f"{package_words(of.model, package)}: {share}{price}.")


def figures_of_packages(of: Packages, source: str) -> list[Figure]:
    """The chart of an answer on packages; none where no package reaches the target, or the empty one does."""
    some = any(any(package.levels.values()) for package in of.minimal)
    return [packages_figure(of, source, of.target.text)] if some else []
