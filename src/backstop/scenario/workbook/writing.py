"""The workbook itself, written with openpyxl: what may be changed is yellow, text is text and never a formula."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from backstop.base.cells import MOST_CELL, defused
from backstop.base.document import Document
from backstop.base.faults import Place, Refused
from backstop.base.optional import needed
from backstop.base.words import clean
from backstop.scenario.workbook.entries import entries
from backstop.scenario.workbook.sheets import ABOUT, KEPT, KINDS, Sheet, about_lines, kept_rows, sheets

_WHAT = "writing a workbook"
_WIDE = {"note": 60, "title": 34, "basis": 24, "evidence": 24, "low means": 30, "high means": 30}
_YELLOW, _GREY = "FFF9E5", "ECECEC"
# Rows below the table in which a number is still checked while it is typed.
_SPARE_ROWS = 20


def written_workbook(document: Document, digest: str, results: Sheet | None = None) -> bytes:
    """The workbook of a sound scenario file, with a sheet of results where they are given.

    Raises Refused where openpyxl is missing, or a text is too long for a cell.
    """
    openpyxl = needed("openpyxl", _WHAT)
    book = openpyxl.Workbook()
    about = book.active
    about.title = ABOUT
    title = str(document.data["title"])
    for number, line in enumerate(about_lines(title, digest, results is not None), 1):
        for column, text in enumerate(line, 1):
            _put(about.cell(number, column), text)
        about.cell(number, 1).font = needed("openpyxl.styles", _WHAT).Font(bold=True)
    about.column_dimensions["A"].width = 22
    about.column_dimensions["B"].width = 100
    for sheet in sheets(document.data):
        _table(book.create_sheet(sheet.name), sheet, _notes(document, sheet))
    if results is not None:
        _table(book.create_sheet(results.name), results, {})
    _keep(book.create_sheet(KEPT), kept_rows(entries(document.data)))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put(cell: Any, value: float | str | None) -> None:
    """Put a number or a text into a cell; a text is marked as text, so that editing it makes no formula or date."""
    if value is None or value == "":
        return
    if not isinstance(value, str):
        cell.value = value
        return
    text = needed("openpyxl.utils.escape", _WHAT).escape(defused(clean(value)))
    if len(text) > MOST_CELL:
        raise Refused(
            f"a text of {len(text):,} characters is too long for a cell of a spreadsheet, which holds {MOST_CELL:,}",
            place=Place(path=f"{cell.parent.title}!{cell.coordinate}"),
            hint="shorten it in the file",
        )
    cell.value = text
    cell.data_type = "s"
    cell.number_format = "@"


def _table(made: Any, sheet: Sheet, notes: dict[str, str]) -> None:
    styles = needed("openpyxl.styles", _WHAT)
    letter = needed("openpyxl.utils", _WHAT).get_column_letter
    fill = {colour: styles.PatternFill("solid", fgColor=colour) for colour in (_YELLOW, _GREY)}
    wrapped = styles.Alignment(wrap_text=True, vertical="top")
    top = styles.Alignment(vertical="top")
    for column, heading in enumerate(sheet.columns, 1):
        head = made.cell(1, column)
        _put(head, heading)
        head.font = styles.Font(bold=True)
        head.alignment = wrapped
        if heading in notes:
            head.comment = needed("openpyxl.comments", _WHAT).Comment(clean(notes[heading]), "Backstop")
        made.column_dimensions[letter(column)].width = _WIDE.get(heading, 22 if column == 1 else 13)
    for number, row in enumerate(sheet.rows, 2):
        for column, heading in enumerate(sheet.columns, 1):
            cell = made.cell(number, column)
            _put(cell, row.get(heading))
            cell.alignment = wrapped if heading in _WIDE else top
            if heading in sheet.fixed:
                cell.fill = fill[_GREY]
            elif sheet.numbers:
                cell.fill = fill[_YELLOW]
                cell.number_format = "General" if heading in sheet.numbers else "@"
    made.freeze_panes = "B2"
    if sheet.numbers:
        _checks(made, sheet, letter)


def _checks(made: Any, sheet: Sheet, letter: Any) -> None:
    """What a spreadsheet checks while a cell is filled in."""
    validation = needed("openpyxl.worksheet.datavalidation", _WHAT).DataValidation
    last = len(sheet.rows) + 1 + _SPARE_ROWS
    numbers = validation(type="decimal", operator="between", formula1="-1E+300", formula2="1E+300")
    numbers.error, numbers.errorTitle = "Write a number.", "Not a number"
    numbers.allow_blank = True
    kinds = validation(type="list", formula1=f'"{",".join((*KINDS, "experts"))}"', allow_blank=True)
    for column, heading in enumerate(sheet.columns, 1):
        cells = f"{letter(column)}2:{letter(column)}{last}"
        if heading in sheet.numbers:
            numbers.add(cells)
        elif heading == "distribution":
            kinds.add(cells)
    for each in (numbers, kinds):
        if each.sqref:
            made.add_data_validation(each)


def _keep(made: Any, rows: Sequence[tuple[str, str]]) -> None:
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            _put(made.cell(number, column), text)
    made.sheet_state = "hidden"


def _notes(document: Document, sheet: Sheet) -> dict[str, str]:
    """What hangs on the headings: of a measure in the sheet of arrangements its title, unit and range."""
    if sheet.name != "arrangements":
        return {}
    found = {}
    for name, measure in (document.data.get("measures") or {}).items():
        low, high = measure["range"]
        unit = f" {measure['unit']}" if measure.get("unit") else ""
        default = measure.get("default", 0)
        heading = name if name in sheet.columns else f"measure {name}"
        found[heading] = f"{measure.get('title', name)}: {low:g} to {high:g}{unit}; default {default:g}"
    return found
