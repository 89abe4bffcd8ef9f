"""The program against the reference by definition, on random conflicts."""

from __future__ import annotations

import random

import numpy as np
import pytest
from tests.reference import graph_stability as reference
from tests.support.conflicts import Twin, option_twin, twin

from backstop.graphmodel.analysis import analyse
from backstop.graphmodel.change.robustness import solve_many
from backstop.graphmodel.files.reader import read
from backstop.graphmodel.model.moves import Arcs, greatest, repeated
from backstop.graphmodel.model.preference import Relation, better_matrix
from backstop.graphmodel.reasons.witness import JointStep, witness
from backstop.graphmodel.stability.attitudes import crisp, uncertain
from backstop.graphmodel.stability.coalitions import coalitions
from backstop.graphmodel.stability.concepts import CONCEPTS
from backstop.graphmodel.stability.credibility import threats
from backstop.graphmodel.stability.ranked import stable_states
from backstop.graphmodel.stability.simultaneous import simultaneous


def solved(one: Twin) -> dict[str, list[set[int]]]:
    tables = stable_states(one.conflict.moves, one.conflict.rankings("test"))
    return {
        concept: [set(np.flatnonzero(row).tolist()) for row in table] for concept, table in tables.items()
    }


def path_of(steps: tuple[JointStep, ...] | None) -> list[tuple[int, int]]:
    """The single moves of a sanction."""
    return [move for step in steps or () for move in step.path]


def compare(first: int, last: int) -> None:
    for seed in range(first, last):
        one = twin(seed)
        expected = reference.stable(one.conflict.size, one.moves, one.better)
        found = solved(one)
        assert found == expected, seed
        # Implications of section 2.3 as properties; existence is asserted nowhere.
        for i in range(len(one.moves)):
            for concept in CONCEPTS:
                assert found["nash"][i] <= found[concept][i]
            assert found["smr"][i] <= found["gmr"][i]
            assert found["seq"][i] <= found["gmr"][i]
            assert found["sseq"][i] <= found["smr"][i] & found["seq"][i]


@pytest.mark.parametrize("part", range(5))
def test_every_cell_agrees_with_the_definitions(part: int) -> None:
    compare(300 * part, 300 * (part + 1))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(7))
def test_every_cell_of_many_more_agrees_with_the_definitions(part: int) -> None:
    compare(1_500 + 500 * part, 1_500 + 500 * (part + 1))


def test_the_comparison_can_fail() -> None:
    """A single opponent move, the peer's fault, is told apart from legal sequences."""
    wrong = 0
    for seed in range(60):
        one = twin(seed)
        if len(one.moves) < 3:
            continue
        expected = reference.stable(one.conflict.size, one.moves, one.better)["gmr"]
        for i in range(len(one.moves)):
            for s in range(one.conflict.size):
                holds = all(
                    any(
                        not one.better(i, r, s)
                        for j in range(len(one.moves))
                        if j != i
                        for r in one.moves[j].get(q, set())
                    )
                    for q in one.moves[i].get(s, set())
                    if one.better(i, q, s)
                )
                wrong += holds != (s in expected[i])
    assert wrong > 0


def test_simultaneous_sanctions_agree() -> None:
    for seed in range(300):
        one = option_twin(random.Random(f"sim-{seed}"))
        expected = reference.simultaneous(one.vectors, one.moves, one.better)
        found = [set(np.flatnonzero(row).tolist()) for row in simultaneous(one.conflict)]
        assert found == expected, seed


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


def test_unknown_preferences_agree_and_nothing_unknown_is_crisp() -> None:
    for seed in range(150):
        one = twin(seed)
        if one.conflict.size > 24:
            continue
        r = random.Random(seed)
        size = one.conflict.size
        relations = []
        for preference in one.conflict.preferences:
            better = better_matrix(preference).copy()
            unknown = np.zeros_like(better)
            for a in range(size):
                for b in range(a):
                    if r.random() < 0.25:
                        unknown[a, b] = unknown[b, a] = True
                        better[a, b] = better[b, a] = False
            relations.append(Relation(better.astype(np.int8), unknown))
        expected = reference.uncertain(
            size,
            one.moves,
            lambda i, q, s, held=relations: bool(held[i].strength[q, s]),
            lambda i, q, s, held=relations: bool(held[i].unknown[q, s]),
        )
        changed = one.conflict.with_preferences(relations)
        tables = uncertain(changed)
        if size <= 8:
            for concept in ("nash", "gmr", "smr", "seq"):
                for extension in "abcd":
                    for i in range(len(relations)):
                        for s in range(size):
                            why = witness(changed, i, s, concept, extension)  # type: ignore[arg-type]
                            assert why.stable == tables[f"{concept}_{extension}"][i, s]
        assert {k: [set(np.flatnonzero(row).tolist()) for row in t] for k, t in tables.items()} == expected, (
            seed
        )
        for concept in ("nash", "gmr", "smr", "seq"):
            a, b, c, d = (tables[f"{concept}_{x}"] for x in "abcd")
            assert not (a & ~b).any()
            assert not (a & ~c).any()
            assert not (b & ~d).any()
            assert not (c & ~d).any()
        plain = uncertain(one.conflict)
        certain = stable_states(one.conflict.moves, one.conflict.rankings("test"))
        for concept in ("nash", "gmr", "smr", "seq"):
            for extension in "abcd":
                assert np.array_equal(plain[f"{concept}_{extension}"], certain[concept])  # type: ignore[index]


def test_relations_that_are_rankings_give_the_same() -> None:
    for seed in range(200):
        one = twin(seed)
        tables = stable_states(one.conflict.moves, one.conflict.rankings("test"))
        for concept, table in crisp(one.conflict).items():
            assert np.array_equal(table, tables[concept]), (seed, concept)  # type: ignore[index]


def test_relations_that_are_no_rankings_have_every_concept() -> None:
    """SSEQ and SIM by definition for preferences in which indifference is not transitive."""
    text = (
        "format: backstop-graph/1\ntitle: t\ndecision_makers: {a: A, b: B}\n"
        "options: {x: {by: a}, y: {by: b}}\n"
        "preferences:\n"
        "  a: {relation: {better: [[s2, s1], [s1, s4]]}}\n"
        "  b: {relation: {better: [[s4, s2], [s3, s1], [s2, s1]]}}\n"
    )
    one = read(text.encode(), "g.yaml")
    assert one.ranks is None
    found = analyse(one)
    # a may go from s1 to s2; b then prefers s4, from which a has no reply better than s1: s3 is indifferent to it.
    assert found.concepts["sseq"].tolist() == [[True, True, True, True], [False, False, True, True]]
    # From s1 either may improve, and both together lead to s4, which neither prefers to s1.
    assert found.concepts["sim"].tolist() == [[True, True, True, True], [True, False, True, True]]
    assert analyse(one, ["sim"]).concepts["sim"].tolist() == found.concepts["sim"].tolist()
    for seed in range(100):
        other = twin(seed).conflict
        tables = crisp(other)
        assert np.array_equal(tables["sseq"], stable_states(other.moves, other.rankings("test"))["sseq"])


def test_every_cell_has_a_witness_that_can_be_checked() -> None:
    for seed in range(150):
        one = twin(seed)
        found = solved(one)
        n = len(one.moves)
        for i in range(n):
            for s in range(one.conflict.size):
                for concept in CONCEPTS:
                    why = witness(one.conflict, i, s, concept)
                    assert why.stable == (s in found[concept][i]), (seed, i, s, concept)
                    assert why.structural == (not one.moves[i].get(s))
                    for answer in why.answers:
                        assert one.better(i, answer.improvement, s)
                        here, last = answer.improvement, i
                        for mover, there in path_of(answer.sanction):
                            assert mover not in (i, last)
                            assert there in one.moves[mover][here]
                            if concept in ("seq", "sseq"):
                                assert one.better(mover, there, here)
                            here, last = there, mover
                        if answer.sanction:
                            assert not one.better(i, here, s)
                            if concept in ("smr", "sseq"):
                                assert not any(one.better(i, t, s) for t in one.moves[i].get(here, set()))
                        if answer.escape is not None and answer.escaped:
                            ((mover, out),) = answer.escape
                            assert mover == i
                            assert one.better(i, out, s)
                            assert out in one.moves[i][answer.escaped[-1].end]


def test_wishes_make_threats_credible() -> None:
    """Where all wishes of a threat are granted, its path consists of improvements."""
    seen = 0
    for seed in range(150):
        one = twin(seed)
        found = solved(one)
        for i in range(len(one.moves)):
            for s in range(one.conflict.size):
                hollow = threats(one.conflict, i, s) if s in found["gmr"][i] else []
                assert bool(hollow) == (s in found["gmr"][i] - found["seq"][i])
                for threat in hollow:
                    seen += 1
                    wished = {(w.decision_maker, w.better, w.worse) for w in threat.wishes}
                    assert wished
                    here = threat.improvement
                    for mover, there in threat.path:
                        assert one.better(mover, there, here) or (mover, there, here) in wished
                        here = there
                    assert not one.better(i, here, s)
    assert seen > 100


def test_relabelling_states_and_reordering_decision_makers_changes_nothing() -> None:
    for seed in range(200):
        one = twin(seed)
        r = random.Random(seed)
        size, n = one.conflict.size, len(one.moves)
        place = list(range(size))
        r.shuffle(place)
        order = list(range(n))
        r.shuffle(order)
        moves = []
        ranks = []
        for i in order:
            source, target = one.conflict.moves[i].arcs()
            moves.append(Arcs.from_pairs(size, np.array(place)[source], np.array(place)[target]))
            rank = one.conflict.rankings("test")[i]
            moved = np.empty_like(rank)
            moved[place] = rank
            ranks.append(moved)
        before = stable_states(one.conflict.moves, one.conflict.rankings("test"))
        after = stable_states(moves, ranks)
        for concept in CONCEPTS:
            assert np.array_equal(before[concept][order], after[concept][:, place]), (seed, concept)


def test_blocks_and_arcs_are_two_forms_of_the_same_moves() -> None:
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
