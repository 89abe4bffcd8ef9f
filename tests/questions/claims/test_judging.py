"""Claims of a study whose answers are known, judged by the whole chain."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from tests.support.lottery import CAMPS, LOTTERY, OBSERVED, study

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.claims.judging import judge_claims
from backstop.questions.claims.requirements import requirements_of
from backstop.questions.claims.results import Claims
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
        ("never_needed", 0.3, 0.5, "open"),
        # guarded needs x >= 0.5, mixed 0.5 x + 0.25 z >= 0.5: an eighth ... worked out below.
        ("enough", 1 / 4, 3 / 4, "leans_false"),
        ("lifts", 1.0, 0.0, "supported"),
        ("sinks", 0.0, 1.0, "refuted"),
        ("add_up", 0.0, 1.0, "refuted"),
        ("least", 0.8, 0.2, "leans_true"),
        ("said", 0.75, 0.25, "leans_true"),
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


def test_where_it_fails_or_holds(judged: Claims) -> None:
    result = judged.results["said"]
    assert result.region.box is not None
    assert list(result.region.box.limits) == ["x"]
    assert result.region.box.limits["x"].interval[1] == pytest.approx(0.25, abs=0.01)
    assert "“X” is below 0.25" in result.region.words
    assert result.as_dict()["where_it_fails"] == result.region.words
    # True in a quarter of the worlds: where x and z are high.
    mostly = judged.results["enough"]
    assert mostly.region.holds and mostly.region.box is not None
    assert "the claim holds in" in mostly.region.words
    assert {"x", "z"} >= set(mostly.region.box.limits) >= {"x"}
    assert "where_it_fails" not in mostly.as_dict()
    lifts, sinks = judged.results["lifts"].region, judged.results["sinks"].region
    assert lifts.words.startswith("It was never seen to fail: at most 0.073 in 100")
    assert sinks.words.startswith("It was never seen to hold: at most 0.073 in 100")
    assert judged.results["unknown"].region.words.startswith("It is moot in every world")


def test_what_decides_is_named(judged: Claims) -> None:
    said = judged.results["said"].decider
    assert said is not None and said.limit is not None
    assert (said.by, said.parameter, said.share) == ("parameter", "x", 1.0)
    assert said.limit.interval[0] == pytest.approx(0.25, abs=1e-3)
    assert said.words == "Decided by one assumption: it is true where “X” is above 0.25 and false elsewhere"
    # 2 x + z >= 2: the best cut of x is right in less than 95 of 100 worlds.
    assert judged.results["enough"].decider is None
    # What aid adds is not promised, or is the same in every world.
    lacking = judged.results["lacking"].decider
    assert lacking is not None and lacking.by == "structure"
    assert judged.results["lacking"].region.words == "It holds in no world."
    assert judged.results["lifts"].decider is None
    assert judged.results["unknown"].decider is None


def test_a_claim_that_holds_without_its_measures_says_so(tmp_path: Path) -> None:
    text = LOTTERY.replace(
        "  needed:",
        "  anyway: {sufficient: {measures: [aid], for: always + peace >= 0}}\n"
        "  still: {holds: {in: aided, that: peace < 0.5}}\n"
        "  enough_aid: {holds: {in: aided, that: peace > 0.25}}\n"
        "  idle: {raises: {measures: [never], metric: peace}}\n  needed:",
    ).replace(
        "  mixed: {measures: {guard: 1, extra: 1}}", "  mixed: {measures: {guard: 1, extra: 1, never: 1}}"
    )
    found = judge_claims(Inquiry(load(study(tmp_path, text)), 512, threads=1)).results
    for name in ("anyway", "still"):
        depends = found[name].dependence
        assert depends is not None and depends.without is not None and depends.words is not None
        assert depends.independent and depends.without.verdict == "supported", name
        assert "without them it is supported too (true in all worlds)" in depends.words
        assert found[name].as_dict()["independent"] is True
    depends = found["enough_aid"].dependence
    assert depends is not None and not depends.independent and depends.words is None
    assert found["enough_aid"].as_dict()["without_measures"] == {
        "verdict": "refuted",
        "share": 0.0,
        "share_se": 0.0,
    }
    idle = found["idle"]
    assert idle.verdict.verdict == "refuted"
    assert idle.dependence is not None and idle.dependence.idle
    assert idle.decider is not None and "the measures change nothing" in idle.decider.words


@pytest.mark.parametrize("scale", [1.0, 1e-14, 1e12])
def test_verdicts_do_not_depend_on_the_unit(tmp_path: Path, scale: float) -> None:
    text = f"""
format: backstop/1
title: Units
horizon: {{years: 1, period: year, tail_years: 0}}
actors: {{same: {{discount: 0, noise: 1}}, more: {{discount: 0, noise: 1}}}}
measures: {{s: {{by: same, range: [0, 1]}}}}
arrangements: {{none: {{}}, some: {{measures: {{s: 0.3}}}}}}
parameters: {{gdp: {{uniform: [1, 2], basis: judgement}}}}
start: on
phases:
  on:
    absorbing: true
    payoffs: {{same: "{scale!r} * (gdp * (1 - s) + gdp * s)", more: "{scale!r} * gdp * (1 + s)"}}
outcomes: {{o: {{next: on}}}}
metrics: {{same_m: {{value: same}}, more_m: {{value: more}}}}
claims:
  up: {{raises: {{measures: [s], metric: same_m}}}}
  down: {{lowers: {{measures: [s], metric: same_m}}}}
  grows: {{raises: {{measures: [s], metric: more_m}}}}
"""
    found = judge_claims(Inquiry(load(study(tmp_path, text)), 256, threads=1)).results
    assert {name: of.verdict.verdict for name, of in found.items()} == {
        "up": "refuted",
        "down": "refuted",
        "grows": "supported",
    }
    assert (found["up"].verdict.true.mean, found["down"].verdict.true.mean) == (0.0, 0.0)
    assert (found["grows"].verdict.true.mean) == 1.0


HAZARDS = """
format: backstop/1
title: Hazards
horizon: {years: 1}
actors: {a: {discount: 0.5, noise: 1}}
measures: {guard: {by: a, range: [0, 1]}, aid: {by: a, range: [0, 1]}, sure: {by: a, range: [0, 1]}}
arrangements: {none: {}, both: {measures: {guard: 1, aid: 1}}, certain: {measures: {guard: 1, sure: 1}}}
parameters: {shift: {uniform: [0.9, 1.1], basis: judgement}}
definitions:
  war_chance: JOINT
start: uneasy
phases:
  uneasy:
    play:
      chance: {breaks: {probability: war_chance, then: attack}, lasts: {probability: otherwise, then: calm}}
  war: {absorbing: true}
  peace: {absorbing: true}
outcomes: {attack: {next: war}, calm: {next: peace}}
metrics: {no_war: {avoid: [war]}, war_comes: {reach: [war]}}
claims:
  plain: {complements: {measures: [guard, aid], metric: no_war, in: both}}
  hazard: {complements: {measures: [guard, aid], metric: no_war, in: both, scale: log_hazard}}
  of_war: {complements: {measures: [guard, aid], metric: war_comes, in: both, scale: log_hazard}}
  edge: {complements: {measures: [guard, sure], metric: no_war, in: certain, scale: log_hazard}}
"""


@pytest.mark.parametrize(
    ("joint", "plain", "hazard", "of_war"),
    [
        # .4, .2, .3, .1 with neither, guard, aid and both: sums add up, and the joint factor on the hazard, 4.848, is
        # more than 2.289 times 1.432.
        ("(0.4 - 0.2 * guard - 0.1 * aid) * (1 - sure)", "refuted", "supported", "refuted"),
        # Each multiplies the hazard by a factor of its own: nothing to each other, but less than a sum together.
        ("(1 - exp(-0.5 * shift * 0.4 ** guard * 0.6 ** aid)) * (1 - sure)", "refuted", "refuted", "refuted"),
        # Together less than either factor alone would give.
        ("(1 - exp(-0.5 * (1 - 0.5 * max(guard, aid)))) * (1 - sure)", "refuted", "refuted", "supported"),
    ],
)
def test_complements_on_the_hazard(tmp_path: Path, joint: str, plain: str, hazard: str, of_war: str) -> None:
    model = load(study(tmp_path, HAZARDS.replace("JOINT", joint)))
    found = judge_claims(Inquiry(model, 256, threads=1)).results
    got = {name: of.verdict.verdict for name, of in found.items()}
    # With `sure` war cannot come: there is no hazard to take a logarithm of.
    assert got == {"plain": plain, "hazard": hazard, "of_war": of_war, "edge": "moot"}


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
        assert result.region.words == other.region.words
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
    assert any("rough" in note for note in found.notes)
    with pytest.raises(Refused, match="10 are needed"):
        judge_claims(Inquiry(load(study(tmp_path / "plain", LOTTERY)), 1))


def test_unknown_claims_are_named_with_the_nearest(model: Model) -> None:
    with pytest.raises(InvalidInput, match="did you mean needed"):
        judge_claims(Inquiry(model, 100), ["neded"])
