"""The versions of a study on a server: the last one that is sound, and what its file holds meanwhile."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.files import sha256
from backstop.scenario.location import content, find
from backstop.scenario.model import Model

KEPT = 20
"""Versions whose texts are kept, so that changes to them can be brought together."""

OnDisk = Literal["same", "changed", "broken", "gone"]
"""The file beside the version in use: the same, another sound one, one with errors, or none that can be read."""


@dataclass(frozen=True, eq=False)
class Version:
    """A sound text of the scenario: `data` as in a file, its model, and `file`, where it was read or saved."""

    number: int
    data: bytes
    model: Model
    notes: tuple[Fault, ...] = ()
    file: Path | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the text."""
        return sha256(self.data)

    def is_in_file(self) -> bool:
        """Whether its file holds just this text now."""
        if self.file is None:
            return False
        try:
            return content(self.file) == self.data
        except InvalidInput:
            return False

    @property
    def text(self) -> str:
        """The text itself."""
        return self.data.decode("utf-8")


@dataclass(frozen=True, slots=True)
class Found:
    """What the file of the study holds: its state beside the version in use, its digest, and its errors."""

    state: OnDisk
    digest: str = ""
    faults: tuple[Fault, ...] = ()


@dataclass(slots=True)
class Versions:
    """The versions of the study in `file`, of which the newest is in use; `name` is that of its folder.

    `taken` is the digest of the file when its text was last taken into use.
    """

    file: Path
    name: str
    current: Version
    on_disk: Found
    taken: str = ""
    older: dict[int, Version] = field(default_factory=dict)
    _stat: tuple[int, ...] = ()

    def next(self, data: bytes, model: Model, notes: tuple[Fault, ...], file: Path | None) -> Version:
        """What a sound text would be if it were taken into use."""
        return Version(self.current.number + 1, data, model, notes, file)

    def use(self, version: Version) -> None:
        """Take the next version into use."""
        self.current = version
        self.older[version.number] = version
        for number in sorted(self.older)[:-KEPT]:
            del self.older[number]

    def take(self, version: Version) -> None:
        """Take the next version into use, which is the text of the file."""
        self.use(version)
        self.taken, self.on_disk = version.digest, Found("same", version.digest)

    @property
    def is_edited(self) -> bool:
        """Whether the version in use is another text than the file had when it was last taken."""
        return self.current.digest != self.taken

    def content(self) -> bytes:
        """The bytes of the file now. Raises InvalidInput where it cannot be read."""
        return content(self.file)

    def saved(self, file: Path) -> None:
        """Note where the version in use has been saved."""
        now = self.current
        self.current = Version(now.number, now.data, now.model, now.notes, file)
        self.older[now.number] = self.current

    def looked(self) -> Found | None:
        """What the file holds now; None where nothing has happened to it since it was last looked at."""
        try:
            about = os.stat(self.file)  # noqa: PTH116
            stamp: tuple[int, ...] = (about.st_mtime_ns, about.st_size, about.st_ino)
        except OSError:
            stamp = (-1,)
        if stamp == self._stat:
            return None
        self._stat = stamp
        return self.read()

    def read(self) -> Found:
        """What the file holds now."""
        try:
            data = content(self.file)
        except InvalidInput as error:
            return Found("gone", "", error.faults)
        digest = sha256(data)
        if digest in (self.taken, self.current.digest):
            return Found("same", digest)
        try:
            sound(data, self.file, self.name)
        except InvalidInput as error:
            return Found("broken", digest, error.faults)
        return Found("changed", digest)


def sound(data: bytes, file: Path, name: str) -> tuple[Model, tuple[Fault, ...]]:
    """The model of a text and the notes on it, as `backstop check` finds them. Raises InvalidInput with all errors."""
    from backstop.scenario.check.words import missing_words
    from backstop.scenario.study import model_from

    model = model_from(data, str(file), name)
    if model.scenario.dossier:
        from backstop.evidence.evidence import evidence_of

        evidence_of(model, file).check()
    return model, (*model.notes, *missing_words(model))


def opened(study: str) -> Versions:
    """The study in a folder or file, as it stands. Raises InvalidInput with its errors, as `backstop check` does."""
    if study == "-":
        raise InvalidInput(
            "standard input cannot be served", place=Place("-"), hint="name a folder or a file"
        )
    file = find(Path(study))
    data, name = content(file), file.resolve().parent.name
    model, notes = sound(data, file, name)
    first = Version(1, data, model, notes, file)
    return Versions(file, name, first, Found("same", first.digest), first.digest, {1: first})
