"""Inverse, edits, completions and robustness against brute force."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from tests.support.conflicts import Twin, graph_twin, twin

from backstop.base.faults import InvalidInput, Refused
from backstop.graphmodel.change.conditions import condition
from backstop.graphmodel.change.edit import apply, smallest_change, statement_edits
from backstop.graphmodel.change.requirements import must_prefer
from backstop.graphmodel.change.robustness import robustness, wilson
from backstop.graphmodel.files.reader import read
from backstop.graphmodel.model.completion import complete, shuffled
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Graded, Relation, better_matrix, dense_ranks
from backstop.graphmodel.stability.attitudes import degree_matrix, fuzzy, probabilistic, strong, weak
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


def distance(a: np.ndarray, b: np.ndarray) -> int:  # type: ignore[type-arg]
    """Pairs of states in different order."""
    pairs = itertools.combinations(range(len(a)), 2)
    return sum((a[x] < a[y]) != (b[x] < b[y]) for x, y in pairs)


@pytest.mark.parametrize("concept", ["seq", "sseq"])
def test_changes_under_sequential_concepts_do_what_they_say(concept: str) -> None:
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


STATEMENTS = b"""\
format: backstop-graph/1
title: Guarantee
decision_makers: {us: US, russia: Russia}
options:
  fight: {by: us}
  attack: {by: russia}
infeasible: [fight and not attack]
preferences:
  us: {statements: [not fight, not attack]}
  russia: {statements: [not fight, attack]}
status_quo: {attack: no}
"""


def test_statement_edits_find_the_commitment() -> None:
    one = read(STATEMENTS, "g.yaml")
    peace = one.states.index["s1"]
    assert not equilibrium(one, peace, "nash")
    assert not equilibrium(one, peace, "seq")
    edits = statement_edits(one, peace, "seq", "make")
    actions = {(one.decision_makers[e.decision_maker].id, e.statement, e.action) for e in edits}
    assert ("us", 0, "negate") in actions  # the guarantor would rather fight
    assert ("russia", 1, "negate") in actions  # or the other side does not want to attack
    assert ("us", 1, "drop") not in actions


def test_nothing_known_is_drawn_evenly_and_what_is_known_is_kept() -> None:
    size, draws = 4, 24_000
    nothing = Relation(np.zeros((size, size), np.int8), ~np.eye(size, dtype=np.bool_))
    ranks = complete(nothing, draws, np.random.default_rng(1))
    _, counts = np.unique(ranks, axis=0, return_counts=True)
    assert len(counts) == 24
    assert abs(counts - 1_000).max() < 160  # five standard deviations
    # A chain of three and one free state: four rankings, equally likely.
    better = np.zeros((size, size), np.int8)
    better[0, 1] = better[1, 2] = 1
    unknown = (better == 0) & (better.T == 0) & ~np.eye(size, dtype=np.bool_)
    unknown[0, 2] = unknown[2, 0] = False
    better[0, 2] = 1
    ranks = complete(Relation(better, unknown), draws, np.random.default_rng(2))
    assert ((ranks[:, 0] > ranks[:, 1]) & (ranks[:, 1] > ranks[:, 2])).all()
    _, counts = np.unique(ranks, axis=0, return_counts=True)
    assert len(counts) == 4
    assert abs(counts - draws / 4).max() < 350
    kept = shuffled(np.array([2, 1, 0, 3], np.int16), 50, 0, np.random.default_rng(3))
    assert (kept == np.array([2, 1, 0, 3])).all()
    once = shuffled(np.arange(5, dtype=np.int16), 50, 1, np.random.default_rng(3))
    assert {distance(row, np.arange(5)) for row in once} == {1}


SAMPLED = STATEMENTS.replace(
    b"us: {statements: [not fight, not attack]}",
    b"us: {sampled: {statements: [[fight if attack, not fight]], draws: 4000}}",
)


def test_robustness_counts_what_the_unknown_order_decides() -> None:
    one = read(SAMPLED, "g.yaml")
    found = robustness(one)
    peace = one.states.index["s1"]
    share, low, high = found.interval("seq", peace)
    # Half of the orders put honour before quiet, and then the threat is credible.
    assert low < 0.5 < high
    assert found.draws == 4_000
    assert abs(share - 0.5) < 0.05
    again = robustness(one)
    assert all(np.array_equal(found.equilibrium[c], again.equilibrium[c]) for c in found.equilibrium)
    assert not np.array_equal(found.equilibrium["seq"], robustness(one, seed=5).equilibrium["seq"])
    plain = read(STATEMENTS, "g.yaml")
    with pytest.raises(InvalidInput, match="nothing to draw"):
        robustness(plain)
    disturbed = robustness(plain, draws=200, exchanges=2)
    assert 0 < disturbed.equilibrium["nash"].sum() <= 600
    assert wilson(0, 100)[1] == pytest.approx(0, abs=1e-15)
    assert wilson(50, 100)[1] == pytest.approx(0.4038, abs=1e-4)


def test_certain_degrees_give_the_crisp_concepts() -> None:
    for seed in range(80):
        one = twin(seed)
        if one.conflict.size > 24:
            continue
        tables = stable_states(one.conflict.moves, one.conflict.rankings("test"))
        loose = fuzzy(one.conflict)
        for name, concept in (("fr", "nash"), ("fgmr", "gmr"), ("fsmr", "smr"), ("fseq", "seq")):
            assert np.array_equal(loose[name], tables[concept]), (seed, name)  # type: ignore[index]
        degrees = [Graded("fuzzy", degree_matrix(p), {"gamma": 1.0}) for p in one.conflict.preferences]
        assert np.array_equal(fuzzy(one.conflict.with_preferences(degrees))["fseq"], tables["seq"])
        for concept, table in probabilistic(one.conflict, {"alpha": 1.0, "beta": 1.0, "gamma": 1.0}).items():
            assert np.array_equal(table, tables[concept]), (seed, concept)  # type: ignore[index]
        # Sanctions of any strict loss are strong ones of degree 1; only reflexive sanctions are lost.
        firmly = strong(one.conflict, degree=1)
        for concept in ("gmr", "smr", "seq"):
            assert not (firmly[f"strong_{concept}"] & ~tables[concept]).any()  # type: ignore[index]
        assert all(not (w & ~tables[name[5:]]).any() for name, w in weak(tables, firmly).items())  # type: ignore[arg-type, index]


def test_a_threshold_is_reached_by_the_difference_of_degrees() -> None:
    text = STATEMENTS.replace(
        b"russia: {statements: [not fight, attack]}",
        b"russia: {fuzzy: {degrees: [[s2, s1, 0.7]], gamma: 0.4}}",
    )
    one = read(text, "g.yaml")
    russia = one.decision_maker("russia")
    # 0.7 - 0.3 reaches 0.4 in spite of rounding; it does not reach 0.41.
    assert not fuzzy(one)["fr"][russia, 0]
    assert fuzzy(one, {"russia": 0.41})["fr"][russia, 0]


def test_a_relation_that_no_ranking_completes_is_refused() -> None:
    better = np.zeros((3, 3), np.int8)
    better[0, 1] = 1
    unknown = np.zeros((3, 3), np.bool_)
    unknown[0, 2] = unknown[2, 0] = True
    with pytest.raises(Refused, match="not transitive"):
        complete(Relation(better, unknown), 3, np.random.default_rng(0), "us")


def test_dense_ranks_and_matrices() -> None:
    assert dense_ranks(np.array([30, 10, 30])).tolist() == [1, 0, 1]
    one = twin(0).conflict.preferences[0]
    assert not better_matrix(one).diagonal().any()
