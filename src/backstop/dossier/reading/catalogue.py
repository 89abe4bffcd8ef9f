"""The documents of a dossier: what each is, how far it is coded, and what a reader should be warned of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backstop.base.words import counted
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Published, Source, Statement


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its record, whether its text can be read here, its statements, and warnings on it in words.

    `statements` counts those of the document, `commentary` those of low value among them, `held` those whose passage
    has changed.
    """

    source: Source
    at_hand: bool
    statements: int
    commentary: int
    held: int
    coders: tuple[str, ...]
    types: Mapping[str, int]
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The document as JSON; nothing of its text."""
        source, version = self.source, self.source.text
        return {
            "id": source.id,
            "title": source.title,
            "kind": source.kind,
            "outlet": source.outlet,
            "byline": source.byline,
            "dateline": source.dateline,
            "published": published_words(source.published),
            "day": source.published.from_,
            "certainty": source.published.certainty,
            "url": source.url,
            "licence": source.licence,
            "may_travel": source.may_travel,
            "note": source.note,
            "digest": version.digests.text,
            "received": version.digests.received,
            "characters": version.chars,
            "bytes": version.digests.bytes,
            "media": version.media,
            "added": version.added,
            "by": version.by,
            "extractor": f"{version.extractor.name} {version.extractor.version}",
            "versions": len(source.versions),
            "at_hand": self.at_hand,
            "statements": self.statements,
            "commentary": self.commentary,
            "held": self.held,
            "coders": list(self.coders),
            "types": dict(self.types),
            "warnings": list(self.warnings),
        }


def published_words(published: Published) -> str:
    """When a document appeared, in words.

    >>> published_words(Published(from_="2025-02-17", to="2025-02-17", certainty="certain"))
    '2025-02-17'
    >>> published_words(Published(text="Monday", certainty="relative"))
    'Monday'
    """
    first, last = published.from_, published.to
    if first and last and first != last:
        return f"{first} to {last}"
    return first or published.text or last


def catalogue(dossier: Dossier, at_hand: Mapping[str, bool]) -> list[Document]:
    """The documents in the order of the dossier; `at_hand`: of which sources the newest text can be read here."""
    by_source: dict[str, list[Statement]] = {}
    for statement in dossier.statements.values():
        by_source.setdefault(statement.source, []).append(statement)
    return [
        _document(source, by_source.get(source.id, []), at_hand.get(source.id, False))
        for source in dossier.sources.values()
    ]


def _document(source: Source, coded: list[Statement], at_hand: bool) -> Document:
    held = [statement.id for statement in coded if statement.held is not None]
    older = sum(statement.anchor.text != source.text.digests.text for statement in coded)
    return Document(
        source,
        at_hand,
        len(coded),
        sum(statement.value == "low" for statement in coded),
        len(held),
        tuple(dict.fromkeys(statement.coder for statement in coded if statement.coder)),
        Counter(statement.type for statement in coded),
        tuple(_warnings(source, held, older, at_hand)),
    )


def _warnings(source: Source, held: list[str], older: int, at_hand: bool) -> list[str]:
    said = []
    if not at_hand:
        said.append("its text is not at hand")
    if held:
        said.append(f"{counted(len(held), 'statement')} unconfirmed: the passage has changed")
    if older > len(held):
        said.append(f"{counted(older - len(held), 'statement')} coded on an earlier version")
    if source.published.certainty in ("unknown", "relative"):
        said.append("no absolute date is known")
    if not source.licence and not source.may_travel:
        said.append("its licence is not known")
    if source.same_origin_as:
        said.append(f"may have one origin with {', '.join(source.same_origin_as)}")
    return said
