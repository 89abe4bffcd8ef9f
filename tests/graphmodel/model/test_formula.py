"""The grammar of statements: what it means, and what it refuses."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backstop.graphmodel.model.formula import Formula, FormulaError, evaluate, from_prefix, parse

NAMES = ("a", "b", "c")
WORLDS = {
    name: np.array([row[k] for row in itertools.product([False, True], repeat=3)])
    for k, name in enumerate(NAMES)
}


def truth(text: str) -> list[bool]:
    found: list[bool] = evaluate(parse(text), lambda name: WORLDS[name]).tolist()
    return found


def by_python(expression: str) -> list[bool]:
    return [
        bool(eval(expression, {"a": a, "b": b, "c": c}))
        for a, b, c in itertools.product([False, True], repeat=3)
    ]


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("a", "a"),
        ("not a and b", "(not a) and b"),
        ("not (a and b)", "not (a and b)"),
        ("a or b and c", "a or (b and c)"),
        ("a if b", "a or not b"),
        ("a iff b", "a == b"),
        ("a or b if c", "(a or b) or not c"),
        ("a if b or c", "a or not (b or c)"),
        ("(a if b) and c", "(a or not b) and c"),
        ("not not a", "a"),
        ("(a iff b) iff c", "(a == b) == c"),
    ],
)
def test_meaning(text: str, python: str) -> None:
    assert truth(text) == by_python(python)


@pytest.mark.parametrize(
    ("text", "words", "offset"),
    [
        ("", "empty", 0),
        ("a and", "ends too early", 5),
        ("a if b if c", "second if", 7),
        ("a b", "unexpected 'b'", 2),
        ("(a", "not closed", 2),
        ("a)", "unexpected ')'", 1),
        ("and a", "name was expected", 0),
        ("a & b", "unexpected character '&'", 2),
        ("1a", "unexpected character '1'", 0),
        ("(" * 100 + "a" + ")" * 100, "deeper", 61),
        ("not " * 200 + "a", "deeper", 244),
    ],
)
def test_refusals_say_where(text: str, words: str, offset: int) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert words in caught.value.message
    assert caught.value.offset == offset


def test_too_long() -> None:
    with pytest.raises(FormulaError, match="at most"):
        parse("a or " * 3_000 + "a")


def formulas() -> st.SearchStrategy[Formula]:
    names = st.sampled_from(NAMES).map(lambda name: Formula("name", name))

    def grow(parts: st.SearchStrategy[Formula]) -> st.SearchStrategy[Formula]:
        pair = st.tuples(parts, parts)
        many = st.lists(parts, min_size=2, max_size=3).map(tuple)
        return st.one_of(
            parts.map(lambda part: Formula("not", parts=(part,))),
            many.map(lambda p: Formula("and", parts=p)),
            many.map(lambda p: Formula("or", parts=p)),
            pair.map(lambda p: Formula("if", parts=p)),
            pair.map(lambda p: Formula("iff", parts=p)),
        )

    return st.recursive(names, grow, max_leaves=12)


def prefix(formula: Formula) -> object:
    return formula.name if formula.kind == "name" else [formula.kind, *map(prefix, formula.parts)]


@settings(max_examples=200, deadline=None)
@given(formulas())
def test_written_out_and_read_back_a_formula_means_the_same(formula: Formula) -> None:
    expected = evaluate(formula, lambda name: WORLDS[name])
    assert np.array_equal(evaluate(parse(str(formula)), lambda name: WORLDS[name]), expected)
    assert np.array_equal(evaluate(from_prefix(prefix(formula)), lambda name: WORLDS[name]), expected)


@pytest.mark.parametrize(
    "value", [[], ["xor", "a", "b"], ["not", "a", "b"], ["if", "a"], 3, ["and"], [["a"]]]
)
def test_prefix_lists_that_are_none(value: object) -> None:
    with pytest.raises(FormulaError):
        from_prefix(value)
