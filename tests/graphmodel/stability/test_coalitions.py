"""Stability of coalitions against the reference by definition."""

from __future__ import annotations

import numpy as np
from tests.reference import graph_stability as reference
from tests.support.conflicts import twin

from backstop.graphmodel.stability.coalitions import coalitions


def test_coalitions_agree() -> None:
    checked = 0
    for seed in range(240):
        one = twin(seed)
        if one.conflict.size > 20 or len(one.moves) > 4:
            continue
        checked += 1
        expected = reference.coalition_stable(one.conflict.size, one.moves, one.better)
        found = coalitions(one.conflict)
        for members in found.members:
            got = {c: set(np.flatnonzero(t).tolist()) for c, t in found.stable[members].items()}
            assert got == expected[members], (seed, members)
    assert checked > 80
