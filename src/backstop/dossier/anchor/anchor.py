"""Anchors: tie a statement to its passage, and find the passage again in a text that has changed.

The order is position, exact words, words equal but for marks and spaces, then likeness (rapidfuzz, 85 of 100) with a
margin over the runner-up. A likeness is never more than `changed`: an inserted "not" turns a passage round and still
scores 98. Where the words of the passage are not at hand, keyed hashes of its word 3-grams take their place.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cached_property

from backstop.dossier.record import Anchor, Quote, State
from backstop.dossier.text.canonical import Folded, digest, fold, folded
from backstop.dossier.text.similarity import Word, grams, pack, words

CONTEXT = 48
"""Characters of context kept on each side of a quote."""

CONTEXT_WORDS = 10
"""Words of context hashed on each side of a passage."""

LEAST_LIKENESS = 85.0
"""rapidfuzz partial ratio below which nothing counts as the passage."""

MARGIN = 4.0
"""By how much the best match must beat the runner-up before it counts as found."""


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


def resolve(anchor: Anchor, text: Text, before: str | None = None) -> Resolution:
    """Find the passage of `anchor` in `text`. `before`: the text it was coded on, where that is at hand."""
    if anchor.text == text.digest:
        found = text.text[anchor.start : anchor.end]
        return (
            Resolution("exact", anchor.start, anchor.end, 100.0)
            if digest(found) == anchor.passage
            else Resolution("lost")
        )
    quote = anchor.quote
    if quote is None and before is not None and digest(before[anchor.start : anchor.end]) == anchor.passage:
        quote = quoted(before, anchor.start, anchor.end)
    if quote is not None:
        return _by_words(anchor, quote, text)
    return _by_hashes(anchor, text)


def _by_hashes(anchor: Anchor, text: Text) -> Resolution:
    from backstop.dossier.anchor.hashed import resolve_hashed

    return resolve_hashed(anchor, text)


def _by_words(anchor: Anchor, quote: Quote, text: Text) -> Resolution:
    spans = _occurrences(text.text, quote.exact, quote)
    found = _chosen(spans, quote, text.text)
    if found is not None:
        state: State = "exact" if found[0] == anchor.start else "moved"
        return Resolution(state, *found, 100.0)
    if spans:
        return Resolution("ambiguous", score=100.0)
    needle = folded(quote.exact)
    if needle:
        spans = [text.folded.span(*span) for span in _occurrences(text.folded.text, needle, quote)]
        found = _chosen(spans, quote, text.text)
        if found is not None:
            return Resolution("normalised", *found, 100.0)
        if spans:
            return Resolution("ambiguous", score=100.0)
    found_alike = _by_likeness(quote, text)
    if found_alike.state != "lost":
        return found_alike
    # Too many words differ for likeness alone; the surroundings may still show where the passage stood.
    in_place = _by_hashes(anchor, text)
    if in_place.state != "changed" or in_place.start is None or in_place.end is None:
        return Resolution("lost")
    start, end = _with_marks(quote.exact, text.text, in_place.start, in_place.end)
    return Resolution("changed", start, end, in_place.score, difference(quote.exact, text.text[start:end]))


def _occurrences(text: str, needle: str, quote: Quote) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = text.find(needle)
    while at >= 0 and len(found) < 1000:
        # Inside a longer word it is another word ("talks" does not stand in "stalks"), unless it was coded so.
        cut = (quote.prefix[-1:] + quote.exact[0]).isalnum(), (quote.exact[-1] + quote.suffix[:1]).isalnum()
        inside = _joined(text, at), _joined(text, at + len(needle))
        if inside == (cut[0] and len(quote.prefix) > 0, cut[1] and len(quote.suffix) > 0):
            found.append((at, at + len(needle)))
        at = text.find(needle, at + 1)
    return found


def _joined(text: str, at: int) -> bool:
    """Whether a word goes on across the offset `at`."""
    return 0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum()


def _context_likeness(quote: Quote, text: str, start: int, end: int) -> float:
    """0 to 200: how like the surroundings are to those coded; a missing context counts as half known."""
    from rapidfuzz.fuzz import ratio

    left = (
        ratio(folded(quote.prefix), folded(text[max(0, start - CONTEXT) : start]))
        if quote.prefix.strip()
        else 50.0
    )
    right = ratio(folded(quote.suffix), folded(text[end : end + CONTEXT])) if quote.suffix.strip() else 50.0
    return float(left + right)


def _chosen(spans: list[tuple[int, int]], quote: Quote, text: str) -> tuple[int, int] | None:
    """The one occurrence that is meant; None where there is none or two are alike."""
    if not spans:
        return None
    ranked = sorted(((_context_likeness(quote, text, *span), span) for span in spans), reverse=True)
    if len(ranked) == 1:
        # One or two words may well stand elsewhere by chance: their surroundings must speak for them.
        short = len(words(quote.exact)) < 3
        return ranked[0][1] if not short or ranked[0][0] >= 90 else None
    return ranked[0][1] if ranked[0][0] - ranked[1][0] >= 2 * MARGIN else None


def _by_likeness(quote: Quote, text: Text) -> Resolution:
    from rapidfuzz.fuzz import partial_ratio_alignment

    needle = folded(quote.exact)
    hay = text.folded.text
    # Below three words every likeness is chance; a text shorter than the passage would be matched the wrong way round.
    if len(words(needle)) < 3 or len(hay) < len(needle) // 2:
        return Resolution("lost")
    needle_low, hay_low = _lower(needle), _lower(hay)
    if len(hay_low) < len(needle_low):
        hay_low = hay_low.ljust(len(needle_low))
    best = partial_ratio_alignment(needle_low, hay_low, score_cutoff=LEAST_LIKENESS)
    if best is None or best.dest_start >= best.dest_end:
        return Resolution("lost")
    first, last = best.dest_start, best.dest_end
    start, end = _word_bounds(quote, text, *text.folded.span(first, min(last, len(hay))))
    rest = hay_low[:first] + "\x00" * (last - first) + hay_low[last:]
    second = partial_ratio_alignment(needle_low, rest, score_cutoff=LEAST_LIKENESS - MARGIN)
    if second is not None and best.score - second.score < MARGIN:
        rival = text.folded.span(second.dest_start, min(second.dest_end, len(hay)))
        mine, theirs = (_context_likeness(quote, text.text, *span) for span in ((start, end), rival))
        if mine - theirs < 40:
            return Resolution("ambiguous", score=round(best.score, 1))
    return Resolution(
        "changed", start, end, round(best.score, 1), difference(quote.exact, text.text[start:end])
    )


def _lower(text: str) -> str:
    """Lower case where that keeps the length, so that offsets stay right."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _word_bounds(quote: Quote, text: Text, start: int, end: int) -> tuple[int, int]:
    """A window of likeness widened or narrowed to the words that stand for the first and last of the passage."""
    wanted = [word.token for word in words(quote.exact)]
    slack = max(24, (end - start) // 3)
    near = [word for word in text.words if word.end > start - slack and word.start < end + slack]
    blocks = [
        block
        for block in difflib.SequenceMatcher(
            None, wanted, [w.token for w in near], autojunk=False
        ).get_matching_blocks()
        if block.size
    ]
    if not blocks:
        return start, end
    lead, trail = blocks[0], blocks[-1]
    first = _edge(lead.b - lead.a, lead.b, near, quote.prefix, leading=True)
    missing = len(wanted) - (trail.a + trail.size)
    last = _edge(
        trail.b + trail.size - 1 + missing, trail.b + trail.size - 1, near, quote.suffix, leading=False
    )
    return _with_marks(quote.exact, text.text, near[first].start, near[last].end)


def _edge(guess: int, known: int, near: list[Word], context: str, leading: bool) -> int:
    """The index of the outermost word: as many words out as are missing, but never into the context."""
    guess = min(max(guess, 0), len(near) - 1)
    around = [word.token for word in words(context)]
    border = around[-1] if leading and around else around[0] if around else None
    step = -1 if leading else 1
    at = known
    while at != guess and 0 <= at + step < len(near):
        if near[at + step].token == border:
            break
        at += step
    return at


def _with_marks(passage: str, text: str, start: int, end: int) -> tuple[int, int]:
    """The span with the marks before and after it that the passage had."""
    inner = words(passage)
    if inner:
        for mark in reversed(folded(passage[: inner[0].start])):
            if start > 0 and folded(text[start - 1]) == mark:
                start -= 1
        for mark in folded(passage[inner[-1].end :]):
            if end < len(text) and folded(text[end]) == mark:
                end += 1
    return start, end


def difference(before: str, after: str) -> str:
    """What changed, word by word: `[-gone-]` and `{+new+}`, as in a word diff."""
    old, new = before.split(), after.split()
    parts: list[str] = []
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            parts.append(" ".join(old[i:j]))
            continue
        if i < j:
            parts.append("[-" + " ".join(old[i:j]) + "-]")
        if k < m:
            parts.append("{+" + " ".join(new[k:m]) + "+}")
    return " ".join(parts)
