"""What pages show of a dossier, as JSON: the list of documents, one document, its text in parts, and what is sought."""

from __future__ import annotations

from typing import Any, get_args

from backstop.base.faults import InvalidInput
from backstop.dossier.coding.revision import edition
from backstop.dossier.consistency import still_to_come
from backstop.dossier.dossier import Dossier
from backstop.dossier.reading.catalogue import catalogue
from backstop.dossier.reading.coded_text import CodedPassage, coded_passages, parts
from backstop.dossier.reading.text_search import searched
from backstop.dossier.record import (
    Attribution,
    ConditionForm,
    Proposition,
    Source,
    Stance,
    Statement,
    StatementType,
    Strength,
)
from backstop.serve.answers import Unknown
from backstop.serve.dossier.evidence import Resting
from backstop.serve.dossier.files import Reading, unknown_source

WITHHELD = (
    "its text may not travel, and this server can be reached from other machines: open the page on the machine where "
    "the text lies"
)

CHOICES = {
    "types": list(get_args(StatementType)),
    "attributions": list(get_args(Attribution)),
    "stances": list(get_args(Stance)),
    "conditions": list(get_args(ConditionForm)),
    "strengths": list(get_args(Strength)),
}
"""The words that fields of a statement may have."""


def overview(reading: Reading, resting: Resting) -> dict[str, Any]:
    """The documents, the register, the propositions, and the parameters that nothing but judgement supports."""
    dossier, register = reading.dossier, reading.dossier.register
    at_hand = dict.fromkeys(reading.newest, True)
    names = {
        "actors": [
            {"id": name, "name": actor.name, "kind": actor.kind, "aliases": list(actor.aliases)}
            for name, actor in register.actors.items()
        ],
        "objects": [
            {"id": name, "name": term.title, "aliases": list(term.aliases)}
            for name, term in register.objects.items()
        ],
        "events": [{"id": name, "name": event.title} for name, event in register.events.items()],
    }
    return {
        "title": register.title,
        "edition": reading.edition,
        "documents": [document.as_dict() for document in catalogue(dossier, at_hand)],
        "register": names,
        "choices": CHOICES,
        "propositions": [_proposition(one) for one in dossier.propositions.values()],
        "statements": {one.id: one.source for one in dossier.statements.values()},
        "coders": list(dict.fromkeys(one.coder for one in dossier.statements.values() if one.coder)),
        "to_come": still_to_come(dossier),
        "unsupported": list(resting.unsupported),
        "resting_fault": resting.fault,
    }


def _proposition(one: Proposition) -> dict[str, Any]:
    links = {
        bearing: [{"statement": link.statement, "strength": link.strength} for link in getattr(one, bearing)]
        for bearing in ("supports", "opposes")
    }
    return {
        "id": one.id,
        "text": one.text,
        "status": one.status,
        "derived_from": list(one.derived_from),
        **links,
    }


def document(reading: Reading, resting: Resting, name: str, withheld: bool) -> dict[str, Any]:
    """One document with its statements, each with where it stands and what rests on it; nothing of the text.

    `withheld`: its text is not shown to who asks. Raises Unknown where there is no such document.
    """
    source = source_of(reading, name)
    text = reading.newest.get(name)
    hidden = withheld and not source.may_travel
    shown = text if not hidden else None
    passages = coded_passages(reading.outcomes(name))
    statements = [
        statement(reading, resting, reading.dossier.statements[one.statement], one, hidden)
        for one in passages
    ]
    listed = next(
        one for one in catalogue(reading.dossier, {name: text is not None}) if one.source.id == name
    )
    return {
        "document": listed.as_dict(),
        "edition": reading.edition,
        "statements": statements,
        "parts": [] if shown is None else [list(span) for span in _parts(reading, name, shown)],
        "zones": [zone.as_dict() for zone in source.text.zones],
        "versions": [
            {
                "digest": version.digests.text,
                "characters": version.chars,
                "added": version.added,
                "by": version.by,
                "name": version.name,
            }
            for version in source.versions
        ],
        "withheld": WITHHELD if hidden and text is not None else "",
    }


def _parts(reading: Reading, name: str, text: str) -> list[tuple[int, int]]:
    return reading.once(("parts", name), lambda: parts(text))


def statement(
    reading: Reading, resting: Resting, one: Statement, passage: CodedPassage | None, hidden: bool = False
) -> dict[str, Any]:
    """A statement with the names of what it names, its edition, where it stands, and what rests on it.

    `hidden`: words of the text are left out.
    """
    dossier = reading.dossier
    plain = {
        key: value for key, value in one.as_dict().items() if key not in ("anchor", "imported", "known_as")
    }
    place = None if passage is None else passage.as_dict()
    if place is not None and hidden:
        place["difference"] = ""
    return {
        "record": plain,
        "edition": edition(one),
        "names": _names(dossier, one),
        "passage": place,
        "held": one.held is not None,
        "used_by": resting.of(one.id),
        "propositions": [
            {"id": claim.id, "text": claim.text, "bearing": bearing, "strength": link.strength}
            for claim in dossier.propositions.values()
            for bearing in ("supports", "opposes")
            for link in getattr(claim, bearing)
            if link.statement == one.id
        ],
        "findings": [
            finding.id
            for finding in dossier.findings.values()
            if one.id in finding.statements and not finding.dismissed
        ],
    }


def _names(dossier: Dossier, one: Statement) -> dict[str, str]:
    """The names for people of all ids in a statement."""
    ids = [one.actor, one.speaker, one.reporter, one.event, *one.objects, *one.target_actors]
    ids += one.condition.on if one.condition else ()
    return {name: dossier.subject_name(name) for name in ids if name}


def text_part(reading: Reading, name: str, part: int, withheld: bool) -> dict[str, Any]:
    """A part of the newest text of a document: its words, where they stand, and the digest of the whole.

    Raises Unknown where there is no such document or part, and InvalidInput where the text cannot be shown.
    """
    source = source_of(reading, name)
    if withheld and not source.may_travel:
        raise InvalidInput(f"the text of {name} is not shown: {WITHHELD}")
    text = reading.newest.get(name)
    if text is None:
        raise InvalidInput(
            f"the text of {name} is not at hand",
            hint="lay it into a folder of texts, and name that with --texts or BACKSTOP_TEXTS",
        )
    spans = _parts(reading, name, text)
    if not 0 <= part < len(spans):
        raise Unknown(f"the text of {name} has {len(spans)} parts")
    start, end = spans[part]
    return {
        "document": name,
        "digest": source.text.digests.text,
        "part": part,
        "parts": len(spans),
        "start": start,
        "end": end,
        "text": text[start:end],
    }


def source_of(reading: Reading, name: str) -> Source:
    """The source `name`. Raises Unknown where there is none."""
    found = reading.dossier.sources.get(name)
    if found is None:
        raise Unknown(unknown_source(name, reading.dossier).faults)
    return found


def found_words(reading: Reading, sought: str, withheld: bool) -> dict[str, Any]:
    """Where words stand in the texts that may be shown, and in statements, propositions and descriptions."""
    sources = reading.dossier.sources
    texts = {name: text for name, text in reading.newest.items() if not withheld or sources[name].may_travel}
    silent = [name for name in sources if name not in texts]
    hits = searched(reading.dossier, texts, sought).as_dict()
    for hit in hits["hits"]:
        hit["part"] = None if hit["start"] is None else _part_of(reading, hit["document"], hit["start"])
    return {**hits, "sought": sought, "silent": silent}


def _part_of(reading: Reading, name: str, offset: int) -> int:
    spans = _parts(reading, name, reading.newest[name])
    return next(index for index, (_, end) in enumerate(spans) if offset < end)


def brief(dossier: Dossier, one: Statement) -> dict[str, Any]:
    """A statement in short: who says what, and where."""
    return {
        "id": one.id,
        "source": one.source,
        "actor": dossier.actor_name(one.actor) if one.actor != "outlet" else "the outlet",
        "type": one.type,
        "stance": one.stance,
        "objects": [dossier.subject_name(name) for name in one.objects],
        "paraphrase": one.paraphrase,
        "coder": one.coder,
        "held": one.held is not None,
    }
