from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.packages import (
    Evaluated,
    enumerated,
    grid,
    minimal,
    pareto_front,
    pareto_ranks,
    steps_between,
)

SMALL = hnp.arrays(np.int64, st.tuples(st.integers(1, 25), st.integers(1, 3)), elements=st.integers(-2, 2))


def below(a, b):
    """Package a promises no more than b."""
    return all(min(0, y) <= x <= max(0, y) for x, y in zip(a, b, strict=True))


@settings(max_examples=150, deadline=None)
@given(SMALL)
def test_minimal_packages_by_definition(levels):
    expected = [
        not any(below(other, own) and tuple(other) != tuple(own) for other in levels.tolist())
        for own in levels.tolist()
    ]
    assert minimal(levels).tolist() == expected


@settings(max_examples=150, deadline=None)
@given(SMALL)
def test_pareto_front_by_definition(objectives):
    rows = objectives.tolist()
    expected = [
        not any(all(o <= s for o, s in zip(other, own, strict=True)) and other != own for other in rows)
        for own in rows
    ]
    assert pareto_front(objectives.astype(float)).tolist() == expected
    ranks = pareto_ranks(objectives)
    assert ((ranks == 0) == np.array(expected)).all()
    for i, j in product(range(len(rows)), repeat=2):
        if rows[i] != rows[j] and all(a <= b for a, b in zip(rows[i], rows[j], strict=True)):
            assert ranks[i] < ranks[j]


def test_ranks_put_missing_values_last():
    assert pareto_ranks([[0.0, np.nan], [1.0, 1.0], [2.0, 2.0]]).tolist() == [2, 0, 1]


def test_grid_holds_every_combination_once():
    table = grid({"a": [0, 1, 1], "b": [5, 0]})
    assert table.tolist() == [[0, 0], [0, 5], [1, 0], [1, 5]]
    with pytest.raises(Refused, match="too many"):
        grid({name: range(10) for name in "abcde"})
    with pytest.raises(InvalidInput, match="measure b"):
        grid({"a": [0], "b": []})
    with pytest.raises(InvalidInput):
        grid({})


def test_steps_contain_zero_once():
    assert steps_between(0, 1, 4) == (0.0, 0.25, 0.5, 0.75, 1.0)
    assert steps_between(-1, 2, 2) == (-1.0, 0.0, 0.5, 2.0)
    assert steps_between(-0.3, 0.3, 6).count(0.0) == 1
    assert len(steps_between(-0.3, 0.3, 6)) == 7
    with pytest.raises(InvalidInput):
        steps_between(0, 1, 0)


def peace(levels):
    """Force and backstop substitute for each other; the third measure does harm."""
    force, backstop, noise = levels.T
    share = np.clip(0.3 * force + 0.5 * backstop - 0.4 * noise, 0, 1)
    return Evaluated(share, 2 * force + 3 * backstop + noise, {"signed": 1 - 0.2 * force})


MEASURES = ("force", "backstop", "noise")
CANDIDATES = grid({"force": range(4), "backstop": range(3), "noise": range(2)})


def test_all_minimal_packages_show_what_can_be_traded():
    found = enumerated(MEASURES, CANDIDATES, peace, 0.6, block=5)
    packages = found.levels[found.minimal()].tolist()
    assert packages == [[2, 0, 0], [1, 1, 0], [0, 2, 0]]
    assert found.levels[found.cheapest()].tolist() == [2, 0, 0]
    assert len(found.levels) == 24
    assert found.figures.metrics["signed"].shape == (24,)


def test_no_package_is_pruned_because_less_of_it_failed():
    def only_the_middle(levels):
        share = (levels[:, 0] == 1).astype(float)
        return Evaluated(share, levels[:, 0], {})

    found = enumerated(("x",), [[0.0], [1.0], [2.0]], only_the_middle, 1.0)
    assert found.feasible.tolist() == [False, True, False]
    assert found.levels[found.minimal()].tolist() == [[1.0]]


def test_of_equally_cheap_packages_the_least_is_taken():
    def free(levels):
        return Evaluated(np.ones(len(levels)), np.zeros(len(levels)), {})

    found = enumerated(MEASURES, CANDIDATES, free, 0.9)
    assert found.levels[found.cheapest()].tolist() == [0, 0, 0]


def test_a_target_no_package_reaches_is_refused_with_the_nearest():
    found = enumerated(MEASURES, CANDIDATES[:6], peace, 1.0)
    with pytest.raises(Refused, match=r"the nearest, backstop 2, does in 1|nearest"):
        enumerated(MEASURES, CANDIDATES[:3], peace, 1.0).cheapest()
    assert found.minimal().tolist() == [int(np.argmax(found.feasible))]
    with pytest.raises(InvalidInput):
        enumerated(MEASURES, CANDIDATES, peace, 0.0)
