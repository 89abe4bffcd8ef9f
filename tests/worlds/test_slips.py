"""Slips in assessments: exact in every world, summed up over worlds, and written out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from tests.support.models import model_of
from tests.support.small_studies import OBSERVED, PLEDGE

from backstop.base.faults import Refused
from backstop.game.choice import Information
from backstop.game.metric import by_first_slip
from backstop.game.slips import NOBODY
from backstop.program import lowering
from backstop.program.program import compile_program
from backstop.scenario.study import load
from backstop.scenario.valuation import Valuation
from backstop.worlds import assessment, query
from backstop.worlds.assessment import assess
from backstop.worlds.storage import save

KOREA = Path(__file__).resolve().parents[2] / "examples" / "korea-1953"

STUDY = OBSERVED.replace(
    "metrics:\n",
    "metrics:\n"
    "  held_if_probed: {avoid: [war], given: {reach: [tension]}}\n"
    "  probes_in_peace: {count: [probed], given: {avoid: [war]}, by_year: 2}\n"
    "  wars_from_tension: {reach: [war], from: tension, by_year: 2}\n"
    "  begun: {reach: [peace]}\n",
)
EVENTS = ["held_if_probed", "probes_in_peace", "wars_from_tension", "begun", "lasting", "early_war", "probes"]


@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_slips_and_incentive_sum_to_the_event_in_every_world(information: Information) -> None:
    result = assess(model_of(STUDY), 128, information=information)
    for a in result.arrangements.values():
        assert list(a.slip_samples) == list(a.slips) == EVENTS
        for name, of in a.slip_samples.items():
            avoids = result.model.scenario.metrics[name].kind == "avoid"
            event = 1.0 - a.samples[name] if avoids else a.samples[name]
            np.testing.assert_allclose(of.incentive + sum(of.by.values()), event, rtol=0, atol=1e-14)
            assert min(float(part.min()) for part in (of.incentive, *of.by.values())) >= 0.0
            summed = a.slips[name]
            parts = [summed.incentive.mean or 0.0, *(part.mean or 0.0 for part in summed.by.values())]
            assert summed.event is not None
            assert sum(parts) == pytest.approx(summed.event.mean, abs=1e-12)
            if summed.share is not None:
                assert summed.share.mean * summed.event.mean == pytest.approx(sum(parts[1:]), abs=1e-12)
                assert sum(e.mean for e in summed.shares.values()) == pytest.approx(summed.share.mean)
        # What is so from the start, no play has brought about.
        assert (a.slip_samples["begun"].incentive == 1.0).all()
    first = result.arrangements["bare"].slips["lasting"]
    assert first.share is not None and 0.05 < first.share.mean < 1.0
    assert first.share.se is not None and first.share.se > 0.0


@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_an_assessment_agrees_with_the_plain_solver(information: Information) -> None:
    model = model_of(STUDY)
    result = assess(model, 64, information=information)
    for name, a in result.arrangements.items():
        for world in range(3):
            here = {n: float(np.broadcast_to(v, 64)[world]) for n, v in result.parameters.items()}
            solution = Valuation(model, model.levels[name], here, world).solved(information)
            for metric in EVENTS:
                plain, ours = by_first_slip(solution, model.metric(metric)), a.slip_samples[metric]
                assert ours.incentive[world] == pytest.approx(plain[NOBODY], abs=1e-10)
                for actor, by in ours.by.items():
                    index = model.game.actors.index(actor)
                    assert by[world] == pytest.approx(plain.get(index, 0.0), abs=1e-10)


def test_a_condition_that_cannot_be_leaves_no_value() -> None:
    text = STUDY.replace("cost: 2 * pledge", "cost: 2 * pledge, when: years < 0")
    text = text.replace("seen: {probability: trace,", "seen: {probability: 0,")
    a = assess(model_of(text), 32).arrangements["bare"]
    of = a.slips["held_if_probed"]
    assert of.event is None and of.incentive.mean is None and of.share is None
    assert of.as_dict()["slips"] == {
        actor: {
            **dict.fromkeys(("mean", "se", "q05", "q25", "q50", "q75", "q95", "q05_se", "q95_se")),
            "without_value": 32,
        }
        for actor in ("north", "south")
    }
    # The weight of a world without the event is that of any other.
    assert a.slips["probes"].share is None and a.slips["probes"].incentive.mean == 0.0


def test_the_json_of_a_metric_has_its_slips() -> None:
    result = assess(model_of(PLEDGE), 64)
    found = result.as_dict()
    assert found["slips_are"] == "slip"
    metrics = found["arrangements"]["bare"]["metrics"]
    assert set(metrics["early_war"]["slips"]) == {"north", "south"}
    assert set(metrics["early_war"]["incentive"]) == {
        "mean",
        "se",
        "q05",
        "q25",
        "q50",
        "q75",
        "q95",
        "q05_se",
        "q95_se",
    }
    assert set(metrics["early_war"]["slip_share"]) == {"mean", "se"}
    for name in ("at_peace", "calm_years", "worth"):
        assert "slips" not in metrics[name] and "incentive" not in metrics[name]
    private = assess(model_of(PLEDGE), 16, information="private_payoffs").as_dict()
    assert private["slips_are"] == "shock"
    assert "slips" in private["arrangements"]["bare"]["metrics"]["early_war"]


@pytest.mark.parametrize(("information", "called"), [("agent_error", "slip"), ("private_payoffs", "shock")])
def test_the_file_of_all_worlds_has_slips(tmp_path: Path, information: Information, called: str) -> None:
    save(assess(model_of(PLEDGE), 20, information=information), tmp_path)
    with duckdb.connect() as database:
        table = database.read_parquet(str(tmp_path / "worlds.parquet"))
        split = [name for name in table.columns if name.startswith(("slip.", "shock.", "incentive."))]
        rows = table.select(
            f'"metric.early_war", "incentive.early_war", "{called}.early_war.north", "{called}.early_war.south"'
        ).fetchall()
    assert len(split) == 9 and f"{called}.probes.north" in split
    assert len(rows) == 60
    for whole, *parts in rows:
        assert sum(parts) == pytest.approx(whole, abs=1e-14)


def test_many_worlds_are_summed_up_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = assess(model_of(PLEDGE), 50)
    monkeypatch.setattr(assessment, "_MOST_SLIPS", 100.0)
    result = assess(model_of(PLEDGE), 50)
    for name, a in result.arrangements.items():
        assert not a.slip_samples
        assert a.slips == kept.arrangements[name].slips
    save(result, tmp_path)
    assert json.loads((tmp_path / "result.json").read_text())["arrangements"]["bare"]["metrics"]["probes"][
        "slips"
    ]
    pytest.importorskip("xarray", reason="the extra xarray is not installed")
    assert result.to_xarray().sizes["event"] == 0


def test_labelled_arrays_have_slips() -> None:
    pytest.importorskip("xarray", reason="the extra xarray is not installed")
    result = assess(model_of(PLEDGE), 20)
    labelled = result.to_xarray()
    whole = labelled["incentive"] + labelled["slips"].sum("actor")
    metric = labelled["metrics"].sel(metric="probes").to_numpy()
    np.testing.assert_allclose(whole.sel(event="probes").to_numpy(), metric, rtol=0, atol=1e-14)


@pytest.fixture
def little_room() -> Iterator[None]:
    query._host.cache_clear()
    yield
    query._host.cache_clear()


@pytest.mark.usefixtures("little_room")
def test_a_scenario_too_large_for_slips_is_solved_without_them(monkeypatch: pytest.MonkeyPatch) -> None:
    model = load(KOREA)
    with_slips = assess(model, 256)
    query._host.cache_clear()
    sizes = [len(compile_program(model, slips=slips).wasm) for slips in (False, True)]
    assert sizes[0] < 0.95 * sizes[1]
    monkeypatch.setattr(lowering, "MOST_CODE", sum(sizes) // 2)
    result = assess(model, 256)
    for name, a in result.arrangements.items():
        assert a.slips == {}
        for metric, summary in a.metrics.items():
            expected = with_slips.arrangements[name].metrics[metric].mean
            assert summary.mean is not None and expected is not None
            assert math.isclose(summary.mean, expected, rel_tol=1e-12)
    monkeypatch.setattr(lowering, "MOST_CODE", 1_000)
    query._host.cache_clear()
    with pytest.raises(Refused, match="the scenario makes a program"):
        assess(model, 256)
