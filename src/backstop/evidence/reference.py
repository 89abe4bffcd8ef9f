"""Data references: figures from data and literature that assumptions rest on, in a study's `data/references.yaml`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

from backstop.base.document import MOST_BYTES, Document, read_document
from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.files import read_file
from backstop.base.records import validated
from backstop.dossier.record import Record

PREFIX = "data:"
"""What marks a data reference among the ids of a basis."""


class Reference(Record):
    """One figure: where it comes from, what it is, how well it is known and what it is used for.

    `grade`: computed from the data set named, read in the source, secondary (from a summary), or from memory.
    """

    title: str = ""
    citation: str
    figure: str
    grade: Literal["computed", "read", "secondary", "memory"]
    use: str = ""
    url: str = ""
    note: str = ""


def read_references(study: Path) -> dict[str, Reference]:
    """The data references of the study folder `study`; none where it has no such file. Raises InvalidInput."""
    path = study / "data" / "references.yaml"
    if not path.is_file():
        return {}
    document = read_document(read_file(path, MOST_BYTES), str(path))
    data = {} if document.data is None else document.data
    if not isinstance(data, dict):
        raise InvalidInput(
            "the file is a list of keys, each with citation, figure and grade", place=Place(str(path))
        )
    found: dict[str, Reference] = {}
    faults: list[Fault] = []
    for key, entry in data.items():
        record, wrong = validated(Reference, entry, partial(_place, document, key))
        faults.extend(wrong)
        if record is not None:
            found[str(key)] = record
    if faults:
        raise InvalidInput(faults)
    return found


def _place(document: Document, key: str, path: tuple[int | str, ...]) -> Place:
    return document.place((key, *path))
