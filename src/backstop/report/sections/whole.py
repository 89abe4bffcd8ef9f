"""The whole report from findings: sections in the order a hurried reader needs them."""

from __future__ import annotations

from backstop.report.content import Report, Section
from backstop.report.material.gathering import Material
from backstop.report.sections import (
    answer,
    arrangements,
    claims,
    commitments,
    drivers,
    graph_model,
    grounds,
    packages,
    survival,
)
from backstop.report.tables.assessment import heading, tables


def written(found: Material) -> Report:
    """The report; sections with nothing to say are named in `left_out` with the reason."""
    sections: list[Section] = []
    left_out: list[str] = []

    def add(section: Section | None, otherwise: str) -> None:
        if section is None:
            left_out.append(otherwise)
        else:
            sections.append(section)

    add(answer.section(found), "")
    add(arrangements.section(found), "")
    add(survival.section(found), "No course over time: the study has one period.")
    unjudged = "Claims, judged: `backstop claims` judges them, and so does `backstop report`."
    none = "No claims: the study makes none."
    add(claims.section(found), unjudged if found.model.scenario.claims else none)
    if found.searched:
        add(drivers.drivers_section(found), "")
        add(packages.section(found), "")
    else:
        left_out.append(
            "What drives it, where it fails, and which packages reach it: `backstop report` looks for them."
        )
    add(commitments.section(found), "No commitments: the study has neither measures nor automatic moves.")
    add(grounds.camps_section(found), "No camps: no assumption of the study is given by camps of experts.")
    add(grounds.judgement_section(found), "")
    add(graph_model.section(found), "No graph model: the study has no graph.yaml.")
    add(
        grounds.accounts_section(found),
        "No accounts and sources: the study has no dossier and no data references.",
    )
    if not found.searched:
        add(Section("tables", "All figures", tuple(tables(found.result))), "")
    add(grounds.reproduction_section(found), "")
    scenario = found.model.scenario
    return Report(
        scenario.title,
        scenario.question,
        tuple(heading(found.result)),
        tuple(sections),
        tuple(left_out),
        exact(found),
    )


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
        "result": found.result.as_dict(),
    }
    if found.claims is not None:
        numbers["claims"] = found.claims.as_dict()
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
