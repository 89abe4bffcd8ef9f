"""What the answer hangs on, and under which conditions it fails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from backstop.base.table import Table
from backstop.base.words import counted, frequency, listed, of_worlds, quoted, stop
from backstop.questions.methods.tornado import Swing
from backstop.questions.study.sensitivity import HIGH, LOW
from backstop.questions.words import limit_range
from backstop.report.charts import bars, ranges, style
from backstop.report.content import Block, Figure, Items, Paragraph, Section
from backstop.report.material.gathering import DRIVERS, Material, by_size
from backstop.report.sections.answer import failures
from backstop.worlds.statistics import Estimate


def section(found: Material) -> Section:
    """First-order shares and swings, and the conditions of failure."""
    first, lead = found.shares.found, found.subject
    if first is None:
        return Section("drivers", "What drives it", (Paragraph(found.shares.reason),))
    metric, where = quoted(found.metric_title(lead.metric)), quoted(found.arrangement_title(lead.focus))
    names = by_size(first)
    titles = [quoted(found.model.scenario.parameters[name].labelled(name)) for name in names[:3]]
    most = (
        f"What is not known about {listed(titles)} moves {metric} under {where} most."
        if titles
        else f"No one assumption moves {metric} under {where} much."
    )
    blocks: list[Block] = [Paragraph(most, lead=True)]
    if names:
        blocks.append(shares_figure(found, names, first.first))
    return Section("drivers", "What drives it", (*blocks, *_conditions(found)))


def annex(found: Material) -> list[Block]:
    """What is looked up of it: swings around the central world, and the conditions of failure as ranges."""
    if found.shares.found is None:
        return []
    swings = found.swings.found
    blocks: list[Block] = [
        Paragraph(found.swings.reason) if swings is None else tornado_figure(found, swings)
    ]
    figure = _conditions_figure(found)
    return blocks if figure is None else [*blocks, figure]


def shares_figure(found: Material, names: Sequence[str], shares: Mapping[str, Estimate]) -> Figure:
    """First-order shares of the variation over worlds, those of `names`."""
    titles = [found.model.scenario.parameters[n].labelled(n) for n in names]
    means = [shares[n].mean for n in names]
    errors = [shares[n].se or 0.0 for n in names]
    count = min(3, len(names))
    explain = f"{'explains' if count == 1 else 'explain'}, one by one,"
    return style.figure(
        partial(bars.shares, titles, means, errors, "share of the variance over worlds"),
        partial(bars.draw_shares, titles, means, errors, "share of the variance over worlds"),
        "drivers",
        title=f"{('One', 'Two', 'Three')[count - 1]} of {counted(len(shares), 'assumption')} {explain} "
        f"{frequency(sum(means[:3]), max(errors[:3]))} parts of the variation",
        definition="Share of the variance over worlds that knowing one assumption would remove on average "
        "(first-order), with two errors.",
        source=found.source,
        note="What is left is interactions, and assumptions of smaller effect. The "
        f"{counted(len(names), 'largest', 'largest')} are shown.",
        alternative=stop(". ".join(f"{t}: {100 * m:.0f} of 100" for t, m in zip(titles, means, strict=True))),
        table=Table(
            "Shares of the variance over worlds",
            ("", "share", "Monte Carlo error"),
            tuple((t, f"{m:.4f}", f"{e:.4f}") for t, m, e in zip(titles, means, errors, strict=True)),
        ),
    )


def tornado_figure(found: Material, swings: Sequence[Swing]) -> Figure:
    """One-at-a-time swings around the central world."""
    parameters = found.model.scenario.parameters
    centre, metric = swings[0].at_centre, found.metric_title(found.subject.metric)
    meant = {of.labelled(n): (of.low, of.high) for n, of in parameters.items()}
    rows = [
        bars.Bar(
            parameters[s.name].labelled(s.name),
            s.at_low,
            s.at_high,
            f"{s.low:.2g}",
            f"{s.high:.2g}",
        )
        for s in [swing for swing in swings if swing.size > 0][:DRIVERS]
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
        partial(bars.tornado, rows, centre, metric),
        partial(bars.draw_tornado, rows, centre, metric),
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
            tuple(
                (
                    b.label,
                    _end(b.low_label, meant.get(b.label, ("", ""))[0]),
                    f"{b.at_low:.3f}",
                    _end(b.high_label, meant.get(b.label, ("", ""))[1]),
                    f"{b.at_high:.3f}",
                )
                for b in rows
            ),
        ),
    )


def _end(value: str, meaning: str) -> str:
    """An end of a range with what the study says it means."""
    return f"{value}: {meaning}" if meaning else value


def _conditions(found: Material) -> list[Block]:
    discovery, target = found.conditions.found, found.subject.target
    if discovery is None or target is None:
        return [Paragraph(found.conditions.reason)] if found.conditions.reason else []
    where = quoted(found.arrangement_title(found.subject.focus))
    fails = f"{where}: in {of_worlds(discovery.base_rate)} it is not so that {target.words}."
    if not discovery.boxes:
        return [
            Paragraph(
                f"{fails} No region of the assumptions was found that tells these worlds from the others."
            )
        ]
    return [Paragraph(fails), Items(tuple(failures(found)), ordered=True)]


def _conditions_figure(found: Material) -> Figure | None:
    """The conditions of failure as ranges; None where there are none."""
    discovery, target = found.conditions.found, found.subject.target
    if discovery is None or target is None or not discovery.boxes:
        return None
    where = quoted(found.arrangement_title(found.subject.focus))
    parameters = found.model.scenario.parameters
    shown = [
        ranges.Range(
            f"{at}. Fails in {of_worlds(box.density)} inside; {frequency(box.coverage)} of all failures",
            parameters[name].labelled(name),
            limit.lowest,
            limit.highest,
            *limit.interval,
            limit_range(limit, parameters[name].unit),
        )
        for at, box in enumerate(discovery.boxes, 1)
        for name, limit in box.limits.items()
    ]
    sentences = failures(found)
    hold = "holds" if len(discovery.boxes) == 1 else "hold"
    return style.figure(
        partial(ranges.chart, shown),
        partial(ranges.draw, shown),
        "conditions",
        title=f"{counted(len(discovery.boxes), 'set')} of conditions {hold} {frequency(discovery.covered)} of the "
        "failures",
        definition=f"Parts of the range of assumptions (thick) in which it fails that {target.words}, under {where}.",
        source=found.source,
        note="Found by patient rule induction (PRIM) on one half of the worlds; shares are those of the other half. "
        "Other boxes would do nearly as well.",
        alternative=" ".join(sentences),
        table=Table(
            "Conditions of failure",
            ("", "of the set", "lowest", "highest", "whole range"),
            tuple(
                (r.label, r.box, f"{r.low:.4g}", f"{r.high:.4g}", f"{r.lowest:.4g} to {r.highest:.4g}")
                for r in shown
            ),
        ),
    )
