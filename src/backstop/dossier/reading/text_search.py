"""Words looked for in the texts, statements and propositions of a dossier: without regard to case, marks and breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from backstop.base.faults import InvalidInput
from backstop.dossier.dossier import Dossier

AROUND = 60
"""Characters shown on each side of what was found."""

MOST_HITS = 200
"""Most places that are listed; all are counted."""

MOST_SOUGHT = 200
"""Longest words looked for, in characters."""

_ALIKE = {
    "'": "['\u2018\u2019\u02bc]",
    '"': '["\u201c\u201d\u201e\u00ab\u00bb]',
    "-": "[-\u2010-\u2015\u2212]",
}
"""Marks that count as one: straight and curly, hyphen and dash."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A place where the words stand: in the text of a document, a statement, or a proposition.

    `id` is of what holds them, `start` and `end` are offsets in a text (in code points), `before`, `found` and `after`
    are the words with their surroundings.
    """

    where: Literal["text", "statement", "proposition", "document"]
    id: str
    document: str
    start: int | None
    end: int | None
    before: str
    found: str
    after: str

    def as_dict(self) -> dict[str, Any]:
        """The place as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Hits:
    """The places found, at most MOST_HITS of them, and how many there are."""

    listed: tuple[Hit, ...]
    total: int

    def as_dict(self) -> dict[str, Any]:
        """The places as JSON."""
        return {"total": self.total, "hits": [hit.as_dict() for hit in self.listed]}


def pattern(sought: str) -> re.Pattern[str]:
    """What matches the words sought. Raises InvalidInput where there are none, or too many.

    >>> bool(pattern("Don't  GO").search("They don\u2019t\\ngo."))
    True
    """
    words = sought.split()
    if not words:
        raise InvalidInput("there is nothing to look for", hint="give a word or a phrase")
    if len(sought) > MOST_SOUGHT:
        raise InvalidInput(f"words of more than {MOST_SOUGHT} characters are not looked for")
    spelt = ("".join(_ALIKE.get(mark, re.escape(mark)) for mark in _plain(word)) for word in words)
    return re.compile(r"\s+".join(spelt), re.IGNORECASE)


def _plain(word: str) -> str:
    """A word with its marks made plain."""
    for plain, marks in _ALIKE.items():
        word = re.sub(marks, plain, word)
    return word


def searched(dossier: Dossier, texts: Mapping[str, str], sought: str) -> Hits:
    """Where the words sought stand: in `texts` by source, and in what was written of them. Raises InvalidInput."""
    wanted = pattern(sought)
    listed: list[Hit] = []
    total = 0
    for hit in _places(dossier, texts, wanted):
        total += 1
        if len(listed) < MOST_HITS:
            listed.append(hit)
    return Hits(tuple(listed), total)


def _places(dossier: Dossier, texts: Mapping[str, str], wanted: re.Pattern[str]) -> Iterator[Hit]:
    for source in dossier.sources.values():
        about = " \u00b7 ".join(filter(None, (source.title, source.outlet, source.kind, source.note)))
        yield from _in("document", source.id, source.id, about, wanted, first=True)
    for statement in dossier.statements.values():
        said = " \u00b7 ".join(filter(None, (statement.paraphrase, statement.note)))
        yield from _in("statement", statement.id, statement.source, said, wanted, first=True)
    for proposition in dossier.propositions.values():
        yield from _in("proposition", proposition.id, "", proposition.text, wanted, first=True)
    for name, text in texts.items():
        yield from _in("text", name, name, text, wanted)


def _in(
    where: Literal["text", "statement", "proposition", "document"],
    name: str,
    document: str,
    text: str,
    wanted: re.Pattern[str],
    first: bool = False,
) -> Iterator[Hit]:
    for match in wanted.finditer(text):
        start, end = match.span()
        before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
        first_offset, last_offset = (start, end) if where == "text" else (None, None)
        yield Hit(where, name, document, first_offset, last_offset, before, match.group(), after)
        if first:
            return
