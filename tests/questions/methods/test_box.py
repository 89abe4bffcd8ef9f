import numpy as np
import pytest
from scipy.stats import binom

from backstop.questions.methods.box import Limit, on_values, quasi_p


def test_quasi_p_is_a_binomial_tail():
    wider = np.arange(400) < 200
    inside = np.arange(400) < 60
    cases = np.zeros(400, dtype=bool)
    cases[:40] = cases[60:110] = True
    expected = binom.sf(39, 60, 90 / 200)
    assert quasi_p(inside, wider, cases, np.ones(400)) == pytest.approx(expected, rel=1e-9)
    # The scale of equal weights does not matter; their unevenness makes chance more likely.
    assert quasi_p(inside, wider, cases, np.full(400, 1e-3)) == pytest.approx(expected, rel=1e-9)
    uneven = np.random.default_rng(0).gamma(0.2, size=400)
    uneven[cases] *= uneven[~cases].mean() / uneven[cases].mean()
    assert quasi_p(inside, wider, cases, uneven) > expected


def test_quasi_p_of_nothing_is_one():
    none = np.zeros(10, dtype=bool)
    all_ = np.ones(10, dtype=bool)
    assert quasi_p(none, all_, all_, np.ones(10)) == 1.0
    assert quasi_p(all_, all_, all_, np.ones(10)) == 1.0
    assert quasi_p(all_, all_, none, np.ones(10)) == 1.0


def test_limits_include_their_ends():
    x = np.array([0.0, 0.5, 1.0])
    assert Limit(0.5, None, 0.0, 1.0).met(x).tolist() == [False, True, True]
    assert Limit(None, 0.5, 0.0, 1.0).met(x).tolist() == [True, True, False]
    assert Limit(None, 0.5, 0.0, 1.0).interval == (0.0, 0.5)


def test_limits_on_values_say_what_is_inside():
    x = np.concatenate([np.zeros(50), np.linspace(0.001, 1, 50)])
    at_zero = on_values(Limit(None, 0.0005, 0.0, 1.0), x)
    assert (at_zero.low, at_zero.high, at_zero.stepped) == (0.0, 0.0, True)
    above = on_values(Limit(0.0005, None, 0.0, 1.0), x)
    assert above.low == np.nextafter(0.0, 1.0) and above.high is None
    # A part of what is above 0 alone stays as it is, and so does what leaves out no atom.
    assert on_values(Limit(0.3, None, 0.0, 1.0), x) == Limit(0.3, None, 0.0, 1.0)
    assert on_values(Limit(None, 0.3, 0.001, 1.0), x[50:]) == Limit(None, 0.3, 0.001, 1.0)
    steps = np.repeat([1.0, 2.0, 3.0, 4.0], 10)
    assert on_values(Limit(1.5, 3.5, 1.0, 4.0, True), steps) == Limit(2.0, 3.0, 1.0, 4.0, True)
    assert on_values(Limit(3.5, None, 1.0, 4.0, True), steps) == Limit(4.0, 4.0, 1.0, 4.0, True)
    for limit in (at_zero, above):
        raw = Limit(None, 0.0005) if limit is at_zero else Limit(0.0005, None)
        assert (limit.met(x) == raw.met(x)).all()
