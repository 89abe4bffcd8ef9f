"""Weights that meet records over many conflicts: check values, a second solver, and what cannot be met."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from backstop.base.faults import Refused
from backstop.worlds.records import POINTS, even_rates, record_weights

ONE = np.ones(2)


def test_two_worlds_and_a_promise() -> None:
    kept, attacked = np.array([0.1, 0.9]), np.array([0.8, 0.2])
    assert (attacked * kept).sum() / attacked.sum() == pytest.approx(0.26, abs=1e-15)
    found = record_weights(ONE, [kept], [attacked], np.array([[0.22]]))
    assert found.weights[1] == pytest.approx(0.4137931034, abs=1e-10)
    assert found.weights @ kept == pytest.approx(0.4310344828, abs=1e-10)
    assert found.left_out == 0.0


@settings(max_examples=60)
@given(st.data())
def test_one_record_agrees_with_a_root(data: st.DataObject) -> None:
    numbers = st.floats(0.0, 1.0)
    size = data.draw(st.integers(2, 12))
    values = np.array(data.draw(st.lists(numbers, min_size=size, max_size=size)))
    exposure = np.array(data.draw(st.lists(st.floats(0.05, 1.0), min_size=size, max_size=size)))
    base = np.array(data.draw(st.lists(st.floats(0.05, 2.0), min_size=size, max_size=size)))
    low, high = values.min(), values.max()
    if high - low < 1e-3:
        return
    rate = low + data.draw(st.floats(0.05, 0.95)) * (high - low)
    pull = exposure * (values - rate)

    def weights(multiplier: float) -> np.ndarray:
        exponent = multiplier * pull
        tilted = base * np.exp(exponent - exponent.max())
        return np.asarray(tilted / tilted.sum())

    span = 1.0
    while (weights(-span) @ pull) * (weights(span) @ pull) > 0:
        span *= 2
        if span * np.ptp(pull) > 600:
            return
    root = brentq(lambda multiplier: weights(multiplier) @ pull, -span, span, xtol=1e-14, rtol=1e-14)
    found = record_weights(base, [values], [exposure], np.array([[rate]]))
    assert found.weights == pytest.approx(weights(root), abs=1e-7)
    assert found.weights @ pull == pytest.approx(0.0, abs=1e-10)


def test_two_records_are_met_together_and_nearest() -> None:
    rng = np.random.default_rng(5)
    values = [rng.random(400), rng.random(400)]
    exposures = [np.ones(400), rng.random(400)]
    rates = np.array([[0.6, 0.35]])
    found = record_weights(np.ones(400), values, exposures, rates).weights
    for value, exposure, rate in zip(values, exposures, rates[0], strict=True):
        assert found @ (exposure * (value - rate)) == pytest.approx(0.0, abs=1e-10)
    # Any small change that keeps both records moves the weights further from those before.
    constraints = np.stack(
        [np.ones(400), *(e * (v - r) for v, e, r in zip(values, exposures, rates[0], strict=True))]
    )
    divergence = float(found @ np.log(found * 400))
    moved = 0
    for _ in range(20):
        change = rng.normal(size=400) * found
        change -= constraints.T @ np.linalg.solve(constraints @ constraints.T, constraints @ change)
        other = found + 1e-3 * change / np.abs(change / found).max()
        assert (other > 0).all()
        assert float(other @ np.log(other * 400)) > divergence
        moved += 1
    assert moved == 20


def test_worlds_without_weight_stay_without() -> None:
    found = record_weights(
        np.array([1.0, 0.0, 1.0]), [np.array([0.1, 0.5, 0.9])], [np.ones(3)], np.array([[0.3]])
    )
    assert found.weights[1] == 0.0
    assert found.weights @ np.array([0.1, 0.5, 0.9]) == pytest.approx(0.3, abs=1e-11)


def test_rates_out_of_reach_are_left_out_and_counted() -> None:
    values = np.array([0.4, 0.6])
    rates = np.linspace(0.35, 0.62, 10)[:, None]
    found = record_weights(ONE, [values], [ONE], rates)
    assert found.left_out == pytest.approx(0.3)
    with pytest.raises(Refused, match="100 of 100 rates"):
        record_weights(ONE, [values], [ONE], np.array([[0.9], [0.95]]))


def test_the_order_of_the_rates_does_not_matter() -> None:
    values = np.linspace(0.0, 1.0, 50)
    rates = np.linspace(0.2, 0.7, 16)[:, None]
    one = record_weights(np.ones(50), [values], [np.ones(50)], rates).weights
    other = record_weights(np.ones(50), [values], [np.ones(50)], rates[::-1]).weights
    assert (one == other).all()


@pytest.mark.parametrize("records", [1, 2, 3])
def test_rates_are_even(records: int) -> None:
    points = even_rates(records)
    assert points.shape == (POINTS, records)
    for column in points.T:
        assert sorted(column) == pytest.approx([(i + 0.5) / POINTS for i in range(POINTS)])
