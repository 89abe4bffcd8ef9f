"""Where the moves of a conflict run between its states: bent arrows that keep off other states."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeAlias

from backstop.graphmodel.show.drawing import Drawing

RADIUS = 19.0
"""Of the circle of a state, in the units of the picture."""

Point: TypeAlias = tuple[float, float]
Mark: TypeAlias = dict[str, str | float | bool]


def arrows(
    picture: Drawing, names: dict[str, str], spot: dict[str, Point], radius: float = RADIUS
) -> tuple[list[Mark], list[Mark]]:
    """Points of each shaft, slightly bent so that moves there and back are told apart, and its head."""
    shafts: list[Mark] = []
    heads: list[Mark] = []
    makers = list(names)
    for number, edge in enumerate(picture["edges"]):
        ends = spot[edge["from"]], spot[edge["to"]]
        others = [place for name, place in spot.items() if name not in (edge["from"], edge["to"])]
        start, mid, tip = way(*ends, 4.0 * makers.index(edge["mover"]), others, radius)
        mover = names[edge["mover"]]
        common: Mark = {
            "edge": number,
            "mover": mover,
            "faint": not edge["improvement"],
            "said": f"{mover}: {edge['from']} to {edge['to']}",
        }
        shafts += [
            {**common, "step": step, "x": round(px, 1), "y": round(py, 1)}
            for step, (px, py) in enumerate((start, mid, tip))
        ]
        heads.append({**common, "x": round(tip[0], 1), "y": round(tip[1], 1), "angle": turn(mid, ends[1])})
    return shafts, heads


def turn(start: Point, end: Point) -> float:
    """Degrees by which a triangle that points up is turned to point from `start` to `end`, y growing downwards."""
    return round(math.degrees(math.atan2(end[0] - start[0], start[1] - end[1])) % 360, 1)


def way(
    start: Point, end: Point, aside: float, others: Sequence[Point], radius: float = RADIUS
) -> tuple[Point, Point, Point]:
    """Start, middle and tip of an arrow: bent to its left a little, or as much more as keeps it off other states.

    It never bends to its right, where the arrow back may be.
    """
    length = math.dist(start, end) or 1.0
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    best, least = None, math.inf
    for more in range(0, int(min(0.6 * length, 140.0)) + 1, 6):
        bend = min(0.10 * length, 26.0) + aside + more
        mid = ((start[0] + end[0]) / 2 + uy * bend, (start[1] + end[1]) / 2 - ux * bend)
        way = (towards(start, mid, radius), mid, towards(end, mid, radius + 5))
        points = curve(*way)
        clash = sum(max(0.0, radius + 5 - min(math.dist(at, other) for at in points)) for other in others)
        if clash + 0.02 * more < least:
            best, least = way, clash + 0.02 * more
        if not clash:
            break
    assert best is not None
    return best


def towards(start: Point, end: Point, far: float) -> Point:
    """The point `far` away from `start` on the way to `end`."""
    share = far / (math.dist(start, end) or 1.0)
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def curve(first: Point, mid: Point, last: Point, pieces: int = 8) -> list[Point]:
    """Points of the line drawn through three: a uniform cubic B-spline with its ends tripled."""
    knots = (first, first, first, mid, last, last, last)
    found = []
    for at in range(len(knots) - 3):
        for step in range(pieces + 1):
            t = step / pieces
            weights = ((1 - t) ** 3, 3 * t**3 - 6 * t**2 + 4, -3 * t**3 + 3 * t**2 + 3 * t + 1, t**3)
            near = list(zip(weights, knots[at : at + 4], strict=True))
            found.append((sum(w * p[0] for w, p in near) / 6, sum(w * p[1] for w, p in near) / 6))
    return found


def sanction_ways(
    picture: Drawing, names: dict[str, str], spot: dict[str, Point], radius: float = RADIUS
) -> tuple[list[Mark], list[Mark], list[Mark]]:
    """Wide lines from state to state for each departure and the answers to it, their heads and their numbers."""
    ways: list[Mark] = []
    tips: list[Mark] = []
    numbers: list[Mark] = []
    for number, one in enumerate(picture.get("sanctions", [])):
        for k, step in enumerate(one["path"]):
            if step["from"] in spot and step["to"] in spot:
                start, end = spot[step["from"]], spot[step["to"]]
                mover = names[step["mover"]]
                said = f"{mover}: {step['from']} to {step['to']}"
                common: Mark = {"line": f"{number}-{k}", "mover": mover, "said": said}
                tip = towards(end, start, radius + 9)
                points = (towards(start, end, radius), tip)
                ways += [{**common, "at": at, "x": px, "y": py} for at, (px, py) in enumerate(points)]
                tips.append(
                    {**common, "x": tip[0], "y": tip[1], "angle": turn(start, end), "number": str(k + 1)}
                )
    return ways, tips, numbers
