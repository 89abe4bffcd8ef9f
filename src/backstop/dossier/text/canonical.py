"""The canonical text of a document: what all offsets and digests refer to.

UTF-8, line ends as LF, a leading byte order mark dropped; composed and decomposed characters are left as they came (no
Unicode normalisation), so that an offset never depends on the version of a Unicode table. Offsets are code points.
"""

from __future__ import annotations

import codecs
import hashlib
import re
from dataclasses import dataclass

from backstop.base.faults import InvalidInput, Place

_MARKS = {
    "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2039": "'", "\u203a": "'", "\u02bc": "'",
    "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u201f": '"', "\u00ab": '"', "\u00bb": '"', "\u2033": '"',
    "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2015": "-", "\u2212": "-",
    "\u2026": "...", "\u00ad": "", "\u200b": "", "\ufeff": "", "\u2060": "",
}  # fmt: skip
_NO_TEXTS = frozenset(("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"))
"""Codecs in which no text is kept: those of names, which take time in squares, and of programs."""

_SPECIAL = re.compile("[" + "".join(_MARKS) + r"]|\s+")


def digest(text: str) -> str:
    """SHA-256 of `text` in UTF-8, hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def received_text(data: bytes, name: str, encoding: str | None = None) -> str:
    """The text of `data` with its line ends as they came.

    Without `encoding`: UTF-8, or UTF-16 where a byte order mark says so. Raises InvalidInput with the byte at fault
    where the bytes are not in that encoding, and for data that is no text.
    """
    if encoding is None:
        encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        if codecs.lookup(encoding).name in _NO_TEXTS:
            raise LookupError(encoding)
        text = data.decode(encoding)
    except (LookupError, UnicodeEncodeError):
        raise InvalidInput(
            f"there is no encoding {encoding}",
            place=Place(name),
            hint="for example: utf-8, cp1252, iso-8859-15",
        ) from None
    except UnicodeDecodeError as error:
        bad = data[error.start : error.start + 1].hex()
        raise InvalidInput(
            f"the text is not {encoding}: byte 0x{bad} at offset {error.start}",
            place=Place(name),
            hint="name its encoding with --encoding (older files are often cp1252), or save it as UTF-8",
        ) from None
    except ValueError as error:
        raise InvalidInput(f"the text is not {encoding!r} ({error})", place=Place(name)) from None
    if "\x00" in text:
        raise InvalidInput(
            "the file holds NUL bytes, so it is no text",
            place=Place(name),
            hint="convert it to text, HTML, DOCX or PDF",
        )
    return text.removeprefix("\ufeff")


def decode(data: bytes, name: str, encoding: str | None = None) -> tuple[str, str]:
    """The text of `data` in canonical form, and the line ends it came with (LF, CRLF, CR or mixed).

    Raises InvalidInput as `received_text` does.
    """
    text = received_text(data, name, encoding)
    crlf, lf, cr = text.count("\r\n"), text.count("\n"), text.count("\r")
    ends = {"CRLF": crlf, "LF": lf - crlf, "CR": cr - crlf}
    used = [kind for kind, count in ends.items() if count]
    return unix_lines(text), used[0] if len(used) == 1 else ("mixed" if used else "LF")


def unix_lines(text: str) -> str:
    """`text` with CRLF and CR as LF."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


@dataclass(frozen=True, slots=True)
class Folded:
    """A text with marks and spaces made alike, and for each of its characters the offset in the original.

    `offsets` has one entry more than `text` has characters: the end of the original.
    """

    text: str
    offsets: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that folded characters `start` to `end` stand for."""
        last = self.offsets[end - 1] if end > start else self.offsets[start]
        return self.offsets[start], max(last + 1, self.offsets[start])


def fold(text: str) -> Folded:
    """`text` with curly and straight marks, dashes and runs of white space made alike; offsets kept."""
    pieces: list[str] = []
    offsets: list[int] = []
    at = 0
    for match in _SPECIAL.finditer(text):
        start, end = match.span()
        if start > at:
            pieces.append(text[at:start])
            offsets.extend(range(at, start))
        put = _MARKS.get(match.group(), " ")
        pieces.append(put)
        offsets.extend([start] * len(put))
        at = end
    pieces.append(text[at:])
    offsets.extend(range(at, len(text) + 1))
    return Folded("".join(pieces), tuple(offsets))


def folded(text: str) -> str:
    """`text` with marks and spaces made alike, trimmed."""
    return _SPECIAL.sub(lambda match: _MARKS.get(match.group(), " "), text).strip()
