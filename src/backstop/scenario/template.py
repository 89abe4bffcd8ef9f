"""Templates: commented studies that run as they are, from which an analyst starts a study of their own."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

from backstop.base.faults import InvalidInput, Place
from backstop.base.files import folder_written_whole
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
    if name not in (known := templates()):
        raise InvalidInput(f"there is no template called {name}", hint=did_you_mean(name, known, "template"))
    return _FOLDER.joinpath(name, SCENARIO).read_text(encoding="utf-8")


def start_study(folder: Path, name: str) -> None:
    """Write a new study from a template: its scenario, and the schema beside it for editors. Whole or not at all.

    Raises InvalidInput where there is no such template, or `folder` exists and is not empty or cannot be written.
    """
    text = template(name)
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
        (scratch / SCENARIO).write_text(text, encoding="utf-8", newline="\n")
        (scratch / FILE).write_text(committed(), encoding="utf-8", newline="\n")


def _title(name: str) -> str:
    text = _FOLDER.joinpath(name, SCENARIO).read_text(encoding="utf-8")
    found = re.search(r"^title: *(.+)$", text, re.MULTILINE)
    return found[1].strip("\"' ") if found else name
