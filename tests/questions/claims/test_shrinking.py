"""Shrinking keeps what it takes, of one claim and of several at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.base.arrays import BoolArray
from backstop.questions.claims.counterexample import nearest
from backstop.questions.claims.shrinking import Point, Refutation, Shrunk, shrunk

CENTRE = {"a": 0.0, "b": 0.0, "c": 0.0}
Fails = Callable[[Point], bool]


def answers(fails: Mapping[str, Fails]) -> Callable[[Mapping[str, Sequence[Point]]], dict[str, BoolArray]]:
    return lambda asked: {name: np.array([fails[name](p) for p in points]) for name, points in asked.items()}


def one(values: Point, fails: Fails, world: int = 0) -> Shrunk:
    refutation = Refutation("claim", world, values, values)
    return shrunk([refutation], CENTRE, answers({"claim": fails}))["claim"]


def test_nearest_failure() -> None:
    distance = np.array([0.1, 2.0, 1.0, 2.0])
    assert nearest(np.array([False, True, True, True]), distance) == 2
    assert nearest(np.zeros(4, bool), distance) is None


def test_shrinking_keeps_only_what_it_takes() -> None:
    found = one({"a": 2.0, "b": -1.5, "c": 0.3}, lambda w: w["a"] > 1 and w["b"] < -1, world=7)
    assert found.changed == {"a": 2.0, "b": -1.5}
    assert found.distance == pytest.approx(2.5)
    assert found.world == 7


def test_shrinking_prefers_to_keep_what_is_far_from_the_centre() -> None:
    found = one({"a": 2.0, "b": 0.4, "c": 0.0}, lambda w: w["a"] > 1 or w["b"] > 0.3)
    assert found.changed == {"a": 2.0}


def test_a_claim_that_fails_in_the_central_world_needs_nothing() -> None:
    found = one({"a": 2.0, "b": 0.4, "c": 1.0}, lambda w: True)
    assert found.changed == {}
    assert found.distance == 0.0


def test_every_reset_is_checked_together_with_the_earlier_ones() -> None:
    # Either a or b alone suffices, but not neither.
    found = one({"a": 1.0, "b": 1.0, "c": 1.0}, lambda w: w["a"] + w["b"] >= 1)
    assert len(found.changed) == 1
    world = {**CENTRE, **found.changed}
    assert world["a"] + world["b"] >= 1


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from([-2.0, -1.0, 0.0, 1.0, 2.0]), min_size=3, max_size=3), st.integers(0, 255))
def test_what_is_left_fails_and_nothing_of_it_can_go(values: list[float], truths: int) -> None:
    """Any claim of three parameters that are central or not, told by a table of its truth."""
    point = dict(zip("abc", values, strict=True))

    def fails(w: Point) -> bool:
        moved = sum(1 << i for i, name in enumerate("abc") if w[name] != 0.0)
        return bool(truths >> moved & 1)

    if not fails(point):
        return
    found = one(point, fails)
    left = {**CENTRE, **found.changed}
    assert fails(left)
    assert not any(fails({**left, name: 0.0}) for name in found.changed)


def test_claims_are_shrunk_in_one_go() -> None:
    rounds: list[set[str]] = []
    fails: dict[str, Fails] = {"one": lambda w: w["a"] > 1, "other": lambda w: w["a"] > 1 and w["b"] > 1}
    values = {"a": 2.0, "b": 2.0, "c": 2.0}

    def seen(asked: Mapping[str, Sequence[Point]]) -> dict[str, BoolArray]:
        rounds.append(set(asked))
        return answers(fails)(asked)

    found = shrunk([Refutation(name, 0, values, values) for name in fails], CENTRE, seen)
    assert found["one"].changed == {"a": 2.0}
    assert found["other"].changed == {"a": 2.0, "b": 2.0}
    assert rounds[0] == {"one", "other"}
    assert shrunk([], CENTRE, seen) == {}
