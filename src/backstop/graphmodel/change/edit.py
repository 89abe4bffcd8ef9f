"""The smallest change of preferences that makes a state an equilibrium, or breaks one.

Three kinds of change are searched. *Lifts*: the state itself moves up (or down) in one or several rankings; for Nash,
GMR and SMR the least lifts are found exactly, since stability only grows with what lies below the state, and no other
change of a ranking passes fewer states. *Relocations*: any one state moves to any other place in any one ranking, all
of them tried. *Statements*: one statement is moved, dropped or turned into its opposite, all of them tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from backstop.base.words import listed
from backstop.graphmodel.change.conditions import clauses, holds
from backstop.graphmodel.change.robustness import solve_many
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.moves import Values
from backstop.graphmodel.model.preference import Ranking, dense_ranks, lexicographic
from backstop.graphmodel.stability.concepts import Concept
from backstop.graphmodel.stability.ranked import stable_states

Goal = Literal["make", "break"]

MAX_TRIALS = 200_000
"""Relocations tried; above that they are left out."""

_PART = 4_096


@dataclass(frozen=True, slots=True)
class Shift:
    """A move of `state` in the ranking of `decision_maker` past `passed`: up where `up`, else down."""

    decision_maker: int
    state: int
    passed: tuple[int, ...]
    up: bool


@dataclass(frozen=True, slots=True)
class StatementEdit:
    """An edit of statements: number `statement` (from 0) moves to place `to`, is dropped, or becomes its opposite."""

    decision_maker: int
    statement: int
    action: Literal["move", "drop", "negate"]
    to: int | None = None

    def words(self, conflict: Conflict) -> str:
        """The edit in words."""
        name = conflict.maker_ids[self.decision_maker]
        preference = conflict.preferences[self.decision_maker]
        assert isinstance(preference, Ranking)
        text = str(preference.statements[self.statement])
        if self.to is not None:
            return f'{name} puts "{text}" in place {self.to + 1} instead of {self.statement + 1}'
        return f'{name} {"drops" if self.action == "drop" else "wants the opposite of"} "{text}"'


@dataclass(frozen=True, slots=True)
class Change:
    """Shifts that reach the goal, and how many states are passed in all; `least` where no other change passes fewer."""

    shifts: tuple[Shift, ...]
    cost: int
    least: bool

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The change as plain data, shift by shift, with the ids of the file."""
        ids = conflict.states.ids
        return {
            "passed": self.cost,
            "least": self.least,
            "shifts": [
                {
                    "decision_maker": conflict.maker_ids[one.decision_maker],
                    "state": ids[one.state],
                    "past": [ids[s] for s in one.passed],
                    "up": one.up,
                }
                for one in self.shifts
            ],
        }

    def words(self, conflict: Conflict) -> str:
        """The change in words."""
        if not self.cost:
            return "nothing has to change"
        ids = conflict.states.ids
        parts = []
        for one in self.shifts:
            passed = [ids[state] for state in one.passed]
            many = f"{', '.join(passed[:5])} and {len(passed) - 5} more"
            shown = listed(passed) if len(passed) <= 6 else many
            way = "up to" if one.up else "down below"
            name = conflict.maker_ids[one.decision_maker]
            parts.append(f"{ids[one.state]} moves {way} {shown} in the ranking of {name}")
        suffix = "" if self.least else " (the smallest found, perhaps not the smallest there is)"
        return f"{'; '.join(parts)}: {self.cost} passed{suffix}"


def shift(rank: Values, state: int, level: int, up: bool) -> Values:
    """The ranking with `state` moved to tie with `level` (up), or to just below it (down)."""
    wide = rank.astype(np.int64) * 2
    wide[state] = 2 * level if up else 2 * level - 1
    return dense_ranks(wide)


def lift(conflict: Conflict, decision_maker: int, state: int, concept: Concept, goal: Goal) -> Shift | None:
    """The least move of `state` in one ranking that makes it stable (or unstable) for that decision maker.

    The others' rankings are as they are. None where no move does; a shift past nothing: nothing needs to change.
    """
    rank = conflict.rankings("the smallest change")[decision_maker]
    required = clauses(conflict, decision_maker, state, concept)
    wanted = goal == "make"
    below = frozenset(np.flatnonzero(rank <= rank[state]).tolist())
    passed: list[int] = []
    if holds(required, below) == wanted:
        return Shift(decision_maker, state, (), wanted)
    levels = np.unique(rank)
    line = levels[levels > rank[state]] if wanted else levels[levels <= rank[state]][::-1]
    for level in line:
        members = [int(x) for x in np.flatnonzero(rank == level) if x != state]
        passed += members
        below = below | frozenset(members) if wanted else below - frozenset(members)
        if members and holds(required, below) == wanted:
            return Shift(decision_maker, state, tuple(passed), wanted)
    return None


def apply(ranks: Sequence[Values], shifts: Sequence[Shift]) -> list[Values]:
    """Rankings after all shifts."""
    result = [rank.copy() for rank in ranks]
    for one in shifts:
        if one.passed:
            rank = result[one.decision_maker]
            level = rank[list(one.passed)].max() if one.up else rank[list(one.passed)].min()
            result[one.decision_maker] = shift(rank, one.state, int(level), one.up)
    return result


def smallest_change(conflict: Conflict, state: int, concept: Concept, goal: Goal) -> Change | None:
    """The cheapest change found that makes `state` an equilibrium or breaks it; None where none of the kinds does.

    A change of cost 0 says that the goal is met already.
    """
    ranks = conflict.rankings("the smallest change")
    n = len(ranks)
    wanted = goal == "make"
    if bool(stable_states(conflict.moves, ranks, (concept,))[concept][:, state].all()) == wanted:
        return Change((), 0, True)
    lifts = _lifts(conflict, state, concept, goal)
    if concept in ("nash", "gmr", "smr"):
        return None if lifts is None else replace(lifts, least=True)
    trials = n * conflict.size * conflict.size
    moved = (
        _relocation(conflict, state, concept, goal, None if lifts is None else lifts.cost)
        if trials <= MAX_TRIALS
        else None
    )
    best = moved or lifts
    # A change of cost 1 cannot be undercut; dearer ones only by several relocations at once, which are not all tried.
    return None if best is None else replace(best, least=best.cost == 1)


def _lifts(conflict: Conflict, state: int, concept: Concept, goal: Goal) -> Change | None:
    n = len(conflict.moves)
    if goal == "break":
        found = [one for i in range(n) if (one := lift(conflict, i, state, concept, "break")) is not None]
        for one in sorted(found, key=lambda s: len(s.passed)):
            changed = conflict.with_ranks(apply(conflict.rankings("lifts"), [one]))
            if not _stable(changed, state, concept):
                return Change((one,), len(one.passed), False)
        return None
    # Lifts of one decision maker may undo sanctions that another relies on under SEQ: repeat until it holds or stalls.
    current = conflict
    for _ in range(n + 2):
        shifts = [lift(current, i, state, concept, "make") for i in range(n)]
        if any(one is None for one in shifts):
            return None
        current = current.with_ranks(
            apply(current.rankings("lifts"), [one for one in shifts if one is not None])
        )
        if _stable(current, state, concept):
            total = tuple(
                one
                for i in range(n)
                if (
                    one := _difference(conflict.rankings("lifts")[i], current.rankings("lifts")[i], i, state)
                ).passed
            )
            return Change(total, sum(len(one.passed) for one in total), False)
    return None


def _difference(before: Values, after: Values, decision_maker: int, state: int) -> Shift:
    passed = np.flatnonzero((before > before[state]) & (after <= after[state]))
    order = sorted(passed.tolist(), key=lambda x: (before[x], x))
    return Shift(decision_maker, state, tuple(order), True)


def _stable(conflict: Conflict, state: int, concept: Concept) -> bool:
    table = stable_states(conflict.moves, conflict.rankings("stability"), (concept,))[concept]
    return bool(table[:, state].all())


def _relocation(
    conflict: Conflict, state: int, concept: Concept, goal: Goal, below: int | None
) -> Change | None:
    """The cheapest relocation of one state that reaches the goal at a cost under `below`."""
    ranks = conflict.rankings("relocations")
    trials: list[tuple[int, Shift]] = []
    for i, rank in enumerate(ranks):
        levels = np.unique(rank)
        for moved in range(conflict.size):
            for level in levels:
                up = bool(level > rank[moved])
                between = (
                    (rank > rank[moved]) & (rank <= level) if up else (rank <= rank[moved]) & (rank >= level)
                )
                between[moved] = False
                passed = np.flatnonzero(between)
                if len(passed) and (below is None or len(passed) < below):
                    nearest = sorted(passed.tolist(), key=lambda x: (abs(int(rank[x]) - int(rank[moved])), x))
                    trials.append((len(passed), Shift(i, moved, tuple(nearest), up)))
    trials.sort(key=lambda t: (t[0], t[1].decision_maker, t[1].state))
    for first in range(0, len(trials), _PART):
        part = trials[first : first + _PART]
        changed = [np.stack([apply(ranks, [one])[i] for _, one in part]) for i in range(len(ranks))]
        for start, tables in solve_many(conflict, changed, (concept,)):
            met = tables[concept][:, :, state].all(axis=0) == (goal == "make")
            if met.any():
                cost, one = part[start + int(np.flatnonzero(met)[0])]
                return Change((one,), cost, False)
    return None


def statement_edits(conflict: Conflict, state: int, concept: Concept, goal: Goal) -> list[StatementEdit]:
    """All single edits of prioritised statements that reach the goal; moves by the fewest places come first."""
    ranks = conflict.rankings("edits of statements")
    edits: list[StatementEdit] = []
    changed: list[Values] = []
    for i, preference in enumerate(conflict.preferences):
        if not isinstance(preference, Ranking) or preference.truths is None:
            continue
        truths = preference.truths
        for k in range(len(truths)):
            rest = np.delete(truths, k, axis=0)
            for to in range(len(truths)):
                if to not in (k, k - 1):  # moving down one place is the same as moving the next one up
                    edits.append(StatementEdit(i, k, "move", to))
                    changed.append(lexicographic(np.insert(rest, to, truths[k], axis=0)))
            edits.append(StatementEdit(i, k, "drop"))
            changed.append(lexicographic(rest))
            opposite = truths.copy()
            opposite[k] = ~opposite[k]
            edits.append(StatementEdit(i, k, "negate"))
            changed.append(lexicographic(opposite))
    if not edits:
        return []
    stacked = [
        np.stack(
            [new if edit.decision_maker == i else rank for edit, new in zip(edits, changed, strict=True)]
        )
        for i, rank in enumerate(ranks)
    ]
    found = []
    for first, tables in solve_many(conflict, stacked, (concept,)):
        met = tables[concept][:, :, state].all(axis=0) == (goal == "make")
        found += [edits[first + int(at)] for at in np.flatnonzero(met)]
    cost = {"move": 0, "drop": 1, "negate": 2}
    found.sort(
        key=lambda e: (
            cost[e.action],
            abs((e.to or 0) - e.statement) if e.action == "move" else 0,
            e.decision_maker,
        )
    )
    return found
