"""A passage of a text and its anchor: offsets, digests and keyed hashes, with the words only where they may travel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from backstop.dossier.record import Anchor, Quote, State
from backstop.dossier.text.canonical import Folded, digest, fold, folded
from backstop.dossier.text.similarity import Word, grams, pack, words

CONTEXT = 48
"""Characters of context kept on each side of a quote."""

CONTEXT_WORDS = 10
"""Words of context hashed on each side of a passage."""


@dataclass(frozen=True)
class Text:
    """A canonical text prepared for many anchors: its digest, words, hashes and folded form, each made once."""

    text: str
    key: bytes

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return digest(self.text)

    @cached_property
    def words(self) -> list[Word]:
        """The words with their spans."""
        return words(self.text)

    @cached_property
    def grams(self) -> list[int]:
        """Keyed hashes of the word 3-grams, in order."""
        return grams([word.token for word in self.words], self.key)

    @cached_property
    def places(self) -> dict[int, list[int]]:
        """Where each hash stands."""
        found: dict[int, list[int]] = {}
        for index, value in enumerate(self.grams):
            found.setdefault(value, []).append(index)
        return found

    @cached_property
    def folded(self) -> Folded:
        """The text with marks and spaces made alike."""
        return fold(self.text)


@dataclass(frozen=True, slots=True)
class Resolution:
    """Where a passage was found, in which state, and what changed (word by word; empty where words are not at hand)."""

    state: State
    start: int | None = None
    end: int | None = None
    score: float | None = None
    difference: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether the passage still says what was coded: equal, or equal but for marks and spaces."""
        return self.state in ("exact", "moved", "normalised")


def anchored(text: Text, start: int, end: int, travels: bool = False) -> Anchor:
    """The anchor of characters `start` to `end`; with its words and context where the text `travels`.

    Raises ValueError where there is no such passage, or only white space.
    """
    if not 0 <= start < end <= len(text.text):
        raise ValueError(
            f"there is no passage from {start} to {end} in a text of {len(text.text)} characters"
        )
    passage = text.text[start:end]
    if not passage.strip():
        raise ValueError(f"the passage from {start} to {end} is only white space")
    tokens = [word.token for word in words(passage)]
    before = [word.token for word in words(text.text[max(0, start - 160) : start])][-CONTEXT_WORDS:]
    after = [word.token for word in words(text.text[end : end + 160])][:CONTEXT_WORDS]
    return Anchor(
        text=text.digest,
        start=start,
        end=end,
        passage=digest(passage),
        normalised=digest(folded(passage)),
        quote=quoted(text.text, start, end) if travels else None,
        grams=pack(grams(tokens, text.key)),
        before=pack(grams(before, text.key)),
        after=pack(grams(after, text.key)),
    )


def quoted(text: str, start: int, end: int) -> Quote:
    """The words of a passage with what stands around it."""
    return Quote(
        exact=text[start:end], prefix=text[max(0, start - CONTEXT) : start], suffix=text[end : end + CONTEXT]
    )
