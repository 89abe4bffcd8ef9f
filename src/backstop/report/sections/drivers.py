"""What the answer hangs on, under which conditions it fails, and which least packages reach it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backstop.base.table import Table
from backstop.base.words import counted, frequency, listed, number, of_worlds, quoted, sentence_case, stop
from backstop.questions.claims.failure import units
from backstop.questions.study.words import limit_words
from backstop.report.charts import bars, dots, ranges, style
from backstop.report.content import Block, Figure, Items, Paragraph, Section
from backstop.report.material.gathering import DRIVERS, HIGH, LOW, Material, by_size
from backstop.report.material.parts import Package
from backstop.report.sections.answer import box_sentence
from backstop.worlds.statistics import Estimate


def drivers_section(found: Material) -> Section:
    """First-order shares and swings, and the conditions of failure."""
    drivers, lead = found.drivers, found.subject
    if drivers.first is None:
        return Section("drivers", "What drives it", (Paragraph(drivers.reason),))
    metric, where = quoted(found.metric_title(lead.metric)), quoted(found.arrangement_title(lead.focus))
    blocks: list[Block] = [
        Paragraph(f"This is about {metric} under {where}, over the worlds of this report.")
    ]
    names = by_size(drivers.first)
    if names:
        blocks.append(shares_figure(found, names, drivers.first.first))
    if drivers.swings:
        blocks.append(tornado_figure(found))
    elif drivers.reason:
        blocks.append(Paragraph(drivers.reason))
    return Section("drivers", "What drives it", (*blocks, *_conditions(found)))


def shares_figure(found: Material, names: Sequence[str], shares: Mapping[str, Estimate]) -> Figure:
    """First-order shares of the variation over worlds, those of `names`."""
    titles = [found.model.scenario.parameters[n].titled(n) for n in names]
    means = [shares[n].mean for n in names]
    errors = [shares[n].se or 0.0 for n in names]
    count = min(3, len(names))
    explain = f"{'explains' if count == 1 else 'explain'}, one by one,"
    return style.figure(
        bars.shares(titles, means, errors, "share of the variance over worlds"),
        "drivers",
        title=f"{('One', 'Two', 'Three')[count - 1]} of {counted(len(shares), 'assumption')} {explain} "
        f"{frequency(sum(means[:3]), max(errors[:3]))} parts of the variation",
        definition="Share of the variance over worlds that knowing one assumption would remove on average "
        "(first-order), with two errors.",
        source=found.source,
        note="What is left is interactions, and assumptions of smaller effect. The "
        f"{counted(len(names), 'largest', 'largest')} are shown.",
        alternative=stop(". ".join(f"{t}: {100 * m:.0f} of 100" for t, m in zip(titles, means, strict=True))),
    )


def tornado_figure(found: Material) -> Figure:
    """One-at-a-time swings around the central world."""
    parameters = found.model.scenario.parameters
    swings = [swing for swing in found.drivers.swings if swing.size > 0][:DRIVERS]
    centre, metric = found.drivers.swings[0].at_centre, found.metric_title(found.subject.metric)
    rows = [
        bars.Bar(
            parameters[s.name].titled(s.name),
            s.at_low,
            s.at_high,
            f"{s.low_input:.2g}",
            f"{s.high_input:.2g}",
        )
        for s in swings
    ]
    if rows:
        low, high = sorted((rows[0].at_low, rows[0].at_high))
        title = (
            f"{quoted(rows[0].label)} alone moves {quoted(metric)} from {low:.2f} to {high:.2f} around the central "
            "assumptions"
        )
    else:
        title = f"No single assumption moves {quoted(metric)} around the central assumptions"
        rows = [bars.Bar("none", centre, centre, "", "")]
    return style.figure(
        bars.tornado(rows, centre, metric),
        "swings",
        title=title,
        definition=f"One assumption at a time at its {LOW:.0%} and {HIGH:.0%} quantile, all others at their median; "
        "the values of the input at the ends.",
        source=found.source,
        note="Exact for these single worlds. Says nothing about assumptions that change together.",
        alternative=stop(". ".join(f"{b.label}: {b.at_low:.2f} to {b.at_high:.2f}" for b in rows)),
        table=Table(
            "Swings",
            ("", "low input", "metric there", "high input", "metric there"),
            tuple((b.label, b.low_label, f"{b.at_low:.3f}", b.high_label, f"{b.at_high:.3f}") for b in rows),
        ),
    )


def _conditions(found: Material) -> list[Block]:
    discovery, target = found.conditions.discovery, found.subject.target
    if discovery is None or target is None:
        return [Paragraph(found.conditions.reason)] if found.conditions.reason else []
    where = quoted(found.arrangement_title(found.subject.focus))
    fails = f"{where}: in {of_worlds(discovery.base_rate)} it is not so that {target.words}."
    if not discovery.boxes:
        return [Paragraph(f"{fails} No condition on the assumptions tells these worlds from the others.")]
    unit = units(found.model)
    shown = [
        ranges.Range(
            f"{at}. Fails in {of_worlds(box.density)} inside; {frequency(box.coverage)} of all failures",
            found.model.scenario.parameters[name].titled(name),
            limit.lowest,
            limit.highest,
            *limit.interval,
            limit_words(name, limit, "it", unit[name]).removeprefix("it is "),
        )
        for at, box in enumerate(discovery.boxes, 1)
        for name, limit in box.limits.items()
    ]
    sentences = [box_sentence(found, box, discovery.base_rate) for box in discovery.boxes]
    hold = "holds" if len(discovery.boxes) == 1 else "hold"
    figure = style.figure(
        ranges.chart(shown),
        "conditions",
        title=f"{counted(len(discovery.boxes), 'set')} of conditions {hold} {frequency(discovery.covered)} of the "
        "failures",
        definition=f"Parts of the range of assumptions (thick) in which it fails that {target.words}, under {where}.",
        source=found.source,
        note="Found by patient rule induction (PRIM): boxes are chosen by looking at these worlds, and others would do "
        "nearly as well.",
        alternative=" ".join(sentences),
    )
    return [Paragraph(fails), Items(tuple(sentences), ordered=True), figure]


def packages_section(found: Material) -> Section:
    """The least packages that reach the target."""
    of, scenario = found.parts, found.model.scenario
    if of.reason:
        return Section("packages", "Least packages", (Paragraph(of.reason),))
    target = found.subject.target
    assert target is not None
    blocks: list[Block] = []
    asked = f"that {target.words} in at least {of_worlds(of.share)}"
    if not of.minimal:
        assert of.best is not None
        blocks.append(
            Paragraph(
                f"No combination of the {counted(len(of.measures), 'measure')} on offer makes it so "
                f"{asked}. The nearest, "
                f"{package_words(found, of.best)}, does in "
                f"{of_worlds(of.best.share.mean, of.best.share.se)}.",
                lead=True,
            )
        )
        return Section("packages", "Least packages", tuple(blocks))
    blocks.append(
        Paragraph(
            f"{sentence_case(counted(len(of.minimal), 'package'))} of {of.tried} tried "
            f"{'is' if len(of.minimal) == 1 else 'are'} "
            f"enough {asked}, and none of {'its' if len(of.minimal) == 1 else 'their'} parts can be "
            "left out or lowered to a level "
            "that the study names. They are what could be traded for one another.",
            lead=True,
        )
    )
    blocks.append(Items(tuple(sentence_case(_package_line(found, p)) for p in of.minimal)))
    measures = {
        name: scenario.measures[name].titled(name)
        for name in of.measures
        if any(p.levels.get(name) for p in of.minimal)
    }
    cost_units = list(dict.fromkeys(unit for p in of.minimal for unit in p.costs))
    rows, table_rows = [], []
    for at, p in enumerate(of.minimal, 1):
        texts = {"share of worlds": f"{100 * (p.share.mean or 0):.0f} of 100"}
        texts |= {f"cost, {unit or 'no unit'}": f"{p.costs.get(unit, 0.0):,.0f}" for unit in cost_units}
        rows.append(dots.Row(f"Package {at}", {n: p.levels.get(n, 0.0) for n in measures}, texts))
        table_rows.append(
            (
                f"Package {at}",
                *(f"{p.levels.get(n, 0.0):g}" for n in measures),
                number(p.share.mean, p.share.se, most=2),
                *(f"{p.costs.get(unit, 0.0):,.0f}" for unit in cost_units),
            )
        )
    columns = list(rows[0].texts)
    every = [n for n in of.measures if all(p.levels.get(n) for p in of.minimal)]
    if len(of.minimal) == 1:
        title = f"One least package: {package_words(found, of.minimal[0])}"
    elif every:
        title = f"Every least package has {listed(quoted(scenario.measures[n].titled(n)) for n in every)}"
    else:
        title = f"{counted(len(of.minimal), 'least package')}, and no measure is in all of them"
    blocks.append(
        style.figure(
            dots.chart(rows, measures, columns),
            "packages",
            title=title,
            definition=f"Minimal packages so that {target.words} in at least {of_worlds(of.share)}; a "
            "filled dot: the measure is part of it, at the level beside it.",
            source=found.source,
            note=f"{of.tried} combinations of the levels that the study names were tried on "
            f"{of.worlds} worlds drawn by weight, and those listed solved in all. Costs over the "
            "horizon.",
            alternative=" ".join(stop(sentence_case(_package_line(found, p))) for p in of.minimal),
            table=Table(
                "Least packages",
                (
                    "",
                    *measures.values(),
                    "share of worlds",
                    *(f"cost ({unit or 'no unit'})" for unit in cost_units),
                ),
                tuple(table_rows),
                "Levels in the unit of each measure.",
            ),
        )
    )
    return Section("packages", "Least packages", tuple(blocks))


def package_words(found: Material, package: Package) -> str:
    """The parts of a package with their levels and units."""
    parts = []
    for name, level in package.levels.items():
        if level:
            measure = found.model.scenario.measures[name]
            unit = f" {measure.unit}" if measure.unit and not any(c in measure.unit for c in "=") else ""
            parts.append(f"{quoted(measure.titled(name))} at {level:g}{unit}")
    return listed(parts) if parts else "no measure at all"


def _package_line(found: Material, package: Package) -> str:
    costs = [f"{cost:,.0f} {unit}".strip() for unit, cost in package.costs.items() if cost]
    price = f"; expected cost {listed(costs)}" if costs else ""
    return f"{package_words(found, package)}: {of_worlds(package.share.mean, package.share.se)}{price}."
