"""The picture of a conflict: states as circles ringed by stability, moves coloured and dashed by who makes them."""

from __future__ import annotations

import math
import re
from functools import partial
from typing import TYPE_CHECKING, TypedDict

from backstop.base.table import Table
from backstop.base.words import counted, listed
from backstop.graphmodel.show.drawing import Drawing, Node, Row
from backstop.report.charts import style
from backstop.report.charts.conflict_sheet import draw
from backstop.report.charts.conflict_ways import RADIUS, Mark, Point, arrows, sanction_ways
from backstop.report.content import Figure

if TYPE_CHECKING:
    import altair

COLOURS = (
    *(style.BLUE, style.ORANGE, style.GREEN, style.PURPLE, style.SKY, style.AMBER),
    *("#8A6D00", style.INK),
)
DASHES = ([1, 0], [7, 3], [2, 3], [9, 3, 2, 3], [4, 4], [12, 3], [1, 2], [6, 2, 2, 2])
"""Each decision maker has a dash of its own too, so that nothing hangs on colour."""


class Ring(TypedDict):
    """How the states of one concept are ringed."""

    concept: str
    title: str
    width: float
    ink: str


# The strictest concept first: a state gets the ring of the first one under which it is an equilibrium.
RINGS: tuple[Ring, ...] = (
    {"concept": "nash", "title": "Nash equilibrium", "width": 4.5, "ink": style.INK},
    {"concept": "sseq", "title": "SSEQ, not Nash", "width": 3.2, "ink": "#4A4A4A"},
    {"concept": "seq", "title": "SEQ: credible sanctions", "width": 3.2, "ink": "#4A4A4A"},
    {"concept": "sim", "title": "SIM", "width": 2.4, "ink": "#777777"},
    {"concept": "smr", "title": "SMR: threats alone", "width": 1.6, "ink": "#8E8E8E"},
    {"concept": "gmr", "title": "GMR: threats alone", "width": 1.6, "ink": "#8E8E8E"},
    {"concept": "", "title": "no equilibrium", "width": 0.8, "ink": "#BBBBBB"},
)
_WIDTH, _HEIGHT, _EDGE = 700, 520, 40
_LINES, _WORDS = 24, 112


def conflict_figure(picture: Drawing, title: str = "", source: str = "", key: bool = True) -> Figure:
    """The figure of a drawing (`backstop-graph-drawing/1`): its chart with title, source and words for it.

    `key`: what the states stand for is written beneath it.
    """
    variant = f", variant {picture['variant']}" if picture["variant"] else ""
    drawn = len(picture["nodes"])
    part = counted(drawn, "state")
    if picture["collapsed"] and drawn:
        part = f"{drawn} of {picture['states_in_all']:,} states: those reached from the start"
    definition = f"{part}; arrows lead to states that their mover prefers."
    if not drawn:
        definition = f"{picture['states_in_all']:,} states are too many to draw: equilibria, and the moves out of them."
    return style.figure(
        partial(conflict_chart, picture, key),
        partial(draw, picture, key),
        "conflict",
        title=title or f"{picture['title']}{variant}",
        definition=" ".join([definition, *_sanction_words(picture)]),
        source=source or "Graph model for conflict resolution, by definition. Made with Backstop.",
        alternative=alternative(picture),
        table=_states(picture),
    )


def conflict_chart(picture: Drawing, key: bool = True) -> altair.LayerChart:
    """The chart of a drawing, with a key of the states beneath it; a table where there are too many."""
    import altair

    top = _HEIGHT if picture["nodes"] else 0
    lines = (_key(picture) if key else []) if picture["nodes"] else _table(picture)
    x = altair.X("x:Q", scale={"domain": [0, _WIDTH], "nice": False}, axis=None)
    height = top + 14 * len(lines) + (20 if lines else 0)
    y = altair.Y("y:Q", scale={"domain": [height, 0], "nice": False}, axis=None)
    words: list[Mark] = [
        {"x": 18.0 if line.startswith(" ") else 0.0, "y": top + 20.0 + 14 * at, "line": line}
        for at, line in enumerate(lines)
    ]
    layers = _graph(picture, x, y) if picture["nodes"] else []
    if words:
        text = altair.Chart(style.data(words)).mark_text(align="left", fontSize=10.5, color=style.INK)
        layers.append(text.encode(x=x, y=y, text=altair.Text("line:N")))
    return (
        altair.layer(*layers)
        .resolve_scale(color="shared", strokeDash="shared", strokeWidth="independent", stroke="independent")
        .properties(width=_WIDTH, height=height)
    )


def _graph(picture: Drawing, x: altair.X, y: altair.Y) -> list[altair.Chart]:
    """The layers of the graph: moves, sanctions over them, and the states."""
    import altair

    names = {dm["id"]: dm["name"] for dm in picture["decision_makers"]}
    spot = {node["id"]: _spot(node) for node in picture["nodes"]}
    domain = list(names.values())
    inks = {"domain": domain, "range": [COLOURS[at % len(COLOURS)] for at in range(len(names))]}
    dashes = {"domain": domain, "range": [DASHES[at % len(DASHES)] for at in range(len(names))]}
    key = {
        "title": "Improvement of",
        "orient": "bottom",
        "symbolType": "stroke",
        "symbolStrokeWidth": 2.5,
        "symbolSize": 700,
    }
    opacity = altair.Opacity("faint:N", scale={"domain": [False, True], "range": [0.9, 0.3]}, legend=None)
    shafts, heads = arrows(picture, names, spot)
    turned = altair.Angle("angle:Q", scale={"domain": [0, 360], "range": [0, 360]})
    layers = [
        altair.Chart(style.data(shafts))
        .mark_line(strokeWidth=1.7, interpolate="basis")
        .encode(
            x=x,
            y=y,
            detail=altair.Detail("edge:N"),
            order=altair.Order("step:Q"),
            color=altair.Color("mover:N", scale=inks, legend=key),
            strokeDash=altair.StrokeDash("mover:N", scale=dashes, legend=key),
            opacity=opacity,
            description=altair.Description("said:N"),
            tooltip=altair.Tooltip("said:N"),
        ),
        altair.Chart(style.data(heads))
        .mark_point(shape="triangle", filled=True, size=70)
        .encode(
            x=x,
            y=y,
            color=altair.Color("mover:N", scale=inks, legend=None),
            angle=turned,
            opacity=opacity,
            description=altair.Description("said:N"),
        ),
    ]
    ways, tips, numbers = sanction_ways(picture, names, spot)
    if ways:
        wide = altair.Color("mover:N", scale=inks, legend=None)
        layers += [
            altair.Chart(style.data(ways))
            .mark_line(strokeWidth=7, opacity=0.4, strokeCap="round")
            .encode(
                x=x,
                y=y,
                detail=altair.Detail("line:N"),
                order=altair.Order("at:Q"),
                color=wide,
                description=altair.Description("said:N"),
            ),
            altair.Chart(style.data(tips))
            .mark_point(shape="triangle", filled=True, size=260, opacity=0.75)
            .encode(x=x, y=y, color=wide, angle=turned, description=altair.Description("said:N")),
            *(
                altair.Chart(style.data(numbers))
                .mark_text(fontSize=12, fontWeight="bold", **halo)
                .encode(x=x, y=y, text=altair.Text("number:N"))
                for halo in ({"stroke": "white", "strokeWidth": 4, "strokeJoin": "round"}, {})
            ),
        ]
    return layers + _circles(picture, x, y)


def _circles(picture: Drawing, x: altair.X, y: altair.Y) -> list[altair.Chart]:
    """The states: circles with their ring, id, concept and the mark of the status quo."""
    import altair

    nodes = [_circle(node) for node in picture["nodes"]]
    rings = [ring for ring in RINGS if any(node["ring"] == ring["title"] for node in nodes)]
    present = [ring["title"] for ring in rings]
    key = {"title": "Ring", "orient": "bottom", "symbolFillColor": "white", "symbolSize": 200}
    widths = {"type": "ordinal", "domain": present, "range": [ring["width"] for ring in rings]}
    inks = {"domain": present, "range": [ring["ink"] for ring in rings]}
    circles = altair.Chart(style.data(nodes))
    disc = circles.mark_point(
        shape="circle", filled=True, fillOpacity=1, size=math.pi * RADIUS**2, fill="white"
    )
    here = circles.transform_filter("datum.status_quo")
    halo = here.mark_text(
        dy=29, fontSize=10, fontStyle="italic", stroke="white", strokeWidth=4, strokeJoin="round"
    )
    quo = here.mark_text(dy=29, fontSize=10, fontStyle="italic")
    return [
        disc.encode(
            x=x,
            y=y,
            strokeWidth=altair.StrokeWidth("ring:N", scale=widths, legend=key),
            stroke=altair.Stroke("ring:N", scale=inks, legend=key),
            description=altair.Description("said:N"),
            tooltip=altair.Tooltip("said:N"),
        ),
        circles.mark_text(fontSize=11, fontWeight="bold", dy=-3).encode(
            x=x, y=y, text=altair.Text("label:N")
        ),
        circles.mark_text(fontSize=7, dy=8, color="#444444").encode(x=x, y=y, text=altair.Text("short:N")),
        *(text.encode(x=x, y=y, text=altair.value("status quo")) for text in (halo, quo)),
    ]


def svg(figure: Figure) -> str:
    """The figure as SVG text in which every state and move says what it is when pointed at."""
    mark = re.compile(r'<path aria-label="([^"]*)" role="graphics-symbol"([^>]*)/>')
    return mark.sub(r"<path\2><title>\1</title></path>", style.svg(style.furnished(figure)))


def alternative(picture: Drawing) -> str:
    """The picture in words, for readers who do not see it."""
    names = {dm["id"]: dm["name"] for dm in picture["decision_makers"]}
    if not picture["nodes"]:
        return f"{picture['title']}: {picture['states_in_all']:,} states. " + " ".join(
            _table(picture)[:_LINES]
        )
    calm = [f"{n['id']} ({', '.join(n['equilibrium'])})" for n in picture["nodes"] if n["equilibrium"]]
    counts = {
        maker: sum(e["improvement"] and e["mover"] == maker for e in picture["edges"]) for maker in names
    }
    moves = ", ".join(f"{names[maker]} {count}" for maker, count in counts.items())
    quo = [n["id"] for n in picture["nodes"] if n["status_quo"]]
    start = f" The status quo is {quo[0]}." if quo else ""
    stable = f"Equilibria: {', '.join(calm)}." if calm else "No state is an equilibrium."
    return f"{picture['title']}: {len(picture['nodes'])} states. {stable}{start} Improvements drawn: {moves}."


def _sanction_words(picture: Drawing) -> list[str]:
    """What keeps the one asked about where it is, or that nothing does; nothing where it was not asked."""
    if "sanctions" not in picture:
        return []
    maker, state = picture["sanctions_of"]
    if not picture["sanctions"]:
        return [f"{maker} has no improvement from {state}, so there is nothing to sanction."]
    words = []
    for one in picture["sanctions"]:
        leave, *answer = [f"{step['mover']} to {step['to']}" for step in one["path"]]
        how = "a sanction that is wanted" if one["credible"] else "a sanction that costs those who make it"
        kept = f"then {', '.join(answer)}: {how}" if one["sanctioned"] else "nothing answers it: no sanction"
        words.append(f"{leave}, {kept}.")
    return ["Wide arrows, numbered: what keeps", f"{maker} in {state}:", *words]


def _states(picture: Drawing) -> Table:
    """The states drawn, what is done in each, and under which concepts it is an equilibrium."""
    several = picture["nodes"] or picture.get("table", [])
    rows = ((of["id"], of["text"], ", ".join(of["equilibrium"]).upper()) for of in several)
    return Table("The states shown", ("", "what is done", "an equilibrium under"), tuple(rows))


def _key(picture: Drawing) -> list[str]:
    """What the states stand for: of the equilibria and the status quo where there are many."""
    told = [node for node in picture["nodes"] if node["text"]]
    shown = [node for node in told if node["equilibrium"] or node["status_quo"]]
    if len(told) <= _LINES:
        shown = told
    left = len(told) - min(len(shown), _LINES)
    lines = [
        line for node in shown[:_LINES] for line in style.wrapped(f"{node['id']} {node['text']}", _WORDS)
    ]
    return [*lines, *([f"and {left} more states"] if left else [])]


def _table(picture: Drawing) -> list[str]:
    """The equilibria of many states, and the nearest moves out of each."""
    rows: list[Row] = picture.get("table", [])
    lines: list[str] = []
    for row in rows:
        concepts = ", ".join(concept.upper() for concept in row["equilibrium"])
        lines += style.wrapped(f"{row['id']} {row['text']} ({concepts})", _WORDS)
        ways = [f"{mover} to {to}{' (improves)' if gain else ''}" for mover, to, _, gain in row["near"]]
        more = f" and {row['moves'] - len(ways)} more" if row["moves"] > len(ways) else ""
        lines += [f" {line}" for line in style.wrapped(f"moves out: {listed(ways)}{more}", _WORDS - 6)]
    left = picture.get("equilibria", 0) - len(rows)
    return lines + ([f"and {left:,} more equilibria"] if left else []) or ["No state is an equilibrium."]


def _spot(node: Node) -> Point:
    return _EDGE + node["x"] * (_WIDTH - 2 * _EDGE), _EDGE + (1 - node["y"]) * (_HEIGHT - 2 * _EDGE)


def _circle(node: Node) -> Mark:
    ring = next(ring for ring in RINGS if not ring["concept"] or ring["concept"] in node["equilibrium"])
    x, y = _spot(node)
    return {
        "id": node["id"],
        "label": node["id"] if len(node["id"]) <= 5 else node["id"][:4] + "…",
        "short": ring["concept"].upper(),
        "ring": ring["title"],
        "status_quo": node["status_quo"],
        "said": f"{node['id']}: {node['text'] or 'no words'} ({ring['title']})",
        "x": x,
        "y": y,
    }
