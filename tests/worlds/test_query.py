"""Queries: what is asked for and nothing else, in all worlds or some, with levels that differ between worlds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.scenario.test_valuation import FAULTS, changed
from tests.support.models import model_of
from tests.support.small_studies import OBSERVED, PLEDGE

from backstop.base.faults import InvalidInput
from backstop.game.metric import figure
from backstop.scenario.model import Model
from backstop.scenario.valuation import Valuation
from backstop.worlds import query
from backstop.worlds.assessment import assess
from backstop.worlds.draws import drawn
from backstop.worlds.query import Query, ask

WORLDS = 200
STUDY = model_of(PLEDGE)
DRAWN = drawn(STUDY, WORLDS, 1)


def world(model: Model, parameters: Any, number: int) -> dict[str, float]:
    return {name: float(np.broadcast_to(value, WORLDS)[number]) for name, value in parameters.items()}


def test_queries_give_what_an_assessment_gives() -> None:
    whole = assess(STUDY, WORLDS)
    names = list(STUDY.levels)
    found = ask(STUDY, DRAWN, WORLDS, [Query(STUDY.levels[name], ("lasting",), costs=True) for name in names])
    assert len(found) == len(names) == 3
    for name, figures in zip(names, found, strict=True):
        of = whole.arrangements[name]
        assert list(figures.metrics) == ["lasting"]
        assert np.array_equal(figures.metrics["lasting"], of.samples["lasting"])
        assert np.array_equal(figures.costs, np.stack(list(of.cost_samples.values())))
        for actor, values in figures.values.items():
            assert np.array_equal(values, of.value_samples[actor])


def test_some_worlds_are_those_worlds() -> None:
    rows = np.array([7, 3, 199, 3])
    levels = STUDY.levels["both"]
    (every,) = ask(STUDY, DRAWN, WORLDS, [Query(levels, ("lasting", "early_war"))])
    (some,) = ask(STUDY, DRAWN, WORLDS, [Query(levels, ("lasting", "early_war"), rows=rows)])
    for name in ("lasting", "early_war"):
        assert np.array_equal(some.metrics[name], every.metrics[name][rows])
    assert some.costs.shape == (0, 4), "costs were not asked for"


def test_levels_may_differ_between_worlds() -> None:
    rows = np.array([0, 1, 2, 50])
    force = np.array([0.0, 10.0, 60.0, 35.5])
    levels = {**STUDY.levels["both"], "force": force}
    (found,) = ask(STUDY, DRAWN, WORLDS, [Query(levels, ("lasting",), costs=True, rows=rows)])
    for at, (number, level) in enumerate(zip(rows, force, strict=True)):
        promised = {**STUDY.levels["both"], "force": float(level)}
        (alone,) = ask(
            STUDY, world(STUDY, DRAWN, int(number)), 1, [Query(promised, ("lasting",), costs=True)]
        )
        assert alone.metrics["lasting"][0] == found.metrics["lasting"][at]
        assert np.array_equal(alone.costs[:, 0], found.costs[:, at])
        plain = Valuation(STUDY, promised, world(STUDY, DRAWN, int(number)))
        lasting = figure(plain.solved("agent_error"), STUDY.metric("lasting"))
        assert found.metrics["lasting"][at] == pytest.approx(lasting, abs=1e-10)


@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_both_readings_of_shocks(information: Any) -> None:
    (found,) = ask(STUDY, DRAWN, WORLDS, [Query(STUDY.levels["armed"], ("lasting",))], information)
    plain = Valuation(STUDY, STUDY.levels["armed"], world(STUDY, DRAWN, 11)).solved(information)
    assert found.metrics["lasting"][11] == pytest.approx(figure(plain, STUDY.metric("lasting")), abs=1e-10)


def test_a_fault_names_the_world_by_its_own_number() -> None:
    broken = model_of(PLEDGE.replace("prize - shield", "log(prize - 0.5)"))
    parameters = drawn(broken, WORLDS, 1)
    prize = parameters["prize"]
    assert isinstance(prize, np.ndarray)
    bad = np.flatnonzero(prize <= 0.5)
    rows = np.concatenate((np.flatnonzero(prize > 0.5)[:5], bad[[3, 1]]))
    asked = [Query(broken.levels["bare"], ("lasting",), rows=rows)]
    with pytest.raises(InvalidInput, match=rf"log\(prize - 0.5\).* in world {bad[3]}"):
        ask(broken, parameters, WORLDS, asked)
    good = [Query(broken.levels["bare"], ("lasting",), rows=rows[:5])]
    assert np.isfinite(ask(broken, parameters, WORLDS, good)[0].metrics["lasting"]).all()


@pytest.mark.parametrize(("path", "value", "words", "place", "xs"), FAULTS)
@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_every_kind_of_fault_is_found(
    path: str, value: Any, words: str, place: str, xs: list[float], information: Any
) -> None:
    model = model_of(changed(path, value))
    parameters = {"x": np.array([xs[0], xs[1], xs[0]]), "ceiling": 0.5}
    asked = [Query(model.levels["both"], ("whatever",))]
    with pytest.raises(InvalidInput) as caught:
        ask(model, parameters, 3, asked, information)
    message = str(caught.value)
    assert words in message
    assert place in message
    assert "in world 1" in message


def test_a_fault_of_a_cost_is_found_where_costs_are_asked_for() -> None:
    broken = model_of(PLEDGE.replace("0.4 * force", "log(force - 100)"))
    (found,) = ask(broken, DRAWN, WORLDS, [Query(broken.levels["armed"], ("lasting",))])
    assert np.isfinite(found.metrics["lasting"]).all()
    with pytest.raises(InvalidInput, match=r"log\(force - 100\)"):
        ask(broken, DRAWN, WORLDS, [Query(broken.levels["armed"], ("lasting",), costs=True)])


def test_progress_counts_the_worlds_of_all_queries() -> None:
    told: list[tuple[int, int]] = []
    asked = [Query(STUDY.levels[name], ("lasting",)) for name in ("bare", "both")]
    asked.append(Query(STUDY.levels["bare"], ("lasting",), rows=np.arange(10)))
    ask(STUDY, DRAWN, WORLDS, asked, progress=lambda *at: told.append(at))
    assert told == sorted(told)
    assert told[-1] == (2 * WORLDS + 10, 2 * WORLDS + 10)


def test_models_that_differ_in_inputs_alone_share_a_program() -> None:
    model = model_of(OBSERVED)

    def host(of: Model) -> object:
        return query.Solver(of, "agent_error").host

    assert host(model.with_values({"prize": 1.0})) is host(model)
    assert host(model.with_values({"force": 15.0})) is host(model)
    assert host(model_of(OBSERVED)) is not host(model)
