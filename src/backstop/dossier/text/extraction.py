"""The canonical text of a file as it was received: plain text, HTML, DOCX, PDF with a text layer."""

from __future__ import annotations

import io
import logging
from importlib.metadata import version as installed
from pathlib import PurePath
from typing import Any

from backstop.base.faults import InvalidInput, Place, Refused
from backstop.base.optional import needed
from backstop.dossier.record import Extractor
from backstop.dossier.text.canonical import decode, unix_lines
from backstop.dossier.text.extract import Extract, known
from backstop.dossier.text.html_page import html_page
from backstop.dossier.text.subtitles import subtitle_text
from backstop.dossier.text.word_document import word_document

MOST_BYTES = 50 << 20
MOST_PAGES = 3000
MOST_CHARACTERS = 20_000_000

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA = {
    **dict.fromkeys((".txt", ".text", ".md"), "text/plain"),
    **dict.fromkeys((".html", ".htm", ".xhtml"), "text/html"),
    **dict.fromkeys((".jsonl", ".ndjson"), "application/jsonl"),
    ".docx": _DOCX,
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".pdf": "application/pdf",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
}
"""The kinds of files that are read, by the end of their names."""

TABLES = frozenset({"text/csv", "text/tab-separated-values", "application/jsonl"})


def media_type(name: str) -> str:
    """The kind of a file by its name. Raises InvalidInput for kinds that are not read."""
    suffix = PurePath(name).suffix.lower()
    if suffix not in MEDIA:
        raise InvalidInput(
            f"files of the kind {suffix or '(none)'} are not read",
            place=Place(name),
            hint="give text, HTML, DOCX, PDF, SRT, VTT, CSV or JSONL; save other formats as one of these",
        )
    return MEDIA[suffix]


def extract(data: bytes, name: str, media: str | None = None, encoding: str | None = None) -> Extract:
    """The canonical text in `data`. Raises InvalidInput or Refused with the reason where there is none."""
    if len(data) > MOST_BYTES:
        raise Refused(f"the file has {len(data) >> 20} MiB, more than {MOST_BYTES >> 20}", place=Place(name))
    kind = media or media_type(name)
    if kind == "text/html":
        found = html_page(data, name, encoding)
    elif kind == "application/pdf":
        found = _pdf(data, name)
    elif kind == _DOCX:
        found = word_document(data, name)
    elif kind in ("application/x-subrip", "text/vtt"):
        text, newline = decode(data, name, encoding)
        extractor = Extractor(name="backstop-subtitles", version="1", options=encoding or "")
        found = Extract(subtitle_text(text, name), extractor, newline)
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
        about = known(title=reader.metadata and reader.metadata.title)
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
