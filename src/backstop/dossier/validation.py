"""Records out of plain data, with every fault named in place and the nearest valid word beside it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from backstop.base.faults import Fault, Place
from backstop.base.words import did_you_mean, nearest

R = TypeVar("R", bound=BaseModel)

MOST_LINE = 1_000_000
"""Longest line of a JSON Lines file that is read, in characters."""


class RepeatedKey(ValueError):
    """A JSON object that has one key twice."""


def json_value(text: str) -> Any:
    """The value of JSON `text`; ValueError for bad syntax, a repeated key, a number that is not finite, or depth."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            raise RepeatedKey(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice")
        return found

    def refuse(word: str) -> Any:
        raise ValueError(f"{word} is not a number of JSON")

    try:
        return json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def validated(
    model: type[R], data: Any, place: Callable[[tuple[Any, ...]], Place]
) -> tuple[R | None, list[Fault]]:
    """The record in `data`, or None and all its faults. `place` tells where a path inside the record stands."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        return None, [_fault(model, item, place) for item in error.errors(include_url=False)]


def within(place: Place) -> Callable[[tuple[Any, ...]], Place]:
    """Where fields of a record stand that as a whole stands at `place`."""

    def at(path: tuple[Any, ...]) -> Place:
        return replace(place, path=".".join(filter(None, (place.path, *map(str, path)))))

    return at


def _fault(model: type[BaseModel], item: Any, place: Callable[[tuple[Any, ...]], Place]) -> Fault:
    path = tuple(item["loc"])
    where, kind = place(path), item["type"]
    if kind == "extra_forbidden":
        return Fault(
            f"unknown field {path[-1]}",
            where,
            did_you_mean(str(path[-1]), _fields(model, path[:-1]), "field"),
        )
    if kind == "missing":
        return Fault(f"the field {path[-1]} is missing", where, "add it")
    if kind == "literal_error":
        words = [w.strip(" '") for w in str(item["ctx"]["expected"]).replace(" or ", ", ").split("', '")]
        words = [w.strip("'") for w in words]
        near = nearest(str(item["input"]), words)
        return Fault(
            f"{item['input']!r} is not valid here", where, f"did you mean {near}?" if near else item["msg"]
        )
    message = item["msg"].removeprefix("Value error, ")
    return Fault(message[:1].lower() + message[1:], where)


def _fields(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """The names of the fields of the record that `path` leads to."""
    at: type[BaseModel] = model
    for step in path:
        if isinstance(step, str) and (field := _named(at, step)) is not None:
            inner = _model_in(field.annotation)
            at = inner if inner is not None else at
    return [field.alias or name for name, field in at.model_fields.items()]


def _named(model: type[BaseModel], name: str) -> Any:
    for key, field in model.model_fields.items():
        if name in (key, field.alias):
            return field
    return None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in get_args(annotation):
        found = _model_in(part)
        if found is not None:
            return found
    return None
