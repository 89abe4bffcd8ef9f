"""Titles, lines and tables on the terminal."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from backstop.base.table import Table

# A file or pipe gets a fixed, generous width; a terminal its own, but not less than this.
WIDTH_OFF_A_TERMINAL = 160
LEAST_WIDTH = 100


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
            title=Text(clean(table.title), style="bold"),
            title_justify="left",
            caption=Text(clean(table.note)) if table.note else None,
            caption_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        for i, column in enumerate(table.columns):
            grid.add_column(Text(clean(column)), justify="left" if i == 0 else "right", overflow="fold")
        for row in table.rows:
            grid.add_row(*(Text(clean(cell)) for cell in row))
        out.print()
        out.print(grid)
