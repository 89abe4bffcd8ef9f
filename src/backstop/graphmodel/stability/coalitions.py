"""Coalitions: who can upset a state together (after Kilgour, Hipel, Fang & Peng 2001; Inohara & Hipel 2008).

A coalition H moves by legal sequences of its members' moves; it improves where every member prefers the end.
CNash: it has none. CGMR: each can be followed by a legal sequence of the others to a state that some member finds no
better than s. CSMR: and every reply of H ends where some member finds it no better. CSEQ: the others' sequence is made
of improvements of non-empty coalitions among them, none twice in succession. The grand coalition meets no sanction, so
for it all four agree. A state is universally stable where it is stable for every coalition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import ClassVar

import numpy as np

from backstop.base.faults import InvalidInput, Refused
from backstop.base.table import Table
from backstop.base.words import did_you_mean, listed
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools
from backstop.graphmodel.model.sequences import closure, matrix
from backstop.graphmodel.stability.concepts import COALITION_CONCEPTS, TITLES
from backstop.graphmodel.stability.ranked import equilibria, stable_states
from backstop.graphmodel.stability.relations import FOUR, need_matrices, stability

Members = tuple[int, ...]

MAX_MEMBERS = 8
_MOST_UPSETS = 6


@dataclass(frozen=True, slots=True)
class Jump:
    """An equilibrium that a coalition can leave for another, where no individual improvements lead there."""

    start: int
    end: int
    members: Members

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The jump as plain data, with the ids of the file."""
        ids = conflict.states.ids
        members = [conflict.maker_ids[j] for j in self.members]
        return {"from": ids[self.start], "to": ids[self.end], "coalition": members}


@dataclass(frozen=True, eq=False)
class Coalitions:
    """Stability for every coalition H, single decision makers included: `stable[H][concept]`, boolean (states,).

    `ends[H][s, q]`: members of H can move from s to q, and `improvements[H][s, q]`: all of them prefer it.
    """

    conflict: Conflict
    members: tuple[Members, ...]
    stable: Mapping[Members, Mapping[str, Bools]]
    improvements: Mapping[Members, Bools]
    ends: Mapping[Members, Bools]

    def universal(self, concept: str) -> Bools:
        """States stable for every non-empty coalition."""
        result: Bools = np.logical_and.reduce([self.stable[members][concept] for members in self.members])
        return result

    def as_dict(self) -> dict[str, object]:
        """`coalition` ("a+b": concept: states), of two or more members, and `universally_coalition_stable`."""
        ids = self.conflict.ids_of
        return {
            "coalition": {
                coalition_name(self.conflict, members): {c: ids(self.stable[members][c]) for c in FOUR}
                for members in self.members
                if len(members) > 1
            },
            "universally_coalition_stable": {c: ids(self.universal(c)) for c in FOUR},
        }


def coalition_name(conflict: Conflict, members: Members) -> str:
    """The name `a+b` of a coalition, made of the ids of its members."""
    return "+".join(conflict.maker_ids[j] for j in members)


def coalition_named(conflict: Conflict, name: str) -> Members:
    """The members of the coalition called `a+b`. Raises InvalidInput for an unknown id or a repeat."""
    ids = conflict.maker_ids
    if name in ids:
        return (ids.index(name),)
    parts = [part.strip() for part in name.split("+")]
    for part in parts:
        if part not in ids:
            raise InvalidInput(
                f"no decision maker of the coalition {name} is called {part or 'nothing'}",
                hint=did_you_mean(part, ids, "decision maker"),
            )
    if len(set(parts)) < len(parts):
        raise InvalidInput(f"the coalition {name} names somebody twice", hint="name each member once")
    return tuple(sorted(ids.index(part) for part in parts))


def subsets(within: Sequence[int]) -> list[Members]:
    """Non-empty subsets of `within`, smaller ones first."""
    return [members for size in range(1, len(within) + 1) for members in combinations(within, size)]


def estimate(conflict: Conflict) -> float:
    """Seconds that all coalitions would take, roughly."""
    return float(4 ** len(conflict.decision_makers)) * conflict.size**3 / 5e9


def coalitions(conflict: Conflict) -> Coalitions:
    """Stability of every state for every coalition. Raises Refused above 8 decision makers or too many states."""
    n, size = len(conflict.decision_makers), conflict.size
    if n > MAX_MEMBERS:
        raise Refused(
            f"{n} decision makers form {2**n - 1:,} coalitions; at most {MAX_MEMBERS} decision makers are taken",
            hint="join decision makers that always act together",
        )
    need_matrices(conflict, "the analysis of coalitions")
    ranks = conflict.rankings("the analysis of coalitions")
    single = [matrix(move) for move in conflict.moves]
    prefers = [rank[None, :] > rank[:, None] for rank in ranks]  # [s, q]: q preferred to s
    everyone = subsets(range(n))
    ends = {members: closure([single[j] for j in members], size) for members in everyone}
    better = {members: np.logical_and.reduce([prefers[j] for j in members]) for members in everyone}
    improvements = {members: ends[members] & better[members] for members in everyone}
    stable = {}
    for members in everyone:
        rest = tuple(j for j in range(n) if j not in members)
        anywhere = ends[rest] if rest else closure([], size)
        willingly = closure([improvements[part] for part in subsets(rest)], size)
        leaves = better[members]
        stable[members] = stability(ends[members], leaves, ~leaves, anywhere, willingly, FOUR)
    return Coalitions(conflict, tuple(everyone), stable, improvements, ends)


def jumps(found: Coalitions, equilibria: Sequence[int]) -> list[Jump]:
    """Equilibrium jumps (Kilgour, Hipel, Fang & Peng 2001) among `equilibria`, by the smallest coalitions that can."""
    conflict = found.conflict
    ranks = conflict.rankings("the analysis of coalitions")
    steps = [matrix(m.improving(r)) for m, r in zip(conflict.moves, ranks, strict=True)]
    alone = closure(steps, conflict.size)
    result: list[Jump] = []
    for start in equilibria:
        for end in equilibria:
            if start == end or alone[start, end]:
                continue
            minimal: list[Members] = []
            for members in found.members:
                covered = any(set(known) <= set(members) for known in minimal)
                if len(members) > 1 and not covered and found.improvements[members][start, end]:
                    minimal.append(members)
            result.extend(Jump(start, end, members) for members in minimal)
    return result


@dataclass(frozen=True, eq=False)
class Upsets:
    """What coalitions can upset: the solved coalitions, the SEQ equilibria, and the jumps among these."""

    format: ClassVar[str] = "backstop-graph-coalitions/1"
    solved: Coalitions
    equilibria: tuple[int, ...]
    jumps: tuple[Jump, ...]

    @property
    def conflict(self) -> Conflict:
        """The conflict that was solved."""
        return self.solved.conflict

    def as_dict(self) -> dict[str, object]:
        """The coalitions and the jumps as plain data, with the ids of the file."""
        return {**self.solved.as_dict(), "jumps": [jump.as_dict(self.conflict) for jump in self.jumps]}

    def lines(self) -> list[str]:
        """What is stable for every coalition, who can improve on each equilibrium, and the jumps, in words."""
        one, ids = self.conflict, self.conflict.states.ids
        lines = [
            f"stable for every coalition, {TITLES[concept]}: {listed(one.ids_of(self.solved.universal(concept[1:])))}"
            for concept in COALITION_CONCEPTS
        ]
        for state in self.equilibria:
            upset = "; ".join(self._improvements(state)[:_MOST_UPSETS]) or "no coalition can improve on it"
            lines.append(f"{one.state_words(state)}, SEQ equilibrium: {upset}")
        for jump in self.jumps:
            who = listed(one.maker_ids[j] for j in jump.members)
            lines.append(f"jump: {ids[jump.start]} to {ids[jump.end]} by {who} together, by no one alone")
        return lines

    def _improvements(self, state: int) -> list[str]:
        """Each coalition of two or more that can improve on a state, with the states it can reach."""
        found = []
        for members in self.solved.members:
            better = self.conflict.ids_of(self.solved.improvements[members][state])
            if len(members) > 1 and better:
                found.append(f"{coalition_name(self.conflict, members)} to {listed(better[:_MOST_UPSETS])}")
        return found

    def tables(self) -> list[Table]:
        """One table: the SEQ equilibria and the coalitions that can improve on each."""
        ids = self.conflict.states.ids
        rows = [(ids[state], "; ".join(self._improvements(state))) for state in self.equilibria]
        return [Table("Coalitions", ("SEQ equilibrium", "who can improve on it together"), tuple(rows))]


def upsets(conflict: Conflict) -> Upsets:
    """Which coalitions can upset which SEQ equilibria, and the jumps among these; raises as `coalitions`."""
    found = coalitions(conflict)
    tables = stable_states(conflict.moves, conflict.rankings("coalitions"), ("seq",))
    calm = tuple(equilibria(tables["seq"]).tolist())
    return Upsets(found, calm, tuple(jumps(found, calm)))
