"""Tables of documents: CSV and JSON Lines files with one document a row, as news databases deliver them."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backstop.base.faults import InvalidInput, Place
from backstop.base.strict_json import json_value
from backstop.dossier.record import Extractor
from backstop.dossier.text.canonical import decode
from backstop.dossier.text.extraction import MOST_CHARACTERS, Extract

MOST_ROWS = 100_000

_COLUMNS = {
    "text": ("text", "body", "content", "fulltext", "article"),
    "id": ("id", "doc_id", "key"),
    "title": ("title", "headline"),
    "outlet": ("outlet", "source", "newspaper", "publication"),
    "byline": ("byline", "author"),
    "published": ("published", "date", "publication_date"),
    "url": ("url", "link"),
    "licence": ("licence", "license"),
    "may_travel": ("may_travel",),
    "kind": ("kind", "type"),
    "dateline": ("dateline",),
}
_YES = frozenset({"yes", "true", "1", "y"})


@dataclass(frozen=True, slots=True)
class Row:
    """One document of a table: its text as an extract, its other fields, and the line it stands on."""

    extract: Extract
    fields: dict[str, str]
    line: int

    @property
    def may_travel(self) -> bool:
        """Whether the table says that this text may travel."""
        return self.fields.get("may_travel", "").strip().lower() in _YES


def read_table(data: bytes, name: str, media: str, encoding: str | None = None) -> list[Row]:
    """The documents of a table. Raises InvalidInput for a table without a text column or with an empty text."""
    text, _ = decode(data, name, encoding)
    rows = _json_rows(text, name) if media == "application/jsonl" else _csv_rows(text, name, media)
    found = []
    for line, row in rows:
        fields = {
            field: str(row[given]) for field, given in _columns(row).items() if row[given] not in (None, "")
        }
        body = fields.pop("text", "")
        if not body.strip():
            raise InvalidInput(
                "the row has no text",
                place=Place(name, line),
                hint=f"name the column one of: {', '.join(_COLUMNS['text'])}",
            )
        canonical, newline = decode(body.encode("utf-8", "surrogatepass"), name, "utf-8")
        if len(canonical) > MOST_CHARACTERS:
            raise InvalidInput(f"the text has {len(canonical):,} characters", place=Place(name, line))
        extract = Extract(canonical, Extractor(name="backstop-table", version="1"), newline)
        found.append(Row(extract, fields, line))
        if len(found) > MOST_ROWS:
            raise InvalidInput(
                f"the table has over {MOST_ROWS:,} documents", place=Place(name), hint="cut it in parts"
            )
    if not found:
        raise InvalidInput("the table has no row", place=Place(name))
    return found


def _columns(row: dict[str, Any]) -> dict[str, str]:
    lower = {str(column).strip().lower(): column for column in row if column is not None}
    return {
        field: next(lower[n] for n in names if n in lower)
        for field, names in _COLUMNS.items()
        if any(n in lower for n in names)
    }


def _csv_rows(text: str, name: str, media: str) -> Iterator[tuple[int, dict[str, Any]]]:
    csv.field_size_limit(min(sys.maxsize, MOST_CHARACTERS))
    delimiter = "\t" if media == "text/tab-separated-values" else ";" if _semicolons(text) else ","
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if None in row:
                raise InvalidInput(
                    "the row has more cells than the head",
                    place=Place(name, reader.line_num),
                    hint="quote texts with commas",
                )
            yield reader.line_num, row
    except csv.Error as error:
        raise InvalidInput(f"the table cannot be read: {error}", place=Place(name, reader.line_num)) from None


def _semicolons(text: str) -> bool:
    head = text.split("\n", 1)[0]
    return head.count(";") > head.count(",")


def _json_rows(text: str, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json_value(line)
            except ValueError as error:
                raise InvalidInput(f"the line is no JSON ({error})", place=Place(name, number)) from None
            if not isinstance(row, dict):
                raise InvalidInput("the line is no JSON object", place=Place(name, number))
            yield number, row
