"""Live pages of studies for tests."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

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


def rows_of(data: dict[str, Any]) -> dict[str, Any]:
    """The parameters of the worlds of a page: a row for each that varies, and the value of each that does not."""
    draws = data["draws"]
    numbers = np.frombuffer(base64.b64decode(draws["rows"]), "<f8").reshape(-1, draws["worlds"])
    return {**dict(zip(draws["parameters"], numbers, strict=True)), **draws["certain"]}


def world_of(data: dict[str, Any], world: int) -> dict[str, float]:
    """The parameters of one world of a page."""
    rows = rows_of(data)
    return {n: float(row[world]) if isinstance(row, np.ndarray) else float(row) for n, row in rows.items()}


def weights_of(data: dict[str, Any]) -> Any:
    """The weights of the worlds of a page; None where all count alike."""
    packed = data["draws"]["weights"]
    return None if packed is None else np.frombuffer(base64.b64decode(packed), "<f8")


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
