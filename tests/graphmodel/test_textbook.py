"""Textbook conflicts written out here, with answers worked out by hand or known for decades."""

from __future__ import annotations

import pytest

from backstop.base.faults import Refused
from backstop.graphmodel import analyse, anticipate, coalitions, condition, jumps, load, read, routes
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.stability.ranked import equilibria, stable_states

HEAD = "format: backstop-graph/1\ntitle: {title}\n"

TWO = """
decision_makers: {a: Row, b: Column}
options: {ca: {by: a}, cb: {by: b}}
preferences:
"""
DILEMMA = (
    HEAD.format(title="Prisoners")
    + TWO
    + "  a: {ranking: [s3, s4, s1, s2]}\n  b: {ranking: [s2, s4, s1, s3]}\n"
)
CHICKEN = (
    HEAD.format(title="Chicken")
    + TWO
    + "  a: {ranking: [s3, s4, s2, s1]}\n  b: {ranking: [s2, s4, s3, s1]}\n"
)

ELMIRA = (
    HEAD.format(title="Elmira")
    + """
decision_makers: {moe: Ministry, ur: Uniroyal, lg: Local government}
options:
  modify: {by: moe, direction: on_only}
  delay: {by: ur, direction: off_only}
  accept: {by: ur}
  abandon: {by: ur, direction: on_only}
  insist: {by: lg}
infeasible:
  - exactly_one: [delay, accept, abandon]
merge: {closed: abandon}
preferences:
  moe: {ranking: [s7, s3, s4, s8, s5, s1, s2, s6, closed]}
  ur: {ranking: [s1, s4, s8, s5, closed, s3, s7, s2, s6]}
  lg: {ranking: [s7, s3, s5, s1, s8, s6, s4, s2, closed]}
status_quo: s1
"""
)


def conflict(text: str) -> Conflict:
    return read(text.encode(), "textbook.yaml")


def ids(one: Conflict, concept: str) -> list[str]:
    tables = stable_states(one.moves, one.rankings("test"), (concept,))  # type: ignore[arg-type]
    return [one.states.ids[at] for at in equilibria(tables[concept])]  # type: ignore[index]


def test_prisoners_dilemma() -> None:
    one = conflict(DILEMMA)
    assert ids(one, "nash") == ["s1"]
    # Cooperation is held by the threat to defect, and the threat is credible.
    assert ids(one, "seq") == ["s1", "s4"]
    assert ids(one, "gmr") == ["s1", "s4"]
    found = condition(one, 0, one.state("s4"), "gmr")
    assert (found.rankings, found.of) == (16, 24)
    assert condition(one, 0, one.state("s4"), "nash").rankings == 12
    assert condition(one, 0, one.state("s4"), "smr").rankings == 14


def test_chicken_threats_are_not_credible() -> None:
    one = conflict(CHICKEN)
    assert ids(one, "nash") == ["s2", "s3"]
    assert ids(one, "gmr") == ["s2", "s3", "s4"]
    assert ids(one, "seq") == ["s2", "s3"]
    looking = anticipate(one, "two", "strict")
    assert [one.states.ids[s] for s in range(4) if looking.stable[:, s].all()] == ["s4"]


def test_elmira_with_closure_merged() -> None:
    one = conflict(ELMIRA)
    assert one.states.ids == ("s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "closed")
    assert one.form == "merged"
    assert ids(one, "nash") == ["s5", "s8", "closed"]
    assert ids(one, "seq") == ["s5", "s8", "closed"]
    result = analyse(one).as_dict()
    assert "sim" not in result["concepts"]
    found = coalitions(one)
    leaps = jumps(found, [one.state("s5"), one.state("s8"), one.state("closed")])
    assert [(one.states.ids[j.start], one.states.ids[j.end], j.members) for j in leaps] == [
        ("s5", "s8", (0, 1))
    ]
    route = routes(one, [one.state("s8")])[one.state("s8")]
    assert route is not None
    assert route.distance == 3
    assert route.by_improvements is None
    assert {mover for path in route.paths for mover, _ in path} == {0, 1, 2}
    with pytest.raises(Refused, match="not defined with merged states"):
        analyse(one, ["sim"])


def test_merged_states_have_common_moves() -> None:
    """Either of two owners can bring about the merged state, and it is entered by both."""
    one = conflict(
        HEAD.format(title="Common")
        + """
decision_makers: {a: A, b: B}
options: {x: {by: a}, y: {by: b}}
merge: {out: x or y}
preferences: {a: {ranking: [out, s1]}, b: {ranking: [s1, out]}}
"""
    )
    assert one.states.ids == ("s1", "out")
    assert [moves.targets(0).tolist() for moves in one.moves] == [[1], [1]]
    assert [moves.targets(1).tolist() for moves in one.moves] == [[0], [0]]
    # b can restore s1, but a's improvement ends in a state b can leave: s1 itself is the sanction.
    assert ids(one, "gmr") == ["s1", "out"]


def test_the_study_in_the_examples_is_read() -> None:
    from pathlib import Path

    folder = Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025"
    assert load(folder).size == 33


def test_more_than_two_need_a_named_variant_of_foresight() -> None:
    one = conflict(ELMIRA)
    with pytest.raises(Refused, match="no agreed definition"):
        anticipate(one, "two", "strict")
    for variant in ("rotation", "adversary"):
        looking = anticipate(one, variant, "strict")  # type: ignore[arg-type]
        assert looking.stable.shape == (3, 9)
        assert looking.cycle_length >= 1


def test_two_decision_makers_are_the_same_in_rotation() -> None:
    one = conflict(CHICKEN)
    pair, turns = anticipate(one, "two", "strict"), anticipate(one, "rotation", "strict")
    assert (pair.stable == turns.stable).all()
    for rule in ("best", "worst", "lowest"):
        assert (anticipate(one, "two", rule).stable == pair.stable).all()  # type: ignore[arg-type]


def test_ties_need_a_named_rule() -> None:
    one = conflict(CHICKEN.replace("[s3, s4, s2, s1]", "[[s3, s4], s2, s1]"))
    with pytest.raises(Refused, match="ranking has ties"):
        anticipate(one, "two", "strict")
    best, worst = anticipate(one, "two", "best"), anticipate(one, "two", "worst")
    assert best.limited(1).tolist() == worst.limited(1).tolist()


def test_the_example_of_the_reference() -> None:
    """The first file a reader copies is correct, and shows a promise that is a threat alone."""
    import re
    from pathlib import Path

    text = (Path(__file__).resolve().parents[2] / "docs" / "reference" / "graph-file.md").read_text(
        encoding="utf-8"
    )
    found = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert found is not None
    one = conflict(found.group(1))
    promised = next(s for s in range(one.size) if one.states.bits(s, 3) == "100")
    assert one.states.ids[promised] in ids(one, "gmr")
    assert one.states.ids[promised] not in ids(one, "seq")
