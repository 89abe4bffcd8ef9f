"""Reasons for every cell of limited-move and non-myopic stability, replayed by the definitions."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference.graph_foresight import Recursion, check_limited, check_non_myopic
from tests.support.conflicts import graph_twin, option_twin, twin
from tests.support.published_conflicts import every_ranked, published

from backstop.base.faults import InvalidInput
from backstop.graphmodel import (
    LimitedMoveWitness,
    anticipate,
    limited_move_witness,
    non_myopic_witness,
    read,
)
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.stability.foresight import TIES, is_strict


def rules(conflict: Conflict) -> list[tuple[str, str]]:
    """Every variant and rule for ties that fits a conflict."""
    variants = ["rotation", "adversary"] + (["two"] if len(conflict.moves) == 2 else [])
    strict = is_strict(conflict.rankings("test"))
    return [(v, t) for v in variants for t in TIES if t != "strict" or strict]


def plain(conflict: Conflict) -> tuple[list[dict[int, set[int]]], list[list[int]]]:
    moves = [
        {s: set(m.targets(s).tolist()) for s in range(conflict.size) if len(m.targets(s))}
        for m in conflict.moves
    ]
    return moves, [np.asarray(rank).tolist() for rank in conflict.rankings("test")]


def replay(conflict: Conflict, variant: Any, ties: Any, horizons: range) -> Counter[str]:
    """Checks every cell of the conflict, and that the tables say the same; what kinds there were."""
    moves, ranks = plain(conflict)
    reference = Recursion(conflict.size, moves, ranks, variant, ties)
    seen = anticipate(conflict, variant, ties)
    kinds: Counter[str] = Counter()
    for i in range(len(moves)):
        for s in range(conflict.size):
            for h in horizons:
                why = limited_move_witness(seen, i, s, h)
                assert (why.decision_maker, why.state, why.horizon) == (i, s, h)
                assert why.stable == seen.limited(h)[i, s]
                check_limited(reference, why)
                note(kinds, why)
            lasting = non_myopic_witness(seen, i, s)
            assert lasting.stable == seen.stable[i, s]
            check_non_myopic(reference, lasting)
            note(kinds, *lasting.looks)
            kinds["settles" if lasting.stable else "unsettled"] += 1
            if len({look.stable for look in lasting.looks}) == 2:
                kinds["alternates"] += 1
    return kinds


def note(kinds: Counter[str], *found: LimitedMoveWitness) -> None:
    """Counts what kinds of reasons there are, so that a test that never meets one fails."""
    for why in found:
        kinds["stable" if why.stable else "leaves"] += 1
        kinds["structural"] += why.structural
        for prospect in why.prospects:
            kinds[prospect.halt.reason] += 1
            kinds["long path"] += len(prospect.steps) > 2
            for step in prospect.steps:
                kinds["together"] += len(step.path) > 1
                kinds.update(f"tie: {tie.decided_by}" for tie in step.ties)


# What random conflicts must have shown for the comparison to mean anything.
MET = {
    *("stable", "leaves", "structural", "settles", "unsettled", "alternates", "long path", "together"),
    *("stays", "no_move", "horizon", "tie: best", "tie: worst", "tie: lowest"),
}


@pytest.mark.parametrize("part", range(4))
def test_every_reason_can_be_replayed(part: int) -> None:
    kinds: Counter[str] = Counter()
    for seed in range(40 * part, 40 * (part + 1)):
        conflict = twin(seed).conflict
        variant, ties = random.Random(seed).choice(rules(conflict))
        kinds += replay(conflict, variant, ties, range(1, 7))
    assert set(kinds) >= MET


@every_ranked
def test_every_reason_in_publications_can_be_replayed(name: str) -> None:
    conflict = published(name)
    for variant, ties in rules(conflict):
        replay(conflict, variant, ties, range(1, 9))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**9), graph=st.booleans(), pick=st.integers(0, 11), horizon=st.integers(1, 9))
def test_every_reason_can_be_replayed_in_any_conflict(
    seed: int, graph: bool, pick: int, horizon: int
) -> None:
    r = random.Random(seed)
    conflict = (graph_twin(r) if graph else option_twin(r)).conflict
    fitting = rules(conflict)
    variant, ties = fitting[pick % len(fitting)]
    replay(conflict, variant, ties, range(horizon, horizon + 1))


def test_the_replay_can_fail() -> None:
    """Each kind of untruth in a reason is caught."""
    r = random.Random("untruths")
    lies = 0
    while lies < 60:
        one = graph_twin(r)
        conflict = one.conflict
        seen = anticipate(conflict, "rotation", "worst")
        reference = Recursion(conflict.size, *plain(conflict), "rotation", "worst")
        i, s, h = r.randrange(len(one.moves)), r.randrange(conflict.size), r.randint(2, 6)
        why = limited_move_witness(seen, i, s, h)
        if not why.prospects:
            continue
        prospect = why.prospects[-1]
        step = prospect.steps[-1]
        other = (prospect.end + 1) % conflict.size
        wrong = [
            replace(why, stable=not why.stable),
            replace(why, prospects=why.prospects[1:]),
            replace(why, prospects=(*why.prospects[:-1], replace(prospect, end=other))),
            replace(why, prospects=(*why.prospects[:-1], replace(prospect, steps=prospect.steps[:-1]))),
            replace(
                why,
                prospects=(
                    *why.prospects[:-1],
                    replace(prospect, steps=(*prospect.steps[:-1], replace(step, end=other))),
                ),
            ),
            replace(
                why,
                prospects=(
                    *why.prospects[:-1],
                    replace(prospect, halt=replace(prospect.halt, reason="nobody_else")),
                ),
            ),
        ]
        for lie in wrong:
            with pytest.raises((AssertionError, IndexError)):
                check_limited(reference, lie)
            lies += 1


def test_chicken_is_left_by_whoever_looks_one_move_ahead_and_kept_by_all_who_look_further() -> None:
    one = read(
        b"format: backstop-graph/1\ntitle: Chicken\ndecision_makers: {a: Row, b: Column}\n"
        b"options: {ca: {by: a}, cb: {by: b}}\n"
        b"preferences: {a: {ranking: [s3, s4, s2, s1]}, b: {ranking: [s2, s4, s3, s1]}}\n",
        "chicken.yaml",
    )
    seen = anticipate(one, "two", "strict")
    both = one.state("s4")
    alone = limited_move_witness(seen, 0, both, 1)
    assert not alone.stable
    assert [(p.move, p.end, p.halt.reason) for p in alone.prospects] == [(2, 2, "horizon")]
    kept = non_myopic_witness(seen, 0, both)
    assert kept.stable
    assert kept.settled_from is not None
    assert not limited_move_witness(seen, 0, both, kept.settled_from - 1).stable


def test_a_horizon_that_makes_no_sense_is_named() -> None:
    seen = anticipate(twin(0).conflict, "rotation", "lowest")
    for horizon in (0, -3, 10_001):
        with pytest.raises(InvalidInput, match="cannot be looked ahead; give a horizon from 1 to 10,000"):
            limited_move_witness(seen, 0, 0, horizon)
    with pytest.raises(InvalidInput, match="did you mean rotation"):
        anticipate(twin(0).conflict, "rotatoin", "lowest")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="no rule for ties is called any"):
        anticipate(twin(0).conflict, "rotation", "any")  # type: ignore[arg-type]


def test_one_alone_and_far_horizons() -> None:
    one = read(
        b"format: backstop-graph/1\ntitle: t\ndecision_makers: {a: A}\noptions: {x: {by: a}, y: {by: a}}\n"
        b"preferences: {a: {ranking: [s4, s2, s3, s1]}}\n",
        "alone.yaml",
    )
    for variant in ("rotation", "adversary"):
        replay(one, variant, "strict", range(1, 6))
    conflict = twin(4).conflict
    seen = anticipate(conflict, "rotation", "best")
    reference = Recursion(conflict.size, *plain(conflict), "rotation", "best")
    for s in range(conflict.size):
        check_limited(reference, limited_move_witness(seen, 0, s, 150))
