"""The one door through which questions have worlds solved."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.lottery import study

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.inquiry import Experiment, Inquiry, levels_of, promise_of
from backstop.scenario.model import Model
from backstop.scenario.study import load
from backstop.worlds.query import Query


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load(study(tmp_path_factory.mktemp("lottery")))


def peace(inquiry: Inquiry, levels: dict[str, float]) -> np.ndarray:
    (found,) = inquiry.solve(inquiry.drawn(), inquiry.worlds, [Query(levels, ["peace"])])
    return found.metrics["peace"]


def test_levels_that_differ_by_world_give_what_each_level_gives(model: Model) -> None:
    inquiry = Inquiry(model, 300, threads=1)
    base = dict(model.levels["both"])
    levels = np.linspace(0.0, 1.0, 300)
    (together,) = inquiry.solve(inquiry.drawn(), 300, [Query({**base, "guard": levels}, ["peace"])])
    for world in (0, 7, 150, 299):
        alone = peace(inquiry, {**base, "guard": float(levels[world])})[world]
        assert together.metrics["peace"][world] == pytest.approx(alone, abs=1e-14)


def test_experiments_side_by_side_are_experiments_alone(
    model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backstop.questions.inquiry._AT_ONCE", 250)
    inquiry = Inquiry(model, 100, threads=1)
    drawn = inquiry.drawn()
    centre = inquiry.sampler.central()
    names = ("guarded", "both", "mixed")
    experiments = [Experiment(levels_of(model, promise_of(model, a)), drawn, 100) for a in names]
    experiments.append(Experiment(levels_of(model, promise_of(model, "guarded")), centre, 3))
    told: list[tuple[int, int]] = []
    found = inquiry.side_by_side(experiments, ["peace"], True, lambda *done: told.append(done))
    assert told[-1] == (4, 4)
    assert len(found) == 4
    for name, of in zip(names, found, strict=False):
        np.testing.assert_allclose(of.metrics["peace"], peace(inquiry, dict(model.levels[name])), atol=1e-14)
    assert found[-1].metrics["peace"].tolist() == [0.5] * 3
    assert found[1].costs.shape == (2, 100)


def test_the_number_of_worlds_has_its_limits(model: Model) -> None:
    for worlds in (0, 2_000_001):
        with pytest.raises(Refused, match="ask for 1 to 2,000,000"):
            Inquiry(model, worlds).drawn()


def test_values_of_an_unknown_actor_are_refused_with_the_nearest(model: Model) -> None:
    inquiry = Inquiry(model, 10)
    assert inquiry.actor_values(inquiry.drawn(), ["nothing", "both"], "a").shape == (2, 10)
    with pytest.raises(InvalidInput, match="no actor is called aa"):
        inquiry.actor_values(inquiry.drawn(), ["nothing"], "aa")
