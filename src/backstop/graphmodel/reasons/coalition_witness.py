"""Why a state is stable or not for a coalition: how it improves, who answers and how, whom that hurts, the escape.

A witness for each cell of CNash, CGMR, CSMR and CSEQ (definitions in `coalition`), with the single moves of every
sequence.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.preference import Bools
from backstop.graphmodel.model.sequences import Path, Targets, first_end
from backstop.graphmodel.stability.coalition import CoalitionConcept, Coalitions, Members, subsets


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
class CoalitionAnswer:
    """What meets one improvement, which the coalition reaches by `way`.

    `sanction` is a shortest one, or None, and `hurt` a member that finds its end no better than the state left. Under
    CSMR `replies` has every end the coalition can then reach, with a member that finds it no better. Where only a
    sanction that can be escaped exists, `escaped` is that sanction and `escape` the way to a state better for all.
    """

    improvement: int
    way: Path
    sanction: tuple[JointStep, ...] | None
    hurt: int | None = None
    replies: tuple[tuple[int, int], ...] = ()
    escaped: tuple[JointStep, ...] | None = None
    escape: Path | None = None


@dataclass(frozen=True, slots=True)
class CoalitionWitness:
    """One cell: is `state` stable for the coalition `members` under `concept`, and why.

    `structural`: no member can move. `answers` has every improvement where the state is stable, and the first
    unsanctioned one where it is not (under CNash: the first).
    """

    members: Members
    state: int
    concept: CoalitionConcept
    stable: bool
    structural: bool
    answers: tuple[CoalitionAnswer, ...]


def coalition_named(conflict: Conflict, name: str) -> Members:
    """The coalition called `a+b` by the ids of its members. Raises InvalidInput for an unknown id or a repeat."""
    ids = [dm.id for dm in conflict.decision_makers]
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


def coalition_witness(
    conflict: Conflict, found: Coalitions, members: Members, state: int, concept: CoalitionConcept
) -> CoalitionWitness:
    """The reason for one cell of `found`; `members` ascending.

    Raises Refused where a preference is not a ranking (as `coalitions` does).
    """
    ranks = conflict.rankings("the analysis of coalitions")
    rest = [k for k in range(len(ranks)) if k not in members]
    steps = [move.targets for move in conflict.moves]
    structural = not any(len(steps[j](state)) for j in members)
    better = np.stack([ranks[j] > ranks[j][state] for j in members])  # (members, states)
    gain: Bools = np.logical_and.reduce(better)
    wanted = np.flatnonzero(found.improvements[members][state]).tolist()

    def way(mover: Members, start: int, end: int) -> Path:
        path = first_end(start, [steps[k] for k in mover], lambda at: at == end)
        assert path is not None  # the end is known to be reached
        return tuple((mover[k], at) for k, at in path)

    if concept == "nash":
        answers = [CoalitionAnswer(q, way(members, state, q), None) for q in wanted[:1]]
        return CoalitionWitness(members, state, concept, not wanted, structural, tuple(answers))

    # Those who answer: single others, or under CSEQ every coalition among them, by improvements for all in it.
    movers: list[Members] = subsets(len(ranks), rest) if concept == "seq" else [(k,) for k in rest]
    targets: Sequence[Targets] = (
        [_improving(found, part) for part in movers] if concept == "seq" else [steps[k] for k in rest]
    )
    # Where the coalition has no way to a state that all its members prefer.
    held = np.ones(conflict.size, dtype=np.bool_)
    if concept == "smr":
        held = np.logical_not(np.any(found.ends[members] & gain[None, :], axis=1))

    def joint(start: int, deters: Callable[[int], bool]) -> tuple[JointStep, ...] | None:
        path = first_end(start, targets, deters)
        if path is None:
            return None
        result, here = [], start
        for k, there in path:
            result.append(JointStep(movers[k], way(movers[k], here, there)))
            here = there
        return tuple(result)

    def unhappy(end: int) -> int:
        return members[int(np.argmin(better[:, end]))]

    answered: list[CoalitionAnswer] = []
    for q in wanted:
        sanction = joint(q, lambda end: bool(not gain[end] and held[end]))
        led = way(members, state, q)
        if sanction is not None:
            end = sanction[-1].end
            replies = np.flatnonzero(found.ends[members][end]).tolist() if concept == "smr" else []
            answered.append(
                CoalitionAnswer(q, led, sanction, unhappy(end), tuple((t, unhappy(t)) for t in replies))
            )
            continue
        escaped = joint(q, lambda end: not gain[end]) if concept == "smr" else None
        escape = None
        if escaped is not None:
            end = escaped[-1].end
            out = int(np.flatnonzero(found.ends[members][end] & gain)[0])
            escape = way(members, end, out)
        one = CoalitionAnswer(q, led, None, escaped=escaped, escape=escape)
        return CoalitionWitness(members, state, concept, False, structural, (one,))
    return CoalitionWitness(members, state, concept, True, structural, tuple(answered))


def _improving(found: Coalitions, part: Members) -> Targets:
    rows = found.improvements[part]
    return lambda state: np.flatnonzero(rows[state]).astype(np.int32)
