"""Reasons for every cell of the coalition concepts and of SIM, replayed by the definitions."""

from __future__ import annotations

import random
from collections import Counter
from importlib import import_module
from itertools import product

import pytest
from tests.reference import graph_stability as reference
from tests.support.conflicts import Twin, option_twin, solved, twin
from tests.support.published_conflicts import RANKED, every_ranked, published_twin

from backstop.base.faults import InvalidInput, Refused
from backstop.graphmodel import (
    Witness,
    coalition_named,
    coalition_witness,
    coalitions,
    joint_witness,
    simultaneous,
    witness,
)
from backstop.graphmodel.reasons.witness import JointStep
from backstop.graphmodel.stability.concepts import COALITION_CONCEPTS, CONCEPTS


def walk(one: Twin, movers: tuple[int, ...], start: int, path: tuple[tuple[int, int], ...]) -> int:
    """The end of a legal sequence of `movers`."""
    here, last = start, None
    assert path
    for mover, there in path:
        assert mover in movers
        assert mover != last
        assert there in one.moves[mover].get(here, set())
        here, last = there, mover
    return here


def sanction_end(one: Twin, why: Witness, start: int, steps: tuple[JointStep, ...]) -> int:
    """The end of a sanction: by others alone, none twice in succession, and under CSEQ each an improvement."""
    here, last = start, None
    for step in steps:
        assert not set(step.movers) & set(why.members)
        assert step.movers != last
        there = walk(one, step.movers, here, step.path)
        assert there == step.end
        if why.concept == "cseq":
            assert all(one.better(j, there, here) for j in step.movers)
        else:
            assert len(step.movers) == len(step.path) == 1
        here, last = there, step.movers
    return here


def check(one: Twin, why: Witness, kinds: Counter[str]) -> None:
    s, members = why.state, why.members

    def everybody(q: int) -> bool:
        return all(one.better(j, q, s) for j in members)

    assert why.structural == (not any(one.moves[j].get(s) for j in members))
    reached = reference.legal_ends(s, list(members), lambda j, x: one.moves[j].get(x, set()))
    wanted = {q for q in reached if everybody(q)}
    if why.stable:
        assert {a.improvement for a in why.answers} == wanted
    for answer in why.answers:
        assert walk(one, members, s, answer.way) == answer.improvement
        assert everybody(answer.improvement)
        if answer.sanction is None:
            assert not why.stable
            assert len(why.answers) == 1
            kinds[f"unanswered {why.concept}"] += 1
            if answer.escaped is not None:
                assert answer.escape is not None
                end = sanction_end(one, why, answer.improvement, answer.escaped)
                assert not everybody(end)
                assert everybody(walk(one, members, end, answer.escape))
                kinds["escaped"] += 1
            continue
        end = sanction_end(one, why, answer.improvement, answer.sanction)
        assert answer.hurt in members
        assert not one.better(answer.hurt, end, s)
        kinds[f"sanctioned {why.concept}"] += 1
        kinds["together"] += any(len(step.movers) > 1 for step in answer.sanction)
        if why.concept == "csmr":
            out = reference.legal_ends(end, list(members), lambda j, x: one.moves[j].get(x, set()))
            assert {t for t, _ in answer.replies} == out
            assert all(j in members and not one.better(j, t, s) for t, j in answer.replies)


def replay(one: Twin, kinds: Counter[str]) -> None:
    expected = reference.coalition_stable(one.conflict.size, one.moves, one.better)
    found = coalitions(one.conflict)
    for members in found.members:
        for s in range(one.conflict.size):
            for concept in COALITION_CONCEPTS:
                why = coalition_witness(found, members, s, concept)
                assert (why.members, why.state, why.concept) == (members, s, concept)
                assert why.stable == (s in expected[members][concept[1:]])
                assert why.stable == found.stable[members][concept[1:]][s]
                check(one, why, kinds)


def test_every_reason_of_a_coalition_can_be_replayed() -> None:
    kinds: Counter[str] = Counter()
    checked = 0
    for seed in range(120):
        one = twin(seed)
        if one.conflict.size <= 16 and len(one.moves) <= 4:
            replay(one, kinds)
            checked += 1
    assert checked > 40
    answered = {f"{how} {c}" for how in ("sanctioned", "unanswered") for c in ("cgmr", "csmr", "cseq")}
    assert set(kinds) >= {*answered, "unanswered cnash", "escaped", "together"}


@every_ranked
def test_every_reason_of_a_coalition_in_publications_can_be_replayed(name: str) -> None:
    replay(published_twin(name), Counter())


def check_joint(one: Twin, kinds: Counter[str]) -> None:
    """Every cell of SIM: the joint choice leads where it says, or all joint choices have been tried by hand."""
    expected = reference.simultaneous(one.vectors, one.moves, one.better)
    table = simultaneous(one.conflict)
    place = {code: s for s, code in enumerate(one.vectors)}
    n = len(one.moves)

    def joint(s: int, improvement: int, choices: dict[int, int]) -> int | None:
        code = one.vectors[improvement]
        for q in choices.values():
            code ^= one.vectors[s] ^ one.vectors[q]
        return place.get(code)

    for i in range(n):
        for s in range(one.conflict.size):
            why = joint_witness(one.conflict, i, s)
            assert (why.decision_maker, why.state) == (i, s)
            assert why.stable == (s in expected[i]) == table[i, s]
            assert why.structural == (not one.moves[i].get(s))
            wanted = {q for q in one.moves[i].get(s, set()) if one.better(i, q, s)}
            assert {a.improvement for a in why.answers} == wanted
            options = {
                k: [s, *(q for q in one.moves[k].get(s, set()) if one.better(k, q, s))]
                for k in range(n)
                if k != i
            }
            for answer in why.answers:
                ends = [
                    joint(s, answer.improvement, dict(zip(options, picks, strict=True)))
                    for picks in product(*options.values())
                ]
                assert (answer.tried, answer.impossible) == (len(ends), ends.count(None))
                if answer.end is None:
                    assert all(end is None or one.better(i, end, s) for end in ends)
                    kinds["unanswered"] += 1
                else:
                    chosen = dict(answer.choices)
                    assert all(q in options[k] and q != s for k, q in chosen.items())
                    assert joint(s, answer.improvement, chosen) == answer.end
                    assert not one.better(i, answer.end, s)
                    kinds["sanctioned"] += 1
                kinds["impossible"] += answer.impossible > 0


def test_every_reason_of_sim_can_be_replayed() -> None:
    kinds: Counter[str] = Counter()
    for seed in range(60):
        check_joint(option_twin(random.Random(f"joint-{seed}")), kinds)
    assert set(kinds) >= {"unanswered", "sanctioned", "impossible"}


def test_every_reason_of_sim_in_publications_can_be_replayed() -> None:
    kinds: Counter[str] = Counter()
    for one in map(published_twin, RANKED):
        if one.vectors:
            check_joint(one, kinds)
    assert set(kinds) >= {"unanswered", "sanctioned"}


def test_coalitions_are_named_by_their_members() -> None:
    conflict = option_twin(random.Random("names")).conflict
    assert coalition_named(conflict, "d1+d0") == (0, 1)
    assert coalition_named(conflict, " d1 ") == (1,)
    with pytest.raises(InvalidInput, match=r"coalition d0\+uk is called uk"):
        coalition_named(conflict, "d0+uk")
    with pytest.raises(InvalidInput, match="is called nothing"):
        coalition_named(conflict, "d0+")
    with pytest.raises(InvalidInput, match="names somebody twice"):
        coalition_named(conflict, "d0+d0")


def test_too_many_joint_choices_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    room = import_module("backstop.graphmodel.stability.simultaneous")
    monkeypatch.setattr(room, "MAX_JOINT_CHOICES", 0)
    with pytest.raises(Refused, match="joint choices in s1"):
        joint_witness(option_twin(random.Random("joint-3")).conflict, 0, 0)


def path_of(steps: tuple[JointStep, ...] | None) -> list[tuple[int, int]]:
    """The single moves of a sanction."""
    return [move for step in steps or () for move in step.path]


def test_every_cell_has_a_witness_that_can_be_checked() -> None:
    for seed in range(75):
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
