"""Suggestions for coding a document, as JSON, to be taken up or passed over by a person."""

from __future__ import annotations

from typing import Any

from backstop.base.faults import Refused
from backstop.dossier.accounts.suggestion import Suggestions, name_of_suggestion, suggest
from backstop.dossier.dossier import Dossier
from backstop.dossier.reading.coded_text import coded_passages
from backstop.dossier.text.quotation import quotations
from backstop.serve.dossier.files import Reading
from backstop.serve.dossier.views import brief, source_of, text_part

MOST_SUGGESTED_ON = 400_000
"""Characters of the longest text that is looked through for suggestions."""


def suggestions(reading: Reading, name: str, withheld: bool) -> dict[str, Any]:
    """Help with coding a document: passages to confirm, sentences worth coding, quotations with a proposed speaker.

    Raises Unknown where there is no such document, InvalidInput where its text cannot be shown, Refused where it is too
    long to look through.
    """
    text_part(reading, name, 0, withheld)
    text = reading.newest[name]
    if len(text) > MOST_SUGGESTED_ON:
        raise Refused(
            f"the text of {name} has {len(text):,} characters; suggestions are made for {MOST_SUGGESTED_ON:,} at most",
            hint="mark passages by hand, or take its chapters in as documents of their own",
        )
    return reading.once(("suggestions", name), lambda: _suggestions(reading, name, text))


def _suggestions(reading: Reading, name: str, text: str) -> dict[str, Any]:
    dossier = reading.dossier
    others = {
        other: words
        for other, words in reading.newest.items()
        if len(words) <= MOST_SUGGESTED_ON and other != name
    }
    found = suggest(dossier, name, text, others)
    spans = [(quote.start, quote.end) for quote in quotations(text)]
    changed = [one for one in coded_passages(reading.outcomes(name)) if not one.confirmed]
    return {
        "document": name,
        "digest": source_of(reading, name).text.digests.text,
        "changed": [
            {
                **one.as_dict(),
                "held": dossier.statements[one.statement].held is not None,
                "words": "" if one.start is None or one.end is None else text[one.start : one.end],
                "brief": brief(dossier, dossier.statements[one.statement]),
            }
            for one in changed
        ],
        "sentences": [
            _sentence(dossier, name, text, spans, one)
            for one in found.as_dict(text)["sentences"]
            if one["worth_coding"] and not one["coded"]
        ],
        "quotations": _quotations(dossier, name, text, found),
        "passed_over": sum(
            one.dismissed and one.id.startswith(f"candidate:{name}:") for one in dossier.findings.values()
        ),
    }


def _sentence(
    dossier: Dossier, name: str, text: str, quotes: list[tuple[int, int]], one: dict[str, Any]
) -> dict[str, Any]:
    """A sentence worth coding, with what can be filled in of a statement on it; its type is left to the reader."""
    start, end = one["start"], one["end"]
    actors = [actor for actor in one["actors"] if actor in dossier.register.actors]
    quoted = any(first < end and start < last for first, last in quotes)
    attribution = "outlet voice" if not actors else "partial quotation" if quoted else "indirect speech"
    return {
        "id": name_of_suggestion(name, text[start:end]),
        "start": start,
        "end": end,
        "text": one["text"],
        "zone": one["zone"],
        "reasons": one["reasons"],
        "actors": [{"id": actor, "name": dossier.actor_name(actor)} for actor in actors],
        "draft": {"actor": actors[0] if actors else "outlet", "attribution": attribution},
        "related": [
            {**brief(dossier, dossier.statements[near["statement"]]), "score": near["score"]}
            for near in one["related"]
            if near["statement"] in dossier.statements
        ],
    }


def _quotations(dossier: Dossier, name: str, text: str, found: Suggestions) -> list[dict[str, Any]]:
    """The quotations that nothing is coded on yet and nobody has passed over."""
    passed = {one.id for one in dossier.findings.values() if one.dismissed}
    coded = [one.anchor for one in dossier.statements.values() if one.source == name]
    listed = []
    for one in found.quotations:
        id_ = name_of_suggestion(name, text[one.start : one.end])
        if id_ in passed or any(a.start < one.end and one.start < a.end for a in coded):
            continue
        speaker = one.speaker if one.speaker in dossier.register.actors else None
        listed.append(
            {
                **one.as_dict(text),
                "id": id_,
                "draft": {"actor": speaker or "outlet", "attribution": "direct quotation"},
            }
        )
    return listed
