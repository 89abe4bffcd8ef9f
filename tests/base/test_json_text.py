"""JSON of plain values."""

from __future__ import annotations

import json

from backstop.base.json_text import json_text


def test_what_is_not_finite_is_null() -> None:
    text = json_text({"a": [1.5, float("nan")], "b": {"c": float("inf")}, "d": (None, True, "é")})
    assert json.loads(text) == {"a": [1.5, None], "b": {"c": None}, "d": [None, True, "é"]}
    assert text.endswith("}\n")
    assert "é" in text


def test_doubles_survive() -> None:
    value = 0.1 + 0.2
    assert json.loads(json_text([value, 5e-324]))[:2] == [value, 5e-324]
