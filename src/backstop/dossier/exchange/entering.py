"""Bringing a coding of another program into a dossier: by identifier, three-way, and with an account of all of it.

A thing is known again by its whole identifier, never by its label, its place or its words. Where it is known, what
the other program changed since it had it from us comes in, what we changed stays, and what both changed is a conflict:
listed, and settled only as the user asks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from backstop.dossier.anchor.passage import Text, anchored
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.foreign import (
    ForeignCode,
    ForeignCoding,
    ForeignPassage,
    ForeignSource,
    LeftOut,
)
from backstop.dossier.exchange.identifiers import ORIGIN, free, guid, object_id, statement_id, urn
from backstop.dossier.exchange.imported import Imported, Side
from backstop.dossier.intake import Details, arrival, now, source_id
from backstop.dossier.record import (
    OUTLET,
    Actor,
    Anchor,
    AsImported,
    Coder,
    Extractor,
    Identified,
    Register,
    Statement,
    Term,
)
from backstop.dossier.text.extract import Extract

UNCODED = "(not yet coded)"
R = TypeVar("R", bound=Identified)


def entered(
    coding: ForeignCoding, dossier: Dossier, texts: Mapping[str, str], coder: str = "", side: Side = ""
) -> Imported:
    """`dossier` with a coding entered. `texts` by source id are those at hand; `coder` where the file names none."""
    return _Entering(coding, dossier, dict(texts), coder, side).done()


class _Entering:
    """The work on one file: identifiers of the file to ids of the dossier, and the parts as they grow."""

    def __init__(
        self, coding: ForeignCoding, dossier: Dossier, texts: dict[str, str], coder: str, side: Side
    ) -> None:
        self.coding, self.before, self.texts, self.coder, self.side = coding, dossier, texts, coder, side
        self.found = Imported(dossier, left_out=list(coding.left_out), notes=list(coding.notes))
        self.register = _register(dossier, coding.own)
        self.key = bytes.fromhex(self.register.key)
        self.objects = dict(self.register.objects)
        self.coders = dict(self.register.coders)
        self.sources = dict(dossier.sources)
        self.statements = dict(dossier.statements)
        self.actors = dict(self.register.actors)
        self.object_of: dict[str, str] = {}
        self.actor_of: dict[str, str] = {}
        self.source_of: dict[str, str] = {}
        self.label_of: dict[str, str] = {}
        self.prepared: dict[str, Text] = {}

    def done(self) -> Imported:
        self._enter_coders()
        self._enter_actors()
        self._enter_codes()
        self._enter_sources()
        self._enter_passages()
        register = self.register.model_copy(
            update={"objects": self.objects, "coders": self.coders, "actors": self.actors}
        )
        dossier = replace(
            self.before,
            register=Register.model_validate(register.model_dump()),
            sources=self.sources,
            statements=self.statements,
        )
        if self.coding.own is not None:
            dossier = replace(
                dossier,
                propositions=self._records("proposition", dossier.propositions, self.coding.own.propositions),
                findings=self._records("finding", dossier.findings, self.coding.own.findings),
            )
        self.found.dossier = dossier
        return self.found

    def _records(self, kind: str, ours: Mapping[str, R], theirs: Mapping[str, R]) -> dict[str, R]:
        """Our records with theirs of other ids; where one id has two contents, ours, or theirs if asked for."""
        both = dict(ours)
        for name, record in theirs.items():
            if name not in both or self.side == "theirs":
                both[name] = record
            elif both[name] != record and self.side == "":
                self.found.conflicts.append(f"{kind} {name}: it is another one in the file")
        self.found.taken[f"{kind}s"] += sum(name not in ours for name in theirs)
        return both

    def _enter_coders(self) -> None:
        known = {other: label for label, coder in self.coders.items() for other in coder.known_as}
        used = {s.coder for s in self.statements.values() if s.coder} | set(self.coders)
        known |= {urn(guid("user", label)): label for label in used} | {urn(guid("user", ORIGIN)): ""}
        for other, name in self.coding.coders.items():
            if other == urn(guid("user", name)):  # of a dossier of ours, where a coder is his label
                known.setdefault(other, name)
            if (label := known.get(other)) is None:
                label = free(name or "unnamed", {*used, *self.label_of.values()}, " ({})")
                self.coders[label] = Coder(known_as=(other,))
            self.label_of[other] = label
        self.found.taken["coders"] += len(self.coding.coders)

    def _enter_actors(self) -> None:
        known = {other: name for name, actor in self.actors.items() for other in actor.known_as}
        for actor in self.coding.actors:
            if (name := known.get(actor.id)) is None:
                name = free(object_id(actor.name), self.actors, "_{}")
                self.actors[name] = Actor(name=actor.name, kind=actor.kind, known_as=(actor.id,))
            self.actor_of[actor.id] = name
        for actor in self.coding.actors:
            name, above = self.actor_of[actor.id], self.actor_of.get(actor.part_of, "")
            ours = self.actors[name]
            if above and actor.id not in known and above not in ours.part_of:
                self.actors[name] = ours.model_copy(update={"part_of": (*ours.part_of, above)})
        if self.coding.actors:
            self.found.taken["actors"] += len(self.coding.actors)

    def _enter_codes(self) -> None:
        known = {other: name for name, term in self.objects.items() for other in term.known_as}
        known |= {urn(guid("object", name)): name for name in self.objects}
        for code in self.coding.codes:
            name = known.get(code.id) or (code.object if code.object in self.objects else "")
            if name:
                self._keep_term(name, code)
            else:
                name = self._new_term(code)
            self.object_of[code.id] = name
        self.found.taken["codes"] += len(self.coding.codes)

    def _new_term(self, code: ForeignCode) -> str:
        above = self.object_of.get(code.above, "")
        if code.base is not None:
            term = code.base.model_copy(update={"title": code.title})
        else:
            term = Term(title=code.title, part_of=(above,) if above else (), note=code.note)
        if code.object:
            name = code.object
        else:
            name, term = object_id(code.title), term.model_copy(update={"known_as": (code.id,)})
            if name in self.objects and above:
                name = object_id(f"{above} {code.title}")
        name = free(name, self.objects, "_{}")
        self.objects[name] = term
        return name

    def _keep_term(self, name: str, code: ForeignCode) -> None:
        ours = self.objects[name]
        base = {"title": code.base.title} if code.base else {}
        changed = self._settled(f"object {name}", {"title": ours.title}, base, {"title": code.title})
        if changed:
            self.objects[name] = ours.model_copy(update=changed)

    def _enter_sources(self) -> None:
        known = {other: source.id for source in self.sources.values() for other in source.known_as}
        known |= {urn(guid("source", name)): name for name in self.sources}
        for source in self.coding.sources:
            name = known.get(source.id) or (source.base.id if source.base else "")
            if name in self.sources:
                self._keep_source(name, source)
            elif source.text is None and source.base is None:
                self._left("sources", f"{source.name}: its text is not in the file and not at hand")
            else:
                self._new_source(source)

    def _keep_source(self, name: str, source: ForeignSource) -> None:
        ours = self.sources[name]
        if source.text is not None:
            text = Text(source.text, self.key)
            if ours.version(text.digest) is None:
                self._left(
                    "sources",
                    f"{source.name}: the file has another text of it; take that in first with: backstop dossier add"
                    f" STUDY FILE --replaces {name}",
                )
                return
            if text.digest == ours.text.digests.text:
                self.texts.setdefault(name, source.text)
            self.found.texts[text.digest] = source.text
        self.source_of[source.id] = name
        self.found.taken["sources"] += 1

    def _new_source(self, source: ForeignSource) -> None:
        if source.base is not None:
            made = source.base
            if source.text is not None and made.text.digests.text != Text(source.text, self.key).digest:
                self._left("sources", f"{source.name}: its text is not the one that we exported")
                return
            name = made.id
        else:
            assert source.text is not None
            extract = Extract(source.text, Extractor(name="exchange", version="1"))
            details = Details(by=self.coder)
            data = source.text.encode("utf-8", "surrogatepass")
            made = arrival(extract, data, source.file or source.name, "text/plain", details, self.key).source
            name = free(source_id(source.name), self.sources, "-{}")
            made = made.model_copy(
                update={"id": name, "title": "", "note": source.note, "known_as": (source.id,)}
            )
        self.sources[name] = made
        self.source_of[source.id] = name
        if source.text is not None:
            self.texts[name] = source.text
            self.found.texts[made.text.digests.text] = source.text
        self.found.taken["sources"] += 1

    def _enter_passages(self) -> None:
        known: dict[tuple[str, str], str] = {}
        for statement in self.statements.values():
            for other in (*statement.known_as, urn(guid("statement", statement.id))):
                known[other, statement.coder] = statement.id
        for passage in self.coding.passages:
            name = self.source_of.get(passage.source, passage.source)
            if name not in self.sources:
                self._left("selections", f"{passage.called}: its source was not taken in")
                continue
            label = self.label_of.get(passage.coder, passage.coder)
            ours = known.get((passage.id, label)) if passage.id else None
            if ours is None and not (passage.base and passage.base.coder == label):
                label = label or self.coder
                ours = known.get((passage.id, label))
            try:
                if ours is not None:
                    self._keep_statement(self.statements[ours], passage)
                else:
                    made = self._new_statement(passage, name, label)
                    if passage.id and made is not None:
                        known[passage.id, label] = made
            except ValueError as error:
                self._left("selections", f"{passage.called} in {name}: {error}")
            else:
                self.found.taken["selections"] += 1

    def _text(self, source: str) -> Text:
        if source not in self.prepared:
            if source not in self.texts:
                raise ValueError(f"the text of {source} is not at hand; name it with --texts DIR")
            self.prepared[source] = Text(self.texts[source], self.key)
        return self.prepared[source]

    def _objects(self, passage: ForeignPassage) -> tuple[str, ...] | None:
        if passage.codes is None:
            return passage.objects
        return tuple(dict.fromkeys(self.object_of[c] for c in passage.codes if c in self.object_of))

    def _new_statement(self, passage: ForeignPassage, source: str, coder: str) -> str | None:
        base = passage.base
        if base is not None and base.coder == coder:
            fields = self._said(passage)
            made = base.model_copy(update={name: value for name, value in fields.items() if name != "span"})
            if fields["span"] != (base.anchor.start, base.anchor.end):
                made = made.model_copy(update={"anchor": self._anchor(source, passage)})
            name = free(base.id, self.statements, "-{}")
            self.statements[name] = made.model_copy(update={"id": name, "source": source})
            return name
        anchor, objects = self._anchor(source, passage), self._objects(passage) or ()
        paraphrase, note = passage.paraphrase or UNCODED, passage.note or ""
        if not passage.id and any(
            (s.source, s.anchor.text, s.anchor.start, s.anchor.end, s.coder, s.paraphrase, s.objects)
            == (source, anchor.text, anchor.start, anchor.end, coder, paraphrase, objects)
            for s in self.statements.values()
        ):
            return None
        actor = self.actor_of.get(passage.actor, "")
        imported = self._as_imported(passage)
        name = free(statement_id(source, passage.id), self.statements, "-{}")
        self.statements[name] = Statement(
            id=name,
            source=source,
            anchor=anchor,
            actor=actor or OUTLET,
            attribution=passage.attribution or ("indirect speech" if actor else "outlet voice"),
            type=passage.type or "report of fact",
            stance=passage.stance or "0",
            objects=objects,
            paraphrase=paraphrase,
            note=note,
            coder=coder,
            when=passage.when,
            known_as=(passage.id,) if passage.id else (),
            imported=imported if passage.id else None,
        )
        return name

    def _anchor(self, source: str, passage: ForeignPassage) -> Anchor:
        return anchored(self._text(source), passage.start, passage.end, self.sources[source].may_travel)

    def _said(self, passage: ForeignPassage) -> dict[str, object]:
        """What the file says of a passage, by field of a statement."""
        said = {
            "span": (passage.start, passage.end),
            "actor": self.actor_of.get(passage.actor),
            "objects": self._objects(passage),
            "paraphrase": passage.paraphrase,
            "note": passage.note,
            "type": passage.type,
            "attribution": passage.attribution,
            "stance": passage.stance,
        }
        return {name: value for name, value in said.items() if value is not None}

    def _keep_statement(self, ours: Statement, passage: ForeignPassage) -> None:
        theirs = self._said(passage)
        if theirs.get("paraphrase") == ours.id:  # the name under which we exported it, and no description
            del theirs["paraphrase"]
        base: dict[str, object] = {}
        if passage.base is not None:
            base = _fields(passage.base)
        elif ours.imported is not None:
            base = {**_fields(ours), **_imported_fields(ours.imported)}
        elif ours.id in self.before.statements and not ours.known_as:
            base = _fields(ours)  # ours, exported, and the record that we wrote beside it is gone
        changed = self._settled(f"statement {ours.id}", _fields(ours), base, theirs)
        update = {name: value for name, value in changed.items() if name != "span"}
        if "span" in changed:
            update["anchor"] = self._anchor(ours.source, passage)
        if update:
            update["when"] = passage.when or now()
        if ours.imported is not None:
            update["imported"] = self._as_imported(passage)
        if update:
            self.statements[ours.id] = ours.model_copy(update=update)

    def _as_imported(self, passage: ForeignPassage) -> AsImported:
        return AsImported(
            start=passage.start,
            end=passage.end,
            actor=self.actor_of.get(passage.actor, ""),
            objects=self._objects(passage) or (),
            paraphrase=passage.paraphrase or UNCODED,
            note=passage.note or "",
        )

    def _settled(
        self,
        what: str,
        ours: Mapping[str, object],
        base: Mapping[str, object],
        theirs: Mapping[str, object],
    ) -> dict[str, object]:
        """Of what the file says, what is to be changed here."""
        changed: dict[str, object] = {}
        for name, value in theirs.items():
            if value == ours[name]:
                continue
            both = name not in base or ours[name] != base[name]
            if name in base and value == base[name]:
                self.found.other += self.side != "theirs"
                if self.side != "theirs":
                    continue
            elif both and self.side != "theirs":
                if self.side == "":
                    self.found.conflicts.append(
                        f"{what}: {name} is {_shown(ours[name])} here, {_shown(value)} there"
                    )
                continue
            changed[name] = value
        return changed

    def _left(self, kind: str, why: str) -> None:
        self.found.left_out.append(LeftOut(kind, why))


def _register(dossier: Dossier, own: Dossier | None) -> Register:
    """Our register with the entries of the one in the file that we do not have."""
    mine = dossier.register
    if own is None:
        return mine
    theirs = own.register
    parts = ("actors", "values", "events", "coders", "renamed")
    update: dict[str, object] = {part: {**getattr(theirs, part), **getattr(mine, part)} for part in parts}
    if not dossier.sources and not dossier.statements:
        # Nothing here is hashed yet: with the key of what comes in, its passages are found without their texts too.
        update["key"] = theirs.key
    for field_ in ("title", "note", "stages"):
        update[field_] = getattr(mine, field_) or getattr(theirs, field_)
    return mine.model_copy(update=update)


def _fields(statement: Statement) -> dict[str, object]:
    return {
        "span": (statement.anchor.start, statement.anchor.end),
        "actor": statement.actor,
        "objects": statement.objects,
        "paraphrase": statement.paraphrase,
        "note": statement.note,
        "type": statement.type,
        "attribution": statement.attribution,
        "stance": statement.stance,
    }


def _imported_fields(imported: AsImported) -> dict[str, object]:
    found = {
        "span": (imported.start, imported.end),
        "actor": imported.actor,
        "objects": imported.objects,
        "paraphrase": imported.paraphrase,
        "note": imported.note,
    }
    return {name: value for name, value in found.items() if name != "actor" or value}


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nothing"
    return f'"{value}"'
