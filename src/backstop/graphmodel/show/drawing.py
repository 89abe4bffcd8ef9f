"""The conflict as a picture in plain data: where states stand, who moves where, what is stable, how a sanction runs.

Positions and lists only; a chart is made from them elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NotRequired, TypedDict

import numpy as np
from numpy.typing import NDArray

from backstop.graphmodel.analysis import Analysis
from backstop.graphmodel.change.evolution import evolve
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.reasons.witness import improvements, witness

Places = NDArray[np.float64]

FORMAT = "backstop-graph-drawing/1"
MAX_DRAWN = 64
"""States that can be drawn so that they are told apart; of more, those reached from a start, or a table."""
_MOST_ROWS, _MOST_NEAR = 24, 6


class Node(TypedDict):
    """A state: what is done there, where it stands, and who is stable there under which concepts."""

    id: str
    text: str
    bits: str
    x: float
    y: float
    status_quo: bool
    equilibrium: list[str]
    stable: dict[str, list[str]]


Step = TypedDict("Step", {"mover": str, "from": str, "to": str})
Edge = TypedDict("Edge", {"mover": str, "from": str, "to": str, "improvement": bool})


class Sanction(TypedDict):
    """One departure and the answer to it, a willing one where there is one; `sanctioned`: there is an answer."""

    improvement: str
    credible: bool
    sanctioned: bool
    path: list[Step]


class Row(TypedDict):
    """An equilibrium of many states with the moves out of it: [mover, to, what is done there, improvement]."""

    id: str
    text: str
    equilibrium: list[str]
    near: list[tuple[str, str, str, bool]]
    moves: int


class Drawing(TypedDict):
    """A picture as plain data (`backstop-graph-drawing/1`); positions in [0, 1].

    Where states are too many to be drawn there are no nodes: `table` has the equilibria and what is near them, of
    `equilibria` in all.
    """

    format: str
    title: str
    variant: str
    decision_makers: list[dict[str, str]]
    collapsed: bool
    states_in_all: int
    nodes: list[Node]
    edges: list[Edge]
    sanctions: NotRequired[list[Sanction]]
    sanctions_of: NotRequired[list[str]]
    table: NotRequired[list[Row]]
    equilibria: NotRequired[int]


def drawing(
    analysis: Analysis,
    every_move: bool = False,
    sanctions_of: tuple[int, int] | None = None,
    start: int | None = None,
) -> Drawing:
    """The drawing of an analysed conflict: states as nodes, improvements as edges; `every_move` adds the other moves.

    `sanctions_of` (decision maker, state) adds what keeps it there. Above 64 states those reached from `start` (the
    status quo) by improvements are drawn; where these are too many as well, or there is no start, there is a table.
    """
    conflict = analysis.conflict
    shown = _shown(conflict, conflict.status_quo if start is None else start)
    result: Drawing = {
        "format": FORMAT,
        "title": conflict.title,
        "variant": conflict.variant,
        "decision_makers": [{"id": dm.id, "name": dm.name} for dm in conflict.decision_makers],
        "collapsed": len(shown) < conflict.size,
        "states_in_all": conflict.size,
        "nodes": _nodes(analysis, shown),
        "edges": _edges(conflict, shown, every_move),
    }
    if sanctions_of is not None:
        i, state = sanctions_of
        result["sanctions"] = _sanctions(conflict, i, state)
        result["sanctions_of"] = [conflict.maker_ids[i], conflict.states.ids[state]]
    if not shown:
        calm = np.flatnonzero(np.any([t.all(axis=0) for t in analysis.concepts.values()], axis=0))
        result["table"] = [_row(analysis, state) for state in calm[:_MOST_ROWS].tolist()]
        result["equilibria"] = len(calm)
    return result


def _shown(conflict: Conflict, start: int | None) -> list[int]:
    """The states to draw; none where they are too many."""
    if conflict.size <= MAX_DRAWN:
        return list(range(conflict.size))
    reached = [] if start is None else sorted(evolve(conflict, "ui", start).distance)
    return reached if len(reached) <= MAX_DRAWN else []


def _equilibrium(analysis: Analysis, state: int) -> list[str]:
    return [concept for concept, table in analysis.concepts.items() if table[:, state].all()]


def _nodes(analysis: Analysis, shown: Sequence[int]) -> list[Node]:
    conflict = analysis.conflict
    count = len(conflict.options)
    return [
        {
            "id": conflict.states.ids[state],
            "text": conflict.describe(state),
            "bits": conflict.states.bits(state, count),
            "x": round(float(x), 4),
            "y": round(float(y), 4),
            "status_quo": state == conflict.status_quo,
            "equilibrium": _equilibrium(analysis, state),
            "stable": {
                dm.id: [c for c, table in analysis.concepts.items() if table[i, state]]
                for i, dm in enumerate(conflict.decision_makers)
            },
        }
        for state, (x, y) in zip(shown, _layout(conflict, shown), strict=True)
    ]


def _edges(conflict: Conflict, shown: Sequence[int], every_move: bool) -> list[Edge]:
    visible = set(shown)
    ids = conflict.states.ids
    edges: list[Edge] = []
    for i, (name, moves) in enumerate(zip(conflict.maker_ids, conflict.moves, strict=True)):
        better = improvements(conflict, i)
        for state in shown:
            wanted = {int(q) for q in better(state)}
            edges += [
                {"mover": name, "from": ids[state], "to": ids[q], "improvement": q in wanted}
                for q in moves.targets(state).tolist()
                if q in visible and (every_move or q in wanted)
            ]
    return edges


def _row(analysis: Analysis, state: int) -> Row:
    """An equilibrium and the moves out of it, improvements first, then those that change the fewest options."""
    conflict = analysis.conflict
    bits = conflict.states.bits
    count = len(conflict.options)
    here = bits(state, count)
    found = []
    for i, (name, moves) in enumerate(zip(conflict.maker_ids, conflict.moves, strict=True)):
        wanted = {int(q) for q in improvements(conflict, i)(state)}
        for q in moves.targets(state).tolist():
            changed = sum(a != b for a, b in zip(here, bits(q, count), strict=True))
            move = (name, conflict.states.ids[q], conflict.describe(q), q in wanted)
            found.append((q not in wanted, changed, q, move))
    found.sort()
    return {
        "id": conflict.states.ids[state],
        "text": conflict.describe(state),
        "equilibrium": _equilibrium(analysis, state),
        "near": [move for *_, move in found[:_MOST_NEAR]],
        "moves": len(found),
    }


def _layout(conflict: Conflict, shown: Sequence[int]) -> Places:
    """Positions in the unit square: spread by path length over all moves, the same every time."""
    import networkx

    if len(shown) < 3:
        return np.array([[0.25 + 0.5 * at, 0.5] for at in range(len(shown))]).reshape(-1, 2)
    number = {state: at for at, state in enumerate(shown)}
    graph = networkx.Graph()
    graph.add_nodes_from(range(len(shown)))
    for moves in conflict.moves:
        ends = ((state, q) for state in shown for q in moves.targets(state).tolist())
        graph.add_edges_from((number[state], number[q]) for state, q in ends if q in number)
    # The spread settles where it began turning; of several beginnings the one with the fewest crossings is kept.
    walked = list(networkx.dfs_preorder_nodes(graph, 0))
    orders = [list(graph), [*walked, *(at for at in graph if at not in set(walked))]]
    links = np.array(graph.edges, dtype=np.int64).reshape(-1, 2)
    tried = []
    for order in orders:
        spots = networkx.kamada_kawai_layout(graph, pos=networkx.circular_layout(order))
        tried.append(np.array([spots[at] for at in graph]))
    return _apart(_unit(min(tried, key=lambda place: _crossings(place, links))))


def _crossings(place: Places, links: NDArray[np.int64]) -> int:
    """How many pairs of straight links cross."""
    a, b = place[links[:, 0]], place[links[:, 1]]

    def side(p: Places, q: Places, r: Places) -> Places:
        value: Places = (q[..., 0] - p[..., 0]) * (r[..., 1] - p[..., 1]) - (q[..., 1] - p[..., 1]) * (
            r[..., 0] - p[..., 0]
        )
        return value

    first, second = (a[:, None], b[:, None]), (a[None, :], b[None, :])
    parted = side(*first, second[0]) * side(*first, second[1]) < -1e-12
    return int((parted & parted.T).sum()) // 2


def _unit(place: Places) -> Places:
    low, high = place.min(axis=0), place.max(axis=0)
    result: Places = (place - low) / np.where(high > low, high - low, 1.0)
    return result


def _apart(place: Places, aspect: float = 4 / 3) -> Places:
    """Positions pushed apart until circles of a common size do not touch, in a picture of this aspect."""
    stretch = np.array([aspect, 1.0])
    spot = place * stretch
    least = min(0.13, 0.9 / np.sqrt(len(place)))
    for _ in range(300):
        gap = spot[:, None] - spot[None, :]
        far = np.hypot(gap[..., 0], gap[..., 1])
        np.fill_diagonal(far, np.inf)
        if far.min() >= least:
            break
        push = np.where(far < least, (least - far) / 2, 0.0) / np.maximum(far, 1e-9)
        spot = spot + 0.5 * (gap * push[..., None]).sum(axis=1)
    return _unit(spot / stretch)


def _sanctions(conflict: Conflict, decision_maker: int, state: int) -> list[Sanction]:
    """Improvement and sanction path of each departure, the willing sanction where there is one."""
    ids, names = conflict.states.ids, conflict.maker_ids
    willing = {
        a.improvement: a for a in witness(conflict, decision_maker, state, "seq").answers if a.sanction
    }
    found: list[Sanction] = []
    for answer in witness(conflict, decision_maker, state, "gmr").answers:
        chosen = willing.get(answer.improvement, answer)
        ends = [state, answer.improvement, *(step.end for step in chosen.sanction or ())]
        movers = [decision_maker, *(step.movers[0] for step in chosen.sanction or ())]
        found.append(
            {
                "improvement": ids[answer.improvement],
                "credible": answer.improvement in willing,
                "sanctioned": chosen.sanction is not None,
                "path": [
                    {"mover": names[mover], "from": ids[here], "to": ids[there]}
                    for mover, (here, there) in zip(movers, pairwise(ends), strict=True)
                ],
            }
        )
    return found
