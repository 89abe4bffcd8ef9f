"""A plain page of tables: one file, no scripts, nothing fetched."""

from __future__ import annotations

from importlib import resources

from jinja2 import Environment

from backstop.report.tables import heading, tables
from backstop.text import clean
from backstop.worlds.result import Result


def page(result: Result, command: str) -> str:
    """The assessment as one self-contained HTML page; `command` reproduces it."""
    source = resources.files("backstop.report").joinpath("templates/page.html").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters["clean"] = clean
    scenario = result.model.scenario
    return environment.from_string(source).render(
        title=scenario.title,
        question=scenario.question,
        heading=heading(result),
        tables=tables(result),
        command=command,
        digests=dict(result.model.digests),
        versions=result.as_dict()["versions"],
    )
