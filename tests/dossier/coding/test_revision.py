"""Statements entered by selection, revised, withdrawn and put back, each only over what was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.dossier.building import TEXTS, proposition, small, statement, written

from backstop.base.faults import InvalidInput, Refused
from backstop.dossier import store
from backstop.dossier.anchor.selection import Selection
from backstop.dossier.coding.linking import linked, passed_over, proposed, taken_up, unlinked
from backstop.dossier.coding.revision import Overtaken, edition, put_back, revised, withdrawn
from backstop.dossier.coding.statement import Marked, coded
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import RecordedFinding

WORDS = "He wants 40 observers on the lake"


def lake(**findings: RecordedFinding) -> Dossier:
    found = small(
        [
            statement("a1", "a", "The envoy met both sides", actor="envoy"),
            statement("b1", "b", "met both sides in Prague"),
        ],
        [proposition("P1", {"a1": "explicit", "b1": "implied"}), proposition("P2", {}, {"a1": "partial"})],
    )
    return Dossier(found.register, found.sources, found.statements, found.propositions, findings)


def marked(words: str = WORDS, account: str = "a") -> Marked:
    text = TEXTS[account]
    start = text.index(words)
    return Marked(account, text, Selection(start, start + len(words), words))


FIELDS: dict[str, Any] = {
    "actor": "The Envoy",
    "attribution": "indirect speech",
    "type": "demand",
    "objects": ["observers"],
    "paraphrase": "He asks for 40 observers.",
}


def test_a_statement_stands_on_the_words_marked() -> None:
    found, made = coded(lake(), marked(), FIELDS)
    assert TEXTS["a"][made.anchor.start : made.anchor.end] == WORDS
    assert made.actor == "envoy"
    assert made.id in found.statements
    assert not faults_of(found)


def test_words_that_do_not_stand_there_are_not_coded() -> None:
    wrong = Marked("a", TEXTS["a"], Selection(0, len(WORDS), WORDS))
    with pytest.raises(InvalidInput, match="not those from 0"):
        coded(lake(), wrong, FIELDS)


def test_what_the_register_lacks_is_entered_only_if_asked() -> None:
    fields = {**FIELDS, "objects": ["radar sets"]}
    with pytest.raises(InvalidInput, match="no object radar sets"):
        coded(lake(), marked(), fields)
    found, made = coded(lake(), marked(), fields, new=True)
    assert made.objects == ("radar_sets",)
    assert found.register.objects["radar_sets"].title == "radar sets"


def test_a_revision_changes_what_it_names_and_no_more() -> None:
    dossier = lake()
    old = dossier.statements["a1"]
    found, new = revised(dossier, "a1", {"stance": "+", "objects": ["talks"]}, edition(old))
    assert (new.stance, new.objects, new.paraphrase) == ("+", ("talks",), old.paraphrase)
    assert new.anchor == old.anchor
    assert found.statements["b1"] is dossier.statements["b1"]
    _, cleared = revised(found, "a1", {"objects": None}, edition(new))
    assert cleared.objects == ()


def test_a_revision_over_what_somebody_else_changed_is_refused() -> None:
    dossier = lake()
    seen = edition(dossier.statements["a1"])
    theirs, _ = revised(dossier, "a1", {"note": "theirs"}, seen)
    with pytest.raises(Overtaken, match="somebody else has changed") as error:
        revised(theirs, "a1", {"note": "mine"}, seen)
    assert error.value.now == theirs.statements["a1"]
    gone, _ = withdrawn(theirs, "a1", edition(theirs.statements["a1"]), links=True)
    with pytest.raises(Overtaken, match="somebody else has withdrawn"):
        revised(gone, "a1", {"note": "mine"}, seen)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"anchor": {}}, "cannot be revised"),
        ({"id": "x", "held": None}, "held and id cannot be revised"),
        ({"colour": "red"}, "colour"),
        ({"type": "song"}, "type"),
        ({"actor": "nobody at all"}, "no actor"),
        ({"paraphrase": None}, "paraphrase"),
    ],
)
def test_a_revision_that_makes_no_statement_is_refused(fields: dict[str, Any], message: str) -> None:
    dossier = lake()
    with pytest.raises(InvalidInput, match=message):
        revised(dossier, "a1", fields, edition(dossier.statements["a1"]))


def test_what_is_cited_is_withdrawn_only_with_its_links_and_comes_back_with_them() -> None:
    note = RecordedFinding(id="F1", kind="difference", statements=("a1", "b1"))
    own = RecordedFinding(id="F2", kind="unattributed", statements=("a1",))
    dossier = lake(F1=note, F2=own)
    was = edition(dossier.statements["a1"])
    with pytest.raises(Refused, match="named by P1, P2, F1 and F2"):
        withdrawn(dossier, "a1", was)
    found, gone = withdrawn(dossier, "a1", was, links=True)
    assert "a1" not in found.statements
    assert found.findings["F1"].statements == ("b1",)
    assert "F2" not in found.findings
    assert not faults_of(found)
    again, _ = put_back(found, gone.as_dict())
    assert again.statements["a1"] == dossier.statements["a1"]
    for name in ("P1", "P2"):
        for bearing in ("supports", "opposes"):
            links = {one.statement: one for one in getattr(again.propositions[name], bearing)}
            assert links == {one.statement: one for one in getattr(dossier.propositions[name], bearing)}
    assert again.findings == dossier.findings
    with pytest.raises(InvalidInput, match="already"):
        put_back(again, gone.as_dict())


def test_a_statement_that_nothing_names_needs_no_word_about_links() -> None:
    dossier, made = coded(lake(), marked(), FIELDS)
    found, gone = withdrawn(dossier, made.id, edition(made))
    assert made.id not in found.statements
    assert gone.links == ()


def test_links_are_made_once_and_taken_off() -> None:
    dossier, name = proposed(lake(), " The envoy wants observers. ")
    assert (name, dossier.propositions[name].text) == ("P3", "The envoy wants observers.")
    found = linked(linked(dossier, name, ["a1", "b1"], coder="me"), name, ["a1"])
    assert [link.statement for link in found.propositions[name].supports] == ["a1", "b1"]
    left = unlinked(found, name, "a1", "supports")
    assert [link.statement for link in left.propositions[name].supports] == ["b1"]
    for wrong in (
        lambda: unlinked(left, name, "a1", "supports"),
        lambda: linked(left, "P9", ["a1"]),
        lambda: linked(left, name, ["zz"]),
        lambda: linked(left, name, ["a1"], "likes"),
        lambda: linked(left, name, ["a1"], strength="loud"),
        lambda: proposed(left, "  "),
        lambda: proposed(left, "words", "P1"),
    ):
        with pytest.raises(InvalidInput):
            wrong()


def test_a_finding_passed_over_is_not_found_again_until_it_is_taken_up() -> None:
    from backstop.dossier.accounts.comparison import compare

    dossier = lake()
    before = compare(dossier).findings
    first = before[0]
    found = passed_over(dossier, first.id, first.kind, first.statements, "me")
    assert first.id not in [one.id for one in compare(found).findings]
    assert [one.id for one in compare(taken_up(found, first.id)).findings] == [one.id for one in before]
    with pytest.raises(InvalidInput):
        taken_up(dossier, first.id)
    with pytest.raises(InvalidInput):
        passed_over(dossier, "x", "song", [])


def test_what_was_coded_is_read_again_as_it_was_written(tmp_path: Path) -> None:
    folder = written(lake(), tmp_path)
    snapshot = store.read(folder)
    found, made = coded(snapshot.dossier, marked(), {**FIELDS, "note": "<script>\x00\u202e</script>"})
    assert store.write(snapshot, found).dossier.statements[made.id] == made
    assert store.read(folder).dossier.statements[made.id] == made
