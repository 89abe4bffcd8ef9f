"""How results show themselves in a notebook: in ten lines of text, and as tables in HTML without any script."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Protocol

from backstop.base.faults import InvalidInput
from backstop.base.table import Table
from backstop.base.words import clean, counted, cut, did_you_mean, terminal_width

if TYPE_CHECKING:
    import pandas

LINES = 10
"""Most lines of a `repr`."""

WIDTH = 100
"""Widest line of a `repr`, in columns of a terminal."""

_MOST_CELL = 26
_MOST_TITLE = 34
_OPEN_ROWS = 40
_CELL = (
    "padding:2px 10px 2px 0;text-align:{};min-width:{};vertical-align:top;"
    "border-bottom:1px solid rgba(128,128,128,.35)"
)
# A cell that begins with a figure, or says that there is none.
_FIGURE = re.compile(r"[-+<>]?[\d.,]|-$|no value$")
_LONG = 16


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is shown of a result: its title, what to know of it in a line each, and its tables, the first one first."""

    title: str
    lines: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


class Shown(ABC):
    """A result that shows itself: `repr` in ten lines, and HTML in a notebook."""

    __slots__ = ()

    @abstractmethod
    def sketch(self) -> Sketch:
        """What is shown of it."""

    def __repr__(self) -> str:
        return sketch_text(self.sketch())

    def _repr_html_(self) -> str:
        return sketch_html(self.sketch())


class _Tabled(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def notes(self) -> Sequence[str]: ...
    def tables(self) -> Sequence[Table]: ...


class ShownTables(Shown):
    """A result of a question, which shows its title, its notes and its tables."""

    __slots__ = ()

    def sketch(self: _Tabled) -> Sketch:
        """Its title, what the study was asked under, notes and tables."""
        # The model of a study says what was set or given; the floor on which this stands knows no models.
        overrides = getattr(getattr(self, "model", None), "overrides", None)
        under = [] if overrides is None or not overrides.words else [overrides.words]
        lines = (*under, *(f"note: {note}" for note in self.notes))
        return Sketch(self.title, lines, tuple(self.tables()))

    def to_pandas(self: _Tabled, table: str | None = None) -> pandas.DataFrame:
        """The table of that title, the first one where none is named; a column of numbers alone holds numbers.

        Needs the extra `notebook`. Raises InvalidInput where there is no such table.
        """
        return table_frame(self.tables(), table)


def table_frame(tables: Sequence[Table], title: str | None = None) -> pandas.DataFrame:
    """The table of a title as a data frame, the first one where none is named, its rows by their names.

    Raises InvalidInput where there is no such table.
    """
    import pandas

    known = {table.title: table for table in tables}
    if not known:
        raise InvalidInput("the answer has no table", hint="as_dict() holds what was found")
    chosen = next(iter(known)) if title is None else title
    if chosen not in known:
        raise InvalidInput(f"no table is called {chosen}", hint=did_you_mean(chosen, known, "table"))
    table = known[chosen]
    names = [row[0] for row in table.rows]
    columns = {
        head: _column([row[at] for row in table.rows]) for at, head in enumerate(table.columns) if at > 0
    }
    return pandas.DataFrame(columns, index=pandas.Index(names, name=table.columns[0] or None))


def _column(cells: Sequence[str]) -> list[str] | list[float]:
    """The cells of a column as numbers, where all of them are."""
    try:
        return [float(cell.replace(",", "")) for cell in cells]
    except ValueError:
        return list(cells)


def sketch_text(of: Sketch) -> str:
    """At most ten lines of at most 100 characters: title, lines, and as much of the first table as there is room for.

    >>> table = Table("Chances", ("", "peace"), (("bare", "0.4"), ("guarded", "0.7")))
    >>> print(sketch_text(Sketch("A study", ("2 worlds",), (table,))))
    A study
    2 worlds
                peace
      bare        0.4
      guarded     0.7
    """
    head = [cut(one_line(text), WIDTH) for text in (of.title.strip() or "-", *of.lines)][: LINES - 3]
    left = LINES - len(head)
    tables = [table for table in of.tables if table.rows]
    if not tables or left < 3:
        return "\n".join(head)
    more = len(tables) - 1
    rows = list(tables[0].rows)
    room = left - 1 - (1 if more else 0)
    if len(rows) > room:
        room = left - 2
    shown = _aligned(tables[0].columns, rows[:room])
    rest = [
        *([f"{len(rows) - room} more rows"] if len(rows) > room else []),
        *([counted(more, "more table")] if more else []),
    ]
    return "\n".join([*head, *shown, *([f"  ... {' and '.join(rest)}"] if rest else [])])


def one_line(text: str) -> str:
    """`text` on one line, without what could drive a terminal."""
    return " ".join(clean(text).split())


def _aligned(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows under their heads in columns, as many columns as fit into a line."""
    texts = [
        [cut(one_line(cell), _MOST_TITLE if i == 0 else _MOST_CELL) for i, cell in enumerate(row)]
        for row in (columns, *rows)
    ]
    widths = [max(terminal_width(row[i]) for row in texts) for i in range(len(columns))]
    keep, used = 1, 2 + widths[0]
    while keep < len(widths) and used + 3 + widths[keep] <= WIDTH - 4:
        used += 3 + widths[keep]
        keep += 1
    lines = []
    for row in texts:
        blanks = [" " * (wide - terminal_width(text)) for text, wide in zip(row, widths, strict=True)]
        first = row[0] + blanks[0]
        others = (blank + text for text, blank in zip(row[1:keep], blanks[1:keep], strict=True))
        lines.append(("  " + "   ".join((first, *others)) + (" ..." if keep < len(widths) else "")).rstrip())
    return lines


def sketch_html(of: Sketch) -> str:
    """The same as HTML, with all tables: the first open, the others to unfold. No script, no outer files."""
    parts = [f"<p><strong>{_safe(of.title)}</strong></p>"]
    parts += [f"<p>{_safe(line)}</p>" for line in of.lines]
    for number, table in enumerate(table for table in of.tables if table.rows):
        whole = html_table(table)
        if number == 0 and len(table.rows) <= _OPEN_ROWS:
            parts.append(whole)
        else:
            rows = counted(len(table.rows), "row")
            parts.append(
                f"<details><summary>{_safe(table.title or 'Table')} ({rows})</summary>{whole}</details>"
            )
    return f'<div class="backstop" style="max-width:70em">{"".join(parts)}</div>'


def html_table(table: Table) -> str:
    """A table as HTML: figures to the right and words to the left; one wider than the page scrolls by itself."""
    styles = [_CELL.format(*_side(table, at)) for at in range(len(table.columns))]
    head = "".join(
        f'<th scope="col" style="{style}">{_safe(column)}</th>'
        for column, style in zip(table.columns, styles, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{style}">{_safe(cell)}</td>' for cell, style in zip(row, styles, strict=True))
        + "</tr>"
        for row in table.rows
    )
    title = f'<caption style="text-align:left">{_safe(table.title)}</caption>' if table.title else ""
    note = f"<p><small>{_safe(table.note)}</small></p>" if table.note else ""
    inner = f"{title}<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    grid = f'<table style="border-collapse:collapse">{inner}</table>'
    return f'<div style="overflow-x:auto">{grid}</div>{note}'


def _side(table: Table, at: int) -> tuple[str, str]:
    """Where the cells of a column stand, and how narrow it may become: long words keep some room."""
    texts = [row[at] for row in table.rows if row[at]]
    if at > 0 and all(_FIGURE.match(text) for text in texts):
        return "right", "0"
    return "left", "12em" if max(map(len, texts), default=0) > _LONG else "0"


def _safe(text: str) -> str:
    return escape(clean(text), quote=True)
