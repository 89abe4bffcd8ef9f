"""Selectors of the Web Annotation Data Model as passages of a text: positions, quotations, fragments and ranges.

A quotation is compared exactly, then with marks and spaces made alike, then without regard to case; its prefix, suffix
and position choose among several places. Source: Web Annotation Data Model (W3C 2017), section 4.2; RFC 5147.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backstop.dossier.anchor.occurrence import Span, occurrences
from backstop.dossier.anchor.passage import Text
from backstop.dossier.exchange.offsets import Counting, ReceivedText
from backstop.dossier.text.canonical import folded

_CHARACTERS = re.compile(r"^char=(\d{1,12}),(\d{1,12})$")


@dataclass(frozen=True)
class Searched:
    """A text in which passages are looked for, and the same as it was received."""

    text: Text
    received: ReceivedText


@dataclass(frozen=True, slots=True)
class Selector:
    """What tells where a passage stands: positions as they were counted, and words with what stands around them."""

    position: Span | None = None
    exact: str = ""
    prefix: str = ""
    suffix: str = ""
    characters: Span | None = None
    range: tuple[Selector, Selector] | None = None

    def span(self, searched: Searched, counting: Counting) -> Span:
        """The passage, as offsets in the canonical text. Raises ValueError with the reason where there is none."""
        near = None
        if self.position is not None:
            near = self.counted(searched, counting)
            if near is not None and (not self.exact or self._stands_at(searched, near)):
                return near
        if self.exact:
            return _quoted(self, searched.text, None if near is None else near[0])
        if self.position is not None:
            start, end = self.position
            what = "which is no passage" if start >= end else "beyond the text"
            raise ValueError(f"it runs from {start} to {end}, {what}")
        if self.characters is not None:
            return self._checked(searched, self.characters)
        if self.range is not None:
            first, last = (one.span(searched, counting) for one in self.range)
            return self._checked(searched, (first[0], last[0]))
        raise ValueError("it has neither a position nor a quotation")

    def counted(self, searched: Searched, counting: Counting) -> Span | None:
        """The position as offsets in the canonical text; None where there is no such passage."""
        if self.position is None or self.position[0] >= self.position[1]:
            return None
        try:
            start, end = (searched.received.offset(one, counting) for one in self.position)
        except ValueError:
            return None
        return (start, end) if end <= len(searched.text.text) else None

    def _stands_at(self, searched: Searched, span: Span) -> bool:
        return folded(searched.text.text[slice(*span)]) == folded(self.exact)

    def stands(self, searched: Searched, counting: Counting) -> bool:
        """Whether the quotation stands at the position, counted in that way."""
        span = self.counted(searched, counting)
        return span is not None and self._stands_at(searched, span)

    @staticmethod
    def _checked(searched: Searched, span: Span) -> Span:
        start, end = span
        if not 0 <= start < end <= len(searched.text.text):
            raise ValueError(f"it runs from {start} to {end}, which is no passage of the text")
        return span


def _quoted(selector: Selector, text: Text, near: int | None) -> Span:
    """The one place of a quotation that is meant."""
    exact = selector.exact
    places = occurrences(text, exact)
    if not places:
        raise ValueError("its quotation stands nowhere in the text")
    prefix, suffix = folded(selector.prefix), folded(selector.suffix)
    fitting = [
        (start, end)
        for start, end in places
        if folded(text.text[max(0, start - 2 * len(prefix) - 8) : start]).endswith(prefix)
        and folded(text.text[end : end + 2 * len(suffix) + 8]).startswith(suffix)
    ]
    places = fitting or places
    if len(places) > 1 and near is not None:
        ranked = sorted(places, key=lambda span: abs(span[0] - near))
        if abs(ranked[0][0] - near) < abs(ranked[1][0] - near):
            return ranked[0]
    if len(places) > 1:
        raise ValueError(f"its quotation stands there {len(places)} times, and nothing tells which is meant")
    return places[0]


def selector_of(given: Sequence[Mapping[str, object]]) -> Selector:
    """One selector out of those of a target, which all mean one passage.

    Raises ValueError where a position is no whole number.
    """
    found = Selector()
    for one in given:
        kind = str(one.get("type", "")).rpartition(":")[2]
        if "start" in one and "end" in one and kind in ("TextPositionSelector", ""):
            found = replace(found, position=(_whole(one["start"]), _whole(one["end"])))
        exact = one.get("exact", one.get("quote"))
        if isinstance(exact, str) and exact.strip() and kind in ("TextQuoteSelector", ""):
            found = replace(found, exact=exact, prefix=_words(one, "prefix"), suffix=_words(one, "suffix"))
        if match := _CHARACTERS.match(_words(one, "value")):
            found = replace(found, characters=(int(match[1]), int(match[2])))
        first, last = one.get("startSelector"), one.get("endSelector")
        if isinstance(first, Mapping) and isinstance(last, Mapping):
            found = replace(found, range=(selector_of([first]), selector_of([last])))
        if isinstance(inner := one.get("refinedBy"), Mapping) and found == Selector():
            found = selector_of([inner])
    return found


def _words(one: Mapping[str, object], name: str) -> str:
    found = one.get(name, "")
    return found if isinstance(found, str) else ""


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"its position is {value!r}, which is no whole number")
    return value
