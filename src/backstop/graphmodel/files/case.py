"""`backstop-gmcr-case/1` in the keys of a graph file: one conflict as JSON, with its states listed by vectors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backstop.base.document import Path
from backstop.graphmodel.files.records import FORMAT
from backstop.graphmodel.files.source import Content, Source, moved

SCHEMA = "backstop-gmcr-case/1"
_KEY_OF = {"ranking": "order", "statements": "order", "weights": "weights", "relation": ""}


def case_source(content: Content, file: str) -> Source:
    """The case as a graph file. Raises InvalidInput where its lists are none, or their entries have no ids."""
    paths: dict[Path, Path] = {}
    data: dict[str, Any] = {"format": FORMAT, "title": str(content.get("title", content.get("id", "")))}
    source = Source(data, moved(file, paths), own_names=True)
    makers = dict(_entries(source, content, "decision_makers", paths))
    data["decision_makers"] = {name: item.get("name", name) for name, item in makers.items()}
    data["options"] = {}
    for name, item in _entries(source, content, "options", paths):
        fields = {"title": item.get("name", name), "by": item.get("dm"), "direction": item.get("direction")}
        data["options"][name] = {key: value for key, value in fields.items() if value is not None}
        paths["options", name, "by"] = (*paths["options", name], "dm")
    if content.get("states") is not None:
        listed = _entries(source, content, "states", paths)
        data["states"] = {
            name: {"vector": item.get("bits", ""), "title": item.get("label")} for name, item in listed
        }
    data |= {key: content[key] for key in ("infeasible", "moves", "status_quo") if key in content}
    if isinstance(data.get("moves"), dict):
        # Nobody moves by options where moves are listed.
        data["moves"] = {name: [] for name in makers} | data["moves"]
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


def _entries(
    source: Source, content: Content, key: str, paths: dict[Path, Path]
) -> Iterator[tuple[str, Content]]:
    """The entries of a list by their ids; `paths` learns where each stands."""
    listed = content.get(key) or []
    if not isinstance(listed, list):
        source.tell((key,), "this must be a list")
        listed = []
    for at, item in enumerate(listed):
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str) or not name or (key, name) in paths:
            source.tell((key, at), f"an entry of {key} needs an id of its own")
        else:
            paths[key, name] = (key, at)
            yield name, item
