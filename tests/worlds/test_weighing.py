"""Weights from all that was observed: records, likelihoods, what cannot be met, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support.command import run
from tests.support.small_studies import OBSERVED, PLEDGE, write

from backstop.base.faults import InvalidInput, Refused
from backstop.scenario.model import Model
from backstop.scenario.study import load
from backstop.worlds.assessment import assess
from backstop.worlds.weighing import few_worlds, weighing

PROMISE = """\
format: backstop/1
title: Promises kept among the attacked
horizon: {years: 2, tail_years: 0}
actors: {a: {discount: 0.5, noise: 1}}
arrangements: {only: {}}
parameters:
  strong: {discrete: {0: 1, 1: 1}, basis: judgement}
definitions:
  kept: 0.1 + 0.8 * strong
  attacked: 0.8 - 0.6 * strong
start: quiet
phases:
  quiet: {play: {chance: {attack: {probability: attacked, then: begins}, calm: {probability: otherwise, then: stays}}}}
  tested: {play: {chance: {keep: {probability: kept, then: holds}, leave: {probability: otherwise, then: fails}}}}
  peace: {absorbing: true}
  helped: {absorbing: true}
  alone: {absorbing: true}
  nowhere: {absorbing: true}
outcomes:
  begins: {next: tested}
  stays: {next: peace}
  holds: {next: helped}
  fails: {next: alone}
metrics:
  honoured: {reach: [helped], from: tested, by_year: 1}
  helped_ever: {reach: [helped]}
  if_attacked: {reach: [helped], given: {reach: [tested]}}
  early: {reach: [tested], by_year: 1}
"""
"""Two kinds of world alike often: promises kept with .1 or .9, attacked with .8 or .2."""


def promise(folder: Path, observations: str) -> Model:
    return load(write(folder, f"{PROMISE}observations:\n{observations}"))


def record(observed: str, metric: str = "honoured", more: str = ", among: {reach: [tested]}") -> str:
    return f"  record: {{metric: {metric}, arrangement: only{more}, observed: {{{observed}}}}}\n"


@pytest.mark.parametrize("metric", ["honoured", "helped_ever", "if_attacked"])
@pytest.mark.parametrize("observed", ["value: 0.22", "uniform: [0.2199999999, 0.2200000001]"])
def test_a_share_among_the_attacked_from_the_command_line(tmp_path: Path, metric: str, observed: str) -> None:
    """However the study is written: as from a forced start, as an event, or on the condition."""
    study = write(tmp_path, f"{PROMISE}observations:\n{record(observed, metric)}")
    found = run("assess", study, "--worlds", 1024, "--json").json
    seen = found["observations"]["record"]
    assert seen["prior"] == pytest.approx(0.26, abs=1e-12)
    assert seen["weighted"] == pytest.approx(0.22, abs=1e-9)
    assert (seen["level"], seen["left_out"], seen["among"]) == ("population", 0.0, {"reach": ["tested"]})
    reliability = found["arrangements"]["only"]["metrics"]["honoured"]["mean"]
    assert reliability == pytest.approx(0.4310344828, abs=1e-9)
    assert (reliability - 0.1) / 0.8 == pytest.approx(0.4137931034, abs=1e-9)


def test_a_likelihood_of_this_case_stays_what_it_was(tmp_path: Path) -> None:
    of = promise(tmp_path, record("beta: [2.5, 6.25]", more=", level: case"))
    assert assess(of, 1024).arrangements["only"].metrics["honoured"].mean == pytest.approx(0.1002, abs=5e-5)


def test_without_among_the_mean_over_worlds_meets_the_record(tmp_path: Path) -> None:
    found = assess(promise(tmp_path, record("value: 0.3", more="")), 1024)
    assert found.arrangements["only"].metrics["honoured"].mean == pytest.approx(0.3, abs=1e-9)


def test_likelihoods_come_before_records(tmp_path: Path) -> None:
    """With two kinds of world the record alone says how often each is, whatever the likelihood said before."""
    seen = "  seen: {metric: early, arrangement: only, level: case, observed: {beta: [2, 1]}}\n"
    alone, both = (
        assess(promise(tmp_path, record("value: 0.3", more="") + more), 1024) for more in ("", seen)
    )
    assert both.observations["seen"].level == "case"
    np.testing.assert_allclose(
        both.weights / both.weights.sum(), alone.weights / alone.weights.sum(), rtol=1e-8
    )


def test_the_year_of_an_observation_is_that_of_its_metric(tmp_path: Path) -> None:
    """No one is helped within a year of the start, and the attack that comes first is known by then."""
    with pytest.raises(Refused, match="no weights let these worlds meet the record record"):
        weighing(promise(tmp_path, record("value: 0.3", "helped_ever", ", by_year: 1")), 64, 1)
    found = weighing(promise(tmp_path, record("value: 0.3", "early", ", by_year: 2")), 64, 1)
    assert found.observations["record"].as_dict()["by_year"] == 2


@pytest.mark.parametrize("level", ["population", "case"])
def test_weights_do_not_depend_on_threads(tmp_path: Path, level: str) -> None:
    of = load(
        write(
            tmp_path,
            OBSERVED.replace(
                "level: case, observed: {beta: [3, 7]}", f"level: {level}, observed: {{beta: [3, 70]}}"
            ),
        )
    )
    one, three = (weighing(of, 5_000, 1, threads).weights for threads in (1, 3))
    assert one is not None and three is not None
    assert one.tobytes() == three.tobytes()


def test_records_left_out_are_told(tmp_path: Path) -> None:
    found = assess(promise(tmp_path, record("uniform: [0.05, 0.25]", more="")), 1024)
    assert found.observations["record"].left_out == pytest.approx(0.25, abs=0.02)
    assert any(
        "of 100 rates that the record \u201cRecord\u201d allows cannot be met" in note for note in found.notes
    )


@pytest.mark.parametrize(
    ("observations", "said", "path"),
    [
        (record("value: 0.95"), "no weights let these worlds meet the record record", "observations.record"),
        (
            record("value: 0.2", more=", among: {reach: [nowhere]}"),
            "was observed among never happens under only",
            "observations.record.among",
        ),
        (
            record("value: 0.2", "if_attacked", "")
            + record("value: 0.7", "honoured", "").replace("record", "other"),
            "records record and other together",
            "observations",
        ),
    ],
)
def test_records_that_cannot_be_met(tmp_path: Path, observations: str, said: str, path: str) -> None:
    with pytest.raises(Refused, match=said) as error:
        weighing(promise(tmp_path, observations), 256, 1)
    (fault,) = error.value.faults
    assert fault.place.path == path
    assert fault.place.line is not None
    assert fault.hint


@pytest.mark.parametrize(
    ("observations", "said"),
    [
        (record("value: 0.2", more=", by_year: 5"), "by_year 5 is after the horizon of 2 years"),
        (record("value: 0.2", more=", by_year: 0.3"), "by_year 0.3 is not a whole number of periods"),
        (record("value: 0.2", more=", by_year: soon"), "by_year"),
        (record("value: 0.2", more=", level: case"), "needs a density"),
        (record("beta: [2, 2]", more=", level: case, among: {reach: [tested]}"), "no cases among which"),
        (record("value: 0.2", more=", among: {reach: [tested], avoid: [peace]}"), "more than one kind"),
        (record("value: 0.2", more=", among: {}"), "asks nothing"),
        (record("value: 0.2", more=", among: {reach: [testd]}"), "did you mean tested"),
        (record("value: 0.2", "if_attacked", ", among: {reach: [peace]}"), "another condition of its own"),
    ],
)
def test_observations_that_make_no_sense(tmp_path: Path, observations: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as error:
        promise(tmp_path, observations)
    (fault,) = error.value.faults
    assert fault.place.path.startswith("observations.record")
    assert fault.place.line is not None


@pytest.mark.parametrize("level", ["population", "case"])
def test_a_contradiction_is_refused_with_its_name(tmp_path: Path, level: str) -> None:
    low = f"  other: {{metric: worth, arrangement: bare, level: {level}, observed: {{normal: [1, 3]}}}}\n"
    high = f"  seen: {{metric: early_war, arrangement: bare, level: {level}, observed: {{normal: [0.295, 0.0001]}}}}\n"
    # One record takes nearly all weight alone, so that no other can be met beside it.
    low = "" if level == "population" else low
    study = write(tmp_path, f"{PLEDGE}observations:\n{low}{high}")
    found = run("assess", study, "--worlds", 512)
    assert found.code == 4
    assert "the observation seen contradicts the assumptions" in found.err
    assert "observations.seen" in found.err
    assert not found.out


def test_few_effective_worlds_warn(tmp_path: Path) -> None:
    of = load(write(tmp_path, PLEDGE))
    assert few_worlds(of, 100.0, 100) is None
    assert "99 effective worlds" in (few_worlds(of, 99.0, 99) or "")
    assert "12 effective worlds of 4,000" in (few_worlds(of, 12.3, 4_000) or "")


def test_nothing_uncertain_needs_no_worlds(tmp_path: Path) -> None:
    certain = PROMISE.replace("discrete: {0: 1, 1: 1}", "value: 1")
    found = assess(load(write(tmp_path, certain)), 1)
    assert found.notes == ()
    assert found.arrangements["only"].metrics["honoured"].mean == pytest.approx(0.9)


def test_an_observation_apart_from_the_assumptions_is_named(tmp_path: Path) -> None:
    """The 5 to 95 % of worlds before weighting reach from .001 to .145."""
    cohort = (
        "observations:\n  cohort: {metric: early_war, arrangement: bare, observed: {uniform: [LOW, 0.2]}}\n"
    )
    apart, near = (
        load(write(tmp_path / low, PLEDGE + cohort.replace("LOW", low))) for low in ("0.15", "0.13")
    )
    found = assess(apart, 2_000)
    assert found.observations["cohort"].is_unexpected
    assert any(
        note.startswith("cohort: the assumptions put early_war under bare at 0.001") for note in found.notes
    )
    assert found.as_dict()["notes"] == list(found.notes)
    assert not assess(near, 2_000).observations["cohort"].is_unexpected
