"""The inverse of an analysis: which preferences make a state an equilibrium, or break it, and the smallest change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from backstop.base.faults import Refused
from backstop.base.table import Table
from backstop.base.words import listed
from backstop.graphmodel.change.conditions import StabilityCondition, condition
from backstop.graphmodel.change.edit import Change, Goal, StatementEdit, smallest_change, statement_edits
from backstop.graphmodel.change.requirements import Alternative, must_prefer
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.stability.concepts import Concept

_MOST_EDITS = 8


@dataclass(frozen=True, eq=False)
class Inverse:
    """What would have to be preferred for `state` to be an equilibrium, by decision maker.

    `alternatives`: what each alone would have to prefer; empty where the goal is to break the equilibrium. `change` is
    None where no change of the kinds searched reaches the goal, or a preference is not a ranking. `left_out` says for
    whom alternatives were too many to look through.
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
    left_out: Mapping[int, str]

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
            **({"left_out": {names[i]: why for i, why in self.left_out.items()}} if self.left_out else {}),
        }

    def lines(self) -> list[str]:
        """The answer in words."""
        one, names = self.conflict, self.conflict.maker_ids
        lines = [one.state_words(self.state)]
        for i, found in self.conditions.items():
            given = ", the others preferring what they do" if self.concept in ("seq", "sseq") else ""
            when, *rest = found.lines(one)
            lines.append(f"{names[i]}{given}: stable by {self.concept.upper()} {when}")
            lines += [f"  {line}" for line in rest]
        for i, options in self.alternatives.items():
            if options:
                needed = options[0].words(one, i)
                lines.append(f"what {names[i]} alone must prefer for an equilibrium: {needed}")
            elif self.asked and i not in self.left_out:
                lines.append(f"no preferences of {names[i]} alone make it an equilibrium")
        lines += [f"what {names[i]} alone must prefer is left out: {why}" for i, why in self.left_out.items()]
        change = "no change of the kinds searched does it" if self.change is None else self.change.words(one)
        lines.append(f"smallest change that {self.goal}s it: {change}")
        return lines + [f"  or: {edit.words(one)}" for edit in self.edits[:_MOST_EDITS]]

    def tables(self) -> list[Table]:
        """One table: for each decision maker the sets of states of which one must be no better than the state."""
        ids = self.conflict.states.ids
        rows = [
            (self.conflict.maker_ids[i], listed(ids[s] for s in sorted(low)))
            for i, found in self.conditions.items()
            for low in found.minimal or ()
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

    For all decision makers, or the one named. Raises InvalidInput for an unknown id.

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
    alternatives: dict[int, Sequence[Alternative]] = {}
    left_out: dict[int, str] = {}
    for i in chosen if complete and goal == "make" else []:
        try:
            alternatives[i] = must_prefer(conflict, i, at, concept)
        except Refused as refused:
            alternatives[i], left_out[i] = [], refused.faults[0].what
    asked = bool(decision_maker)
    return Inverse(conflict, at, concept, goal, asked, conditions, alternatives, change, edits, left_out)
