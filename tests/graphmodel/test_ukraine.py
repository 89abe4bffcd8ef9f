"""The facts that examples/ukraine-2025/graph.md states, regenerated."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from backstop.graphmodel import (
    Conflict,
    analyse,
    coalitions,
    evolve,
    load,
    must_prefer,
    routes,
    statement_edits,
    threats,
    witness,
)

STUDY = Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025"
VARIANTS = ("", "bounded_offer", "honoured", "content_russia", "honoured_and_tolerated")
STATES = ("s1", "s10", "s13", "s14", "s16", "s17")


@pytest.fixture(scope="module")
def conflicts() -> dict[str, Conflict]:
    return {name: load(STUDY, name) for name in VARIANTS}


def wishes(one: Conflict, state: str) -> set[tuple[str, str, str]]:
    found = threats(one, one.decision_maker("russia"), one.state(state))
    return {
        (one.decision_makers[w.decision_maker].id, one.states.ids[w.better], one.states.ids[w.worse])
        for threat in found
        for w in threat.wishes
    }


def test_the_table(conflicts: dict[str, Conflict]) -> None:
    text = (STUDY / "graph.md").read_text(encoding="utf-8")
    for name, one in conflicts.items():
        tables = analyse(one).concepts
        cells = []
        for state in STATES:
            at = one.state(state)
            cells.append(next((c.upper() for c in ("nash", "seq", "gmr") if tables[c][:, at].all()), "-"))
        route = routes(one, [one.state("s17")])[one.state("s17")]
        assert route is not None
        assert route.distance == 4
        losers = ", ".join(one.decision_makers[route.least_loss[at][0]].id for at in route.losses)
        label = name or "base: M13 as refusal"
        assert f"| {label} | {' | '.join(cells)} | {losers} |" in text


def test_states_are_what_the_text_calls_them(conflicts: dict[str, Conflict]) -> None:
    one = conflicts[""]
    taken = {
        "s1": set(),
        "s10": {"impose", "sign"},
        "s13": {"agree", "sign"},
        "s14": {"bounded", "agree", "sign"},
        "s16": {"deploy", "agree", "sign"},
        "s17": {"bounded", "deploy", "agree", "sign"},
        "s18": {"full", "deploy", "agree", "sign"},
        "s24": {"agree", "sign", "attack"},
        "s30": {"bounded", "deploy", "agree", "sign", "attack"},
        "s32": {"bounded", "fight", "deploy", "agree", "sign", "attack"},
    }
    for state, expected in taken.items():
        bits = one.states.bits(one.state(state), len(one.options))
        assert {o.id for o, bit in zip(one.options, bits, strict=True) if bit == "1"} == expected, state


def test_the_guarantee_is_hollow_and_one_comparison_would_fill_it(conflicts: dict[str, Conflict]) -> None:
    for name in ("", "bounded_offer"):
        assert wishes(conflicts[name], "s17") == {("us", "s32", "s30")}
        assert wishes(conflicts[name], "s18") == {("us", "s33", "s31")}
    one = conflicts[""]
    at = one.state("s17")
    found = must_prefer(one, one.decision_maker("us"), at, "seq")
    needed = (one.state("s32"), one.state("s30"), True)
    assert found[0].changes == (needed,)
    assert all(needed in one_.changes for one_ in found)
    for other in ("europe", "ukraine"):
        assert must_prefer(one, one.decision_maker(other), at, "seq") == []
    edits = {
        (one.decision_makers[e.decision_maker].id, e.statement, e.action)
        for e in statement_edits(one, at, "seq", "make")
    }
    assert edits == {("us", 0, "negate"), ("russia", 1, "negate")}
    kept = witness(one, one.decision_maker("us"), at, "seq")
    assert kept.stable
    assert [
        (one.states.ids[a.improvement], one.states.ids[a.sanction[-1].end])
        for a in kept.answers
        if a.sanction
    ] == [("s16", "s29")]


def test_the_circle(conflicts: dict[str, Conflict]) -> None:
    for name, one in conflicts.items():
        assert list(evolve(one, "ui").distance) == [one.status_quo]
        found = coalitions(one)
        us, europe, ukraine, russia = (one.decision_maker(x) for x in ("us", "europe", "ukraine", "russia"))
        quo = one.status_quo
        assert quo is not None

        def gains(*members: int, found=found, quo=quo, one=one) -> set[str]:  # type: ignore[no-untyped-def]
            return {
                one.states.ids[q] for q in np.flatnonzero(found.improvements[tuple(sorted(members))][quo])
            }

        assert "s14" in gains(us, ukraine, russia)
        assert "s10" in gains(us, russia)
        assert ("s17" in gains(us, europe, ukraine, russia)) == (name == "honoured_and_tolerated")
        exposed = one.moves[russia].targets(one.state("s4"))
        assert one.state("s24") in exposed
        rank = one.rankings("test")[russia]
        assert (rank[one.state("s24")] > rank[one.state("s4")]) == (name != "content_russia")


def test_of_those_who_could_move_first_ukraine_alone_is_exposed(conflicts: dict[str, Conflict]) -> None:
    """Whether somebody else then has an improvement that leaves the first mover worse off than the status quo."""
    text = " ".join((STUDY / "graph.md").read_text(encoding="utf-8").split())
    assert "Neither the United States (s2) nor Russia (s7) runs that risk by moving first" in text
    for name, one in conflicts.items():
        ranks = one.rankings("test")
        quo = one.state("s1")
        exposed = set()
        for mover, state in (("us", "s2"), ("ukraine", "s4"), ("russia", "s7")):
            me, here = one.decision_maker(mover), one.state(state)
            assert here in one.moves[me].targets(quo)
            for other, moves in enumerate(one.moves):
                for there in moves.targets(here) if other != me else ():
                    if ranks[other][there] > ranks[other][here] and ranks[me][there] < ranks[me][quo]:
                        exposed.add((mover, one.states.ids[there]))
        assert {mover for mover, _ in exposed} == {"ukraine"}
        assert ("ukraine", "s13") in exposed
        assert (("ukraine", "s24") in exposed) == (name != "content_russia")


def test_every_citation_is_in_the_dossier(conflicts: dict[str, Conflict]) -> None:
    lines = (STUDY / "dossier" / "statements.jsonl").read_text(encoding="utf-8").splitlines()
    known = {json.loads(line)["id"] for line in lines if line.strip()}
    propositions = (STUDY / "dossier" / "propositions.yaml").read_text(encoding="utf-8")
    cited = {c for dm in conflicts[""].decision_makers for c in dm.evidence}
    cited |= {c for option in conflicts[""].options for c in option.evidence}
    assert len(cited) > 15
    for one in cited:
        assert one in known or f'id: "{one}"' in propositions, one
