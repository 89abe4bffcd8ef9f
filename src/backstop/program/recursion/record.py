"""What is kept of every period as a pair of worlds is solved backwards, for figures that are computed forwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.game.tree import Decision, Ending, Game, Play
from backstop.program.layout import SLOT, Memory


@dataclass(frozen=True, slots=True)
class Record:
    """`stride` bytes for every period, the first of them at `base`; places are within a period.

    `outcomes[k][o]`: the probability of outcome o of the play of phase k; `moves[k][l]`: that of phase l as the next
    one. `slips[k][o, i]`: the probability of the outcome with a first slip by actor i on the way, and
    `slip_moves[k][l][i]` that of the next phase so; both are empty where slips are not asked for.
    """

    base: int
    stride: int
    outcomes: Sequence[Mapping[int, int]]
    moves: Sequence[Mapping[int, int]]
    slips: Sequence[Mapping[tuple[int, int], int]]
    slip_moves: Sequence[Mapping[int, Mapping[int, int]]]


def record_of(game: Game, periods: int, memory: Memory, slips: bool) -> Record:
    """Room for what is kept of every period."""
    used = 0

    def taken() -> int:
        nonlocal used
        used += SLOT
        return used - SLOT

    outcomes, moves = list[dict[int, int]](), list[dict[int, int]]()
    slipped, slip_moves = list[dict[tuple[int, int], int]](), list[dict[int, dict[int, int]]]()
    for play, following in zip(game.plays, game.next_phase, strict=True):
        ways = {} if play is None else slippery(play)
        # The outcomes of a phase come first, and in the order in which its play has them.
        places = {outcome: taken() for outcome in ([] if play is None else reached(play))}
        targets: dict[int, list[int]] = {}
        for outcome in places:
            targets.setdefault(following[outcome], []).append(outcome)
        outcomes.append(places)
        moves.append({to: places[each[0]] if len(each) == 1 else taken() for to, each in targets.items()})
        if slips:
            own = {(outcome, actor): taken() for outcome in places for actor in sorted(ways[outcome])}
            slipped.append(own)
            slip_moves.append({})
            for target, each in targets.items():
                slip_moves[-1][target] = {}
                for actor in sorted({actor for outcome in each for actor in ways[outcome]}):
                    found = [own[outcome, actor] for outcome in each if actor in ways[outcome]]
                    slip_moves[-1][target][actor] = found[0] if len(found) == 1 else taken()
    stride = max(used, SLOT)
    return Record(memory.take(periods, stride), stride, outcomes, moves, slipped, slip_moves)


def reached(play: Play) -> list[int]:
    """The outcomes that a play can end in, in the order of its nodes."""
    nodes, live = play.nodes, _live(play)
    return list(dict.fromkeys(n.outcome for i, n in enumerate(nodes) if i in live and isinstance(n, Ending)))


def slippery(play: Play) -> dict[int, set[int]]:
    """Who decides on a way to each outcome that a play can end in."""
    nodes, live = play.nodes, _live(play)
    above: list[set[int]] = [set() for _ in nodes]
    found: dict[int, set[int]] = {}
    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        if position not in live:
            continue
        if isinstance(node, Ending):
            found.setdefault(node.outcome, set()).update(above[position])
            continue
        here = above[position] | ({node.actor} if isinstance(node, Decision) else set())
        for child in node.children:
            above[child] |= here
    return found


def _live(play: Play) -> set[int]:
    """The nodes that the root leads to."""
    live = {len(play.nodes) - 1}
    for position in range(len(play.nodes) - 1, -1, -1):
        node = play.nodes[position]
        if position in live and not isinstance(node, Ending):
            live.update(node.children)
    return live
