"""The formats in which codings come in and go out, by name."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from backstop.base.faults import InvalidInput, Place
from backstop.base.json_text import json_value
from backstop.dossier.accounts.comparison import compare
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange import table
from backstop.dossier.exchange.network import graphml
from backstop.dossier.exchange.prov import prov_json
from backstop.dossier.exchange.refi_export import texts_left_out, to_qdc, to_qdpx
from backstop.dossier.exchange.refi_import import Counting, read_qdc, read_qdpx, with_project
from backstop.dossier.exchange.ris import ris
from backstop.dossier.exchange.webannotation import annotation_page, read_annotations
from backstop.dossier.merging import joined, rehashed, with_terms
from backstop.dossier.record import Statement
from backstop.dossier.text.canonical import decode


@dataclass(frozen=True)
class Incoming:
    """A file with a coding, and what is needed to bring it into a dossier; `coder` where the file names none."""

    data: bytes
    file: str
    dossier: Dossier
    available: AvailableTexts
    coder: str = ""
    counting: Counting = field(default_factory=Counting)

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The newest texts that are at hand, by source."""
        return self.available.newest(self.dossier)

    def with_statements(self, statements: Mapping[str, Statement]) -> Dossier:
        """The dossier with statements added or replaced, hashed under its own key where their texts are at hand."""
        both = replace(self.dossier, statements={**self.dossier.statements, **statements})
        return rehashed(both, self.dossier, self.available.text)


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


def read_coding(kind: str, incoming: Incoming) -> Dossier:
    """The dossier with the coding of a file in the format `kind`, one of READERS; nothing else is touched.

    Raises InvalidInput with what is wrong with the file, Refused past a limit.
    """
    return READERS[kind](incoming)


def written_coding(kind: str, outgoing: Outgoing) -> bytes:
    """A dossier in the format `kind`, one of WRITERS."""
    found = WRITERS[kind](outgoing)
    return found if isinstance(found, bytes) else found.encode("utf-8")


def _from_table(rows: list[dict[str, str]], incoming: Incoming) -> Dossier:
    dossier, name, coder = incoming.dossier, incoming.file, incoming.coder
    if rows and "kind" in rows[0] and "paraphrase" not in rows[0]:
        return replace(dossier, findings={**dossier.findings, **table.read_findings(rows, name, coder)})
    return incoming.with_statements(table.read_statements(rows, dossier, incoming.texts, name, coder))


def _from_annotations(incoming: Incoming) -> Dossier:
    try:
        data = json_value(decode(incoming.data, incoming.file)[0])
    except ValueError as error:
        raise InvalidInput(f"the file is no JSON ({error})", place=Place(incoming.file)) from None
    return incoming.with_statements(
        read_annotations(data, incoming.dossier, incoming.texts, incoming.file, incoming.coder)
    )


def _from_project(incoming: Incoming) -> Dossier:
    project = read_qdpx(incoming.data, incoming.file, incoming.counting)
    if project.dossier is None:
        return with_project(project, incoming.dossier, incoming.texts, incoming.coder)
    both = joined(incoming.dossier, project.dossier)
    own_key = both.register.key == project.dossier.register.key
    return both if own_key else rehashed(both, incoming.dossier, incoming.available.text)


def _table(outgoing: Outgoing) -> tuple[list[dict[str, str]], tuple[str, ...]]:
    dossier = outgoing.dossier
    if outgoing.what == "findings":
        found = compare(dossier, outgoing.texts)
        return table.finding_rows(found.findings, dossier.findings), table.FINDING_COLUMNS
    return table.statement_rows(dossier), table.STATEMENT_COLUMNS


READERS: Mapping[str, Callable[[Incoming], Dossier]] = {
    "csv": lambda given: _from_table(table.from_csv(given.data, given.file), given),
    "xlsx": lambda given: _from_table(table.from_xlsx(given.data, given.file), given),
    "jsonld": _from_annotations,
    "qdpx": _from_project,
    "qdc": lambda given: with_terms(given.dossier, read_qdc(given.data, given.file)),
}
WRITERS: Mapping[str, Callable[[Outgoing], bytes | str]] = {
    "csv": lambda given: table.to_csv(*_table(given)),
    "xlsx": lambda given: table.to_xlsx(*_table(given), given.what),
    "jsonld": lambda given: json.dumps(annotation_page(given.dossier), ensure_ascii=False, indent=1) + "\n",
    "qdpx": lambda given: to_qdpx(given.dossier, given.texts, given.with_texts),
    "qdc": lambda given: to_qdc(given.dossier),
    "graphml": lambda given: graphml(given.dossier),
    "prov": lambda given: prov_json(given.dossier),
    "ris": lambda given: ris(given.dossier),
}
