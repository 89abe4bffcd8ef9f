"""What others come to believe of a hidden type, as a report tells it."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.program.test_hidden_types import mixture_of_hazards, several_years
from tests.support.models import model_of

import backstop
from backstop.program.program import compile_program
from backstop.questions.study.beliefs import asking_beliefs, learnt_beliefs


def test_war_tells_which_type_it_is_and_calm_the_other() -> None:
    result = backstop.assess(model_of(mixture_of_hazards("bayes", 41)), worlds=2)
    found = learnt_beliefs(result)
    assert found is not None
    assert (found.actor, found.type, found.years) == ("one", "high", 5.0)
    assert found.share == pytest.approx(0.3, abs=1e-12)
    assert found.overall["bare"] == pytest.approx(0.3, abs=2e-4)
    given = found.given["bare"]
    assert (given["high"] or 0.0) > 0.3 > (given["low"] or 1.0)
    seen = {each.phase: each for each in found.seen["bare"]}
    assert set(seen) == {"here", "war"}
    # Five years of either hazard, and Bayes' rule.
    chances = {"low": 1.0 - 0.98**5, "high": 1.0 - 0.7**5}
    for kind, chance in chances.items():
        assert seen["war"].chance[kind] == pytest.approx(chance, abs=1e-12)
    war = 0.3 * chances["high"] / (0.3 * chances["high"] + 0.7 * chances["low"])
    assert seen["war"].belief == pytest.approx(war, abs=2e-3)
    assert found.as_dict()["arrangements"]["bare"]["overall"] == found.overall["bare"]


@pytest.mark.parametrize("beliefs", ["fixed", "known"])
def test_where_nobody_learns_there_is_nothing_to_tell(beliefs: str) -> None:
    result = backstop.assess(model_of(several_years(beliefs)), worlds=2)
    assert learnt_beliefs(result) is None


def test_an_assessment_says_what_the_grid_does() -> None:
    result = backstop.assess(model_of(several_years()), worlds=32)
    assert result.grid is not None
    assert (result.grid.size, result.grid.half, result.grid.worlds) == (9, 5, 32)
    moved = result.as_dict()["belief_grid"]["moved"]["bare"]
    assert set(moved) == {"war_comes", "war_if_bold", "believed"}
    assert 0.0 < max(moved.values()) < 0.05
    assert result.unconverged_worlds == 0


def test_what_a_report_asks_of_the_largest_example_is_not_too_large() -> None:
    """The report of the Ukraine study with hidden intent was refused for the size of this program."""
    study = Path(__file__).resolve().parents[3] / "examples" / "ukraine-2025" / "learning.yaml"
    asking = asking_beliefs(backstop.load(study))
    assert len(asking.scenario.metrics) == 4 + 3 * 11
    assert len(compile_program(asking).wasm) > 1_000_000
