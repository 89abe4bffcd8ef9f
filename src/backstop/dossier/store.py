"""The folder of a dossier: read whole, checked, and written so that neither a crash nor a second coder loses
anything.

Every file is written beside the old one and then put in its place. A file that another hand has changed since it
was read is merged record by record, by id; where both changed the same record nothing is written, and one's own
version is kept in a file.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from backstop.base.document import Document, read_document
from backstop.base.faults import Fault, InvalidInput, Place, Refused
from backstop.base.files import sha256, unwritable, write_atomically
from backstop.base.records import validated, within
from backstop.base.strict_json import json_value
from backstop.dossier import layout
from backstop.dossier.location import REGISTER
from backstop.dossier.record import Proposition, Record, Recorded, Register, Source, Statement

SOURCES, STATEMENTS, PROPOSITIONS, FINDINGS = (
    "sources.yaml",
    "statements.jsonl",
    "propositions.yaml",
    "findings.jsonl",
)
MOST_LINE = 1_000_000
"""Longest line of a JSON Lines file that is read, in characters."""

SOURCES_FORMAT, PROPOSITIONS_FORMAT = "backstop-sources/1", "backstop-propositions/1"


@dataclass(frozen=True)
class Dossier:
    """A whole dossier in memory: the register and the records by id, in the order of their files."""

    register: Register
    sources: Mapping[str, Source] = field(default_factory=dict)
    statements: Mapping[str, Statement] = field(default_factory=dict)
    propositions: Mapping[str, Proposition] = field(default_factory=dict)
    recorded: Mapping[str, Recorded] = field(default_factory=dict)
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict, compare=False, repr=False)

    @property
    def key(self) -> bytes:
        """The key of the passage hashes."""
        return bytes.fromhex(self.register.key)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The rank of every source and statement in its file."""
        return {
            name: rank for records in (self.sources, self.statements) for rank, name in enumerate(records)
        }

    def actor_name(self, actor: str) -> str:
        """The name of an actor for people; the id where the register does not have it."""
        entry = self.register.actors.get(actor)
        return entry.name if entry else actor

    def place(self, kind: str, name: str) -> Place:
        """Where the record `name` stands; `kind` is source, statement, proposition or finding."""
        return self.places.get((kind, name), Place(path=f"{kind} {name}"))


@dataclass(frozen=True)
class Snapshot:
    """A dossier as it was read: with the folder, the bytes of each file and the text of each record."""

    folder: Path
    dossier: Dossier
    files: Mapping[str, bytes] = field(default_factory=dict, repr=False)
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict, repr=False)
    heads: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def digests(self) -> dict[str, str]:
        """SHA-256 of every file of the dossier, so that a result can name the evidence it used."""
        return {name: sha256(data) for name, data in sorted(self.files.items())}


def read(folder: Path) -> Snapshot:
    """The dossier in `folder`. Raises InvalidInput with every fault of every file, each in its place."""
    from backstop.dossier.consistency import faults_of

    snapshot, faults = _read_files(folder)
    faults.extend(faults_of(snapshot.dossier))
    if faults:
        shown = (
            faults
            if len(faults) <= 100
            else [*faults[:100], Fault(f"{len(faults) - 100} more faults are not listed")]
        )
        raise InvalidInput(shown)
    return snapshot


def _read_files(folder: Path) -> tuple[Snapshot, list[Fault]]:
    faults: list[Fault] = []
    files: dict[str, bytes] = {}
    for name in (REGISTER, SOURCES, STATEMENTS, PROPOSITIONS, FINDINGS):
        path = folder / name
        try:
            files[name] = path.read_bytes()
        except FileNotFoundError:
            if name == REGISTER:
                raise InvalidInput(
                    "the file is missing", place=Place(str(path)), hint="every dossier has one"
                ) from None
        except OSError as error:
            raise InvalidInput(f"cannot be read ({error.strerror})", place=Place(str(path))) from None
    register = _register(files[REGISTER], str(folder / REGISTER))
    places: dict[tuple[str, str], Place] = {}
    texts: dict[tuple[str, str], str] = {}
    heads: dict[str, str] = {}

    def listed(name: str, key: str, form: str, model: type[Any], kind: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if name not in files:
            return found
        listing = layout.read_listing(files[name], str(folder / name), key, form)
        heads[name] = listing.head
        for item in listing.items:
            record, wrong = validated(model, item.data, item.place)
            faults.extend(wrong)
            if record is not None:
                if record.id in found:
                    faults.append(
                        Fault(
                            f"the {kind} {record.id} stands twice", item.place(("id",)), "give one another id"
                        )
                    )
                found[record.id] = record
                places[kind, record.id] = item.place(())
                texts[name, record.id] = item.text
        return found

    def lines(name: str, model: type[Any], kind: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for number, row in _rows(files.get(name, b""), str(folder / name)):
            where = Place(str(folder / name), number)
            try:
                data = json_value(row)
            except ValueError as error:
                faults.append(Fault(f"the line is no JSON ({error})", where, "every line holds one record"))
                continue
            record, wrong = validated(model, data, within(where))
            faults.extend(wrong)
            if record is not None:
                if record.id in found:
                    faults.append(Fault(f"the {kind} {record.id} stands twice", where, "give one another id"))
                found[record.id] = record
                places[kind, record.id] = where
                texts[name, record.id] = row
        return found

    dossier = Dossier(
        register,
        listed(SOURCES, "sources", SOURCES_FORMAT, Source, "source"),
        lines(STATEMENTS, Statement, "statement"),
        listed(PROPOSITIONS, "propositions", PROPOSITIONS_FORMAT, Proposition, "proposition"),
        lines(FINDINGS, Recorded, "finding"),
        places,
    )
    return Snapshot(folder, dossier, files, texts, heads), faults


def _register(data: bytes, file: str) -> Register:
    document: Document = read_document(data, file)
    register, faults = validated(Register, document.data, document.place)
    if register is None:
        raise InvalidInput(faults)
    return register


def _rows(data: bytes, file: str) -> Iterator[tuple[int, str]]:
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise InvalidInput(
            "the file is not UTF-8", place=Place(file, line), hint="save it as UTF-8"
        ) from None
    for number, row in enumerate(text.split("\n"), 1):
        row = row.rstrip("\r")
        if len(row) > MOST_LINE:
            raise InvalidInput(
                f"the line has {len(row):,} characters", place=Place(file, number), hint="is it one record?"
            )
        if row.strip():
            yield number, row


def empty(key: str, title: str = "") -> Dossier:
    """A dossier without any source; `key` is 32 hexadecimal digits for the passage hashes."""
    return Dossier(Register(key=key, title=title))


def write(snapshot: Snapshot, dossier: Dossier) -> Snapshot:
    """Write `dossier` over the one read as `snapshot`, merging what others changed meanwhile.

    Raises Refused where another hand changed the same records; nothing is written then but the file that keeps ours.
    """
    from backstop.dossier.consistency import faults_of

    try:
        snapshot.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(snapshot.folder, error) from error
    with _locked(snapshot.folder):
        base = snapshot
        if _changed_meanwhile(snapshot):
            theirs, faults = _read_files(snapshot.folder)
            if faults:
                raise InvalidInput(faults)
            dossier = _merged(snapshot, dossier, theirs)
            base = theirs
        faults = faults_of(dossier)
        if faults:
            raise InvalidInput(faults[:100])
        for name, text in _files(base, dossier).items():
            raw = text.encode("utf-8")
            if base.files.get(name) != raw:
                write_atomically(snapshot.folder / name, raw)
        written, _ = _read_files(snapshot.folder)
        return written


def _changed_meanwhile(snapshot: Snapshot) -> bool:
    for name in (REGISTER, SOURCES, STATEMENTS, PROPOSITIONS, FINDINGS):
        path = snapshot.folder / name
        now = path.read_bytes() if path.is_file() else None
        if now != snapshot.files.get(name):
            return True
    return False


def _files(base: Snapshot, dossier: Dossier) -> dict[str, str]:
    old = base.dossier
    files: dict[str, str] = {}
    if REGISTER not in base.files or dossier.register != old.register:
        head = _comments(base.files.get(REGISTER, b"").decode("utf-8", "replace"))
        files[REGISTER] = head + _yaml(
            layout.block({"format": dossier.register.format, **dossier.register.plain()}), "register", ""
        )

    def listed(name: str, form: str, key: str, now: Mapping[str, Any], was: Mapping[str, Any]) -> None:
        if now or name in base.files:
            texts = (
                base.texts[name, i]
                if was.get(i) == record and (name, i) in base.texts
                else _yaml(layout.record_block(record.plain()), key.removesuffix("s"), i)
                for i, record in now.items()
            )
            head = base.heads.get(name) or f"format: {form}\n{key}:\n"
            body = "".join(texts)
            files[name] = head + body if body else f"format: {form}\n{key}: []\n"

    def lines(name: str, now: Mapping[str, Any], was: Mapping[str, Any]) -> None:
        if now or name in base.files:
            rows = (
                base.texts[name, i]
                if was.get(i) == record and (name, i) in base.texts
                else layout.inline(record.plain())
                for i, record in now.items()
            )
            files[name] = "".join(row + "\n" for row in rows)

    listed(SOURCES, SOURCES_FORMAT, "sources", dossier.sources, old.sources)
    lines(STATEMENTS, dossier.statements, old.statements)
    listed(PROPOSITIONS, PROPOSITIONS_FORMAT, "propositions", dossier.propositions, old.propositions)
    lines(FINDINGS, dossier.recorded, old.recorded)
    return files


def _yaml(text: str, kind: str, name: str) -> str:
    """`text` for a YAML file; a control character, which no YAML reader lets in, is refused before it is written."""
    if layout.CONTROL.search(text):
        raise InvalidInput(
            f"the {kind} {name} holds a control character".rstrip(), hint="remove it and try again"
        )
    return text


def _comments(text: str) -> str:
    head = []
    for row in text.splitlines():
        if not row.startswith("#"):
            break
        head.append(row + "\n")
    return "".join(head)


def _merged(snapshot: Snapshot, mine: Dossier, theirs: Snapshot) -> Dossier:
    """Three-way merge by id. Raises Refused with the ids that both sides changed, after saving ours."""
    clashes: list[tuple[str, str, Any]] = []

    def merged(
        kind: str, base: Mapping[str, Any], ours: Mapping[str, Any], others: Mapping[str, Any]
    ) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name in dict.fromkeys([*others, *ours]):
            was, our, other = base.get(name), ours.get(name), others.get(name)
            if our in (other, was):
                kept = other
            elif other == was:
                kept = our
            else:
                clashes.append((kind, name, our))
                kept = other
            if kept is not None:
                found[name] = kept
        return found

    base, other = snapshot.dossier, theirs.dossier
    fields = {"title", "note", "key", "format", "stages", "renamed"}
    registers = [r.model_dump() for r in (base.register, mine.register, other.register)]
    head: dict[str, Any] = merged(
        "setting", *({k: v for k, v in r.items() if k in fields} for r in registers)
    )
    parts: dict[str, Any] = {
        part: merged(part, *(getattr(d.register, part) for d in (base, mine, other)))
        for part in ("actors", "objects", "values", "events")
    }
    result = Dossier(
        Register(**head, **parts),
        merged("source", base.sources, mine.sources, other.sources),
        merged("statement", base.statements, mine.statements, other.statements),
        merged("proposition", base.propositions, mine.propositions, other.propositions),
        merged("finding", base.recorded, mine.recorded, other.recorded),
        other.places,
    )
    if clashes:
        kept = _keep(snapshot.folder, clashes)
        names = ", ".join(f"{kind} {name}" for kind, name, _ in clashes[:12]) + (
            " ..." if len(clashes) > 12 else ""
        )
        raise Refused(
            f"somebody else changed the same records meanwhile: {names}; nothing was written",
            place=Place(str(snapshot.folder)),
            hint=f"your version is in {kept.name}: compare it with theirs, then try again",
        )
    return result


def _keep(folder: Path, clashes: list[tuple[str, str, Any]]) -> Path:
    number = 1
    while (path := folder / f"conflict-{number}.jsonl").exists():
        number += 1
    rows = [
        json.dumps(
            {"kind": k, "id": n, "mine": r.plain() if isinstance(r, Record) else r}, ensure_ascii=False
        )
        + "\n"
        for k, n, r in clashes
    ]
    write_atomically(path, "".join(rows))
    return path


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time. The lock goes with its process, so that a crash leaves none behind."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system: the merge alone protects
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
