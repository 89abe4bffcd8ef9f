"""Codebooks and projects in REFI-QDA, read: ours come back whole, those of other programs as statements to be coded."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from backstop.base.faults import InvalidInput, Place
from backstop.base.json_text import json_value
from backstop.dossier.anchor.passage import Text, anchored
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.refi import GROUPS, MARK, guid
from backstop.dossier.intake import Details, arrival, entered
from backstop.dossier.record import (
    OUTLET,
    Extractor,
    Proposition,
    RecordedFinding,
    Register,
    Source,
    Statement,
    Term,
)
from backstop.dossier.text.archive import read_archive
from backstop.dossier.text.canonical import received_text, unix_lines
from backstop.dossier.text.extraction import Extract

Plain = Mapping[str, object]
"""A JSON object."""


@dataclass(frozen=True)
class Selection:
    """A coded passage of another program: its source, span, codes, description and coder."""

    guid: str
    source: str
    start: int
    end: int
    codes: tuple[str, ...]
    description: str
    coder: str
    when: str = ""


@dataclass(frozen=True)
class Project:
    """What a `.qdpx` holds: texts by source name, selections, codes, and our own records where we wrote it.

    `missing` are the sources whose texts are not in it.
    """

    texts: Mapping[str, str]
    selections: tuple[Selection, ...]
    terms: Mapping[str, Term]
    dossier: Dossier | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counting:
    """How the program that wrote a project counts characters.

    `crlf`: a line end as two; `utf16`: UTF-16 code units, so that characters outside the Basic Multilingual Plane are
    two.
    """

    crlf: bool = False
    utf16: bool = False

    def code_points(self, raw: str, position: int) -> int:
        """The offset in the canonical text of a position in `raw`, whose line ends are as received.

        Raises ValueError where there is no such position.
        """
        text = raw if self.crlf else raw.replace("\r\n", "\n")
        if self.utf16:
            data = text.encode("utf-16-le", "surrogatepass")
            if not 0 <= 2 * position <= len(data):
                raise ValueError(f"{position} lies outside a text of {len(data) // 2} units")
            before = data[: 2 * position].decode("utf-16-le", "surrogatepass")
        else:
            if not 0 <= position <= len(text):
                raise ValueError(f"{position} lies outside a text of {len(text)} characters")
            before = text[:position]
        return len(before.replace("\r\n", "\n"))


def read_qdc(data: bytes, name: str) -> dict[str, Term]:
    """The codes of a codebook as objects; a code below another is part of it. Raises InvalidInput."""
    found = _codes(_parsed(data, name), name)
    if found is None:
        raise InvalidInput("there is no codebook in the file", place=Place(name))
    return {key: term for key, term, _ in found}


def read_qdpx(data: bytes, name: str, counting: Counting = Counting()) -> Project:
    """A project archive.

    Raises InvalidInput or Refused for unsound archives, bombs, names that climb out, and positions outside a text.
    """
    members = read_archive(data, name)
    project = next((m for m in members if m.rpartition("/")[2].lower().endswith(".qde")), None)
    if project is None:
        raise InvalidInput("there is no project.qde in the archive", place=Place(name))
    root = _parsed(members[project], f"{name}:{project}")
    users = {u.get("guid", "").lower(): u.get("name", "") for u in _everywhere(root, "User")}
    codes = _codes(root, name) or []
    by_guid = {number: key for key, _, number in codes}
    texts: dict[str, str] = {}
    missing: list[str] = []
    selections: list[Selection] = []
    our_sources: list[object] = []
    our_statements: list[tuple[object, Selection]] = []
    for element in _everywhere(root, "TextSource"):
        label = element.get("name") or element.get("guid") or "source"
        if "source" in (ours := _described(element, name)[1]):
            our_sources.append(ours["source"])
        raw = _raw_text(element, members, name)
        if raw is None:
            missing.append(label)
        else:
            texts[label] = unix_lines(raw)
        for selected in _below(element, "PlainTextSelection"):
            selection = _selection(selected, label, raw, by_guid, users, name, counting)
            selections.append(selection)
            if "statement" in (ours := _described(selected, name)[1]):
                our_statements.append((ours["statement"], selection))
    whole = _described(root, name)[1]
    dossier = _dossier(whole, our_sources, our_statements, name) if "register" in whole else None
    terms = {key: term for key, term, _ in codes}
    return Project(texts, tuple(selections), terms, dossier, tuple(missing))


def with_project(project: Project, dossier: Dossier, texts: Mapping[str, str], coder: str) -> Dossier:
    """`dossier` with what a project of another program holds.

    Its texts become sources, its codes objects, and its selections statements in the outlets' voice, to be coded.
    `texts` are those of the dossier's sources, by id.

    Raises InvalidInput where a selection stands on no passage, or on a text that nobody has.
    """
    sources = dict(dossier.sources)
    named = {label: sources[label] for label in project.missing if label in sources}
    texts = dict(texts)
    for label, text in project.texts.items():
        extract = Extract(text, Extractor(name="refi-qda", version="1.0"))
        item = arrival(extract, text.encode(), label, "text/plain", Details(by=coder), dossier.key)
        sources, happened = entered(sources, [item])
        named[label] = sources[happened[0][0]]
        texts[named[label].id] = text
    objects = {**dossier.register.objects, **project.terms}
    register = dossier.register.model_copy(update={"objects": objects})
    statements = project_statements(project, dossier.key, named, texts, coder)
    return replace(
        dossier, register=register, sources=sources, statements={**dossier.statements, **statements}
    )


def project_statements(
    project: Project, key: bytes, sources: Mapping[str, Source], texts: Mapping[str, str], coder: str
) -> dict[str, Statement]:
    """The selections of a project as statements. `sources` by the project's names, `texts` by the id of the source."""
    prepared = {name: Text(text, key) for name, text in texts.items()}
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
            id=f"{source.id}-q{selection.guid[:8] or number}",
            source=source.id,
            anchor=anchor,
            actor=OUTLET,
            attribution="outlet voice",
            type="report of fact",
            objects=selection.codes,
            paraphrase=selection.description or "(not yet coded)",
            coder=selection.coder or coder,
            when=selection.when,
        )
        found[statement.id] = statement
    return found


def _parsed(data: bytes, name: str) -> Element:
    head = data[:4096].replace(b"\x00", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in data.replace(b"\x00", b""):
        raise InvalidInput(
            "the XML declares a document type or entities", place=Place(name), hint="export it again without"
        )
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise InvalidInput(f"the XML cannot be read ({error})", place=Place(name)) from None


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _below(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if _local(child) == name)


def _everywhere(root: Element, name: str) -> Iterator[Element]:
    return (element for element in root.iter() if _local(element) == name)


def _described(element: Element, name: str) -> tuple[str, Plain]:
    """The readable part of a description, and what we wrote after the mark."""
    text = next((d.text or "" for d in _below(element, "Description")), "")
    head, mark, rest = text.rpartition(MARK)
    if not mark or (head and not head.endswith("\n")):
        return text.strip(), {}
    try:
        found = json_value(rest.strip())
    except ValueError as error:
        raise InvalidInput(
            f"a description of Backstop's cannot be read ({error})", place=Place(name)
        ) from None
    return head.strip(), found if isinstance(found, dict) else {}


def _codes(root: Element, name: str) -> list[tuple[str, Term, str]] | None:
    """Each code as an object: its id, entry and GUID; None where there is no codebook."""
    top = next(_everywhere(root, "Codes"), None)
    if top is None:
        return None
    found: list[tuple[str, Term, str]] = []
    no_objects = {guid("group", group) for group in GROUPS}
    todo = [(code, "") for code in reversed(list(_below(top, "Code")))]
    while todo:
        element, above = todo.pop()
        label, number = element.get("name") or "unnamed", element.get("guid", "").lower()
        if number in no_objects:
            continue
        text, ours = _described(element, name)
        given = ours.get("term")
        try:
            if isinstance(given, dict):
                key, term = str(ours["object"]), Term.model_validate({**given, "title": label})
            else:
                key, term = _object_id(label), Term(title=label, part_of=(above,) if above else (), note=text)
        except (ValueError, KeyError) as error:
            raise InvalidInput(f"the code {label!r} cannot be read: {error}", place=Place(name)) from None
        found.append((key, term, number))
        todo += [(code, key) for code in reversed(list(_below(element, "Code")))]
    return found


def _object_id(label: str) -> str:
    """An id out of the name of a code: lower case, words joined by underscores."""
    return re.sub(r"[^\w]+", "_", label.casefold()).strip("_")[:100] or "unnamed"


def _raw_text(element: Element, members: Mapping[str, bytes], name: str) -> str | None:
    """The text of a source with its line ends as received; None where it is not in the archive."""
    path = element.get("plainTextPath", "")
    if path.startswith("internal://"):
        lower = {member.lower().removeprefix("sources/"): member for member in members}
        member = lower.get(path.removeprefix("internal://").lower())
        if member is not None:
            return received_text(members[member], f"{name}:{member}")
    return next((content.text or "" for content in _below(element, "PlainTextContent")), None)


def _selection(
    element: Element,
    source: str,
    raw: str | None,
    codes: Mapping[str, str],
    users: Mapping[str, str],
    name: str,
    counting: Counting,
) -> Selection:
    text, _ = _described(element, name)
    try:
        start, end = (int(element.get(k, "")) for k in ("startPosition", "endPosition"))
        if raw is not None:
            start, end = (counting.code_points(raw, position) for position in (start, end))
    except ValueError as error:
        raise InvalidInput(
            f"a selection in {source} has no sound position ({error})", place=Place(name)
        ) from None
    targets = [code.get("targetGUID", "").lower() for code in _everywhere(element, "CodeRef")]
    return Selection(
        element.get("guid", "").lower(),
        source,
        start,
        end,
        tuple(codes[target] for target in targets if target in codes),
        text or element.get("name", ""),
        users.get(element.get("creatingUser", "").lower(), ""),
        element.get("creationDateTime", ""),
    )


def _dossier(
    whole: Plain, sources: list[object], statements: list[tuple[object, Selection]], name: str
) -> Dossier:
    """Our own records; a paraphrase that was changed in another program counts, a selection that was moved does not."""
    try:
        found: dict[str, Statement] = {}
        for record, selection in statements:
            statement = Statement.model_validate(record)
            if (statement.anchor.start, statement.anchor.end) != (selection.start, selection.end):
                raise ValueError(f"the selection of {statement.id} was moved; code it anew in the dossier")
            if selection.description != statement.paraphrase.strip():
                statement = statement.model_copy(update={"paraphrase": selection.description})
            found[statement.id] = statement
        propositions = map(Proposition.model_validate, _listed(whole, "propositions"))
        findings = map(RecordedFinding.model_validate, _listed(whole, "findings"))
        return Dossier(
            Register.model_validate(whole["register"]),
            {s.id: s for s in map(Source.model_validate, sources)},
            found,
            {p.id: p for p in propositions},
            {f.id: f for f in findings},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"Backstop's own records in the project cannot be read: {error}", place=Place(name)
        ) from None


def _listed(whole: Plain, name: str) -> list[object]:
    found = whole.get(name, [])
    if not isinstance(found, list):
        raise TypeError(f"{name} is no list")
    return found
