"""How other programs count characters, and which way of counting a file was written with.

A position may count code points or UTF-16 units, and a line end (CRLF) as two or as one. REFI-QDA 1.0 (section 10.2)
asks for the code points of the file as it stands; the Web Annotation Data Model (2017, section 4.2.4) for code points.
Programs do otherwise, so each way is tried, and the one is taken by which most passages begin and end at words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, slots=True)
class Counting:
    """A way of counting: UTF-16 units or code points, and a line end of two characters as two or as one."""

    utf16: bool = False
    crlf: bool = True

    def __str__(self) -> str:
        units = "UTF-16 units" if self.utf16 else "characters"
        return units if self.crlf else f"{units}, a line end as one"


COUNTINGS = (Counting(), Counting(utf16=True), Counting(crlf=False), Counting(utf16=True, crlf=False))
"""All ways of counting, the one that the standards ask for first."""


@dataclass(frozen=True)
class ReceivedText:
    """A text as it was received, prepared so that positions in it become offsets in its canonical text (LF)."""

    raw: str

    @cached_property
    def canonical(self) -> str:
        """The text with CRLF and CR as LF."""
        return self.raw.replace("\r\n", "\n").replace("\r", "\n")

    @cached_property
    def _line_ends(self) -> Sequence[int]:
        """Where the canonical text has an LF that was a CRLF."""
        found: list[int] = []
        at = self.raw.find("\r\n")
        while at >= 0:
            found.append(at - len(found))
            at = self.raw.find("\r\n", at + 2)
        return found

    @cached_property
    def _astral(self) -> Sequence[int]:
        """Where the canonical text has a character of two UTF-16 units."""
        return [i for i, c in enumerate(self.canonical) if c > "\uffff"] if not self.raw.isascii() else []

    @cached_property
    def _both(self) -> Sequence[int]:
        return sorted([*self._line_ends, *self._astral])

    def _pairs(self, counting: Counting) -> Sequence[int]:
        """Where the canonical text has a character that counts as two."""
        if counting.crlf and counting.utf16:
            return self._both
        return self._line_ends if counting.crlf else self._astral if counting.utf16 else ()

    def offset(self, position: int, counting: Counting) -> int:
        """The offset in the canonical text of a position counted in that way.

        A position inside a pair (of a line end, or of two UTF-16 units) is that after it. Raises ValueError where there
        is no such position.
        """
        if position < 0:
            raise ValueError(f"the position {position} lies before the text")
        found = _without_pairs(position, self._pairs(counting))
        if found > len(self.canonical):
            raise ValueError(
                f"the position {position} lies beyond the text, which has {len(self.canonical):,} characters"
            )
        return found


def _without_pairs(position: int, marks: Sequence[int]) -> int:
    """The first offset that, with the number of `marks` before it, makes `position` or more."""
    low, high = 0, position
    while low < high:
        middle = (low + high) // 2
        if middle + bisect_left(marks, middle) < position:
            low = middle + 1
        else:
            high = middle
    return low


def fit(text: str, start: int, end: int) -> float:
    """How well a passage lies on words, 0 to 1: it begins at a word, ends at one, and has no blank at its ends."""
    if not 0 <= start < end <= len(text):
        return 0.0
    begins = not (start and text[start - 1].isalnum() and text[start].isalnum())
    ends = not (end < len(text) and text[end - 1].isalnum() and text[end].isalnum())
    bare = not text[start].isspace() and not text[end - 1].isspace()
    return (begins + ends + bare) / 3


def best(fits: Mapping[Counting, Sequence[float]]) -> Counting:
    """The way of counting by which passages fit best; of those that do as well the first."""
    return max(fits, key=lambda way: round(sum(fits[way]), 6))


def fits_of(spans: Iterable[tuple[ReceivedText, int, int]], way: Counting) -> list[float]:
    """How well each passage lies on words where its positions were counted in that way."""
    return [_fit(text, start, end, way) for text, start, end in spans]


def said_of(
    counting: Counting, fits: Mapping[Counting, Sequence[float]], results: Mapping[Counting, object]
) -> str:
    """How positions were read, for people, with what the ways would have given that have other `results`."""
    whole = {way: sum(one == 1.0 for one in found) for way, found in fits.items()}
    different = {results[way]: way for way in reversed(list(fits)) if results[way] != results[counting]}
    others = ", ".join(f"{whole[way]:,} as {way}" for way in different.values())
    return (
        f"positions were read as {counting}: so {whole[counting]:,} of {len(fits[counting]):,} passages fit"
        f" ({others})"
    )


def _fit(text: ReceivedText, start: int, end: int, way: Counting) -> float:
    try:
        return fit(text.canonical, text.offset(start, way), text.offset(end, way))
    except ValueError:
        return 0.0
