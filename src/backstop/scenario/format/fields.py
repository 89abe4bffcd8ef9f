"""The values that fields of the scenario file hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from backstop.base.records import Record, as_tuple, one_or_more
from backstop.base.words import readable


def _expression(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise PydanticCustomError("expression", "expected a number or an expression")
    return _number(value) if not isinstance(value, str) else value


def _number(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise PydanticCustomError("number", "expected a number")
    try:
        finite = math.isfinite(float(value))
    except OverflowError:
        finite = False
    if not finite:
        raise PydanticCustomError("number", "expected a finite number")
    return value


Expr = Annotated[
    int | float | str, BeforeValidator(_expression), WithJsonSchema({"type": ["number", "string"]})
]
"""A number, or an expression as text."""

Number = Annotated[float, BeforeValidator(_number)]
"""A finite number; a whole one is fine, a text is not."""


def _number_or_name(value: object) -> object:
    if isinstance(value, str) and value:
        return value
    if isinstance(value, (str, bool)) or not isinstance(value, (int, float)):
        raise PydanticCustomError("number_or_name", "expected a number or a name")
    return _number(value)


NumberOrName = Annotated[
    float | str, BeforeValidator(_number_or_name), WithJsonSchema({"type": ["number", "string"]})
]
"""A finite number, or a name."""

Words = Annotated[str, Field(min_length=1)]
"""Text that may not be empty."""

Names = Annotated[
    tuple[Words, ...],
    BeforeValidator(as_tuple, json_schema_input_type=list[Words]),
    Field(min_length=1),
]
"""A list of one or more names."""

NameOrNames = Annotated[
    tuple[Words, ...],
    BeforeValidator(one_or_more, json_schema_input_type=Words | list[Words]),
]
"""One name or a list of names; always kept as a tuple."""

Numbers = Annotated[
    tuple[Number, ...],
    BeforeValidator(as_tuple, json_schema_input_type=list[Number]),
]
"""A list of numbers."""

Pair = Annotated[
    tuple[Number, Number],
    BeforeValidator(
        as_tuple, json_schema_input_type=Annotated[list[Number], Field(min_length=2, max_length=2)]
    ),
]
"""Two numbers."""


LONGEST_SHORT = 28
"""Most characters of a short label."""

Short = Annotated[str, Field(max_length=LONGEST_SHORT)]
"""A label that fits into a table or beside a slider."""

Tone = Literal["good", "mixed", "bad"]
"""How a state or an ending is told: it orders and colours, and never enters a number."""


_FROM_GOOD_TO_BAD: tuple[Tone | None, ...] = ("good", "mixed", None, "bad")


class Titled(Record):
    """Something that has a name in the file and may have a title for people."""

    title: str = Field(default="", description="A heading for people; the name made readable where left out.")
    short: Short = Field(
        default="", description="A label of at most 28 characters; the title where left out."
    )

    def titled(self, identifier: str) -> str:
        """The title, or the identifier made readable."""
        return self.title or readable(identifier)

    def labelled(self, identifier: str) -> str:
        """The short label, or the title."""
        return self.short or self.titled(identifier)


class Toned(Titled):
    """A state or an ending that may be told as good, mixed or bad."""

    tone: Tone | None = Field(
        default=None,
        description="good, mixed or bad: the order and colour in which it is shown; no number depends on it.",
    )


def from_good_to_bad(entries: Mapping[str, Toned]) -> list[str]:
    """Names ordered by tone, in the order of the file within one; those without a tone stand before the bad ones."""
    return sorted(entries, key=lambda name: _FROM_GOOD_TO_BAD.index(entries[name].tone))
