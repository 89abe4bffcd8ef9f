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

from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.refi import CODEBOOK, GROUPS, MARK, PROJECT, guid
from backstop.dossier.record import Statement

ORIGIN = "Backstop"
_UNSAFE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_qdc(dossier: Dossier) -> bytes:
    """The vocabulary of objects as a codebook."""
    root = ElementTree.Element("CodeBook", {"xmlns": CODEBOOK, "origin": ORIGIN})
    _codes(root, dossier, groups=False)
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
    left_out = texts_left_out(dossier, texts, all_texts)
    for source in dossier.sources.values():
        number = guid("source", source.id)
        attributes = {"guid": number, "name": _clean(source.id)}
        if source.id not in left_out:
            inside[f"sources/{number}.txt"] = texts[source.id]
            attributes["plainTextPath"] = f"internal://{number}.txt"
        else:
            attributes["plainTextPath"] = f"relative://{_clean(source.text.name or source.id + '.txt')}"
        element = ElementTree.SubElement(sources, "TextSource", attributes)
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
        for name, content in [
            ("project.qde", _document(root)),
            *((n, t.encode("utf-8")) for n, t in inside.items()),
        ]:
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()


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
            _described(made[name], term.note, {"object": name, "term": term.as_dict()}, first=True)
        return made[name]

    for name in dossier.register.objects:
        code(name)
    if groups:
        values: dict[str, list[str]] = {
            "types": sorted({s.type for s in dossier.statements.values()}),
            "attribution": sorted({s.attribution for s in dossier.statements.values()}),
            "stance": ["+", "-", "0"],
        }
        for group in GROUPS:
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
    _described(element, statement.paraphrase, {"statement": statement.as_dict()})
    codes = [("object", name) for name in statement.objects]
    codes += [("types", statement.type), ("attribution", statement.attribution), ("stance", statement.stance)]
    for kind, name in codes:
        coding = ElementTree.SubElement(
            element, "Coding", {"guid": guid("coding", f"{statement.id}:{kind}:{name}"), "creatingUser": user}
        )
        ElementTree.SubElement(coding, "CodeRef", {"targetGUID": guid(kind, name)})


def _described(
    element: ElementTree.Element, text: str, ours: Mapping[str, object], first: bool = False
) -> None:
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
