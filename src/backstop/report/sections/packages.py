"""Which least packages of measures reach the target."""

from __future__ import annotations

from functools import partial

from backstop.base.table import Table
from backstop.base.words import counted, listed, number, of_worlds, quoted, sentence_case, stop
from backstop.questions.study.packages import Package, Packages
from backstop.report.charts import dots, style
from backstop.report.content import Block, Figure, Items, Paragraph, Section
from backstop.report.material.gathering import Material

_MOST_IN_WORDS = 3


def section(found: Material) -> Section:
    """The least packages that reach the target."""
    of, target = found.packages.found, found.subject.target
    blocks: list[Block] = []
    if of is None or target is None:
        blocks.append(Paragraph(found.packages.reason))
    elif of.nearest is not None:
        text = (
            f"No combination of the {counted(len(of.measures), 'measure')} on offer makes it so that {target.words} in "
            f"at least {of_worlds(of.asked)}. The nearest, {package_words(found, of.nearest)}, does in "
            f"{of_worlds(of.nearest.share.mean, of.nearest.share.se)}."
        )
        blocks.append(Paragraph(text, lead=True))
    else:
        one = len(of.minimal) == 1
        count = f"{sentence_case(counted(len(of.minimal), 'package'))} of {of.tried:,} tried"
        text = (
            f"{count} {'is' if one else 'are'} enough that {target.words} in at least {of_worlds(of.asked)}, and none "
            f"of {'its' if one else 'their'} parts can be left out or lowered. They are what could be traded for one "
            "another."
        )
        lines = tuple(_line(found, of, package) for package in of.minimal)
        left = len(lines) - _MOST_IN_WORDS
        more = (f"And {left} more, in the figure.",) if left > 0 else ()
        blocks += [
            Paragraph(text, lead=True),
            Items((*lines[:_MOST_IN_WORDS], *more)),
            _figure(found, of, target.words),
        ]
        blocks += [Paragraph(stop(sentence_case(note))) for note in of.notes]
    return Section("packages", "Least packages", tuple(blocks))


def _figure(found: Material, of: Packages, target: str) -> Figure:
    """A row of dots for each package: which measures it has, at which level."""
    scenario = found.model.scenario
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
        title = f"One least package: {package_words(found, of.minimal[0])}"
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
        source=found.source,
        note=f"{of.tried:,} combinations of levels were tried, and those listed lowered between them and solved in all "
        "worlds. Costs over the horizon.",
        alternative=" ".join(map(stop, (_line(found, of, package) for package in of.minimal))),
        table=Table("Least packages", columns, tuple(cells), "Levels in the unit of each measure."),
    )


def package_words(found: Material, package: Package) -> str:
    """The parts of a package with their levels and units."""
    parts = []
    for name, level in package.levels.items():
        if level:
            measure = found.model.scenario.measures[name]
            unit = f" {measure.unit}" if measure.unit and "=" not in measure.unit else ""
            parts.append(f"{quoted(measure.titled(name))} at {level:.3g}{unit}")
    return listed(parts) if parts else "no measure at all"


def _line(found: Material, of: Packages, package: Package) -> str:
    costs = [f"{cost:,.0f} {unit}".strip() for unit, cost in of.by_unit(package).items() if cost]
    price = f"; expected cost {listed(costs)}" if costs else ""
    share = of_worlds(package.share.mean, package.share.se)
    return sentence_case(f"{package_words(found, package)}: {share}{price}.")
