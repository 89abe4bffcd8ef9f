"""Where a study uses a parameter or a measure: the entries of the scenario whose expressions name it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backstop.base.records import Record
from backstop.base.words import quoted, readable
from backstop.scenario.expression.expression import parse
from backstop.scenario.format.scenario import Scenario

_SECTIONS = ("actors", "measures", "definitions", "phases", "trees", "outcomes", "metrics")
_KINDS = {
    "actors": "actor",
    "measures": "measure",
    "definitions": "definition",
    "phases": "phase",
    "trees": "tree",
    "outcomes": "outcome",
    "metrics": "metric",
}


def used_by(scenario: Scenario) -> dict[str, list[str]]:
    """By parameter, measure or definition: the entries that name it, such as `tree “Peacetime”`."""
    found: dict[str, dict[str, None]] = {}
    for section in _SECTIONS:
        for name, entry in (getattr(scenario, section) or {}).items():
            titled = getattr(entry, "titled", None)
            title = titled(name) if callable(titled) else readable(name)
            said = f"{_KINDS[section]} {quoted(title)}"
            for used in _names(entry) - {name}:
                found.setdefault(used, {})[said] = None
    return {name: list(entries) for name, entries in found.items()}


def names_in(text: str) -> frozenset[str]:
    """The names in an expression; none where a text is no expression."""
    try:
        return frozenset(parse(text).names)
    except ValueError:
        return frozenset()  # a title or a note


def texts(entry: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """All texts of an entry that may be expressions, each with the keys that lead to it."""
    if isinstance(entry, str):
        yield path, entry
    elif isinstance(entry, Mapping):
        for key, each in entry.items():
            yield from texts(each, (*path, str(key)))
    elif isinstance(entry, list | tuple):
        for each in entry:
            yield from texts(each, path)
    elif isinstance(entry, Record):
        for key in type(entry).model_fields:
            if key not in ("title", "short", "note", "unit", "low", "high", "evidence"):
                yield from texts(getattr(entry, key), (*path, key))


def _names(entry: object) -> set[str]:
    return set().union(*(names_in(text) for _, text in texts(entry)))
