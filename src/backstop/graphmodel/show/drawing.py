"""The conflict as a picture in plain data: where states stand, who moves where, what is stable, how a sanction runs.

Positions and lists only; a chart is made from them elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import Refused
from backstop.graphmodel.analysis import Analysis
from backstop.graphmodel.change.evolution import evolve
from backstop.graphmodel.model.conflict import Conflict
from backstop.graphmodel.model.sequences import matrix
from backstop.graphmodel.reasons.witness import improvements, witness

Places = NDArray[np.float64]

FORMAT = "backstop-graph-drawing/1"
MAX_DRAWN = 64


def drawing(
    analysis: Analysis,
    every_move: bool = False,
    sanctions_of: tuple[int, int] | None = None,
    start: int | None = None,
) -> dict[str, Any]:
    """Nodes (id, text, x, y in [0, 1], equilibrium under which concepts), edges (mover, from, to, improvement).

    By default only improvements are drawn; `every_move` adds the others. `sanctions_of` (decision maker, state) adds
    the sanction paths that keep it there. Above 64 states those reached from `start` (default: the status quo) by
    improvements are drawn; where these are too many as well, or there is no start, raises Refused.
    """
    conflict = analysis.conflict
    start = conflict.status_quo if start is None else start
    shown = _shown(conflict, start)
    visible = set(shown)
    nodes = _nodes(analysis, shown)
    edges: list[dict[str, Any]] = []
    for dm, moves, better in zip(
        conflict.decision_makers,
        conflict.moves,
        [improvements(conflict, i) for i in range(len(conflict.moves))],
        strict=True,
    ):
        for state in shown:
            wanted = {int(q) for q in better(state)}
            for target in moves.targets(state):
                q = int(target)
                if q in visible and (every_move or q in wanted):
                    edges.append(
                        {
                            "mover": dm.id,
                            "from": conflict.states.ids[state],
                            "to": conflict.states.ids[q],
                            "improvement": q in wanted,
                        }
                    )
    result: dict[str, Any] = {
        "format": FORMAT,
        "title": conflict.title,
        "variant": conflict.variant,
        "decision_makers": [{"id": dm.id, "name": dm.name} for dm in conflict.decision_makers],
        "collapsed": len(shown) < conflict.size,
        "states_in_all": conflict.size,
        "nodes": nodes,
        "edges": edges,
    }
    if sanctions_of is not None:
        result["sanctions"] = _sanctions(conflict, *sanctions_of)
    return result


def _shown(conflict: Conflict, start: int | None) -> list[int]:
    if conflict.size <= MAX_DRAWN:
        return list(range(conflict.size))
    reached = sorted(evolve(conflict, "ui", start).distance) if start is not None else []
    if not reached or len(reached) > MAX_DRAWN:
        count = f", {len(reached):,} of them reached by improvements" if reached else ""
        raise Refused(
            f"{conflict.size:,} states{count}; at most {MAX_DRAWN} can be drawn so that they are told apart",
            hint="merge states, name another start with --from, or use the tables",
        )
    return reached


def _nodes(analysis: Analysis, shown: Sequence[int]) -> list[dict[str, Any]]:
    conflict = analysis.conflict
    place = _layout(conflict, shown)
    count = len(conflict.options)
    result = []
    for state, (x, y) in zip(shown, place, strict=True):
        name = conflict.states.ids[state]
        bits = conflict.states.bits(state, count)
        result.append(
            {
                "id": name,
                "text": conflict.describe(state),
                "bits": bits,
                "x": round(float(x), 4),
                "y": round(float(y), 4),
                "status_quo": state == conflict.status_quo,
                "equilibrium": [c for c, table in analysis.concepts.items() if table[:, state].all()],
                "stable": {
                    dm.id: [c for c, table in analysis.concepts.items() if table[i, state]]
                    for i, dm in enumerate(conflict.decision_makers)
                },
            }
        )
    return result


def _layout(conflict: Conflict, shown: Sequence[int]) -> Places:
    """Positions in the unit square: spread by path length over all moves, the same every time."""
    import networkx

    graph = networkx.Graph()
    graph.add_nodes_from(shown)
    visible = np.array(shown)
    for moves in conflict.moves:
        if conflict.size <= 4_096:
            links = np.argwhere(matrix(moves)[np.ix_(visible, visible)])
            graph.add_edges_from((shown[a], shown[b]) for a, b in links)
    if len(shown) < 3:
        return np.array([[0.25 + 0.5 * at, 0.5] for at in range(len(shown))])
    # The spread settles where it began turning; of several beginnings the one with the fewest crossings is kept.
    walked = list(networkx.dfs_preorder_nodes(graph, shown[0]))
    orders = [list(shown), [*walked, *(state for state in shown if state not in set(walked))]]
    number = {state: at for at, state in enumerate(shown)}
    links = np.array([[number[a], number[b]] for a, b in graph.edges], dtype=np.int64).reshape(-1, 2)
    tried = []
    for order in orders:
        spots = networkx.kamada_kawai_layout(graph, pos=networkx.circular_layout(order))
        tried.append(np.array([spots[state] for state in shown]))
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


def _sanctions(conflict: Conflict, decision_maker: int, state: int) -> list[dict[str, Any]]:
    """Improvement and sanction path of each departure, the willing sanction where there is one."""
    ids = conflict.states.ids
    names = [dm.id for dm in conflict.decision_makers]
    willing = {
        a.improvement: a for a in witness(conflict, decision_maker, state, "seq").answers if a.sanction
    }
    found = []
    for answer in witness(conflict, decision_maker, state, "gmr").answers:
        chosen = willing.get(answer.improvement, answer)
        path = [{"mover": names[decision_maker], "from": ids[state], "to": ids[answer.improvement]}]
        here = answer.improvement
        for step in chosen.sanction or ():
            path.append({"mover": names[step.movers[0]], "from": ids[here], "to": ids[step.end]})
            here = step.end
        found.append(
            {"improvement": ids[answer.improvement], "credible": answer.improvement in willing, "path": path}
        )
    return found
