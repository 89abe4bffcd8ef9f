"""A selection: words marked in a text, with what stands around them, found again where they were marked."""

from __future__ import annotations

from dataclasses import dataclass

from backstop.dossier.anchor.occurrence import Span
from backstop.dossier.anchor.passage import Text
from backstop.dossier.anchor.search import resolve
from backstop.dossier.record import Anchor, Quote
from backstop.dossier.text.canonical import digest


@dataclass(frozen=True, slots=True)
class Selection:
    """The words `exact` marked at `start` to `end` of the text with the digest `text`, and their surroundings.

    Offsets count code points of the canonical text, the end is exclusive. Without `text` the newest is meant.
    """

    start: int
    end: int
    exact: str
    prefix: str = ""
    suffix: str = ""
    text: str = ""


def placed(selection: Selection, text: Text) -> Span:
    """Where the words marked stand in `text`, without white space at their edges.

    Raises ValueError where the text does not have those words there, and where it has changed since and they are not
    found again without doubt.

    >>> placed(Selection(4, 10, " met \\n", text=""), Text("They met \\n.", b"key"))
    (5, 8)
    """
    if selection.text and selection.text != text.digest:
        return _again(selection, text)
    start, end = selection.start, selection.end
    if not 0 <= start < end <= len(text.text) or text.text[start:end] != selection.exact:
        raise ValueError(f"the words marked are not those from {start} to {end} of the text")
    inner = selection.exact.strip()
    if not inner:
        raise ValueError("only white space is marked")
    first = start + selection.exact.index(inner)
    return first, first + len(inner)


def _again(selection: Selection, text: Text) -> Span:
    """Where the words stand in a text that is newer than the one they were marked in."""
    inner = selection.exact.strip()
    if not inner:
        raise ValueError("only white space is marked")
    lead = selection.exact.index(inner)
    start = selection.start + lead
    quote = Quote(
        exact=inner,
        prefix=selection.prefix + selection.exact[:lead],
        suffix=selection.exact[lead + len(inner) :] + selection.suffix,
    )
    anchor = Anchor(
        text=selection.text, start=start, end=start + len(inner), passage=digest(inner), quote=quote
    )
    found = resolve(anchor, text)
    if not found.confirmed or found.start is None or found.end is None:
        raise ValueError("the text has changed since the words were marked, and they are not found again")
    return found.start, found.end
