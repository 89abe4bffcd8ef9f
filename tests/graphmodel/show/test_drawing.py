"""What drawings hold."""

from __future__ import annotations

from backstop.graphmodel.analysis import analyse
from backstop.graphmodel.files.reader import read
from backstop.graphmodel.show.drawing import MAX_DRAWN, drawing


def big(options: int) -> str:
    names = ", ".join(f"o{j}: {{by: {'ab'[j % 2]}}}" for j in range(options))
    return (
        "format: backstop-graph/1\ntitle: Big\ndecision_makers: {a: A, b: B}\n"
        f"options: {{{names}}}\n"
        "preferences: {a: {statements: [o0]}, b: {statements: [o1]}}\n"
    )


def test_two_options_are_drawn_as_a_square() -> None:
    nodes = {
        node["id"]: (node["x"], node["y"])
        for node in drawing(analyse(read(big(2).encode(), "g.yaml")))["nodes"]
    }

    def side(a: str, b: str, c: str) -> float:
        (ax, ay), (bx, by), (cx, cy) = nodes[a], nodes[b], nodes[c]
        return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)

    for (a, b), (c, d) in ((("s1", "s2"), ("s3", "s4")), (("s1", "s3"), ("s2", "s4"))):
        assert side(a, b, c) * side(a, b, d) > 0, "opposite sides do not cross"


def test_drawings_hold_states_moves_and_sanctions() -> None:
    one = read(big(3).encode(), "g.yaml")
    analysis = analyse(one)
    plain, full = drawing(analysis), drawing(analysis, every_move=True)
    assert len(plain["nodes"]) == 8
    assert all(edge["improvement"] for edge in plain["edges"])
    assert len(full["edges"]) == 8 * 3 + 8
    assert all(0 <= node["x"] <= 1 and 0 <= node["y"] <= 1 for node in plain["nodes"])
    spots = {(node["x"], node["y"]) for node in plain["nodes"]}
    assert len(spots) == 8
    assert plain == drawing(analyse(one))
    stable = [node["id"] for node in plain["nodes"] if "nash" in node["equilibrium"]]
    assert stable == ["s4", "s8"]


def test_too_many_states_are_collapsed_or_listed() -> None:
    text = big(7)
    table = drawing(analyse(read(text.encode(), "g.yaml")))
    assert table["nodes"] == table["edges"] == []
    assert (len(table["table"]), table["equilibria"]) == (24, 32)
    first = table["table"][0]
    assert (first["id"], first["equilibrium"][0], first["moves"]) == ("s4", "nash", 22)
    assert first["near"][:2] == [("b", "s2", "O0", False), ("a", "s3", "O1", False)]
    picture = drawing(
        analyse(
            read(
                (text + "status_quo: s1\n")
                .replace("[o1]", "[o1, not o3, not o5]")
                .replace("[o0]", "[o0, not o2, not o4, not o6]")
                .encode(),
                "g.yaml",
            )
        )
    )
    assert picture["collapsed"]
    assert 0 < len(picture["nodes"]) <= MAX_DRAWN
