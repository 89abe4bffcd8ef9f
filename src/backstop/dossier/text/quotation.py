"""Quotation spans: a scanner that tells opening from closing marks by their neighbours.

Straight and curly marks may be mixed, an apostrophe is no mark, and an odd mark raises no error: it is closed at
the end of its paragraph or left out. A paragraph that opens with a mark while a quotation is open continues it, as
newspapers do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DOUBLE = '"\u201c\u201d\u201e\u00ab\u00bb\u201f'
SINGLE = "'\u2018\u2019\u201a\u2039\u203a"
_MARK = re.compile(f"[{re.escape(DOUBLE + SINGLE)}]")
_OPENERS = "\u201c\u201e\u00ab\u2018\u201a\u2039"
_CLOSERS = "\u201d\u00bb\u203a"
_ELIDED = re.compile(r"(?:tis|twas|em|til|cause|n|round|[0-9]0s|[0-9]{2})\b", re.IGNORECASE)
MOST_SINGLE_QUOTED = 400
"""Characters after which a single mark is taken for an apostrophe after all."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation: the span with its marks and the span inside them."""

    start: int
    end: int
    inner_start: int
    inner_end: int

    def words(self, text: str) -> str:
        """What is quoted, without the marks and the comma that the outer sentence puts inside."""
        return text[self.inner_start : self.inner_end].strip().rstrip(",.;:")


def quotations(text: str) -> list[Quotation]:
    """The outermost quotations of `text`, in order.

    >>> text = "The allies' plan is \u201cnot enough,\u201d he said."
    >>> [quotation.words(text) for quotation in quotations(text)]
    ['not enough']
    """
    found: list[Quotation] = []
    for paragraph in re.finditer(r"[^\n]+", text):
        found.extend(_in_paragraph(text, *paragraph.span()))
    return found


def _in_paragraph(text: str, begin: int, end: int) -> list[Quotation]:
    found: list[Quotation] = []
    at = begin
    while (mark := _MARK.search(text, at, end)) is not None:
        at = mark.start()
        if _can_open(text, at, begin, end):
            closing = _closing(text, at, end)
            if closing is not None:
                found.append(Quotation(at, closing + 1, at + 1, closing))
                at = closing + 1
                continue
            if text[at] in DOUBLE and text[at] not in _CLOSERS and _opens_line(text, at, begin):
                # Left open to the end of the paragraph: the quotation goes on in the next one.
                found.append(Quotation(at, end, at + 1, end))
                break
        at += 1
    return found


def _opens_line(text: str, at: int, begin: int) -> bool:
    return not text[begin:at].strip()


def _before(text: str, at: int, begin: int) -> str:
    return text[at - 1] if at > begin else " "


def _after(text: str, at: int, end: int) -> str:
    return text[at + 1] if at + 1 < end else " "


def _can_open(text: str, at: int, begin: int, end: int) -> bool:
    mark, left, right = text[at], _before(text, at, begin), _after(text, at, end)
    if mark in _CLOSERS and mark != "\u00bb":
        return False
    if right.isspace() or left.isalnum():
        return False
    if mark in SINGLE:
        if mark == "\u2019" or (
            mark in "'\u2018" and _ELIDED.match(text, at + 1) and not _has_single_close(text, at, end)
        ):
            return False
        return left.isspace() or left in DOUBLE + "([\u2014\u2013-/"
    return left.isspace() or left in SINGLE + "([\u2014\u2013-/:" or mark in _OPENERS


def _has_single_close(text: str, at: int, end: int) -> bool:
    return _closing(text, at, end) is not None


def _closing(text: str, opened: int, end: int) -> int | None:
    """Where the quotation opened at `opened` closes: the first mark of its kind that can close, nested ones skipped."""
    kind = DOUBLE if text[opened] in DOUBLE else SINGLE
    limit = end if kind is DOUBLE else min(end, opened + MOST_SINGLE_QUOTED)
    depth = 0
    for at in range(opened + 1, limit):
        if text[at] not in kind:
            continue
        left, right = text[at - 1], _after(text, at, end)
        if kind is SINGLE and left.isalnum() and right.isalnum():
            continue  # an apostrophe inside a word
        if text[at] in _OPENERS and not right.isspace() and (left.isspace() or left in "(["):
            depth += 1
            continue
        if left.isspace() and text[at] not in _CLOSERS:
            if not right.isspace():
                if kind is DOUBLE:
                    return None  # another quotation opens first: this one was an odd mark
                depth += text[at] != "\u2019" and not _ELIDED.match(text, at + 1)
            continue
        if kind is SINGLE and _possessive(text, at, limit, opened):
            continue
        if depth:
            depth -= 1
            continue
        return at
    return None


def _possessive(text: str, at: int, limit: int, opened: int) -> bool:
    """Whether a single mark after an s is a plural's apostrophe ("the allies' plan"): so if a better close follows."""
    if text[at - 1] not in "sz" or not _after(text, at, limit).isspace():
        return False
    for later in range(at + 1, limit):
        if (
            text[later] in "'\u2019"
            and not text[later - 1].isspace()
            and not _after(text, later, limit).isalnum()
        ):
            between = text[at + 1 : later]
            return not re.search(r"[\"\u201c\u201d]|(?:^|\s)['\u2018]\w", between)
    return False
