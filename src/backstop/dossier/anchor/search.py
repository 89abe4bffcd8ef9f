"""Finding the passage of an anchor again in a text that has changed.

The order is position, exact words, words equal but for marks and spaces, then likeness (rapidfuzz, 85 of 100) with a
margin over the runner-up. A likeness is never more than `changed`: an inserted "not" turns a passage round and still
scores 98. Where the words of the passage are not at hand, keyed hashes of its word 3-grams take their place.
"""

from __future__ import annotations

import difflib

from backstop.dossier.anchor.hashed import resolve_hashed
from backstop.dossier.anchor.passage import CONTEXT, Resolution, Text, quoted
from backstop.dossier.record import Anchor, Quote, State
from backstop.dossier.text.canonical import digest, folded
from backstop.dossier.text.similarity import Word, words

LEAST_LIKENESS = 85.0
"""rapidfuzz partial ratio below which nothing counts as the passage."""

MARGIN = 4.0
"""By how much the best match must beat the runner-up before it counts as found."""


def resolve(anchor: Anchor, text: Text, before: str | None = None) -> Resolution:
    """Where the passage of `anchor` stands in `text`. `before`: the text it was coded on, where that is at hand.

    >>> from backstop.dossier.anchor.passage import anchored
    >>> old, new = (Text(text, b"key") for text in ("Peace needs a guarantee.", "News. Peace needs a guarantee."))
    >>> found = resolve(anchored(old, 0, 24, travels=True), new)
    >>> found.state, found.start
    ('moved', 6)
    """
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
    in_place = resolve_hashed(anchor, text)
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
    """What changed, word by word: `[-gone-]` and `{+new+}`, as in a word diff.

    >>> difference("They will attack", "They will not attack")
    'They will {+not+} attack'
    """
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
