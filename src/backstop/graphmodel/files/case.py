"""`backstop-gmcr-case/1` in the keys of a graph file: one conflict as JSON, with its states listed by vectors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backstop.base.document import Path
from backstop.graphmodel.files.records import FORMAT
from backstop.graphmodel.files.source import Source, moved

SCHEMA = "backstop-gmcr-case/1"
_KEY_OF = {"ranking": "order", "statements": "order", "weights": "weights", "relation": ""}


def case_source(content: Mapping[str, Any], file: str) -> Source:
    """The case as a graph file. Raises InvalidInput where its lists are none, or their entries have no ids."""
    paths: dict[Path, Path] = {}
    data: dict[str, Any] = {
        "format": FORMAT,
        "title": str(content.get("title", content.get("id", ""))),
    }
    source = Source(data, moved(file, paths), own_names=True)
    for key in _FIELDS:
        if key == "states" and content.get(key) is None:
            continue
        data[key] = {}
        for at, item in enumerate(_listed(source, content, key)):
            name = item.get("id") if isinstance(item, dict) else None
            if not isinstance(name, str) or not name or name in data[key]:
                again = isinstance(name, str) and name in data[key]
                what = (
                    f"a second entry of {key} is called {name}" if again else f"an entry of {key} needs an id"
                )
                source.tell((key, at), what, "give it an id of its own")
                continue
            paths[key, name] = (key, at)
            given = {new: item[old] for old, new in _FIELDS[key] if old in item}
            words = item.get("name", name)
            if key == "options":
                given = {"title": words, **given}
            data[key][name] = words if key == "decision_makers" else given
    for (_, name), (_, at) in [pair for pair in paths.items() if pair[0][0] == "options"]:
        paths["options", name, "by"] = ("options", at, "dm")
    for key in ("infeasible", "moves", "status_quo"):
        if key in content:
            data[key] = content[key]
    if "moves" in data and isinstance(data["moves"], dict):
        # Nobody moves by options where moves are listed.
        data["moves"] = {name: [] for name in data["decision_makers"]} | data["moves"]
    preferences = content.get("preferences", {})
    if not isinstance(preferences, dict):
        source.tell(("preferences",), "preferences are an object with one entry per decision maker")
        preferences = {}
    data["preferences"] = {}
    for maker, given in preferences.items():
        kind = given.get("type") if isinstance(given, dict) else None
        if not isinstance(kind, str) or kind not in _KEY_OF:
            source.tell(("preferences", maker, "type"), f"unknown type {kind!r}", f"use {', '.join(_KEY_OF)}")
            continue
        key = _KEY_OF[kind]
        rest = {name: value for name, value in given.items() if name != "type"}
        data["preferences"][maker] = {kind: given.get(key) if key else rest}
        paths["preferences", maker, kind] = ("preferences", maker, key) if key else ("preferences", maker)
    source.stop()
    return source


_FIELDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "decision_makers": (),
    "options": (("dm", "by"), ("name", "title"), ("direction", "direction")),
    "states": (("bits", "vector"), ("label", "title")),
}


def _listed(source: Source, content: Mapping[str, Any], key: str) -> list[Any]:
    value = content.get(key) or []
    if isinstance(value, list):
        return value
    source.tell((key,), "this must be a list")
    return []
