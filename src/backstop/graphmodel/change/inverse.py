"""The inverse of an analysis: which preferences make a state an equilibrium, or break it, and the smallest change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from backstop.base.table import Table
from backstop.base.words import listed
from backstop.graphmodel.change.conditions import StabilityCondition, condition
from backstop.graphmodel.change.edit import Change, Goal, StatementEdit, smallest_change, statement_edits
from backstop.graphmodel.change.requirements import Alternative, must_prefer
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.stability.concepts import Concept

_MOST_SETS, _MOST_EDITS = 12, 8


@dataclass(frozen=True, eq=False)
class Inverse:
    """What would have to be preferred for `state` to be an equilibrium, by decision maker.

    `alternatives`: what each alone would have to prefer; empty where the goal is to break the equilibrium. `change` is
    None where no change of the kinds searched reaches the goal, or a preference is not a ranking.
    """

    format: ClassVar[str] = "backstop-graph-inverse/1"
    conflict: Conflict
    state: int
    concept: Concept
    goal: Goal
    asked: bool
    conditions: Mapping[int, StabilityCondition]
    alternatives: Mapping[int, Sequence[Alternative]]
    change: Change | None
    edits: Sequence[StatementEdit]

    def as_dict(self) -> dict[str, object]:
        """The answer as plain data, with the ids of the file."""
        one, names = self.conflict, self.conflict.maker_ids
        return {
            "state": one.states.ids[self.state],
            "concept": self.concept,
            "goal": self.goal,
            "conditions": {
                names[i]: {self.concept: found.as_dict(one)} for i, found in self.conditions.items()
            },
            "must_prefer": {
                names[i]: [each.as_dict(one) for each in found] for i, found in self.alternatives.items()
            },
            "smallest_change": None if self.change is None else self.change.as_dict(one),
            "statement_edits": [edit.words(one) for edit in self.edits],
        }

    def lines(self) -> list[str]:
        """The answer in words."""
        one, ids, names = self.conflict, self.conflict.states.ids, self.conflict.maker_ids
        lines = [one.state_words(self.state)]
        for i, found in self.conditions.items():
            given = ", the others preferring what they do" if self.concept in ("seq", "sseq") else ""
            share = (
                f" ({found.rankings / found.of:.0%} of its rankings)" if found.rankings is not None else ""
            )
            when = "if no better than it are" if found.minimal else "never"
            if found.minimal == (frozenset(),):
                when = "always"
            lines.append(f"{names[i]}{given}: stable by {self.concept.upper()} {when}{share}")
            shown = found.minimal[:_MOST_SETS]
            lines += [f"  {listed(ids[s] for s in sorted(low))}" for low in shown if low]
            if len(found.minimal) > len(shown):
                lines.append(f"  and {len(found.minimal) - len(shown):,} more")
        for i, options in self.alternatives.items():
            if options:
                needed = options[0].words(one, i)
                lines.append(f"what {names[i]} alone must prefer for an equilibrium: {needed}")
            elif self.asked:
                lines.append(f"no preferences of {names[i]} alone make it an equilibrium")
        change = "no change of the kinds searched does it" if self.change is None else self.change.words(one)
        lines.append(f"smallest change that {self.goal}s it: {change}")
        return lines + [f"  or: {edit.words(one)}" for edit in self.edits[:_MOST_EDITS]]

    def tables(self) -> list[Table]:
        """One table: for each decision maker the sets of states of which one must be no better than the state."""
        ids = self.conflict.states.ids
        rows = [
            (self.conflict.maker_ids[i], listed(ids[s] for s in sorted(low)))
            for i, found in self.conditions.items()
            for low in found.minimal
        ]
        title = f"When {ids[self.state]} is stable by {self.concept.upper()}"
        return [Table(title, ("decision maker", "all of these no better"), tuple(rows))]


def invert(
    conflict: Conflict,
    state: str,
    concept: Concept = "seq",
    decision_maker: str | None = None,
    goal: Goal = "make",
) -> Inverse:
    """The conditions for `state` to be stable by `concept`, and what would make it an equilibrium (or break it).

    For all decision makers, or the one named. Raises InvalidInput for an unknown id, Refused where there are too many
    alternatives.

    >>> from backstop.graphmodel import read
    >>> chicken = read(b'''
    ... format: backstop-graph/1
    ... title: Chicken
    ... decision_makers: {a: Row, b: Column}
    ... options: {ca: {by: a}, cb: {by: b}}
    ... preferences: {a: {ranking: [s3, s4, s2, s1]}, b: {ranking: [s2, s4, s3, s1]}}
    ... ''', "chicken.yaml")
    >>> invert(chicken, "s4", "nash").change.words(chicken)
    's4 moves up to s3 in the ranking of a; s4 moves up to s2 in the ranking of b: 2 passed'
    """
    at = conflict.state(state)
    makers = range(len(conflict.decision_makers))
    chosen = [conflict.decision_maker(decision_maker)] if decision_maker else list(makers)
    conditions = {i: condition(conflict, i, at, concept) for i in chosen}
    complete = conflict.ranks is not None
    change = smallest_change(conflict, at, concept, goal) if complete else None
    met = change is not None and not change.cost
    edits = statement_edits(conflict, at, concept, goal) if complete and not met else []
    wanted = chosen if complete and goal == "make" else []
    alternatives = {i: must_prefer(conflict, i, at, concept) for i in wanted}
    return Inverse(conflict, at, concept, goal, bool(decision_maker), conditions, alternatives, change, edits)
