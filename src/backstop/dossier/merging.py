"""Bringing what another file holds into a dossier: records by id, registers by name, nothing dropped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from backstop.dossier.exchange.refi import Project, Selection
from backstop.dossier.record import Register, Source, Statement, Term
from backstop.dossier.store import Dossier
from backstop.faults import Fault, InvalidInput


def joined(dossier: Dossier, incoming: Dossier) -> Dossier:
    """`dossier` with the records of `incoming`: new ones added, those of the same id replaced, register entries kept.

    Raises InvalidInput where a source of the same id has another text.
    """
    for name, source in incoming.sources.items():
        known = dossier.sources.get(name)
        if known is not None and source.text.digests.text not in {v.digests.text for v in known.versions}:
            raise InvalidInput(
                Fault(
                    f"source {name} has another text in the dossier than in the file",
                    hint="add that text first with: backstop dossier add STUDY FILE --replaces " + name,
                )
            )
    mine, theirs = dossier.register, incoming.register
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
    from backstop.dossier.anchor import Text, anchored

    prepared = {name: Text(text, dossier.key) for name, text in texts.items()}
    found: dict[str, Statement] = {}
    for number, selection in enumerate(project.selections, 1):
        source = sources.get(selection.source)
        if source is None or source.id not in prepared:
            raise InvalidInput(
                Fault(
                    f"the project codes {selection.source}, whose text it does not hold",
                    hint="name it with --texts DIR",
                )
            )
        try:
            anchor = anchored(prepared[source.id], selection.start, selection.end, source.may_travel)
        except ValueError as error:
            raise InvalidInput(Fault(f"a selection in {selection.source}: {error}")) from None
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
