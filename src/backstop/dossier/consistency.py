"""Whether the records of a dossier fit together: every id leads somewhere, every anchor into a text that is known."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from backstop.base.faults import Fault, Place
from backstop.base.words import did_you_mean, nearest
from backstop.dossier.record import Proposition, Slot, Source, Statement
from backstop.dossier.text.similarity import unpack

if TYPE_CHECKING:
    from backstop.dossier.store import Dossier

OUTLET = "outlet"
"""The actor of statements that an account makes in its own voice."""


def faults_of(dossier: Dossier) -> list[Fault]:
    """Every reference that leads nowhere and every anchor outside its text, each with the nearest valid id."""
    faults: list[Fault] = []
    faults.extend(_register_faults(dossier))
    for source in dossier.sources.values():
        faults.extend(_source_faults(source, dossier))
    for statement in dossier.statements.values():
        faults.extend(_statement_faults(statement, dossier))
    for proposition in dossier.propositions.values():
        faults.extend(_proposition_faults(proposition, dossier))
    for finding in dossier.recorded.values():
        where = dossier.place("finding", finding.id)
        faults.extend(_unknown("statement", finding.statements, dossier.statements, where))
    return faults


_PARTS = {"actor": "actors", "object": "objects", "event": "events", "value": "values"}
"""Kinds of names that the register holds, with its part."""


def _unknown(kind: str, names: Iterable[str], valid: Collection[str], where: Place) -> list[Fault]:
    def hint(name: str) -> str:
        if kind in _PARTS and nearest(name, sorted(valid)) is None:
            return f"write it in dossier.yaml under {_PARTS[kind]}"
        return did_you_mean(name, valid, kind)

    return [
        Fault(f"there is no {kind} {name}", where, hint(name))
        for name in dict.fromkeys(names)
        if name not in valid
    ]


def _register_faults(dossier: Dossier) -> list[Fault]:
    register, faults = dossier.register, []

    def at(part: str, name: str) -> Place:
        return Place("dossier.yaml", path=f"{part}.{name}")

    for name, actor in register.actors.items():
        faults += _unknown("actor", [*actor.part_of, *actor.speaks_for], register.actors, at("actors", name))
        bodies = [role.body for role in actor.roles if role.body]
        faults += _unknown("actor", bodies, register.actors, at("actors", name))
    for name, term in register.objects.items():
        faults += _unknown("object", [*term.part_of, *term.serves], register.objects, at("objects", name))
    for name, value in register.values.items():
        faults += _unknown(
            "value", [*value.within, *value.excludes, *value.agrees], register.values, at("values", name)
        )
    for name, event in register.events.items():
        faults += _unknown("event", event.maybe_same_as, register.events, at("events", name))
    faults += _unknown("object", register.stages, register.objects, at("stages", ""))
    return faults


def _source_faults(source: Source, dossier: Dossier) -> list[Fault]:
    where = dossier.place("source", source.id)
    faults = _unknown("source", source.same_origin_as, dossier.sources, where)
    for version in source.versions:
        if any(not 0 <= zone.start < zone.end <= version.chars for zone in version.zones):
            faults.append(Fault(f"a zone of source {source.id} lies outside its text", where))
    return faults


def _statement_faults(statement: Statement, dossier: Dossier) -> list[Fault]:
    where, register = dossier.place("statement", statement.id), dossier.register
    faults = _unknown("source", [statement.source], dossier.sources, where)
    if not faults:
        source = dossier.sources[statement.source]
        version = next((v for v in source.versions if v.digests.text == statement.anchor.text), None)
        if version is None:
            faults.append(
                Fault(
                    f"the anchor of {statement.id} stands on a text that source {statement.source} does not have",
                    where,
                    "code it anew, or add the version of the text it was coded on",
                )
            )
        elif statement.anchor.end > version.chars:
            faults.append(
                Fault(
                    f"{statement.id} stands on characters {statement.anchor.start} to {statement.anchor.end}, but"
                    f" the text of {statement.source} has {version.chars}: there is no such passage",
                    where,
                )
            )
    try:
        for packed in (statement.anchor.grams, statement.anchor.before, statement.anchor.after):
            unpack(packed)
    except ValueError:
        faults.append(Fault(f"the passage hashes of {statement.id} cannot be read", where))
    people = [statement.actor, *statement.target_actors]
    people += [p for p in (statement.speaker, statement.reporter) if p]
    faults += _unknown("actor", [p for p in people if p != OUTLET], register.actors, where)
    faults += _unknown("object", statement.objects, register.objects, where)
    if statement.condition:
        faults += _unknown("object", statement.condition.on, register.objects, where)
    if statement.event:
        faults += _unknown("event", [statement.event], register.events, where)
    for name, slots in statement.slots.items():
        for slot in slots:
            faults += _slot_faults(name, slot, dossier, where)
    return faults


def _slot_faults(name: str, slot: Slot, dossier: Dossier, where: Place) -> list[Fault]:
    register = dossier.register
    subjects = {**register.actors, **register.events, **register.objects, OUTLET: None}
    faults = _unknown("actor, event or object", [n for n in (slot.of, slot.on) if n], subjects, where)
    faults += _unknown("event", [*slot.before, *slot.after], register.events, where)
    if slot.low is not None and slot.high is not None and slot.low > slot.high:
        faults.append(
            Fault(f"the slot {name} runs from {slot.low} down to {slot.high}", where, "exchange low and high")
        )
    return faults


def _proposition_faults(proposition: Proposition, dossier: Dossier) -> list[Fault]:
    where = dossier.place("proposition", proposition.id)
    linked = [support.statement for support in (*proposition.supports, *proposition.opposes)]
    faults = _unknown("statement", linked, dossier.statements, where)
    faults += _unknown("proposition", proposition.derived_from, dossier.propositions, where)
    people = [name for name in proposition.asserted_by if name != OUTLET]
    return faults + _unknown("actor", people, dossier.register.actors, where)
