"""Properties of an assessment as a Python user sees it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from tests.support.small_studies import OBSERVED, PLEDGE

import backstop
from backstop.base.faults import InvalidInput, Refused
from backstop.report.tables.summary import warnings
from backstop.scenario.check.scenario import read_scenario
from backstop.scenario.model import Model, compile_scenario
from backstop.scenario.study import load
from backstop.scenario.template import start_study
from backstop.worlds import sample
from backstop.worlds.assessment import assess
from backstop.worlds.draws import drawn
from backstop.worlds.result import Result


def model(text: str) -> Model:
    document, scenario, notes = read_scenario(text.encode(), "scenario.yaml")
    return compile_scenario(scenario, document.place, notes=notes)


@lru_cache
def result(text: str = PLEDGE, worlds: int = 320, seed: int = 1) -> Result:
    return assess(model(text), worlds, seed)


def test_the_public_names_do_the_same(tmp_path: Path) -> None:
    (tmp_path / "scenario.yaml").write_text(PLEDGE)
    found = backstop.assess(backstop.load(tmp_path), worlds=320)
    assert found.arrangements["both"].metrics == result().arrangements["both"].metrics


@pytest.mark.parametrize("period", ["month", "quarter", "half-year", "year"])
def test_shares_add_up_in_every_period(period: str) -> None:
    found = assess(model(PLEDGE.replace("half-year", period)), 64)
    for a in found.arrangements.values():
        shares = np.array(list(a.phases.values()))
        np.testing.assert_allclose(shares.sum(axis=0), 1.0, rtol=1e-12)
        assert (shares >= 0).all()
        # One play a period: as many outcomes as periods spent outside the absorbing phase.
        played = 1.0 - shares[list(a.phases).index("war"), :-1]
        assert sum(a.outcomes.values()) == pytest.approx(played.sum())


def test_avoid_and_reach_are_complements() -> None:
    found = assess(model(PLEDGE + "  ever_war: {reach: [war]}\n"), 64)
    for a in found.arrangements.values():
        np.testing.assert_allclose(a.samples["lasting"] + a.samples["ever_war"], 1.0, rtol=1e-12)


def test_costs_are_levels_by_time() -> None:
    """A constant force paid for in every phase costs level * price * years, in every world."""
    text = PLEDGE.replace("cap: ceiling, ", "")
    a = assess(model(text), 32).arrangements["armed"]
    np.testing.assert_allclose(a.cost_samples["force"], 0.4 * 60 * 4, rtol=1e-12)
    assert a.costs["force"].se == pytest.approx(0, abs=1e-9)
    assert a.costs["pledge"].mean == 0
    assert a.controllers["south"]["million"].mean == pytest.approx(96)


def test_a_cost_is_paid_where_the_measure_is_in_force() -> None:
    a = result().arrangements["both"]
    in_peace = np.array(a.phases["peace"][:-1]).sum() / 2  # years
    assert a.costs["pledge"].mean == pytest.approx(2 * in_peace)


def test_weights_move_the_mean_towards_the_base_rate() -> None:
    found = result(OBSERVED)
    report = found.observations["cohort"]
    assert report.prior is not None
    assert report.weighted is not None
    assert abs(report.weighted - 0.3) < abs(report.prior - 0.3)
    assert found.weights is not None
    assert found.weights.max() == 1
    assert found.effective_worlds == pytest.approx(found.weights.sum() ** 2 / (found.weights**2).sum())
    sample = found.arrangements["bare"].samples["early_war"]
    assert report.prior == pytest.approx(sample.mean())
    assert report.weighted == pytest.approx(np.average(sample, weights=found.weights))
    for a in found.arrangements.values():
        mean = a.metrics["lasting"].mean
        assert mean == pytest.approx(np.average(a.samples["lasting"], weights=found.weights))
        # Phases and outcomes are averaged in another way where the weights are known beforehand.
        assert a.phases["war"][-1] == pytest.approx(1.0 - mean)  # type: ignore[operator]


def test_more_worlds_make_smaller_errors_and_the_error_is_honest() -> None:
    large = result(worlds=8192).arrangements["bare"].metrics["lasting"]
    assert large.mean is not None
    off = []
    for seed in range(2, 14):
        small = result(worlds=512, seed=seed).arrangements["bare"].metrics["lasting"]
        assert small.mean is not None
        assert small.se is not None
        off.append((small.mean - large.mean) / small.se)
    assert 0.3 < np.sqrt(np.mean(np.square(off))) < 2.0


def test_a_flat_likelihood_changes_nothing() -> None:
    flat = OBSERVED.replace("beta: [3, 7]", "uniform: [0, 1]")
    weighted, plain = result(flat), result()
    assert weighted.effective_worlds == pytest.approx(320)
    for name, a in plain.arrangements.items():
        for metric, summary in a.metrics.items():
            assert weighted.arrangements[name].metrics[metric].mean == pytest.approx(summary.mean, rel=1e-12)
            assert weighted.arrangements[name].metrics[metric].q05 == summary.q05
        for phase, shares in a.phases.items():
            assert weighted.arrangements[name].phases[phase] == pytest.approx(shares, rel=1e-12)


@pytest.mark.parametrize("text", [PLEDGE, OBSERVED])
@pytest.mark.parametrize("arrangements", [None, ["armed"]])
def test_progress_rises_to_the_total(text: str, arrangements: list[str] | None) -> None:
    told: list[tuple[int, int]] = []
    assess(model(text), 10_000, arrangements=arrangements, progress=lambda *at: told.append(at))
    assert len(told) >= 3
    assert told == sorted(told)
    assert len({total for _, total in told}) == 1
    assert told[-1][0] == told[-1][1]


def test_a_fault_names_the_first_world_that_has_it() -> None:
    broken = model(PLEDGE.replace("prize - shield", "log(prize - 0.5)"))
    with pytest.raises(InvalidInput, match=r"log\(prize - 0.5\)") as error:
        assess(broken, 10_000, threads=2)
    assert len(error.value.faults) == 1
    world = int(re.search(r"in world (\d+)", str(error.value))[1])  # type: ignore[index]
    prize = drawn(broken, 10_000, 1)["prize"]
    assert isinstance(prize, np.ndarray)
    assert world == int(np.argmax(prize <= 0.5))


def test_threads_change_no_bit() -> None:
    one, *others = (
        assess(model(OBSERVED), 5_000, threads=n).as_dict()["arrangements"] for n in (1, 2, 3, 64)
    )
    assert all(one == other for other in others)


def test_one_arrangement_alone_is_compared_with_nothing() -> None:
    found = assess(model(PLEDGE), 64, arrangements=["both"])
    assert list(found.arrangements) == ["both"]
    assert found.arrangements["both"].differences == {}
    assert found.arrangements["both"].metrics == assess(model(PLEDGE), 64).arrangements["both"].metrics


def test_curves_that_are_too_large_are_solved_for_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = assess(model(OBSERVED), 3_000)
    monkeypatch.setattr(sample, "_MOST_HELD", 1.0)
    told: list[tuple[int, int]] = []
    parts = assess(model(OBSERVED), 3_000, progress=lambda *at: told.append(at))
    assert parts.as_dict() == whole.as_dict()
    assert told[-1][0] == told[-1][1]
    monkeypatch.setattr(sample, "_MOST_DOUBLE", 1.0)
    single = assess(model(OBSERVED), 3_000)
    for name, a in whole.arrangements.items():
        assert single.arrangements[name].metrics == a.metrics
        for metric, curve in a.curves.items():
            found = single.arrangements[name].curves[metric]
            assert found.q50 == pytest.approx(curve.q50, rel=1e-6)
            assert found.mean == pytest.approx(curve.mean, rel=1e-6)


@pytest.mark.parametrize("worlds", [0, -1, 2_000_001])
def test_numbers_of_worlds_have_limits(worlds: int) -> None:
    with pytest.raises(Refused):
        assess(model(PLEDGE), worlds)


def test_labelled_arrays() -> None:
    xarray = pytest.importorskip("xarray", reason="the extra xarray is not installed")
    found = result(OBSERVED)
    labelled = found.to_xarray()
    assert isinstance(labelled, xarray.Dataset)
    assert dict(labelled.sizes) == {
        "world": 320,
        "arrangement": 3,
        "parameter": 4,
        "metric": 6,
        "event": 3,
        "actor": 2,
        "measure": 2,
    }
    mean = labelled["metrics"].weighted(labelled["weight"]).mean("world")
    for name, a in found.arrangements.items():
        assert float(mean.sel(arrangement=name, metric="lasting")) == pytest.approx(a.metrics["lasting"].mean)
    assert labelled.attrs["seed"] == 1


def test_labelled_arrays_without_measures_or_parameters() -> None:
    pytest.importorskip("xarray", reason="the extra xarray is not installed")
    text = """\
format: backstop/1
title: A coin
horizon: {years: 1}
actors: {us: {discount: 0.5, noise: 1}}
arrangements: {only: {}}
start: before
phases: {before: {play: choice}, after: {absorbing: true}}
trees: {choice: {actor: us, moves: {left: done, right: done}}}
outcomes: {done: {next: after}}
metrics: {gone: {reach: [after]}}
"""
    labelled = assess(model(text), 16).to_xarray()
    assert labelled.sizes["parameter"] == labelled.sizes["measure"] == 0
    assert (labelled["metrics"] == 1).all()


def test_worlds_that_do_not_settle_are_counted_and_named(tmp_path: Path) -> None:
    """By arrangement, in the JSON and in words, with the command that shows one of them."""
    start_study(tmp_path / "mine", "learning")
    file = tmp_path / "mine" / "scenario.yaml"
    text = file.read_text(encoding="utf-8").replace("{years: 6}", "{years: 6, tail_years: 8}")
    file.write_text(text.replace("    grid: 11", "    grid: 3"), encoding="utf-8")
    result = assess(load(file.parent), worlds=12)
    found = result.as_dict()
    assert found["unconverged_worlds"] == 12 and found["first_unconverged"] == list(range(10))
    assert found["unconverged_by_arrangement"] == {
        name: {"worlds": 12, "first": list(range(10))} for name in ("bare", "guarded")
    }
    (said,) = (warning for warning in warnings(result) if "settle" in warning)
    assert "12 worlds of 12 do not settle" in said and "numbers 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ..." in said
    assert "backstop explain --world 0 --arrangement bare" in said
