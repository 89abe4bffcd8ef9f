"""What the answer hangs on, and under which conditions it fails."""

from __future__ import annotations

from backstop.base.words import listed, of_worlds, quoted
from backstop.report.answers.conditions import conditions_figure
from backstop.report.answers.drivers import shares_figure, told_shares, tornado_figure
from backstop.report.content import Block, Figure, Items, Paragraph, Section
from backstop.report.material.gathering import Material
from backstop.report.sections.answer import failures


def section(found: Material) -> Section:
    """First-order shares and swings, and the conditions of failure."""
    first, lead = found.shares.found, found.subject
    if first is None:
        return Section("drivers", "What drives it", (Paragraph(found.shares.reason),))
    metric, where = quoted(found.metric_title(lead.metric)), quoted(found.arrangement_title(lead.focus))
    names = told_shares(first.first)
    titles = [quoted(found.model.scenario.parameters[name].labelled(name)) for name in names[:3]]
    most = (
        f"What is not known about {listed(titles)} moves {metric} under {where} most."
        if titles
        else f"No one assumption moves {metric} under {where} much."
    )
    blocks: list[Block] = [Paragraph(most, lead=True)]
    if names:
        blocks.append(shares_figure(found.model, found.source, names, first.first))
    return Section("drivers", "What drives it", (*blocks, *_conditions(found)))


def annex(found: Material) -> list[Block]:
    """What is looked up of it: swings around the central world, and the conditions of failure as ranges."""
    if found.shares.found is None:
        return []
    swings = found.swings.found
    metric = found.metric_title(found.subject.metric)
    blocks: list[Block] = [
        Paragraph(found.swings.reason)
        if swings is None
        else tornado_figure(found.model, found.source, swings, quoted(metric), metric)
    ]
    figure = _conditions_figure(found)
    return blocks if figure is None else [*blocks, figure]


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
    return conditions_figure(
        found.model,
        found.source,
        discovery,
        happens="Fails",
        those="failures",
        definition=f"Parts of the range of assumptions (thick) in which it fails that {target.words}, under {where}.",
        alternative=" ".join(failures(found)),
    )
