"""Texts that two people have changed: what each has changed, and both together where they do not touch.

Source: Khanna, Kunal and Pierce (2007), A formal investigation of diff3, FSTTCS.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

MOST_LINES = 20_000
"""Lines of a text that are compared; of longer ones it is only said that they differ."""


@dataclass(frozen=True, slots=True)
class Edit:
    """Lines `start` to before `end` of the old text (from 0), and what stands in their place."""

    start: int
    end: int
    lines: tuple[str, ...]


def edits(old: str, new: str) -> list[Edit]:
    """What has to be changed in `old` to make it `new`."""
    one, other = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if len(one) > MOST_LINES or len(other) > MOST_LINES:
        return [] if one == other else [Edit(0, len(one), tuple(other))]
    found = SequenceMatcher(None, one, other, autojunk=len(one) > 2_000).get_opcodes()
    return [Edit(i, j, tuple(other[k:m])) for kind, i, j, k, m in found if kind != "equal"]


def said(old: str, new: str, most: int = 200) -> list[dict[str, object]]:
    """What has been changed, for people: the line (from 1), what stood there, and what stands there now."""
    lines = old.splitlines()
    return [
        {
            "line": edit.start + 1,
            "was": "\n".join(lines[edit.start : edit.end]),
            "is": "".join(edit.lines).rstrip("\n"),
        }
        for edit in edits(old, new)[:most]
    ]


def merged(old: str, one: str, other: str) -> str | None:
    """`old` with the changes of both; None where both have changed the same or neighbouring lines in different ways."""
    ours, theirs = edits(old, one), edits(old, other)
    together = sorted({*ours, *theirs}, key=lambda edit: (edit.start, edit.end))
    for edit in ours:
        for rival in theirs:
            if edit != rival and edit.start <= rival.end and rival.start <= edit.end:
                return None
    lines = old.splitlines(keepends=True)
    for edit in reversed(together):
        lines[edit.start : edit.end] = edit.lines
    return "".join(lines)
