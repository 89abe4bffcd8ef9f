"""What is set intervenes, what is given conditions: weights, bits, correlations, and what cannot be given."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from tests.support.command import run
from tests.support.small_studies import OBSERVED, write

from backstop.base.faults import InvalidInput
from backstop.questions.camps import camp_views
from backstop.report.tables.assessment import tables as assessment_tables
from backstop.scenario.model import Model
from backstop.scenario.study import load
from backstop.worlds.assessment import assess
from backstop.worlds.draws import drawn, sampler_of

COINS = """\
format: backstop/1
title: Two coins
horizon: {years: 1, tail_years: 0}
actors: {x: {discount: 0, noise: 1}, y: {discount: 0, noise: 1}, z: {discount: 0, noise: 1}}
arrangements: {only: {}}
parameters:
  a: {discrete: {0: 1, 1: 1}, basis: judgement}
  b: {discrete: {0: 1, 1: 1}, basis: judgement}
start: on
phases: {on: {absorbing: true, payoffs: {x: a, y: b, z: "where(a + b == 1, 0.8, 0.2)"}}}
outcomes: {o: {next: on}}
metrics: {a_is: {value: x}, b_is: {value: y}, seen: {value: z}}
observations:
  record: {metric: seen, arrangement: only, level: case, observed: {beta: [2, 1]}}
"""
"""The likelihood at a + b = 1 is four times that elsewhere."""


def test_two_coins_set_and_given_on_the_command_line(tmp_path: Path) -> None:
    study = write(tmp_path, COINS)
    means = {}
    for option in ("--set", "--given"):
        found = run("assess", study, "--worlds", 1024, option, "a=1", "--json").json
        assert (found["set"], found["given"], found["camp"]) == (
            ({"a": 1}, {}, None) if option == "--set" else ({}, {"a": 1}, None)
        )
        metrics = found["arrangements"]["only"]["metrics"]
        assert metrics["a_is"]["mean"] == 1
        means[option] = metrics["b_is"]["mean"]
    assert means["--set"] == pytest.approx(0.5, abs=1e-12)
    assert means["--given"] == pytest.approx(0.2, abs=1e-12)


def test_what_a_name_plays_no_part_in_stays_to_the_last_bit(tmp_path: Path) -> None:
    """Nothing depends on the pledge without a pledge; the observed arrangement is one of those that stay."""
    of = load(write(tmp_path, OBSERVED))
    before, after = (assess(m, 500).as_dict()["arrangements"] for m in (of, of.with_values({"pledge": 0.5})))
    assert before["bare"] != after["bare"]
    text = (
        OBSERVED.replace("experts:\n      hawks", "experts:\n      hawks")
        .replace("parameters:", "parameters:\n  idle: {uniform: [0, 1], basis: judgement}")
        .replace("cost: 2 * pledge", "cost: 2 * pledge * idle")
        .replace("- [spread, ceiling, 0.4]", "- [spread, idle, 0.4]")
    )
    of = load(write(tmp_path / "idle", text))
    before, after = (assess(m, 500).as_dict()["arrangements"] for m in (of, of.with_values({"idle": 0.3})))
    for name in ("bare", "armed"):
        assert before[name] == after[name]
    assert before["both"]["metrics"] == after["both"]["metrics"]
    assert before["both"]["costs"] != after["both"]["costs"]


def correlated(folder: Path, more: str = "") -> Model:
    text = COINS.replace(
        "  b: {discrete: {0: 1, 1: 1}, basis: judgement}\n",
        "  b: {normal: [0, 1], basis: judgement}\n  c: {normal: [0, 1], basis: judgement}\n"
        "  d: {discrete: {0: 1, 1: 3}, basis: judgement}\n"
        "correlations: [[b, c, 0.5], [c, d, -0.4]]\n",
    )
    text = text.replace('"where(a + b == 1, 0.8, 0.2)"', "c").replace(
        "level: case, observed: {beta: [2, 1]}", "level: case, observed: {normal: [0, 9]}"
    )
    return load(write(folder, text))


R = 2 * math.sin(math.pi * 0.5 / 6)
"""The correlation of the normal scores of b and c."""


def test_a_value_given_says_what_it_says_about_others(tmp_path: Path) -> None:
    of = correlated(tmp_path)
    c = np.asarray(drawn(of.given({"b": 1.5}), 40_000, 1)["c"])
    assert c.mean() == pytest.approx(1.5 * R, abs=0.01)
    assert c.std() == pytest.approx(math.sqrt(1 - R * R), abs=0.01)
    assert sampler_of(of.given({"b": 1.5}), 1).central()["c"] == pytest.approx(1.5 * R)
    set_ = drawn(of.with_values({"b": 1.5}), 40_000, 1)
    assert set_["b"] == 1.5
    np.testing.assert_array_equal(set_["c"], drawn(of, 40_000, 1)["c"])


def test_a_range_given_is_kept_and_says_what_it_says_about_others(tmp_path: Path) -> None:
    of = correlated(tmp_path).given({"b": (1.0, 2.0)})
    found = drawn(of, 40_000, 1)
    b, c = np.asarray(found["b"]), np.asarray(found["c"])
    inside = stats.truncnorm(1, 2)
    assert b.min() >= 1.0 and b.max() <= 2.0
    assert b.mean() == pytest.approx(inside.mean(), abs=0.002)
    assert c.mean() == pytest.approx(R * inside.mean(), abs=0.01)
    assert c.var() == pytest.approx(1 - R * R + R * R * inside.var(), abs=0.02)


def test_a_single_value_of_a_correlated_parameter_is_a_range_of_scores(tmp_path: Path) -> None:
    of = correlated(tmp_path)
    free = drawn(of, 400_000, 2)
    chosen = np.asarray(free["c"])[np.asarray(free["d"]) == 0]
    given = np.asarray(drawn(of.given({"d": 0}), 40_000, 1)["c"])
    assert given.mean() == pytest.approx(chosen.mean(), abs=0.02)
    assert given.std() == pytest.approx(chosen.std(), abs=0.02)


def test_two_ranges_of_correlated_parameters_weigh_the_worlds(tmp_path: Path) -> None:
    of = correlated(tmp_path)
    free = drawn(of, 400_000, 2)
    b, c = np.asarray(free["b"]), np.asarray(free["c"])
    chosen = (b > 0.5) & (b < 1.5) & (c > -1.0) & (c < 0.0)
    asked = of.given({"b": (0.5, 1.5), "c": (-1.0, 0.0)})
    logs = sampler_of(asked, 1).log_weights(0, 40_000)
    assert logs is not None
    found = drawn(asked, 40_000, 1)
    for name, value in (("b", b), ("c", c), ("d", np.asarray(free["d"]))):
        mean = np.average(np.asarray(found[name]), weights=np.exp(logs))
        assert mean == pytest.approx(value[chosen].mean(), abs=0.02)
    assert np.asarray(found["c"]).min() >= -1.0
    assert assess(asked, 1000).weights is not None


def test_what_is_given_and_set_together(tmp_path: Path) -> None:
    of = correlated(tmp_path).with_values({"b": 0.25}).given({"c": (0, 1)})
    assert of.overrides.as_dict() == {"set": {"b": 0.25}, "given": {"c": [0.0, 1.0]}, "camp": None}
    result = assess(of, 256)
    assert result.arrangements["only"].metrics["b_is"].mean == 0.25
    alone = assess(correlated(tmp_path / "again").given({"c": (0, 1)}), 256)
    assert result.weights is not None and alone.weights is not None
    assert result.weights.tobytes() == alone.weights.tobytes()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"a": 0.5}, "probability nothing, for its values are 0 and 1"),
        ({"b": (4.0, 5.0)}, "probability nothing, for it lies between 0 and 1"),
        ({"c": 1}, "it is no parameter"),
        ({"a": (1, 0)}, "neither a number nor a range"),
    ],
)
def test_what_cannot_be_given(
    tmp_path: Path, given: dict[str, float | tuple[float, float]], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said) as error:
        load(write(tmp_path, COINS)).given(given)
    assert len(error.value.faults) == 1


@pytest.mark.parametrize(
    ("option", "value", "code", "said"),
    [
        ("--given", "a=0.5", 3, "parameters.a: given a = 0.5: that has probability nothing"),
        ("--given", "a", 2, "write NAME=VALUE or NAME"),
        ("--given", "a=[1]", 2, "write NAME=VALUE or NAME"),
        ("--given", "a=[1, 0]", 2, "the lower end comes first"),
        ("--given", "a=nan", 2, "write NAME=VALUE or NAME"),
        ("--set", "a=[0, 1]", 2, "such as --set"),
    ],
)
def test_options_that_make_no_sense(tmp_path: Path, option: str, value: str, code: int, said: str) -> None:
    answer = run("assess", write(tmp_path, COINS), option, value)
    assert answer.code == code
    assert said in answer.err
    assert not answer.out


def test_a_measure_is_not_given(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="a measure is promised, not drawn"):
        load(write(tmp_path, OBSERVED)).given({"force": 10})


def test_what_is_set_is_noted(tmp_path: Path) -> None:
    study = write(tmp_path, OBSERVED)
    answer = run(
        "assess", study, "--worlds", 400, "--set", "prize=2", "--set", "force=60", "--set", "ceiling=20"
    )
    assert answer.code == 0
    assert "Set: prize = 2, force = 60, ceiling = 20" in answer.out
    assert "note: prize is set to 2, outside its range from 0 to 1.2" in answer.err
    assert "note: force is set to 60, which changes bare\n" in answer.err
    assert "ceiling is" not in answer.err


def test_camps_are_weighed_as_the_study_stands(tmp_path: Path) -> None:
    """Setting a parameter that plays no part leaves each camp's view what it was."""
    text = OBSERVED.replace(
        "parameters:", "parameters:\n  idle: {uniform: [0, 1], basis: judgement}"
    ).replace("cost: 2 * pledge", "cost: 2 * pledge * idle")
    of = load(write(tmp_path, text))
    one, other = (assess(m, 2_000) for m in (of, of.with_values({"idle": 0.5})))
    views = [camp_views(result, "lasting", {}) for result in (one, other)]
    assert len(views[0]) == 2
    for first, second in zip(*views, strict=True):
        assert first.metric == second.metric
    hawks = assess(of.in_camp("hawks"), 4_000).arrangements["bare"].metrics["lasting"].mean
    assert views[0][0].metric["bare"].mean == pytest.approx(hawks, abs=0.02)


def test_few_effective_worlds_are_told_beside_every_figure(tmp_path: Path) -> None:
    study = write(tmp_path, OBSERVED)
    assert "rests on only 36 effective worlds" in " ".join(run("assess", study, "--worlds", 100).out.split())
    text = run("assess", study, "--worlds", 100, "--all").out
    tables = len(assessment_tables(assess(load(study), 100)))
    assert tables > 5
    assert " ".join(text.split()).count("every figure rests on only 36 effective worlds") == tables
    found = run("robustness", study, "--worlds", 100, "--json").json
    assert any(note.startswith("every figure rests on only 36 effective worlds") for note in found["notes"])
    assert "rests on only 36" in run("robustness", study, "--worlds", 100).out


def test_a_report_names_what_was_set_given_and_how_rough_it_is(tmp_path: Path) -> None:
    study = write(tmp_path / "study", OBSERVED)
    options = ("--set", "prize=0.9", "--given", "spread=[0.4, 0.6]", "--camp", "doves")
    answer = run("report", study, "--worlds", 200, *options, "--out", tmp_path / "out", "--format", "md,json")
    assert answer.code == 0, answer.err
    words = "set: prize = 0.9; given: spread from 0.4 to 0.6; camp: doves"
    text = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    sources = [line for line in text.splitlines() if "Source: A pledge" in line]
    assert len(sources) > 3
    for line in sources:
        assert words in line and "few effective worlds" in line
    assert "--given 'spread=[0.4, 0.6]' --set prize=0.9 --camp doves" in text
    result = json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))["exact"]["result"]
    assert (result["set"], result["given"], result["camp"]) == (
        {"prize": 0.9},
        {"spread": [0.4, 0.6]},
        "doves",
    )
