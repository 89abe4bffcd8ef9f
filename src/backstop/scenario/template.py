"""Templates: commented studies that run as they are, from which an analyst starts a study of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from backstop.base.faults import InvalidInput, Place
from backstop.base.files import folder_written_whole, write_new
from backstop.base.words import did_you_mean
from backstop.scenario.format.schema import FILE, committed
from backstop.scenario.location import SCENARIO

_FOLDER = resources.files("backstop.scenario").joinpath("templates")


def templates() -> dict[str, str]:
    """The names of all templates, and the title of each."""
    found = {
        entry.name: _title(entry.name) for entry in _FOLDER.iterdir() if entry.joinpath(SCENARIO).is_file()
    }
    return dict(sorted(found.items()))


def template(name: str) -> str:
    """The scenario file of a template.

    Raises InvalidInput where there is no such template.
    """
    return template_files(name)[SCENARIO].decode()


def template_files(name: str) -> dict[str, bytes]:
    """All files of a template: the scenario first, then its dossier and graph where it has them, by path.

    Raises InvalidInput where there is no such template.
    """
    if name not in (known := templates()):
        raise InvalidInput(f"there is no template called {name}", hint=did_you_mean(name, known, "template"))
    found = dict(_walked(_FOLDER.joinpath(name), ""))
    return {path: found[path] for path in sorted(found, key=lambda path: (path != SCENARIO, path))}


def start_study(folder: Path, name: str) -> list[str]:
    """Write a new study from a template, and the schema beside its scenario for editors. Whole or not at all.

    Returns the paths of what was written, the scenario first. Raises InvalidInput where there is no such template, or
    `folder` exists and is not empty or cannot be written.
    """
    files = {**template_files(name), FILE: committed().encode()}
    try:
        taken = folder.exists() and (not folder.is_dir() or any(folder.iterdir()))
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"cannot be used ({error})", place=Place(str(folder)), hint="name another folder"
        ) from error
    if taken:
        what = "this folder is not empty" if folder.is_dir() else "this is a file"
        raise InvalidInput(f"{what}, so it is left alone", place=Place(str(folder)), hint="name a new folder")
    with folder_written_whole(folder) as scratch:
        for path, content in files.items():
            (scratch / path).parent.mkdir(parents=True, exist_ok=True)
            write_new(scratch / path, content)
    return list(files)


def _walked(folder: Traversable, under: str) -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walked(entry, f"{under}{entry.name}/")
        else:
            # Where line ends were changed on the way, digests of the texts of a dossier would not hold.
            yield under + entry.name, entry.read_bytes().replace(b"\r\n", b"\n")


def _title(name: str) -> str:
    text = _FOLDER.joinpath(name, SCENARIO).read_text(encoding="utf-8")
    found = re.search(r"^title: *(.+)$", text, re.MULTILINE)
    return found[1].strip("\"' ") if found else name
