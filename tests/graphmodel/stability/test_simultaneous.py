"""SIM against the reference by definition."""

from __future__ import annotations

import random

import numpy as np
from tests.reference import graph_stability as reference
from tests.support.conflicts import option_twin

from backstop.graphmodel.stability.simultaneous import simultaneous


def test_simultaneous_sanctions_agree() -> None:
    for seed in range(300):
        one = option_twin(random.Random(f"sim-{seed}"))
        expected = reference.simultaneous(one.vectors, one.moves, one.better)
        found = [set(np.flatnonzero(row).tolist()) for row in simultaneous(one.conflict)]
        assert found == expected, seed
