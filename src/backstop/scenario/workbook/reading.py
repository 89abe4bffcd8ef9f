"""A workbook as it comes back: its tables cell by cell, each with its place and what kind of thing stands there."""

from __future__ import annotations

import datetime
import io
import math
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backstop.base.archive import read_archive
from backstop.base.cells import restored
from backstop.base.faults import Fault, InvalidInput, Place, Refused
from backstop.base.json_text import json_value
from backstop.base.optional import needed
from backstop.base.words import counted, listed, shortened
from backstop.scenario.workbook.sheets import ABOUT, COLUMNS, KEPT, RESULTS

MOST_BYTES = 20 << 20
"""Largest workbook that is read."""

MOST_CELLS = 500_000
"""Most cells that are read."""

_HEADS = {
    "parameters": ("parameter", "distribution"),
    "discrete": ("parameter", "value", "weight"),
    "measures": ("measure", "lowest", "highest"),
    "arrangements": ("arrangement",),
}
"""The headings by which a sheet is known again that was renamed."""

_TOP_ROWS = 20
# Rows among which the headings are looked for: a colleague may write a title above them.
_OWN = "Backstop"
# The author of the comments that an export makes.
_OLD = b"\xd0\xcf\x11\xe0"
_COMMA = re.compile(r"[-+]?[0-9]+,[0-9]+")
_GROUPED = re.compile(
    r"[-+]?[0-9]{1,3}(?:(?P<sign>[,.'\u2019 ])[0-9]{3})(?:(?P=sign)[0-9]{3})*(?:[.,][0-9]+)?"
)
_UNITS = re.compile(r"([-+]?[0-9][0-9.,]*) *[^0-9.,%\s-][^0-9]*")
_RANGE = re.compile(r"[-+]?[0-9.,]+ *(?:-|\u2013|to|bis|\.\.+) *[-+]?[0-9.,]+")
_ERROR = re.compile(r"#[A-Z0-9/?!_]+")


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell: a number, a text or nothing, or why it is none of them."""

    where: str
    value: float | str | None = None
    wrong: str = ""
    hint: str = ""
    hidden: bool = False

    def fault(self, what: str, hint: str, file: str) -> Fault:
        """A fault of this cell."""
        return Fault(what, Place(file, path=self.where), hint)

    def number(self, file: str, faults: list[Fault]) -> float | None:
        """The number in it, None where it is empty; what is no number becomes a fault."""
        if self.wrong:
            faults.append(self.fault(self.wrong, self.hint, file))
        elif isinstance(self.value, str):
            if not self.value.strip():
                return None
            shown = shortened(self.value.strip(), 40)
            hint = _hint(self.value.strip())
            faults.append(self.fault(f"this is the text {shown!r}, not a number", hint, file))
        else:
            return self.value
        return None

    def text(self, file: str, faults: list[Fault]) -> str:
        """The text in it; a number is said as it was typed, what is neither becomes a fault."""
        if self.wrong:
            faults.append(self.fault(self.wrong, self.hint, file))
            return ""
        if isinstance(self.value, float):
            return f"{self.value:.15g}"
        return (self.value or "").replace("\r\n", "\n").strip()


def _hint(text: str) -> str:
    """What to do about a text where a number should stand, with the number that seems to be meant."""
    plain = text.replace("\u2212", "-").replace("\u00a0", " ").lstrip("'")
    if _COMMA.fullmatch(plain) and _GROUPED.fullmatch(plain):
        return f"is {plain.replace(',', '.')} meant, or {plain.replace(',', '')}? write it as your spreadsheet does"
    if _COMMA.fullmatch(plain):
        return f"is {plain.replace(',', '.')} meant? write it with your spreadsheet's decimal sign"
    if _is_number(plain):
        return (
            "set the format of the cell to Number and enter it again"
            if plain == text
            else f"is {plain} meant? set the format of the cell to Number and enter it again"
        )
    share = plain.rstrip("%").strip().replace(",", ".")
    if plain.endswith("%") and _is_number(share):
        return f"is {float(share) / 100:.15g} meant? write it without a percent sign"
    if _RANGE.fullmatch(plain):
        return "write one number here: each end of a range has a cell of its own"
    if _GROUPED.fullmatch(plain):
        return "write the number without signs between its thousands"
    led = _UNITS.fullmatch(plain)
    if led and _is_number(led[1].replace(",", ".")):
        return f"write a number, without words or units: {led[1].replace(',', '.')}"
    return "write a number, without words or units"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its cells by the heading of their column."""

    number: int
    cells: Mapping[str, Cell]


@dataclass(slots=True)
class Incoming:
    """A workbook: the tables of its sheets, what was exported, and what was not read. `columns`: cells by heading."""

    file: str
    tables: dict[str, list[Row]] = field(default_factory=dict)
    columns: dict[str, dict[str, Cell]] = field(default_factory=dict)
    kept: dict[tuple[str, str, str, str], str] | None = None
    digest: str = ""
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read_workbook(data: bytes, file: str) -> Incoming:
    """The workbook in `data`; `file` is its name in messages.

    Raises InvalidInput for what is no sound workbook or holds no sheet of a study, Refused for one that is too large.
    """
    where = Place(file)
    if data.startswith(_OLD):
        raise InvalidInput(
            "this is a workbook of the old kind (.xls), or one with a password",
            place=where,
            hint="save it as .xlsx without a password",
        )
    members = read_archive(data, file)
    if "xl/workbook.xml" not in members:
        kind = "an OpenDocument file" if "mimetype" in members else "no workbook in the format .xlsx"
        raise InvalidInput(f"this is {kind}", place=where, hint="save it as Excel workbook (.xlsx)")
    openpyxl = needed("openpyxl", "reading a workbook")
    try:
        with warnings.catch_warnings():
            # What openpyxl cannot keep (pictures, foreign extensions) is not read here at all.
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(io.BytesIO(data))
            sheets = {sheet.title: sheet for sheet in book.worksheets}
    except Exception as error:
        raise InvalidInput(f"this is no sound workbook ({type(error).__name__})", place=where) from None
    found = Incoming(file)
    _sheets(sheets, found)
    if not found.tables and not found.faults:
        raise InvalidInput(
            f"the workbook has no sheet of a study ({listed(list(_HEADS))})",
            place=where,
            hint="start from: backstop export STUDY --xlsx FILE",
        )
    return found


def _sheets(sheets: Mapping[str, Any], found: Incoming) -> None:
    grids = {name: _grid(sheet, found) for name, sheet in sheets.items()}
    if KEPT in grids:
        found.kept = _kept(grids.pop(KEPT))
    about = grids.pop(ABOUT, {})
    lines = {_plain(row.get(1)): _plain(row.get(2)) for row in about.values()}
    found.digest = lines.get("Scenario (SHA-256)", "")
    grids.pop(RESULTS, None)
    for kind, heads in _HEADS.items():
        named = kind if kind in grids else _renamed(kind, heads, grids, found)
        if named is not None:
            _table(kind, named, sheets[named], grids.pop(named), found)
        elif not found.faults:
            found.notes.append(f"there is no sheet {kind}: what it would hold stays as it is")
    for name in grids:
        if grids[name]:
            state = "" if sheets[name].sheet_state == "visible" else "hidden "
            like = next((kind for kind, heads in _HEADS.items() if _is_like(kind, heads, grids[name])), None)
            what = "is not of a study" if like is None else f"is like {like}, of which there is another,"
            found.notes.append(f"the {state}sheet {name!r} {what} and was not read")


def _renamed(
    kind: str, heads: tuple[str, ...], grids: Mapping[str, dict[int, dict[int, Cell]]], found: Incoming
) -> str | None:
    """The sheet that holds the table `kind` under another name; a fault where several could be it."""
    like = [name for name, grid in grids.items() if name not in _HEADS and _is_like(kind, heads, grid)]
    if len(like) > 1:
        found.faults.append(
            Fault(
                f"{listed([repr(name) for name in like])} both look like the sheet {kind}",
                Place(found.file),
                f"name the one that is meant {kind}",
            )
        )
        return None
    if like:
        found.notes.append(f"the sheet {like[0]!r} is read as {kind}, by its headings")
    return like[0] if like else None


def _is_like(kind: str, heads: tuple[str, ...], grid: Mapping[int, Mapping[int, Cell]]) -> bool:
    """Whether a sheet has the headings of a table."""
    first = grid[_top(kind, grid)] if grid else {}
    words = {_heading(kind, cell) for cell in first.values()}
    # A table of parameters has the headings of one of discrete values, too.
    return words >= set(heads) and not (kind == "discrete" and "distribution" in words)


def _top(kind: str, grid: Mapping[int, Mapping[int, Cell]]) -> int:
    """The row of the headings: the first that has them, else the first row that holds anything."""
    for row in sorted(grid)[:_TOP_ROWS]:
        if {_heading(kind, cell) for cell in grid[row].values()} >= set(_HEADS[kind]):
            return row
    return min(grid)


def _heading(kind: str, cell: Cell) -> str:
    """The heading in a cell; one of the sheet's own in any case of letters, and with spaces as they come."""
    text = " ".join(_plain(cell).split())
    return text.lower() if text.lower() in COLUMNS[kind] else text


def _grid(sheet: Any, found: Incoming) -> dict[int, dict[int, Cell]]:
    """The cells of a sheet that hold anything, by row and column."""
    cells: Mapping[tuple[int, int], Any] = (
        sheet._cells
    )  # its public ways fill up all rows that a file pretends to have
    if len(cells) > MOST_CELLS:
        raise Refused(
            f"the sheet {sheet.title!r} has over {MOST_CELLS:,} cells",
            place=Place(found.file),
            hint="delete what lies far below or beside the table",
        )
    grid: dict[int, dict[int, Cell]] = {}
    remarks = []
    for row, column in sorted(cells):
        cell = cells[row, column]
        if cell.comment is not None and cell.comment.author != _OWN:
            remarks.append((f"{sheet.title}!{cell.coordinate}", str(cell.comment.text)))
        if cell.value is None:
            continue
        made = _cell(cell, sheet)
        if made.wrong or made.value not in (None, ""):
            grid.setdefault(row, {})[column] = made
    if remarks:
        where, said = remarks[0]
        count = counted(len(remarks), "comment")
        found.notes.append(
            f"{count} on cells of {sheet.title!r} for you to read, which the study does not take in; first {where}: "
            f"{shortened(said, 60)!r}"
        )
    return grid


def _cell(cell: Any, sheet: Any) -> Cell:
    letter = cell.column_letter
    where = f"{sheet.title}!{cell.coordinate}"
    hidden = (
        sheet.sheet_state != "visible"
        or bool(sheet.row_dimensions[cell.row].hidden if cell.row in sheet.row_dimensions else False)
        or bool(sheet.column_dimensions[letter].hidden if letter in sheet.column_dimensions else False)
    )
    value = cell.value
    if cell.data_type == "f":
        formula = shortened(str(getattr(value, "text", value)), 40)
        return Cell(where, None, f"a formula stands here ({formula})", "put its value in its place", hidden)
    if cell.data_type == "e" or (
        isinstance(value, str) and _ERROR.fullmatch(value) and cell.data_type != "s"
    ):
        return Cell(where, None, f"an error stands here ({value})", "write a number", hidden)
    if isinstance(value, bool):
        return Cell(where, None, f"{str(value).upper()} stands here", "write a number or a text", hidden)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time | datetime.timedelta):
        day = f"{value:%d %B %Y}" if isinstance(value, datetime.date) else str(value)
        return Cell(
            where,
            None,
            f"a date or time stands here ({day}), which a spreadsheet made of what was typed",
            "set the format of the cell to Number (for words: Text) and enter it again",
            hidden,
        )
    if isinstance(value, (int, float)):
        if not math.isfinite(value):
            return Cell(where, None, "this is not a finite number", "write a number", hidden)
        return Cell(where, float(value), hidden=hidden)
    unescape = needed("openpyxl.utils.escape", "reading a workbook").unescape
    return Cell(where, restored(unescape(str(value))), hidden=hidden)


def _table(kind: str, name: str, sheet: Any, grid: dict[int, dict[int, Cell]], found: Incoming) -> None:
    """The table on a sheet, whose first row that is not empty has the headings."""
    if not grid:
        found.notes.append(f"the sheet {name!r} is empty: what it would hold stays as it is")
        return
    top = _top(kind, grid)
    above = [cell for row, cells in grid.items() if row < top for cell in cells.values()]
    if above:
        found.notes.append(
            f"{counted(len(above), 'cell')} above the headings of {name!r} not read, first {above[0].where}"
        )
    heads: dict[int, str] = {}
    for column, cell in grid[top].items():
        heading = _heading(kind, cell)
        if heading in heads.values():
            found.faults.append(cell.fault(f"a second column {heading}", "remove one of the two", found.file))
        heads[column] = heading
    missing = [head for head in _HEADS[kind] if head not in heads.values()]
    if missing:
        found.faults.append(
            Fault(
                f"the sheet {name!r} has no column {listed(missing)} in row {top}",
                Place(found.file),
                "put the headings back as they were exported",
            )
        )
        return
    below = {row: cells for row, cells in grid.items() if row > top}
    _refuse_merged(sheet, heads, top, max(below, default=top), found)
    loose = [c for cells in below.values() for column, c in cells.items() if column not in heads]
    if loose:
        found.notes.append(
            f"{counted(len(loose), 'cell')} outside the columns of {name!r} were not read, first {loose[0].where}"
        )
    found.columns[kind] = {heading: grid[top][column] for column, heading in heads.items()}
    letter = needed("openpyxl.utils", "reading a workbook").get_column_letter
    rows = []
    for number, cells in below.items():
        named = {
            heading: cells.get(column, Cell(f"{sheet.title}!{letter(column)}{number}"))
            for column, heading in heads.items()
        }
        if any(cell.wrong or cell.value is not None for cell in named.values()):
            rows.append(Row(number, named))
    found.tables[kind] = rows


def _refuse_merged(sheet: Any, heads: Mapping[int, str], top: int, last: int, found: Incoming) -> None:
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= last and merged.max_row >= top and merged.min_col <= max(heads):
            found.faults.append(
                Fault(
                    f"the cells {merged.coord} are merged, so that all but the first are empty",
                    Place(found.file, path=f"{sheet.title}!{merged.coord.partition(':')[0]}"),
                    "take the merging back and fill in each cell",
                )
            )


def _kept(grid: Mapping[int, Mapping[int, Cell]]) -> dict[tuple[str, str, str, str], str]:
    """What was exported, by the sheet, row, camp and part of each entry; what cannot be read is left out."""
    found: dict[tuple[str, str, str, str], str] = {}
    for row in grid.values():
        try:
            key = json_value(_plain(row.get(1)))
        except ValueError:
            continue
        if isinstance(key, list) and len(key) == 4 and all(isinstance(each, str) for each in key):
            sheet, name, camp, part = key
            found[sheet, name, camp, part] = _plain(row.get(2))
    return found


def _plain(cell: Cell | None) -> str:
    """The text of a cell, empty for any other content."""
    return cell.value.strip() if cell is not None and isinstance(cell.value, str) else ""


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
