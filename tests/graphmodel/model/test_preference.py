"""Rankings and relations."""

from __future__ import annotations

import numpy as np
from tests.support.conflicts import twin

from backstop.graphmodel.model.preference import better_matrix, dense_ranks


def test_dense_ranks_and_matrices() -> None:
    assert dense_ranks(np.array([30, 10, 30])).tolist() == [1, 0, 1]
    one = twin(0).conflict.preferences[0]
    assert not better_matrix(one).diagonal().any()
