"""The chart of a conflict: what it says, that it says it without colour too, and that it can be rendered."""

from __future__ import annotations

import math
from typing import Any

import pytest

from backstop.graphmodel import analyse, read
from backstop.graphmodel.show.drawing import drawing
from backstop.report.charts import style
from backstop.report.charts.conflict import (
    COLOURS,
    DASHES,
    RINGS,
    alternative,
    conflict_chart,
    conflict_figure,
    svg,
)
from backstop.report.charts.conflict_ways import RADIUS, curve

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
def picture() -> Any:
    one = read(TEXT, "chicken.yaml")
    return drawing(analyse(one), every_move=True, sanctions_of=(0, one.state("s4")))


def test_movers_have_a_colour_and_a_dash_each(picture: Any) -> None:
    assert len({tuple(dash) for dash in DASHES}) == len(DASHES) == len(set(COLOURS))
    specification = conflict_chart(picture).to_dict()
    lines = specification["layer"][0]["encoding"]
    assert lines["color"]["scale"]["domain"] == ["First driver", "Second driver"]
    assert lines["strokeDash"]["scale"]["range"] == list(DASHES[:2])
    assert len(set(lines["color"]["scale"]["range"])) == 2


def test_rings_are_named_on_the_states(picture: Any) -> None:
    specification = conflict_chart(picture).to_dict()
    nodes = next(
        layer["data"]["values"] for layer in specification["layer"] if "short" in str(layer.get("encoding"))
    )
    found = {node["id"]: (node["ring"], node["short"]) for node in nodes}
    assert found["s2"] == ("Nash equilibrium", "NASH")
    assert found["s4"][0] == "SIM"
    assert found["s1"] == ("no equilibrium", "")
    assert [ring["width"] for ring in RINGS] == sorted((ring["width"] for ring in RINGS), reverse=True)


def _circles(specification: dict[str, Any]) -> list[dict[str, Any]]:
    """The states as the chart holds them."""
    return next(
        layer["data"]["values"] for layer in specification["layer"] if "short" in str(layer.get("encoding"))
    )


def test_the_key_shows_rings_as_they_are_drawn(picture: Any) -> None:
    assert (
        len(
            {
                (ring["width"], ring["ink"])
                for ring in RINGS
                if ring["concept"] in ("nash", "sseq", "sim", "smr")
            }
        )
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
    drawn = svg(conflict_figure(picture))
    width_of = {ring["title"]: ring["width"] for ring in RINGS}
    present = {node["ring"] for node in _circles(specification)}
    assert len(present) == 3
    for ring in present:
        assert f'stroke-width="{width_of[ring]:g}"' in drawn, ring


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
        "variant": "",
        "decision_makers": [{"id": "a", "name": "A"}, {"id": "b", "name": "B"}],
        "collapsed": False,
        "states_in_all": 4,
        "nodes": nodes,
        "edges": edges,
    }
    layers = conflict_chart(picture).to_dict()["layer"]
    drawn = next(layer["data"]["values"] for layer in layers if "status_quo" in str(layer.get("data")))
    place = {node["id"]: (node["x"], node["y"]) for node in drawn}
    shafts = layers[0]["data"]["values"]
    for number, edge in enumerate(edges):
        points = [(row["x"], row["y"]) for row in shafts if row["edge"] == number]
        for name, (x, y) in place.items():
            if name not in (edge["from"], edge["to"]):
                nearest = min(math.hypot(px - x, py - y) for px, py in curve(*points))
                assert nearest > RADIUS, (edge, name)
    there, back = ([row for row in shafts if row["edge"] == number][1] for number in (0, 1))
    assert math.hypot(there["x"] - back["x"], there["y"] - back["y"]) > 10


def test_the_text_alternative_says_what_is_seen(picture: Any) -> None:
    words = alternative(picture)
    assert "Chicken: 4 states" in words
    assert "s2 (nash" in words
    assert "The status quo is s4." in words
    assert "First driver 2, Second driver 2" in words
    assert conflict_figure(picture).alternative == words


def test_sanctions_say_whether_they_are_credible(picture: Any) -> None:
    (answer,) = picture["sanctions"]
    assert answer["improvement"] == "s3"
    assert answer["credible"] is False
    assert answer["path"] == [
        {"mover": "a", "from": "s4", "to": "s3"},
        {"mover": "b", "from": "s3", "to": "s1"},
    ]


def test_sanctions_are_drawn_with_who_moves_where_and_said_in_words(picture: Any) -> None:
    layers = conflict_chart(picture).to_dict()["layer"]
    heads = next(layer["data"]["values"] for layer in layers if "'number'" in str(layer.get("data")))
    assert [(one["mover"], one["number"]) for one in heads] == [
        ("First driver", "1"),
        ("Second driver", "2"),
    ]
    assert (
        "a to s3, then b to s1: a sanction that costs those who make it."
        in conflict_figure(picture).definition
    )
    one = read(TEXT, "chicken.yaml")
    calm = drawing(analyse(one), sanctions_of=(0, one.state("s3")))
    assert (
        "a has no improvement from s3, so there is nothing to sanction." in conflict_figure(calm).definition
    )
    bare = drawing(analyse(one), sanctions_of=(0, one.state("s1")))
    assert "a to s2, nothing answers it: no sanction." in conflict_figure(bare).definition


def test_states_are_named_in_a_key_and_where_they_are_pointed_at(picture: Any) -> None:
    drawn = svg(conflict_figure(picture))
    assert "s4 First swerves; Second swerves" in drawn
    assert "<title>s4: First swerves; Second swerves (SIM)</title>" in drawn
    assert "<title>First driver: s4 to s3</title>" in drawn


def test_it_is_rendered(picture: Any) -> None:
    figure = conflict_figure(picture)
    drawn = svg(figure)
    for word in ("Chicken", "First driver", "Improvement of", "status quo", "Nash equilibrium"):
        assert word in drawn
    assert svg(figure) == drawn
    assert style.png(style.furnished(figure)).startswith(b"\x89PNG")


def test_many_states_give_a_table() -> None:
    names = ", ".join(f"o{j}: {{by: {'ab'[j % 2]}}}" for j in range(7))
    text = (
        "format: backstop-graph/1\ntitle: Big\ndecision_makers: {a: A, b: B}\n"
        f"options: {{{names}}}\npreferences: {{a: {{statements: [o0]}}, b: {{statements: [o1]}}}}\n"
    )
    figure = conflict_figure(drawing(analyse(read(text.encode(), "big.yaml"))))
    assert "128 states are too many to draw" in figure.definition
    drawn = svg(figure)
    assert "s4 O0; O1 (NASH" in drawn
    assert "moves out: b to s2, a to s3" in drawn
    assert "and 8 more equilibria" in drawn
