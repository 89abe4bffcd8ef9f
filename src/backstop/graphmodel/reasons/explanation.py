"""Why states are stable or not under any concept, and which threats they rest on are not credible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar

import numpy as np

from backstop.base.faults import Refused
from backstop.base.table import Table
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools
from backstop.graphmodel.reasons.prospect import LimitedMoveWitness, limited_move_witness, non_myopic_witness
from backstop.graphmodel.reasons.witness import coalition_witness, witness
from backstop.graphmodel.reasons.wording import (
    Reason,
    foresight_words,
    legend,
    limited_move_words,
    reason_words,
)
from backstop.graphmodel.stability import simultaneous
from backstop.graphmodel.stability.attitudes import Extension, graded_kinds, has_unknown
from backstop.graphmodel.stability.coalitions import Coalitions, Members, coalition_named, coalitions
from backstop.graphmodel.stability.concepts import COALITION_CONCEPTS, CONCEPTS
from backstop.graphmodel.stability.credibility import Threat, threats
from backstop.graphmodel.stability.foresight import HORIZON, Anticipation, Ties, Variant, anticipate
from backstop.graphmodel.stability.ranked import stable_states
from backstop.graphmodel.stability.simultaneous import applicable, combinations, joint_witness

LOOKING = ("limited-move", "non-myopic")
EXPLAINED = (*CONCEPTS, "sim", *LOOKING, *COALITION_CONCEPTS)

_CELLS_EXPLAINED = 2_000


@dataclass(frozen=True, eq=False)
class StateReasons:
    """The reasons for the cells of one state, and the threats behind it that are not credible."""

    state: int
    reasons: tuple[Reason, ...]
    hollow: tuple[Threat, ...]


@dataclass(frozen=True, eq=False)
class Explanation:
    """Reasons state by state; `seen` is what is anticipated, where looking ahead is explained."""

    format: ClassVar[str] = "backstop-graph-explanation/1"
    conflict: Conflict
    states: tuple[StateReasons, ...]
    seen: Anticipation | None = None
    notes: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, object]:
        """Every cell with its reason as plain data, with the ids of the file."""
        one = self.conflict
        return {
            "states": [
                {
                    "state": one.states.ids[found.state],
                    "words": one.describe(found.state),
                    "cells": [reason.as_dict(one) for reason in found.reasons],
                    "not_credible": [threat.as_dict(one) for threat in found.hollow],
                }
                for found in self.states
            ],
        }

    def lines(self) -> list[str]:
        """Every cell in words, and what the names in them stand for."""
        lines = []
        if self.seen is not None:
            lines += [*foresight_words(self.conflict, self.seen.variant, self.seen.ties), ""]
        blocks = [(found.state, self._words(found)) for found in self.states]
        for state, block in blocks:
            lines += [self.conflict.state_words(state), *block]
        key = legend(self.conflict, [line for _, block in blocks for line in block])
        return [*lines, "", *key] if key else lines

    def _words(self, found: StateReasons) -> list[str]:
        """All cells of a state; the horizons of one decision maker stand together."""
        lines: list[str] = []
        for _, run in groupby(found.reasons, _cell):
            together = list(run)
            limited = [one for one in together if isinstance(one, LimitedMoveWitness)]
            lines += (
                limited_move_words(self.conflict, limited)
                if limited
                else reason_words(self.conflict, together[0])
            )
        lines += [f"not credible: {threat.words(self.conflict)}" for threat in found.hollow]
        return [f"  {line}" for line in lines]

    def tables(self) -> list[Table]:
        """One table: a row for each cell, with whether it is stable and the reason in words."""
        rows = [
            (
                self.conflict.states.ids[found.state],
                "yes" if one.stable else "no",
                *_split(self.conflict, one),
            )
            for found in self.states
            for one in found.reasons
        ]
        return [Table("Reasons", ("state", "stable", "for whom, under which concept", "why"), tuple(rows))]


def _split(conflict: Conflict, reason: Reason) -> tuple[str, str]:
    head, *rest = reason_words(conflict, reason)
    cell, _, why = head.partition(": ")
    return cell, "; ".join([why, *(line.strip() for line in rest)])


def _cell(reason: Reason) -> object:
    return reason.decision_maker if isinstance(reason, LimitedMoveWitness) else id(reason)


def explain(
    conflict: Conflict,
    states: Sequence[str] = (),
    concepts: Sequence[str] = (),
    makers: Sequence[str] = (),
    *,
    extension: Extension | None = None,
    foresight: Variant | None = None,
    ties: Ties | None = None,
    horizons: Sequence[int] = (),
    groups: Sequence[str] = (),
    everything: bool = False,
) -> Explanation:
    """The reasons for the cells of `states` (ids), under `concepts` of EXPLAINED, for `makers` (ids).

    Without `states`: those that are equilibria under some concept asked for, or `everything`. Without `concepts`: nash
    to sim, with `foresight`, `ties` or `horizons` also those of looking ahead, with `groups` (`a+b`) those of
    coalitions. Raises InvalidInput for unknown names, Refused where a concept does not apply or reasons are too many.

    >>> from backstop.graphmodel import read
    >>> chicken = read(b'''
    ... format: backstop-graph/1
    ... title: Chicken
    ... decision_makers: {a: Row, b: Column}
    ... options: {ca: {by: a, title: Row swerves}, cb: {by: b, title: Column swerves}}
    ... preferences: {a: {ranking: [s3, s4, s2, s1]}, b: {ranking: [s2, s4, s3, s1]}}
    ... ''', "chicken.yaml")
    >>> print(*explain(chicken, ["s4"], ["gmr"], ["a"]).lines()[:3], sep="\\n")
    s4 (Row swerves; Column swerves)
      a, GMR: stable; every improvement is sanctioned
        s3 is better, but then b to s1, and s1 is no better than s4
    """
    chosen = set(concepts) or {*CONCEPTS, "sim"}
    if not concepts:
        chosen |= set(LOOKING if foresight or ties or horizons else ())
        chosen |= set(COALITION_CONCEPTS if groups else ())
    without = None if concepts else _without_sim(conflict)
    if without is not None:
        chosen.remove("sim")
    cells = _Cells(
        conflict,
        tuple(name for name in EXPLAINED if name in chosen),
        [conflict.decision_maker(name) for name in makers] or list(range(len(conflict.decision_makers))),
        tuple(sorted(set(horizons))) or tuple(range(1, HORIZON + 1)),
        extension,
        anticipate(conflict, foresight or "two", ties or "strict") if chosen & set(LOOKING) else None,
        *(_groups(conflict, groups, makers) if chosen & set(COALITION_CONCEPTS) else (None, ())),
    )
    at = [conflict.state(name) for name in ([] if everything else states)]
    at = list(range(conflict.size)) if everything else at or cells.equilibria()
    if len(at) * cells.each > _CELLS_EXPLAINED and not everything and not states:
        raise Refused(
            f"{len(at):,} states are equilibria: {len(at) * cells.each:,} reasons",
            hint="name states, or ask for --all",
        )
    return Explanation(conflict, tuple(map(cells.of, at)), cells.seen, (without,) if without else ())


def _without_sim(conflict: Conflict) -> str | None:
    """Why SIM is left out where it is not asked for: empty where it is not defined; None where it is explained."""
    if applicable(conflict) or (conflict.ranks is None and (graded_kinds(conflict) or has_unknown(conflict))):
        return ""
    try:
        if combinations(conflict) <= simultaneous.EASY_COMBINATIONS:
            return None
    except Refused:
        pass
    return "sim is left out, as it would take long; ask for it by name"


def _groups(
    conflict: Conflict, names: Sequence[str], makers: Sequence[str]
) -> tuple[Coalitions, tuple[Members, ...]]:
    """The solved coalitions, and those asked for: by name, or all of two or more (with one of `makers` in them)."""
    named = [coalition_named(conflict, name) for name in names]
    if not named and len(conflict.decision_makers) < 2:
        raise Refused("one decision maker alone forms no coalition", hint="ask for the other concepts")
    found = coalitions(conflict)
    within = {conflict.decision_maker(name) for name in makers}
    every = [m for m in found.members if len(m) > 1 and (not within or within & set(m))]
    return found, tuple(dict.fromkeys(named)) or tuple(every)


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells asked for in each state, and what they are explained from."""

    conflict: Conflict
    concepts: tuple[str, ...]
    makers: Sequence[int]
    ahead: tuple[int, ...]
    extension: Extension | None
    seen: Anticipation | None
    solved: Coalitions | None
    groups: tuple[Members, ...]

    @property
    def each(self) -> int:
        """How many cells a state has."""
        per_maker = sum(
            len(self.ahead) if name == "limited-move" else name not in COALITION_CONCEPTS
            for name in self.concepts
        )
        joint = sum(name in COALITION_CONCEPTS for name in self.concepts)
        return len(self.makers) * per_maker + len(self.groups) * joint

    def of(self, state: int) -> StateReasons:
        """The reasons for the cells of a state."""
        reasons = [one for i in self.makers for name in self.concepts for one in self._alone(i, state, name)]
        if self.solved is not None:
            joint = [name for name in COALITION_CONCEPTS if name in self.concepts]
            reasons += [coalition_witness(self.solved, m, state, name) for m in self.groups for name in joint]
        # A threat answers an improvement; only the concepts of sanctions rest on one.
        resting = self.conflict.ranks is not None and set(self.concepts) & set(CONCEPTS)
        hollow = [t for i in self.makers for t in threats(self.conflict, i, state)] if resting else []
        return StateReasons(state, tuple(reasons), tuple(hollow))

    def _alone(self, i: int, state: int, name: str) -> Sequence[Reason]:
        """The cells of one decision maker under one concept; under limited-move, one for each horizon."""
        if name == "sim":
            return [joint_witness(self.conflict, i, state)]
        if name == "limited-move" and self.seen is not None:
            return [limited_move_witness(self.seen, i, state, h) for h in self.ahead]
        if name == "non-myopic" and self.seen is not None:
            return [non_myopic_witness(self.seen, i, state)]
        return [witness(self.conflict, i, state, c, self.extension) for c in CONCEPTS if c == name]

    def equilibria(self) -> list[int]:
        """States stable for everyone under some concept, for every coalition asked for, or at some horizon."""
        plain = [name for name in CONCEPTS if name in self.concepts]
        tables: list[Bools] = []
        if plain or "sim" in self.concepts:
            ranks = self.conflict.rankings("explain without STATE")
            tables += stable_states(self.conflict.moves, ranks, plain).values()
        if "sim" in self.concepts:
            tables.append(simultaneous.simultaneous(self.conflict))
        if self.seen is not None and "limited-move" in self.concepts:
            tables += [self.seen.limited(h) for h in self.ahead]
        if self.seen is not None and "non-myopic" in self.concepts:
            tables.append(self.seen.stable)
        if self.solved is not None:
            joint = [name[1:] for name in COALITION_CONCEPTS if name in self.concepts]
            tables += [np.stack([self.solved.stable[m][kind] for m in self.groups]) for kind in joint]
        return np.flatnonzero(np.any([table.all(axis=0) for table in tables], axis=0)).tolist()
