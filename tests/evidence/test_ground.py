from dataclasses import replace

import pytest
from tests.dossier.building import proposition, small, statement

from backstop.dossier.record import Held
from backstop.evidence.ground import ground, weakest
from backstop.evidence.reference import Reference

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


def test_a_ground_reaches_all_that_it_stands_on(dossier):
    found = ground("M4", dossier, REFERENCES)
    assert [name for name in ("M4", "M1", "M2", "a1", "b1", "M3", "M5") if found.reaches(name)] == [
        "M4",
        "M1",
        "M2",
        "a1",
        "b1",
    ]


def test_json_carries_the_chain(dossier):
    plain = ground("M4", dossier, REFERENCES).as_dict({"a1": "the words"})
    passages = plain["under"][0]["passages"]
    assert (passages[0]["statement"], passages[0]["words"], passages[0]["account"]) == (
        "a1",
        "the words",
        "a",
    )
    assert [p["bearing"] for p in passages] == ["supports", "supports"]
    assert "words" not in passages[1]
    against = ground("M5", dossier, REFERENCES).as_dict({})
    assert [(p["statement"], p["bearing"]) for p in against["passages"]] == [("a1", "opposes")]
    assert against["confirmed"] is True
    data = ground("data:tripwire", dossier, REFERENCES).as_dict({})
    assert data["reference"] == {"citation": "Somebody 2020", "figure": "3 of 10", "grade": "read"}
