"""The chart of a conflict: what it says, that it says it without colour too, and that it can be rendered."""

from __future__ import annotations

import math
from typing import Any

import pytest

from backstop.graphmodel import analyse, read
from backstop.graphmodel.show.drawing import drawing
from backstop.report.charts.conflict import (
    COLOURS,
    DASHES,
    RADIUS,
    RINGS,
    alternative,
    conflict_chart,
    curve,
    rendered,
)

TEXT = b"""\
format: backstop-graph/1
title: Chicken
decision_makers: {a: First driver, b: Second driver}
options: {ca: {by: a, title: First swerves}, cb: {by: b, title: Second swerves}}
preferences:
  a: {ranking: [s3, s4, s2, s1]}
  b: {ranking: [s2, s4, s3, s1]}
status_quo: s4
"""


@pytest.fixture(scope="module")
def picture() -> dict[str, Any]:
    one = read(TEXT, "chicken.yaml")
    return drawing(analyse(one), every_move=True, sanctions_of=(0, one.state("s4")))


def test_movers_have_a_colour_and_a_dash_each(picture: dict[str, Any]) -> None:
    assert len({tuple(dash) for dash in DASHES}) == len(DASHES) == len(set(COLOURS))
    specification = conflict_chart(picture).to_dict()
    lines = specification["layer"][0]["encoding"]
    assert lines["color"]["scale"]["domain"] == ["First driver", "Second driver"]
    assert lines["strokeDash"]["scale"]["range"] == list(DASHES[:2])
    assert len(set(lines["color"]["scale"]["range"])) == 2


def test_rings_are_named_on_the_states(picture: dict[str, Any]) -> None:
    specification = conflict_chart(picture).to_dict()
    nodes = next(
        layer["data"]["values"] for layer in specification["layer"] if "short" in str(layer.get("encoding"))
    )
    found = {node["id"]: (node["ring"], node["short"]) for node in nodes}
    assert found["s2"] == ("Nash equilibrium", "NASH")
    assert found["s4"][0] == "SIM"
    assert found["s1"] == ("no equilibrium", "")
    widths = {node["ring"]: node["width"] for node in nodes}
    assert widths["Nash equilibrium"] > widths["no equilibrium"]


def _circles(specification: dict[str, Any]) -> list[dict[str, Any]]:
    """The states as the chart holds them."""
    return next(
        layer["data"]["values"] for layer in specification["layer"] if "short" in str(layer.get("encoding"))
    )


def test_the_key_shows_rings_as_they_are_drawn(picture: dict[str, Any]) -> None:
    assert (
        len({(width, ink) for concept, _, width, ink in RINGS if concept in ("nash", "sseq", "sim", "smr")})
        == 4
    )
    specification = conflict_chart(picture).to_dict()
    encoding = next(
        layer["encoding"] for layer in specification["layer"] if "stroke" in layer.get("encoding", {})
    )
    for channel in ("stroke", "strokeWidth"):
        assert encoding[channel]["field"] == "ring"
        assert encoding[channel]["legend"]["title"] == "Ring"
    assert encoding["stroke"]["scale"]["domain"] == encoding["strokeWidth"]["scale"]["domain"]
    svg = rendered(conflict_chart(picture), "svg")
    width_of = {title: width for _, title, width, _ in RINGS}
    for ring in {node["ring"] for node in _circles(specification)} & width_of.keys():
        assert f'stroke-width="{width_of[ring]:g}"' in svg, ring


def test_arrows_go_round_states_that_stand_in_their_way() -> None:
    spots = {"s1": (0.1, 0.5), "s2": (0.5, 0.5), "s3": (0.9, 0.5), "s4": (0.5, 0.62)}
    nodes = [
        {
            "id": name,
            "text": name,
            "bits": "",
            "x": x,
            "y": y,
            "status_quo": False,
            "equilibrium": [],
            "stable": {},
        }
        for name, (x, y) in spots.items()
    ]
    edges = [
        {"mover": mover, "from": start, "to": end, "improvement": True}
        for mover, start, end in (("a", "s1", "s3"), ("b", "s3", "s1"), ("a", "s1", "s2"))
    ]
    picture = {
        "title": "In a row",
        "decision_makers": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
        "collapsed": False,
        "states_in_all": 4,
        "nodes": nodes,
        "edges": edges,
    }
    layers = conflict_chart(picture).to_dict()["layer"]
    drawn = next(layer["data"]["values"] for layer in layers if "px" in str(layer.get("data")))
    place = {node["id"]: (node["px"], node["py"]) for node in drawn}
    shafts = layers[0]["data"]["values"]
    for number, edge in enumerate(edges):
        points = [(row["x"], row["y"]) for row in shafts if row["edge"] == number]
        for name, (x, y) in place.items():
            if name not in (edge["from"], edge["to"]):
                nearest = min(math.hypot(px - x, py - y) for px, py in curve(*points))
                assert nearest > RADIUS, (edge, name)
    there, back = ([row for row in shafts if row["edge"] == number][1] for number in (0, 1))
    assert math.hypot(there["x"] - back["x"], there["y"] - back["y"]) > 10


def test_the_text_alternative_says_what_is_seen(picture: dict[str, Any]) -> None:
    words = alternative(picture)
    assert "Chicken: 4 states" in words
    assert "s2 (nash" in words
    assert "The status quo is s4." in words
    assert "First driver 2, Second driver 2" in words
    assert conflict_chart(picture).to_dict()["description"] == words


def test_sanctions_say_whether_they_are_credible(picture: dict[str, Any]) -> None:
    (answer,) = picture["sanctions"]
    assert answer["improvement"] == "s3"
    assert answer["credible"] is False
    assert answer["path"] == [
        {"mover": "a", "from": "s4", "to": "s3"},
        {"mover": "b", "from": "s3", "to": "s1"},
    ]


def test_it_is_rendered(picture: dict[str, Any]) -> None:
    chart = conflict_chart(picture)
    svg = rendered(chart, "svg")
    assert isinstance(svg, str)
    for word in ("Chicken", "First driver", "Improvement of", "status quo", "Nash equilibrium"):
        assert word in svg
    assert rendered(chart, "svg") == svg
    png = rendered(chart, "png")
    assert isinstance(png, bytes)
    assert png.startswith(b"\x89PNG")
