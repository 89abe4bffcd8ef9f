"""Find a passage again without its words: by the keyed hashes of its word 3-grams and of its surroundings.

Each hash found in the text votes for where the passage would begin. Enough different votes for one beginning, or fewer
where the surroundings stand in their places, make a match; two beginnings with equal votes are ambiguous.
"""

from __future__ import annotations

from dataclasses import dataclass

from backstop.dossier.anchor.passage import Resolution, Text
from backstop.dossier.record import Anchor, State
from backstop.dossier.text.canonical import digest, folded
from backstop.dossier.text.similarity import unpack

SUFFICIENT = ((0.6, 0, 3), (0.42, 1, 3), (0.2, 2, 2), (0.1, 6, 1))
"""What makes a match: the share of the passage's 3-grams found, hashes of its surroundings in place, 3-grams found."""


@dataclass(frozen=True, slots=True)
class _Found:
    share: float
    context: int
    first: int
    last: int


def resolve_hashed(anchor: Anchor, text: Text) -> Resolution:
    """Find the passage of `anchor` in `text` by hashes alone. Raises ValueError where the hashes cannot be read."""
    passage, before, after = unpack(anchor.grams), unpack(anchor.before), unpack(anchor.after)
    if not passage or not text.grams:
        return _short(anchor, before, after, text)
    exact = [
        _Found(1.0, _context(before, after, i, i + len(passage) + 1, text), i, i + len(passage) + 1)
        for i in text.places.get(passage[0], ())
        if text.grams[i : i + len(passage)] == passage
    ]
    found = _one(exact)
    if found is not None:
        # Words are equal; digests say whether marks and spaces are too.
        return Resolution(*_equal(anchor, found.first, found.last, text), 100.0)
    if exact:
        return Resolution("ambiguous", score=100.0)
    likely = _voted(passage, before, after, text)
    found = _one(likely)
    if found is None:
        return Resolution("ambiguous" if likely else "lost")
    start, end = text.words[found.first].start, text.words[found.last].end
    return Resolution("changed", start, end, round(100 * found.share, 1))


def _one(found: list[_Found]) -> _Found | None:
    ranked = sorted(found, key=lambda f: f.share + 0.05 * f.context, reverse=True)
    if len(ranked) < 2:
        return ranked[0] if ranked else None
    gap = (ranked[0].share + 0.05 * ranked[0].context) - (ranked[1].share + 0.05 * ranked[1].context)
    return ranked[0] if gap >= 0.1 else None


def _context(before: list[int], after: list[int], first: int, last: int, text: Text) -> int:
    """How many hashes of the surroundings stand near: within a few words of where they stood."""
    left = set(text.grams[max(0, first - 16) : max(0, first - 1)])
    right = set(text.grams[last + 1 : last + 15])
    return sum(h in left for h in before) + sum(h in right for h in after)


def _voted(passage: list[int], before: list[int], after: list[int], text: Text) -> list[_Found]:
    size, slack = len(passage), 2 + len(passage) // 6
    votes = sorted((i - j, j, i) for j, value in enumerate(passage) for i in text.places.get(value, ()))
    found: list[_Found] = []
    left = 0
    for right in range(len(votes)):
        while votes[right][0] - votes[left][0] > slack:
            left += 1
        if right + 1 < len(votes) and votes[right + 1][0] - votes[left][0] <= slack:
            continue
        group = votes[left : right + 1]
        share = len({j for _, j, _ in group}) / size
        low, high = min(group, key=lambda v: v[1]), max(group, key=lambda v: v[1])
        first = min(max(low[2] - low[1], 0), len(text.words) - 1)
        last = min(high[2] + 2 + size - 1 - high[1], len(text.words) - 1)
        if last <= first:
            continue
        context = _context(before, after, first, last, text)
        if any(share >= least and context >= near and len(group) >= hits for least, near, hits in SUFFICIENT):
            found.append(_Found(share, context, first, last))
    return _apart(found)


def _apart(found: list[_Found]) -> list[_Found]:
    """Of overlapping matches the best alone."""
    kept: list[_Found] = []
    for one in sorted(found, key=lambda f: (-f.share, -f.context)):
        if all(one.last < other.first or other.last < one.first for other in kept):
            kept.append(one)
    return kept


def _equal(anchor: Anchor, first: int, last: int, text: Text) -> tuple[State, int, int]:
    start, end = text.words[first].start, text.words[last].end
    floor = text.words[first - 1].end if first else 0
    roof = text.words[last + 1].start if last + 1 < len(text.words) else len(text.text)
    alike: tuple[int, int] | None = None
    for left in range(start, max(floor, start - 6) - 1, -1):
        for right in range(end, min(roof, end + 6) + 1):
            passage = text.text[left:right]
            if digest(passage) == anchor.passage:
                return ("exact" if left == anchor.start else "moved"), left, right
            if alike is None and digest(folded(passage)) == anchor.normalised:
                alike = (left, right)
    return ("normalised", *alike) if alike is not None else ("changed", start, end)


def _short(anchor: Anchor, before: list[int], after: list[int], text: Text) -> Resolution:
    """A passage of one or two words has no 3-gram: look where its surroundings stand, and let the digest decide."""
    starts = {i + 3 + len(before) - 1 - j for j, h in enumerate(before) for i in text.places.get(h, ())}
    ends = {i - j - 1 for j, h in enumerate(after) for i in text.places.get(h, ())}
    found: set[tuple[State, int, int]] = set()
    for first in sorted(starts | {e - n for e in ends for n in (0, 1)}):
        for last in (first, first + 1):
            if 0 <= first <= last < len(text.words):
                state, start, end = _equal(anchor, first, last, text)
                if state != "changed":
                    found.add((state, start, end))
    if len(found) == 1:
        return Resolution(*found.pop(), 100.0)
    return Resolution("ambiguous" if found else "lost")
