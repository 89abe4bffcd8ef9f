"""Likeness of texts by their words: keyed hashes of word 3-grams, sketches, Jaccard, shared passages.

Hashes are 32-bit BLAKE2b under the dossier's key, so that lists of two dossiers cannot be laid side by side. They
can be guessed by trial: they limit what is handed on, they keep no secret.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

_WORD = re.compile(r"[^\W_]+(?:['\u2019\u02bc][^\W_]+)*")

MOST_HOLDERS = 50
"""A hash found in more texts than this is a stock phrase, and leads to no pair by itself."""

SKETCH_SIZE = 128
"""Hashes kept of a text: the standard error of a Jaccard index of 0.3 is then 0.04."""

MOST_GAP = 12
"""Words between two equal word 4-grams that still belong to one shared passage."""

LEAST_SHARED = 8
"""Words of the shortest shared passage."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word made comparable (case and apostrophe), and its span in the text."""

    token: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of `text` in order.

    >>> [word.token for word in words("The UK's offer")]
    ['the', "uk's", 'offer']
    """
    return [
        Word(match.group().replace("\u2019", "'").replace("\u02bc", "'").casefold(), *match.span())
        for match in _WORD.finditer(text)
    ]


def tokens(text: str) -> list[str]:
    """The comparable words of `text`, without their spans."""
    return [found.replace("\u2019", "'").replace("\u02bc", "'").casefold() for found in _WORD.findall(text)]


def grams(sequence: Sequence[str], key: bytes) -> list[int]:
    """Keyed 32-bit hashes of the word 3-grams, in order."""
    blake = hashlib.blake2b
    words_of_grams = zip(sequence, sequence[1:], sequence[2:], strict=False)
    return [
        int.from_bytes(blake("\x1f".join(gram).encode(), digest_size=4, key=key).digest(), "big")
        for gram in words_of_grams
    ]


def pack(hashes: Iterable[int]) -> str:
    """Hashes as base64 of big-endian 32-bit numbers."""
    return base64.b64encode(np.fromiter(hashes, dtype=">u4").tobytes()).decode("ascii")


def unpack(packed: str) -> list[int]:
    """The hashes in `packed`; ValueError where it is not such a list."""
    raw = base64.b64decode(packed, validate=True)
    if len(raw) % 4:
        raise ValueError("a list of 32-bit hashes has a length divisible by four")
    found: list[int] = np.frombuffer(raw, dtype=">u4").tolist()
    return found


def sketch(hashes: Iterable[int]) -> str:
    """The smallest SKETCH_SIZE different hashes (a bottom-k sketch, Broder 1997), packed."""
    return pack(sorted(set(hashes))[:SKETCH_SIZE])


def sketch_of(text: str, key: bytes) -> str:
    """The sketch of a text's word 3-grams under the key of a dossier, by which accounts are told to share a text."""
    return sketch(grams(tokens(text), key))


def jaccard(one: Sequence[int], other: Sequence[int]) -> float:
    """Estimated Jaccard index of two texts from their bottom-k sketches; exact for texts no larger than a sketch."""
    first, second = set(one), set(other)
    if not first or not second:
        return 0.0
    union = sorted(first | second)[: max(len(first), len(second))]
    if min(len(first), len(second)) < SKETCH_SIZE:
        union = sorted(first | second) if max(len(first), len(second)) < SKETCH_SIZE else union
    return sum(h in first and h in second for h in union) / len(union)


def like_pairs(sketches: Mapping[str, Sequence[int]], least: float) -> list[tuple[str, str, float]]:
    """Pairs of texts whose estimated Jaccard index is at least `least`, most alike first.

    Hashes found in more than MOST_HOLDERS texts lead to no pair by themselves.
    """
    from scipy.sparse import csr_matrix

    names = list(sketches)
    counts = [len(set(sketches[name])) for name in names]
    if not sum(counts):
        return []
    values = np.concatenate([np.array(sorted(set(sketches[name])), dtype=np.int64) for name in names])
    _, columns, holders = np.unique(values, return_inverse=True, return_counts=True)
    rows = np.repeat(np.arange(len(names)), counts)
    telling = (holders[columns] >= 2) & (holders[columns] <= MOST_HOLDERS)
    shape = (len(names), len(holders))
    matrix = csr_matrix(
        (np.ones(telling.sum(), dtype=np.int32), (rows[telling], columns[telling])), shape=shape
    )
    common = (matrix @ matrix.T).tocoo()
    # No two texts can reach the index with fewer hashes in common than this.
    enough = max(2, int(least * SKETCH_SIZE / 4))
    small = min(counts) < SKETCH_SIZE
    found = []
    for i, j, count in zip(common.row.tolist(), common.col.tolist(), common.data.tolist(), strict=True):
        if i < j and count >= (2 if small else enough):
            index = jaccard(sketches[names[i]], sketches[names[j]])
            if index >= least:
                found.append((names[i], names[j], index))
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))


@dataclass(frozen=True, slots=True)
class SharedPassage:
    """A passage that two texts share: its span of words in each, and how many words were matched."""

    first: tuple[int, int]
    second: tuple[int, int]
    matched: int


def shared_passages(one: Sequence[str], other: Sequence[str]) -> list[SharedPassage]:
    """Passages of at least LEAST_SHARED words that two texts share, by chains of equal word 4-grams.

    4-grams are chained where the next lies at most MOST_GAP words on in both texts. Spans are word indices, end
    exclusive.
    """
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for j in range(len(other) - 3):
        places[tuple(other[j : j + 4])].append(j)
    chains: list[list[tuple[int, int]]] = []
    for i in range(len(one) - 3):
        for j in places.get(tuple(one[i : i + 4]), ())[:8]:
            for chain in reversed(chains[-24:]):
                last_i, last_j = chain[-1]
                if 0 < i - last_i <= MOST_GAP and 0 < j - last_j <= MOST_GAP:
                    chain.append((i, j))
                    break
            else:
                chains.append([(i, j)])
    found = []
    for chain in chains:
        first = (chain[0][0], chain[-1][0] + 4)
        second = (chain[0][1], chain[-1][1] + 4)
        matched = len({i + k for i, _ in chain for k in range(4)})
        if min(first[1] - first[0], second[1] - second[0]) >= LEAST_SHARED and len(chain) >= 2:
            found.append(SharedPassage(first, second, matched))
    return found
