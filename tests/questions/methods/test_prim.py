import tracemalloc

import numpy as np
import pytest

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.box import within
from backstop.questions.methods.prim import discover, score_of

TRUE_BOX = {"x0": (0.55, 1.0), "x1": (0.0, 0.40), "x2": (0.30, 0.80)}


def cloud(size, width=6, noise=0.02, seed=0):
    generator = np.random.default_rng(seed)
    inputs = {f"x{i}": generator.random(size) for i in range(width)}
    inside = np.ones(size, dtype=bool)
    for name, (low, high) in TRUE_BOX.items():
        inside &= (inputs[name] >= low) & (inputs[name] <= high)
    return inputs, inside, np.where(generator.random(size) < noise, ~inside, inside)


@pytest.fixture(scope="module")
def found():
    inputs, _, cases = cloud(20_000)
    return inputs, cases, discover(inputs, cases, seed=1)


def test_a_known_box_is_found_with_its_limits(found):
    box = found[2].boxes[0]
    assert set(box.limits) == set(TRUE_BOX)
    for name, (low, high) in TRUE_BOX.items():
        assert box.limits[name].interval == pytest.approx((low, high), abs=0.01)
    assert box.limits["x0"].high is None and box.limits["x1"].low is None


def test_shares_are_those_of_the_reported_limits(found):
    inputs, cases, discovery = found
    box = discovery.boxes[0]
    inside = np.ones(len(cases), dtype=bool)
    for name, limit in box.limits.items():
        low, high = limit.interval
        inside &= (inputs[name] >= low) & (inputs[name] <= high)
    assert box.density == pytest.approx(cases[inside].mean(), abs=1e-12)
    assert box.coverage == pytest.approx(cases[inside].sum() / cases.sum(), abs=1e-12)
    assert box.mass == pytest.approx(inside.mean(), abs=1e-12)


def test_every_step_of_the_trajectory_has_its_exact_shares(found):
    _, cases, discovery = found
    first = discovery.trajectory[0]
    assert (first.coverage, first.mass, first.restricted) == (1.0, 1.0, 0)
    masses = [step.mass for step in discovery.trajectory]
    assert masses == sorted(masses, reverse=True)
    assert len(masses) > 30
    assert masses[-1] >= 0.05 * (1 - 1e-9)
    assert discovery.base_rate == pytest.approx(cases.mean())
    for step in discovery.trajectory[::10]:
        assert step.density * step.mass == pytest.approx(step.coverage * cases.mean())


def test_restrictions_that_matter_have_small_p_and_reappear(found):
    box = found[2].boxes[0]
    assert all(p < 1e-6 for p in box.quasi_p.values())
    assert set(box.reappears.values()) == {1.0}
    assert box.overlap > 0.7


def test_two_separate_boxes_are_both_found():
    generator = np.random.default_rng(3)
    inputs = {name: generator.random(20_000) for name in "abcd"}
    cases = (inputs["a"] > 0.85) | ((inputs["b"] < 0.2) & (inputs["c"] < 0.5))
    discovery = discover(inputs, cases, resamples=0)
    assert len(discovery.boxes) == 2
    kinds = {frozenset(box.limits) for box in discovery.boxes}
    assert frozenset({"a"}) in kinds
    assert frozenset({"b", "c"}) in kinds
    assert discovery.covered == pytest.approx(1.0, abs=0.02)
    assert discovery.covered == pytest.approx(sum(box.coverage for box in discovery.boxes))


def test_integer_weights_are_repeated_worlds():
    inputs, _, cases = cloud(4000, width=4, seed=5)
    weights = np.random.default_rng(6).integers(0, 4, size=4000)
    weighted = discover(inputs, cases, weights, resamples=0).boxes[0]
    repeated = discover(
        {name: np.repeat(x, weights) for name, x in inputs.items()}, np.repeat(cases, weights), resamples=0
    ).boxes[0]
    assert weighted.coverage == pytest.approx(repeated.coverage, abs=0.01)
    assert weighted.density == pytest.approx(repeated.density, abs=0.01)
    for name in TRUE_BOX:
        assert weighted.limits[name].interval == pytest.approx(repeated.limits[name].interval, abs=0.02)


def test_weights_move_the_box():
    generator = np.random.default_rng(8)
    x, y = generator.random((2, 10_000))
    cases = np.where(y < 0.5, x > 0.6, x < 0.4)
    low = discover({"x": x}, cases, np.where(y < 0.5, 1.0, 1e-6), resamples=0).boxes[0]
    high = discover({"x": x}, cases, np.where(y < 0.5, 1e-6, 1.0), resamples=0).boxes[0]
    assert low.limits["x"].interval == pytest.approx((0.6, 1.0), abs=0.01)
    assert high.limits["x"].interval == pytest.approx((0.0, 0.4), abs=0.01)


def test_steps_are_named_by_their_values():
    generator = np.random.default_rng(9)
    brigades = generator.integers(1, 9, 8000)
    noise = generator.random(8000)
    box = discover({"brigades": brigades, "noise": noise}, brigades >= 5, resamples=0).boxes[0]
    assert set(box.limits) == {"brigades"}
    assert box.limits["brigades"].low == 5.0
    assert box.limits["brigades"].high is None
    assert box.density == pytest.approx(1.0) and box.coverage == pytest.approx(1.0)


def test_constants_are_left_out_and_listed():
    inputs, _, cases = cloud(3000, width=4)
    assert discover({**inputs, "fixed": np.ones(3000)}, cases, resamples=0).constants == ("fixed",)


def test_where_most_worlds_are_cases_the_box_still_says_something():
    generator = np.random.default_rng(10)
    x, y = generator.random((2, 20_000))
    cases = np.where(x > 0.5, generator.random(20_000) < 0.98, generator.random(20_000) < 0.6)
    box = discover({"x": x, "y": y}, cases, resamples=0).boxes[0]
    assert set(box.limits) == {"x"}
    assert box.limits["x"].low == pytest.approx(0.5, abs=0.03)
    assert box.density > 0.97


def test_rare_cases_are_not_lost_to_the_smallest_mass():
    generator = np.random.default_rng(11)
    inputs = {name: generator.random(50_000) for name in "abc"}
    cases = (inputs["a"] > 0.9) & (inputs["b"] > 0.9)
    box = discover(inputs, cases, resamples=0).boxes[0]
    assert box.density == pytest.approx(1.0, abs=0.01)
    assert box.coverage == pytest.approx(1.0, abs=0.01)


def test_pure_noise_gives_no_box_or_a_poor_one():
    generator = np.random.default_rng(12)
    inputs = {name: generator.random(2000) for name in "abcdef"}
    discovery = discover(inputs, generator.random(2000) < 0.3, resamples=0)
    assert (
        not discovery.boxes or score_of(discovery.boxes[0].coverage, discovery.boxes[0].density, 0.3) < 0.25
    )


def test_the_box_does_not_depend_on_the_order_of_inputs():
    inputs, _, cases = cloud(5000)
    one = discover(inputs, cases, resamples=0).boxes[0]
    other = discover(dict(reversed(inputs.items())), cases, resamples=0).boxes[0]
    assert dict(one.limits) == dict(other.limits)


def test_nothing_to_describe_is_refused():
    inputs, _, cases = cloud(500)
    with pytest.raises(Refused, match="no world meets peace"):
        discover(inputs, np.zeros(500, bool), condition="peace")
    with pytest.raises(Refused, match="every world meets"):
        discover(inputs, np.ones(500, bool))
    with pytest.raises(Refused, match="no input varies"):
        discover({"x": np.ones(500)}, cases)
    with pytest.raises(Refused, match="effective worlds"):
        discover({"x": np.arange(3.0)}, [True, False, True])
    with pytest.raises(Refused, match="effective worlds"):
        discover(inputs, cases, np.where(np.arange(500) < 4, 1.0, 0.0))
    with pytest.raises(InvalidInput, match="not finite in world 3"):
        discover({"x": np.where(np.arange(500) == 3, np.nan, 1.0)}, cases)


def test_memory_stays_within_a_few_copies_of_the_inputs():
    inputs, _, cases = cloud(100_000, width=12)
    tracemalloc.start()
    discover(inputs, cases, most_boxes=1, resamples=0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * 12 * 8 * 100_000


def test_within_leaves_one_input_out(found):
    inputs, _, discovery = found
    limits = discovery.boxes[0].limits
    wider = within(limits, inputs, leave_out="x0")
    assert wider.sum() > within(limits, inputs).sum()


def test_few_worlds_are_not_steps():
    inputs, _, cases = cloud(200, width=3)
    limits = discover(inputs, cases, resamples=0).boxes[0].limits
    assert limits and not any(limit.stepped for limit in limits.values())


def test_a_clean_box_is_found_again_on_every_half():
    # Its coverage is 1, as is that of the whole and of all boxes peeled before it.
    x, other = np.random.default_rng(1).random((2, 5000))
    box = discover({"x": x, "other": other}, x > 0.37).boxes[0]
    assert box.reappears == {"x": 1.0}
    assert box.overlap == pytest.approx(1.0, abs=0.005)
    assert (box.coverage, box.density) == (1.0, 1.0)
