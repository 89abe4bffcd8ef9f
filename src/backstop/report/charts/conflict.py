"""The picture of a conflict: states as circles ringed by stability, moves coloured and dashed by who makes them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

# Okabe & Ito (2008), told apart by most colour-blind readers; each decision maker also has a dash of its own.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8A6D00", "#000000")
DASHES = ([1, 0], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [12, 3], [1, 2], [6, 2, 2, 2])
WORDS = (
    "solid",
    "dashed",
    "dotted",
    "dash-dotted",
    "even dashes",
    "long dashes",
    "fine dots",
    "dash-dot-dash",
)

# The strictest concept first: a state gets the ring of the first one under which it is an equilibrium.
RINGS = (
    ("nash", "Nash equilibrium", 4.5, "#000000"),
    ("sseq", "SSEQ, not Nash", 3.2, "#4A4A4A"),
    ("seq", "SEQ: credible sanctions", 3.2, "#4A4A4A"),
    ("sim", "SIM", 2.4, "#777777"),
    ("smr", "SMR: threats alone", 1.6, "#8E8E8E"),
    ("gmr", "GMR: threats alone", 1.6, "#8E8E8E"),
)
_PLAIN = ("no equilibrium", 0.8, "#BBBBBB")
RADIUS = 19.0
"""Of the circle of a state, in the units of the picture."""
_WIDTH, _HEIGHT = 760, 560
Point = tuple[float, float]
_TEXT = 40


def conflict_chart(picture: Mapping[str, Any], footer: str = "") -> Any:
    """An Altair chart of a drawing (`backstop-graph-drawing/1`), with title, key, footer and a text alternative."""
    import altair

    makers = [dm["id"] for dm in picture["decision_makers"]]
    nodes = _nodes(picture)
    spot = {node["id"]: (node["px"], node["py"]) for node in nodes}
    shafts, heads = _arrows(picture["edges"], spot, makers)
    x = altair.X("x:Q", scale=altair.Scale(domain=[0, _WIDTH], nice=False), axis=None)
    y = altair.Y("y:Q", scale=altair.Scale(domain=[0, _HEIGHT], nice=False), axis=None)
    names = {dm["id"]: dm["name"] for dm in picture["decision_makers"]}
    shown = [names[maker] for maker in makers]
    inks = altair.Scale(domain=shown, range=[COLOURS[at % len(COLOURS)] for at in range(len(makers))])
    colour = altair.Color(
        "mover:N",
        scale=inks,
        legend=altair.Legend(
            title="Improvement of", symbolType="stroke", symbolStrokeWidth=2.5, symbolSize=700
        ),
    )
    dash = altair.StrokeDash(
        "mover:N",
        scale=altair.Scale(domain=shown, range=[DASHES[at % len(DASHES)] for at in range(len(makers))]),
        legend=altair.Legend(title="Improvement of", symbolSize=700),
    )
    opacity = altair.Opacity(
        "faint:N", scale=altair.Scale(domain=[False, True], range=[0.9, 0.3]), legend=None
    )
    for row in (*shafts, *heads):
        row["mover"] = names[row["mover"]]
    tip = ["mover:N", altair.Tooltip("from:N"), altair.Tooltip("to:N")]
    layers = [
        altair.Chart(altair.Data(values=shafts))
        .mark_line(strokeWidth=1.7, interpolate="basis")
        .encode(
            x=x,
            y=y,
            detail="edge:N",
            order="step:Q",
            color=colour,
            strokeDash=dash,
            opacity=opacity,
            tooltip=tip,
        ),
        altair.Chart(altair.Data(values=heads))
        .mark_point(shape="triangle", filled=True, size=70)
        .encode(
            x=x,
            y=y,
            color=altair.Color("mover:N", scale=inks, legend=None),
            angle=altair.Angle("angle:Q", scale=altair.Scale(domain=[0, 360], range=[0, 360])),
            opacity=opacity,
        ),
    ]
    if picture.get("sanctions"):
        layers.append(_sanctions(altair, picture, spot, x, y))
    kinds = [title for _, title, _, _ in RINGS] + [_PLAIN[0]]
    present = [kind for kind in kinds if any(node["ring"] == kind for node in nodes)]
    width_of = {title: width for _, title, width, _ in RINGS} | {_PLAIN[0]: _PLAIN[1]}
    key = altair.Legend(title="Ring", symbolFillColor="white", symbolSize=200)
    ink_of = {title: ink for _, title, _, ink in RINGS} | {_PLAIN[0]: _PLAIN[2]}
    circles = altair.Chart(altair.Data(values=nodes))
    layers += [
        circles.mark_point(
            shape="circle", filled=True, fillOpacity=1, size=(2 * RADIUS) ** 2 * 0.785, fill="white"
        ).encode(
            x=x,
            y=y,
            strokeWidth=altair.StrokeWidth(
                "ring:N",
                scale=altair.Scale(
                    type="ordinal", domain=present, range=[width_of[kind] for kind in present]
                ),
                legend=key,
            ),
            stroke=altair.Stroke(
                "ring:N",
                scale=altair.Scale(domain=present, range=[ink_of[kind] for kind in present]),
                legend=key,
            ),
            tooltip=[
                altair.Tooltip("id:N", title="state"),
                altair.Tooltip("text:N", title="what is done"),
                "ring:N",
            ],
        ),
        circles.mark_text(fontSize=11, fontWeight="bold", dy=-3).encode(x=x, y=y, text="label:N"),
        circles.mark_text(fontSize=7, dy=8, color="#444444").encode(x=x, y=y, text="short:N"),
        *(
            circles.transform_filter("datum.status_quo")
            .mark_text(dy=29, fontSize=10, fontStyle="italic", **halo)
            .encode(x=x, y=y, text=altair.value("status quo"))
            for halo in ({"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}, {})
        ),
    ]
    variant = f", variant {picture['variant']}" if picture.get("variant") else ""
    drawn = len(nodes)
    part = (
        f"{drawn} of {picture['states_in_all']:,} states: those reached from the start"
        if picture["collapsed"]
        else f"{drawn} states"
    )
    sanction = " Wide grey lines: the answers to a departure." if picture.get("sanctions") else ""
    note = (
        footer
        or "Graph model for conflict resolution, by definition for any number of decision makers. Made with Backstop."
    )
    return (
        altair.layer(*layers)
        .resolve_scale(color="shared", strokeDash="shared", strokeWidth="independent", stroke="independent")
        .properties(
            width=_WIDTH,
            height=_HEIGHT,
            description=alternative(picture),
            title=altair.Title(
                f"{picture['title']}{variant}",
                subtitle=[f"{part}; arrows lead to states that their mover prefers.{sanction}", note],
                anchor="start",
                subtitleColor="#555555",
                subtitlePadding=4,
            ),
            padding=16,
        )
        .configure_view(stroke=None)
        .configure_legend(labelLimit=260, orient="right")
    )


def alternative(picture: Mapping[str, Any]) -> str:
    """The picture in words, for readers who do not see it."""
    names = {dm["id"]: dm["name"] for dm in picture["decision_makers"]}
    calm = [f"{n['id']} ({', '.join(n['equilibrium'])})" for n in picture["nodes"] if n["equilibrium"]]
    counts = {
        maker: sum(e["improvement"] and e["mover"] == maker for e in picture["edges"]) for maker in names
    }
    moves = ", ".join(f"{names[maker]} {count}" for maker, count in counts.items())
    quo = [n["id"] for n in picture["nodes"] if n["status_quo"]]
    start = f" The status quo is {quo[0]}." if quo else ""
    stable = f"Equilibria: {', '.join(calm)}." if calm else "No state is an equilibrium."
    return f"{picture['title']}: {len(picture['nodes'])} states. {stable}{start} Improvements drawn: {moves}."


def rendered(chart: Any, kind: Literal["svg", "png"]) -> bytes | str:
    """The chart as SVG text or PNG bytes."""
    import vl_convert

    specification = chart.to_dict()
    if kind == "svg":
        svg: str = vl_convert.vegalite_to_svg(specification)
        return svg
    png: bytes = vl_convert.vegalite_to_png(specification, scale=2)
    return png


def _nodes(picture: Mapping[str, Any]) -> list[dict[str, Any]]:
    result = []
    for node in picture["nodes"]:
        ring = next((title for concept, title, _, _ in RINGS if concept in node["equilibrium"]), _PLAIN[0])
        px = _TEXT + node["x"] * (_WIDTH - 2 * _TEXT)
        py = _TEXT + node["y"] * (_HEIGHT - 2 * _TEXT)
        width = next((width for _, title, width, _ in RINGS if title == ring), _PLAIN[1])
        short = next((concept.upper() for concept, title, _, _ in RINGS if title == ring), "")
        label = node["id"] if len(node["id"]) <= 5 else node["id"][:4] + "…"
        result.append(
            {
                **node,
                "ring": ring,
                "width": width,
                "short": short,
                "label": label,
                "px": px,
                "py": py,
                "x": px,
                "y": py,
            }
        )
    return result


def _arrows(
    edges: Sequence[Mapping[str, Any]], spot: Mapping[str, tuple[float, float]], makers: Sequence[str]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Points of each shaft, slightly bent so that moves there and back are told apart, and its head."""
    shafts: list[dict[str, Any]] = []
    heads: list[dict[str, Any]] = []
    for number, edge in enumerate(edges):
        ends = spot[edge["from"]], spot[edge["to"]]
        others = [place for name, place in spot.items() if name not in (edge["from"], edge["to"])]
        start, mid, tip = _way(*ends, 4.0 * makers.index(edge["mover"]), others)
        vx, vy = ends[1][0] - mid[0], ends[1][1] - mid[1]
        common = {"edge": number, "mover": edge["mover"], "from": edge["from"], "to": edge["to"]}
        common["faint"] = not edge["improvement"]
        for step, (px, py) in enumerate((start, mid, tip)):
            shafts.append({**common, "step": step, "x": round(px, 1), "y": round(py, 1)})
        angle = math.degrees(math.atan2(vx, vy)) % 360
        heads.append({**common, "x": round(tip[0], 1), "y": round(tip[1], 1), "angle": round(angle, 1)})
    return shafts, heads


def _way(start: Point, end: Point, aside: float, others: Sequence[Point]) -> tuple[Point, Point, Point]:
    """Start, middle and tip of an arrow: bent to the right a little, or as much more as keeps it off other states.

    It never bends to the left, where the arrow back may be.
    """
    length = math.hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    usual = min(0.10 * length, 26.0) + aside
    best, least = None, math.inf
    for more in range(0, int(min(0.6 * length, 140.0)) + 1, 6):
        bend = usual + more
        mid = ((start[0] + end[0]) / 2 - uy * bend, (start[1] + end[1]) / 2 + ux * bend)
        out = math.hypot(mid[0] - start[0], mid[1] - start[1]) or 1.0
        first = (start[0] + (mid[0] - start[0]) / out * RADIUS, start[1] + (mid[1] - start[1]) / out * RADIUS)
        into = math.hypot(end[0] - mid[0], end[1] - mid[1]) or 1.0
        reach = RADIUS + 5
        tip = (end[0] - (end[0] - mid[0]) / into * reach, end[1] - (end[1] - mid[1]) / into * reach)
        points = curve(first, mid, tip)
        clash = sum(max(0.0, RADIUS + 5 - min(math.dist(at, other) for at in points)) for other in others)
        if clash + 0.02 * more < least:
            best, least = (first, mid, tip), clash + 0.02 * more
        if not clash:
            break
    assert best is not None
    return best


def curve(first: Point, mid: Point, last: Point, pieces: int = 8) -> list[Point]:
    """Points of the line drawn through three: a uniform cubic B-spline with its ends tripled."""
    knots = (first, first, first, mid, last, last, last)
    found = []
    for at in range(len(knots) - 3):
        for step in range(pieces + 1):
            t = step / pieces
            weights = (
                (1 - t) ** 3 / 6,
                (3 * t**3 - 6 * t**2 + 4) / 6,
                (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
                t**3 / 6,
            )
            near = knots[at : at + 4]
            found.append(
                (
                    sum(w * p[0] for w, p in zip(weights, near, strict=True)),
                    sum(w * p[1] for w, p in zip(weights, near, strict=True)),
                )
            )
    return found


def _sanctions(
    altair: Any, picture: Mapping[str, Any], spot: Mapping[str, tuple[float, float]], x: Any, y: Any
) -> Any:
    """Wide pale lines under the answers to each departure."""
    rows = []
    for number, one in enumerate(picture["sanctions"]):
        for k, step in enumerate(one["path"]):
            for at, end in enumerate(("from", "to")):
                if step[end] in spot:
                    px, py = spot[step[end]]
                    rows.append(
                        {"line": f"{number}-{k}", "at": at, "x": px, "y": py, "credible": one["credible"]}
                    )
    return (
        altair.Chart(altair.Data(values=rows))
        .mark_line(strokeWidth=9, opacity=0.25, color="#444444", strokeCap="round")
        .encode(x=x, y=y, detail="line:N", order="at:Q")
    )
