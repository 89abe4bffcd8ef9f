"""How often a state is stable when what is unknown is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from tests.support.conflicts import GUARANTEE, twin

from backstop.base.faults import InvalidInput
from backstop.graphmodel.change.robustness import robustness, solve_many, wilson
from backstop.graphmodel.files.reader import read
from backstop.graphmodel.stability.ranked import stable_states


def test_many_conflicts_side_by_side_are_solved_as_one_by_one() -> None:
    for seed in range(40):
        one = twin(seed)
        random = np.random.default_rng(seed)
        ranks = [random.integers(0, 5, (7, one.conflict.size)).astype(np.int16) for _ in one.moves]
        for first, tables in solve_many(one.conflict, ranks):
            for draw in range(len(ranks[0])):
                alone = stable_states(one.conflict.moves, [rank[first + draw] for rank in ranks])
                for concept, table in tables.items():
                    assert np.array_equal(table[:, draw], alone[concept])


SAMPLED = GUARANTEE.replace(
    b"us: {statements: [not fight, not attack]}",
    b"us: {sampled: {statements: [[fight if attack, not fight]], draws: 4000}}",
)


def test_robustness_counts_what_the_unknown_order_decides() -> None:
    one = read(SAMPLED, "g.yaml")
    found = robustness(one)
    peace = one.states.index["s1"]
    # Half of the orders put honour before quiet, and then the threat is credible; there are two, so both are tried.
    assert found.interval("seq", peace) == (0.5, 0.5, 0.5)
    assert (found.draws, found.sampling) == (2, "exact")
    assert found.lines()[0] == "Share of all 2 completions in which a state is an equilibrium:"
    assert "  s1  nothing is done" in found.lines()


def test_what_is_too_much_to_try_is_drawn_evenly_and_repeatably() -> None:
    text = (
        "format: backstop-graph/1\ntitle: t\ndecision_makers: {a: A, b: B}\n"
        "options: {o0: a, o1: b, o2: a, o3: b}\n"
        "preferences: {a: {sampled: {better: [[s1, s2], [s1, s4], [s3, s4]]}}, b: {weights: {o0: 1, o1: 2}}}\n"
    )
    one = read(text.encode(), "g.yaml")
    found, again, other = (robustness(one, 500, seed) for seed in (1, 1, 2))
    assert (found.draws, found.sampling) == (500, "even")
    assert all(np.array_equal(found.equilibrium[c], again.equilibrium[c]) for c in found.equilibrium)
    assert not np.array_equal(found.equilibrium["seq"], other.equilibrium["seq"])


def test_robustness_needs_something_open() -> None:
    plain = read(GUARANTEE, "g.yaml")
    with pytest.raises(InvalidInput, match="nothing to draw"):
        robustness(plain)
    disturbed = robustness(plain, draws=200, exchanges=2)
    assert 0 < disturbed.equilibrium["nash"].sum() <= 600
    assert wilson(0, 100)[1] == pytest.approx(0, abs=1e-15)
    assert wilson(50, 100)[1] == pytest.approx(0.4038, abs=1e-4)
