"""The text of a DOCX file as it stands when all changes are accepted: every run of it, in reading order.

Inserted and moved-in words stay, deleted and moved-away ones go, a deleted paragraph mark joins two paragraphs. Content
controls, smart tags, links and fields are walked through; pictures, text boxes, notes and comments are left out and
counted. Source: ECMA-376, part 1, section 17 (WordprocessingML).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from backstop.base.archive import read_archive
from backstop.base.faults import InvalidInput, Place, Refused
from backstop.dossier.record import Extractor
from backstop.dossier.text.canonical import unix_lines
from backstop.dossier.text.extract import Extract, known, left_out
from backstop.dossier.text.xml_text import local, parsed_xml

_GONE = frozenset(
    ("del", "moveFrom", "instrText", "delText", "delInstrText", "rPr", "pPr", "tblPr", "sectPr")
)
"""What is not in the text when changes are accepted, and what is no text."""

_COUNTED = {
    "drawing": "picture",
    "pict": "picture",
    "object": "embedded object",
    "footnoteReference": "note",
    "endnoteReference": "note",
    "commentReference": "comment",
    "oMath": "formula",
    "sym": "symbol",
    "altChunk": "embedded document",
}
"""What is left out, and what one of it is called."""

MOST_COLUMNS = 1000
"""Most columns of a table that one cell spans; Word itself makes 63."""

_CHARACTERS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}


def word_document(data: bytes, name: str) -> Extract:
    """The text of a DOCX file. Raises InvalidInput for what is no sound one, Refused past a limit."""
    members = read_archive(data, name)
    main = next(
        (m for m in ("word/document.xml", *members) if m in members and m.endswith("document.xml")), None
    )
    if main is None:
        raise InvalidInput("this is no sound DOCX file (it has no document.xml)", place=Place(name))
    reader = _Reader(name)
    try:
        lines = list(reader.lines(parsed_xml(members[main], f"{name}:{main}")))
    except RecursionError:
        raise Refused("the document is built too deep to be read", place=Place(name)) from None
    text = unix_lines("\n".join(lines)) + "\n"
    notes = left_out(reader.left_out)
    return Extract(text, Extractor(name="backstop-docx", version="1"), "LF", _about(members), notes)


def _about(members: dict[str, bytes]) -> dict[str, str]:
    """Title and author, as the file names them."""
    core = members.get("docProps/core.xml")
    if core is None:
        return {}
    try:
        root = parsed_xml(core, "docProps/core.xml")
    except InvalidInput:
        return {}
    found = {local(element): (element.text or "").strip() for element in root}
    return known(title=found.get("title"), byline=found.get("creator"))


class _Reader:
    """The walk through a document, counting what it leaves out."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.left_out: Counter[str] = Counter()
        self.pending = ""

    def lines(self, body: Element) -> Iterator[str]:
        """The paragraphs, one a line, cells of tables among them."""
        yield from self._blocks(body)
        if self.pending:
            yield self.pending
            self.pending = ""

    def _blocks(self, element: Element) -> Iterator[str]:
        for child in element:
            kind = local(child)
            if kind == "p":
                text = self.pending + "".join(self._words(child))
                joins = _has(child, "pPr", "rPr", "del") or _has(child, "pPr", "rPr", "moveFrom")
                self.pending = text if joins else ""
                if not joins:
                    yield text
            elif kind == "gridSpan":
                _bounded_span(_attribute(child, "val"), self.name)
            elif _dropped(child, kind):
                continue
            elif kind == "AlternateContent":
                yield from self._blocks(_chosen(child))
            elif kind in _COUNTED:
                self.left_out[_COUNTED[kind]] += 1
            elif kind not in _GONE:
                yield from self._blocks(child)

    def _words(self, element: Element) -> Iterator[str]:
        for child in element:
            kind = local(child)
            if kind == "t":
                yield child.text or ""
            elif kind in _CHARACTERS:
                yield _CHARACTERS[kind]
            elif kind == "br":
                # A page or column break is no line of its own.
                yield "\n" if _attribute(child, "type") in ("", "textWrapping") else ""
            elif kind == "AlternateContent":
                yield from self._words(_chosen(child))
            elif kind in _COUNTED:
                boxes = sum(local(inner) == "txbxContent" for inner in child.iter())
                self.left_out["text box" if boxes else _COUNTED[kind]] += boxes or 1
            elif kind not in _GONE:
                yield from self._words(child)


def _bounded_span(columns: str, name: str) -> None:
    """Refuse a cell that spans more columns than any program writes: it is made to exhaust a reader."""
    if not columns.isdecimal() or int(columns[:9]) > MOST_COLUMNS:
        raise Refused(
            f"a cell of a table spans {columns[:20]} columns, more than {MOST_COLUMNS:,}",
            place=Place(name),
            hint="is the file damaged?",
        )


def _dropped(element: Element, kind: str) -> bool:
    """Whether a row or cell of a table is deleted, or only goes on with the cell above it."""
    if kind == "tr":
        return _has(element, "trPr", "del")
    return kind == "tc" and (_has(element, "tcPr", "cellDel") or _continues(element))


def _has(element: Element, *path: str) -> bool:
    """Whether an element has such a one below it, step by step."""
    at = [element]
    for name in path:
        at = [child for one in at for child in one if local(child) == name]
    return bool(at)


def _continues(cell: Element) -> bool:
    """Whether a cell is only the lower part of one that was merged downwards."""
    properties = next((child for child in cell if local(child) == "tcPr"), None)
    merge = next(
        (child for child in (properties if properties is not None else ()) if local(child) == "vMerge"), None
    )
    return merge is not None and _attribute(merge, "val") != "restart"


def _attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _chosen(alternatives: Element) -> Element:
    """Of two ways to say the same the first."""
    return next(iter(alternatives), alternatives)
