"""Live pages of studies for tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from backstop.live.one_file import one_file
from backstop.live.payload import Asked, payload
from backstop.report.content import Paragraph, Report, Section
from backstop.report.render.html import html
from backstop.scenario.study import load

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

PRINTED = "What was printed stays here."


@cache
def data_of(study: str, worlds: int = 1_008) -> dict[str, Any]:
    """The data of the page of a study among the examples."""
    return payload(load(EXAMPLES / study), EXAMPLES / study, Asked(worlds=worlds))


@cache
def printed() -> str:
    """A printed report of one paragraph."""
    sections = (Section("answer", "The answer", (Paragraph(PRINTED, lead=True),)),)
    return html(Report("A study", "What will be?", (), sections))


def written(folder: Path, data: dict[str, Any]) -> str:
    """The address of a page with this data."""
    path = folder / "report.html"
    path.write_text(one_file(printed(), data), encoding="utf-8")
    return path.as_uri()
