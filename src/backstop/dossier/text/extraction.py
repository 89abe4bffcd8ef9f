"""The canonical text of a file as it was received: plain text, HTML, DOCX, PDF with a text layer."""

from __future__ import annotations

import importlib
import io
import logging
import re
from dataclasses import dataclass, field
from importlib.metadata import version as installed
from pathlib import PurePath
from types import ModuleType
from typing import Any

from backstop.base.faults import InvalidInput, Place, Refused
from backstop.dossier.record import Extractor
from backstop.dossier.text.archive import read_archive
from backstop.dossier.text.canonical import decode, unix_lines
from backstop.dossier.text.word_list import words

MOST_BYTES = 50 << 20
MOST_HTML_BYTES = 10 << 20
MOST_TAGS = 200_000
MOST_TAG_DEPTH = 500
MOST_PAGES = 3000
MOST_CHARACTERS = 20_000_000

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA = {
    **dict.fromkeys((".txt", ".text", ".md"), "text/plain"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "text/html"),
    **dict.fromkeys((".jsonl", ".ndjson"), "application/jsonl"),
    ".docx": _DOCX,
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}
"""The kinds of files that are read, by the end of their names."""

TABLES = frozenset({"text/csv", "text/tab-separated-values", "application/jsonl"})


@dataclass(frozen=True, slots=True)
class Extract:
    """The canonical text of one document, what made it, and what the file says about itself."""

    text: str
    extractor: Extractor
    newline: str = "LF"
    about: dict[str, str] = field(default_factory=dict)


def media_type(name: str) -> str:
    """The kind of a file by its name. Raises InvalidInput for kinds that are not read."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in MEDIA:
        raise InvalidInput(
            f"files of the kind {suffix or '(none)'} are not read",
            place=Place(name),
            hint="give text, HTML, DOCX, PDF, CSV or JSONL; save other formats as one of these",
        )
    return MEDIA[suffix]


def extract(data: bytes, name: str, media: str | None = None, encoding: str | None = None) -> Extract:
    """The canonical text in `data`. Raises InvalidInput or Refused with the reason where there is none."""
    if len(data) > MOST_BYTES:
        raise Refused(f"the file has {len(data) >> 20} MiB, more than {MOST_BYTES >> 20}", place=Place(name))
    kind = media or media_type(name)
    if kind == "text/html":
        found = _html(data, name, encoding)
    elif kind == "application/pdf":
        found = _pdf(data, name)
    elif kind == _DOCX:
        found = _docx(data, name)
    else:
        text, newline = decode(data, name, encoding)
        found = Extract(text, Extractor(name="backstop-text", version="1", options=encoding or ""), newline)
    if not found.text.strip():
        raise InvalidInput(
            "there is no text in the file", place=Place(name), hint="is it a scan, or an empty page?"
        )
    if len(found.text) > MOST_CHARACTERS:
        raise Refused(
            f"the text has {len(found.text):,} characters, more than {MOST_CHARACTERS:,}", place=Place(name)
        )
    return found


def needed(module: str, what: str) -> ModuleType:
    """An optional library. Raises Refused naming the extra to install where it is not there."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise Refused(
            f"{what} needs the library {module.split('.')[0]}", hint="pip install 'backstop[dossier]'"
        ) from None


_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)[^<>]{0,10000}?(/?)>")
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9_-]{2,20})", re.IGNORECASE)
_UNCLOSED = words("unclosed_tags")
"""Tags of HTML that need no closing tag: they nest nothing."""


def _html(data: bytes, name: str, encoding: str | None) -> Extract:
    if len(data) > MOST_HTML_BYTES:
        raise Refused(
            f"the page has {len(data) >> 20} MiB, more than {MOST_HTML_BYTES >> 20}", place=Place(name)
        )
    declared = _CHARSET.search(data[:4096])
    if encoding is None and declared and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        # Pages that name Latin-1 are read as Windows-1252, as browsers do (WHATWG Encoding Standard).
        word = declared.group(1).decode("ascii").lower()
        encoding = "cp1252" if word in ("iso-8859-1", "latin1", "us-ascii") else word
        encoding = None if word in ("utf8", "utf-8") else encoding
    text, newline = decode(data, name, encoding)
    _bounded(text, name)
    library = needed("trafilatura", "reading HTML")
    try:
        page: Any = library.bare_extraction(
            text, with_metadata=True, include_comments=False, include_tables=True
        )
    except (RecursionError, MemoryError):
        raise Refused("the page is built too deep to be read", place=Place(name)) from None
    if page is None or not (page.text or "").strip():
        raise InvalidInput(
            "no article was found in the page", place=Place(name), hint="save its text as a .txt file"
        )
    about = _known(
        title=page.title, byline=page.author, outlet=page.sitename, published=page.date, url=page.url
    )
    body = unix_lines(page.text).strip("\n") + "\n"
    title = about.get("title", "")
    if title and not body.lstrip().startswith(title):
        body = f"{title}\n\n{body}"
    return Extract(body, Extractor(name="trafilatura", version=installed("trafilatura")), newline, about)


def _known(**about: object) -> dict[str, str]:
    """What a file says about itself, as far as it says anything."""
    return {field: str(value) for field, value in about.items() if value}


def _bounded(text: str, name: str) -> None:
    """Refuse pages made to exhaust their reader: too many tags, or tags nested too deep."""
    depth = deepest = count = 0
    for match in _TAG.finditer(text):
        count += 1
        if count > MOST_TAGS:
            raise Refused(
                f"the page has over {MOST_TAGS:,} tags",
                place=Place(name),
                hint="save its text as a .txt file",
            )
        if match.group(3) or match.group(2).lower() in _UNCLOSED:
            continue
        depth = max(0, depth + (-1 if match.group(1) else 1))
        deepest = max(deepest, depth)
    if deepest > MOST_TAG_DEPTH:
        raise Refused(f"the page nests tags {deepest:,} deep, more than {MOST_TAG_DEPTH}", place=Place(name))


def _docx(data: bytes, name: str) -> Extract:
    read_archive(data, name)
    docx = needed("docx", "reading DOCX")
    try:
        document: Any = docx.Document(io.BytesIO(data))
        lines = [part.text for part in _docx_parts(document)]
    except Refused:
        raise
    except Exception as error:
        raise InvalidInput(
            f"this is no sound DOCX file ({type(error).__name__})", place=Place(name)
        ) from None
    core = document.core_properties
    about = _known(title=core.title, byline=core.author)
    text = unix_lines("\n".join(lines)) + "\n"
    return Extract(text, Extractor(name="python-docx", version=installed("python-docx")), "LF", about)


def _docx_parts(document: Any) -> list[Any]:
    """Paragraphs and table cells in reading order."""
    parts: list[Any] = []
    for item in document.iter_inner_content():
        if hasattr(item, "rows"):
            seen: set[int] = set()
            for row in item.rows:
                for cell in row.cells:
                    if id(cell._tc) not in seen:
                        seen.add(id(cell._tc))
                        parts.extend(cell.paragraphs)
        else:
            parts.append(item)
    return parts


def _pdf(data: bytes, name: str) -> Extract:
    pypdf = needed("pypdf", "reading PDF")
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader: Any = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise InvalidInput("the PDF is encrypted", place=Place(name), hint="save it without a password")
        if len(reader.pages) > MOST_PAGES:
            raise Refused(
                f"the PDF has {len(reader.pages):,} pages, more than {MOST_PAGES:,}", place=Place(name)
            )
        pages, size = [], 0
        for page in reader.pages:
            pages.append(page.extract_text() or "")
            size += len(pages[-1])
            if size > MOST_CHARACTERS:
                raise Refused(f"the text has over {MOST_CHARACTERS:,} characters", place=Place(name))
        about = _known(title=reader.metadata and reader.metadata.title)
    except (InvalidInput, Refused):
        raise
    except Exception as error:
        raise InvalidInput(f"the PDF cannot be read ({type(error).__name__})", place=Place(name)) from None
    text = unix_lines("\n".join(pages)).encode("utf-8", "replace").decode("utf-8")
    if not text.strip():
        raise InvalidInput(
            "the PDF has no text layer",
            place=Place(name),
            hint="run text recognition on it first, or give its text",
        )
    return Extract(text + "\n", Extractor(name="pypdf", version=installed("pypdf")), "LF", about)
