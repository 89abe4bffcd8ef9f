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


def _names(entry: object) -> set[str]:
    """All names in the expressions of an entry; texts that are no expression have none."""
    found: set[str] = set()
    for text in _texts(entry):
        try:
            found |= parse(text).names
        except ValueError:
            continue  # a title or a note
    return found


def _texts(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, Mapping):
        for each in entry.values():
            yield from _texts(each)
    elif isinstance(entry, list | tuple):
        for each in entry:
            yield from _texts(each)
    elif isinstance(entry, Record):
        for key in type(entry).model_fields:
            if key not in ("title", "short", "note", "unit", "low", "high", "evidence"):
                yield from _texts(getattr(entry, key))
