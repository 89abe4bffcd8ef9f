"""The whole report: sections in the order a hurried reader needs them."""

from __future__ import annotations

from dataclasses import replace

from backstop.base.table import Table
from backstop.base.words import sentence_case
from backstop.report.content import Block, Figure, Paragraph, Report, Section
from backstop.report.material.gathering import Material
from backstop.report.sections import (
    answer,
    arrangements,
    beliefs,
    claims,
    commitments,
    drivers,
    game,
    graph_model,
    grounds,
    packages,
    survival,
)
from backstop.report.sections.brief import page as brief
from backstop.report.tables.assessment import heading, tables

# Sections about what a study rests on, not about what comes of it.
_WITHOUT_FIGURES = ("game", "judgement", "assumptions", "accounts", "graph", "states", "reproduce")


def written(found: Material) -> Report:
    """The report; sections with nothing to say are named in `left_out` with the reason."""
    scenario = found.model.scenario
    unjudged = (
        found.unjudged or "Claims, judged: `backstop claims` judges them, and so does `backstop report`."
    )
    unsought = (
        "What drives it, where it fails, and which packages reach it: `backstop report` looks for them."
    )
    parts: list[tuple[Section | None, str]] = [
        (brief.section(found), ""),
        (answer.section(found), ""),
        (arrangements.section(found), ""),
        (survival.section(found), "No course over time: the study has one period."),
        (beliefs.section(found), ""),
        (claims.section(found), unjudged if scenario.claims else "No claims: the study makes none."),
        (drivers.section(found) if found.searched else None, unsought),
        (packages.section(found) if found.searched else None, ""),
        (grounds.camps_section(found), "No camps: no assumption of the study is given by camps of experts."),
        (grounds.judgement_section(found), ""),
        (graph_model.section(found), "No graph model: the study has no graph.yaml."),
        (_figures(found), ""),
        (claims.annex(found), ""),
        (game.section(found) if found.searched else None, ""),
        (commitments.section(found), "No commitments: the study has neither measures nor automatic moves."),
        (grounds.assumptions_annex(found), ""),
        (graph_model.annex(found), ""),
        (
            grounds.accounts_section(found),
            "No accounts and sources: the study has no dossier and no data references.",
        ),
        (grounds.reproduction_section(found), ""),
    ]
    return Report(
        scenario.title,
        scenario.question,
        (*heading(found.result), *found.result.notes),
        tuple(_warned(section, found.result.rough) for section, _ in parts if section is not None),
        tuple(otherwise for section, otherwise in parts if section is None and otherwise),
        exact(found),
        found.source,
    )


def charts(found: Material) -> list[Figure]:
    """The figures of arrangements, of how long things last and of claims: all that an assessment alone has."""
    parts = [arrangements.section(found), survival.section(found), claims.annex(found)]
    blocks = [block for part in parts if part is not None for block in part.blocks]
    blocks += [*survival.annex(found), *arrangements.annexed_figures(found)]
    return [block for block in blocks if isinstance(block, Figure)]


def _figures(found: Material) -> Section:
    """The figures of every section that are looked up and not read through; all tables where nothing was sought."""
    blocks: list[Block] = [*survival.annex(found), *arrangements.annexed_figures(found)]
    if found.searched:
        blocks += [*arrangements.annexed_tables(found), *drivers.annex(found)]
    else:
        blocks += tables(found.result)
    return Section("tables", "All figures", tuple(blocks), annex=True)


def _warned(section: Section, rough: tuple[str, ...]) -> Section:
    """The section with a warning about all figures under its tables, and before what it says."""
    if not rough or section.name in _WITHOUT_FIGURES:
        return section
    blocks = [block.noted(*rough) if isinstance(block, Table) else block for block in section.blocks]
    return replace(section, blocks=(Paragraph(f"{sentence_case(rough[0])}."), *blocks))


def brief_alone(found: Material) -> Report:
    """The first page of the report and nothing else."""
    first = _warned(brief.section(found), found.result.rough)
    scenario = found.model.scenario
    facts = (*heading(found.result), *found.result.notes, f"again by: {found.command}")
    return Report(scenario.title, scenario.question, facts, (first,), (), exact(found), found.source)


def exact(found: Material) -> dict[str, object]:
    """The numbers behind the prose in full doubles."""
    lead = found.subject
    shares = {} if lead.target is None else lead.target.shares
    numbers: dict[str, object] = {
        "headline": lead.metric,
        "focus": lead.focus,
        "target": None if lead.target is None else lead.target.formula,
        "target_is_the_studys_own": lead.target is not None and lead.target.own,
        "target_shares": {name: share.as_dict() for name, share in shares.items()},
        "forms": None if found.forms is None else found.forms.as_dict(),
        "result": found.result.as_dict(),
    }
    if found.beliefs is not None:
        numbers["beliefs"] = found.beliefs.as_dict()
    if found.claims is not None:
        numbers["claims"] = found.claims.by_name()
    if found.shares.found is not None:
        numbers["first_order"] = {name: of.as_dict() for name, of in found.shares.found.first.items()}
    least = found.packages.found
    numbers["packages"] = []
    if least is not None:
        numbers["packages"] = [
            {
                "measures": dict(package.levels),
                "share": package.share.as_dict(),
                "metric": package.metrics[lead.metric].as_dict(),
                "costs": least.by_unit(package),
            }
            for package in least.minimal
        ]
    numbers["camps"] = {camp.name: camp.as_dict() for camp in found.camps}
    return numbers
