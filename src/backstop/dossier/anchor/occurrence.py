"""The places of a quotation in a text: exact, else with marks and spaces made alike, else without regard to case."""

from __future__ import annotations

from backstop.dossier.anchor.passage import Text
from backstop.dossier.text.canonical import folded

MOST_PLACES = 1000
"""Places of one quotation that are told apart."""

Span = tuple[int, int]


def occurrences(text: Text, quote: str) -> list[Span]:
    """The spans at which `quote` stands in `text`, in order; at most MOST_PLACES, and none where it does not.

    >>> occurrences(Text("Not one man. \u201cNot one\u201d, he said.", b"key"), '"Not one"')
    [(13, 22)]
    """
    spans = _places(text.text, quote)
    if not spans and (needle := folded(quote)):
        spans = [text.folded.span(*span) for span in _places(text.folded.text, needle)]
        if not spans:
            low = text.folded.text.lower()
            # Lower case may be longer than the letter it stands for; offsets would be wrong then.
            found = _places(low, needle.lower()) if len(low) == len(text.folded.text) else []
            spans = [text.folded.span(*span) for span in found]
    return spans


def _places(text: str, needle: str) -> list[Span]:
    found: list[Span] = []
    at = text.find(needle) if needle else -1
    while at >= 0 and len(found) < MOST_PLACES:
        found.append((at, at + len(needle)))
        at = text.find(needle, at + 1)
    return found


def meant(text: Text, quote: str, nth: int | None = None) -> Span:
    """The one place of `quote` that is meant, the `nth` (from 1) of several.

    Raises ValueError where it stands nowhere, or at several places and `nth` does not choose.
    """
    spans = occurrences(text, quote)
    if not spans:
        raise ValueError("the quotation stands nowhere in the text")
    if nth is None and len(spans) > 1:
        shown = "; ".join(f"{n}: {_around(text.text, span)}" for n, span in enumerate(spans[:5], 1))
        raise ValueError(f"the quotation stands there {len(spans)} times ({shown})")
    if nth is not None and not 1 <= nth <= len(spans):
        times = f"{len(spans)} times" if len(spans) > 1 else "once"
        raise ValueError(f"the quotation stands there {times}, and number {nth} is asked for")
    return spans[(nth or 1) - 1]


def _around(text: str, span: Span, width: int = 20) -> str:
    start, end = max(0, span[0] - width), min(len(text), span[1] + width)
    inner = text[span[0] : span[1]]
    shown = inner if len(inner) <= 40 else f"{inner[:18]} ... {inner[-18:]}"
    return " ".join(f"...{text[start : span[0]]}[{shown}]{text[span[1] : end]}...".split())
