"""The two forms in which moves are held."""

from __future__ import annotations

import random

import numpy as np
from tests.support.conflicts import option_twin

from backstop.graphmodel.model.moves import Arcs, greatest, repeated


def test_pools_and_arcs_are_two_forms_of_the_same_moves() -> None:
    for seed in range(200):
        one = option_twin(random.Random(f"forms-{seed}"))
        for moves, rank in zip(one.conflict.moves, one.conflict.rankings("test"), strict=True):
            arcs = Arcs.from_pairs(moves.size, *moves.arcs())
            values = np.stack([rank, rank[::-1]])
            assert np.array_equal(moves.least(values), arcs.least(values))
            assert np.array_equal(greatest(moves, values), greatest(arcs, values))
            assert np.array_equal(moves.degree(), arcs.degree())
            better, sparse = moves.improving(rank), arcs.improving(rank)
            assert np.array_equal(better.least(values), sparse.least(values))
            assert np.array_equal(better.degree(), sparse.degree())
            for state in range(moves.size):
                assert moves.targets(state).tolist() == arcs.targets(state).tolist()
                assert better.targets(state).tolist() == sparse.targets(state).tolist()
            assert all(np.array_equal(a, b) for a, b in zip(better.arcs(), sparse.arcs(), strict=True))
            twice = repeated(moves, 2)
            assert twice.degree().tolist() == moves.degree().tolist() * 2
