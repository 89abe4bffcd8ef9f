"""Text and tables laid out in the columns of a terminal, whatever the scripts and lengths of what is laid out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from backstop.base.words import terminal_width

if TYPE_CHECKING:
    from backstop.base.table import Table

GAP = 2
# A word longer than this may be broken where a column would else be wider than the terminal allows.
_LONGEST_WORD = 22
# The column that names the rows takes at most this part of the width where all does not fit.
_PART_FOR_NAMES = 0.3

_HELD = "\u00a0"
# A figure and its range, or its unit, stay together.
_TOGETHER = re.compile(
    r"(?<=\d) (?=[(%±])|(?<=[\d)]) (?=%)|(?<=\d) (?=to [-+]?\d)|(?<= to) (?=[-+]?\d)|(?<=±) "
)
_MARK = "\u200e"
_LETTER = "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]"
_RIGHT_TO_LEFT = re.compile(f"{_LETTER}+(?: {_LETTER}+)*")
_FIGURE = re.compile(r"^(?:[-+]?[\d.,]+|-$)")


def wrapped(text: str, width: int, indent: int = 0, first: int = 0) -> list[str]:
    """`text` in lines of at most `width` columns, broken between words where it can be.

    The first line is indented by `first`, others by `indent`.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        start = " " * (indent if lines else first)
        line, empty = start, True
        for word in paragraph.split(" "):
            tried = f"{line}{word}" if empty else f"{line} {word}"
            if terminal_width(tried) <= width:
                line, empty = tried, False
                continue
            if not empty:
                lines.append(line.rstrip())
                start = " " * indent
            *whole, rest = _chopped(word, max(1, width - len(start)))
            lines += [f"{start}{part}" for part in whole]
            line, empty = f"{start}{rest}", False
        lines.append(line.rstrip())
    return lines


def _chopped(word: str, width: int) -> list[str]:
    """A word in parts of at most `width` columns; a name is broken after the last line below in the later half."""
    parts, part = [], ""
    for character in word:
        if part and terminal_width(part) + terminal_width(character) > width:
            at = part.rfind("_") + 1
            kept = at if 2 * at > len(part) else len(part)
            parts.append(part[:kept])
            part = part[kept:]
        part += character
    return [*parts, part]


def held(text: str) -> str:
    """A text in which a figure and its range, or its unit, are one word."""
    return _TOGETHER.sub(_HELD, text)


def let_go(text: str) -> str:
    """A text with its words as they were before `held`."""
    return text.replace(_HELD, " ")


def left_to_right(line: str) -> str:
    """A line in which what is written from right to left moves nothing beside it on terminals that turn it round.

    Marks that take no room stand after each such part, and before the line.
    """
    if not _RIGHT_TO_LEFT.search(line):
        return line
    return _MARK + _RIGHT_TO_LEFT.sub(lambda found: f"{found[0]}{_MARK}", line)


def laid_out(table: Table, width: int, rule: str = "-") -> list[list[str]]:
    """The head and rows of a table as lines of at most `width` columns.

    A table that is too wide comes in several blocks, each with the names of the rows and some of the columns.
    """
    grid = [tuple(map(held, row)) for row in (table.columns, *table.rows)]
    if not grid[0]:
        return []
    columns = [_Column([row[at] for row in grid]) for at in range(len(grid[0]))]
    return [_block(block, width, rule) for block in _blocks(columns, width)]


class _Column:
    """A column of a table: head and cells, and the columns of a terminal that it would like and can do with."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.head, self.body = texts[0], list(texts[1:])
        of_body = max((terminal_width(line) for text in self.body for line in text.split("\n")), default=0)
        words = [terminal_width(word) for text in texts for word in text.split(" ")]
        self.longest = max(words, default=1)
        # A figure with its range is one word, which is never broken where the terminal is wide enough for it.
        figures = [terminal_width(w) for text in self.body if _FIGURE.match(text) for w in text.split(" ")]
        self.least = max(1, *figures, min(self.longest, _LONGEST_WORD)) if words else 1
        self.full = max(of_body, self.least)
        filled = [text for text in self.body if text]
        self.right = bool(filled) and all(_FIGURE.match(text) for text in filled)


def _blocks(columns: Sequence[_Column], width: int) -> list[list[_Column]]:
    """Columns in blocks that fit, each led by the first column."""
    names, others = columns[0], list(columns[1:])
    needed = max(names.least, min(names.full, int(_PART_FOR_NAMES * width)))
    if needed + sum(column.least + GAP for column in others) <= width or not others:
        return [list(columns)]
    blocks: list[list[_Column]] = []
    room = 0
    for column in others:
        need = column.least + GAP
        if not blocks or room < need:
            blocks.append([names])
            room = width - needed
        blocks[-1].append(column)
        room -= need
    return blocks


def _widths(columns: Sequence[_Column], width: int) -> list[int]:
    """Columns of a terminal for each column of a block: what it would like where there is room, else a fair part."""
    room = width - GAP * (len(columns) - 1)
    found = [column.least for column in columns]
    if sum(found) > room:
        # Not even two columns fit side by side: words are broken.
        lead = min(found[0], max(1, int(_PART_FOR_NAMES * room))) if len(found) > 1 else room
        rest = max(1, (room - lead) // max(1, len(found) - 1))
        return [lead, *(min(least, rest) for least in found[1:])]
    wanted = [column.full for column in columns]
    while sum(found) < room:
        short = [at for at, want in enumerate(wanted) if found[at] < want]
        if not short:
            break
        # The columns that are narrowest are served first, so that long texts share what is left.
        found[min(short, key=lambda at: (found[at], at))] += 1
    # What is left goes to the head that takes most lines.
    for _ in range(room - sum(found)):
        lines = [len(wrapped(column.head, wide)) for column, wide in zip(columns, found, strict=True)]
        if max(lines) <= 1:
            break
        found[lines.index(max(lines))] += 1
    return found


def _block(columns: Sequence[_Column], width: int, rule: str) -> list[str]:
    """A block of columns as lines: head, rule, rows."""
    widths = _widths(columns, width)
    aligned = [column.right for column in columns]
    lines = []
    if any(column.head for column in columns):
        lines = _row([column.head for column in columns], widths, aligned, bottom=True)
    lines.append(rule * min(width, sum(widths) + GAP * (len(widths) - 1)))
    for row in zip(*(column.body for column in columns), strict=True):
        lines += _row(row, widths, aligned)
    return lines


def _row(row: Sequence[str], widths: Sequence[int], right: Sequence[bool], bottom: bool = False) -> list[str]:
    """A row as lines, every cell wrapped in its column; a head stands at the `bottom` of its lines."""
    parts = [
        [let_go(line) for line in _in_column(text, wide)] for text, wide in zip(row, widths, strict=True)
    ]
    height = max(map(len, parts))
    lines = []
    for at in range(height):
        line = ""
        for part, wide, to_right in zip(parts, widths, right, strict=True):
            place = at - (height - len(part)) if bottom else at
            text = part[place] if 0 <= place < len(part) else ""
            blank = " " * max(0, wide - terminal_width(text))
            line += (blank + text if to_right else text + blank) + " " * GAP
        lines.append(line.rstrip())
    return lines


def _in_column(text: str, width: int) -> list[str]:
    """A cell in lines; figures held together are let go where the column is too narrow for them."""
    if any(terminal_width(word) > width for word in text.split(" ")):
        text = let_go(text)
    return wrapped(text, width)
