"""Bringing what another file holds into a dossier: records by id, registers by name, nothing dropped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from backstop.base.faults import InvalidInput
from backstop.dossier.exchange.refi import Project, Selection
from backstop.dossier.record import Register, Source, Statement, Term, Version
from backstop.dossier.store import Dossier


def joined(dossier: Dossier, incoming: Dossier) -> Dossier:
    """`dossier` with the records of `incoming`: new ones added, those of the same id replaced, register entries kept.

    Raises InvalidInput where a source of the same id has another text.
    """
    for name, source in incoming.sources.items():
        known = dossier.sources.get(name)
        if known is not None and source.text.digests.text not in {v.digests.text for v in known.versions}:
            raise InvalidInput(
                f"source {name} has another text in the dossier than in the file",
                hint="add that text first with: backstop dossier add STUDY FILE --replaces " + name,
            )
    mine, theirs = dossier.register, incoming.register
    if not dossier.sources and not dossier.statements:
        # Nothing here is hashed yet: with the key of what comes in, its passages are found without their texts too.
        mine = mine.model_copy(update={"key": theirs.key})
    parts: dict[str, Any] = {
        part: {**getattr(theirs, part), **getattr(mine, part)}
        for part in ("actors", "objects", "values", "events", "renamed")
    }
    register = mine.model_copy(
        update=parts
        | {
            "title": mine.title or theirs.title,
            "note": mine.note or theirs.note,
            "stages": mine.stages or theirs.stages,
        }
    )
    return replace(
        dossier,
        register=Register.model_validate(register.model_dump()),
        sources={**incoming.sources, **dossier.sources},
        statements={**dossier.statements, **incoming.statements},
        propositions={**dossier.propositions, **incoming.propositions},
        recorded={**dossier.recorded, **incoming.recorded},
    )


def rehashed(dossier: Dossier, before: Dossier, text_of: Callable[[Version], str | None]) -> Dossier:
    """`dossier` with what was not in `before` hashed under its own key, where the text is at hand.

    A coding from another dossier brings hashes made under that one's key, by which nothing would be found here and no
    two accounts would share a text. Offsets and digests stay as they are.
    """
    from backstop.dossier.anchor.anchor import Text, anchored
    from backstop.dossier.intake import text_sketch
    from backstop.dossier.text.canonical import digest

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
            sketch = text_sketch(text.text, dossier.key)
            sources[source.id] = source.model_copy(
                update={"text": source.text.model_copy(update={"sketch": sketch})}
            )
    statements = dict(dossier.statements)
    for statement in dossier.statements.values():
        old, anchor = before.statements.get(statement.id), statement.anchor
        if statement.source not in sources or (old is not None and old.anchor == anchor):
            continue
        versions = sources[statement.source].versions
        version = next((v for v in versions if v.digests.text == anchor.text), None)
        text = at_hand(version) if version else None
        if text is None or digest(text.text[anchor.start : anchor.end]) != anchor.passage:
            continue
        made = anchored(text, anchor.start, anchor.end)
        hashes = {"grams": made.grams, "before": made.before, "after": made.after}
        statements[statement.id] = statement.model_copy(update={"anchor": anchor.model_copy(update=hashes)})
    return replace(dossier, sources=sources, statements=statements)


def with_terms(dossier: Dossier, terms: Mapping[str, Term]) -> Dossier:
    """`dossier` with objects added to its vocabulary; entries of the same id are replaced."""
    objects = {**dossier.register.objects, **terms}
    return replace(dossier, register=dossier.register.model_copy(update={"objects": objects}))


def project_statements(
    project: Project, dossier: Dossier, sources: Mapping[str, Source], texts: Mapping[str, str], coder: str
) -> dict[str, Statement]:
    """The selections of another program as statements in the outlets' voice, to be coded. `sources` by the
    project's names.

    Raises InvalidInput where a selection stands on no passage.
    """
    from backstop.dossier.anchor.anchor import Text, anchored

    prepared = {name: Text(text, dossier.key) for name, text in texts.items()}
    found: dict[str, Statement] = {}
    for number, selection in enumerate(project.selections, 1):
        source = sources.get(selection.source)
        if source is None or source.id not in prepared:
            raise InvalidInput(
                f"the project codes {selection.source}, whose text it does not hold",
                hint="name it with --texts DIR",
            )
        try:
            anchor = anchored(prepared[source.id], selection.start, selection.end, source.may_travel)
        except ValueError as error:
            raise InvalidInput(f"a selection in {selection.source}: {error}") from None
        statement = Statement(
            id=_id(selection, source, number),
            source=source.id,
            anchor=anchor,
            actor="outlet",
            attribution="outlet voice",
            type="report of fact",
            objects=selection.codes,
            paraphrase=selection.description or "(not yet coded)",
            coder=selection.coder or coder,
            when=selection.when,
        )
        found[statement.id] = statement
    return found


def _id(selection: Selection, source: Source, number: int) -> str:
    return f"{source.id}-q{selection.guid[:8]}" if selection.guid else f"{source.id}-q{number}"
