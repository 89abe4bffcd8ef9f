import pytest
from tests.dossier.building import KEY, source

from backstop.base.faults import InvalidInput
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.brat import read_brat
from backstop.dossier.exchange.entering import entered
from backstop.dossier.record import Register

TEXT = "The envoy \U0001f600 met both sides.\nShe left on Monday.\n"
DOSSIER = Dossier(Register(key=KEY), {"lake": source("lake", TEXT)})


def mark(number, kind, words, start=None):
    start = TEXT.index(words) if start is None else start
    return f"T{number}\t{kind} {start} {start + len(words)}\t{words}\n"


def taken(data, dossier=DOSSIER):
    found = entered(read_brat(data, "/somewhere/lake.ann", dossier, {"lake": TEXT}), dossier, {"lake": TEXT})
    assert not faults_of(found.dossier)
    return found


def test_marks_become_statements_with_their_notes():
    data = (
        mark(1, "Person", "The envoy")
        + mark(2, "Act", "left on Monday")
        + "#1\tAnnotatorNotes T2\tin a hurry\n"
    )
    found = taken(data)
    made = list(found.dossier.statements.values())
    assert [TEXT[s.anchor.start : s.anchor.end] for s in made] == ["The envoy", "left on Monday"]
    assert [s.objects for s in made] == [("person",), ("act",)]
    assert [s.note for s in made] == ["", "in a hurry"]
    assert [s.known_as for s in made] == [("lake.ann#T1",), ("lake.ann#T2",)]
    assert taken(data, found.dossier).dossier == found.dossier


def test_a_mark_in_pieces_runs_from_the_first_to_the_last():
    first, last = TEXT.index("met"), TEXT.index("sides")
    found = taken(f"T1\tAct {first} {first + 3};{last} {last + 5}\tmet sides\n")
    (made,) = found.dossier.statements.values()
    assert TEXT[made.anchor.start : made.anchor.end] == "met both sides"
    assert made.note == f"in pieces: {first} to {first + 3}, {last} to {last + 5}"


def test_what_has_no_place_is_counted_and_what_does_not_stand_is_named():
    data = (
        mark(1, "Person", "The envoy")
        + "R1\tMet Arg1:T1 Arg2:T1\nE1\tAct:T1\nA1\tSure T1\nN1\tRef T1 Wiki:1\tx\n"
    )
    found = taken(data + "T9\tPerson 3 9\tnobody\n")
    kinds = [one.kind for one in found.left_out]
    assert sorted(kinds) == ["attributes", "events", "normalisations", "relations", "selections"]
    assert any("T9: its words do not stand where it says" in one.why for one in found.left_out)
    assert len(found.dossier.statements) == 1


def test_positions_counted_in_utf16_are_read_so():
    start = TEXT.index("met") + 1
    found = taken(mark(1, "Act", "met", start) + mark(2, "Person", "She", TEXT.index("She") + 1))
    assert [TEXT[s.anchor.start : s.anchor.end] for s in found.dossier.statements.values()] == ["met", "She"]
    assert "read as UTF-16 units" in found.notes[0]


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        ("T1\tA 0 3\tThe\n", "river.ann", "there is no source river"),
        ("R1\tx\n", "lake.ann", "nothing is marked"),
    ],
)
def test_what_cannot_be_read_is_said(data, name, said):
    with pytest.raises(InvalidInput, match=said):
        read_brat(data, name, DOSSIER, {"lake": TEXT})
    with pytest.raises(InvalidInput, match="not at hand"):
        read_brat("T1\tA 0 3\tThe\n", "lake.ann", DOSSIER, {})


def test_a_position_of_thousands_of_digits_is_no_mark():
    data = mark(1, "Person", "The envoy") + f"T2\tAct {'9' * 5000} 5\tx\n" + "T3\tAct 0 3\tThe\u2028\n"
    found = taken(data)
    assert len(found.dossier.statements) == 2
    assert [one.kind for one in found.left_out] == ["lines that are no standoff"]
