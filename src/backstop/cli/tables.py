"""Tables on the terminal."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from backstop.base.table import Table
    from backstop.worlds.result import Result

WIDTH_OFF_A_TERMINAL = 160


def console() -> Console:
    """A console on standard output; a file or pipe gets a fixed, generous width."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else WIDTH_OFF_A_TERMINAL
    if width is None:
        width = max(100, shutil.get_terminal_size().columns)
    return Console(width=width, highlight=False, markup=False, emoji=False)


def print_titled(title: str, tables: Iterable[Table], lines: Iterable[str] = ()) -> None:
    """A title with `lines` below it, then tables."""
    from backstop.base.words import clean

    out = console()
    out.print(clean(title), style="bold")
    for line in lines:
        out.print(clean(line), style="dim")
    print_tables(out, tables)


def print_assessment(result: Result) -> None:
    """The whole assessment, most asked for first."""
    from backstop.base.words import clean
    from backstop.report.tables.assessment import heading, tables

    out = console()
    scenario = result.model.scenario
    out.print(clean(scenario.title), style="bold")
    if scenario.question:
        out.print(clean(scenario.question))
    for line in heading(result):
        out.print(line, style="dim")
    print_tables(out, tables(result))


def print_tables(out: Console, many: Iterable[Table]) -> None:
    """Tables one below the other."""
    from rich import box
    from rich.table import Table as Grid
    from rich.text import Text

    from backstop.base.words import clean

    for table in many:
        out.print()
        grid = Grid(
            title=Text(clean(table.title), style="bold"),
            title_justify="left",
            caption=Text(table.note) if table.note else None,
            caption_justify="left",
            box=box.SIMPLE_HEAD,
            pad_edge=False,
        )
        for i, column in enumerate(table.columns):
            grid.add_column(Text(clean(column)), justify="left" if i == 0 else "right", overflow="fold")
        for row in table.rows:
            grid.add_row(*(Text(clean(cell)) for cell in row))
        out.print(grid)
