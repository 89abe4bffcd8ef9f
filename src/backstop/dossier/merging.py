"""Two dossiers made one: what others changed meanwhile, and what another file holds; nothing is dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from backstop.dossier.anchor.passage import Text, anchored
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Record, Register, Version
from backstop.dossier.text.canonical import digest
from backstop.dossier.text.similarity import sketch_of

V = TypeVar("V")

_ENTRIES = ("actors", "objects", "values", "events", "coders")
_SETTINGS = ("title", "note", "key", "format", "stages", "renamed")


@dataclass(frozen=True, slots=True)
class Clash:
    """A record that two hands changed, each in another way, with one's own version of it (None: deleted)."""

    kind: str
    id: str
    mine: object

    def as_dict(self) -> dict[str, Any]:
        """The clash as it is kept in a file."""
        mine = self.mine.as_dict() if isinstance(self.mine, Record) else self.mine
        return {"kind": self.kind, "id": self.id, "mine": mine}


def merged(base: Dossier, mine: Dossier, theirs: Dossier) -> tuple[Dossier, list[Clash]]:
    """The three-way merge by id of two dossiers that come from `base`, and the records that both changed.

    Where both changed a record, theirs is taken.
    """
    clashes: list[Clash] = []
    three = (base, mine, theirs)

    def one_of(
        kind: str, was: Mapping[str, V], ours: Mapping[str, V], others: Mapping[str, V]
    ) -> dict[str, V]:
        found: dict[str, V] = {}
        for name in dict.fromkeys([*others, *ours]):
            before, own, other = was.get(name), ours.get(name), others.get(name)
            kept = own if other == before else other
            if own not in (before, other) and other != before:
                clashes.append(Clash(kind, name, own))
            if kept is not None:
                found[name] = kept
        return found

    settings = ({name: getattr(d.register, name) for name in _SETTINGS} for d in three)
    register: dict[str, Any] = one_of("setting", *settings)
    register |= {part: one_of(part, *(getattr(d.register, part) for d in three)) for part in _ENTRIES}
    found = Dossier(
        Register(**register),
        one_of("source", *(d.sources for d in three)),
        one_of("statement", *(d.statements for d in three)),
        one_of("proposition", *(d.propositions for d in three)),
        one_of("finding", *(d.findings for d in three)),
        theirs.places,
    )
    return found, clashes


def rehashed(dossier: Dossier, before: Dossier, text_of: Callable[[Version], str | None]) -> Dossier:
    """`dossier` with what was not in `before` hashed under its own key, where the text is at hand.

    A coding from another dossier brings hashes made under that one's key, by which nothing would be found here and no
    two accounts would share a text. Offsets and digests stay as they are.
    """
    texts: dict[str, Text | None] = {}

    def at_hand(version: Version) -> Text | None:
        name = version.digests.text
        if name not in texts:
            found = text_of(version)
            texts[name] = None if found is None else Text(found, dossier.key)
        return texts[name]

    sources = dict(dossier.sources)
    for source in dossier.sources.values():
        if before.sources.get(source.id) != source and (text := at_hand(source.text)) is not None:
            sketch = sketch_of(text.text, dossier.key)
            sources[source.id] = source.model_copy(
                update={"text": source.text.model_copy(update={"sketch": sketch})}
            )
    statements = dict(dossier.statements)
    for statement in dossier.statements.values():
        old, anchor = before.statements.get(statement.id), statement.anchor
        if statement.source not in sources or (old is not None and old.anchor == anchor):
            continue
        version = sources[statement.source].version(anchor.text)
        text = at_hand(version) if version else None
        if text is None or digest(text.text[anchor.start : anchor.end]) != anchor.passage:
            continue
        made = anchored(text, anchor.start, anchor.end)
        hashes = {"grams": made.grams, "before": made.before, "after": made.after}
        statements[statement.id] = statement.model_copy(update={"anchor": anchor.model_copy(update=hashes)})
    return replace(dossier, sources=sources, statements=statements)
