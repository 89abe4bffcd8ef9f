"""Annotations of brat in its standoff format (`.ann`): what is marked in a text, with its type, words and notes.

Types are codes; a mark in several pieces becomes the passage from the first to the last. Relations, events, attributes
and normalisations have no place in a dossier and are counted. Source: brat.nlplab.org/standoff.html.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from backstop.base.faults import InvalidInput, Place
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.foreign import ForeignCode, ForeignCoding, ForeignPassage, LeftOut
from backstop.dossier.exchange.offsets import COUNTINGS, Counting, ReceivedText, best, said_of
from backstop.dossier.text.canonical import folded

_MARK = re.compile(r"^(T\S+)\t(\S+) (\d{1,12} \d{1,12}(?:;\d{1,12} \d{1,12})*)\t(.*)$")
_NOTE = re.compile(r"^#\S*\t\S+ (T\S+)\t(.*)$")
_OTHERS = {"R": "relations", "*": "relations", "E": "events", "A": "attributes", "M": "attributes"}
_OTHERS |= {"N": "normalisations", "#": "notes on other things"}


@dataclass(frozen=True, slots=True)
class _Mark:
    """A marked passage: its pieces as they were counted, and its words."""

    id: str
    type: str
    pieces: tuple[tuple[int, int], ...]
    words: str

    def spans(self, text: ReceivedText, way: Counting) -> list[tuple[int, int]] | None:
        """The pieces as offsets in the canonical text; None where one is no passage of it."""
        try:
            found = [(text.offset(start, way), text.offset(end, way)) for start, end in self.pieces]
        except ValueError:
            return None
        return found if all(start < end for start, end in found) else None

    def stands(self, text: ReceivedText, way: Counting) -> bool:
        """Whether the words stand in the pieces, counted in that way."""
        spans = self.spans(text, way)
        if spans is None:
            return False
        return folded(" ".join(text.canonical[start:end] for start, end in spans)) == folded(self.words)


def read_brat(
    data: str, name: str, dossier: Dossier, texts: Mapping[str, str], ways: Sequence[Counting] = COUNTINGS
) -> ForeignCoding:
    """What an `.ann` file marks in the text of the same name, which must be in the dossier and at hand.

    Raises InvalidInput where that text is not there, or the file marks nothing.
    """
    file = PurePath(name).name
    source = _source(PurePath(name).stem, dossier, name)
    if source not in texts:
        raise InvalidInput(
            f"the text of {source} is not at hand", place=Place(name), hint="name its folder with --texts DIR"
        )
    raw = texts[source]
    if dossier.sources[source].text.newline == "CRLF":
        raw = raw.replace("\n", "\r\n")
    text = ReceivedText(raw)
    marks, notes, others = _read(data)
    if not marks:
        raise InvalidInput("nothing is marked in the file", place=Place(name), hint="is it brat standoff?")
    fits = {way: [float(mark.stands(text, way)) for mark in marks] for way in ways}
    way = best(fits)
    results = {each: tuple(fits[each]) for each in ways}
    said = [said_of(way, fits, results)] if way != ways[0] and len(set(results.values())) > 1 else []
    left_out = [LeftOut(kind, f"a dossier has no place for {kind}") for kind in others.elements()]
    passages = []
    for mark, fit in zip(marks, fits[way], strict=True):
        spans = mark.spans(text, way)
        if not fit or spans is None:
            left_out.append(LeftOut("selections", f"{file} {mark.id}: its words do not stand where it says"))
            continue
        pieces = ", ".join(f"{start} to {end}" for start, end in spans)
        note = [*notes.get(mark.id, ()), *([f"in pieces: {pieces}"] if len(spans) > 1 else [])]
        passages.append(
            ForeignPassage(
                f"{file}#{mark.id}",
                source,
                spans[0][0],
                max(end for _, end in spans),
                codes=(f"brat:{mark.type}",),
                note="\n".join(note) or None,
                called=f"{file} {mark.id}",
            )
        )
    codes = tuple(ForeignCode(f"brat:{kind}", kind) for kind in dict.fromkeys(mark.type for mark in marks))
    return ForeignCoding(codes, passages=tuple(passages), left_out=tuple(left_out), notes=tuple(said))


def _source(stem: str, dossier: Dossier, name: str) -> str:
    """The source whose text the file goes with: the one of its name."""
    found = [
        source.id
        for source in dossier.sources.values()
        if stem in (source.id, PurePath(source.text.name).stem)
    ]
    if len(found) == 1:
        return found[0]
    what = f"several sources are called {stem}" if found else f"there is no source {stem} in the dossier"
    raise InvalidInput(
        what, place=Place(name), hint=f"an .ann file goes with the text of its name: add {stem}.txt first"
    )


def _read(data: str) -> tuple[list[_Mark], dict[str, list[str]], Counter[str]]:
    """Marks, notes on them by their id, and how many lines hold something else."""
    marks: list[_Mark] = []
    notes: dict[str, list[str]] = {}
    others: Counter[str] = Counter()
    for row in data.split("\n"):
        if match := _MARK.match(row):
            pieces = (piece.split() for piece in match[3].split(";"))
            spans = tuple((int(start), int(end)) for start, end in pieces)
            marks.append(_Mark(match[1], match[2], spans, match[4]))
        elif match := _NOTE.match(row):
            notes.setdefault(match[1], []).append(match[2])
        elif row.strip():
            others[_OTHERS.get(row[0], "lines that are no standoff")] += 1
    return marks, notes, others
