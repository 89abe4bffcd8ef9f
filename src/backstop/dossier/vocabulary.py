"""Changing the vocabulary after coding: rename or merge actors, objects, values and events without losing a coding.

Every place that names the old entry names the new one afterwards; the old name stays in `renamed`, so that files and
scenarios that still use it can be understood, and the labels of a merged entry become aliases of the one it went into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar

from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.dossier.dossier import Dossier
from backstop.dossier.naming import with_name
from backstop.dossier.record import Actor, Event, Record, Register, Term, Value

R = TypeVar("R", bound=Record)
Entry = Actor | Term | Value | Event


def renamed(
    dossier: Dossier, part: Literal["actors", "objects", "values", "events"], old: str, new: str
) -> Dossier:
    """`dossier` with the entry `old` of `part` called `new`; merged into it where `new` exists already.

    Raises InvalidInput where there is no entry `old`, or both are one.
    """
    entries: Mapping[str, Entry] = getattr(dossier.register, part)
    kind = part.removesuffix("s")
    if old not in entries:
        raise InvalidInput(f"there is no {kind} {old}", hint=did_you_mean(old, entries, kind))
    if old == new:
        raise InvalidInput(f"the {kind} {old} is called that already")
    if new in entries:
        kept = {name: entry for name, entry in entries.items() if name != old}
        kept[new] = _merged(entries[new], entries[old], {old, new})
    else:
        kept = {new if name == old else name: entry for name, entry in entries.items()}
    forwarded = {n: (new if to == old else to) for n, to in dossier.register.renamed.items() if n != new}
    register = dossier.register.model_copy(update={part: kept, "renamed": {**forwarded, old: new}})

    def everywhere(records: Mapping[str, R]) -> dict[str, R]:
        return {name: with_name(record, part, old, new) for name, record in records.items()}

    return replace(
        dossier,
        register=Register.model_validate(with_name(register, part, old, new).model_dump()),
        sources=everywhere(dossier.sources),
        statements=everywhere(dossier.statements),
        propositions=everywhere(dossier.propositions),
    )


def _merged(kept: Entry, gone: Entry, both: set[str]) -> Entry:
    """The entry kept, with what only the other had: its label and aliases, its relations but that to itself, its note.

    `both`: the ids of the two, which are one now.
    """
    label, own = (entry.name if isinstance(entry, Actor) else entry.title for entry in (gone, kept))
    update: dict[str, Any] = {}
    for field in type(kept).model_fields:
        mine, theirs = getattr(kept, field), getattr(gone, field)
        if isinstance(mine, tuple):
            extra, left_out = ((label, *theirs), {own}) if field == "aliases" else (theirs, both)
            update[field] = tuple(dict.fromkeys(x for x in (*mine, *extra) if x not in left_out))
        elif field == "note" and theirs and theirs != mine:
            update[field] = f"{mine} {theirs}".strip()
    return kept.model_copy(update=update)
