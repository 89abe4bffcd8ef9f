"""Reasons in words, on conflicts small enough to follow by hand."""

from __future__ import annotations

from typing import Any

from backstop.graphmodel import (
    anticipate,
    coalition_named,
    coalition_witness,
    coalitions,
    joint_witness,
    limited_move_witness,
    non_myopic_witness,
    read,
)
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.reasons.wording import (
    foresight_words,
    legend,
    limited_move_words,
    reason_words,
)

CHICKEN = """
format: backstop-graph/1
title: Chicken
decision_makers: {a: Row, b: Column}
options: {ca: {by: a, title: give way}, cb: {by: b, title: give way}}
preferences: {a: {ranking: [s3, s4, s2, s1]}, b: {ranking: [s2, s4, s3, s1]}}
"""

# From s2 b may go to either of two states that it likes as much: the best for a, or the worst.
FORK = """
format: backstop-graph/1
title: Fork
decision_makers: {a: A, b: B}
states: [s1, s2, s3, s4]
moves: {a: [[s1, s2]], b: [[s2, s3], [s2, s4]]}
preferences: {a: {ranking: [s3, s1, s2, s4]}, b: {ranking: [[s3, s4], s2, s1]}}
"""


def conflict(text: str) -> Conflict:
    return read(text.encode(), "g.yaml")


def looked(one: Conflict, name: str, state: str, ties: Any, *horizons: int) -> list[str]:
    seen = anticipate(one, "two", ties)
    i, s = one.decision_maker(name), one.state(state)
    return limited_move_words(one, [limited_move_witness(seen, i, s, h) for h in horizons])


def test_horizons_with_the_same_reason_are_told_once() -> None:
    one = conflict(CHICKEN)
    assert looked(one, "a", "s4", "strict", 1, 7, 8) == [
        "a, limited-move h = 1: not stable; a move is expected to end better than s4",
        "  to s3; no further move is foreseen; s3 is better than s4",
        "a, limited-move h = 7 to 8: stable; no move is expected to end better than s4",
        "  to s3, then b to s1, a to s2; there b would rather stay, as moving would at best end in s4;"
        " s2 is no better than s4",
    ]


def test_a_choice_between_ends_liked_as_much_is_told() -> None:
    one = conflict(FORK)
    assert looked(one, "a", "s1", "best", 2) == [
        "a, limited-move h = 2: not stable; a move is expected to end better than s1",
        "  to s2, then b to s3; no further move is foreseen; s3 is better than s1",
        "    in s2 b would as soon move to s4 (ending in s4): the best for a is taken",
    ]
    assert looked(one, "a", "s1", "worst", 2, 3) == [
        "a, limited-move h = 2: stable; no move is expected to end better than s1",
        "  to s2, then b to s4; no further move is foreseen; s4 is no better than s1",
        "    in s2 b would as soon move to s3 (ending in s3): the worst for a is taken",
        "a, limited-move h = 3: stable; no move is expected to end better than s1",
        "  to s2, then b to s4; there a has no move; s4 is no better than s1",
        "    in s2 b would as soon move to s3 (ending in s3): the worst for a is taken",
    ]
    assert "the state listed first is taken" in looked(one, "a", "s1", "lowest", 2)[2]
    assert looked(one, "b", "s1", "best", 1) == [
        "b, limited-move h = 1: stable, because b has no move from s1 (structural)"
    ]


def test_what_never_settles_is_told_with_its_horizons() -> None:
    """Matching pennies: one wants both to do the same, the other not, and both go round without end."""
    text = CHICKEN.replace("[s3, s4, s2, s1]", "[s4, s1, s2, s3]").replace(
        "[s2, s4, s3, s1]", "[s2, s3, s1, s4]"
    )
    one = conflict(text)
    seen = anticipate(one, "two", "strict")
    told = []
    for i in range(2):
        for s in range(4):
            found = non_myopic_witness(seen, i, s)
            words = reason_words(one, found)
            if found.settled_from is None:
                told.append(words)
                assert "not stable; it never settles" in words[0]
                assert any("stays; for instance looking" in line for line in words)
                assert any("leaves; for instance looking" in line for line in words)
            elif found.stable:
                assert ": stable; " in words[0]
            else:
                assert ": not stable; " in words[0]
    assert told


def test_the_variants_say_who_moves_when() -> None:
    one = conflict(CHICKEN)
    assert "the two move in turn" in foresight_words(one, "two", "strict")[0]
    assert "in the order a and b" in foresight_words(one, "rotation", "strict")[0]
    assert "all the others act as one against it" in foresight_words(one, "adversary", "strict")[0]
    assert len(foresight_words(one, "two", "strict")) == 2
    assert "the worst for the one who looks ahead" in foresight_words(one, "two", "worst")[2]
    assert "listed first" in foresight_words(one, "two", "lowest")[2]
    assert "decides no stability" in foresight_words(one, "adversary", "worst")[2]


def test_joint_choices_are_told() -> None:
    one = conflict(CHICKEN)
    assert reason_words(one, joint_witness(one, 0, one.state("s4"))) == [
        "a, SIM: stable; every improvement is sanctioned",
        "  s3 is better, but if b moves towards s2 at the same time, it becomes s1, no better than s4",
    ]
    assert reason_words(one, joint_witness(one, 0, one.state("s3"))) == [
        "a, SIM: stable, because no move from s3 is an improvement"
    ]
    eager = conflict(CHICKEN.replace("[s2, s4, s3, s1]", "[s4, s2, s3, s1]"))
    assert reason_words(eager, joint_witness(eager, 0, eager.state("s4")))[1] == (
        "  s3 is better, and nobody else would move from s4 at the same time"
    )


def test_coalitions_are_told() -> None:
    one = conflict(
        CHICKEN.replace("[s3, s4, s2, s1]", "[s3, s4, s1, s2]").replace(
            "[s2, s4, s3, s1]", "[s2, s4, s1, s3]"
        )
    )
    found = coalitions(one)
    both = coalition_named(one, "a+b")
    assert reason_words(one, coalition_witness(found, both, one.state("s1"), "cseq")) == [
        "a+b, CSEQ: not stable",
        "  s4 (by a to s2, b to s4) is better for all of them, and nobody is left to answer",
    ]
    alone = coalition_witness(found, (0,), one.state("s4"), "csmr")
    assert reason_words(one, alone) == [
        "a, CSMR: stable; every improvement is sanctioned",
        "  s3 (by a) is better for all of them, but then b to s1, and s1 is no better than s4 for a;"
        " replies do not help, each ending no better for the member named: s2 (a)",
    ]


def test_the_legend_names_who_where_several_do_the_same() -> None:
    one = conflict(CHICKEN)
    assert legend(one, ["  a, SIM: s2 is better, but (s4)"]) == [
        "In words:",
        "  a: Row",
        "  s2 give way (a)",
        "  s4 give way (a); give way (b)",
    ]
    assert legend(conflict(FORK), ["nothing named"]) == []
