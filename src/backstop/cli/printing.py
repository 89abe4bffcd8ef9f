"""What a command prints: JSON, lines and tables on standard output, notes on standard error."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from backstop.base.table import Table

# Narrower terminals are written to as if they were so wide; a file or pipe gets the usual width.
LEAST_WIDTH = 60
USUAL_WIDTH = 80


def width_of_output() -> int:
    """Columns to write in: those of the terminal, of the variable COLUMNS, or 80, and 60 at least."""
    return max(LEAST_WIDTH, shutil.get_terminal_size((USUAL_WIDTH, 24)).columns)


def print_json(content: Mapping[str, object]) -> None:
    """One JSON object on standard output, with full doubles and its characters as they are."""
    from backstop.base.json_text import json_text

    click.echo(json_text(content), nl=False)


def print_note(text: str) -> None:
    """A line on standard error, safe for a terminal, and broken between words on one."""
    from backstop.base.words import clean

    text = clean(text)
    if sys.stderr.isatty():
        from backstop.cli.grid import wrapped

        text = "\n".join(wrapped(text, width_of_output(), indent=2))
    click.echo(text, err=True)


def print_notes(notes: Iterable[str]) -> None:
    """What to mind about an answer, a line each on standard error."""
    for text in notes:
        print_note(f"note: {text}")


def print_lines(lines: Iterable[str]) -> None:
    """Lines on standard output, safe for a terminal and never broken: they hold paths and commands to be copied."""
    from backstop.base.words import clean

    text = "\n".join(lines)
    if text:
        click.echo(clean(text))


def print_prose(lines: Iterable[str]) -> None:
    """Lines on standard output; what is too long for the width is broken between words and goes on indented."""
    from backstop.base.words import clean

    width = width_of_output()
    for each in lines:
        for line in clean(each).split("\n"):
            first = len(line) - len(line.lstrip(" "))
            print_text(line[first:], indent=min(first + 4, width // 2), first=first)


def print_text(text: str, indent: int = 0, first: int = 0, **style: bool) -> None:
    """A text on standard output, broken between words to the width there is; `style` as in `click.style`.

    `first`: how far its first line is indented; `indent`: how far the others are.
    """
    click.echo("\n".join(text_lines(text, indent, first, **style)))


def text_lines(text: str, indent: int = 0, first: int = 0, **style: bool) -> list[str]:
    """The lines of `print_text`."""
    from backstop.base.words import clean
    from backstop.cli.grid import held, left_to_right, let_go, wrapped

    broken = wrapped(held(clean(text)), width_of_output(), indent, first)
    lines = [left_to_right(let_go(line)) for line in broken]
    # A variable that asks for no colours asks for no styles either (no-color.org).
    plain = not style or bool(os.environ.get("NO_COLOR"))
    return lines if plain else [click.style(line, **style) for line in lines]


def print_titled(title: str, tables: Iterable[Table] = (), lines: Iterable[str] = ()) -> None:
    """A title on standard output, `lines` below it, then tables; control characters are taken out of all of them."""
    print_text(title, bold=True)
    for line in lines:
        print_text(line)
    for table in tables:
        print_table(table)


def print_table(table: Table) -> None:
    """A table on standard output after a blank line: title, grid and note, none of them wider than there is room."""
    click.echo("\n".join(table_lines(table)))


def table_lines(table: Table) -> list[str]:
    """The lines of `print_table`, the blank one before it among them."""
    from backstop.base.table import Table
    from backstop.base.words import clean
    from backstop.cli.grid import laid_out, left_to_right

    rows = tuple(tuple(map(clean, row)) for row in table.rows)
    grid = Table(clean(table.title), tuple(map(clean, table.columns)), rows)
    lines = [""]
    if table.title:
        lines += text_lines(table.title, bold=True)
    for at, block in enumerate(laid_out(grid, width_of_output(), _rule())):
        lines += [*([""] if at else []), *map(left_to_right, block)]
    return [*lines, *text_lines(table.note, dim=True)] if table.note else lines


def fits(table: Table, most_lines: int | None = None) -> bool:
    """Whether a table stands in one block in the width there is, no row of more than `most_lines` lines on average."""
    from backstop.cli.grid import laid_out

    blocks = laid_out(table, width_of_output())
    rows = (most_lines or 0) * (len(table.rows) + 3)
    return len(blocks) <= 1 and (most_lines is None or all(len(block) <= rows for block in blocks))


def _rule() -> str:
    """A line under the head of a table, in signs that the output has."""
    try:
        "\u2500".encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return "-"
    return "\u2500"
