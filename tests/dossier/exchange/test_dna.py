import random
import sqlite3

import pytest
from tests.dossier.building import KEY

from backstop.base.faults import BackstopError
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.exchange.dna import read_dna
from backstop.dossier.exchange.entering import entered

TEXT = "The envoy \U0001f600 wants monitors.\nThe minister is against monitors.\n"


def utf16(offset):
    """A position as Java counts it."""
    return offset + sum(c > "\uffff" for c in TEXT[:offset])


def database(third=True):
    """A database of DNA with two statements by two coders; of version 3, or 2."""
    db = sqlite3.connect(":memory:")
    value = "Entity" if third else "Value"
    for table, columns in (
        ("DOCUMENTS", "ID, Title, Text"),
        ("CODERS", "ID, Name"),
        ("VARIABLES", "ID, Variable, DataType, StatementTypeId"),
        ("STATEMENTS", "ID, StatementTypeId, DocumentId, Start, Stop, Coder"),
        ("DATASHORTTEXT", f"ID, StatementId, VariableId, {value}"),
        ("DATABOOLEAN", "ID, StatementId, VariableId, Value"),
        ("DATAINTEGER", "ID, StatementId, VariableId, Value"),
        ("DATALONGTEXT", "ID, StatementId, VariableId, Value"),
    ):
        db.execute(f"CREATE TABLE {table} ({columns})")
    db.execute("INSERT INTO DOCUMENTS VALUES (1, 'Lake', ?)", (TEXT,))
    db.executemany("INSERT INTO CODERS VALUES (?, ?)", [(1, "Ann"), (2, "Bob"), (3, "Idle")])
    names = ("person", "organization", "concept", "agreement", "remark")
    db.executemany("INSERT INTO VARIABLES VALUES (?, ?, 'x', 1)", list(enumerate(names, 1)))
    if third:
        db.execute("CREATE TABLE ENTITIES (ID, VariableId, Value)")
        entities = [(1, 1, "Envoy"), (2, 2, "Union"), (3, 3, "Monitors"), (4, 1, "Minister"), (5, 2, "")]
        db.executemany("INSERT INTO ENTITIES VALUES (?, ?, ?)", entities)
    words = {1: "Envoy", 2: "Union", 3: "Monitors", 4: "Minister", 5: ""}
    said = [
        ("The envoy \U0001f600 wants monitors", 1, (1, 2, 3), 1),
        ("The minister is against monitors", 2, (4, 5, 3), 0),
    ]
    for number, (passage, coder, who, agree) in enumerate(said, 1):
        start = TEXT.index(passage)
        span = utf16(start), utf16(start + len(passage))
        db.execute("INSERT INTO STATEMENTS VALUES (?, 1, 1, ?, ?, ?)", (number, *span, coder))
        for variable, entity in enumerate(who, 1):
            given = entity if third else words[entity]
            db.execute("INSERT INTO DATASHORTTEXT VALUES (NULL, ?, ?, ?)", (number, variable, given))
        db.execute("INSERT INTO DATABOOLEAN VALUES (NULL, ?, 4, ?)", (number, agree))
    db.execute("INSERT INTO DATALONGTEXT VALUES (NULL, 1, 5, 'said twice')")
    db.execute("INSERT INTO STATEMENTS VALUES (3, 1, 9, 0, 5, 1)")
    db.commit()
    return db.serialize()


def taken(data, dossier=None):
    found = entered(read_dna(data, "lake.dna"), dossier or empty_dossier(KEY), {})
    assert not faults_of(found.dossier)
    return found


@pytest.mark.parametrize("third", [True, False])
def test_statements_come_in_with_who_and_what(third):
    found = taken(database(third))
    made = list(found.dossier.statements.values())
    assert [TEXT[s.anchor.start : s.anchor.end] for s in made] == [
        "The envoy \U0001f600 wants monitors",
        "The minister is against monitors",
    ]
    assert [(s.actor, s.objects, s.stance, s.coder) for s in made] == [
        ("envoy", ("monitors",), "+", "Ann"),
        ("minister", ("monitors",), "-", "Bob"),
    ]
    assert [s.note for s in made] == ["remark: said twice", ""]
    actors = found.dossier.register.actors
    assert {name: (a.kind, a.part_of) for name, a in actors.items()} == {
        "envoy": ("person", ("union",)),
        "union": ("organisation", ()),
        "minister": ("person", ()),
    }
    assert [one.why for one in found.left_out] == ["statement 3: it stands in no document"]
    assert sorted(found.dossier.register.coders) == ["Ann", "Bob"]
    assert taken(database(third), found.dossier).dossier == found.dossier


@pytest.mark.parametrize("data", [b"", b"SQLite format 3\x00", b"nothing of the kind" * 100])
def test_what_is_no_database_is_refused(data):
    with pytest.raises(BackstopError):
        read_dna(data, "x.dna")


def test_a_damaged_database_is_read_or_refused():
    data, rng, refused = database(), random.Random(4), 0
    for _ in range(60):
        bad = bytearray(data)
        for _ in range(rng.randint(1, 6)):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        try:
            entered(read_dna(bytes(bad), "x.dna"), empty_dossier(KEY), {})
        except BackstopError:
            refused += 1
    assert refused < 60


def test_a_view_without_an_end_is_refused():
    db = sqlite3.connect(":memory:")
    db.execute(
        "CREATE VIEW DOCUMENTS AS WITH RECURSIVE n(ID) AS (SELECT 1 UNION ALL SELECT ID + 1 FROM n)"
        " SELECT ID, 'x' AS Title, 'x' AS Text FROM n WHERE ID < 0"
    )
    db.commit()
    with pytest.raises(BackstopError, match="takes too long"):
        read_dna(db.serialize(), "x.dna")
