"""Completions of partial preferences: rankings drawn at random that agree with all that is known.

Statements of unknown order are drawn in every order with equal chances. A relation with unknown pairs is drawn as a
strict ranking of its indifference classes, one class after the other from the top, each time among those that nothing
left is known to be above, with chances in proportion to how many states each is known to be at least as good as. Where
what is known forms a forest (chains, or nothing) every ranking that agrees with it is then equally likely; elsewhere
nearly so.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from backstop.base.faults import Refused
from backstop.graphmodel.model.moves import Values
from backstop.graphmodel.model.preference import Bools, Graded, Preference, Ranking, Relation, dense_ranks

Generator = np.random.Generator


def complete(preference: Preference, draws: int, random: Generator, name: str = "a decision maker") -> Values:
    """(draws, states) ranks. A ranking is complete already: it is repeated.

    Raises Refused where the preference is graded, or unknown in a way that no ranking can complete.
    """
    if isinstance(preference, Ranking):
        return np.broadcast_to(preference.rank, (draws, len(preference.rank)))
    if isinstance(preference, Graded):
        raise Refused(
            f"the {preference.kind} preference of {name} has no completions",
            hint="give a relation or sampled",
        )
    if preference.tiers:
        return _orders(preference.tiers, draws, random)
    return _extensions(preference, draws, random, name)


def _orders(tiers: tuple[Bools, ...], draws: int, random: Generator) -> Values:
    """Lexicographic ranks under a random order within each tier."""
    size = tiers[0].shape[1]
    rank = np.zeros((draws, size), dtype=np.int64)
    for truths in tiers:
        order = random.permuted(np.broadcast_to(np.arange(len(truths)), (draws, len(truths))), axis=1)
        for first in range(0, len(truths), 30):
            part = order[:, first : first + 30]
            key = np.zeros((draws, size), dtype=np.int64)
            for column in part.T:
                key = (key << 1) | truths[column]
            # Ranks so far lead, the new truths follow: rank again so that numbers stay small.
            rank = _rows_dense(rank) << 30 | key
    result: Values = _rows_dense(rank).astype(np.int16 if size < 32_000 else np.int32)
    return result


def _rows_dense(rank: Values) -> Values:
    """Each row as ranks 0, 1, 2, ... in the same order."""
    order = np.argsort(rank, axis=1, kind="stable")
    ordered = np.take_along_axis(rank, order, axis=1)
    steps = np.zeros_like(rank)
    np.cumsum(ordered[:, 1:] != ordered[:, :-1], axis=1, out=steps[:, 1:])
    result = np.empty_like(rank)
    np.put_along_axis(result, order, steps, axis=1)
    return result


def _extensions(relation: Relation, draws: int, random: Generator, name: str) -> Values:
    better = relation.strength > 0
    label = _classes(better, relation.unknown, name)
    count = int(label.max()) + 1
    above = np.zeros((count, count), dtype=np.bool_)
    first, second = np.nonzero(better)
    above[label[first], label[second]] = True
    for k in range(count):  # transitive closure
        above |= above[:, k, None] & above[None, k, :]
    if above.diagonal().any():
        raise Refused(f"no ranking agrees with the relation of {name}", hint="remove a comparison")
    if not above.any():
        rank = np.argsort(random.random((draws, count)), axis=1)
        return rank.astype(_kind(count))[:, label]
    weight = 1.0 + above.sum(axis=1)
    waiting = np.broadcast_to(
        above.sum(axis=0), (draws, count)
    ).copy()  # how many known betters are still to be placed
    rank = np.empty((draws, count), dtype=np.int64)
    rows = np.arange(draws)
    for place in range(count - 1, -1, -1):
        # The least of exponential times with these rates is drawn with chances in proportion to the rates.
        time = np.where(waiting == 0, random.standard_exponential((draws, count)) / weight, np.inf)
        pick = time.argmin(axis=1)
        rank[rows, pick] = place
        waiting -= above[pick]
        waiting[rows, pick] = count  # placed
    return rank.astype(_kind(count))[:, label]


def _kind(size: int) -> type[np.signedinteger[Any]]:
    return np.int16 if size < 32_000 else np.int32


def _classes(better: Bools, unknown: Bools, name: str) -> Values:
    """Indifference classes; the states of one must compare alike with all others."""
    size = len(better)
    same = ~better & ~better.T & ~unknown
    np.fill_diagonal(same, True)
    label = np.argmax(same, axis=1)  # the first state that each is indifferent to
    alike = (
        (same == same[label]).all() and (better == better[label]).all() and (unknown == unknown[label]).all()
    )
    if size and not alike:
        raise Refused(
            f"the relation of {name} cannot be completed to a ranking: indifference in it is not transitive",
            hint="give rest: unknown, or name the indifferent pairs so that they form classes",
        )
    return dense_ranks(label)


def shuffled(rank: Values, draws: int, exchanges: int, random: Generator) -> Values:
    """(draws, states): `rank` after that many random exchanges of neighbours; ties are broken at random.

    A test of how much an answer hangs on fine points of a ranking that is taken as known.
    """
    size = len(rank)
    order = np.lexsort((random.random((draws, size)), np.broadcast_to(rank, (draws, size))), axis=1)
    rows = np.arange(draws)
    for _ in range(exchanges if size > 1 else 0):
        at = random.integers(0, size - 1, draws)
        order[rows, at], order[rows, at + 1] = order[rows, at + 1].copy(), order[rows, at].copy()
    result = np.empty((draws, size), dtype=np.int16 if size < 32_000 else np.int32)
    np.put_along_axis(
        result, order, np.broadcast_to(np.arange(size, dtype=result.dtype), (draws, size)), axis=1
    )
    return result
