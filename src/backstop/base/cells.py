"""Text in the cells of spreadsheets: what would run as a formula is defused, what no workbook may hold is replaced."""

from __future__ import annotations

import re

MOST_CELL = 32_767
"""Most characters of a cell of a workbook."""

_SKIPPED = r"'*[\s\x00-\x1f\x7f-\xa0\u00ad\u200b-\u200f\u2060\ufeff]*"
_DANGEROUS = re.compile(_SKIPPED + r"(?:[=+\-@|%\uff1d\uff0b\uff0d\uff20]|[\t\r])")
"""How a formula begins, behind signs that spreadsheets skip; full-width signs count."""

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def defused(cell: str) -> str:
    """`cell` such that no spreadsheet takes it for a formula: an apostrophe stands before what begins like one.

    >>> defused("=1+1"), defused("one + one")
    ("'=1+1", 'one + one')
    """
    return "'" + cell if _DANGEROUS.match(cell) else cell


def restored(cell: str) -> str:
    """What `defused` was given."""
    return cell[1:] if cell.startswith("'") and _DANGEROUS.match(cell) else cell


def without_controls(cell: str) -> str:
    """`cell` without the control characters that no XML file may hold, so that a workbook takes it."""
    return _CONTROL.sub("\ufffd", cell)
