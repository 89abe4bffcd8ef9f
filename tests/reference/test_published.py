"""The reference solver at published figures: a ladder of escalation, a tiring guarantee, a chain of months."""

from __future__ import annotations

import math

import pytest
from tests.reference.solver import solve
from tests.support.published import ROWS, chain, fatigue, ladder


def logistic(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x))


# ---- the ladder of aggressor, front-line force and backstop


SEEN = ("violate", "seen")


def test_ladder_at_the_published_values() -> None:
    found = solve(ladder(0.7, 0.0), {}, "only")
    moves = found.moves[0]
    assert moves["truce", ()]["violate"] == pytest.approx(0.5337558671, abs=6e-11)
    assert moves["truce", SEEN]["resist"] == pytest.approx(0.6954065578, abs=6e-11)
    assert moves["truce", (*SEEN, "resist")]["escalate"] == pytest.approx(0.3489977277, abs=6e-11)
    assert moves["truce", (*SEEN, "resist", "escalate")]["intervene"] == pytest.approx(
        0.4255574832, abs=6e-11
    )
    published = {
        "status_quo": 0.46624413,
        "not_attributed": 0.16012676,
        "fait_accompli": 0.11380498,
        "backed_down": 0.16914610,
        "war_alone": 0.05208932,
        "war_with_us": 0.03858871,
    }
    assert found.outcomes[0]["truce"] == pytest.approx(published, abs=6e-9)


@pytest.mark.parametrize(("attribution", "automatic"), [(0.7, 0.0), (0.7, 1.0), (1.0, 0.0), (0.4, 0.35)])
def test_ladder_in_closed_form(attribution: float, automatic: float) -> None:
    intervene = automatic + (1 - automatic) * logistic(-0.5 + 0.2)
    fight = intervene * -2.0 + (1 - intervene) * -0.3
    escalate = logistic(fight + 0.4)
    resist = logistic((1 - escalate) * 0.3 + escalate * (intervene * -0.6 + (1 - intervene) * -1.4) + 1.0)
    contested = (1 - resist) * 1.2 + resist * ((1 - escalate) * -0.4 + escalate * fight)
    violate = logistic((1 - attribution) * 0.6 + attribution * contested)
    war = violate * attribution * resist * escalate
    reached = solve(ladder(attribution, automatic), {}, "only").outcomes[0]["truce"]
    assert reached["status_quo"] == pytest.approx(1 - violate, abs=1e-14)
    assert reached["not_attributed"] == pytest.approx(violate * (1 - attribution), abs=1e-14)
    assert reached["war_alone"] == pytest.approx(war * (1 - intervene), abs=1e-14)
    assert reached["war_with_us"] == pytest.approx(war * intervene, abs=1e-14)
    assert reached["backed_down"] == pytest.approx(violate * attribution * resist * (1 - escalate), abs=1e-14)


# ---- a guarantee that tires while the balance shifts


@pytest.mark.parametrize(
    ("information", "growth", "shift", "hazards", "survival"),
    [
        (
            "agent_error",
            0.02,
            0.01,
            {0: 0.00260731, 11: 0.02895092, 23: 0.15244800, 35: 0.84093085},
            {1: 0.86891687, 2: 0.28599224, 3: 0.00120382},
        ),
        (
            "private_payoffs",
            0.02,
            0.01,
            {0: 0.00003281, 11: 0.00023205, 23: 0.00498999, 35: 0.84093085},
            {1: 0.99880460, 2: 0.97929953, 3: 0.05399885},
        ),
        (
            "agent_error",
            0.0,
            0.01,
            {0: 0.00025783, 11: 0.00104428, 23: 0.00587786, 35: 0.02762064},
            {1: 0.99328891, 2: 0.95829847, 3: 0.79347302},
        ),
        (
            "agent_error",
            0.0,
            0.0,
            {0: 0.00022492, 11: 0.00080250, 23: 0.00408592, 35: 0.02012923},
            {1: 0.99459397, 2: 0.96947600, 3: 0.84868811},
        ),
    ],
)
def test_fatigue_at_the_published_values(
    information: str, growth: float, shift: float, hazards: dict[int, float], survival: dict[int, float]
) -> None:
    found = solve(fatigue(growth, shift), {}, "only", information)
    attack = [found.moves[month]["calm", ()]["attack"] for month in hazards]
    assert attack == pytest.approx(list(hazards.values()), abs=5.1e-9)
    assert [found.metrics[f"by_{n}"] for n in survival] == pytest.approx(list(survival.values()), abs=5.1e-9)


# ---- a ceasefire as a chain of chances


def test_chain_survival_at_the_published_values() -> None:
    curve = solve(chain(60), {}, "only").curves["no_war"]
    published = [0.9518778807, 0.8963178688, 0.8000666746, 0.6037618269]
    assert [curve[n] for n in (6, 12, 24, 60)] == pytest.approx(published, abs=6e-11)
    assert solve(chain(24), {}, "only").metrics["restricted"] == pytest.approx(21.6732198140 / 12, abs=6e-11)


def test_tiring_chain_survival_at_the_published_values() -> None:
    curve = solve(chain(60, tiring=True), {}, "only").curves["no_war"]
    published = [0.9489728697, 0.8833851762, 0.7584808867, 0.4918667515]
    assert [curve[n] for n in (6, 12, 24, 60)] == pytest.approx(published, abs=6e-11)


def test_chain_absorption_at_the_published_values() -> None:
    # after 150 years the chain is absorbed but for 1e-13
    found = solve(chain(1800), {}, "only").metrics
    months = {"c": 51.46852908, "v": 7.35289095, "k": 2.13380691, "b": 0.60619514}
    for state, number in months.items():
        assert found[f"months_{state}"] == pytest.approx(number / 12, abs=6e-9)
    totals = {"c": 61.56142208, "v": 58.69164304, "k": 46.08107647, "b": 59.06731327}
    for state, number in totals.items():
        assert found[f"from_{state}"] == pytest.approx(number / 12, abs=6e-9)
    assert found["war"] == pytest.approx(0.6356664731, abs=6e-11)
    assert found["settled"] == pytest.approx(0.3643335269, abs=6e-11)


def test_chain_conditional_occupancy_is_quasi_stationary() -> None:
    found = solve(chain(480), {}, "only")
    quasi = {"c": 0.8308106922, "v": 0.1225824183, "k": 0.0361428831, "b": 0.0104640065}
    for state, share in quasi.items():
        assert found.metrics[f"quasi_{state}"] == pytest.approx(share, abs=6e-11)
    alive = [sum(row[state] for state in ROWS) for row in found.shares]
    assert alive[480] / alive[479] == pytest.approx(0.9835048921, abs=6e-11)
