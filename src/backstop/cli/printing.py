"""What a command prints: JSON, lines and tables on standard output, notes on standard error."""

from __future__ import annotations

import re
import shutil
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backstop.base.table import Table

# A file or pipe gets a fixed, generous width; a terminal its own, but not less than this.
WIDTH_OFF_A_TERMINAL = 160
LEAST_WIDTH = 100

# Brackets with a range after a figure: rather there than anywhere else a cell is broken.
_BRACKETS = re.compile(r"(?<=\d) (?=\()\((?=[-+]?\d[^()]* to )")


def print_json(content: Mapping[str, object]) -> None:
    """One JSON object on standard output, with full doubles and its characters as they are."""
    from backstop.base.json_text import json_text

    click.echo(json_text(content), nl=False)


def print_note(text: str) -> None:
    """A line on standard error, safe for a terminal."""
    from backstop.base.words import clean

    click.echo(clean(text), err=True)


def print_notes(notes: Iterable[str]) -> None:
    """What to mind about an answer, a line each on standard error."""
    for text in notes:
        print_note(f"note: {text}")


def print_lines(lines: Iterable[str]) -> None:
    """Lines on standard output, safe for a terminal."""
    from backstop.base.words import clean

    text = "\n".join(lines)
    if text:
        click.echo(clean(text))


def print_titled(title: str, tables: Iterable[Table] = (), lines: Iterable[str] = ()) -> None:
    """A title on standard output, `lines` below it, then tables; control characters are taken out of all of them."""
    from rich import box
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    from backstop.base.words import clean

    width = WIDTH_OFF_A_TERMINAL
    if sys.stdout.isatty():
        width = max(LEAST_WIDTH, shutil.get_terminal_size().columns)
    out = Console(width=width, highlight=False, markup=False, emoji=False)
    out.print(clean(title), style="bold")
    for line in lines:
        out.print(clean(line))
    for table in tables:
        grid = Grid(
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        for i, column in enumerate(table.columns):
            grid.add_column(Text(clean(column)), justify="left" if i == 0 else "right", overflow="fold")
        rows = (
            table.rows if _natural_width(table) <= width else [tuple(map(_broken, row)) for row in table.rows]
        )
        for row in rows:
            grid.add_row(*(Text(clean(cell)) for cell in row))
        # Title and note stand outside the grid, or they would be broken to its width, however narrow it is.
        out.print()
        out.print(Text(clean(table.title), style="bold"))
        out.print(grid)
        if table.note:
            out.print(Text(clean(table.note), style="dim italic"))


def _natural_width(table: Table) -> int:
    """Characters that a table takes where no cell is broken."""
    cells = zip(table.columns, *table.rows, strict=True)
    return sum(max(map(len, column)) + 2 for column in cells)


def _broken(cell: str) -> str:
    """A cell with what stands in brackets after a figure on a line of its own."""
    return _BRACKETS.sub("\n(", cell)
