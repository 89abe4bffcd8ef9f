"""Inverse, edits, completions and robustness against brute force."""

from __future__ import annotations

import itertools
import random
import time
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from tests.support.conflicts import GUARANTEE, Twin, distance, graph_twin, twin
from tests.support.large_conflicts import large as conflict_of

from backstop.graphmodel.change.conditions import condition
from backstop.graphmodel.change.edit import apply, smallest_change, statement_edits
from backstop.graphmodel.change.inverse import invert
from backstop.graphmodel.change.requirements import must_prefer
from backstop.graphmodel.files.reader import read
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.stability.concepts import CONCEPTS
from backstop.graphmodel.stability.ranked import stable_states


def small(seed: int, most: int = 6) -> Twin:
    """A random conflict of few states, so that all rankings can be tried."""
    r = random.Random(f"small-{seed}")
    while True:
        one = graph_twin(r)
        if one.conflict.size <= most and len(one.moves) <= 3:
            return one


def equilibrium(conflict: Conflict, state: int, concept: str) -> bool:
    tables = stable_states(conflict.moves, conflict.rankings("test"), (concept,))  # type: ignore[arg-type]
    return bool(tables[concept][:, state].all())  # type: ignore[index]


@pytest.mark.parametrize("concept", CONCEPTS)
def test_conditions_and_counts_by_trying_every_ranking(concept: str) -> None:
    for seed in range(12):
        one = small(seed, 5)
        size = one.conflict.size
        ranks = list(one.conflict.rankings("test"))
        found = condition(one.conflict, 0, 0, concept)  # type: ignore[arg-type]
        count = 0
        for order in itertools.permutations(range(size)):
            mine = np.array(order, dtype=np.int16)
            tables = stable_states(one.conflict.moves, [mine, *ranks[1:]], (concept,))  # type: ignore[arg-type]
            below = set(np.flatnonzero(mine <= mine[0]).tolist())
            holds = bool(tables[concept][0, 0])  # type: ignore[index]
            assert holds == any(low <= below for low in found.minimal), (seed, order)
            count += holds
        assert found.rankings == count


@pytest.mark.parametrize("concept", ["nash", "gmr", "smr"])
def test_least_lifts_are_least_among_all_rankings(concept: str) -> None:
    """Against every strict ranking of every decision maker, by the number of exchanged neighbours."""
    tried = 0
    for seed in range(80):
        one = small(seed, 4)
        size, n = one.conflict.size, len(one.moves)
        if n != 2:
            continue
        r = random.Random(seed)
        ranks = []
        for _ in range(n):
            order = list(range(size))
            r.shuffle(order)
            ranks.append(np.array(order, dtype=np.int16))
        base = one.conflict.with_ranks(ranks)
        for goal in ("make", "break"):
            change = smallest_change(base, 0, concept, goal)  # type: ignore[arg-type]
            costs = []
            for pair in itertools.product(itertools.permutations(range(size)), repeat=n):
                new = [np.array(order, dtype=np.int16) for order in pair]
                if equilibrium(one.conflict.with_ranks(new), 0, concept) == (goal == "make"):
                    costs.append(sum(distance(a, b) for a, b in zip(ranks, new, strict=True)))
            assert (change is None) == (not costs)
            if change is not None:
                assert change.least
                assert change.cost == min(costs), (seed, goal)
                after = one.conflict.with_ranks(apply(ranks, change.shifts))
                assert equilibrium(after, 0, concept) == (goal == "make")
                tried += change.cost > 0
    assert tried > 5


@pytest.mark.parametrize("concept", ["seq", "sseq"])
def test_changes_under_sequential_concepts_do_what_they_say(concept: str) -> None:
    changes = 0
    for seed in range(60):
        one = twin(seed)
        if one.conflict.size > 16:
            continue
        ranks = one.conflict.rankings("test")
        for goal in ("make", "break"):
            change = smallest_change(one.conflict, 0, concept, goal)  # type: ignore[arg-type]
            if change is not None:
                after = one.conflict.with_ranks(apply(ranks, change.shifts))
                assert equilibrium(after, 0, concept) == (goal == "make"), (seed, goal)
                changes += 1
    assert changes > 30


def test_what_one_must_prefer_suffices_whatever_else_it_prefers() -> None:
    """Every alternative is tested against all rankings that contain its comparisons; and none is missed."""
    alternatives = 0
    for seed in range(40):
        one = small(seed, 5)
        size = one.conflict.size
        ranks = list(one.conflict.rankings("test"))
        for concept in ("gmr", "seq"):
            found = must_prefer(one.conflict, 0, 0, concept, most=10_000)  # type: ignore[arg-type]
            alternatives += len(found)
            for order in itertools.permutations(range(size)):
                mine = np.array(order, dtype=np.int16)
                holds = equilibrium(one.conflict.with_ranks([mine, *ranks[1:]]), 0, concept)
                implied = any(
                    all(
                        mine[a] > mine[b] if strict else mine[a] >= mine[b]
                        for a, b, strict in one_.comparisons
                    )
                    for one_ in found
                )
                assert holds == implied, (seed, concept, order)
            for one_ in found:
                assert equilibrium(one.conflict.with_ranks([one_.rank, *ranks[1:]]), 0, concept)
    assert alternatives > 20


def test_statement_edits_find_the_commitment() -> None:
    one = read(GUARANTEE, "g.yaml")
    peace = one.states.index["s1"]
    assert not equilibrium(one, peace, "nash")
    assert not equilibrium(one, peace, "seq")
    edits = statement_edits(one, peace, "seq", "make")
    actions = {(one.decision_makers[e.decision_maker].id, e.statement, e.action) for e in edits}
    assert ("us", 0, "negate") in actions  # the United States would rather fight
    assert ("russia", 1, "negate") in actions  # or the other side does not want to attack
    assert ("us", 1, "drop") not in actions


def test_counts_without_listing_are_those_of_every_ranking() -> None:
    """The share from clauses, from alternative sets and from all subsets is the same where all can be had."""
    compared = 0
    for seed in range(60):
        one = twin(seed)
        for concept in ("gmr", "smr", "seq"):
            found = condition(one.conflict, 0, 0, concept)  # type: ignore[arg-type]
            if found.minimal is None:
                continue
            share = Fraction(found.rankings or 0, found.of)
            relevant = sorted(frozenset().union(*found.minimal))
            if len(relevant) > 12 or len(found.minimal) > 40:
                continue
            by_hand = Fraction(0)
            for size in range(len(relevant) + 1):
                for low in map(frozenset, itertools.combinations(relevant, size)):
                    if any(need <= low for need in found.minimal):
                        by_hand += Fraction(1, comb(len(relevant), size) * (len(relevant) + 1))
            assert share == by_hand, (seed, concept)
            assert all(any(t <= low for t in clause) for low in found.minimal for clause in found.clauses)
            compared += 1
    assert compared > 60


def test_what_cannot_be_listed_is_counted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    conflicts = [twin(seed).conflict for seed in range(40)]
    listed = [condition(one, 0, 0, "gmr") for one in conflicts]
    monkeypatch.setattr("backstop.graphmodel.change.conditions.MAX_SETS", 0)
    counted = 0
    for one, known in zip(conflicts, listed, strict=True):
        found = condition(one, 0, 0, "gmr")
        if 1 <= len(found.clauses) <= 14:
            assert found.minimal is None
            assert found.rankings == known.rankings
            counted += 1
    assert counted > 20


@pytest.mark.parametrize("concept", ["gmr", "seq", "sseq"])
def test_many_states_are_answered_soon_or_it_is_said_what_is_left_out(concept: str) -> None:
    one = conflict_of(7)
    start = time.process_time()
    found = invert(one, "s43", concept)  # type: ignore[arg-type]
    assert time.process_time() - start < 20  # two seconds on a quiet machine
    words = "\n".join(found.lines())
    assert "smallest change that makes it" in words
    for i, each in found.conditions.items():
        if each.minimal is None:
            assert each.as_dict(one)["one_of_each"]
            assert "ways" in words
        assert i in found.alternatives


def test_what_is_not_listed_is_said() -> None:
    one = conflict_of(7)
    found = condition(one, 0, 0, "gmr")
    assert found.minimal is None
    assert found.rankings is not None
    assert 0 < found.rankings < found.of
    head, *rest = found.lines(one)
    assert head.startswith("if something of each line is no better than it")
    assert "more than 1,000 ways" in head
    assert rest[0].startswith("s")
    assert "others" in rest[0]
