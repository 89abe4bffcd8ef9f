"""Which accounts count as independent: not those that share their text or are known to have one origin.

Likeness of whole texts comes from sketches kept with the sources, so that it needs no text. Evidence for the
levels: edited copies keep a Jaccard index of word 3-grams of .38 at a fifth of words changed, unrelated accounts of
one event stay under .03. Sharing no text is no proof of independence: accounts may still follow one campaign or one
agency.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Statement
from backstop.dossier.relations import groups
from backstop.dossier.text.similarity import like_pairs, shared_passages, tokens, unpack

ONE_TEXT = 0.3
SHARES_PASSAGES = 0.1
RUN = 6
"""Words in a row that two texts must share before they are laid side by side."""
_BASE = 0x9E3779B97F4A7C15
MOST_HOLDERS = 40
"""A run of words found in more texts than this is a stock phrase."""


@dataclass(frozen=True, slots=True)
class Relation:
    """What two accounts share: how alike they are, and words in passages that stand in both."""

    sources: tuple[str, str]
    likeness: float
    relation: str
    shared_words: int = 0

    @property
    def dependent(self) -> bool:
        """Whether the two count as one account."""
        return self.relation in ("one text", "one origin")

    def as_dict(self) -> dict[str, Any]:
        """The relation as it stands in `backstop-accounts/1`."""
        return {**asdict(self), "dependent": self.dependent}


@dataclass(frozen=True)
class Independence:
    """Relations between accounts, and for each account the group that counts once."""

    relations: tuple[Relation, ...]
    group: Mapping[str, str] = field(default_factory=dict)

    def count(self, sources: Iterable[str], same_passages: Iterable[tuple[str, str]] = ()) -> int:
        """How many accounts of `sources` are independent, where pairs of `same_passages` share the passage at issue."""
        counted = {source: self.group.get(source, source) for source in sources}
        pairs = ((self.group.get(one, one), self.group.get(other, other)) for one, other in same_passages)
        joined = groups(counted.values(), pairs)
        return len({joined[name] for name in counted.values()})


def independence(dossier: Dossier, texts: Mapping[str, str] | None = None) -> Independence:
    """Relations of all accounts of `dossier`. In `texts`, by source id, shared passages are looked for."""
    sketches = {s.id: unpack(s.text.sketch) for s in dossier.sources.values() if s.text.sketch}
    relations: dict[tuple[str, str], Relation] = {}
    for one, other, index in like_pairs(sketches, SHARES_PASSAGES):
        level = "one text" if index >= ONE_TEXT else "shares passages"
        relations[one, other] = Relation((one, other), round(index, 3), level)
    for pair, shared in _passages(texts or {}).items():
        old = relations.get(pair)
        likeness = old.likeness if old else 0.0
        relations[pair] = Relation(pair, likeness, old.relation if old else "shares passages", shared)
    by_text: dict[str, str] = {}
    for source in dossier.sources.values():
        same = by_text.setdefault(source.text.digests.text, source.id)
        if same != source.id:
            relations[same, source.id] = Relation((same, source.id), 1.0, "one text")
        for other in source.same_origin_as:
            first, second = sorted((source.id, other))
            old = relations.get((first, second))
            relations[first, second] = Relation((first, second), old.likeness if old else 0.0, "one origin")
    ordered = tuple(sorted(relations.values(), key=lambda r: (-r.likeness, r.sources)))
    return Independence(ordered, groups(dossier.sources, (r.sources for r in ordered if r.dependent)))


def _passages(texts: Mapping[str, str]) -> dict[tuple[str, str], int]:
    """Pairs of texts with a passage of eight words or more in common, and how many words they share."""
    import numpy as np

    split = {name: tokens(text) for name, text in texts.items()}
    numbers: dict[str, int] = {}
    runs, owners = [], []
    for index, row in enumerate(split.values()):
        coded = np.array([numbers.setdefault(word, len(numbers) + 1) for word in row], dtype=np.uint64)
        if len(coded) >= RUN:
            # A rolling hash of every run of words; a collision only costs a second look.
            rolled = sum(
                (coded[k : len(coded) - RUN + 1 + k] * np.uint64(_BASE**k % 2**64) for k in range(RUN)),
                np.uint64(0),
            )
            once = np.unique(rolled)
            runs.append(once)
            owners.append(np.full(len(once), index))
    if not runs:
        return {}
    every, whose = np.concatenate(runs), np.concatenate(owners)
    order = np.argsort(every, kind="stable")
    every, whose = every[order], whose[order]
    starts = np.flatnonzero(np.r_[True, every[1:] != every[:-1]])
    sizes = np.diff(np.r_[starts, len(every)])
    names = list(split)
    pairs: set[tuple[str, str]] = set()
    for start, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        if size <= MOST_HOLDERS:
            held = [names[k] for k in whose[start : start + size].tolist()]
            pairs.update((one, other) for i, one in enumerate(held) for other in held[i + 1 :])
    found: dict[tuple[str, str], int] = {}
    for one, other in sorted(pairs):
        shared = sum(passage.matched for passage in shared_passages(split[one], split[other]))
        if shared:
            found[one, other] = shared
    return found


def same_passages(statements: Iterable[Statement]) -> list[tuple[str, str]]:
    """Pairs of accounts whose statements stand on the same words: four fifths of the shorter passage's 3-grams."""
    hashed = [(s.source, set(unpack(s.anchor.grams))) for s in statements if s.anchor.grams]
    found = []
    for i, (one, first) in enumerate(hashed):
        for other, second in hashed[i + 1 :]:
            least = min(len(first), len(second))
            if one != other and least >= 6 and len(first & second) >= 0.8 * least:
                found.append((one, other))
    return found
