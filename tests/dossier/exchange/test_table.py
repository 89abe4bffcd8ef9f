from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dossier.building import TEXTS
from tests.dossier.exchange.full_dossier import MET, NASTY, full

from backstop.base.faults import InvalidInput
from backstop.dossier.accounts.comparison import compare
from backstop.dossier.exchange import table


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_statements_as_a_table(kind):
    dossier = full()
    write, read = (
        (table.to_csv, table.from_csv)
        if kind == "csv"
        else (
            lambda rows, columns: table.to_xlsx(rows, columns, "statements"),
            table.from_xlsx,
        )
    )
    rows = read(write(table.statement_rows(dossier), table.STATEMENT_COLUMNS), "x")
    assert table.read_statements(rows, dossier, {}, "x", "").done() == dict(dossier.statements)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_findings_as_a_table(kind):
    dossier = full()
    rows = table.finding_rows(compare(dossier).findings, dossier.findings)
    data = (
        table.to_csv(rows, table.FINDING_COLUMNS)
        if kind == "csv"
        else table.to_xlsx(rows, table.FINDING_COLUMNS, "f")
    )
    back = (table.from_csv if kind == "csv" else table.from_xlsx)(data, "x")
    assert table.read_findings(back, "x", "").done() == dict(dossier.findings)


def test_no_cell_of_a_table_is_a_formula():
    import csv
    import io

    import openpyxl

    dossier = full()
    rows = table.statement_rows(dossier)
    text = table.to_csv(rows, table.STATEMENT_COLUMNS).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text)))
    assert len(read) == len(rows) + 1 > 1
    for row in read:
        assert not any(cell[:1] in "=+-@\t\r" for cell in row if cell)
    book = openpyxl.load_workbook(io.BytesIO(table.to_xlsx(rows, table.STATEMENT_COLUMNS, "s")))
    assert book.active.max_row == len(rows) + 1
    for cells in book.active.iter_rows():
        for cell in cells:
            assert cell.data_type != "f"
            assert str(cell.value or "x")[:1] not in "=+-@"


@pytest.mark.parametrize("cell", NASTY)
def test_defused_cells_come_back(cell):
    assert table.restored(table.defused(cell)) == cell


@given(st.text(max_size=20))
def test_every_text_survives_a_cell(cell):
    safe = table.defused(cell)
    assert table.restored(safe) == cell
    assert safe[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_a_table_made_by_hand_needs_only_offsets():
    rows = [
        {
            "id": "a9",
            "source": "a",
            "anchor_start": "13",
            "anchor_end": "57",
            "actor": "envoy",
            "attribution": "outlet voice",
            "type": "report of fact",
            "paraphrase": "They met.",
        }
    ]
    dossier = full()
    found = table.read_statements(rows, dossier, TEXTS, "x", "me").done()["a9"]
    assert TEXTS["a"][found.anchor.start : found.anchor.end] == MET
    assert found.coder == "me"
    with pytest.raises(InvalidInput, match="--texts"):
        table.read_statements(rows, dossier, {}, "x", "").done()
    with pytest.raises(InvalidInput, match="no passage"):
        table.read_statements([rows[0] | {"anchor_end": "5700"}], dossier, TEXTS, "x", "").done()
    with pytest.raises(InvalidInput, match="did you mean paraphrase"):
        table.read_statements([{"paraphrse": "x"}], dossier, TEXTS, "x", "").done()
    with pytest.raises(InvalidInput, match="did you mean"):
        table.read_statements([rows[0] | {"type": "report of facts"}], dossier, TEXTS, "x", "").done()


def statements_of(dossier):
    """The statements of a dossier through a table, and the digests that its rows carry."""
    rows = table.statement_rows(dossier)
    found = table.read_statements(rows, dossier, {}, "x", "").done()
    return found, {row["id"]: row["exported"] for row in rows}


def test_what_the_table_changed_comes_in_and_what_we_changed_stays():
    dossier = full()
    rows, exported = statements_of(dossier)
    there = {**rows, "b1": rows["b1"].model_copy(update={"paraphrase": "Changed in the table."})}
    here = dossier.statements["a1"].model_copy(update={"paraphrase": "Changed here."})
    ours = replace(dossier, statements={**dossier.statements, "a1": here})
    found = table.entered_rows(there, exported, ours)
    assert found.dossier.statements["b1"].paraphrase == "Changed in the table."
    assert found.dossier.statements["a1"].paraphrase == "Changed here."
    assert (found.other, found.conflicts) == (1, [])


def test_what_both_changed_is_listed_and_left():
    dossier = full()
    rows, exported = statements_of(dossier)
    there = {**rows, "a1": rows["a1"].model_copy(update={"paraphrase": "There."})}
    here = dossier.statements["a1"].model_copy(update={"paraphrase": "Here."})
    ours = replace(dossier, statements={**dossier.statements, "a1": here})
    found = table.entered_rows(there, exported, ours)
    assert found.conflicts == ["statement a1: paraphrase differ from what is here"]
    assert found.dossier.statements["a1"].paraphrase == "Here."
    assert table.entered_rows(there, exported, ours, "theirs").dossier.statements["a1"].paraphrase == "There."
    assert table.entered_rows(there, exported, ours, "ours").conflicts == []


def test_a_row_made_by_hand_replaces_nothing_unasked():
    dossier = full()
    rows, _ = statements_of(dossier)
    there = {"a1": rows["a1"].model_copy(update={"paraphrase": "There."})}
    assert len(table.entered_rows(there, {}, dossier).conflicts) == 1
    assert table.entered_rows(rows, {}, dossier).dossier.statements == dossier.statements


def test_two_coders_with_equal_ids_stay_two_and_are_compared():
    from backstop.dossier.accounts.agreement import agreement

    dossier = full()
    one = dossier.statements["a1"].model_copy(update={"coder": "one"})
    dossier = replace(dossier, statements={"a1": one})
    other = {"a1": one.model_copy(update={"coder": "two", "type": "demand"})}
    found = table.entered_rows(other, {}, dossier)
    assert [(name, s.coder) for name, s in found.dossier.statements.items()] == [
        ("a1", "one"),
        ("a1-two", "two"),
    ]
    assert table.entered_rows(other, {}, found.dossier).dossier == found.dossier
    assert agreement(found.dossier)["a"][0].units == 1


def test_faulty_rows_are_named_and_the_others_come_in():
    dossier = full()
    rows = [
        row | {"type": "report of facts"} if row["id"] == "a1" else row
        for row in table.statement_rows(dossier)
    ]
    reader = table.read_statements(rows, dossier, {}, "x", "")
    assert set(reader.records) == set(dossier.statements) - {"a1"}
    assert len(reader.faults) == 1
    assert "report of fact" in str(reader.faults[0])
