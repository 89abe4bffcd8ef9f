"""Worlds of an inquiry: solved once, weighed by what is observed, taken from an assessment where there is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.support.lottery import CAMPS, OBSERVED, study

from backstop.base.faults import Refused
from backstop.questions.camps import camp_views
from backstop.questions.event import event
from backstop.questions.inquiry import Inquiry, inquiry_of, promise_of
from backstop.questions.weighted_worlds import used_parameters, weighted_worlds, worlds_under
from backstop.scenario.study import load
from backstop.worlds.assessment import assess


def test_an_assessment_serves_as_well_as_solving_again(tmp_path: Path) -> None:
    model = load(study(tmp_path, OBSERVED))
    alone = worlds_under(Inquiry(model, 500), ["mixed", "both"], ["peace", "worth"])
    result = assess(model, 500)
    wanted = {promise_of(model, a): ("peace", "worth") for a in ("mixed", "both")}
    taken = weighted_worlds(inquiry_of(result), wanted, result)
    for name in ("peace", "worth"):
        np.testing.assert_array_equal(
            alone.rows(name, ["mixed", "both"]), taken.rows(name, ["mixed", "both"])
        )
    np.testing.assert_allclose(alone.weight, taken.weight, atol=1e-15)
    assert alone.effective_worlds == pytest.approx(500 * 5 / 9, rel=0.02)


def test_events_are_true_false_or_unknown(tmp_path: Path) -> None:
    model = load(study(tmp_path))
    found = worlds_under(Inquiry(model, 400), ["guarded", "nothing"], ["peace", "war_if_peace"])
    x = found.inputs["x"]
    high = found.occurs(event(model, "peace >= 0.25 and x < 0.5"), promise_of(model, "guarded"))
    np.testing.assert_array_equal(high, ((x >= 0.25) & (x < 0.5)).astype(float))
    assert np.isnan(found.occurs(event(model, "war_if_peace >= 0.5"), promise_of(model, "nothing"))).all()


def test_what_nothing_uses_is_told_apart(tmp_path: Path) -> None:
    model = load(study(tmp_path))
    assert used_parameters(model.scenario) == {"x", "z"}
    found = worlds_under(Inquiry(model, 20), ["nothing"], [])
    assert list(found.inputs) == ["x", "z", "idle"]
    assert list(found.used) == ["x", "z"]


def test_few_worlds_warn_and_fewer_are_refused(tmp_path: Path) -> None:
    model = load(study(tmp_path))
    (note,) = worlds_under(Inquiry(model, 60), ["nothing"], []).notes
    assert "60 effective worlds" in note
    with pytest.raises(Refused, match="10 are needed"):
        worlds_under(Inquiry(model, 9), ["nothing"], [])


def test_views_of_camps_are_those_of_each_alone(tmp_path: Path) -> None:
    model = load(study(tmp_path, CAMPS))
    result = assess(model, 8192)
    met = {a: (of.samples["peace"] >= 0.5).astype(float) for a, of in result.arrangements.items()}
    views = {view.name: view for view in camp_views(result, "peace", met)}
    assert set(views) == {"low", "high"}
    for name, mean, share in (("low", 0.25, 0.0), ("high", 0.75, 1.0)):
        assert views[name].differs_on == ("x",)
        assert views[name].metric["guarded"].mean == pytest.approx(mean, abs=0.01)
        assert views[name].shares["guarded"].mean == pytest.approx(share, abs=0.01)
        assert set(views[name].as_dict()) == {"effective_worlds", "metric", "shares"}
    # One camp in four is the low one's.
    assert views["low"].effective_worlds == pytest.approx(8192 / 4, rel=0.05)
