"""Stability under preferences that are no rankings, against the reference by definition."""

from __future__ import annotations

import random

import numpy as np
from tests.reference import graph_stability as reference
from tests.support.conflicts import GUARANTEE, twin

from backstop.graphmodel.analysis import analyse
from backstop.graphmodel.files.reader import read
from backstop.graphmodel.model.preference import Graded, Relation, better_matrix
from backstop.graphmodel.reasons.witness import witness
from backstop.graphmodel.stability.attitudes import (
    crisp,
    degree_matrix,
    fuzzy,
    probabilistic,
    strong,
    uncertain,
    weak,
)
from backstop.graphmodel.stability.ranked import stable_states


def test_unknown_preferences_agree_and_nothing_unknown_is_crisp() -> None:
    checked = 0
    for seed in range(75):
        one = twin(seed)
        if one.conflict.size > 24:
            continue
        checked += 1
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
    assert checked > 40


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


def test_certain_degrees_give_the_crisp_concepts() -> None:
    checked = 0
    for seed in range(80):
        one = twin(seed)
        if one.conflict.size > 24:
            continue
        checked += 1
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
    assert checked > 40


def test_a_threshold_is_reached_by_the_difference_of_degrees() -> None:
    text = GUARANTEE.replace(
        b"russia: {statements: [not fight, attack]}",
        b"russia: {fuzzy: {degrees: [[s2, s1, 0.7]], gamma: 0.4}}",
    )
    one = read(text, "g.yaml")
    russia = one.decision_maker("russia")
    # 0.7 - 0.3 reaches 0.4 in spite of rounding; it does not reach 0.41.
    assert not fuzzy(one)["fr"][russia, 0]
    assert fuzzy(one, {"russia": 0.41})["fr"][russia, 0]
