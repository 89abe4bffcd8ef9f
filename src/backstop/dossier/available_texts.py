"""The texts that can be read here: in the dossier where they may travel, else in the reader's folders, by digest."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from backstop.base.faults import BackstopError, InvalidInput, Place
from backstop.base.files import is_file, read_file, sha256
from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Source, Version
from backstop.dossier.text.canonical import digest
from backstop.dossier.text.document_table import read_table
from backstop.dossier.text.extraction import MEDIA, MOST_BYTES, TABLES, extract

SETTING = "BACKSTOP_TEXTS"
"""Environment variable with folders of texts, separated as in PATH."""

PRIVATE = "private-texts"
"""The folder in a dossier for texts that came with a coding and may not travel; version control leaves it alone."""

MOST_FILES = 50_000


def folders(given: Sequence[Path] = ()) -> tuple[Path, ...]:
    """The folders to look in: those given, else those of the setting. Raises InvalidInput for one that is not there."""
    chosen = list(given) or [Path(part) for part in os.environ.get(SETTING, "").split(os.pathsep) if part]
    for folder in chosen:
        if not folder.is_dir():
            raise InvalidInput(
                "there is no such folder of texts",
                place=Place(str(folder)),
                hint=f"see --texts and {SETTING}",
            )
    return tuple(chosen)


class AvailableTexts:
    """The texts that can be read here, by digest. Folders are walked once, when the first text is asked for.

    `held` are texts in memory by digest, such as those of documents on their way into the dossier.
    """

    def __init__(
        self, dossier: Path, elsewhere: Iterable[Path] = (), held: Mapping[str, str] | None = None
    ) -> None:
        self._dossier = dossier
        kept = (dossier / PRIVATE,) if (dossier / PRIVATE).is_dir() else ()
        self._elsewhere = (*kept, *elsewhere)
        self._sizes: dict[int, list[Path]] | None = None
        self._rows: dict[str, str] = {}
        self._texts: dict[str, str] = dict(held or {})

    def text(self, version: Version) -> str | None:
        """The canonical text of a version, or None where nobody here holds it."""
        wanted = version.digests.text
        if wanted not in self._texts:
            found = self._in_dossier(version) or self._elsewhere_held(version)
            if found is None:
                return None
            self._texts[wanted] = found
        return self._texts[wanted]

    def current(self, source: Source) -> str | None:
        """The text of the newest version of a source."""
        return self.text(source.text)

    def files(self) -> list[Path]:
        """The files in the folders of texts."""
        if self._sizes is None:
            self._sizes = self._walk()
        return [path for paths in self._sizes.values() for path in paths]

    def newest(self, dossier: Dossier) -> dict[str, str]:
        """The newest texts of the accounts of a dossier by source, those that can be read here."""
        texts = {source.id: self.current(source) for source in dossier.sources.values()}
        return {name: text for name, text in texts.items() if text is not None}

    def namesakes(self, sources: Iterable[Source]) -> list[tuple[str, Path]]:
        """Sources whose text nobody here holds, though a file of that name lies here: changed, or another."""
        absent: dict[str, list[str]] = {}
        for source in sources:
            table = MEDIA.get(Path(source.text.name).suffix.lower(), "") in TABLES
            if source.text.name and not table and self.current(source) is None:
                absent.setdefault(source.text.name, []).append(source.id)
        if not absent:
            return []
        return sorted((name, path) for path in self.files() for name in absent.get(path.name, ()))

    def _in_dossier(self, version: Version) -> str | None:
        if not version.file:
            return None
        path = (self._dossier / version.file).resolve()
        if not path.is_relative_to(self._dossier.resolve()):
            raise InvalidInput(
                f"the file {version.file!r} lies outside the dossier", place=Place(str(self._dossier))
            )
        return self._read(path, version)

    def _elsewhere_held(self, version: Version) -> str | None:
        if self._sizes is None:
            self._sizes = self._walk()
        if version.digests.text in self._rows:
            return self._rows[version.digests.text]
        # A dossier imported without its texts does not know how long the files are.
        known = version.digests.bytes
        likely = self._sizes.get(known, []) if known else [p for paths in self._sizes.values() for p in paths]
        for path in likely:
            if (found := self._read(path, version)) is not None:
                return found
        # A canonical copy has another length than the file received where that was no plain text.
        copies = (folder / f"{version.digests.text}.txt" for folder in self._elsewhere)
        texts = (self._read(copy, version) for copy in copies if is_file(copy))
        return next((text for text in texts if text is not None), None)

    @staticmethod
    def _read(path: Path, version: Version) -> str | None:
        try:
            data = read_file(path, MOST_BYTES)
        except InvalidInput:
            return None
        if sha256(data) == version.digests.text:
            return data.decode("utf-8")
        if sha256(data) != version.digests.received:
            return None
        try:
            encoding = version.extractor.options or None
            text = extract(data, path.name, version.media, encoding).text
        except BackstopError:
            return None
        return text if digest(text) == version.digests.text else None

    def _walk(self) -> dict[int, list[Path]]:
        sizes: dict[int, list[Path]] = {}
        count = 0
        for folder in self._elsewhere:
            for path in sorted(folder.rglob("*")):
                if not path.is_file():
                    continue
                count += 1
                if count > MOST_FILES:
                    raise InvalidInput(
                        f"the folder holds over {MOST_FILES:,} files", place=Place(str(folder))
                    )
                sizes.setdefault(path.stat().st_size, []).append(path)
                media = MEDIA.get(path.suffix.lower(), "")
                if media in TABLES:
                    try:
                        rows = read_table(read_file(path, MOST_BYTES), path.name, media)
                    except BackstopError:
                        continue
                    self._rows.update((digest(row.extract.text), row.extract.text) for row in rows)
        return sizes


def kept_texts(dossier: Dossier, texts: Mapping[str, str]) -> dict[str, str]:
    """The files by which a dossier keeps the texts, by digest, that its sources have and that may not travel."""
    wanted = {v.digests.text for source in dossier.sources.values() for v in source.versions if not v.file}
    kept = {f"{PRIVATE}/{name}.txt": text for name, text in texts.items() if name in wanted}
    return {f"{PRIVATE}/.gitignore": "*\n", **kept} if kept else {}
