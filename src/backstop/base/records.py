"""Strict records out of plain data: what is wrong with the data, with its path in the file, in words for people.

A record is a mapping with a fixed set of keys. Pydantic checks it and locates its errors by its own steps, which name
members of unions and turn keys into text; `mismatches` is the one map from those to paths in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Tag, ValidationError

from backstop.base.document import Path, value_at
from backstop.base.faults import Fault, Place
from backstop.base.words import described, did_you_mean, listed, shortened


class Record(BaseModel):
    """A mapping with a fixed set of keys: frozen, strict, no unknown keys, no number that is not finite."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


def as_tuple(value: object) -> object:
    """`value` as a tuple where it is a list: YAML and JSON have lists, frozen records have tuples."""
    return tuple(value) if isinstance(value, list) else value


def one_or_more(value: object) -> object:
    """As `as_tuple`, and a text alone as a tuple of it."""
    return (value,) if isinstance(value, str) else as_tuple(value)


R = TypeVar("R", bound=BaseModel)
Explanation = tuple[str, str]

MOST_EXPLAINED = 1_000
"""Mismatches of one file or record that are explained: more than are ever listed."""
"""What is wrong, and what to do about it (empty where there is nothing to say)."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Something in plain data that does not fit a record.

    `kind` is the validator's name of the error and `message` its text; `path` leads to the value that was `found`, or
    to the key that is wrong (`is_key`) or missing. `owner` is the record that has the field, `wanted` the record that
    should stand there; None where it is no record.
    """

    kind: str
    message: str
    path: Path
    found: Any
    is_key: bool = False
    owner: type[BaseModel] | None = None
    wanted: type[BaseModel] | None = None
    context: Mapping[str, Any] = field(default_factory=dict)


def validated(model: type[R], data: Any, place: Callable[[Path], Place]) -> tuple[R | None, list[Fault]]:
    """The record in `data`, or None and all its faults. `place` tells where a path inside the record stands."""
    try:
        return model.model_validate(data), []
    except ValidationError as error:
        misses = list(mismatches(model, error, data))
        return None, [Fault(what, place(miss.path), hint) for miss, (what, hint) in told(misses, explained)]


def told(
    misses: Sequence[Mismatch], explain: Callable[[Mismatch], Explanation]
) -> Iterator[tuple[Mismatch, Explanation]]:
    """Each mismatch with what is wrong and what to do; of very many only the first are looked at so closely."""
    for number, miss in enumerate(misses):
        yield miss, explain(miss) if number < MOST_EXPLAINED else ("this is wrong too", "")


def within(place: Place) -> Callable[[Path], Place]:
    """Where fields of a record stand that as a whole stands at `place`."""

    def at(path: Path) -> Place:
        return replace(place, path=".".join(filter(None, (place.path, *map(str, path)))))

    return at


def mismatches(model: type[BaseModel], error: ValidationError, data: Any) -> Iterator[Mismatch]:
    """All that is wrong with `data`, in the order in which the validator found it."""
    for detail in error.errors(include_url=False):
        path: Path = ()
        here: Any = model
        owner: type[BaseModel] | None = None
        is_key = False
        for step in detail["loc"]:
            if step == "[key]":
                is_key = True
                break
            member = _tagged(here, step)
            if member is not None:
                here = member
                continue
            owner = _record(here)
            here = _inside(here, step)
            path = (*path, _written(value_at(data, path), step))
        yield Mismatch(
            detail["type"],
            detail["msg"],
            path,
            path[-1] if is_key else value_at(data, path),
            is_key or detail["type"] == "extra_forbidden",
            owner,
            _record(here),
            detail.get("ctx") or {},
        )


def _written(mapping: Any, step: int | str) -> Any:
    """The key of a mapping that the validator calls `step`: keys that are numbers arrive as texts."""
    if isinstance(mapping, dict) and step not in mapping:
        return next((key for key in mapping if str(key) == str(step)), step)
    return step


def _bare(annotation: Any) -> Any:
    """A type without its annotations and without None."""
    while True:
        members = [each for each in get_args(annotation) if each is not NoneType]
        origin = get_origin(annotation)
        if origin is not Annotated and not (origin in (Union, UnionType) and len(members) == 1):
            return annotation
        annotation = members[0]


def _record(annotation: Any) -> type[BaseModel] | None:
    bare = _bare(annotation)
    return bare if isinstance(bare, type) and issubclass(bare, BaseModel) else None


def _tagged(annotation: Any, step: int | str) -> Any:
    """The member of a tagged union that the validator calls `step`; None where it is no such member."""
    bare = _bare(annotation)
    if get_origin(bare) in (Union, UnionType):
        for member in get_args(bare):
            if any(
                isinstance(mark, Tag) and mark.tag == step for mark in getattr(member, "__metadata__", ())
            ):
                return member
    return None


def _inside(annotation: Any, step: int | str) -> Any:
    """The type of what stands under a field, key or index; None where it is not known."""
    record = _record(annotation)
    if record is not None:
        named = (field for name, field in record.model_fields.items() if step == (field.alias or name))
        return next((field.annotation for field in named), None)
    bare = _bare(annotation)
    arguments = get_args(bare)
    if get_origin(bare) is dict:
        return arguments[1]
    if isinstance(step, int) and arguments[-1:] != (...,) and step < len(arguments):
        return arguments[step]
    return next(iter(arguments), None)


def fields_of(record: type[BaseModel]) -> dict[str, str]:
    """The fields of a record as they are written in a file, and what each means."""
    return {info.alias or name: info.description or "" for name, info in record.model_fields.items()}


def explained(miss: Mismatch, whole: str = "the record") -> Explanation:
    """What is wrong and what to do, by the validator's kind of error; `whole` names the outermost record."""
    found, is_ = miss.found, f"and this is {described(miss.found)}"
    if miss.kind == "missing":
        return _missing(miss, whole)
    if miss.kind == "extra_forbidden":
        name = str(miss.path[-1])
        hint = did_you_mean(name[:100], fields_of(miss.owner) if miss.owner else (), "field")
        return f"{shortened(name)} is not a field here", hint
    if miss.is_key:
        return f"a name must be a text, and this is {described(found)}", f'put it in quotes: "{found}"'
    if miss.kind == "string_type":
        quoting = f'put it in quotes: "{found}"' if isinstance(found, int | float) else ""
        return f"a text is expected, {is_}", quoting
    if miss.kind == "string_too_short":
        return "the text is empty", "write a text, or remove the field"
    if miss.kind == "string_too_long":
        most = miss.context["max_length"]
        return f"at most {most} characters fit here, and this has {len(found)}", "shorten the text"
    if miss.kind in ("int_type", "int_parsing", "int_from_float"):
        return f"a whole number is expected, {is_}", ""
    if miss.kind == "bool_type":
        return f"true or false is expected, {is_}", ""
    if miss.kind == "literal_error":
        choices = choices_of(miss)
        hint = did_you_mean(found[:100], choices, "word") if isinstance(found, str) else ""
        return f"{listed(choices, 'or')} is expected, {is_}", hint
    if miss.kind in ("dict_type", "model_type", "model_attributes_type"):
        fields = f" with {', '.join(list(fields_of(miss.wanted))[:6])}" if miss.wanted else " of names"
        return f"a mapping{fields} is expected, {is_}", "write name: value pairs below it, indented further"
    if miss.kind == "tuple_type":
        one = isinstance(found, str | int | float)
        return f"a list is expected, {is_}", f"write it in brackets: [{found}]" if one else "write [one, two]"
    if miss.kind == "too_short":
        least = miss.context.get("min_length", 1)
        return (
            ("nothing stands here", "name at least one") if least == 1 else (f"{least} are expected here", "")
        )
    if miss.kind == "too_long":
        return f"no more than {miss.context.get('max_length', 1)} are expected here", "remove the rest"
    message = miss.message.removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    return (message, "") if miss.kind == "value_error" else (f"{message}, {is_}", "")


def choices_of(miss: Mismatch) -> list[str]:
    """The words of which one is expected, for an error of the kind `literal_error`."""
    return [
        word.strip("' ") for word in str(miss.context["expected"]).replace("' or '", "', '").split("', '")
    ]


def _missing(miss: Mismatch, whole: str) -> Explanation:
    *above, name = miss.path
    if isinstance(name, int):
        return "a further value is expected here", "add it"
    owner = whole if not above else above[-1] if isinstance(above[-1], str) else "the entry"
    meaning = (fields_of(miss.owner) if miss.owner else {}).get(name, "")
    hint = f"add {name}: {meaning[:1].lower()}{meaning[1:].rstrip('.')}" if meaning else "add it"
    return f"{owner} has no {name}, which is required", hint
