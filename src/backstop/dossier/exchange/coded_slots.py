"""The typed slots in a row of a hand coding: those written out, and those that its other fields imply."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from backstop.dossier.accounts.gazetteer import offices_in
from backstop.dossier.record import Actor, Event, Slot, Statement, Term


def slots_of(
    row: Mapping[str, Any],
    actors: Mapping[str, Actor],
    objects: Mapping[str, Term],
    slug: Callable[[str], str],
) -> dict[str, Any]:
    """The slots of a row, to be validated with its statement.

    A row may give `slots` as a dossier does, with labels or ids of actors, objects and events. Else its place and time
    are taken, and the offices that its target names in brackets.
    """
    known = {*actors, *objects}

    def named(name: Any) -> Any:
        if isinstance(name, list):
            return [named(item) for item in name]
        return name if not isinstance(name, str) or name in known else slug(name)

    def entry(given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        naming = ("of", "on", "members", "excluded", "before", "after")
        return {key: named(value) if key in naming else value for key, value in given.items()}

    found: dict[str, Any] = {}
    offices = tuple(_offices(row.get("target"), actors, slug))
    if offices:
        found["office"] = offices
    if row.get("place"):
        found["place"] = (Slot.model_validate({"is": str(row["place"])}),)
    if row.get("time"):
        found["time"] = (Slot(text=str(row["time"])),)
    given = row.get("slots")
    if isinstance(given, dict):
        for name, value in given.items():
            if name == "participants" and isinstance(value, list) and all(isinstance(v, str) for v in value):
                found[name] = {"members": named(value)}
            else:
                found[name] = [entry(v) for v in value] if isinstance(value, list) else entry(value)
    return found


def _offices(target: str | None, actors: Mapping[str, Actor], slug: Callable[[str], str]) -> Iterator[Slot]:
    """Offices that a target names in brackets after an actor."""
    for label, described in re.findall(r"([^;/(]+)\((.*)\)", target or ""):
        name = slug(label)
        if name in actors and offices_in(described):
            yield Slot.model_validate({"of": name, "is": described})


def people_in(statements: Iterable[Statement], actors: Mapping[str, Actor]) -> dict[str, Actor]:
    """Participants that slots name and the register does not have yet."""
    named = (
        n for s in statements for slots in s.slots.values() for x in slots for n in (*x.members, *x.excluded)
    )
    return {name: Actor(name=name.replace("_", " ")) for name in named if name not in actors}


def events_in(
    statements: Iterable[Statement], actors: Mapping[str, Actor], objects: Mapping[str, Term]
) -> dict[str, Event]:
    """What slots are about that is neither an actor nor an object: events, each named once."""
    found: dict[str, Event] = {}
    for statement in statements:
        names = [statement.event] if statement.event else []
        for slots in statement.slots.values():
            names += [n for slot in slots for n in (slot.of, slot.on, *slot.before, *slot.after) if n]
        for name in names:
            if name not in actors and name not in objects and name != "outlet":
                found.setdefault(name, Event(title=name.replace("_", " ")))
    return found
