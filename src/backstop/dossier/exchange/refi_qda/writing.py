"""Codebooks and projects in REFI-QDA, written from a dossier.

A text goes into the archive only where it may travel, or where the user asks for it for his own use; otherwise the
source is named and other programs will ask for its file.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.identifiers import ORIGIN, guid
from backstop.dossier.exchange.refi_qda.names import CODEBOOK, GROUPS, MARK, PROJECT
from backstop.dossier.record import Statement
from backstop.dossier.text.xml_text import harmless_xml

_UNSAFE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_qdc(dossier: Dossier) -> bytes:
    """The vocabulary of objects as a codebook."""
    root = Element("CodeBook", {"xmlns": CODEBOOK, "origin": ORIGIN})
    _object_codes(_added(root, "Codes"), dossier)
    return _document(root)


def texts_left_out(dossier: Dossier, texts: Mapping[str, str], all_texts: bool = False) -> tuple[str, ...]:
    """The sources whose text a project does not hold: it may not travel, or is not among `texts`, by source id."""
    return tuple(
        source.id
        for source in dossier.sources.values()
        if source.id not in texts or not (source.may_travel or all_texts)
    )


def to_qdpx(dossier: Dossier, texts: Mapping[str, str], all_texts: bool = False) -> bytes:
    """The dossier as a project archive, with the `texts` by source id that may travel, or with all of them."""
    name = _clean(dossier.register.title or "Dossier")
    root = Element("Project", {"xmlns": PROJECT, "name": name, "origin": ORIGIN})
    users = _added(root, "Users")
    for coder in sorted({s.coder or ORIGIN for s in dossier.statements.values()} | {ORIGIN}):
        _added(users, "User", guid=guid("user", coder), name=coder)
    codes = _added(_added(root, "CodeBook"), "Codes")
    _object_codes(codes, dossier)
    _group_codes(codes, dossier)
    sources = _added(root, "Sources")
    members: dict[str, bytes] = {}
    left_out = texts_left_out(dossier, texts, all_texts)
    for source in dossier.sources.values():
        number = guid("source", source.id)
        path = f"relative://{source.text.name or source.id + '.txt'}"
        if source.id not in left_out:
            members[f"sources/{number}.txt"] = texts[source.id].encode("utf-8")
            path = f"internal://{number}.txt"
        element = _added(sources, "TextSource", guid=number, name=source.id, plainTextPath=path)
        _described(element, source.title, {"source": source.as_dict()})
        for statement in dossier.statements.values():
            if statement.source == source.id:
                _selection(element, statement)
    rest = {
        "register": dossier.register.as_dict() | {"format": dossier.register.format},
        "propositions": [p.as_dict() for p in dossier.propositions.values()],
        "findings": [r.as_dict() for r in dossier.findings.values()],
    }
    _described(root, dossier.register.note, rest)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file, content in {"project.qde": _document(root), **members}.items():
            entry = zipfile.ZipInfo(file, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


def _object_codes(codes: Element, dossier: Dossier) -> None:
    """The objects as codes, each below the first that it is part of."""
    objects = dossier.register.objects
    made: dict[str, Element] = {}

    def code(name: str, trail: frozenset[str]) -> Element:
        if name not in made:
            term = objects[name]
            above = next((p for p in term.part_of if p in objects and p not in trail | {name}), None)
            place = code(above, trail | {name}) if above else codes
            made[name] = _code(place, "object", name, term.title)
            _described(made[name], term.note, {"object": name, "term": term.as_dict()}, first=True)
        return made[name]

    for name in objects:
        code(name, frozenset())


def _group_codes(codes: Element, dossier: Dossier) -> None:
    """Types, modes of attribution and stances as codes."""
    statements = dossier.statements.values()
    values: dict[str, list[str]] = {
        "types": sorted({s.type for s in statements}),
        "attribution": sorted({s.attribution for s in statements}),
        "stance": ["+", "-", "0"],
    }
    for group in GROUPS:
        top = _code(codes, "group", group, group, codable=False)
        for value in values[group]:
            _code(top, group, value, value)


def _code(parent: Element, kind: str, name: str, title: str, codable: bool = True) -> Element:
    return _added(parent, "Code", guid=guid(kind, name), name=title, isCodable=str(codable).lower())


def _selection(parent: Element, statement: Statement) -> None:
    user = guid("user", statement.coder or ORIGIN)
    element = _added(
        parent,
        "PlainTextSelection",
        guid=guid("statement", statement.id),
        name=statement.id,
        startPosition=str(statement.anchor.start),
        endPosition=str(statement.anchor.end),
        creatingUser=user,
    )
    _described(element, statement.paraphrase, {"statement": statement.as_dict()})
    codes = [("object", name) for name in statement.objects]
    codes += [("types", statement.type), ("attribution", statement.attribution), ("stance", statement.stance)]
    for kind, name in codes:
        number = guid("coding", f"{statement.id}:{kind}:{name}")
        coding = _added(element, "Coding", guid=number, creatingUser=user)
        _added(coding, "CodeRef", targetGUID=guid(kind, name))


def _added(parent: Element, tag: str, **attributes: str) -> Element:
    """A new element at the end of `parent`, its attributes without what XML cannot hold."""
    clean = {name: _clean(value) for name, value in attributes.items()}
    return ElementTree.SubElement(parent, tag, clean)


def _described(element: Element, text: str, ours: Mapping[str, object], first: bool = False) -> None:
    note = Element("Description")
    # Characters that XML cannot hold are escaped inside the JSON line; in the readable part they are replaced.
    head = f"{_clean(text)}\n\n" if text else ""
    note.text = f"{head}{MARK}{json.dumps(ours)}"
    element.insert(0 if first else len(element), note)


def _clean(text: str) -> str:
    return _UNSAFE.sub("\ufffd", text)


def _document(root: Element) -> bytes:
    ElementTree.indent(root)
    data: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return harmless_xml(data)
