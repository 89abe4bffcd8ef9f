"""REFI-QDA, the exchange format of ATLAS.ti, MAXQDA, NVivo and QualCoder: codebooks (.qdc) and projects (.qdpx),
both ways.

Codes are the objects, types, modes of attribution and stances; a selection carries the paraphrase as its
description. What the format has no place for stands in the last line of a description, after `backstop:`, so that
the way there and back loses nothing. A text goes into the archive only where it may travel, or where the user asks
for it for his own use; otherwise the source is named and other programs will ask for its file.
"""

from __future__ import annotations

import io
import json
import re
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from backstop.base.faults import InvalidInput, Place
from backstop.base.strict_json import json_value
from backstop.dossier.record import Proposition, Recorded, Register, Source, Statement, Term
from backstop.dossier.store import Dossier

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
ORIGIN = "Backstop"
MARK = "backstop: "
_SPACE = uuid.UUID("6f0c9a52-5a3e-5d0b-9b42-6f1f6a1d7c11")
_UNSAFE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GROUPS = ("types", "attribution", "stance")


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
    """What a `.qdpx` holds: texts by source name, selections, codes, and our own records where we wrote it."""

    texts: Mapping[str, str]
    selections: tuple[Selection, ...]
    terms: Mapping[str, Term]
    dossier: Dossier | None = None
    missing: tuple[str, ...] = field(default=())


def slug(label: str) -> str:
    """An identifier out of a label: lower case, words joined by underscores."""
    return re.sub(r"[^\w]+", "_", label.casefold()).strip("_")[:100] or "unnamed"


def guid(kind: str, name: str) -> str:
    """The same GUID for the same thing every time."""
    return str(uuid.uuid5(_SPACE, f"{kind}:{name}"))


def to_qdc(dossier: Dossier) -> bytes:
    """The vocabulary of objects as a codebook."""
    root = ElementTree.Element("CodeBook", {"xmlns": CODEBOOK, "origin": ORIGIN})
    _codes(root, dossier, groups=False)
    return _document(root)


def to_qdpx(
    dossier: Dossier, texts: Mapping[str, str], all_texts: bool = False
) -> tuple[bytes, tuple[str, ...]]:
    """The dossier as a project archive, and the sources whose text is not in it. `texts` by source id."""
    root = ElementTree.Element(
        "Project", {"xmlns": PROJECT, "name": _clean(dossier.register.title or "Dossier"), "origin": ORIGIN}
    )
    coders = sorted({s.coder or ORIGIN for s in dossier.statements.values()} | {ORIGIN})
    users = ElementTree.SubElement(root, "Users")
    for coder in coders:
        ElementTree.SubElement(users, "User", {"guid": guid("user", coder), "name": _clean(coder)})
    book = ElementTree.SubElement(root, "CodeBook")
    _codes(book, dossier, groups=True)
    sources = ElementTree.SubElement(root, "Sources")
    inside: dict[str, str] = {}
    missing = []
    for source in dossier.sources.values():
        number = guid("source", source.id)
        text = texts.get(source.id)
        attributes = {"guid": number, "name": _clean(source.id)}
        if text is not None and (source.may_travel or all_texts):
            inside[f"sources/{number}.txt"] = text
            attributes["plainTextPath"] = f"internal://{number}.txt"
        else:
            missing.append(source.id)
            attributes["plainTextPath"] = f"relative://{_clean(source.text.name or source.id + '.txt')}"
        element = ElementTree.SubElement(sources, "TextSource", attributes)
        _described(element, source.title, {"source": source.plain()})
        for statement in dossier.statements.values():
            if statement.source == source.id:
                _selection(element, statement)
    rest = {
        "register": dossier.register.plain() | {"format": dossier.register.format},
        "propositions": [p.plain() for p in dossier.propositions.values()],
        "findings": [r.plain() for r in dossier.recorded.values()],
    }
    _described(root, dossier.register.note, rest)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in [
            ("project.qde", _document(root)),
            *((n, t.encode("utf-8")) for n, t in inside.items()),
        ]:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue(), tuple(missing)


def _codes(parent: ElementTree.Element, dossier: Dossier, groups: bool) -> None:
    codes = ElementTree.SubElement(parent, "Codes")
    made: dict[str, ElementTree.Element] = {}

    def code(name: str, trail: frozenset[str] = frozenset()) -> ElementTree.Element:
        if name not in made:
            term = dossier.register.objects[name]
            above = next(
                (p for p in term.part_of if p in dossier.register.objects and p not in trail and p != name),
                None,
            )
            place = code(above, trail | {name}) if above else codes
            made[name] = ElementTree.SubElement(
                place, "Code", {"guid": guid("object", name), "name": _clean(term.title), "isCodable": "true"}
            )
            _described(made[name], term.note, {"object": name, "term": term.plain()}, first=True)
        return made[name]

    for name in dossier.register.objects:
        code(name)
    if groups:
        values: dict[str, list[str]] = {
            "types": sorted({s.type for s in dossier.statements.values()}),
            "attribution": sorted({s.attribution for s in dossier.statements.values()}),
            "stance": ["+", "-", "0"],
        }
        for group in _GROUPS:
            top = ElementTree.SubElement(
                codes, "Code", {"guid": guid("group", group), "name": group, "isCodable": "false"}
            )
            for value in values[group]:
                ElementTree.SubElement(
                    top, "Code", {"guid": guid(group, value), "name": value, "isCodable": "true"}
                )


def _selection(parent: ElementTree.Element, statement: Statement) -> None:
    user = guid("user", statement.coder or ORIGIN)
    element = ElementTree.SubElement(
        parent,
        "PlainTextSelection",
        {
            "guid": guid("statement", statement.id),
            "name": _clean(statement.id),
            "startPosition": str(statement.anchor.start),
            "endPosition": str(statement.anchor.end),
            "creatingUser": user,
        },
    )
    _described(element, statement.paraphrase, {"statement": statement.plain()})
    codes = [("object", name) for name in statement.objects]
    codes += [("types", statement.type), ("attribution", statement.attribution), ("stance", statement.stance)]
    for kind, name in codes:
        coding = ElementTree.SubElement(
            element, "Coding", {"guid": guid("coding", f"{statement.id}:{kind}:{name}"), "creatingUser": user}
        )
        ElementTree.SubElement(coding, "CodeRef", {"targetGUID": guid(kind, name)})


def _described(element: ElementTree.Element, text: str, ours: dict[str, Any], first: bool = False) -> None:
    note = ElementTree.Element("Description")
    # Characters that XML cannot hold are escaped inside the JSON line; in the readable part they are replaced.
    note.text = (
        f"{_clean(text)}\n\n{MARK}{json.dumps(ours, ensure_ascii=True)}"
        if text
        else f"{MARK}{json.dumps(ours)}"
    )
    element.insert(0, note) if first else element.append(note)


def _clean(text: str) -> str:
    return _UNSAFE.sub("\ufffd", text)


def _document(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def _parsed(data: bytes, name: str) -> ElementTree.Element:
    head = data[:4096].replace(b"\x00", b"")
    if b"<!DOCTYPE" in head or b"<!ENTITY" in data.replace(b"\x00", b""):
        raise InvalidInput(
            "the XML declares a document type or entities", place=Place(name), hint="export it again without"
        )
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise InvalidInput(f"the XML cannot be read ({error})", place=Place(name)) from None


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _below(element: ElementTree.Element, *names: str) -> Iterator[ElementTree.Element]:
    return (child for child in element if _local(child) in names)


def _ours(element: ElementTree.Element, name: str) -> tuple[str, dict[str, Any]]:
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


def read_qdc(data: bytes, name: str) -> dict[str, Term]:
    """The codes of a codebook as objects; a code below another is part of it. Raises InvalidInput."""
    root = _parsed(data, name)
    top = next((c for c in root.iter() if _local(c) == "Codes"), None)
    if top is None:
        raise InvalidInput("there is no codebook in the file", place=Place(name))
    return {key: term for key, term, _ in _terms(top, name)}


def _terms(codes: ElementTree.Element, name: str) -> list[tuple[str, Term, str]]:
    """Each code as an object: its id, entry and GUID."""
    found: list[tuple[str, Term, str]] = []
    stack: list[tuple[ElementTree.Element, str]] = [(c, "") for c in reversed(list(_below(codes, "Code")))]
    while stack:
        element, above = stack.pop()
        label = element.get("name") or "unnamed"
        number = element.get("guid", "").lower()
        if number in {guid("group", group) for group in _GROUPS}:
            continue
        text, ours = _ours(element, name)
        try:
            if "term" in ours:
                key, term = str(ours["object"]), Term.model_validate(ours["term"] | {"title": label})
            else:
                key = slug(label)
                term = Term(title=label, part_of=(above,) if above else (), note=text)
        except (ValueError, KeyError) as error:
            raise InvalidInput(f"the code {label!r} cannot be read: {error}", place=Place(name)) from None
        found.append((key, term, number))
        stack += [(c, key) for c in reversed(list(_below(element, "Code")))]
    return found


def read_qdpx(data: bytes, name: str, crlf: bool = False, utf16: bool = False) -> Project:
    """A project archive. `crlf`: the program that wrote it counts a line end as two characters; `utf16`: it counts
    UTF-16 code units, so that characters outside the Basic Multilingual Plane are two.

    Raises InvalidInput or Refused for unsound archives, bombs, names that climb out, and positions outside a text.
    """
    from backstop.dossier.text.archive import read_archive
    from backstop.dossier.text.canonical import decode

    members = read_archive(data, name)
    project = next((m for m in members if m.rpartition("/")[2].lower().endswith(".qde")), None)
    if project is None:
        raise InvalidInput("there is no project.qde in the archive", place=Place(name))
    root = _parsed(members[project], f"{name}:{project}")
    users = {u.get("guid", "").lower(): u.get("name", "") for u in root.iter() if _local(u) == "User"}
    book = next((c for c in root.iter() if _local(c) == "Codes"), None)
    terms = _terms(book, name) if book is not None else []
    by_guid = {number: key for key, _, number in terms}
    lower = {m.lower().removeprefix("sources/"): m for m in members}
    texts: dict[str, str] = {}
    missing: list[str] = []
    selections: list[Selection] = []
    ours: list[tuple[dict[str, Any], Selection]] = []
    sources: list[dict[str, Any]] = []
    for element in (e for e in root.iter() if _local(e) == "TextSource"):
        label = element.get("name") or element.get("guid") or "source"
        _, record = _ours(element, name)
        if "source" in record:
            sources.append(record["source"])
        content = next((c.text or "" for c in _below(element, "PlainTextContent")), None)
        path = element.get("plainTextPath", "")
        member = (
            lower.get(path.removeprefix("internal://").lower()) if path.startswith("internal://") else None
        )
        raw = content
        if member is not None:
            raw = _raw(members[member])
            texts[label] = decode(members[member], f"{name}:{member}")[0]
        elif content is not None:
            texts[label] = content.replace("\r\n", "\n").replace("\r", "\n")
        else:
            missing.append(label)
        for selected in _below(element, "PlainTextSelection"):
            made = _read_selection(selected, label, raw, by_guid, users, name, crlf, utf16)
            _, record = _ours(selected, name)
            selections.append(made)
            if "statement" in record:
                ours.append((record["statement"], made))
    _, whole = _ours(root, name)
    dossier = _dossier(whole, sources, ours, name) if "register" in whole else None
    return Project(texts, tuple(selections), {k: t for k, t, _ in terms}, dossier, tuple(missing))


def _raw(data: bytes) -> str:
    return data.decode("utf-8-sig", "replace")


def _read_selection(
    element: ElementTree.Element,
    source: str,
    raw: str | None,
    codes: Mapping[str, str],
    users: Mapping[str, str],
    name: str,
    crlf: bool,
    utf16: bool,
) -> Selection:
    text, _ = _ours(element, name)
    try:
        start, end = (int(element.get(k, "")) for k in ("startPosition", "endPosition"))
        if raw is not None:
            start, end = (code_points(raw, position, crlf, utf16) for position in (start, end))
    except ValueError as error:
        raise InvalidInput(
            f"a selection in {source} has no sound position ({error})", place=Place(name)
        ) from None
    refs = [r.get("targetGUID", "").lower() for r in element.iter() if _local(r) == "CodeRef"]
    return Selection(
        element.get("guid", "").lower(),
        source,
        start,
        end,
        tuple(codes[r] for r in refs if r in codes),
        text or element.get("name", ""),
        users.get(element.get("creatingUser", "").lower(), ""),
        element.get("creationDateTime", ""),
    )


def code_points(raw: str, position: int, crlf: bool, utf16: bool) -> int:
    """A position of another program as an offset in the canonical text.

    `raw` has its line ends as received. Raises ValueError where there is no such position.
    """
    text = raw if crlf else raw.replace("\r\n", "\n")
    if utf16:
        data = text.encode("utf-16-le", "surrogatepass")
        if not 0 <= 2 * position <= len(data):
            raise ValueError(f"{position} lies outside a text of {len(data) // 2} units")
        before = data[: 2 * position].decode("utf-16-le", "surrogatepass")
    else:
        if not 0 <= position <= len(text):
            raise ValueError(f"{position} lies outside a text of {len(text)} characters")
        before = text[:position]
    return len(before.replace("\r\n", "\n"))


def _dossier(
    whole: dict[str, Any],
    sources: list[dict[str, Any]],
    ours: list[tuple[dict[str, Any], Selection]],
    name: str,
) -> Dossier:
    """Our own records; where another program moved a selection, its position counts and is left to be verified."""
    try:
        register = Register.model_validate(whole["register"])
        statements = {}
        for record, selection in ours:
            statement = Statement.model_validate(record)
            if (statement.anchor.start, statement.anchor.end) != (selection.start, selection.end):
                raise ValueError(f"the selection of {statement.id} was moved; code it anew in the dossier")
            update = (
                {}
                if selection.description == statement.paraphrase.strip()
                else {"paraphrase": selection.description}
            )
            statements[statement.id] = statement.model_copy(update=update)
        return Dossier(
            register,
            {s.id: s for s in map(Source.model_validate, sources)},
            statements,
            {p.id: p for p in map(Proposition.model_validate, whole.get("propositions", []))},
            {r.id: r for r in map(Recorded.model_validate, whole.get("findings", []))},
        )
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"Backstop's own records in the project cannot be read: {error}", place=Place(name)
        ) from None
