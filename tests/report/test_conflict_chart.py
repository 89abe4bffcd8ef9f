"""The chart of a conflict: what it says, that it says it without colour too, and that it can be rendered."""

from __future__ import annotations

from typing import Any

import pytest

from backstop.graphmodel import analyse, read
from backstop.graphmodel.drawing import drawing
from backstop.report.conflict_chart import COLOURS, DASHES, alternative, conflict_chart, rendered

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
