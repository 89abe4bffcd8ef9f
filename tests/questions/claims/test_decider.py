"""What decides a claim, against trying every cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.questions.claims.decider import _least_wrong, best_cut, decided_by_parameter
from backstop.questions.claims.verdict import MOOT
from backstop.questions.words import Wording

RNG = np.random.default_rng(3)
X, Y = RNG.random((2, 2000))
EVEN = np.full(2000, 1 / 2000)


def decided(codes, inputs, weights=EVEN):
    return decided_by_parameter(np.asarray(codes, dtype=np.int8), inputs, weights, {"x": Wording("Resolve")})


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(1, 4)), min_size=2, max_size=40))
def test_the_best_cut_is_the_best_of_all(worlds):
    values, true, weights = (np.array(column) for column in zip(*worlds, strict=True))
    values, weights = values.astype(float), weights.astype(float)
    distinct = np.unique(values)
    cut = best_cut(values, true, weights)
    if len(distinct) < 2:
        assert cut is None
        return
    sides = [values <= v for v in distinct[:-1]] + [values > v for v in distinct[:-1]]
    sides += [values == v for v in distinct if np.count_nonzero(values == v) >= 2]
    best = min(float(weights[side != true].sum()) for side in sides)
    assert cut is not None
    assert cut.wrong == pytest.approx(best)
    assert float(weights[cut.limit.met(values) != true].sum()) == pytest.approx(best)


def test_one_parameter_decides_in_either_direction():
    high, low = decided(X > 0.37, {"y": Y, "x": X}), decided(X < 0.37, {"y": Y, "x": X})
    assert high is not None and low is not None
    assert (high.parameter, high.share, low.parameter) == ("x", 1.0, "x")
    assert (
        high.words
        == "Decided by one assumption: it is true where “Resolve” is above 0.37 and false elsewhere"
    )
    assert "where “Resolve” is below 0.37 and" in low.words
    assert high.as_dict()["high"] is None


def test_it_decides_from_95_in_100_up():
    for wrong, named in ((0.03, True), (0.07, False)):
        codes = (X > 0.5) ^ (wrong > Y)
        found = decided(codes, {"x": X, "y": Y})
        assert (found is not None) is named
        if found is not None:
            assert found.share == pytest.approx(1 - wrong, abs=0.01)
            assert "(97 of 100 worlds follow this)" in found.words


def test_a_claim_that_is_nearly_always_true_is_not_decided_by_anything_at_hand():
    # Any cut beyond the last value is right in 97 of 100 worlds.
    assert decided(RNG.random(2000) < 0.97, {"x": X, "y": Y}) is None
    # One that really tells the few apart is named.
    found = decided(X > 0.03, {"x": X, "y": Y})
    assert found is not None and found.parameter == "x"
    # Three failures may lie beyond some value of some parameter by chance.
    codes = np.ones(2000)
    codes[np.argsort(X)[:3]] = 0
    assert decided(codes, {"x": X, "y": Y}) is None
    assert decided(np.ones(2000), {"x": X}) is None


def test_moot_worlds_and_weights_count_as_they_should():
    codes = np.where(Y < 0.3, MOOT, X > 0.5)
    found = decided(codes, {"x": X, "y": Y})
    assert found is not None and (found.parameter, found.share) == ("x", 1.0)
    # Worlds without weight cannot speak against it.
    weights = np.where(Y < 0.3, 0.0, 1.0)
    found = decided(np.where(Y < 0.3, X <= 0.5, X > 0.5), {"x": X, "y": Y}, weights / weights.sum())
    assert found is not None and found.share == 1.0


def test_single_values_and_atoms_are_named_as_they_are():
    steps = np.floor(4 * X)
    found = decided(steps >= 2, {"x": steps})
    assert found is not None and "where “Resolve” is 2 or more and" in found.words
    found = decided(steps < 1, {"x": steps})
    assert found is not None and "where “Resolve” is 0 and" in found.words
    # One camp is certain of 0, another spreads over all: exactly 0 is not "below 0".
    atom = np.where(Y < 0.5, 0.0, X)
    found = decided(atom == 0, {"x": atom})
    assert found is not None and "where “Resolve” is 0 and" in found.words
    found = decided(atom > 0, {"x": atom})
    assert found is not None and "where “Resolve” is above 0 and" in found.words
    middle = np.where(Y < 0.5, 0.6, X)
    found = decided(middle == 0.6, {"x": middle})
    assert found is not None and "where “Resolve” is 0.6 and" in found.words


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.booleans(), st.integers(1, 4)), min_size=6, max_size=60))
def test_no_limit_is_wrong_on_less_than_what_runs_of_worlds_say(worlds):
    values, true, weights = (np.array(column) for column in zip(*worlds, strict=True))
    weights = weights.astype(float)
    order = np.argsort(values, kind="stable")
    with pytest.MonkeyPatch.context() as patch:
        for runs in (1, 2, 3, 6):
            patch.setattr("backstop.questions.claims.decider._RUNS", runs)
            least = _least_wrong(
                values.astype(float), np.where(true, weights, 0.0), np.where(true, 0.0, weights), order
            )
            cut = best_cut(values.astype(float), true, weights)
            assert cut is None or least <= cut.wrong + 1e-12


def test_looking_through_runs_of_worlds_changes_nothing(monkeypatch):
    rng, cases = np.random.default_rng(11), []
    for level in (0.02, 0.3, 0.5, 0.97):
        for wrong in (0.0, 0.01, 0.04, 0.06, 0.2):
            codes = np.where(rng.random(2000) < 0.1, MOOT, ((level < X) ^ (rng.random(2000) < wrong)))
            cases.append((codes, rng.random(2000)))
    inputs = {"y": Y, "x": X, "steps": np.round(X, 1)}
    found = [decided(codes, inputs, weights / weights.sum()) for codes, weights in cases]
    monkeypatch.setattr("backstop.questions.claims.decider._RUNS", 10**9)
    assert found == [decided(codes, inputs, weights / weights.sum()) for codes, weights in cases]
    assert 5 <= sum(each is not None for each in found) < len(cases)
