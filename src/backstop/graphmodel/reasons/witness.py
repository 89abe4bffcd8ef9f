"""Why a state is stable or not for those who may leave it together: the improvement, the sanction, the escape, or none.

One decision maker is a coalition of one. Found by searching legal sequences state by state.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools, Preference, Ranking, better_matrix, unknown_matrix
from backstop.graphmodel.model.sequences import Path, Targets, first_end
from backstop.graphmodel.stability.attitudes import Extension
from backstop.graphmodel.stability.coalitions import Coalitions, Members, subsets
from backstop.graphmodel.stability.concepts import COALITION_CONCEPTS, CoalitionConcept, Concept

States = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class JointStep:
    """A move of one or several acting together: `path` has its single moves (mover, state)."""

    movers: Members
    path: Path

    @property
    def end(self) -> int:
        """The state it leads to."""
        return self.path[-1][1]


@dataclass(frozen=True, slots=True)
class Answer:
    """What meets one improvement, which the members reach by `way`.

    `sanction` is a shortest one, or None, and `hurt` a member that finds its end no better than the state left. Where
    replies count, `replies` has every state the members can then reach, with a member that finds it no better. Where
    only a sanction that can be escaped exists, `escaped` is that sanction and `escape` the way to a better state.
    """

    improvement: int
    way: Path
    sanction: tuple[JointStep, ...] | None
    hurt: int | None = None
    replies: tuple[tuple[int, int], ...] = ()
    escaped: tuple[JointStep, ...] | None = None
    escape: Path | None = None


@dataclass(frozen=True, slots=True)
class Witness:
    """The reason for one cell: is `state` stable for `members` under `concept`, and why. `structural`: none can move.

    `answers` has every improvement where the state is stable, and the first unsanctioned one where it is not.
    """

    members: Members
    state: int
    concept: Concept | CoalitionConcept
    stable: bool
    structural: bool
    answers: tuple[Answer, ...]

    @property
    def joint(self) -> bool:
        """Whether the concept is one of coalitions."""
        return self.concept in COALITION_CONCEPTS

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The cell with its reason as plain data, with the ids of the file."""
        names = [conflict.maker_ids[j] for j in self.members]
        who = {"coalition": names} if self.joint else {"decision_maker": names[0]}
        one = _joint_answer if self.joint else _answer
        return {
            **who,
            "concept": self.concept,
            "stable": self.stable,
            "structural": self.structural,
            "improvements": [one(conflict, answer) for answer in self.answers],
        }


def _answer(conflict: Conflict, answer: Answer) -> dict[str, object]:
    """An answer to one decision maker, whose ways and replies are single moves."""
    ids = conflict.states.ids

    def flat(steps: Sequence[JointStep] | None) -> list[list[str]] | None:
        return None if steps is None else [pair for step in steps for pair in conflict.steps(step.path)]

    return {
        "to": ids[answer.improvement],
        "sanction": flat(answer.sanction),
        "replies": [ids[state] for state, _ in answer.replies],
        "escaped": flat(answer.escaped),
        "escape": None if answer.escape is None else ids[answer.escape[-1][1]],
    }


def _joint_answer(conflict: Conflict, answer: Answer) -> dict[str, object]:
    ids, names = conflict.states.ids, conflict.maker_ids

    def joint(steps: Sequence[JointStep] | None) -> list[dict[str, object]] | None:
        if steps is None:
            return None
        return [
            {"movers": [names[k] for k in one.movers], "to": ids[one.end], "path": conflict.steps(one.path)}
            for one in steps
        ]

    return {
        "to": ids[answer.improvement],
        "path": conflict.steps(answer.way),
        "sanction": joint(answer.sanction),
        "no_better_for": None if answer.hurt is None else names[answer.hurt],
        "replies": [{"to": ids[t], "no_better_for": names[j]} for t, j in answer.replies],
        "escaped": joint(answer.escaped),
        "escape": None if answer.escape is None else conflict.steps(answer.escape),
    }


def witness(
    conflict: Conflict, decision_maker: int, state: int, concept: Concept, extension: Extension | None = None
) -> Witness:
    """The reason for one cell of the stability tables.

    Where preferences are unknown, `extension` says how they are taken (see `attitudes.uncertain`); without it only what
    is certain counts.
    """
    i = decision_maker
    others = [k for k in range(len(conflict.moves)) if k != i]
    steps: list[Targets] = [conflict.moves[k].targets for k in others]
    if concept in ("seq", "sseq"):
        steps = [improvements(conflict, k, extension is not None) for k in others]
    own = conflict.moves[i].targets
    # Who leaves for the unknown, and who is deterred by it.
    leaves = _prefers(conflict.preferences[i], extension in ("a", "c"))
    worth = _prefers(conflict.preferences[i], extension in ("a", "b"))
    wanted = own(state)[leaves(state, own(state))].tolist()
    return _Case(
        conflict=conflict,
        members=(i,),
        state=state,
        reach=own,
        better=lambda ends: worth(state, ends)[None, :],
        movers=[(k,) for k in others],
        steps=steps,
    ).witness(concept, wanted)


def coalition_witness(found: Coalitions, members: Members, state: int, concept: CoalitionConcept) -> Witness:
    """The reason for one cell of `found`; `members` ascending. Under CSEQ every coalition of the others may answer.

    Raises Refused where a preference is not a ranking (as `coalitions` does).
    """
    conflict = found.conflict
    ranks = conflict.rankings("the analysis of coalitions")
    rest = [k for k in range(len(ranks)) if k not in members]
    movers: list[Members] = subsets(rest) if concept == "cseq" else [(k,) for k in rest]
    steps: list[Targets] = [conflict.moves[k].targets for k in rest]
    if concept == "cseq":
        steps = [_row(found.improvements[part]) for part in movers]
    better = np.stack([ranks[j] > ranks[j][state] for j in members])
    case = _Case(
        conflict=conflict,
        members=members,
        state=state,
        reach=_row(found.ends[members]),
        better=lambda ends: better[:, ends],
        movers=movers,
        steps=steps,
    )
    return case.witness(concept, np.flatnonzero(found.improvements[members][state]).tolist())


def _row(table: Bools) -> Callable[[int], States]:
    return lambda state: np.flatnonzero(table[state]).astype(np.int32)


def _prefers(preference: Preference, hopeful: bool) -> Callable[[int, States], Bools]:
    """A function of (state, others): which of the others are preferred to the state; `hopeful`: or unknown to be."""
    if isinstance(preference, Ranking):
        rank = preference.rank
        return lambda state, others: rank[others] > rank[state]
    better = better_matrix(preference)
    if hopeful:
        better = better | unknown_matrix(preference)
    return lambda state, others: better[others, state]


def improvements(conflict: Conflict, decision_maker: int, hopeful: bool = False) -> Targets:
    """A function of a state: the improvements of one decision maker from it; `hopeful`: those that may be, too."""
    better = _prefers(conflict.preferences[decision_maker], hopeful)
    reach = conflict.moves[decision_maker].targets

    def targets(state: int) -> States:
        found = reach(state)
        return found[better(state, found)]

    return targets


@dataclass(frozen=True, slots=True)
class _Case:
    """Who may leave `state` and who answers: `better(ends)` says (members, ends) who prefers what, and `movers[k]`, one
    or several acting as one, go by `steps[k]`."""

    conflict: Conflict
    members: Members
    state: int
    reach: Callable[[int], States]
    better: Callable[[States], Bools]
    movers: Sequence[Members]
    steps: Sequence[Targets]

    def witness(self, concept: Concept | CoalitionConcept, wanted: Sequence[int]) -> Witness:
        structural = not any(len(self.conflict.moves[j].targets(self.state)) for j in self.members)
        kind = concept.removeprefix("c")
        strict = kind in ("smr", "sseq")
        found: list[Answer] = []
        for q in wanted[:1] if kind == "nash" else wanted:
            way = self.way(self.members, self.state, q)
            sanction = None if kind == "nash" else self.sanction(q, strict)
            if sanction is None:
                escaped = self.sanction(q, False) if strict else None
                escape = None
                if escaped is not None:
                    replies = self.reach(escaped[-1].end)
                    out = int(replies[self.better(replies).all(axis=0)][0])
                    escape = self.way(self.members, escaped[-1].end, out)
                answer = Answer(q, way, None, escaped=escaped, escape=escape)
                return Witness(self.members, self.state, concept, False, structural, (answer,))
            end = sanction[-1].end
            after = self.reach(end).tolist() if strict else []
            found.append(Answer(q, way, sanction, self.hurt(end), tuple((t, self.hurt(t)) for t in after)))
        return Witness(self.members, self.state, concept, True, structural, tuple(found))

    def sanction(self, start: int, inescapable: bool) -> tuple[JointStep, ...] | None:
        """A shortest sequence of the others from `start` to a state that deters."""

        def deters(end: int) -> bool:
            if self.better(np.array([end], dtype=np.int32)).all():
                return False
            return not (inescapable and self.better(self.reach(end)).all(axis=0).any())

        path = first_end(start, self.steps, deters)
        if path is None:
            return None
        ends = [start, *(there for _, there in path)]
        return tuple(
            JointStep(self.movers[k], self.way(self.movers[k], here, there))
            for (k, there), here in zip(path, ends, strict=False)
        )

    def hurt(self, end: int) -> int:
        """A member that finds `end` no better."""
        return self.members[int(np.argmin(self.better(np.array([end], dtype=np.int32))[:, 0]))]

    def way(self, movers: Members, start: int, end: int) -> Path:
        """The single moves by which `movers` get from `start` to `end`, which they are known to reach."""
        if len(movers) == 1:
            return ((movers[0], end),)
        steps = [self.conflict.moves[k].targets for k in movers]
        path = first_end(start, steps, lambda at: at == end)
        assert path is not None
        return tuple((movers[k], at) for k, at in path)
