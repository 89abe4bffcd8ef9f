"""Nash, GMR, SMR, SEQ and SSEQ for any number of decision makers with rankings, by their definitions.

Sanctions are legal sequences of moves of the others (no one moves twice in succession). Instead of listing sequences,
the least value that opponents can bring about is found as a fixpoint. Let v be what ending in a state is worth to the
focal decision maker. An opponent k at q picks the target that minimises v, or what the other opponents can still make
of it afterwards; T_k(q) is that minimum. An improvement is sanctioned where the least T_k of it is at most the rank of
the state it leaves. For SMR and SSEQ, v is the better of a state and the focal decision maker's best escape from it.
Every sweep costs one pass over the states (concepts: Fang, Hipel & Kilgour 1993; SSEQ: Rego & Vieira 2017).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from backstop.graphmodel.model.moves import Moves, Values, greatest
from backstop.graphmodel.model.preference import Bools
from backstop.graphmodel.stability.concepts import CONCEPTS, Concept

# Below this many cells all decision makers are swept together: fewer calls; above it, one at a time: less memory.
_TOGETHER = 20_000


def stable_states(
    moves: Sequence[Moves], ranks: Sequence[Values], concepts: Sequence[Concept] = CONCEPTS
) -> Mapping[Concept, Bools]:
    """Stability of every state for every decision maker: {concept: (decision makers, states) of bool}.

    `moves` and `ranks` have one entry per decision maker; a higher rank is better. Nothing else is assumed: moves
    may be intransitive and shared, rankings may have ties.
    """
    n = len(moves)
    size = moves[0].size
    kind = np.result_type(*ranks)
    held = [np.asarray(rank, dtype=kind) for rank in ranks]
    best = [greatest(move, rank[None])[0] for move, rank in zip(moves, held, strict=True)]
    result: dict[Concept, Bools] = {}
    if "nash" in concepts:
        result["nash"] = np.stack([best[i] <= held[i] for i in range(n)])
    improving = [move.improving(rank) for move, rank in zip(moves, held, strict=True)]
    for name, strict_name, steps in (("gmr", "smr", moves), ("seq", "sseq", improving)):
        wanted = [c for c in (name, strict_name) if c in concepts]
        if not wanted:
            continue
        rows: list[Values] = []
        for i in range(n):
            if name in wanted:
                rows.append(held[i])
            if strict_name in wanted:
                rows.append(np.maximum(held[i], best[i]))
        each = len(wanted)
        value = np.stack(rows)
        if n * each * size <= _TOGETHER:
            least = _least_end(steps, value, np.repeat(np.arange(n), each))
        else:
            least = np.concatenate(
                [
                    _least_end([steps[k] for k in range(n) if k != i], value[i * each : (i + 1) * each], None)
                    for i in range(n)
                ]
            )
        tables = np.empty((each, n, size), dtype=np.bool_)
        for i in range(n):
            tables[:, i] = greatest(improving[i], least[i * each : (i + 1) * each]) <= held[i]
        for at, concept in enumerate(wanted):
            result[concept] = tables[at]  # type: ignore[index]
    return result


def _least_end(moves: Sequence[Moves], value: Values, focal: NDArray[np.int64] | None) -> Values:
    """Least `value` (rows, states) in which legal sequences of `moves` can end; `focal` sits out its rows."""
    top = np.iinfo(value.dtype).max
    n = len(moves)
    if not n:
        return np.full_like(value, top)
    after = [np.full_like(value, top) for _ in range(n)]
    out = None if focal is None else [focal == k for k in range(n)]
    moved = [True] * n
    while True:
        changed = False
        for k in range(n):
            others = [after[j] for j in range(n) if j != k]
            # Nothing this mover builds on has changed since its last turn: neither can its result.
            if not any(moved[j] for j in range(n) if j != k) and not (n == 1 and moved[k]):
                moved[k] = False
                continue
            end = value
            for other in others:
                end = np.minimum(end, other)
            found = moves[k].least(end)
            if out is not None:
                found[out[k]] = top
            moved[k] = not np.array_equal(found, after[k])
            changed |= moved[k]
            after[k] = found
        if not changed or n == 1:
            break
    result = after[0]
    for other in after[1:]:
        result = np.minimum(result, other)
    return result


def equilibria(table: Bools) -> NDArray[np.int64]:
    """States stable for every decision maker."""
    return np.flatnonzero(table.all(axis=0))
