"""Means, errors and quantiles against their definitions, written out plainly."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.base.faults import InvalidInput, Refused
from backstop.scenario.study import load
from backstop.worlds.assessment import assess
from backstop.worlds.statistics import (
    REPLICATIONS,
    Array,
    counted_weights,
    effective_worlds,
    jackknife,
    mean_and_error,
    means_and_errors,
    normalised_weights,
    quantile,
    quantiles,
    summarise,
    sums_by_replication,
    varying,
)

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def plain_quantile(values: Array, weights: Array | None, level: float) -> float | None:
    """The smallest value whose cumulative weight reaches the level, value by value."""
    pairs = [
        (value, 1.0 if weights is None else weights[world])
        for world, value in enumerate(values)
        if math.isfinite(value)
    ]
    total = math.fsum(weight for _, weight in pairs)
    if not total > 0:
        return None
    reached: list[float] = []
    for value, weight in sorted(pairs):
        reached.append(weight)
        if math.fsum(reached) >= level * total * (1 - 1e-12):
            return float(value)
    raise AssertionError("the last value has all the weight")


def plain_jackknife(values: Array, weights: Array | None) -> tuple[float | None, float | None]:
    """Weighted mean, and its error from sixteen means that each leave one replication out."""
    known = [w for w in range(values.size) if math.isfinite(values[w])]
    weight = {w: 1.0 if weights is None else float(weights[w]) for w in known}

    def mean(kept: list[int]) -> float:
        return math.fsum(weight[w] * values[w] for w in kept) / math.fsum(weight[w] for w in kept)

    used = sorted({w % REPLICATIONS for w in known if weight[w] > 0})
    if not used:
        return None, None
    if len(used) < 2:
        return mean(known), None
    left_out = [mean([w for w in known if w % REPLICATIONS != r]) for r in used]
    middle = math.fsum(left_out) / len(used)
    spread = math.fsum((m - middle) ** 2 for m in left_out)
    return mean(known), math.sqrt((len(used) - 1) / len(used) * spread)


def samples(kind: str, worlds: int, seed: int = 1) -> Array:
    rng = np.random.default_rng(seed)
    if kind == "normal":
        return rng.normal(size=worlds)
    if kind == "ties":
        return rng.integers(0, 4, size=worlds) / 3.0
    if kind == "constant":
        return np.full(worlds, 0.1)
    if kind == "heavy":
        return np.asarray(rng.standard_cauchy(size=worlds) ** 3)
    if kind == "missing":
        return np.where(rng.random(worlds) < 0.3, np.nan, rng.random(worlds))
    if kind == "one far away":
        return np.concatenate([rng.random(worlds - 1), [1e300]])
    assert kind == "huge"
    return rng.choice([-1.7e308, 1.7e308, 0.0], size=worlds)


def weightings(kind: str, worlds: int, seed: int = 2) -> Array | None:
    rng = np.random.default_rng(seed)
    if kind == "alike":
        return None
    if kind == "zeros":
        return np.where(rng.random(worlds) < 0.5, 0.0, rng.random(worlds))
    assert kind == "uneven"
    return np.exp(-8.0 * rng.random(worlds) ** 2)


KINDS = ("normal", "ties", "constant", "heavy", "missing", "one far away", "huge")


# 2,000 worlds and more go another way through the code.
@pytest.mark.parametrize("worlds", [1, 2, 15, 16, 17, 300, 1999, 2000, 2600])
@pytest.mark.parametrize("weighting", ["alike", "zeros", "uneven"])
@pytest.mark.parametrize("kind", KINDS)
def test_quantiles_are_those_of_the_definition(kind: str, weighting: str, worlds: int) -> None:
    values, weights = samples(kind, worlds), weightings(weighting, worlds)
    with np.errstate(over="ignore"):  # the distance of the largest doubles is no double
        found = quantiles(values, weights, LEVELS)
    assert found == tuple(plain_quantile(values, weights, level) for level in LEVELS)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(-1e6, 1e6) | st.just(math.nan) | st.sampled_from([0.0, 1.0]),
            st.sampled_from([0.0, 0.25, 0.5, 1.0, 3.0]),
        ),
        min_size=1,
        max_size=60,
    ),
    st.sampled_from([0.0, 0.05, 0.1, 0.25, 1 / 3, 0.5, 0.9, 1.0]),
    st.booleans(),
)
def test_any_quantile(pairs: list[tuple[float, float]], level: float, weighted: bool) -> None:
    values = np.array([value for value, _ in pairs])
    weights = np.array([weight for _, weight in pairs]) if weighted else None
    (found,) = quantiles(values, weights, (level,))
    expected = plain_quantile(values, weights, level)
    if level == 0.0 and weighted:
        assert found is None or found <= (expected if expected is not None else math.inf)
    else:
        assert found == expected


def test_a_quarter_of_eight_is_the_second() -> None:
    assert quantiles(np.arange(8.0), None, (0.25, 0.250001, 1.0)) == (1.0, 2.0, 7.0)


@pytest.mark.parametrize("worlds", [50, 9_000])
def test_quantiles_come_in_the_order_asked_for(worlds: int) -> None:
    values = samples("heavy", worlds)
    levels = (0.9, 0.1, 0.5, 0.1)
    assert quantiles(values, None, levels) == tuple(plain_quantile(values, None, q) for q in levels)


def test_quantiles_of_values_crowded_in_one_place() -> None:
    values = np.concatenate([np.full(4_000, 0.25), samples("normal", 5_000) * 1e-9, [1.0, 1e12]])
    weights = weightings("uneven", values.size)
    assert quantiles(values, weights, LEVELS) == tuple(plain_quantile(values, weights, q) for q in LEVELS)


@pytest.mark.parametrize("worlds", [2, 16, 17, 33, 500])
@pytest.mark.parametrize("weighting", ["alike", "zeros", "uneven"])
@pytest.mark.parametrize("kind", ["normal", "ties", "constant", "missing"])
def test_mean_and_error_are_those_of_the_definition(kind: str, weighting: str, worlds: int) -> None:
    values, weights = samples(kind, worlds), weightings(weighting, worlds)
    mean, se = mean_and_error(values, weights)
    expected = plain_jackknife(values, weights)
    assert [mean is None, se is None] == [figure is None for figure in expected]
    if mean is not None:
        assert mean == pytest.approx(expected[0], rel=1e-12, abs=1e-15)
    if se is not None:
        assert se == pytest.approx(expected[1], rel=1e-9, abs=1e-15)


def test_rows_at_once_are_rows_one_by_one() -> None:
    rows = np.stack([samples(kind, 200) for kind in ("normal", "ties", "missing")])
    weights = weightings("uneven", 200)
    both = zip(means_and_errors(rows, weights), (mean_and_error(row, weights) for row in rows), strict=True)
    for together, alone in both:
        assert together == pytest.approx(alone, rel=1e-13)


def test_the_error_of_independent_draws_is_the_usual_one() -> None:
    """Of plain random numbers the jackknife error is sd / sqrt(n), up to what sixteen groups can tell."""
    errors = [mean_and_error(samples("normal", 4096, seed), None)[1] for seed in range(40)]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(1 / 64, rel=0.1)


@pytest.mark.parametrize("weighting", ["alike", "uneven", "zeros"])
@pytest.mark.parametrize("kind", ["normal", "ties", "constant", "missing"])
def test_errors_of_the_ends_are_those_of_the_definition(kind: str, weighting: str) -> None:
    values, weights = samples(kind, 600), weightings(weighting, 600)
    found = summarise(values, weights)
    for level, end, error in ((0.05, found.q05, found.q05_se), (0.95, found.q95, found.q95_se)):
        assert end is not None
        below = np.where(np.isfinite(values), (values <= end).astype(np.float64), np.nan)
        wide = 2 * (plain_jackknife(below, weights)[1] or 0.0)
        low, high = (plain_quantile(values, weights, min(1.0, max(1e-6, level + by))) for by in (-wide, wide))
        assert low is not None
        assert high is not None
        assert error == pytest.approx((high - low) / 4, abs=1e-12)


@pytest.mark.parametrize("weighting", ["alike", "uneven"])
def test_errors_of_the_ends_are_as_large_as_the_ends_move(weighting: str) -> None:
    """Over many samples the root mean square of the errors is the standard deviation of the ends."""
    found = [
        summarise(samples("normal", 4096, seed), weightings(weighting, 4096, 1000 + seed))
        for seed in range(80)
    ]
    for end in ("q05", "q95"):
        moved = float(np.std([getattr(each, end) for each in found], ddof=1))
        said = float(np.sqrt(np.mean(np.square([getattr(each, f"{end}_se") for each in found]))))
        assert 0.75 < said / moved < 1.35, (end, said, moved)


@pytest.mark.slow
def test_errors_of_the_ends_of_a_weighted_study_are_as_large_as_its_seeds_differ() -> None:
    """Over ten seeds and all metrics of the study of Ukraine, whose worlds are weighted by records."""
    model = load(Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025")
    runs = [assess(model, 5_000, seed) for seed in range(1, 11)]
    squares = np.zeros(2)
    count = 0
    for arrangement, of in runs[0].arrangements.items():
        for metric in of.metrics:
            for end in ("q05", "q95"):
                each = [run.arrangements[arrangement].metrics[metric] for run in runs]
                moved = float(np.std([getattr(s, end) for s in each], ddof=1))
                said = np.array([getattr(s, f"{end}_se") for s in each])
                if moved > 0.003:
                    squares += moved**2, float(np.mean(said**2))
                    count += 1
    assert count > 100
    assert 0.7 < math.sqrt(squares[1] / squares[0]) < 1.5


def test_below_two_replications_there_is_no_error() -> None:
    assert mean_and_error(np.array([0.3]), None) == (0.3, None)
    values = np.full(40, np.nan)
    values[3] = values[19] = 0.5  # both of replication 3
    assert mean_and_error(values, None) == (0.5, None)


def test_one_replication_with_all_the_weight_has_no_error() -> None:
    weights = np.zeros(32)
    weights[[4, 20]] = 1.0
    assert mean_and_error(np.arange(32.0), weights) == (12.0, None)


def test_no_world_no_figure() -> None:
    empty = summarise(np.full(20, np.nan), None)
    assert (empty.mean, empty.se, empty.q50, empty.without_value) == (None, None, None, 20)
    assert empty.as_dict()["without_value"] == 20
    nothing = summarise(np.arange(20.0), np.zeros(20))
    assert (nothing.mean, nothing.q05) == (None, None)


def test_worlds_without_a_value_are_counted_and_left_out() -> None:
    values = np.array([1.0, np.nan, 3.0, np.nan])
    summary = summarise(values, np.array([1.0, 100.0, 3.0, 100.0]))
    assert summary.mean == pytest.approx(2.5)
    assert summary.without_value == 2
    assert "without_value" not in summarise(np.arange(4.0), None).as_dict()


def test_the_scale_of_weights_does_not_matter() -> None:
    values, weights = samples("normal", 100), weightings("uneven", 100)
    assert weights is not None
    one, other = summarise(values, weights), summarise(values, 1e-9 * weights)
    assert one.q25 == other.q25
    assert (one.mean, one.se) == pytest.approx((other.mean, other.se), rel=1e-12)


def test_effective_worlds() -> None:
    assert effective_worlds(np.full(50, 0.02)) == pytest.approx(50)
    assert effective_worlds(np.array([1.0, 0.0, 0.0])) == pytest.approx(1)
    assert effective_worlds(np.array([2.0, 1.0])) == pytest.approx(9 / 5)
    assert effective_worlds(np.zeros(3)) == 0


def test_weights_are_normalised_even_where_they_are_tiny() -> None:
    assert normalised_weights(None, 4).tolist() == [0.25] * 4
    assert normalised_weights([1e-300, 3e-300], 2).tolist() == [0.25, 0.75]


@pytest.mark.parametrize("bad", [[1.0], [1.0, -1.0], [1.0, np.nan], [0.0, 0.0]])
def test_bad_weights_are_named(bad: list[float]) -> None:
    with pytest.raises(InvalidInput):
        normalised_weights(bad, 2)


def test_no_world_is_invalid() -> None:
    with pytest.raises(InvalidInput, match="no world"):
        normalised_weights(None, 0)


def test_under_ten_effective_worlds_are_refused() -> None:
    assert counted_weights(None, 10).size == 10
    with pytest.raises(Refused, match=r"9\.0 effective worlds"):
        counted_weights(None, 9)


def test_varying_ignores_worlds_without_weight() -> None:
    weights = np.array([0.5, 0.5, 0.0])
    assert varying([1.0, 2.0, np.nan], weights)[0] == 1.0
    with pytest.raises(Refused, match="same in all worlds"):
        varying([1.0, 1.0, 5.0], weights)
    with pytest.raises(Refused, match="no value in 1 of 2"):
        varying([1.0, np.nan, 5.0], weights)


def test_quantile_is_the_smallest_value_reached() -> None:
    values, weights = np.array([3.0, 1.0, 2.0]), np.array([0.25, 0.5, 0.25])
    assert quantile(values, weights, 0.5) == 1.0
    assert quantile(values, weights, 0.51) == 2.0
    assert quantile(values, weights, 1.0) == 3.0


def test_jackknife_of_a_mean_is_its_textbook_error() -> None:
    x = np.random.default_rng(0).normal(size=16)
    left_out = (x.sum() - x) / 15
    assert jackknife(left_out) == pytest.approx(x.std(ddof=1) / 4)


@pytest.mark.parametrize("scale", [1e-200, 1e-3, 1e200])
def test_jackknife_of_numbers_of_any_size(scale: float) -> None:
    x = np.random.default_rng(0).normal(size=(16, 3))
    assert jackknife(x * scale) == pytest.approx(jackknife(x) * scale, rel=1e-12)
    assert jackknife(np.ones((16, 2))).tolist() == [0.0, 0.0]


def test_sums_by_replication_of_any_length() -> None:
    sums = sums_by_replication(np.arange(37.0)[None])
    assert sums[0].tolist() == [float(np.arange(37)[np.arange(37) % 16 == r].sum()) for r in range(16)]
