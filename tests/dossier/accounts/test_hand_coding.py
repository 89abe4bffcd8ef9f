"""The records hold all that a hand coding of the three accounts wrote down, and comparing it finds what it lists."""

from dataclasses import replace

import pytest
from tests.dossier.building import KEY, coding
from tests.support.hand_coding import logical_form, read_coding

from backstop.dossier.accounts.comparison import compare


def test_the_hand_coding_comes_in_whole():
    rows = coding()
    found = read_coding(rows, KEY, "me")
    assert len(found.statements) == len(rows["statements"])
    assert {"M01", "C01"} <= set(found.propositions)
    assert found.findings["D09"].dismissed
    assert found.findings["X06"].dismissed
    for row in rows["statements"]:
        made = found.statements[row["id"]]
        assert (made.anchor.start, made.anchor.end, made.anchor.passage) == (
            row["start"],
            row["end"],
            row["sha256"],
        )
        assert [found.register.objects[o].title for o in made.objects] == row["object"]
        assert (made.type, made.attribution, made.attributed) == (
            row["type"],
            row["attribution_mode"],
            row["attributed"],
        )
        assert (made.paraphrase, made.hedge, made.target, made.link) == (
            row["paraphrase"],
            row["hedge"],
            row["target"],
            row["link"],
        )
        if row["condition"]:
            assert (made.condition.form, made.condition.text) == (
                row["condition"]["form"],
                row["condition"]["on"],
            )
    kinds = {f.id: f.kind for f in compare(found).findings if f.origin == "recorded"}
    assert kinds["X01"] == "contradiction"
    assert "X06" not in kinds


def test_the_hand_coding_alone_shows_the_contradictions_of_office_and_place():
    found = replace(read_coding(coding(), KEY, "me"), findings={})
    aspects = {f.aspect: f.status for f in compare(found).findings if f.kind == "contradiction"}
    assert aspects == {"office": "outright", "place": "reconcilable", "sequence": "apparent"}


@pytest.mark.parametrize(
    ("text", "kind", "outcome", "conditions"),
    [
        ("NECESSARY: peace -> guarantee", "necessary", "peace", ("guarantee",)),
        ("SUFFICIENT: not a -> b (possible)", "sufficient", "b", ("not a",)),
        ("a and not b -> c", "sufficient", "c", ("a", "not b")),
        ("a -> b up", "raises", "b", ("a",)),
        ("a -> b down (possible)", "lowers", "b", ("a",)),
        ("complement(a, b)", "complements", "", ("a", "b")),
        ("a <= t (unknown)", "threshold", "a", ()),
        ("a -> b (observed)", "observed", "b", ("a",)),
        ("DERIVED from M01", "derived", "", ()),
    ],
)
def test_logical_forms(text, kind, outcome, conditions):
    form = logical_form(text)
    assert (form.kind, form.outcome, form.conditions) == (kind, outcome, conditions)


def test_slots_written_out_in_a_hand_coding_are_compared():
    def row(name, account, place, **more):
        return {
            "id": name,
            "source": account,
            "start": 0,
            "end": 5,
            "sha256": "0" * 64,
            "actor": "Jane Doe",
            "attribution_mode": "reported act",
            "type": "report of fact",
            "object": ["talks"],
            "paraphrase": "p",
            "slots": {
                "place": {"of": "First meeting", "is": place},
                "participants": ["Jane Doe", "Hosts"],
                **more,
            },
        }

    def account(name):
        return {"id": name, "file": name, "chars": 50, "sha256": name * 64}

    data = {
        "sources": [account("a"), account("b")],
        "statements": [
            row("a1", "a", "Vienna"),
            row("b1", "b", "Prague", provider={"of": "talks", "is": "x"}),
        ],
    }
    found = read_coding(data, KEY, "me")
    assert set(found.register.events) == {"first_meeting"}
    assert "hosts" in found.register.actors
    (finding,) = [f for f in compare(found).findings if f.kind == "contradiction"]
    assert (finding.aspect, finding.status) == ("place", "outright")
