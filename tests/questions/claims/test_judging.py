"""Claims of a study whose answers are known, judged by the whole chain."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tests.support.lottery import CAMPS, LOTTERY, OBSERVED, study

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.claims.judging import Claims, judge_claims
from backstop.questions.claims.requirements import requirements_of
from backstop.questions.inquiry import Inquiry
from backstop.scenario.model import Model
from backstop.scenario.study import load


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(study(tmp_path_factory.mktemp("lottery")))


@pytest.fixture(scope="module")
def judged(model: Model) -> Claims:
    return judge_claims(Inquiry(model, 4096, threads=2))


@pytest.mark.parametrize(
    ("name", "true", "false", "verdict"),
    [
        # Without guard the best is 0.3; with guard and aid peace is x + 0.3: moot below x = 0.2.
        ("needed", 0.8, 0.0, "supported"),
        # Without aid, guard alone meets it from x = 0.5 up; with aid from 0.2.
        ("never_needed", 0.3, 0.5, "contested"),
        # guarded needs x >= 0.5, mixed 0.5 x + 0.25 z >= 0.5: an eighth ... worked out below.
        ("enough", 1 / 4, 3 / 4, "contested"),
        ("lifts", 1.0, 0.0, "supported"),
        ("sinks", 0.0, 1.0, "refuted"),
        ("add_up", 0.0, 1.0, "refuted"),
        ("least", 0.8, 0.2, "contested"),
        ("said", 0.75, 0.25, "contested"),
        ("unknown", 0.0, 0.0, "moot"),
    ],
)
def test_shares_are_those_worked_out_by_hand(
    judged: Claims, name: str, true: float, false: float, verdict: str
) -> None:
    found = judged.results[name].verdict
    assert found.true.mean + found.false.mean + found.moot.mean == pytest.approx(1.0)
    if name == "enough":
        # 2 x + z >= 2 and x >= 1/2 on the unit square: a triangle of area 1/4.
        assert true == pytest.approx(0.25)
    assert found.true.mean == pytest.approx(true, abs=0.003)
    assert found.false.mean == pytest.approx(false, abs=0.003)
    assert found.verdict == verdict


def test_least_level(judged: Claims) -> None:
    least = judged.results["least"].least_level
    assert least is not None
    # 0.3 + x g >= 0.5: g = 0.2 / x for x above 0.2, 0.2 ln 5 / 0.8 on average; found up to a thousandth above.
    assert least.level.mean == pytest.approx(0.2 * math.log(5) / 0.8, abs=2e-3)
    assert least.none.mean == pytest.approx(0.2, abs=1e-3)
    assert least.not_monotone.mean == 0.0


def test_a_band_of_levels_is_found_and_said_not_to_be_monotone(judged: Claims) -> None:
    # 4 b (1 - b) > 0.9 holds around b = 1/2 alone: half a width of sqrt(0.1) / 2; at least 0.5 needs x >= 0.5.
    least = judged.results["band"].least_level
    assert least is not None
    assert least.not_monotone.mean == pytest.approx(0.5, abs=0.02)
    assert least.none.mean == pytest.approx(0.5, abs=0.02)
    assert least.level.q05 == pytest.approx(0.5 - math.sqrt(0.1) / 2, abs=2e-3)


def test_counterexamples_refute_and_cannot_be_simpler(model: Model, judged: Claims) -> None:
    assert sum(len(result.counterexamples) for result in judged.results.values()) == 8
    for name, result in judged.results.items():
        for counter in result.counterexamples:
            point = dict(counter.values)
            assert _false_at(model, name, point), name
            for changed in counter.changed:
                assert not _false_at(model, name, {**point, changed: 0.5}), (name, changed)
            unchanged = set(point) - set(counter.changed)
            assert all(point[p] == pytest.approx(0.5) for p in unchanged)
    assert judged.results["said"].counterexamples[0].changed.keys() == {"x"}
    assert judged.results["said"].counterexamples[0].changed["x"] == pytest.approx(0.25, abs=0.01)
    # The claim fails in the centre already: nothing has to be changed.
    assert judged.results["enough"].counterexamples[0].changed == {}
    assert not judged.results["lifts"].counterexamples


def _false_at(model: Model, name: str, point: dict[str, float]) -> bool:
    """By the definition, on one world."""
    x, z = point["x"], point["z"]
    peace = {
        "nothing": 0.0,
        "guarded": x,
        "aided": 0.3,
        "both": min(1.0, x + 0.3),
        "mixed": 0.5 * x + 0.25 * z,
    }
    return {
        "never_needed": max(peace[a] for a in ("nothing", "guarded", "mixed")) >= 0.5,
        "enough": min(peace[a] for a in ("guarded", "both", "mixed")) < 0.5,
        "sinks": True,
        "add_up": peace["both"] - peace["guarded"] - peace["aided"] <= 1e-9,
        "least": 0.3 + x < 0.5,
        "band": x < 0.5,
        "said": x < 0.25,
        "lacking": True,
    }[name]


def test_where_it_fails(judged: Claims) -> None:
    result = judged.results["said"]
    assert result.box is not None
    assert list(result.box.limits) == ["x"]
    assert result.box.limits["x"].interval[1] == pytest.approx(0.25, abs=0.01)
    assert "“X” is below 0.25" in result.where
    assert judged.results["lifts"].where.startswith("It was never seen to fail: at most 0.073 in 100")
    assert judged.results["sinks"].where == "It fails in every world in which it can be judged."
    assert judged.results["unknown"].where.startswith("It is moot in every world")


def test_never_seen_is_bounded_not_proved(judged: Claims) -> None:
    verdict = judged.results["lifts"].verdict
    assert verdict.at_most == pytest.approx(3 / 4096)


def test_what_cannot_be_judged_says_so(model: Model, judged: Claims) -> None:
    silent = judged.results["silent"]
    assert silent.verdict.verdict == "moot"
    assert silent.reason is not None
    assert "no arrangement has all of the measures" in silent.reason
    assert "claims.silent" in silent.reason
    with pytest.raises(Refused, match="no arrangement has all"):
        requirements_of(model, "silent")
    lacking = judged.results["lacking"]
    assert lacking.verdict.verdict == "refuted"
    assert lacking.note is not None
    assert "guarded promises no aid" in lacking.note


def test_nothing_depends_on_threads_blocks_or_later_worlds(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = judge_claims(Inquiry(model, 3000, threads=1))
    more = judge_claims(Inquiry(model, 5000, threads=2))
    monkeypatch.setattr("backstop.questions.inquiry._AT_ONCE", 257)
    two = judge_claims(Inquiry(model, 3000, threads=2))
    for name, result in one.results.items():
        other = two.results[name]
        assert result.verdict == other.verdict, name
        assert [c.changed for c in result.counterexamples] == [c.changed for c in other.counterexamples]
        assert result.where == other.where
        if result.codes is not None:
            later = more.results[name].codes
            assert later is not None
            np.testing.assert_array_equal(result.codes, later[:3000])
        if result.least_level is not None and other.least_level is not None:
            assert result.least_level == other.least_level


def test_observations_weigh_the_worlds(tmp_path: Path) -> None:
    found = judge_claims(Inquiry(load(study(tmp_path, OBSERVED)), 4096))
    # The density of x is 3 x^2 then: P(x < 1/4) = 1/64.
    assert found.results["said"].verdict.false.mean == pytest.approx(1 / 64, abs=5e-4)
    # (E w)^2 / E w^2 = (1/3)^2 / (1/5).
    assert found.effective_worlds == pytest.approx(4096 * 5 / 9, rel=0.01)


def test_camps_agree_with_a_run_of_each_alone(tmp_path: Path) -> None:
    model = load(study(tmp_path, CAMPS))
    pooled = judge_claims(Inquiry(model, 8192))
    for camp in ("low", "high"):
        alone = judge_claims(Inquiry(model.in_camp(camp), 4096), camps=False)
        for name, result in pooled.results.items():
            if result.reason is None:
                own, theirs = result.camps[camp], alone.results[name].verdict
                assert own.true.mean == pytest.approx(theirs.true.mean, abs=0.02), (camp, name)
                assert own.verdict == theirs.verdict, (camp, name)
    assert pooled.results["said"].camps["low"].true.mean == pytest.approx(0.5, abs=0.01)
    assert pooled.results["said"].camps["high"].true.mean == 1.0


def test_correlated_camps_agree_with_a_run_of_each_alone(tmp_path: Path) -> None:
    text = CAMPS.replace("definitions:", "correlations:\n  - [x, z, 0.6]\ndefinitions:")
    model = load(study(tmp_path, text))
    pooled = judge_claims(Inquiry(model, 16384), ["enough", "said"])
    for camp in ("low", "high"):
        alone = judge_claims(Inquiry(model.in_camp(camp), 16384), ["enough"], camps=False)
        assert pooled.results["enough"].camps[camp].true.mean == pytest.approx(
            alone.results["enough"].verdict.true.mean, abs=0.01
        )


def test_few_effective_worlds(tmp_path: Path) -> None:
    narrow = OBSERVED.replace("beta: [3, 1]", "normal: [0.5, 0.001]")
    model = load(study(tmp_path, narrow))
    with pytest.raises(Refused, match="too few to answer from"):
        judge_claims(Inquiry(model, 500))
    found = judge_claims(Inquiry(model, 16384))
    assert found.effective_worlds < 100
    assert found.note is not None
    assert "rough" in found.note
    with pytest.raises(Refused, match="10 are needed"):
        judge_claims(Inquiry(load(study(tmp_path / "plain", LOTTERY)), 1))


def test_unknown_claims_are_named_with_the_nearest(model: Model) -> None:
    with pytest.raises(InvalidInput, match="did you mean needed"):
        judge_claims(Inquiry(model, 100), ["neded"])
