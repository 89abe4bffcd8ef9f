"""Which states are held only by threats that somebody would not want to carry out, and what would make them credible.

A state that is stable for a decision maker by GMR and not by SEQ rests on sanctions that cost a sanctioner something:
the gap between the two is a measure of the credibility of the threat. For every improvement that no willing sanction
meets, the sanction with the fewest unwilling steps is shown, and the preferences that would make those steps willing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backstop.base.words import listed
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.moves import Values
from backstop.graphmodel.model.sequences import Path, cheapest_end, first_end


@dataclass(frozen=True, slots=True)
class Wish:
    """A preference that would have to hold: `decision_maker` prefers `better` to `worse`."""

    decision_maker: int
    better: int
    worse: int


@dataclass(frozen=True, slots=True)
class Threat:
    """What deters `decision_maker` from going from `state` to `improvement`, but is not credible.

    `path` is the sanction with the fewest steps unwelcome to their movers; `wishes` is what these must prefer.
    """

    decision_maker: int
    state: int
    improvement: int
    path: Path
    wishes: tuple[Wish, ...]

    def as_dict(self, conflict: Conflict) -> dict[str, object]:
        """The threat as plain data, with the ids of the file."""
        ids, names = conflict.states.ids, conflict.maker_ids
        return {
            "decision_maker": names[self.decision_maker],
            "improvement": ids[self.improvement],
            "sanction": conflict.steps(self.path),
            "would_have_to_prefer": [
                {"decision_maker": names[w.decision_maker], "better": ids[w.better], "worse": ids[w.worse]}
                for w in self.wishes
            ],
        }

    def words(self, conflict: Conflict) -> str:
        """The threat in one sentence, with what would make it credible."""
        ids, names = conflict.states.ids, conflict.maker_ids
        needed = listed(
            f"{names[w.decision_maker]} would have to prefer {ids[w.better]} to {ids[w.worse]}"
            for w in self.wishes
        )
        return (
            f"{names[self.decision_maker]} is kept from {ids[self.state]} to {ids[self.improvement]} only by"
            f" {conflict.path_words(self.path)}, which would not be done: {needed}"
        )


def threats(conflict: Conflict, decision_maker: int, state: int) -> list[Threat]:
    """Threats on which GMR stability of a state rests and that are not credible; [] where there are none.

    Raises Refused where preferences are not rankings.
    """
    ranks = conflict.rankings("the credibility of threats")
    i = decision_maker
    rank = ranks[i]
    others = [k for k in range(len(ranks)) if k != i]
    moves = [conflict.moves[k].targets for k in others]
    willing = [conflict.moves[k].improving(ranks[k]).targets for k in others]
    found: list[Threat] = []
    for improvement in conflict.moves[i].targets(state):
        q = int(improvement)
        if (
            rank[q] <= rank[state]
            or first_end(q, willing, lambda r: bool(rank[r] <= rank[state])) is not None
        ):
            continue
        cheapest = cheapest_end(
            q,
            moves,
            lambda mover, here, there: int(ranks[others[mover]][there] <= ranks[others[mover]][here]),
            lambda r: bool(rank[r] <= rank[state]),
        )
        if cheapest is None:
            return []
        path = tuple((others[mover], there) for mover, there in cheapest)
        found.append(Threat(i, state, q, path, wishes(ranks, q, path)))
    return found


def wishes(ranks: Sequence[Values], start: int, path: Path) -> tuple[Wish, ...]:
    """What the movers of `path` would have to prefer for every step of it to be an improvement."""
    needed = []
    here = start
    for mover, there in path:
        if ranks[mover][there] <= ranks[mover][here]:
            needed.append(Wish(mover, there, here))
        here = there
    return tuple(needed)
