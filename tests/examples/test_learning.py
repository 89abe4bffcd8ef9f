"""The Ukraine study in which Russia's type is hidden stands beside the first and keeps the rules of the accounts."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from backstop.scenario.study import load
from backstop.worlds.assessment import assess
from backstop.worlds.result import Result

STUDY = Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025"
NEW = {"hawk", "retreat"}
GONE = {"revanchist", "recognition"}
MOVED = {"unease"}


def plain(name: str) -> dict[str, Any]:
    data = YAML(typ="safe", pure=True).load((STUDY / name).read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    return data


@lru_cache
def small(tmp: Path) -> Result:
    """The study with a clock of one year and offers in two steps, which is solved at once; without records."""
    text = (STUDY / "learning.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("counts: 5", "counts: 1"),
        ("{age: 5", "{age: 1"),
        ("steps: 9", "steps: 2"),
        ("beliefs: bayes\n", "beliefs: bayes\n    grid: 5\n"),
    ):
        assert old in text
        text = text.replace(old, new)
    start, end = text.index("\nobservations:\n"), text.index("\nclaims:\n")
    (tmp / "scenario.yaml").write_text(text[:start] + text[end:], encoding="utf-8")
    names = ["aid_only", "force_and_backstop", "imposed_settlement"]
    return assess(load(tmp), worlds=16, seed=1, arrangements=names)


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return small(tmp_path_factory.mktemp("learning"))


def test_loads_without_notes_and_keeps_its_phases_few() -> None:
    model = load(STUDY / "learning.yaml")
    assert model.notes == ()
    assert len(model.states) == 62


def test_what_both_forms_share_is_the_same() -> None:
    first, second = plain("scenario.yaml"), plain("learning.yaml")
    assert set(second["parameters"]) - set(first["parameters"]) == NEW
    assert set(first["parameters"]) - set(second["parameters"]) == GONE
    told = {"title", "note", "low", "high", "short"}
    for name in sorted(set(first["parameters"]) & set(second["parameters"]) - MOVED):
        one, other = first["parameters"][name], second["parameters"][name]
        assert {k: v for k, v in one.items() if k not in told} == {
            k: v for k, v in other.items() if k not in told
        }, name
    assert first["measures"] == second["measures"]
    assert first["arrangements"] == second["arrangements"]
    assert set(first["claims"]) <= set(second["claims"])
    assert set(first["metrics"]) <= set(second["metrics"])


def test_terms_are_offered_over_a_grid_of_nine() -> None:
    text = (STUDY / "learning.yaml").read_text(encoding="utf-8")
    assert text.count("offer: asked") == text.count("steps: 9") == 3


def test_rules_of_the_accounts_hold(result: Result) -> None:
    assert result.unconverged_worlds == 0
    assert len(result.arrangements) == 3
    for name, arrangement in result.arrangements.items():
        assert arrangement.metrics["force_without_deal"].mean == pytest.approx(0, abs=1e-12)
        without = arrangement.metrics["deals_without_kyiv"].mean
        assert without is not None
        assert (without > 0) == (name == "imposed_settlement")


def test_the_belief_stays_at_the_share_and_moves_towards_the_truth(result: Result) -> None:
    for name, arrangement in result.arrangements.items():
        samples = arrangement.samples
        hawk, dove = samples["feared_if_revanchist"], samples["feared_if_satisfied"]
        assert len(hawk) == 16
        assert (hawk >= dove).all(), name
        assert (hawk - dove).max() > 0.1, name


def test_the_readme_names_every_claim() -> None:
    readme = (STUDY / "learning.md").read_text(encoding="utf-8")
    claims = plain("learning.yaml")["claims"]
    assert len(claims) == 49
    for name in claims:
        assert name in readme
