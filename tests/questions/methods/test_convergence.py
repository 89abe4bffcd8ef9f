import numpy as np
import pytest

from backstop.base.faults import InvalidInput
from backstop.questions.methods.convergence import FEWEST, Look, decide, rate


def test_stops_after_two_looks_below_the_target():
    one = Look(4096, 0.5, 0.009)
    assert not decide([one], 0.01, 10**6).stop
    second = decide([one, Look(8192, 0.5, 0.008)], 0.01, 10**6)
    assert second.stop and second.reached


def test_one_look_at_half_the_target_is_enough():
    assert decide([Look(4096, 0.5, 0.004)], 0.01, 10**6).reached
    assert decide([Look(4096, 0.5, 0.0)], 0.01, 10**6).reached


def test_too_few_worlds_never_stop_it():
    assert not decide([Look(32, 0.5, 0.0)], 0.01, 10**6).stop
    assert decide([], 0.01, 10**6).worlds == FEWEST


def test_the_limit_stops_without_reaching():
    found = decide([Look(1000, 0.5, 0.02)], 0.01, 1000)
    assert found.stop and not found.reached and "limit of 1000" in found.reason
    assert "unknown" in decide([Look(1000, 0.5, None)], 0.01, 1000).reason


def test_the_next_size_follows_the_rate_and_is_whole_in_replications():
    looks = [Look(n, 0.5, 10 / n) for n in (1024, 2048, 4096)]
    assert rate(looks) == pytest.approx(1.0)
    found = decide(looks, 10 / 4096 / 1.6, 10**6)
    assert found.worlds == pytest.approx(8192, abs=16)
    assert found.worlds % 16 == 0
    assert decide(looks[:1], 1e-9, 10**6).worlds == 4096
    assert decide(looks[:1], 1e-9, 2000).worlds == 2000


def test_rates_are_held_between_a_half_and_one():
    assert rate([Look(n, 0, 1.0) for n in (100, 200, 400)]) == 0.5
    assert rate([Look(n, 0, float(n) ** -3) for n in (100, 200, 400)]) == 1.0
    assert rate([Look(100, 0, 1.0)]) == 0.5


def test_a_growing_run_comes_to_its_end():
    generator = np.random.default_rng(0)
    draws = generator.random(200_000)
    looks = []
    for _ in range(30):
        decision = decide(looks, 0.002, 150_000)
        if decision.stop:
            break
        n = decision.worlds
        means = np.array([draws[:n][r::16].mean() for r in range(16)])
        looks.append(Look(n, draws[:n].mean(), means.std(ddof=1) / 4))
    assert decision.reached
    assert 10_000 < looks[-1].worlds < 120_000


def test_bad_targets():
    for target in (0.0, -1.0, float("nan")):
        with pytest.raises(InvalidInput):
            decide([], target, 100)
