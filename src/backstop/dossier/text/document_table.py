"""Tables of documents: CSV and JSON Lines files with one document a row, as news databases deliver them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from backstop.base.faults import InvalidInput, Place
from backstop.base.json_text import json_value
from backstop.dossier.record import Extractor
from backstop.dossier.text.canonical import decode
from backstop.dossier.text.csv_rows import csv_rows
from backstop.dossier.text.extract import Extract
from backstop.dossier.text.extraction import MOST_CHARACTERS

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
    if media == "application/jsonl":
        rows: Iterable[tuple[int, Mapping[str, object]]] = _json_rows(text, name)
    else:
        rows = csv_rows(text, name, "\t" if media == "text/tab-separated-values" else "", MOST_CHARACTERS)
    found = []
    for line, row in rows:
        fields = _fields(row)
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


def _fields(row: Mapping[str, object]) -> dict[str, str]:
    """What a row says of its document, by our names of the columns; the first name of a list counts."""
    given = {column.strip().lower(): value for column, value in row.items() if value not in (None, "")}
    found = ((field, next((n for n in names if n in given), "")) for field, names in _COLUMNS.items())
    return {field: str(given[name]) for field, name in found if name}


def _json_rows(text: str, name: str) -> Iterator[tuple[int, dict[str, object]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                row = json_value(line)
            except ValueError as error:
                raise InvalidInput(f"the line is no JSON ({error})", place=Place(name, number)) from None
            if not isinstance(row, dict):
                raise InvalidInput("the line is no JSON object", place=Place(name, number))
            yield number, row
