"""The solver at published figures: a ladder of escalation, a tiring guarantee, a chain of months."""

from __future__ import annotations

import pytest
from tests.support.models import model_of, one_world
from tests.support.published import ROWS, chain, fatigue, ladder

from backstop.game.choice import Information
from backstop.game.metric import curve, figure
from backstop.game.process import Solution, shares
from backstop.scenario.model import Model


def metric(model: Model, solution: Solution, name: str) -> float:
    return figure(solution, model.metric(name))


def solved(scenario: dict[str, object], information: Information = "agent_error") -> tuple[Model, Solution]:
    model = model_of(scenario)
    return model, one_world(model, "only", information=information)


def test_ladder_outcomes() -> None:
    model, solution = solved(ladder(0.7, 0.0))
    published = {
        "status_quo": 0.46624413,
        "not_attributed": 0.16012676,
        "fait_accompli": 0.11380498,
        "backed_down": 0.16914610,
        "war_alone": 0.05208932,
        "war_with_us": 0.03858871,
    }
    found = solution.outcomes[0][model.game.start]
    for name, share in published.items():
        assert found[model.game.outcomes.index(name)] == pytest.approx(share, abs=6e-9)


@pytest.mark.parametrize(
    ("information", "growth", "shift", "survival"),
    [
        ("agent_error", 0.02, 0.01, (0.86891687, 0.28599224, 0.00120382)),
        ("private_payoffs", 0.02, 0.01, (0.99880460, 0.97929953, 0.05399885)),
        ("agent_error", 0.0, 0.01, (0.99328891, 0.95829847, 0.79347302)),
        ("agent_error", 0.0, 0.0, (0.99459397, 0.96947600, 0.84868811)),
    ],
)
def test_fatigue_survival(
    information: Information, growth: float, shift: float, survival: tuple[float, ...]
) -> None:
    model, solution = solved(fatigue(growth, shift), information)
    assert [metric(model, solution, f"by_{n}") for n in (1, 2, 3)] == pytest.approx(
        list(survival), abs=5.1e-9
    )


@pytest.mark.parametrize(
    ("tiring", "published"),
    [
        (False, [0.9518778807, 0.8963178688, 0.8000666746, 0.6037618269]),
        (True, [0.9489728697, 0.8833851762, 0.7584808867, 0.4918667515]),
    ],
)
def test_chain_survival(tiring: bool, published: list[float]) -> None:
    model, solution = solved(chain(60, tiring))
    survival = curve(solution, model.metric("no_war"))
    assert [survival[n] for n in (6, 12, 24, 60)] == pytest.approx(published, abs=6e-11)


def test_chain_restricted_mean() -> None:
    model, solution = solved(chain(24))
    assert metric(model, solution, "restricted") == pytest.approx(21.6732198140 / 12, abs=6e-11)


def test_chain_absorption() -> None:
    # After 150 years the chain is absorbed but for 1e-13.
    model, solution = solved(chain(1800))
    months = {"c": 51.46852908, "v": 7.35289095, "k": 2.13380691, "b": 0.60619514}
    totals = {"c": 61.56142208, "v": 58.69164304, "k": 46.08107647, "b": 59.06731327}
    for state, number in months.items():
        assert metric(model, solution, f"months_{state}") == pytest.approx(number / 12, abs=6e-9)
    for state, number in totals.items():
        assert metric(model, solution, f"from_{state}") == pytest.approx(number / 12, abs=6e-9)
    assert metric(model, solution, "war") == pytest.approx(0.6356664731, abs=6e-11)
    assert metric(model, solution, "settled") == pytest.approx(0.3643335269, abs=6e-11)


def test_chain_conditional_occupancy_is_quasi_stationary() -> None:
    model, solution = solved(chain(480))
    quasi = {"c": 0.8308106922, "v": 0.1225824183, "k": 0.0361428831, "b": 0.0104640065}
    for state, share in quasi.items():
        assert metric(model, solution, f"quasi_{state}") == pytest.approx(share, abs=6e-11)
    occupied = shares(solution, model.game.start)
    still = [sum(occupied[n][model.game.phases.index(s)] for s in ROWS) for n in (479, 480)]
    assert still[1] / still[0] == pytest.approx(0.9835048921, abs=6e-11)
