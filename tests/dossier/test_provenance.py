from dataclasses import replace

import pytest
from tests.dossier.building import proposition, small, statement

from backstop.base.faults import InvalidInput, Place
from backstop.dossier.provenance import Citation, ground, plain_ground, unresolved, weakest
from backstop.dossier.record import Held
from backstop.dossier.reference import Reference, read_references

REFERENCES = {"tripwire": Reference(citation="Somebody 2020", figure="3 of 10", grade="read")}


@pytest.fixture
def dossier():
    return small(
        [
            statement("a1", "a", "He wants 40 observers on the lake", actor="envoy"),
            statement("b1", "b", "Sixty observers would go"),
        ],
        [
            proposition("M1", {"a1": "explicit", "b1": "partial"}),
            proposition("M2", {"b1": "implied"}, status="implied"),
            proposition("M3", {"b1": "implied"}),
            proposition("M4", {}, status="derived", derived_from=["M1", "M2"]),
            proposition("M5", {}, {"a1": "explicit"}),
        ],
    )


@pytest.mark.parametrize(
    ("name", "kind", "grade"),
    [
        ("a1", "statement", "stated"),
        ("M1", "proposition", "stated"),
        ("M2", "proposition", "implied"),
        ("M3", "proposition", "implied"),
        ("M4", "proposition", "derived"),
        ("M5", "proposition", "implied"),
        ("data:tripwire", "data", "derived"),
        ("judgement", "judgement", "judgement"),
        ("data:none", "unknown", "unknown"),
        ("zz", "unknown", "unknown"),
    ],
)
def test_what_an_id_stands_for(dossier, name, kind, grade):
    found = ground(name, dossier, REFERENCES)
    assert (found.kind, found.grade) == (kind, grade)


def test_an_assumption_is_as_good_as_its_weakest_ground(dossier):
    grounds = [ground(i, dossier, REFERENCES) for i in ("a1", "M2", "data:tripwire")]
    assert weakest(grounds[:1]) == "stated"
    assert weakest(grounds[:2]) == "implied"
    assert weakest(grounds) == "derived"
    assert weakest([]) == "judgement"


def test_a_held_passage_leaves_all_above_it_unconfirmed(dossier):
    changed = dossier.statements["a1"].model_copy(update={"held": Held(state="changed")})
    held = replace(dossier, statements={**dossier.statements, "a1": changed})
    confirmed = {name: ground(name, held, REFERENCES).confirmed for name in ("a1", "M1", "M2", "M4", "M5")}
    assert confirmed == {"a1": False, "M1": False, "M2": True, "M4": False, "M5": True}


def test_a_circle_of_derivations_ends(dossier):
    circle = {
        "M6": proposition("M6", {}, status="derived", derived_from=["M7"]),
        "M7": proposition("M7", {}, status="derived", derived_from=["M6"]),
    }
    found = ground("M6", replace(dossier, propositions=circle), {})
    assert found.under[0].under[0].kind == "unknown"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("M01", "did you mean M1?"),
        ("judgment", "did you mean judgement?"),
        ("data:trip_wire", "did you mean data:tripwire?"),
    ],
)
def test_unknown_ids_are_errors_with_the_nearest(dossier, name, hint):
    cited = [Citation("parameter", "p", "a1"), Citation("parameter", "p", name, Place("scenario.yaml", 7, 3))]
    (fault,) = unresolved(cited, dossier, REFERENCES)
    assert fault.hint == hint
    assert fault.place.line == 7


def test_json_carries_the_chain(dossier):
    plain = plain_ground(ground("M4", dossier, REFERENCES), dossier, {"a1": "the words"})
    passage = plain["under"][0]["passages"][0]
    assert (passage["statement"], passage["words"], passage["account"]) == ("a1", "the words", "a")
    assert "words" not in plain["under"][0]["passages"][1]


def test_data_references_are_read(tmp_path):
    assert read_references(tmp_path) == {}
    (tmp_path / "data").mkdir()
    path = tmp_path / "data" / "references.yaml"
    path.write_text("k: {citation: c, figure: f, grade: read}\n", encoding="utf-8")
    assert read_references(tmp_path)["k"].figure == "f"
    for text, said in (
        ("k: {citation: c, figure: f, grade: sure}\n", "not valid here"),
        ("k: {citation: c, figure: f, grad: read}\n", "did you mean grade"),
        ("- a\n", "list of keys"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InvalidInput, match=said):
            read_references(tmp_path)
