"""Which entries and records a record names, read off the fields that are marked with `Names`."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, TypeVar

from backstop.dossier.record import Names, Part, Record

R = TypeVar("R", bound=Record)


@cache
def _marks(model: type[Record]) -> dict[str, Names | None]:
    """The mark of every field that has one or may hold records; None for the latter."""
    marks: dict[str, Names | None] = {}
    for name, field in model.model_fields.items():
        mark = next((m for m in field.metadata if isinstance(m, Names)), None)
        if mark is not None or field.annotation not in (str, int, float, bool):
            marks[name] = mark
    return marks


def names_in(record: Record) -> Iterator[tuple[Names, str]]:
    """Every name in a record and in the records inside it, with what it may be the name of."""
    for field, mark in _marks(type(record)).items():
        value = getattr(record, field)
        if not value:
            continue
        if mark is None:
            for inner in _records(value):
                yield from names_in(inner)
        elif isinstance(value, str):
            yield mark, value
        else:
            for name in value:
                yield mark, name


def _records(value: object) -> Iterator[Record]:
    """The records in a field: itself, those of a list, those of a mapping's lists."""
    if isinstance(value, Record):
        yield value
    elif isinstance(value, tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _records(item)


def with_name(record: R, part: Part, old: str, new: str) -> R:
    """`record` with the entry `old` of `part` called `new`, wherever it and the records inside it name that entry."""
    update: dict[str, Any] = {}
    for field, mark in _marks(type(record)).items():
        value = getattr(record, field)
        if mark is None:
            changed = _with_name(value, part, old, new)
        elif part not in mark.parts:
            continue
        elif isinstance(value, dict):
            changed = {new if name == old else name: words for name, words in value.items()}
        elif isinstance(value, tuple):
            changed = tuple(dict.fromkeys(new if name == old else name for name in value))
        else:
            changed = new if value == old else value
        if changed != value:
            update[field] = changed
    return record.model_copy(update=update) if update else record


def _with_name(value: Any, part: Part, old: str, new: str) -> Any:
    if isinstance(value, Record):
        return with_name(value, part, old, new)
    if isinstance(value, tuple):
        return tuple(_with_name(item, part, old, new) for item in value)
    if isinstance(value, dict):
        return {key: _with_name(item, part, old, new) for key, item in value.items()}
    return value
