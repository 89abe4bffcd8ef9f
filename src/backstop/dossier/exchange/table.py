"""Statements and findings as tables, CSV and XLSX, one row each with every field; both ways without loss.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, which is taken off again on the way
in. Nested fields (slots, what was accepted before) are JSON in one cell; the anchor has a column for each part.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from backstop.base.archive import read_archive
from backstop.base.cells import MOST_CELL, defused, restored
from backstop.base.faults import Fault, InvalidInput, Place, Refused
from backstop.base.json_text import json_value
from backstop.base.optional import needed
from backstop.base.words import clean, did_you_mean
from backstop.dossier.accounts.finding import Finding
from backstop.dossier.anchor.occurrence import meant
from backstop.dossier.anchor.passage import Text, anchored
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.identifiers import free
from backstop.dossier.exchange.imported import Imported, Side
from backstop.dossier.intake import source_id
from backstop.dossier.layout import inline
from backstop.dossier.record import Anchor, RecordedFinding, Statement
from backstop.dossier.record_reader import RecordReader
from backstop.dossier.text.canonical import digest, received_text
from backstop.dossier.text.csv_rows import by_head, csv_rows

_STANCE = {"+": "for", "-": "against", "0": "neutral"}
_LISTS = frozenset({"objects", "target_actors", "condition_on", "statements", "sources", "known_as"})
_JSON = frozenset({"slots", "held", "accepted", "anchor_quote", "details", "imported"})
_WHOLE = frozenset({"anchor_start", "anchor_end", "nth"})
_SEPARATOR = "; "
MOST_ROWS = 100_000
MOST_CELLS = 2_000_000

STATEMENT_COLUMNS = (
    "id", "source", "anchor_start", "anchor_end", "actor", "role", "speaker", "reporter", "attribution", "type",
    "objects", "stance", "target", "target_actors", "condition_form", "condition_text", "condition_on", "hedge",
    "hedge_scope", "event", "slots", "paraphrase", "link", "note", "value", "value_note", "coder", "when",
    "held", "accepted", "anchor_text", "anchor_passage", "anchor_normalised", "anchor_grams", "anchor_before",
    "anchor_after", "anchor_quote", "known_as", "imported", "exported",
)  # fmt: skip
BY_WORDS = ("quote", "nth")
"""Columns by which a row may name its passage in place of positions: its words, and which of several places."""
FINDING_COLUMNS = (
    "id", "kind", "aspect", "status", "statements", "sources", "explanation", "origin", "note", "dismissed",
    "coder", "when", "details",
)  # fmt: skip


def _restored(row: Mapping[str, str]) -> dict[str, str]:
    return {column: restored(cell) for column, cell in row.items()}


def statement_rows(dossier: Dossier) -> list[dict[str, str]]:
    """A row for each statement."""
    return [_statement_row(statement) for statement in dossier.statements.values()]


def _statement_row(statement: Statement) -> dict[str, str]:
    data: dict[str, Any] = statement.as_dict()
    for name, value in data.pop("anchor").items():
        data[f"anchor_{name}"] = value
    for name, value in data.pop("condition", {}).items():
        data[f"condition_{name}"] = value
    data["stance"] = _STANCE[statement.stance]
    data["value"] = statement.value
    data["exported"] = digest_of(statement)
    return {column: _cell(column, data.get(column)) for column in STATEMENT_COLUMNS}


def finding_rows(
    findings: Iterable[Finding], recorded: Mapping[str, RecordedFinding]
) -> list[dict[str, str]]:
    """A row for each finding of a comparison, and for each an analyst has recorded or dismissed."""
    rows = []
    seen = set()
    for finding in findings:
        data: dict[str, Any] = {**finding.as_dict(), "details": finding.details}
        if finding.id in recorded:
            data |= recorded[finding.id].as_dict()
        seen.add(finding.id)
        rows.append({column: _cell(column, data.get(column)) for column in FINDING_COLUMNS})
    for name, entry in recorded.items():
        if name not in seen:
            data = {**entry.as_dict(), "origin": "recorded"}
            rows.append({column: _cell(column, data.get(column)) for column in FINDING_COLUMNS})
    return rows


def _cell(column: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if column in _LISTS:
        return _SEPARATOR.join(value)
    if column in _JSON:
        return inline(value) if value else ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def to_csv(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> bytes:
    """A table as CSV in UTF-8 with a byte order mark, which spreadsheets need to read it as such."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([defused(clean(row.get(column, ""))) for column in columns])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def from_csv(data: bytes, name: str) -> list[dict[str, str]]:
    """The rows of a CSV table. Raises InvalidInput."""
    return [_restored(row) for _, row in csv_rows(received_text(data, name), name)]


def to_xlsx(rows: Sequence[Mapping[str, str]], columns: Sequence[str], title: str) -> bytes:
    """A table as an XLSX workbook of one sheet, every cell text.

    Raises Refused for a cell too long for a spreadsheet.
    """
    openpyxl = needed("openpyxl", "writing XLSX")
    escape = needed("openpyxl.utils.escape", "writing XLSX").escape
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet(title)
    cell = needed("openpyxl.cell", "writing XLSX").WriteOnlyCell
    sheet.append(list(columns))
    for row in rows:
        cells = []
        for column in columns:
            text = escape(defused(clean(row.get(column, ""))))
            if len(text) > MOST_CELL:
                raise Refused(
                    f"{row.get('id')}: the field {column} is too long for a spreadsheet cell",
                    hint="export CSV",
                )
            made = cell(sheet, value=text or None)
            made.data_type = "s" if text else "n"
            cells.append(made)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def from_xlsx(data: bytes, name: str) -> list[dict[str, str]]:
    """The rows of the first sheet of a workbook. Raises InvalidInput for what is no sound workbook."""
    read_archive(data, name)
    openpyxl = needed("openpyxl", "reading XLSX")
    unescape = needed("openpyxl.utils.escape", "reading XLSX").unescape
    rows: list[list[str]] = []
    cells = 0
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        # What the file says of its own size is not trusted: a row far down would be padded to with a thousand million.
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            cells += len(row)
            if number > MOST_ROWS or cells > MOST_CELLS:
                raise Refused(
                    f"the sheet has over {MOST_ROWS:,} rows or {MOST_CELLS:,} cells, empty ones among them",
                    place=Place(name),
                    hint="delete what lies far below or beside the table, or cut it in parts",
                )
            rows.append([_as_text(value, unescape) for value in row])
        book.close()
    except Refused:
        raise
    except Exception as error:
        raise InvalidInput(f"this is no sound workbook ({type(error).__name__})", place=Place(name)) from None
    if not (full := [row for row in rows if any(row)]):
        raise InvalidInput("the table is empty", place=Place(name))
    head = [cell.strip() for cell in full[0]]
    return [_restored(by_head(head, row, Place(name, n))) for n, row in enumerate(full[1:], 2)]


def _as_text(value: object, unescape: Callable[[str], str]) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unescape(value) if isinstance(value, str) else "" if value is None else str(value)


def read_statements(
    rows: Sequence[Mapping[str, str]], dossier: Dossier, texts: Mapping[str, str], name: str, coder: str
) -> RecordReader[Statement]:
    """The statements in the rows of a table, and what is wrong with the others.

    `texts` by source id, for rows that give offsets without digests, or the words of the passage. Raises InvalidInput
    for an unknown column.
    """
    known = (*STATEMENT_COLUMNS, *BY_WORDS)
    unknown = [column for column in (rows[0] if rows else {}) if column not in known]
    if unknown:
        hints = (did_you_mean(column, known, "column") for column in unknown)
        columns = zip(unknown, hints, strict=True)
        raise InvalidInput([Fault(f"unknown column {c}", Place(name, 1), hint) for c, hint in columns])
    reader = RecordReader(Statement, "statement")
    prepared = {source: Text(text, dossier.key) for source, text in texts.items()}
    for number, row in enumerate(rows, 2):
        where = Place(name, number)
        try:
            data = _statement_data(row, dossier, prepared, coder)
        except (ValueError, KeyError) as error:
            reader.faults.append(Fault(f"{row.get('id', '')}: {error}".strip(": "), where))
        else:
            reader.take(data, where)
    return reader


def _statement_data(
    row: Mapping[str, str], dossier: Dossier, texts: Mapping[str, Text], coder: str
) -> dict[str, Any]:
    data: dict[str, Any] = {}
    anchor: dict[str, Any] = {}
    condition: dict[str, Any] = {}
    for column, cell in row.items():
        if cell == "" or column == "exported":
            continue
        value: Any = cell
        if column in _LISTS:
            value = _listed(cell)
        elif column in _JSON:
            value = json_value(cell)
        elif column in _WHOLE:
            value = int(cell)
        head, _, rest = column.partition("_")
        if head == "anchor" or column in BY_WORDS:
            anchor[rest or head] = value
        elif head == "condition":
            condition[rest] = value
        else:
            data[column] = value
    stances = {word: sign for sign, word in _STANCE.items()}
    data["stance"] = stances.get(str(data.get("stance", "neutral")), data.get("stance"))
    if condition:
        data["condition"] = condition
    if coder:
        data.setdefault("coder", coder)
    source = str(data.get("source", ""))
    data["anchor"] = anchor if "passage" in anchor else _anchor(anchor, source, dossier, texts)
    return data


def _anchor(given: Mapping[str, Any], source: str, dossier: Dossier, texts: Mapping[str, Text]) -> Anchor:
    if source not in dossier.sources:
        raise ValueError(f"there is no source {source}; {did_you_mean(source, dossier.sources, 'source')}")
    if source not in texts:
        raise ValueError(
            f"the passage has no digest and the text of {source} is not at hand; name it with --texts DIR"
        )
    text, travels = texts[source], dossier.sources[source].may_travel
    if "start" in given and "end" in given:
        return anchored(text, given["start"], given["end"], travels)
    if "quote" not in given:
        raise ValueError(
            "it needs anchor_start and anchor_end, or the words of the passage in a column quote"
        )
    try:
        return anchored(text, *meant(text, given["quote"], given.get("nth")), travels)
    except ValueError as error:
        several = "times (" in str(error)
        raise ValueError(f"{error}; say which in a column nth" if several else str(error)) from None


def read_findings(rows: Sequence[Mapping[str, str]], name: str, coder: str) -> RecordReader[RecordedFinding]:
    """The findings in the rows of a table as records of an analyst.

    Rows that the program computed are left out unless the analyst dismissed them or wrote a note.
    """
    reader = RecordReader(RecordedFinding, "finding")
    for number, row in enumerate(rows, 2):
        dismissed = row.get("dismissed", "").strip().casefold() in ("yes", "true", "1", "x")
        if row.get("origin") == "computed" and not dismissed and not row.get("note"):
            continue
        words = ("id", "kind", "aspect", "status", "explanation", "note", "coder", "when")
        data: dict[str, Any] = {column: row[column] for column in words if row.get(column)}
        data["statements"] = _listed(row.get("statements", ""))
        data["dismissed"] = dismissed
        reader.take({"coder": coder, **data}, Place(name, number))
    return reader


def _listed(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";") if part.strip()]


def entered_rows(
    rows: Mapping[str, Statement], exported: Mapping[str, str], dossier: Dossier, side: Side = ""
) -> Imported:
    """`dossier` with statements of a table entered, each under its own id.

    `exported` are the digests that rows carry of the statement as it was exported: by them a change here is told from
    one in the table. A statement of another coder under a known id stays beside the one that is there.
    """
    found = Imported(dossier)
    statements = dict(dossier.statements)
    known = {(other, s.coder): s.id for s in statements.values() for other in s.known_as}
    for name, row in rows.items():
        ours, was = statements.get(name), exported.get(name)
        if ours is not None and not was and ours.coder and row.coder and ours.coder != row.coder:
            mark = f"{name}#{row.coder}"
            name = known.get((mark, row.coder)) or free(f"{name}-{source_id(row.coder)}", statements, "-{}")
            ours, row = statements.get(name), row.model_copy(update={"id": name, "known_as": (mark,)})
        if ours is not None:
            row = _as_meant(row, ours)
        found.taken["statements"] += 1
        if ours is None or ours == row or was == digest_of(ours) or side == "theirs":
            statements[name] = row
        elif was == digest_of(row):
            found.other += 1
        elif side == "":
            fields = [
                field for field in type(row).model_fields if getattr(row, field) != getattr(ours, field)
            ]
            found.conflicts.append(f"statement {name}: {', '.join(fields)} differ from what is here")
    found.dossier = replace(dossier, statements=statements)
    return found


def _as_meant(row: Statement, ours: Statement) -> Statement:
    """A row in which the fields that differ from ours by signs that no table shows, and by nothing else, are ours."""
    plain = ours.as_dict()
    if (without := _shown(plain)) == plain:
        return row
    shown = Statement.model_validate(without)
    fields = [field for field in Statement.model_fields if getattr(row, field) == getattr(shown, field)]
    return row.model_copy(update={field: getattr(ours, field) for field in fields})


def _shown(value: object) -> object:
    """A plain value as a table shows it."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {key: _shown(each) for key, each in value.items()}
    return [_shown(each) for each in value] if isinstance(value, list) else value


def digest_of(statement: Statement) -> str:
    """What a row of a table carries to tell whether its statement has changed since: the start of a SHA-256."""
    return digest(inline(statement.as_dict()))[:16]
