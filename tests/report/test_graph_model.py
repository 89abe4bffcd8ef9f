"""The graph model of a study in its report."""

from __future__ import annotations

from pathlib import Path

import pytest

from backstop.report.material.graph_model import GraphReadings, Reading, graph_readings
from backstop.report.sections.graph_model import CREDIBLE, NASH, THREATS, UNSTABLE, standing

UKRAINE = Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025"


@pytest.fixture(scope="module")
def ukraine() -> GraphReadings:
    found = graph_readings(UKRAINE)
    assert found is not None
    return found


def test_a_study_without_a_graph_model_has_no_readings(tmp_path: Path) -> None:
    assert graph_readings(tmp_path) is None


def test_every_variant_is_read_under_its_title(ukraine: GraphReadings) -> None:
    titles = [reading.title for reading in ukraine.readings]
    assert titles[0] == "Preferences as read from the accounts"
    assert len(titles) >= 2
    assert len(set(titles)) == len(titles)
    assert not [title for title in titles if "_" in title]


def test_each_stable_state_stands_on_something(ukraine: GraphReadings) -> None:
    base = ukraine.readings[0]
    found = {state: standing(base, state) for state in ukraine.described}
    assert set(found.values()) <= {NASH, CREDIBLE, THREATS, UNSTABLE}
    assert sum(words != UNSTABLE for words in found.values()) >= 1


def test_the_strictest_concept_is_said() -> None:
    reading = Reading("", {"Nash": ("a",), "SEQ": ("a", "b"), "GMR": ("a", "b", "c")}, ())
    assert [standing(reading, state) for state in "abcd"] == [NASH, CREDIBLE, THREATS, UNSTABLE]


def test_a_hollow_threat_names_who_would_have_to_prefer_what(ukraine: GraphReadings) -> None:
    hollow = [text for reading in ukraine.readings for text in reading.hollow]
    assert hollow
    for text in hollow:
        assert "is kept from it only by" in text
        assert "would have to prefer" in text
