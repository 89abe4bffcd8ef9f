"""What one decision maker must prefer for a state to be an equilibrium, all others staying as they are; SEQ included.

The others' sanctions may contain steps of this decision maker, and its own temptations must be sanctioned too. Every
alternative is a set of comparisons it would have to make; all its steps in a sanction are among them, so an
alternative suffices whatever the rest of its ranking looks like.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from backstop.base.faults import Refused
from backstop.base.words import listed
from backstop.graphmodel.change.conditions import alternatives, clauses, minimal
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.moves import Values
from backstop.graphmodel.model.preference import dense_ranks
from backstop.graphmodel.stability.concepts import Concept
from backstop.graphmodel.stability.ranked import stable_states

Comparison = tuple[int, int, bool]
"""(first, second, strict): first is preferred to second; or, not strict, first is at least as good as second."""

MAX_STEPS = 6
MAX_SETS = 5_000
MAX_LOOKED = 4_000


@dataclass(frozen=True, eq=False)
class Alternative:
    """Comparisons that suffice; `changes` do not hold today; `rank` is a ranking near today's that has them."""

    comparisons: tuple[Comparison, ...]
    changes: tuple[Comparison, ...]
    rank: Values
    pairs_changed: int

    def as_dict(self, conflict: Conflict) -> list[dict[str, object]]:
        """What does not hold today, as plain data with the ids of the file."""
        ids = conflict.states.ids
        return [{"better": ids[a], "worse": ids[b], "strict": strict} for a, b, strict in self.changes]

    def words(self, conflict: Conflict, decision_maker: int) -> str:
        """What the decision maker would have to prefer that it does not today."""
        if not self.changes:
            return "nothing: it holds already"
        ids = conflict.states.ids
        parts = [
            f"{ids[a]} to {ids[b]}" if strict else f"{ids[a]} at least as much as {ids[b]}"
            for a, b, strict in self.changes
        ]
        return f"{conflict.maker_ids[decision_maker]} would have to prefer {listed(parts)}"


def must_prefer(
    conflict: Conflict, decision_maker: int, state: int, concept: Concept, most: int = 20
) -> list[Alternative]:
    """Alternatives, fewest changes first, each checked by solving the changed conflict; [] where none will do.

    Of more alternatives than can be listed, some of those nearest to today's ranking. Sanctions of at most 6 steps are
    considered; raises Refused where there are too many to look through.
    """
    g = decision_maker
    ranks = conflict.rankings("what a decision maker must prefer")
    needs: list[list[frozenset[Comparison]]] = []
    for i in range(len(ranks)):
        if i == g or concept in ("nash", "gmr", "smr"):
            own = clauses(conflict, i, state, concept)
            if i == g:
                needs += [[frozenset((state, x, False) for x in term) for term in clause] for clause in own]
            else:
                below = frozenset(np.flatnonzero(ranks[i] <= ranks[i][state]).tolist())
                if not all(any(term <= below for term in clause) for clause in own):
                    return []
            continue
        for q in conflict.moves[i].improving(ranks[i]).targets(state):
            needs.append(_sanctions(conflict, ranks, i, g, state, int(q), concept))
    sets = alternatives(needs, _consistent)
    for most_each in (8, 3, 1):
        if sets is None:
            # Too many to list: those that change the least are among the nearest ways of each need.
            nearest = [sorted(need, key=lambda term: _untrue(term, ranks[g]))[:most_each] for need in needs]
            sets = alternatives(nearest, _consistent)
    found = []
    for comparisons in sets or ():
        changes = tuple(sorted(c for c in comparisons if not _true(c, ranks[g])))
        rank = _nearest(ranks[g], comparisons)
        pairs = int(np.triu(np.sign(rank[:, None] - rank[None, :]) != _sign(ranks[g])).sum())
        found.append(Alternative(tuple(sorted(comparisons)), changes, dense_ranks(rank), pairs))
    found.sort(key=lambda a: (len(a.changes), a.pairs_changed, a.comparisons))
    return [a for a in found[:most] if _verified(conflict, g, a.rank, state, concept)]


def _sign(rank: Values) -> Values:
    wide = rank.astype(np.int64)
    signs: Values = np.sign(wide[:, None] - wide[None, :])
    return signs


def _verified(conflict: Conflict, g: int, rank: Values, state: int, concept: Concept) -> bool:
    ranks = list(conflict.rankings("verification"))
    ranks[g] = rank
    return bool(stable_states(conflict.moves, ranks, (concept,))[concept][:, state].all())


def _sanctions(
    conflict: Conflict, ranks: Sequence[Values], i: int, g: int, state: int, start: int, concept: Concept
) -> list[frozenset[Comparison]]:
    """Comparisons of g that let the others of i answer a move to `start`: one minimal set per way of doing so."""
    others = [k for k in range(len(ranks)) if k != i]
    improving = {k: conflict.moves[k].improving(ranks[k]).targets for k in others if k != g}
    found: set[frozenset[Comparison]] = set()
    seen: dict[tuple[int, int], list[frozenset[Comparison]]] = {}
    stack: list[tuple[int, int, int, frozenset[Comparison]]] = [(start, -1, 0, frozenset())]
    looked = 0
    while stack:
        here, last, steps, held = stack.pop()
        if steps == MAX_STEPS:
            continue
        looked += 1
        if len(found) > MAX_SETS or looked > MAX_LOOKED:
            raise Refused(
                f"the ways to sanction a move to {conflict.states.ids[start]} are too many to look through",
                hint="ask for another concept, or for a smaller conflict",
            )
        for k in others:
            if k == last:
                continue
            for target in conflict.moves[k].targets(here) if k == g else improving[k](here):
                there = int(target)
                now = held | {(there, here, True)} if k == g else held
                if any(known <= now for known in seen.get((k, there), ())) or not _consistent(now):
                    continue
                seen[k, there] = [known for known in seen.get((k, there), []) if not now <= known] + [now]
                strict = (
                    concept == "sseq" and (ranks[i][conflict.moves[i].targets(there)] > ranks[i][state]).any()
                )
                if ranks[i][there] <= ranks[i][state] and not strict:
                    found.add(now)
                stack.append((there, k, steps + 1, now))
    return list(minimal(found) or ())


@cache
def _consistent(comparisons: frozenset[Comparison]) -> bool:
    """No circle with a strict comparison in it."""
    import networkx

    graph = networkx.DiGraph((first, second) for first, second, _ in comparisons)
    circles = networkx.strongly_connected_components(graph)
    part = {state: at for at, states in enumerate(circles) for state in states}
    return not any(strict and part[first] == part[second] for first, second, strict in comparisons)


def _untrue(comparisons: Iterable[Comparison], rank: Values) -> int:
    """How many of the comparisons do not hold in a ranking."""
    return sum(not _true(comparison, rank) for comparison in comparisons)


def _true(comparison: Comparison, rank: Values) -> bool:
    first, second, strict = comparison
    return bool(rank[first] > rank[second] if strict else rank[first] >= rank[second])


def _nearest(rank: Values, comparisons: Iterable[Comparison]) -> Values:
    """A ranking that has all comparisons, by moving the fewest states far: repeatedly lift what must be above."""
    result = rank.astype(np.int64) * (len(rank) + 1)
    pending = sorted(comparisons, key=lambda c: (result[c[1]], c))
    for _ in range(len(pending) + 1):
        done = True
        for first, second, strict in pending:
            if result[first] < result[second] or (strict and result[first] == result[second]):
                # Just above the second one, below whatever was above it.
                result[first] = result[second] + (1 if strict else 0)
                done = False
        if done:
            break
    return result
