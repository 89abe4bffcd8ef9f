"""Codebooks and projects in REFI-QDA, read: codes, sources, coders, and what each coder coded, by their whole GUIDs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, get_args
from xml.etree.ElementTree import Element

from backstop.base.archive import read_archive
from backstop.base.faults import BackstopError, InvalidInput, Place
from backstop.base.json_text import json_value
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.foreign import (
    ForeignCode,
    ForeignCoding,
    ForeignPassage,
    ForeignSource,
    LeftOut,
)
from backstop.dossier.exchange.identifiers import guid, urn
from backstop.dossier.exchange.offsets import COUNTINGS, Counting, ReceivedText, best, fits_of, said_of
from backstop.dossier.exchange.refi_qda.names import GROUPS, MARK
from backstop.dossier.record import (
    Attribution,
    Identified,
    Proposition,
    Record,
    RecordedFinding,
    Register,
    Source,
    Stance,
    Statement,
    StatementType,
    Term,
)
from backstop.dossier.text.canonical import folded, received_text
from backstop.dossier.text.xml_text import local, parsed_xml

Plain = Mapping[str, object]
"""A JSON object."""

R = TypeVar("R", bound=Record)
N = TypeVar("N", bound=Identified)
W = TypeVar("W", bound=str)

_MEDIA = ("TextSource", "PDFSource", "PictureSource", "AudioSource", "VideoSource")
_REGIONS = {
    "PDFSelection": "page regions",
    "PictureSelection": "picture regions",
    "AudioSelection": "audio selections",
    "VideoSelection": "video selections",
    "TranscriptSelection": "transcript selections",
    "Set": "sets",
    "Case": "cases",
    "Variable": "variables",
    "Link": "links",
    "Graph": "graphs",
}
"""What a dossier has no place for, by its element: what it is called in the counts."""


@dataclass(frozen=True, slots=True)
class _Selected:
    """A selection as it stands in the file, before its positions are read."""

    element: Element
    source: str
    start: int
    end: int


def read_qdc(data: bytes, name: str) -> ForeignCoding:
    """The codes of a codebook; a code below another is part of it. Raises InvalidInput where there is no codebook."""
    root = parsed_xml(data, name)
    if next(_everywhere(root, "Codes"), None) is None:
        raise InvalidInput("there is no codebook in the file", place=Place(name))
    return ForeignCoding(codes=tuple(_codes(root)), left_out=tuple(_unplaced(root)))


def read_qdpx(data: bytes, name: str, ways: Sequence[Counting] = COUNTINGS) -> ForeignCoding:
    """What a project archive holds. `ways`: how its positions may be counted; the one that fits best is taken.

    Raises InvalidInput or Refused for unsound archives, bombs and names that climb out. What cannot be taken from a
    sound project is named in `left_out`.
    """
    members = read_archive(data, name)
    project = next((m for m in members if m.rpartition("/")[2].lower().endswith(".qde")), None)
    if project is None:
        raise InvalidInput("there is no project.qde in the archive", place=Place(name))
    return _Project(parsed_xml(members[project], f"{name}:{project}"), members, ways).coding()


class _Project:
    """The work on one project."""

    def __init__(self, root: Element, members: Mapping[str, bytes], ways: Sequence[Counting]) -> None:
        self.root, self.members, self.ways = root, members, ways
        self.lower = {member.lower().removeprefix("sources/"): member for member in members}
        self.left_out = list(_unplaced(root))
        self.raw: dict[str, ReceivedText] = {}
        self.memos = {_guid(note): _memo(note) for note in _everywhere(root, "Note")}
        self.used_memos: set[str] = set()

    def coding(self) -> ForeignCoding:
        coders = {urn(_guid(user)): user.get("name", "") for user in _everywhere(self.root, "User")}
        codes = [replace(code, note=self._with_memos(code.note, e)) for e, code in _coded(self.root)]
        sources, selected = self._sources()
        counting, notes = self._counting(selected)
        passages = [p for one in selected for p in self._passages(one, counting)]
        whole = _described(self.root)[1]
        used = {passage.coder for passage in passages}
        lost = len(self.memos) - len(self.used_memos)
        self.left_out += [LeftOut("memos", "a memo that is linked to no code, source or selection")] * lost
        return ForeignCoding(
            tuple(codes),
            tuple(sources),
            tuple(passages),
            {number: name for number, name in coders.items() if number in used},
            tuple(self.left_out),
            tuple(notes),
            _own(whole),
        )

    def _sources(self) -> tuple[list[ForeignSource], list[_Selected]]:
        sources: list[ForeignSource] = []
        selected: list[_Selected] = []
        for element in (e for kind in _MEDIA for e in _everywhere(self.root, kind)):
            texts = [element] if local(element) == "TextSource" else _texts_of(element)
            name = element.get("name") or "source"
            if not texts:
                self._left("sources", f"{name}: it has no text")
            for index, holder in enumerate(texts):
                number = urn(_guid(element if index == 0 else holder))
                raw, why = self._raw(holder)
                if why:
                    self._left("sources", f"{name}: {why}")
                if raw is not None:
                    self.raw[number] = ReceivedText(raw)
                note, ours = _described(element)
                text = self.raw[number].canonical if number in self.raw else None
                base = _record(Source, ours.get("source"))
                file = holder.get("plainTextPath", "").rpartition("/")[2]
                note = self._with_memos("" if base else note, element)
                sources.append(ForeignSource(number, name, text, file, note, base))
                selected += self._selected(holder, number, name)
        return sources, selected

    def _raw(self, holder: Element) -> tuple[str | None, str]:
        """The text of a source as received; else None and why it cannot be read, empty where it is not in the file."""
        path = holder.get("plainTextPath", "")
        if path.startswith("internal://"):
            member = self.lower.get(path.removeprefix("internal://").lower())
            if member is not None:
                try:
                    return received_text(self.members[member], member), ""
                except BackstopError as error:
                    return None, error.faults[0].what
        return next((content.text or "" for content in _below(holder, "PlainTextContent")), None), ""

    def _selected(self, holder: Element, source: str, name: str) -> Iterator[_Selected]:
        for element in _below(holder, "PlainTextSelection"):
            try:
                start, end = (int(element.get(k, "")) for k in ("startPosition", "endPosition"))
            except ValueError:
                self._left("selections", f"{_called(element)} in {name}: its position is no whole number")
                continue
            yield _Selected(element, source, start, end)

    def _counting(self, selected: Iterable[_Selected]) -> tuple[Counting, list[str]]:
        """How the positions were counted, and what is said of it where it makes a difference."""
        spans = [(self.raw[one.source], one.start, one.end) for one in selected if one.source in self.raw]
        fits = {way: fits_of(spans, way) for way in self.ways}
        counting = best(fits)
        spans_of = {way: tuple(_offsets(*span, way) for span in spans) for way in self.ways}
        differ = len(set(spans_of.values())) > 1
        return counting, [said_of(counting, fits, spans_of)] if differ else []

    def _passages(self, one: _Selected, counting: Counting) -> Iterator[ForeignPassage]:
        """What each coder coded at a selection; the one who made it comes first."""
        element, text = one.element, self.raw.get(one.source)
        span = (one.start, one.end) if text is None else _offsets(text, one.start, one.end, counting)
        called = _called(element)
        if span is None or (text is not None and span[1] > len(text.canonical)):
            self._left("selections", f"{called}: it runs from {one.start} to {one.end}, beyond its text")
            return
        if span[0] >= span[1]:
            self._left("selections", f"{called}: it runs from {one.start} to {one.end}, which is no passage")
            return
        words, ours = _described(element)
        base = _record(Statement, ours.get("statement"))
        if not words and base is None and text is not None:
            words = _name_of_its_own(element, text.canonical[slice(*span)])
        note = self._with_memos("", element, *_below(element, "Coding"))
        maker = urn(element.get("creatingUser", ""))
        by_coder: dict[str, list[Element]] = {maker: []}
        for coding in _below(element, "Coding"):
            by_coder.setdefault(urn(coding.get("creatingUser", "") or maker), []).append(coding)
        if len(by_coder) > 1 and not by_coder[maker]:
            del by_coder[maker]
        for coder, codings in by_coder.items():
            targets = [urn(ref.get("targetGUID", "")) for c in codings for ref in _below(c, "CodeRef")]
            yield ForeignPassage(
                urn(_guid(element)),
                one.source,
                *span,
                coder,
                codes=tuple(targets),
                paraphrase=words or None,
                note=note or None,
                type=_grouped("types", targets, get_args(StatementType)),
                attribution=_grouped("attribution", targets, get_args(Attribution)),
                stance=_grouped("stance", targets, get_args(Stance)),
                when=element.get("creationDateTime", ""),
                base=base,
                called=called,
            )

    def _with_memos(self, note: str, *elements: Element) -> str:
        """A note with the memos that elements refer to."""
        numbers = [
            r.get("targetGUID", "").strip("{}").lower() for e in elements for r in _below(e, "NoteRef")
        ]
        self.used_memos |= {number for number in numbers if number in self.memos}
        return "\n".join(filter(None, [note, *(self.memos.get(number, "") for number in numbers)]))

    def _left(self, kind: str, why: str) -> None:
        self.left_out.append(LeftOut(kind, why))


def _below(element: Element, *names: str) -> Iterator[Element]:
    return (child for child in element if local(child) in names)


def _everywhere(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if local(element) == name)


def _guid(element: Element) -> str:
    return element.get("guid", "").strip().strip("{}").lower()


def _called(element: Element) -> str:
    """A selection by its name, else its GUID, for messages."""
    return f"selection {element.get('name') or _guid(element)}"


def _texts_of(element: Element) -> list[Element]:
    """The texts of a source that is no text: what stands for a PDF, transcripts of recordings."""
    return list(_below(element, "Representation", "Transcript"))


def _memo(note: Element) -> str:
    return next(
        (content.text or "" for content in _below(note, "PlainTextContent")), note.get("name", "")
    ).strip()


def _described(element: Element) -> tuple[str, Plain]:
    """The readable part of a description, and what we wrote after the mark; a description may use our word too."""
    text = next((d.text or "" for d in _below(element, "Description")), "")
    head, mark, rest = text.rpartition(MARK)
    if mark and (not head or head.endswith("\n")):
        try:
            found = json_value(rest.strip())
        except ValueError:
            found = None
        if isinstance(found, dict):
            return head.strip(), found
    return text.strip(), {}


def _record(model: type[R], plain: object) -> R | None:
    """The record that we wrote, None where there is none that is sound: then the file is like that of any program."""
    try:
        return None if plain is None else model.model_validate(plain)
    except ValueError:
        return None


def _coded(root: Element) -> Iterator[tuple[Element, ForeignCode]]:
    """Every code that is an object, with its element, those above first."""
    no_objects = {guid("group", group) for group in GROUPS}
    top = next(_everywhere(root, "Codes"), None)
    todo = [(code, "") for code in reversed(list(_below(top, "Code")))] if top is not None else []
    while todo:
        element, above = todo.pop()
        number = _guid(element)
        if number in no_objects:
            continue
        text, ours = _described(element)
        base, name = _record(Term, ours.get("term")), str(ours.get("object", ""))
        title = element.get("name") or "unnamed"
        yield (
            element,
            ForeignCode(urn(number), title, above, "" if base else text, name if base else "", base),
        )
        todo += [(code, urn(number)) for code in reversed(list(_below(element, "Code")))]


def _codes(root: Element) -> list[ForeignCode]:
    return [code for _, code in _coded(root)]


def _unplaced(root: Element) -> Iterator[LeftOut]:
    """Everything that a dossier has no place for."""
    counts = Counter(map(local, root.iter()))
    for tag, kind in _REGIONS.items():
        yield from [LeftOut(kind, f"a dossier has no place for {kind}")] * counts[tag]


def _offsets(text: ReceivedText, start: int, end: int, way: Counting) -> tuple[int, int] | None:
    try:
        return text.offset(start, way), text.offset(end, way)
    except ValueError:
        return None


def _name_of_its_own(element: Element, passage: str) -> str:
    """The name of a selection, unless it only repeats the passage, whose words stay in the text."""
    name = element.get("name", "").strip()
    return "" if folded(name).rstrip(". \u2026") in folded(passage) else name


def _grouped(kind: str, targets: Sequence[str], values: Iterable[W]) -> W | None:
    return next((value for value in values if urn(guid(kind, value)) in targets), None)


def _own(whole: Plain) -> Dossier | None:
    """The register, propositions and findings that we wrote into a project of ours."""
    register = _record(Register, whole.get("register"))
    if register is None:
        return None
    return Dossier(
        register,
        propositions=_records(Proposition, whole.get("propositions")),
        findings=_records(RecordedFinding, whole.get("findings")),
    )


def _records(model: type[N], plain: object) -> dict[str, N]:
    found = (_record(model, one) for one in plain) if isinstance(plain, list) else ()
    return {record.id: record for record in found if record is not None}
