"""The folder of a dossier: read whole, checked, and written so that no crash and no second coder loses anything.

All files that change are written beside the old ones and then put in their places as one change. A file that another
hand has changed since it was read is merged record by record, by id; where both changed the same record nothing is
written, and one's own version is kept in a file.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from backstop.base.document import read_document
from backstop.base.faults import Fault, InvalidInput, Place, Refused
from backstop.base.files import made_folder, read_file, remove_leftovers, sha256, unwritable, write_atomically
from backstop.base.journal import JOURNAL, change_files, finish_change, locked
from backstop.base.records import validated
from backstop.dossier import layout
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import Dossier
from backstop.dossier.location import REGISTER
from backstop.dossier.merging import Clash, merged
from backstop.dossier.record import (
    Identified,
    Proposition,
    Record,
    RecordedFinding,
    Register,
    Source,
    Statement,
)
from backstop.dossier.record_reader import MOST_FAULTS, RecordReader

MOST_BYTES = 100 << 20
"""Largest file of records that is read."""


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file of records: its name, the field of a dossier it fills, what one record is called, and its `format`.

    Without a format it is JSON Lines, else a YAML list under the name of the field.
    """

    name: str
    field: str
    kind: str
    model: type[Identified]
    format: str = ""


FILES = (
    RecordFile("sources.yaml", "sources", "source", Source, "backstop-sources/1"),
    RecordFile("statements.jsonl", "statements", "statement", Statement),
    RecordFile("propositions.yaml", "propositions", "proposition", Proposition, "backstop-propositions/1"),
    RecordFile("findings.jsonl", "findings", "finding", RecordedFinding),
)
"""The files of a dossier beside its register."""


@dataclass(frozen=True)
class Snapshot:
    """A dossier as it was read: with the folder, the bytes of each file and the text of each record."""

    folder: Path
    dossier: Dossier
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)
    heads: Mapping[str, str] = field(default_factory=dict, repr=False)
    coding: bool = False

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of every file of the dossier, so that a result can name the evidence it used."""
        return {name: sha256(data) for name, data in sorted(self.files.items())}


def read(folder: Path, coding: bool = False, key: str = "", known: Snapshot | None = None) -> Snapshot:
    """The dossier in `folder`. Raises InvalidInput with every fault of every file, each in its place.

    While `coding` goes on, propositions may name statements that are still to come. Without a register in the folder
    it is an empty one with that `key`, if given.

    `known`: the same folder as it was read before, of which what has not changed is taken over.
    """
    files = _settled_contents(folder, needed=not key)
    if known is not None and (known.folder, known.coding, known.files) == (folder, coding, files):
        return known
    snapshot, faults = _read_files(folder, files, key, known)
    snapshot = replace(snapshot, coding=coding)
    faults.extend(faults_of(snapshot.dossier, coding))
    if len(faults) > MOST_FAULTS:
        faults[MOST_FAULTS:] = [Fault(f"{len(faults) - MOST_FAULTS} more faults are not listed")]
    if faults:
        raise InvalidInput(faults)
    return snapshot


def _read_files(
    folder: Path, files: dict[str, bytes], key: str = "", known: Snapshot | None = None
) -> tuple[Snapshot, list[Fault]]:
    """What the files hold and the faults of single records; what stands in `known` to the letter is not read again."""
    found = files.get(REGISTER)
    if found is None:
        register = Register(key=key)
    elif known is not None and known.files.get(REGISTER) == found:
        register = known.dossier.register
    else:
        register = _register(found, str(folder / REGISTER))
    faults: list[Fault] = []
    records: dict[str, dict[str, Any]] = {file.field: {} for file in FILES}
    places: dict[tuple[str, str], Place] = {}
    texts: dict[tuple[str, str], str] = {}
    heads: dict[str, str] = {}
    for file in FILES:
        if file.name not in files:
            continue
        data, name = files[file.name], str(folder / file.name)
        if known is not None and known.folder == folder and known.files.get(file.name) == data:
            _take_over(known, file, records, places, texts)
            heads[file.name] = known.heads[file.name]
            continue
        by_text = {} if known is None or file.format else _records_by_text(known, file)
        listing = (
            layout.read_list(data, name, file.field, file.format)
            if file.format
            else layout.read_lines(data, name, by_text)
        )
        heads[file.name] = listing.head
        reader = RecordReader(file.model, file.kind)
        for item in listing.items:
            if (record := reader.take(item.data, item.place, by_text.get(item.text))) is not None:
                places[file.kind, record.id] = item.place(())
                texts[file.name, record.id] = item.text
        records[file.field] = reader.records
        faults += [*listing.faults, *reader.faults]
    dossier = Dossier(
        register,
        records["sources"],
        records["statements"],
        records["propositions"],
        records["findings"],
        places,
    )
    return Snapshot(folder, dossier, files, texts, heads), faults


def _take_over(
    known: Snapshot,
    file: RecordFile,
    records: dict[str, dict[str, Any]],
    places: dict[tuple[str, str], Place],
    texts: dict[tuple[str, str], str],
) -> None:
    """What is known of a file that has not changed."""
    of = getattr(known.dossier, file.field)
    records[file.field] = dict(of)
    for name in of:
        places[file.kind, name] = known.dossier.places[file.kind, name]
        texts[file.name, name] = known.texts[file.name, name]


def _records_by_text(known: Snapshot, file: RecordFile) -> dict[str, Any]:
    of = getattr(known.dossier, file.field)
    return {known.texts[file.name, name]: record for name, record in of.items()}


def _settled_contents(folder: Path, needed: bool) -> dict[str, bytes]:
    """The bytes of the files between two changes, after one that was interrupted has been finished."""
    if not os.access(folder, os.R_OK):
        return _contents(folder, needed)
    with locked(folder):
        finish_change(folder)
        return _contents(folder, needed)


def _contents(folder: Path, needed: bool) -> dict[str, bytes]:
    """The bytes of the files that are there.

    Raises InvalidInput where one cannot be read, or there is no register and it is `needed`.
    """
    files: dict[str, bytes] = {}
    for name in (REGISTER, *(file.name for file in FILES)):
        path = folder / name
        if path.exists():
            files[name] = read_file(path, MOST_BYTES)
        elif name == REGISTER and needed:
            raise InvalidInput("the file is missing", place=Place(str(path)), hint="every dossier has one")
    return files


def _register(data: bytes, file: str) -> Register:
    document = read_document(data, file)
    register, faults = validated(Register, document.data, document.place)
    if register is None:
        raise InvalidInput(faults)
    return register


def write(
    snapshot: Snapshot,
    dossier: Dossier,
    beside: Mapping[str, str] | None = None,
    elsewhere: Mapping[Path, str] | None = None,
) -> Snapshot:
    """Write `dossier` over the one read as `snapshot`, merging what others changed meanwhile.

    `beside` are further files of its folder by name, such as texts: all files change, or none does. `elsewhere` are
    texts that other folders keep under their digests, for this change alone.

    Raises Refused where another hand changed the same records; nothing is written then but the file that keeps ours.
    """
    with _opened(snapshot.folder), locked(snapshot.folder):
        finish_change(snapshot.folder)
        base = snapshot
        if _changed_meanwhile(snapshot):
            base, faults = _read_files(
                snapshot.folder,
                _contents(snapshot.folder, needed=False),
                snapshot.dossier.register.key,
                snapshot,
            )
            if faults:
                raise InvalidInput(faults)
            dossier, clashes = merged(snapshot.dossier, dossier, base.dossier)
            if clashes:
                raise _kept_aside(snapshot.folder, clashes)
        faults = faults_of(dossier, snapshot.coding)
        if faults:
            raise InvalidInput(faults[:MOST_FAULTS])
        names = (JOURNAL, REGISTER, *(file.name for file in FILES))
        remove_leftovers(*((snapshot.folder / name).resolve() for name in names))
        raw = {name: text.encode("utf-8") for name, text in _texts_of_files(base, dossier).items()}
        changed = {name: data for name, data in raw.items() if base.files.get(name) != data}
        more = {name: text.encode("utf-8") for name, text in (beside or {}).items()}
        others = {path: text.encode("utf-8") for path, text in (elsewhere or {}).items()}
        change_files(snapshot.folder, {**more, **changed}, others)
        written, _ = _read_files(snapshot.folder, _contents(snapshot.folder, needed=True), known=base)
        return replace(written, coding=snapshot.coding)


@contextlib.contextmanager
def _opened(folder: Path) -> Iterator[None]:
    """The folder, made where it is missing, and gone again where nothing comes of it."""
    try:
        with made_folder(folder):
            yield
    except OSError as error:
        raise unwritable(folder, error) from error


def _changed_meanwhile(snapshot: Snapshot) -> bool:
    for name in (REGISTER, *(file.name for file in FILES)):
        path = snapshot.folder / name
        now = path.read_bytes() if path.is_file() else None
        if now != snapshot.files.get(name):
            return True
    return False


def _texts_of_files(base: Snapshot, dossier: Dossier) -> dict[str, str]:
    """The text of every file; what did not change since `base` stands as it stood."""
    files: dict[str, str] = {}
    if REGISTER not in base.files or dossier.register != base.dossier.register:
        head = _comments(base.files.get(REGISTER, b"").decode("utf-8", "replace"))
        plain = {"format": dossier.register.format, **dossier.register.as_dict()}
        files[REGISTER] = head + _without_controls(layout.block(plain), "register", "")
    for file in FILES:
        now: Mapping[str, Record] = getattr(dossier, file.field)
        was: Mapping[str, Record] = getattr(base.dossier, file.field)
        if not now and file.name not in base.files:
            continue
        body = "".join(
            base.texts[file.name, name]
            if _same(was.get(name), record) and (file.name, name) in base.texts
            else _text_of_record(file, name, record)
            for name, record in now.items()
        )
        if not file.format:
            files[file.name] = body
        elif body:
            head = base.heads.get(file.name) or f"format: {file.format}\n{file.field}:\n"
            files[file.name] = head + body
        else:
            files[file.name] = f"format: {file.format}\n{file.field}: []\n"
    return files


def _same(one: Record | None, other: Record) -> bool:
    return one is other or one == other


def _text_of_record(file: RecordFile, name: str, record: Record) -> str:
    if not file.format:
        return layout.inline(record.as_dict()) + "\n"
    return _without_controls(layout.record_block(record.as_dict()), file.kind, name)


def _without_controls(text: str, kind: str, name: str) -> str:
    """`text` for a YAML file; a control character, which no YAML reader lets in, is refused before it is written."""
    if layout.CONTROL.search(text):
        raise InvalidInput(
            f"the {kind}{f' {name}' if name else ''} holds a control character",
            hint="remove it and try again",
        )
    return text


def _comments(text: str) -> str:
    """The comments at the head of a file."""
    rows = text.replace("\r\n", "\n").removesuffix("\n").split("\n")
    first = next((i for i, row in enumerate(rows) if not row.startswith("#")), len(rows))
    return "".join(row + "\n" for row in rows[:first])


def _kept_aside(folder: Path, clashes: list[Clash]) -> Refused:
    """The refusal to write what others changed too, after one's own version was kept in a file."""
    number = 1
    while (path := folder / f"conflict-{number}.jsonl").exists():
        number += 1
    write_atomically(path, "".join(layout.inline(clash.as_dict()) + "\n" for clash in clashes))
    names = ", ".join(f"{clash.kind} {clash.id}" for clash in clashes[:12])
    more = " ..." if len(clashes) > 12 else ""
    return Refused(
        f"somebody else changed the same records meanwhile: {names}{more}; nothing was written",
        place=Place(str(folder)),
        hint=f"your version is in {path.name}: compare it with theirs, then try again",
    )
