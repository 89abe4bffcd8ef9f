"""The formats in which codings come in and go out, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.json_text import json_text, json_value
from backstop.dossier.accounts.comparison import compare
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange import table
from backstop.dossier.exchange.annotations.reading import read_annotations
from backstop.dossier.exchange.annotations.writing import annotation_page
from backstop.dossier.exchange.brat import read_brat
from backstop.dossier.exchange.dna import WAYS as DNA_WAYS
from backstop.dossier.exchange.dna import read_dna
from backstop.dossier.exchange.entering import entered
from backstop.dossier.exchange.fitting import fitted
from backstop.dossier.exchange.foreign import ForeignCoding, LeftOut
from backstop.dossier.exchange.imported import Imported, Side
from backstop.dossier.exchange.network import graphml
from backstop.dossier.exchange.offsets import COUNTINGS, Counting
from backstop.dossier.exchange.prov import prov_json
from backstop.dossier.exchange.refi_qda.reading import read_qdc, read_qdpx
from backstop.dossier.exchange.refi_qda.writing import texts_left_out, to_qdc, to_qdpx
from backstop.dossier.exchange.ris import read_ris, ris
from backstop.dossier.merging import rehashed
from backstop.dossier.record import Version
from backstop.dossier.record_reader import MOST_FAULTS
from backstop.dossier.text.canonical import decode


@dataclass(frozen=True)
class Incoming:
    """A file with a coding, and what is needed to bring it into a dossier.

    `coder` is who codes where the file names nobody, `side` whose version is taken where both changed one thing, and
    `ways` are those in which the file may count characters.
    """

    data: bytes
    file: str
    dossier: Dossier
    available: AvailableTexts
    coder: str = ""
    side: Side = ""
    ways: Sequence[Counting] = COUNTINGS

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The newest texts that are at hand, by source."""
        return self.available.newest(self.dossier)


@dataclass(frozen=True)
class Outgoing:
    """A dossier to be written: which table of it, and whether texts that may not travel go into a project."""

    dossier: Dossier
    available: AvailableTexts
    what: str = "statements"
    with_texts: bool = False

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The newest texts that are at hand, by source."""
        return self.available.newest(self.dossier)

    @property
    def left_out(self) -> tuple[str, ...]:
        """The sources whose text a project does not hold."""
        return texts_left_out(self.dossier, self.texts, self.with_texts)


def read_coding(kind: str, incoming: Incoming) -> Imported:
    """The dossier with the coding of a file in the format `kind`, one of READERS; nothing else is touched.

    What is new is hashed under the dossier's own key. Raises InvalidInput where nothing could be taken, with the
    reasons, and Refused past a limit.
    """
    found = fitted(READERS[kind](incoming), incoming.dossier)
    if found.left_out and not any(found.taken.values()):
        where = Place(incoming.file)
        raise InvalidInput(_faults(found.left_out, where))
    text_of = _texts(found, incoming.available)
    found.dossier = rehashed(found.dossier, incoming.dossier, text_of)
    return found


def written_coding(kind: str, outgoing: Outgoing) -> bytes:
    """A dossier in the format `kind`, one of WRITERS."""
    found = WRITERS[kind](outgoing)
    return found if isinstance(found, bytes) else found.encode("utf-8")


def _faults(left_out: Sequence[LeftOut], where: Place) -> list[Fault]:
    return [Fault(why, where) for why in dict.fromkeys(one.why for one in left_out)][:MOST_FAULTS]


def _texts(found: Imported, available: AvailableTexts) -> Callable[[Version], str | None]:
    """The text of a version: as it came with the file, else as it is at hand."""

    def text_of(version: Version) -> str | None:
        return found.texts.get(version.digests.text) or available.text(version)

    return text_of


def _from_coding(coding: ForeignCoding, incoming: Incoming) -> Imported:
    return entered(coding, incoming.dossier, incoming.texts, incoming.coder, incoming.side)


def _from_table(rows: list[dict[str, str]], incoming: Incoming) -> Imported:
    dossier, name, coder = incoming.dossier, incoming.file, incoming.coder
    if rows and "kind" in rows[0] and "paraphrase" not in rows[0]:
        findings = table.read_findings(rows, name, coder)
        found = Imported(replace(dossier, findings={**dossier.findings, **findings.records}))
        found.taken["findings"] = len(findings.records)
        faults = findings.faults
    else:
        statements = table.read_statements(rows, dossier, incoming.texts, name, coder)
        exported = {row["id"]: row["exported"] for row in rows if row.get("exported") and row.get("id")}
        found = table.entered_rows(statements.records, exported, dossier, incoming.side)
        faults = statements.faults
    found.left_out += [LeftOut("rows", str(fault).removeprefix(f"{name}:")) for fault in faults]
    return found


def _from_annotations(incoming: Incoming) -> Imported:
    try:
        data = json_value(decode(incoming.data, incoming.file)[0])
    except ValueError as error:
        raise InvalidInput(f"the file is no JSON ({error})", place=Place(incoming.file)) from None
    coding = read_annotations(data, incoming.dossier, incoming.texts, incoming.file, incoming.ways)
    return _from_coding(coding, incoming)


def _from_brat(incoming: Incoming) -> Imported:
    text = decode(incoming.data, incoming.file)[0]
    coding = read_brat(text, incoming.file, incoming.dossier, incoming.texts, incoming.ways)
    return _from_coding(coding, incoming)


def _kept(ways: Sequence[Counting], asked: Sequence[Counting]) -> list[Counting]:
    """The ways asked for, in the order in which a program is likely to have counted."""
    return [way for way in ways if way in asked]


def _table(outgoing: Outgoing) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    dossier = outgoing.dossier
    if outgoing.what == "findings":
        found = compare(dossier, outgoing.texts)
        return table.finding_rows(found.findings, dossier.findings), table.FINDING_COLUMNS
    return table.statement_rows(dossier), table.STATEMENT_COLUMNS


READERS: Mapping[str, Callable[[Incoming], Imported]] = {
    "csv": lambda given: _from_table(table.from_csv(given.data, given.file), given),
    "xlsx": lambda given: _from_table(table.from_xlsx(given.data, given.file), given),
    "jsonld": _from_annotations,
    "ann": _from_brat,
    "dna": lambda given: _from_coding(read_dna(given.data, given.file, _kept(DNA_WAYS, given.ways)), given),
    "ris": lambda given: read_ris(decode(given.data, given.file)[0], given.file, given.dossier, given.side),
    "qdpx": lambda given: _from_coding(read_qdpx(given.data, given.file, given.ways), given),
    "qdc": lambda given: _from_coding(read_qdc(given.data, given.file), given),
}
WRITERS: Mapping[str, Callable[[Outgoing], bytes | str]] = {
    "csv": lambda given: table.to_csv(*_table(given)),
    "xlsx": lambda given: table.to_xlsx(*_table(given), given.what),
    "jsonld": lambda given: json_text(annotation_page(given.dossier)),
    "qdpx": lambda given: to_qdpx(given.dossier, given.texts, given.with_texts),
    "qdc": lambda given: to_qdc(given.dossier),
    "graphml": lambda given: graphml(given.dossier),
    "prov": lambda given: prov_json(given.dossier),
    "ris": lambda given: ris(given.dossier),
}
