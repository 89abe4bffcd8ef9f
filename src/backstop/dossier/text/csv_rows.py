"""Rows of CSV and TSV files by the names in their head."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Sequence

from backstop.base.faults import InvalidInput, Place


def csv_rows(
    text: str, name: str, delimiter: str = "", most_cell: int = 1 << 24
) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table that are not empty, each with the line it ends on.

    Without a `delimiter` it is the semicolon where the head has more of them than commas. Raises InvalidInput.
    """
    csv.field_size_limit(min(sys.maxsize, most_cell))
    first = text.split("\n", 1)[0]
    chosen = delimiter or (";" if first.count(";") > first.count(",") else ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=chosen, strict=True)
    head: list[str] = []
    try:
        for row in reader:
            if not any(cell.strip() for cell in row):
                continue
            if not head:
                head = [cell.strip() for cell in row]
            else:
                yield reader.line_num, by_head(head, row, Place(name, reader.line_num))
    except csv.Error as error:
        raise InvalidInput(f"the table cannot be read: {error}", place=Place(name, reader.line_num)) from None
    if not head:
        raise InvalidInput("the table is empty", place=Place(name))


def by_head(head: Sequence[str], row: Sequence[str], where: Place) -> dict[str, str]:
    """The cells of a row by the names above them. Raises InvalidInput where it has more cells than the head."""
    if any(row[len(head) :]):
        raise InvalidInput(
            "the row has more cells than the head", place=where, hint="quote texts with commas"
        )
    return {column: cell for column, cell in zip(head, row, strict=False) if column}
