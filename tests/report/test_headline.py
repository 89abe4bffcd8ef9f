"""The first sentence of a report."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.report.conftest import material_of
from tests.support.small_studies import PLEDGE

from backstop.report.sections.headline import headline


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("headline")


def test_a_small_share_is_not_told_as_success(folder: Path) -> None:
    found = material_of(PLEDGE, folder, target="lasting >= 0.995")
    shares = {name: of.mean or 0.0 for name, of in found.subject.target.shares.items()}
    assert 0.0 < max(shares.values()) < 0.5
    said = headline(found)
    assert "more than under any other" not in said
    assert said.startswith(
        "Under none of the 3 arrangements compared is it so in most worlds that the chance of "
    )
    assert "the most is" in said
    assert f"under “{found.arrangement_title(max(shares, key=lambda name: shares[name]))}”" in said


def test_the_arrangement_asked_about_is_told_beside_the_best(folder: Path) -> None:
    found = material_of(PLEDGE, folder, target="lasting >= 0.995", focus="bare")
    assert "and under “Nothing” it is" in headline(found)


def test_what_no_world_meets(folder: Path) -> None:
    assert headline(material_of(PLEDGE, folder, target="lasting > 1")).endswith("; it is so in no world.")


def test_a_share_of_most_worlds_is_told_as_before(folder: Path) -> None:
    said = headline(material_of(PLEDGE, folder, target="lasting >= 0.1"))
    assert said.startswith("Under “")
    assert "none of the" not in said
