"""The files of a dossier as they stand, read anew where one of them has changed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from backstop.base.faults import InvalidInput, Place
from backstop.base.files import sha256
from backstop.dossier import store
from backstop.dossier.available_texts import AvailableTexts, folders
from backstop.dossier.dossier import Dossier
from backstop.dossier.location import REGISTER, locate
from backstop.dossier.verification import Outcome, verify

T = TypeVar("T")
Stamp = tuple[tuple[int, int, int] | None, ...]


@dataclass(eq=False)
class Reading:
    """A dossier as it was read, and what was worked out of it so far; `edition` names this state of its files.

    `lasting` is handed on from one state of the files to the next: by name what it was worked out of, and what it is.
    """

    snapshot: store.Snapshot
    texts: AvailableTexts
    edition: str
    found: dict[object, object] = field(default_factory=dict)
    lasting: dict[object, tuple[object, object]] = field(default_factory=dict)

    @property
    def dossier(self) -> Dossier:
        """The dossier itself."""
        return self.snapshot.dossier

    def once(self, name: object, work: Callable[[], T]) -> T:
        """What `work` gives, worked out once for this state of the files."""
        if name not in self.found:
            self.found[name] = work()
        return self.found[name]  # type: ignore[return-value]

    def while_same(self, name: object, of: object, work: Callable[[], T]) -> T:
        """What `work` gives, worked out anew only when what it is worked out `of` has changed."""
        if name not in self.lasting or self.lasting[name][0] != of:
            self.lasting[name] = (of, work())
        return self.lasting[name][1]  # type: ignore[return-value]

    @property
    def newest(self) -> Mapping[str, str]:
        """The newest texts by source, those that are at hand."""
        return self.once("newest", lambda: self.texts.newest(self.dossier))

    def outcomes(self, source: str) -> list[Outcome]:
        """What became of the passages coded in a source."""
        return self.once(("outcomes", source), lambda: verify(self.dossier, self.texts, [source]))


class DossierFiles:
    """The dossier of a study on disk. `given`: folders with texts; else those of the setting BACKSTOP_TEXTS.

    Readers and writers come from several threads: one at a time reads the files or changes them.
    """

    def __init__(self, study: Path, given: tuple[Path, ...] = ()) -> None:
        self.study, self._given = study, given
        self._lock = threading.RLock()
        self._read: tuple[Path, Stamp, Reading] | None = None

    @property
    def folder(self) -> Path:
        """The folder of the study."""
        return self.study if self.study.is_dir() else self.study.parent

    def exists(self) -> bool:
        """Whether the study has a dossier."""
        try:
            locate(self.study)
        except InvalidInput:
            return False
        return True

    def read(self) -> Reading:
        """The dossier as it stands. Raises InvalidInput where there is none, or it has faults."""
        with self._lock:
            folder = locate(self.study)
            stamp = _stamp(folder)
            if self._read is None or self._read[:2] != (folder, stamp):
                known = None if self._read is None or self._read[0] != folder else self._read[2].snapshot
                self._read = (folder, stamp, self._fresh(store.read(folder, coding=True, known=known)))
            return self._read[2]

    def begun(self) -> Reading:
        """The dossier as it stands, an empty one where the study has none yet."""
        import secrets

        with self._lock:
            folder = locate(self.study, create=True)
            if (folder / REGISTER).exists():
                return self.read()
            return self._fresh(store.read(folder, coding=True, key=secrets.token_hex(16)))

    def texts_again(self) -> None:
        """Look for texts again when the dossier is next read: one may have been laid into a folder."""
        with self._lock:
            if self._read is not None:
                folder, _, reading = self._read
                self._read = (folder, (), reading)

    def change(
        self, work: Callable[[Reading], tuple[Dossier, Mapping[str, str], T]], begin: bool = False
    ) -> tuple[Reading, T]:
        """Write what `work` makes of the dossier as it stands, with further files of its folder; and what it gives too.

        Nothing is written where `work` raises. Raises Refused where another program changed the same records meanwhile.
        """
        with self._lock:
            before = self.begun() if begin else self.read()
            dossier, beside, given = work(before)
            written = store.write(before.snapshot, dossier, beside)
            # Another program may have changed the files since: what is written is only known, and read again.
            self._read = (written.folder, (), self._fresh(written))
            return self.read(), given

    def _fresh(self, snapshot: store.Snapshot) -> Reading:
        texts = AvailableTexts(snapshot.folder, folders(self._given))
        edition = sha256("".join(snapshot.digests.values()).encode())[:20]
        lasting = {} if self._read is None else self._read[2].lasting
        return Reading(snapshot, texts, edition, lasting=lasting)


def _stamp(folder: Path) -> Stamp:
    """What tells that a file has changed, for each file of a dossier."""
    found: list[tuple[int, int, int] | None] = []
    for name in (REGISTER, *(file.name for file in store.FILES)):
        try:
            about = os.stat(folder / name)  # noqa: PTH116
        except OSError:
            found.append(None)
        else:
            found.append((about.st_mtime_ns, about.st_size, about.st_ino))
    return tuple(found)


def unknown_source(name: str, dossier: Dossier) -> InvalidInput:
    """The fault of a source that there is not."""
    from backstop.base.words import did_you_mean

    return InvalidInput(
        f"there is no source {name}", place=Place(), hint=did_you_mean(name, dossier.sources, "source")
    )
