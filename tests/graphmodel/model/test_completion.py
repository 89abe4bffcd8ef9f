"""Completions of partial preferences, against every ranking that agrees with what is known."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest
from tests.support.conflicts import distance

from backstop.base.faults import Refused
from backstop.graphmodel.model.completion import completions, shuffled
from backstop.graphmodel.model.formula import parse
from backstop.graphmodel.model.preference import Ranking, Relation, from_tiers


def relation(size: int, pairs: list[tuple[int, int]]) -> Relation:
    """What is known, and all else unknown."""
    better = np.zeros((size, size), np.int8)
    for first, second in pairs:
        better[first, second] = 1
    return Relation(better, (better == 0) & (better.T == 0) & ~np.eye(size, dtype=np.bool_))


def by_hand(size: int, pairs: list[tuple[int, int]]) -> set[tuple[int, ...]]:
    """Every strict ranking (higher is better) that has all pairs."""
    return {
        rank
        for rank in itertools.permutations(range(size))
        if all(rank[first] > rank[second] for first, second in pairs)
    }


KNOWN = {
    "nothing": (5, []),
    "chain": (5, [(0, 1), (1, 2), (2, 3), (3, 4)]),
    "tree": (6, [(0, 1), (0, 2), (1, 3), (1, 4)]),
    "tree upside down": (6, [(1, 0), (2, 0), (3, 1), (4, 1)]),
    "two chains": (6, [(0, 1), (1, 2), (3, 4)]),
    "letter N": (5, [(0, 2), (1, 2), (1, 3)]),
    "two parts": (6, [(0, 2), (1, 2), (1, 3), (4, 5)]),
    "crown": (6, [(0, 3), (0, 4), (1, 4), (1, 5), (2, 5), (2, 3)]),
}


@pytest.mark.parametrize("name", KNOWN)
def test_every_ranking_that_agrees_is_listed_once_and_drawn_as_often_as_any(name: str) -> None:
    size, pairs = KNOWN[name]
    wanted = by_hand(size, pairs)
    found = completions(relation(size, pairs))
    assert (found.count, found.even) == (len(wanted), True)
    listed = [tuple(row) for row in found.every().tolist()]
    assert len(listed) == len(wanted)
    assert set(listed) == wanted
    draws = 400 * len(wanted)
    rows, counts = np.unique(found.draw(draws, np.random.default_rng(1)), axis=0, return_counts=True)
    assert {tuple(row) for row in rows.tolist()} == wanted
    # The sum of squares is that of even chances: its mean is the number of rankings less one.
    chi = float(((counts - 400) ** 2 / 400).sum())
    assert abs(chi - (len(wanted) - 1)) < 5 * np.sqrt(2 * max(len(wanted) - 1, 1))


def test_any_relation_is_completed_to_all_that_agrees() -> None:
    r = random.Random("posets")
    compared = 0
    for _ in range(60):
        size = r.randint(2, 6)
        order = list(range(size))
        r.shuffle(order)
        pairs = [
            (order[a], order[b])
            for a in range(size)
            for b in range(a + 1, size)
            if r.random() < r.choice([0.1, 0.4])
        ]
        wanted = by_hand(size, pairs)
        found = completions(relation(size, pairs))
        assert found.count == len(wanted)
        assert {tuple(row) for row in found.every().tolist()} == wanted
        drawn = {tuple(row) for row in found.draw(200, np.random.default_rng(2)).tolist()}
        assert drawn <= wanted
        compared += len(wanted)
    assert compared > 1_000


def test_where_too_much_would_be_counted_it_is_rough(monkeypatch: pytest.MonkeyPatch) -> None:
    size, pairs = KNOWN["crown"]
    monkeypatch.setattr("backstop.graphmodel.model.completion.MAX_TOPS", 10)
    found = completions(relation(size, pairs))
    assert (found.count, found.even) == (None, False)
    drawn = {tuple(row) for row in found.draw(2_000, np.random.default_rng(3)).tolist()}
    assert drawn <= by_hand(size, pairs)
    assert len(drawn) > 40


def test_states_liked_equally_stay_so() -> None:
    better = np.zeros((4, 4), np.int8)
    unknown = np.zeros((4, 4), np.bool_)
    for a, b in itertools.product((0, 1), (2, 3)):
        unknown[a, b] = unknown[b, a] = True
    found = completions(Relation(better, unknown))
    assert found.count == 2
    assert sorted(found.every().tolist()) == [[0, 0, 1, 1], [1, 1, 0, 0]]


def test_orders_of_statements_are_listed_and_drawn() -> None:
    truths = np.array([[True, False, True, False], [False, True, True, False]])
    tiers = [[parse("a"), parse("b")]]
    found = completions(from_tiers(tiers, [truths], 10, 0))
    assert found.count == 2
    assert found.every().tolist() == [[2, 1, 3, 0], [1, 2, 3, 0]]
    drawn = found.draw(4_000, np.random.default_rng(4))
    assert abs(int((drawn[:, 0] == 2).sum()) - 2_000) < 160


def test_a_ranking_is_complete() -> None:
    found = completions(Ranking(np.array([1, 0, 1], np.int16)))
    assert found.count == 1
    assert found.every().tolist() == [[1, 0, 1]]
    assert found.draw(2, np.random.default_rng(0)).tolist() == [[1, 0, 1]] * 2


def test_exchanges_of_neighbours() -> None:
    kept = shuffled(np.array([2, 1, 0, 3], np.int16), 50, 0, np.random.default_rng(3))
    assert (kept == np.array([2, 1, 0, 3])).all()
    once = shuffled(np.arange(5, dtype=np.int16), 50, 1, np.random.default_rng(3))
    assert {distance(row, np.arange(5)) for row in once} == {1}


def test_a_relation_that_no_ranking_completes_is_refused() -> None:
    better = np.zeros((3, 3), np.int8)
    better[0, 1] = 1
    unknown = np.zeros((3, 3), np.bool_)
    unknown[0, 2] = unknown[2, 0] = True
    with pytest.raises(Refused, match="not transitive"):
        completions(Relation(better, unknown), "us")
