"""Changes to a dossier that a page asks for: each is written whole or not at all, and only over what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePath
from typing import Any

from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import clean, counted, listed
from backstop.dossier.anchor.passage import Text
from backstop.dossier.anchor.selection import placed
from backstop.dossier.coding import linking, revision
from backstop.dossier.coding.revision import Withdrawal
from backstop.dossier.coding.statement import Marked, coded
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.delivery import Delivery, delivered
from backstop.dossier.intake import Details, arrival
from backstop.dossier.reading.coded_text import coded_passages
from backstop.dossier.text.document_table import Row, read_table
from backstop.dossier.text.extract import Extract
from backstop.dossier.text.extraction import TABLES, extract, media_type
from backstop.dossier.verification import accepted, settled, verify
from backstop.serve.dossier.evidence import Resting, StudyEvidence
from backstop.serve.dossier.files import DossierFiles, Reading
from backstop.serve.dossier.forms import (
    Accepting,
    Entry,
    Linking,
    PassingOver,
    Proposing,
    Returned,
    Revision,
    Selected,
    Withdrawing,
)
from backstop.serve.dossier.views import WITHHELD, source_of, statement

Written = tuple[Dossier, Mapping[str, str], Any]


class DossierChanges:
    """The changes of one dossier. `withheld`: texts that may not travel are not shown to who asks.

    Every method answers with JSON: the edition of the dossier that was written, and what it is about. All raise
    InvalidInput or Refused in words where nothing was written.
    """

    def __init__(self, files: DossierFiles, evidence: StudyEvidence, withheld: bool = False) -> None:
        self._files, self._evidence, self._withheld = files, evidence, withheld

    def enter(self, entry: Entry) -> dict[str, Any]:
        """A new statement on the words marked."""

        def work(before: Reading) -> Written:
            text = self._text(before, entry.source)
            fields = {**entry.fields, "coder": entry.by or entry.fields.get("coder", "")}
            if fixed := revision.FIXED.intersection(fields) - {"id"}:
                raise InvalidInput(f"{listed(sorted(fixed))} cannot be given")
            given = {name: value for name, value in fields.items() if value not in (None, "")}
            passage = Marked(entry.source, text, entry.selection.selection)
            dossier, made = coded(before.dossier, passage, given, entry.supports, entry.new)
            return dossier, {}, made.id

        return self._about(*self._files.change(work))

    def revise(self, name: str, form: Revision) -> dict[str, Any]:
        """A statement with some fields changed."""

        def work(before: Reading) -> Written:
            dossier, made = revision.revised(before.dossier, name, form.fields, form.was, form.new)
            return dossier, {}, made.id

        return self._about(*self._files.change(work))

    def withdraw(self, name: str, form: Withdrawing) -> dict[str, Any]:
        """A statement gone, and what is needed to put it back."""

        def work(before: Reading) -> Written:
            direct = self._resting(before).directly_on(name)
            if direct:
                kinds = listed([f"the {one.kind} {one.name}" for one in direct[:8]])
                raise Refused(
                    f"{name} is cited by {kinds} of the scenario", hint="change what they cite first"
                )
            dossier, gone = revision.withdrawn(before.dossier, name, form.was, form.links)
            return dossier, {}, gone

        after, gone = self._files.change(work)
        assert isinstance(gone, Withdrawal)
        return {"edition": after.edition, "withdrawn": gone.as_dict()}

    def put_back(self, form: Returned) -> dict[str, Any]:
        """A withdrawn statement as it was."""

        def work(before: Reading) -> Written:
            dossier, made = revision.put_back(before.dossier, form.withdrawn)
            return dossier, {}, made.id

        return self._about(*self._files.change(work))

    def accept(self, name: str, form: Accepting) -> dict[str, Any]:
        """A statement confirmed on its changed passage, or on the words marked."""

        def work(before: Reading) -> Written:
            one = revision.seen(before.dossier, name, form.was)
            text = self._text(before, one.source)
            start, end = (None, None)
            if form.selection is not None:
                start, end = _span(form.selection, text, before)
            dossier = before.dossier
            if one.held is None and start is None:
                # What a check would hold back is held first, so that there is something to accept.
                dossier = settled(dossier, before.outcomes(one.source), before.texts)
            dossier = accepted(dossier, name, before.texts, form.by, start, end)
            return _only(before.dossier, dossier, name), {}, name

        return self._about(*self._files.change(work))

    def pass_over(self, form: PassingOver) -> dict[str, Any]:
        """A finding or suggestion dismissed, or shown again."""

        def work(before: Reading) -> Written:
            if form.dismissed:
                return (
                    linking.passed_over(
                        before.dossier, form.id, form.kind, form.statements, form.by, form.note
                    ),
                    {},
                    None,
                )
            return linking.taken_up(before.dossier, form.id), {}, None

        after, _ = self._files.change(work)
        return {"edition": after.edition}

    def propose(self, form: Proposing) -> dict[str, Any]:
        """A new proposition, with the statements that support it."""

        def work(before: Reading) -> Written:
            dossier, name = linking.proposed(before.dossier, form.text, form.id)
            return linking.linked(dossier, name, form.statements, coder=form.by), {}, name

        after, name = self._files.change(work)
        return {"edition": after.edition, "proposition": name}

    def link(self, name: str, form: Linking) -> dict[str, Any]:
        """Statements linked to a proposition, or taken off it."""

        def work(before: Reading) -> Written:
            dossier = before.dossier
            if form.remove:
                for one in form.statements:
                    dossier = linking.unlinked(dossier, name, one, form.bearing)
            else:
                dossier = linking.linked(dossier, name, form.statements, form.bearing, form.strength, form.by)
            return dossier, {}, name

        after, _ = self._files.change(work)
        return {"edition": after.edition, "proposition": name}

    def settle(self) -> dict[str, Any]:
        """All passages looked for in the texts at hand: equal ones anchored anew, the others held back."""
        self._files.texts_again()

        def work(before: Reading) -> Written:
            outcomes = verify(before.dossier, before.texts)
            return settled(before.dossier, outcomes, before.texts), {}, outcomes

        after, outcomes = self._files.change(work)
        states: dict[str, int] = {}
        for passage in coded_passages(outcomes):
            states[passage.state] = states.get(passage.state, 0) + 1
        return {"edition": after.edition, "states": states}

    def take_in(self, data: bytes, name: str, details: Details, replaces: str, id_: str) -> dict[str, Any]:
        """A document that was sent: its text kept with the dossier, out of version control where it may not travel."""
        label = clean(PurePath(name.replace("\\", "/")).name).strip()[:200]
        if not label:
            raise InvalidInput("the document has no name", hint="send it with the name of its file")
        media = media_type(label)
        raw: list[tuple[Extract, bytes, str, Row | None]]
        if media in TABLES:
            rows = read_table(data, label, media, details.encoding)
            raw = [(row.extract, row.extract.text.encode(), "text/plain", row) for row in rows]
        else:
            raw = [(extract(data, label, media, details.encoding), data, media, None)]

        def work(before: Reading) -> Written:
            key = before.dossier.key
            incoming = [
                arrival(found, received, label, kind, details, key, row) for found, received, kind, row in raw
            ]
            delivery = delivered(before.snapshot, incoming, id_, replaces, keep=True)
            notes = [note for item in incoming for note in item.notes][:20]
            return delivery.dossier, delivery.beside, (delivery, notes)

        after, (delivery, notes) = self._files.change(work, begin=True)
        return {"edition": after.edition, **_arrived(delivery, notes)}

    def _about(self, after: Reading, name: object) -> dict[str, Any]:
        one = after.dossier.statements[str(name)]
        hidden = self._withheld and not after.dossier.sources[one.source].may_travel
        passage = next(p for p in coded_passages(after.outcomes(one.source)) if p.statement == one.id)
        return {
            "edition": after.edition,
            "statement": statement(after, self._resting(after), one, passage, hidden),
        }

    def _resting(self, reading: Reading) -> Resting:
        return self._evidence.resting(reading)

    def _text(self, reading: Reading, name: str) -> str:
        source = source_of(reading, name)
        if self._withheld and not source.may_travel:
            raise InvalidInput(f"the text of {name} is not shown: {WITHHELD}")
        text = reading.newest.get(name)
        if text is None:
            raise Refused(
                f"the text of {name} is not at hand",
                hint="lay it into a folder of texts, and name that with --texts or BACKSTOP_TEXTS",
            )
        return text


def _span(selected: Selected, text: str, reading: Reading) -> tuple[int, int]:
    try:
        return placed(selected.selection, Text(text, reading.dossier.key))
    except ValueError as error:
        raise InvalidInput(str(error), hint="read the text again and mark them there") from None


def _only(before: Dossier, after: Dossier, name: str) -> Dossier:
    """`before` with one statement of `after`."""
    return replace(before, statements={**before.statements, name: after.statements[name]})


def _arrived(delivery: Delivery, notes: list[str]) -> dict[str, Any]:
    what = [
        {"document": name, "what": happened, "may_travel": delivery.dossier.sources[name].may_travel}
        for name, happened in delivery.happened
    ]
    held = [one.statement.id for one in delivery.outcomes if one.resolution and not one.resolution.confirmed]
    said = list(notes)
    if held:
        said.append(f"{counted(len(held), 'statement')} unconfirmed on the new version: {listed(held[:12])}")
    return {"documents": what, "notes": said}
