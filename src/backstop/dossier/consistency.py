"""Whether the records of a dossier fit together: every name leads somewhere, every anchor into a text that is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from backstop.base.faults import Fault, Place
from backstop.base.words import did_you_mean, nearest
from backstop.dossier.dossier import Dossier
from backstop.dossier.location import REGISTER
from backstop.dossier.moment import dates_at_fault
from backstop.dossier.naming import names_in
from backstop.dossier.record import OUTLET, Names, Part, Record, Source, Statement
from backstop.dossier.text.similarity import unpack

Known = Mapping[Part, Mapping[str, Record]]
"""What there is to be named, by part and name."""

RecordKind = Literal["source", "statement", "proposition", "finding"]

DATES = "give a day as YYYY-MM-DD, and the earlier one as from"

_REGISTERED: tuple[Part, ...] = ("actors", "objects", "values", "events")


def faults_of(dossier: Dossier, coding: bool = False) -> list[Fault]:
    """Every name that leads nowhere and every anchor outside its text, each with the nearest valid name.

    While `coding` goes on, propositions may name statements that are still to come.
    """
    known = _known(dossier)
    entries = [(f"{part}.{name}", entry) for part in _REGISTERED for name, entry in known[part].items()]
    stages = dossier.register.model_copy(update={part: {} for part in _REGISTERED})
    faults: list[Fault] = []
    for path, entry in (*entries, ("stages", stages)):
        faults += _unknown(entry, known, Place(REGISTER, path=path))
    return [*faults, *(fault for _, _, fault in faults_by_record(dossier, coding))]


def faults_by_record(dossier: Dossier, coding: bool = False) -> Iterator[tuple[RecordKind, str, Fault]]:
    """What is wrong with sources, statements, propositions and findings: the kind and the id with each fault."""
    known = _known(dossier)
    coming = {f"there is no statement {name}" for name in still_to_come(dossier)} if coding else set()
    kinds: tuple[tuple[RecordKind, Mapping[str, Record]], ...] = (
        ("source", dossier.sources),
        ("statement", dossier.statements),
        ("proposition", dossier.propositions),
        ("finding", dossier.findings),
    )
    for kind, records in kinds:
        for name, record in records.items():
            where = dossier.place(kind, name)
            later = coming if kind == "proposition" else ()
            faults = [f for f in _unknown(record, known, where, OUTLET) if f.what not in later]
            if isinstance(record, Source):
                faults += _misdated(record, where)
                faults += _outside_zones(record, where)
                faults += _unreadable_sketch(record, where)
            elif isinstance(record, Statement):
                faults += _misplaced(record, dossier.sources.get(record.source), where)
            for fault in faults:
                yield kind, name, fault


def _known(dossier: Dossier) -> Known:
    return {
        **{part: getattr(dossier.register, part) for part in _REGISTERED},
        "sources": dossier.sources,
        "statements": dossier.statements,
        "propositions": dossier.propositions,
    }


def still_to_come(dossier: Dossier) -> list[str]:
    """The statements that propositions name and nobody has coded yet, in the order of the propositions."""
    links = (link for p in dossier.propositions.values() for link in (*p.supports, *p.opposes))
    named = dict.fromkeys(link.statement for link in links)
    return [name for name in named if name not in dossier.statements]


def _unknown(record: Record, known: Known, where: Place, also: str = "") -> Iterator[Fault]:
    """A fault for every name in a record that is not known. `also` counts as the name of an actor."""
    for mark, name in dict.fromkeys(names_in(record)):
        if mark.free or any(name in known[part] for part in mark.parts):
            continue
        if name != also or "actors" not in mark.parts:
            kind = _kind(mark)
            yield Fault(f"there is no {kind} {name}", where, _hint(name, mark, kind, known))


def _kind(mark: Names) -> str:
    """What a field names: `actor`, or `actor, event or object`."""
    *kinds, last = (part.removesuffix("s") for part in mark.parts)
    return f"{', '.join(kinds)} or {last}" if kinds else last


def _hint(name: str, mark: Names, kind: str, known: Known) -> str:
    valid = [entry for part in mark.parts for entry in known[part]]
    if mark.parts[0] in _REGISTERED and len(mark.parts) == 1 and nearest(name, sorted(valid)) is None:
        return f"write it in {REGISTER} under {mark.parts[0]}"
    return did_you_mean(name, valid, kind)


def _unreadable_sketch(source: Source, where: Place) -> Iterator[Fault]:
    for version in source.versions:
        try:
            unpack(version.sketch)
        except ValueError:
            yield Fault(f"the sketch of source {source.id} cannot be read", where, "add its text again")


def _outside_zones(source: Source, where: Place) -> Iterator[Fault]:
    for version in source.versions:
        if any(not 0 <= zone.start < zone.end <= version.chars for zone in version.zones):
            yield Fault(f"a zone of source {source.id} lies outside its text", where)


def _misdated(source: Source, where: Place) -> Iterator[Fault]:
    for field, why in dates_at_fault({"from": source.published.from_, "to": source.published.to}):
        yield Fault(f"source {source.id}: published.{field} {why}", where, DATES)


def _misplaced(statement: Statement, source: Source | None, where: Place) -> Iterator[Fault]:
    """What is wrong with the anchor and the slots of a statement; nothing of the anchor where the source is unknown."""
    anchor = statement.anchor
    version = source.version(anchor.text) if source else None
    if source and version is None:
        yield Fault(
            f"the anchor of {statement.id} stands on a text that source {source.id} does not have",
            where,
            "code it anew, or add the version of the text it was coded on",
        )
    elif source and version and anchor.end > version.chars:
        yield Fault(
            f"{statement.id} stands on characters {anchor.start} to {anchor.end}, but the text of {source.id}"
            f" has {version.chars}: there is no such passage",
            where,
        )
    try:
        for packed in (anchor.grams, anchor.before, anchor.after):
            unpack(packed)
    except ValueError:
        yield Fault(f"the passage hashes of {statement.id} cannot be read", where)
    for name, slots in statement.slots.items():
        for slot in slots:
            dates = {"from": slot.from_, "to": slot.to, "is": slot.is_ if name == "time" else ""}
            for field, why in dates_at_fault(dates):
                yield Fault(f"the slot {name} of {statement.id}: {field} {why}", where, DATES)
            if slot.low is not None and slot.high is not None and slot.low > slot.high:
                what = f"the slot {name} runs from {slot.low} down to {slot.high}"
                yield Fault(what, where, "exchange low and high")
