"""What of a scenario file a workbook holds: distributions, levels and words, each under its key.

An entry is what a person changes as one thing: the distribution of a parameter with all its numbers, the range of a
measure, one level, one text. Entries are plain JSON values, so that a workbook can carry what was exported.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from backstop.base.document import Path
from backstop.base.document_changes import Change
from backstop.base.words import clean
from backstop.scenario.format.quantities import DISTRIBUTION_KINDS

Value = Any
"""JSON: a number, a text, [kind, numbers] of a distribution, [lowest, highest], or None where the file says nothing."""

NUMBERS: Mapping[str, tuple[str, ...]] = {
    "value": ("value",),
    "uniform": ("lowest", "highest"),
    "triangular": ("lowest", "most likely", "highest"),
    "pert": ("lowest", "most likely", "highest"),
    "normal": ("mean", "standard deviation"),
    "lognormal": ("mu", "sigma"),
    "beta": ("a", "b"),
    "loguniform": ("lowest", "highest"),
    "discrete": (),
}
"""The columns that hold the numbers of each kind, in the order of the file; `discrete` has a sheet of its own."""

CUT = ("lowest", "highest")
"""The columns in which a normal distribution has its bounds, where it has any."""

TEXTS: Mapping[str, str] = {
    "title": "title",
    "short": "short label",
    "unit": "unit",
    "low": "low means",
    "high": "high means",
    "cost_unit": "cost unit",
    "basis": "basis",
    "evidence": "evidence",
    "note": "note",
}
"""Fields with words, and the columns in which they stand."""

LISTS = frozenset(("basis", "evidence"))
"""Fields that are lists; a cell has their items with semicolons between."""

PARAMETER_TEXTS = ("title", "unit", "short", "low", "high", "basis", "note")
MEASURE_TEXTS = ("title", "unit", "short", "low", "high", "cost_unit", "evidence", "note")
ARRANGEMENT_TEXTS = ("title", "short", "note")


@dataclass(frozen=True, slots=True)
class Key:
    """Which entry: the sheet, the name at the head of its row, the camp of experts (if any), and what of it."""

    sheet: str
    row: str
    part: str
    camp: str = ""

    def __str__(self) -> str:
        head = f"{self.row} ({self.camp})" if self.camp else self.row
        return head if self.part == "distribution" else f"{head}, {self.part}"


def entries(data: Mapping[str, Any]) -> dict[Key, Value]:
    """All entries of a sound scenario, given as the plain data of its file."""
    return dict(_entries(data))


def _entries(data: Mapping[str, Any]) -> Iterator[tuple[Key, Value]]:
    for name, parameter in (data.get("parameters") or {}).items():
        if "experts" in parameter:
            for camp, view in parameter["experts"].items():
                yield Key("parameters", name, "distribution", camp), _distribution(view)
                yield Key("parameters", name, "weight", camp), float(view.get("weight", 1))
        else:
            yield Key("parameters", name, "distribution"), _distribution(parameter)
        yield from _texts("parameters", name, parameter, PARAMETER_TEXTS)
    for name, measure in (data.get("measures") or {}).items():
        yield Key("measures", name, "range"), [float(end) for end in measure["range"]]
        yield Key("measures", name, "default"), float(measure.get("default", 0))
        yield from _texts("measures", name, measure, MEASURE_TEXTS)
    for name, arrangement in data["arrangements"].items():
        levels = arrangement.get("measures") or {}
        for measure in data.get("measures") or {}:
            level = levels.get(measure)
            yield Key("arrangements", name, f"level of {measure}"), None if level is None else float(level)
        yield from _texts("arrangements", name, arrangement, ARRANGEMENT_TEXTS)


def _texts(
    sheet: str, name: str, record: Mapping[str, Any], fields: tuple[str, ...]
) -> Iterator[tuple[Key, Value]]:
    for field in fields:
        found = record.get(field) or ""
        yield Key(sheet, name, TEXTS[field]), "; ".join(found) if isinstance(found, list) else str(found)


def _distribution(record: Mapping[str, Any]) -> Value:
    kind = next(each for each in ("value", *DISTRIBUTION_KINDS) if each in record)
    given = record[kind]
    if kind == "discrete":
        return [kind, [[float(value), float(weight)] for value, weight in given.items()]]
    numbers = [float(given)] if kind == "value" else [float(each) for each in given]
    bounds = [float(each) for each in record["bounds"]] if "bounds" in record else []
    return [kind, numbers, bounds] if bounds else [kind, numbers]


def same(one: Value, other: Value) -> bool:
    """Whether two values are the same as far as spreadsheets keep them.

    Numbers in 15 digits, texts but for spaces at their ends and for marks that no output holds (see `clean`).
    """
    return _canonical(one) == _canonical(other)


def _canonical(value: Value) -> object:
    if isinstance(value, (list, tuple)):
        return tuple(map(_canonical, value))
    if isinstance(value, (int, float)):
        return f"{float(value):.15g}"
    return clean(value.replace("\r\n", "\n")).strip() if isinstance(value, str) else value


def said(value: Value, text: Callable[[float], str] = "{:.15g}".format) -> str:
    """A value of an entry in words."""
    if value is None:
        return "not named"
    if isinstance(value, str):
        return f'"{value.strip()}"' if value.strip() else "nothing"
    if not isinstance(value, list):
        return text(value)
    if value and isinstance(value[0], str):
        kind, numbers, *bounds = value
        if kind == "value":
            return text(numbers[0])
        if kind == "discrete":
            return "discrete " + ", ".join(f"{text(v)} with weight {text(w)}" for v, w in numbers)
        cut = f" within {text(bounds[0][0])} to {text(bounds[0][1])}" if bounds else ""
        return f"{kind} [{', '.join(map(text, numbers))}]{cut}"
    return f"[{', '.join(map(text, value))}]"


def changes_for(key: Key, old: Value, new: Value, data: Mapping[str, Any]) -> list[Change]:
    """The changes of the file's data that give the entry at `key` its new value."""
    at: Path = (key.sheet, key.row)
    if key.camp:
        at = (*at, "experts", key.camp)
    if key.part == "distribution":
        return _distribution_changes(at, old, new)
    if key.part.startswith("level of "):
        return [Change((*at, "measures", key.part.removeprefix("level of ")), new)]
    fields = {column: field for field, column in TEXTS.items()}
    field = fields.get(key.part, key.part)
    if field in LISTS:
        items = [item.strip() for item in new.split(";") if item.strip()]
        was = data[key.sheet][key.row].get(field)
        return [Change((*at, field), items[0] if isinstance(was, str) and len(items) == 1 else items)]
    return [Change((*at, field), new)]


def _distribution_changes(at: Path, old: Value, new: Value) -> list[Change]:
    (was, *_), (kind, numbers, *bounds) = old, new
    content: Any = numbers[0] if kind == "value" else numbers
    if kind == "discrete":
        content = dict(map(tuple, numbers))
    found = [Change((*at, was), content, None if kind == was else kind)]
    return [*found, Change((*at, "bounds"), bounds[0])] if bounds else found
