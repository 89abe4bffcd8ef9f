"""The records of a graph file (`backstop-graph/1`): which keys it has, and what may stand under each."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from backstop.base.records import Explanation, Mismatch, Record, as_tuple, choices_of, explained, one_or_more
from backstop.base.words import described, listed
from backstop.graphmodel.model.conflict import Direction

FORMAT = "backstop-graph/1"


def _cited(value: object) -> object:
    return () if value is None else one_or_more(value)


def _words(value: object) -> object:
    return str(value) if isinstance(value, int | float) else "" if value is None else value


def _number(value: object) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e100:
        raise ValueError(f"a number is expected, and this is {described(value)}")
    return value


def _whole(least: int, most: int) -> AfterValidator:
    def whole(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            wanted = f"a whole number from {least} to {most:,}"
            raise ValueError(f"{wanted} is expected, and this is {described(value)}")
        return value

    return AfterValidator(whole)


def _degree(value: object) -> object:
    number = _number(value)
    if not 0 <= number <= 1:
        raise ValueError(f"{number!r} is not between 0 and 1")
    return number


def _level(value: object) -> object:
    number = _number(value)
    if not 0 < number <= 1:
        raise ValueError(f"{number!r} is not above 0 and at most 1")
    return float(number)


Words = Annotated[str, BeforeValidator(_words)]
Cited = Annotated[tuple[str, ...], BeforeValidator(_cited)]
"""Ids of statements, propositions or references; one alone may stand without brackets."""

Fits = Any
"""Which states are meant: the id of one, a formula, or a formula as nested lists such as ["if", "a", "b"]."""

Listed = Annotated[tuple[Fits, ...], BeforeValidator(as_tuple)]
Pair = Annotated[tuple[Fits, Fits], BeforeValidator(as_tuple)]
Pairs = Annotated[tuple[Pair, ...], BeforeValidator(as_tuple)]
Strength = Annotated[tuple[Fits, Fits, Annotated[Any, _whole(1, 100)]], BeforeValidator(as_tuple)]
Degree = Annotated[tuple[Fits, Fits, Annotated[Any, AfterValidator(_degree)]], BeforeValidator(as_tuple)]
Level = Annotated[Any, AfterValidator(_level)]
Draws = Annotated[Any, _whole(0, 10_000_000)]


class OptionRecord(Record):
    """Something that a decision maker can do or leave."""

    by: str = Field(description="The decision maker who has the option.")
    title: Words = ""
    direction: Direction = "both"
    evidence: Cited = ()
    note: object = None


class BanRecord(Record):
    """Moves that a decision maker may not make: from where one formula is true to where another is."""

    by: str = Field(description="The decision maker who may not make the move.")
    from_: Fits = Field(default=None, alias="from")
    to: Fits = None


class StateRecord(Record):
    """A state by name: with its vector over the options in order where there are any, `-` where it has both."""

    vector: str = ""
    title: Words = ""


class RelationRecord(Record):
    """Pairs of states, the preferred one first, or whole orders such as `s2 > s6 >> s7 ~ s1`.

    What is said of no other pair, `rest` says.
    """

    order: Annotated[tuple[str, ...], BeforeValidator(one_or_more)] = ()
    better: Pairs = ()
    much_better: Pairs = ()
    unknown: Pairs = ()
    indifferent: Pairs = ()
    degree: Annotated[tuple[Strength, ...], BeforeValidator(as_tuple)] = ()
    rest: Literal["unknown", "indifferent"] = "indifferent"
    note: object = None


class SampledRecord(RelationRecord):
    """A relation whose other pairs are unknown, or statements in tiers of unknown inner order, to be drawn."""

    statements: Listed | None = None
    draws: Draws = 10_000
    seed: Draws = 0
    rest: Literal["unknown", "indifferent"] = "unknown"


class FuzzyRecord(Record):
    """Degrees to which one state is preferred to another, and the threshold from which on that counts."""

    degrees: Annotated[tuple[Degree, ...], BeforeValidator(as_tuple)] = ()
    gamma: Level = 1.0


class ProbabilisticRecord(FuzzyRecord):
    """Probabilities with which one state is preferred to another, and the levels of the concepts."""

    alpha: Level = 1.0
    beta: Level = 1.0


def _orders(value: object) -> object:
    return {"order": value} if isinstance(value, str | list) else value


class PreferenceRecord(Record):
    """The preferences of a decision maker in one of their forms."""

    statements: Listed | None = None
    ranking: Listed | None = None
    weights: dict[str, Annotated[Any, AfterValidator(_number)]] | None = None
    relation: Annotated[RelationRecord | None, BeforeValidator(_orders)] = None
    sampled: SampledRecord | None = None
    fuzzy: FuzzyRecord | None = None
    probabilistic: ProbabilisticRecord | None = None
    note: object = None
    evidence: Cited = ()

    @model_validator(mode="after")
    def _one_form(self) -> PreferenceRecord:
        if sum(getattr(self, kind) is not None for kind in KINDS) != 1:
            raise ValueError(f"preferences take exactly one form: give one of {', '.join(KINDS)}")
        return self

    @property
    def kind(self) -> str:
        """The form they are given in, one of KINDS."""
        return next(kind for kind in KINDS if getattr(self, kind) is not None)


KINDS = ("statements", "ranking", "weights", "relation", "sampled", "fuzzy", "probabilistic")
Preferences = dict[str, PreferenceRecord]


class VariantRecord(Record):
    """Preferences that replace those of the same decision makers."""

    preferences: Preferences = Field(description="The preferences that replace others.")
    title: Words = ""
    note: object = None
    evidence: Cited = ()


def _option(value: object) -> object:
    return {"by": value} if isinstance(value, str) else value


def _bans(value: object) -> object:
    return (value,) if isinstance(value, dict) else as_tuple(value)


def _state(value: object) -> object:
    return value if isinstance(value, dict) else {"title": value}


def _states(value: object) -> object:
    if isinstance(value, list):
        for name in value:
            if not isinstance(name, str) or value.count(name) > 1:
                raise ValueError(f"{name!r} cannot be the name of a state, or stands twice")
        return {name: {} for name in value}
    return value


class GraphRecord(Record):
    """A conflict: who decides, what each can do, what is impossible, who prefers what."""

    format: Literal["backstop-graph/1"]
    title: Words
    question: Words = ""
    note: object = None
    decision_makers: Annotated[dict[str, Words], Field(min_length=1)]
    options: dict[str, Annotated[OptionRecord, BeforeValidator(_option)]] | None = None
    infeasible: Annotated[tuple[object, ...] | None, BeforeValidator(as_tuple)] = None
    merge: dict[str, Fits] = Field(default={})
    banned_moves: Annotated[tuple[BanRecord, ...], BeforeValidator(_bans)] = ()
    states: Annotated[
        dict[str, Annotated[StateRecord, BeforeValidator(_state)]] | None, BeforeValidator(_states)
    ] = None
    moves: dict[str, Annotated[tuple[Pair, ...], BeforeValidator(as_tuple)]] | None = None
    titles: dict[str, Words] = Field(default={})
    preferences: Preferences
    status_quo: Any = None
    evidence: dict[str, Cited] = Field(default={})
    variants: dict[str, VariantRecord] = Field(default={})


def graph_explained(miss: Mismatch) -> Explanation:
    """What is wrong with the shape of a graph file, and what to do."""
    what, hint = explained(miss, "the file")
    if miss.path == ("format",):
        return f"the format is {miss.found!r}", f"begin with format: {FORMAT}"
    if miss.path == ("decision_makers",) and miss.kind == "too_short":
        return "there is no decision maker", "name at least one"
    if miss.kind == "extra_forbidden":
        return f"unknown field {miss.path[-1]}", hint
    if miss.kind == "missing" and miss.path == ("title",):
        return "the title is missing", "add title: ..."
    if miss.kind == "literal_error":
        return f"unknown {miss.path[-1]} {miss.found!r}", f"use {listed(choices_of(miss), 'or')}"
    return what, hint
