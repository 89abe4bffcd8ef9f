"""Changing the vocabulary after coding: rename or merge actors, objects, values and events without losing a coding.

Every place that names the old entry names the new one afterwards; the old name stays in `renamed`, so that files and
scenarios that still use it can be understood, and the labels of a merged entry become aliases of the one it went into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.dossier.record import Record, Register
from backstop.dossier.store import Dossier

Part = Literal["actors", "objects", "values", "events"]

# Which fields of which records hold names of which part of the register.
_NAMED: Mapping[Part, frozenset[str]] = {
    "actors": frozenset(
        [
            "actor",
            "speaker",
            "reporter",
            "target_actors",
            "of",
            "on",
            "members",
            "excluded",
            "asserted_by",
            "part_of",
            "speaks_for",
            "body",
            "offices",
        ]
    ),
    "objects": frozenset(["objects", "on", "of", "part_of", "serves", "stages", "is_"]),
    "values": frozenset(["is_", "within", "excludes", "agrees"]),
    "events": frozenset(["event", "of", "on", "before", "after", "maybe_same_as"]),
}


def renamed(dossier: Dossier, part: Part, old: str, new: str) -> Dossier:
    """`dossier` with the entry `old` of `part` called `new`; merged into it where `new` exists already.

    Raises InvalidInput where there is no entry `old`, or both are one.
    """
    entries: dict[str, Any] = dict(getattr(dossier.register, part))
    kind = part.removesuffix("s")
    if old not in entries:
        raise InvalidInput(f"there is no {kind} {old}", hint=did_you_mean(old, entries, kind))
    if old == new:
        raise InvalidInput(f"the {kind} {old} is called that already")
    order = list(entries)
    gone = entries.pop(old)
    if new in entries:
        entries[new] = _merged(entries[new], gone)
    else:
        entries = {(new if name == old else name): (gone if name == old else entries[name]) for name in order}
    fields = _NAMED[part]
    register = dossier.register.model_copy(
        update={part: {n: _named(e, fields, old, new, part) for n, e in entries.items()}}
    )
    if part == "objects":
        register = register.model_copy(update={"stages": _tuple(register.stages, old, new)})
    register = register.model_copy(update={"renamed": {**_forwarded(register.renamed, old, new), old: new}})
    return replace(
        dossier,
        register=Register.model_validate(register.model_dump()),
        sources={n: _named(r, fields, old, new, part) for n, r in dossier.sources.items()},
        statements={n: _named(r, fields, old, new, part) for n, r in dossier.statements.items()},
        propositions={n: _named(r, fields, old, new, part) for n, r in dossier.propositions.items()},
    )


def _forwarded(known: Mapping[str, str], old: str, new: str) -> dict[str, str]:
    return {before: (new if after == old else after) for before, after in known.items() if before != new}


def _merged(kept: Any, gone: Any) -> Any:
    """The entry kept, with what only the other had: its label and aliases, its relations, its note."""
    label = getattr(gone, "name", None) or getattr(gone, "title", "")
    update: dict[str, Any] = {}
    for field in type(kept).model_fields:
        mine, theirs = getattr(kept, field), getattr(gone, field)
        if isinstance(mine, tuple):
            extra = (label, *theirs) if field == "aliases" else theirs
            own = getattr(kept, "name", None) or getattr(kept, "title", "")
            update[field] = tuple(dict.fromkeys(x for x in (*mine, *extra) if x != own))
        elif field == "note" and theirs and theirs != mine:
            update[field] = f"{mine} {theirs}".strip()
    return kept.model_copy(update=update)


def _tuple(names: tuple[Any, ...], old: str, new: str) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(new if name == old else name for name in names))


def _named(record: Any, fields: frozenset[str], old: str, new: str, part: Part) -> Any:
    """`record` with `old` replaced in the fields that name entries of this part, records inside it included."""
    update: dict[str, Any] = {}
    for field in type(record).model_fields:
        value = getattr(record, field)
        changed = _value(value, field in fields, fields, old, new, part)
        if changed != value:
            update[field] = changed
    return record.model_copy(update=update) if update else record


def _value(value: Any, names: bool, fields: frozenset[str], old: str, new: str, part: Part) -> Any:
    if isinstance(value, Record):
        return _named(value, fields, old, new, part)
    if isinstance(value, tuple):
        inner = tuple(_value(item, names, fields, old, new, part) for item in value)
        return tuple(dict.fromkeys(inner)) if names and all(isinstance(i, str) for i in inner) else inner
    if isinstance(value, dict):
        keyed = names and part == "actors"
        return {
            (new if keyed and key == old else key): _value(item, False, fields, old, new, part)
            for key, item in value.items()
        }
    return new if names and value == old else value
