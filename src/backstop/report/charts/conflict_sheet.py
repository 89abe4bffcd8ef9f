"""The drawing of a conflict for a page or a phone: states as circles, moves as arrows, and what both are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations

from backstop.base.words import listed
from backstop.graphmodel.show.drawing import Drawing, Node
from backstop.report.charts.conflict_ways import Point, arrows, curve, sanction_ways
from backstop.report.drawing import lettering
from backstop.report.drawing.sheet import SIZE, SMALL, Box, Sheet, boxed, overlap

INKS = ("blue", "orange", "green", "rose", "sky", "amber", "bronze", "ink")
DASHES = ("", "7 3", "2 3", "9 3 2 3", "4 4", "12 3", "1 2", "6 2 2 2")
STABLE = (
    ("nash", "Nash equilibrium", 4.5),
    ("sseq", "SSEQ, not Nash", 3.4),
    ("seq", "SEQ: credible sanctions", 3.4),
    ("sim", "SIM", 2.4),
    ("smr", "SMR: threats alone", 1.7),
    ("gmr", "GMR: threats alone", 1.7),
    ("", "no equilibrium", 0.8),
)
"""Rings from the strictest concept down, with the words and the width of each."""
_LEAST, _MOST = 10.0, 19.0


def draw(picture: Drawing, key: bool, width: float) -> Sheet:
    """The graph with its keys; in words where the states are too many or would stand too close for the width."""
    sheet = Sheet(width)
    nodes = picture["nodes"]
    high = (0.62 if not sheet.phone else 1.15) * width
    edge = 34.0
    spot = {
        node["id"]: (edge + node["x"] * (width - 2 * edge), edge + (1 - node["y"]) * (high - 2 * edge))
        for node in nodes
    }
    nearest = min((math.dist(a, b) for a, b in combinations(spot.values(), 2)), default=math.inf)
    radius = min(_MOST, nearest / 2 - 4)
    if not nodes or radius < _LEAST:
        _in_words(sheet, picture)
        return sheet
    names = {dm["id"]: dm["name"] for dm in picture["decision_makers"]}
    circles: list[Box] = [(x - radius, y - radius, x + radius, y + radius) for x, y in spot.values()]
    _moves(sheet, picture, names, spot, radius)
    for node in nodes:
        _state(sheet, node, spot[node["id"]], radius)
    for node in nodes:
        _named(sheet, node, spot[node["id"]], radius, circles)
    top = _keys(sheet, picture, names, max(sheet.bottom, high) + 10)
    if key:
        for node in nodes:
            if node["text"]:
                top = sheet.paragraph(0, top, f"{node['id']} {node['text']}", width, SMALL)
    return sheet


def _moves(
    sheet: Sheet, picture: Drawing, names: dict[str, str], spot: dict[str, Point], radius: float
) -> None:
    """The arrows of moves in the colour and dash of who makes them, and wide ones for sanctions."""
    order = {name: at for at, name in enumerate(names.values())}
    shafts, heads = arrows(picture, names, spot, radius)
    for number, (head, edge) in enumerate(zip(heads, picture["edges"], strict=True)):
        start, mid, tip = ((float(s["x"]), float(s["y"])) for s in shafts[3 * number : 3 * number + 3])
        at = order[str(head["mover"])] % len(INKS)
        faint = 1.0 if edge["improvement"] else 0.35
        way = curve(start, mid, tip)
        sheet.line(way[::3] + way[-1:], INKS[at], 1.7, DASHES[at], str(head["said"]), faint)
        sheet.area(_head(tip, float(head["angle"]), 5.0), INKS[at], faint)
    ways, tips, _ = sanction_ways(picture, names, spot, radius)
    for number, tip_of in enumerate(tips):
        ink = INKS[order[str(tip_of["mover"])] % len(INKS)]
        points = [(float(w["x"]), float(w["y"])) for w in ways[2 * number : 2 * number + 2]]
        sheet.line(points, ink, 7, "", str(tip_of["said"]), 0.4)
        sheet.area(_head(points[-1], float(tip_of["angle"]), 10.0), ink, 0.75)


def _head(tip: Point, angle: float, size: float) -> list[Point]:
    """A triangle that points the way of an angle, in degrees from upwards."""
    turn = math.radians(angle)
    corners = ((0.0, -size), (0.7 * size, 0.8 * size), (-0.7 * size, 0.8 * size))
    return [
        (tip[0] + x * math.cos(turn) - y * math.sin(turn), tip[1] + x * math.sin(turn) + y * math.cos(turn))
        for x, y in corners
    ]


def _ring(node: Node) -> tuple[str, str, float]:
    return next(ring for ring in STABLE if not ring[0] or ring[0] in node["equilibrium"])


def _state(sheet: Sheet, node: Node, at: Point, radius: float) -> None:
    concept, title, thick = _ring(node)
    said = f"{node['id']}: {node['text'] or 'no words'} ({title})"
    ink = "ink" if concept in ("nash", "sseq", "seq") else "quiet"
    if concept in ("sseq", "seq"):
        sheet.mark("circle", *at, radius + 4.5, "ink")
        sheet.mark("circle", *at, radius + 3.2, "paper")
    sheet.mark("circle", *at, radius + thick / 2, ink)
    sheet.mark("circle", *at, radius - thick / 2, "paper", said=said)


def _named(sheet: Sheet, node: Node, at: Point, radius: float, circles: Sequence[Box]) -> None:
    """The id of a state in its circle where it fits, else beside it; and that it is the status quo."""
    x, y = at
    outside = ["status quo"] if node["status_quo"] else []
    size = next(
        (s for s in (12.0, 11.0, 10.0, 9.0) if lettering.width(node["id"], s, True) <= 2 * radius - 6), None
    )
    if size is None:
        outside.insert(0, node["id"])
    else:
        sheet.text(x, y + 0.35 * size, node["id"], size, bold=True, anchor="middle")
    for text in outside:
        places = (
            (x + side * (radius + 5 + far), y + 4 + lift, anchor)
            for far in (0.0, 12.0, 30.0)
            for lift in (0.0, radius + 11, -radius - 7, 2 * radius, -2 * radius)
            for side, anchor in ((1, "start"), (-1, "end"))
        )
        for px, py, anchor in places:
            box = boxed(px, py, text, SMALL, False, anchor)
            if sheet.free(box, 2) and not any(overlap(box, circle) for circle in circles):
                sheet.text(px, py, text, SMALL, "quiet", anchor=anchor)
                break


def _keys(sheet: Sheet, picture: Drawing, names: dict[str, str], top: float) -> float:
    """Whose improvements the arrows are, and what the rings say. Returns where the keys end."""
    movers = {edge["mover"] for edge in picture["edges"]}
    shown = {_ring(node)[0] for node in picture["nodes"]}
    entries = [(dm, name) for dm, name in names.items() if dm in movers]
    rings = [ring for ring in STABLE if ring[0] in shown]
    top = sheet.lines(0, top, ["Moves that improve the state for:"], SMALL, "quiet") + 2
    order = list(names)

    def dash(x: float, y: float, number: int) -> None:
        at = order.index(entries[number][0]) % len(INKS)
        sheet.line([(x, y), (x + 30, y)], INKS[at], 2.4, DASHES[at])

    def circle(x: float, y: float, number: int) -> None:
        thick = rings[number][2]
        if rings[number][0] in ("sseq", "seq"):
            sheet.mark("circle", x + 8, y, 10.5, "ink")
            sheet.mark("circle", x + 8, y, 9.2, "paper")
        sheet.mark("circle", x + 8, y, 6 + thick / 2, "ink" if thick > 3 else "quiet")
        sheet.mark("circle", x + 8, y, 6 - thick / 2, "paper")

    for mark, words, wide in ((dash, [n for _, n in entries], 36.0), (circle, [r[1] for r in rings], 24.0)):
        x = 0.0
        lines = [lettering.wrapped(text, sheet.width - wide, SIZE) for text in words]
        step = SIZE * lettering.LINE + 5
        for number, text in enumerate(lines):
            need = wide + lettering.widest(text, SIZE) + 16
            if x and (x + need > sheet.width or len(text) > 1):
                x, top = 0.0, top + step
            mark(x, top + 0.6 * SIZE, number)
            down = sheet.lines(x + wide, top, text)
            x += need
            if len(text) > 1:
                x, top = 0.0, down + 5
        if x:
            top += step
        top += 4
    return top


def _in_words(sheet: Sheet, picture: Drawing) -> None:
    """The equilibria, and what can be done in each, as text."""
    top, width = 0.0, sheet.width
    if picture["nodes"]:
        for node in picture["nodes"]:
            if not node["equilibrium"] and not node["status_quo"]:
                continue
            quo = ", the status quo" if node["status_quo"] else ""
            top = sheet.paragraph(0, top, f"{node['id']}: {_ring(node)[1]}{quo}", width, bold=True)
            if node["text"]:
                top = sheet.paragraph(0, top, node["text"], width, SMALL)
            top += 6
    for row in picture.get("table", []):
        concepts = ", ".join(concept.upper() for concept in row["equilibrium"])
        top = sheet.paragraph(0, top, f"{row['id']} {row['text']} ({concepts})", width, bold=True)
        ways = [f"{mover} to {to}{' (improves)' if gain else ''}" for mover, to, _, gain in row["near"]]
        more = f" and {row['moves'] - len(ways)} more" if row["moves"] > len(ways) else ""
        top = sheet.paragraph(14, top, f"moves out: {listed(ways)}{more}", width - 14, SMALL) + 6
    left = picture.get("equilibria", 0) - len(picture.get("table", []))
    if picture.get("equilibria") and left:
        top = sheet.paragraph(0, top, f"and {left:,} more equilibria", width)
    if not top:
        sheet.paragraph(0, 0, "No state is an equilibrium.", width)
