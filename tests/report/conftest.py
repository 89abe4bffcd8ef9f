"""Reports of small studies, computed once for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import report_studies
from tests.support.browser import browser, watch

from backstop.report.content import Report
from backstop.report.material.gathering import Material, Request, gathered
from backstop.report.sections.whole import written
from backstop.scenario.study import load

__all__ = ["browser", "watch"]


def material_of(text: str, folder: Path, **asked: object) -> Material:
    """What is found in a study given as text."""
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    request = Request(**{"worlds": 1024, "threads": 1, **asked})  # type: ignore[arg-type]
    return gathered(load(folder), folder, request, "backstop report small")


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return material_of(report_studies.small(), tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def small_report(small: Material) -> Report:
    return written(small)


@pytest.fixture(scope="session")
def hostile_report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return written(material_of(report_studies.hostile(), tmp_path_factory.mktemp("hostile")))
