"""Completions of partial preferences."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.conflicts import distance

from backstop.base.faults import Refused
from backstop.graphmodel.model.completion import complete, shuffled
from backstop.graphmodel.model.preference import Relation


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


def test_a_relation_that_no_ranking_completes_is_refused() -> None:
    better = np.zeros((3, 3), np.int8)
    better[0, 1] = 1
    unknown = np.zeros((3, 3), np.bool_)
    unknown[0, 2] = unknown[2, 0] = True
    with pytest.raises(Refused, match="not transitive"):
        complete(Relation(better, unknown), 3, np.random.default_rng(0), "us")
