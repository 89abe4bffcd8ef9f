"""Databases of the Discourse Network Analyzer (`.dna`, SQLite): who said what about which concept, for or against.

Concepts become objects, persons and organisations actors, agreement the stance; other variables are kept in a note.
DNA counts UTF-16 units, as Java does. Source: Leifeld, Gruber & Bossner (2019), Discourse Network Analyzer Manual; the
tables of DNA 2 and 3.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Literal

from backstop.base.faults import InvalidInput, Place, Refused
from backstop.dossier.exchange.foreign import (
    ForeignActor,
    ForeignCode,
    ForeignCoding,
    ForeignPassage,
    ForeignSource,
    LeftOut,
)
from backstop.dossier.exchange.offsets import Counting, ReceivedText, best, fits_of, said_of
from backstop.dossier.record import Stance

WAYS = (Counting(utf16=True, crlf=False), Counting(utf16=True), Counting(crlf=False), Counting())
MOST_STEPS = 2_000
"""Thousands of steps that the database may take to answer."""

_ACTORS: Mapping[str, Literal["person", "organisation"]] = {
    "person": "person",
    "organization": "organisation",
    "organisation": "organisation",
}
_VALUES = ("DATASHORTTEXT", "DATABOOLEAN", "DATAINTEGER", "DATALONGTEXT")


@dataclass(frozen=True, slots=True)
class _Value:
    """What a statement has in one variable; `entity` identifies a value that several statements share."""

    variable: str
    words: str
    entity: str = ""


def read_dna(data: bytes, name: str, ways: Sequence[Counting] = WAYS) -> ForeignCoding:
    """What a database holds. Raises InvalidInput where it is none of DNA, Refused where it takes too long."""
    if not data.startswith(b"SQLite format 3\x00"):
        raise InvalidInput("this is no SQLite database", place=Place(name))
    database = sqlite3.connect(":memory:")
    steps = 0

    def too_long() -> int:
        nonlocal steps
        steps += 1
        return int(steps > MOST_STEPS)

    try:
        database.deserialize(data)
        database.execute("PRAGMA trusted_schema = OFF")
        database.set_progress_handler(too_long, 1000)
        return _Database(database, PurePath(name).name, ways).coding()
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            raise Refused("the database takes too long to read", place=Place(name)) from None
        raise InvalidInput(f"this is no database of DNA ({error})", place=Place(name)) from None
    except (sqlite3.Error, OverflowError, UnicodeError, MemoryError) as error:
        raise InvalidInput(f"this is no sound database ({error})", place=Place(name)) from None
    finally:
        database.close()


class _Database:
    """The work on one database; identifiers are its own numbers under its file's name."""

    def __init__(self, database: sqlite3.Connection, file: str, ways: Sequence[Counting]) -> None:
        self.database, self.file, self.ways = database, file, ways

    def coding(self) -> ForeignCoding:
        documents = {
            n: (str(title), str(text)) for n, title, text in self._rows("DOCUMENTS", "ID", "Title", "Text")
        }
        texts = {number: ReceivedText(text) for number, (_, text) in documents.items()}
        sources = [
            ForeignSource(self._named("document", number), title, texts[number].canonical)
            for number, (title, _) in documents.items()
        ]
        coders = {
            self._named("coder", number): str(name) for number, name in self._rows("CODERS", "ID", "Name")
        }
        values = self._values()
        passages, left_out, placed = [], [], []
        for number, document, start, end, coder in self._rows(
            "STATEMENTS", "ID", "DocumentId", "Start", "Stop", "Coder"
        ):
            if document in texts and isinstance(start, int) and isinstance(end, int):
                placed.append((number, document, (texts[document], start, end), coder))
            else:
                left_out.append(LeftOut("selections", f"statement {number}: it stands in no document"))
        fits = {way: fits_of((span for _, _, span, _ in placed), way) for way in self.ways}
        way = best(fits)
        results = {each: tuple(fits[each]) for each in self.ways}
        notes = [said_of(way, fits, results)] if way != self.ways[0] else []
        for number, document, (text, start, end), coder in placed:
            called = f"statement {number}"
            try:
                span = text.offset(start, way), text.offset(end, way)
            except ValueError as error:
                left_out.append(LeftOut("selections", f"{called}: {error}"))
                continue
            given = values.get(number, [])
            passages.append(
                ForeignPassage(
                    self._named("statement", number),
                    self._named("document", document),
                    *span,
                    self._named("coder", coder),
                    codes=tuple(v.entity for v in given if v.variable == "concept"),
                    actor=next((v.entity for kind in _ACTORS for v in given if v.variable == kind), ""),
                    stance=_stance(given),
                    note=_note(given),
                    called=called,
                )
            )
        used = {passage.coder for passage in passages}
        return ForeignCoding(
            tuple(self._codes(values)),
            tuple(sources),
            tuple(passages),
            {name: label for name, label in coders.items() if name in used},
            tuple(left_out),
            tuple(notes),
            actors=tuple(self._actors(values)),
        )

    def _named(self, kind: str, number: object) -> str:
        return f"{self.file}#{kind}{number}"

    def _rows(self, table: str, *columns: str) -> Iterator[tuple[object, ...]]:
        return iter(self.database.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1"))

    def _values(self) -> dict[object, list[_Value]]:
        """By statement what it has in each variable."""
        variables = {number: str(name).lower() for number, name in self._rows("VARIABLES", "ID", "Variable")}
        tables = {str(name).upper() for (name,) in self.database.execute("SELECT name FROM sqlite_master")}
        entities: Mapping[object, str] = {}
        if "ENTITIES" in tables:
            entities = {number: str(value) for number, value in self._rows("ENTITIES", "ID", "Value")}
        found: dict[object, list[_Value]] = defaultdict(list)
        for table in _VALUES:
            if table not in tables:
                continue
            shared = table == "DATASHORTTEXT" and bool(entities)
            for statement, variable, value in self._rows(
                table, "StatementId", "VariableId", "Entity" if shared else "Value"
            ):
                words = entities.get(value, "") if shared else "" if value is None else str(value)
                kind = variables.get(variable, "variable")
                number = value if shared else words
                found[statement].append(_Value(kind, words, self._named(f"{kind}:", number)))
        return found

    def _codes(self, values: Mapping[object, list[_Value]]) -> Iterator[ForeignCode]:
        found = {v.entity: v.words for given in values.values() for v in given if v.variable == "concept"}
        yield from (ForeignCode(entity, words) for entity, words in found.items())

    def _actors(self, values: Mapping[object, list[_Value]]) -> Iterator[ForeignActor]:
        """Persons and organisations; a person is part of the organisation that stands beside him first."""
        found: dict[str, ForeignActor] = {}
        for given in values.values():
            kinds = {_ACTORS[v.variable]: v for v in given if v.variable in _ACTORS and v.words}
            above = kinds.get("organisation")
            for kind, value in kinds.items():
                part_of = above.entity if above and kind == "person" else ""
                found.setdefault(value.entity, ForeignActor(value.entity, value.words, kind, part_of))
        yield from found.values()


def _stance(given: Sequence[_Value]) -> Stance | None:
    agreement = next((v.words for v in given if v.variable == "agreement"), None)
    return None if agreement is None else "+" if agreement == "1" else "-"


def _note(given: Sequence[_Value]) -> str | None:
    """Variables that have no place of their own."""
    known = {"concept", "agreement", *_ACTORS}
    return "; ".join(f"{v.variable}: {v.words}" for v in given if v.variable not in known and v.words) or None
