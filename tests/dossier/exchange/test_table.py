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
    assert table.read_statements(rows, dossier, {}, "x", "") == dict(dossier.statements)


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
    assert table.read_findings(back, "x", "") == dict(dossier.findings)


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
    found = table.read_statements(rows, dossier, TEXTS, "x", "me")["a9"]
    assert TEXTS["a"][found.anchor.start : found.anchor.end] == MET
    assert found.coder == "me"
    with pytest.raises(InvalidInput, match="--texts"):
        table.read_statements(rows, dossier, {}, "x", "")
    with pytest.raises(InvalidInput, match="no passage"):
        table.read_statements([rows[0] | {"anchor_end": "5700"}], dossier, TEXTS, "x", "")
    with pytest.raises(InvalidInput, match="did you mean paraphrase"):
        table.read_statements([{"paraphrse": "x"}], dossier, TEXTS, "x", "")
    with pytest.raises(InvalidInput, match="did you mean"):
        table.read_statements([rows[0] | {"type": "report of facts"}], dossier, TEXTS, "x", "")
