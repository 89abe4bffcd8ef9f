"""Statements about a state: `and`, `or`, `not`, `if`, `iff` over options and names of states.

`A if B` is `A or not B`; `A iff B` is equality. `not` binds closest, then `and`, then `or`; `if` and `iff` last, at
most one of them on a level (brackets make a new one).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Truth = NDArray[np.bool_]
Connective = Literal["name", "not", "and", "or", "if", "iff"]

MAX_LENGTH = 10_000
MAX_DEPTH = 60
WORDS = ("and", "or", "not", "if", "iff")
_TOKEN = re.compile(r"\s*(?:([A-Za-z_][A-Za-z0-9_]*)|([()]))")


class FormulaError(ValueError):
    """What is wrong with a formula; `offset` counts characters from 0."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Formula:
    """One node: a name, or a connective over `parts`."""

    kind: Connective
    name: str = ""
    parts: tuple[Formula, ...] = ()

    def __str__(self) -> str:
        if self.kind == "name":
            return self.name
        if self.kind == "not":
            inner = self.parts[0]
            return f"not {inner}" if inner.kind in ("name", "not") else f"not ({inner})"
        return f" {self.kind} ".join(
            str(part) if part.kind in ("name", "not") else f"({part})" for part in self.parts
        )

    def names(self) -> Iterator[str]:
        """Every name used, in order, with repeats."""
        if self.kind == "name":
            yield self.name
        for part in self.parts:
            yield from part.names()


def parse(text: str) -> Formula:
    """The formula written in `text`. Raises FormulaError with the offset of the first thing that is wrong."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(f"the formula has {len(text)} characters; at most {MAX_LENGTH} are read")
    tokens: list[tuple[str, int]] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise FormulaError(
                f"unexpected character {text[at]!r}; use names, and, or, not, if, iff, brackets", at
            )
        tokens.append((match.group(1) or match.group(2), match.start(match.lastindex or 0)))
        at = match.end()
    if not tokens:
        raise FormulaError("the formula is empty")
    reader = _Reader(tokens, len(text))
    formula = reader.conditional(0)
    if reader.word is not None:
        word = reader.word
        raise FormulaError(
            f"a second {word} on the same level; put brackets"
            if word in ("if", "iff")
            else f"unexpected {word!r}",
            reader.offset,
        )
    return formula


class _Reader:
    """A recursive descent over tokens; `depth` is bounded so that no text can exhaust the stack."""

    def __init__(self, tokens: Sequence[tuple[str, int]], length: int) -> None:
        self.tokens = tokens
        self.length = length
        self.at = 0

    @property
    def word(self) -> str | None:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else None

    @property
    def offset(self) -> int:
        return self.tokens[self.at][1] if self.at < len(self.tokens) else self.length

    def conditional(self, depth: int) -> Formula:
        left = self.chain("or", depth)
        word = self.word
        if word == "if" or word == "iff":
            self.at += 1
            right = self.chain("or", depth)
            return Formula("if" if word == "if" else "iff", parts=(left, right))
        return left

    def chain(self, word: Literal["and", "or"], depth: int) -> Formula:
        parts = [self.part(word, depth)]
        while self.word == word:
            self.at += 1
            parts.append(self.part(word, depth))
        return parts[0] if len(parts) == 1 else Formula(word, parts=tuple(parts))

    def part(self, word: Literal["and", "or"], depth: int) -> Formula:
        return self.chain("and", depth) if word == "or" else self.negation(depth)

    def negation(self, depth: int) -> Formula:
        if depth > MAX_DEPTH:
            raise FormulaError(f"brackets and nots go deeper than {MAX_DEPTH}", self.offset)
        word, offset = self.word, self.offset
        if word == "not":
            self.at += 1
            return Formula("not", parts=(self.negation(depth + 1),))
        if word == "(":
            self.at += 1
            inner = self.conditional(depth + 1)
            if self.word != ")":
                raise FormulaError("a bracket is not closed", self.offset)
            self.at += 1
            return inner
        if word is None:
            raise FormulaError("the formula ends too early", offset)
        if word == ")" or word in WORDS:
            raise FormulaError(f"a name was expected, not {word!r}", offset)
        self.at += 1
        return Formula("name", word)


def from_prefix(value: object, depth: int = 0) -> Formula:
    """A formula from nested prefix lists such as ["if", "a", ["not", "b"]]. Raises FormulaError."""
    if depth > MAX_DEPTH:
        raise FormulaError(f"the lists go deeper than {MAX_DEPTH}")
    if isinstance(value, str):
        return Formula("name", value)
    if not isinstance(value, list) or not value or not isinstance(value[0], str):
        raise FormulaError("a statement is a name or a list that begins with and, or, not, if or iff")
    word = value[0]
    parts = tuple(from_prefix(part, depth + 1) for part in value[1:])
    if word == "not" and len(parts) == 1:
        return Formula("not", parts=parts)
    if word in ("and", "or") and parts:
        return parts[0] if len(parts) == 1 else Formula("and" if word == "and" else "or", parts=parts)
    if word in ("if", "iff") and len(parts) == 2:
        return Formula("if" if word == "if" else "iff", parts=parts)
    if word in WORDS:
        raise FormulaError(f"{word} does not take {len(parts)} parts")
    raise FormulaError(f"unknown connective {word!r}; use and, or, not, if, iff")


def evaluate(formula: Formula, lookup: Callable[[str], Truth]) -> Truth:
    """Truth of `formula` for every vector at once: a boolean array of the shape that `lookup(name)` returns."""
    if formula.kind == "name":
        return lookup(formula.name)
    truths = [evaluate(part, lookup) for part in formula.parts]
    if formula.kind == "not":
        return np.logical_not(truths[0])
    if formula.kind == "if":
        return np.logical_or(truths[0], np.logical_not(truths[1]))
    if formula.kind == "iff":
        return np.equal(truths[0], truths[1])
    join = np.logical_and if formula.kind == "and" else np.logical_or
    result = truths[0]
    for truth in truths[1:]:
        result = join(result, truth)
    return result


def with_names(formula: Formula, meant: Mapping[str, Formula]) -> Formula:
    """The formula with a formula in the place of every name in `meant`."""
    if formula.kind == "name":
        return meant.get(formula.name, formula)
    return Formula(formula.kind, formula.name, tuple(with_names(part, meant) for part in formula.parts))


def conjunction(parts: Sequence[Formula]) -> Formula:
    """All of `parts` (at least one)."""
    return parts[0] if len(parts) == 1 else Formula("and", parts=tuple(parts))


def negated(formula: Formula) -> Formula:
    """Not `formula`, without piling up double negations."""
    return formula.parts[0] if formula.kind == "not" else Formula("not", parts=(formula,))
