"""Saving a scenario as a new file beside the one that is served: nothing that is there is ever replaced."""

from __future__ import annotations

import re
from pathlib import Path

from backstop.base.faults import InvalidInput, Place
from backstop.base.files import create_whole

MOST_NAME = 80

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]*(?:\.[A-Za-z0-9 _-]+)*\.ya?ml")
# Names that are devices on Windows, with any ending.
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)


def new_file(folder: Path, name: str) -> Path:
    """The path of a new file `name` in `folder`. Raises InvalidInput for what is no plain name of a YAML file.

    >>> new_file(Path("study"), "more-aid.yaml").name
    'more-aid.yaml'
    """
    plain = name.strip()
    if len(plain) > MOST_NAME or not _NAME.fullmatch(plain) or _DEVICE.fullmatch(plain):
        raise InvalidInput(
            "this cannot be the name of the new file",
            place=Place(path="name"),
            hint=f"use letters, digits, - and _, at most {MOST_NAME}, and end it with .yaml",
        )
    return folder / plain


def save(folder: Path, name: str, data: bytes) -> Path:
    """Write `data` to the new file `name` of `folder`, whole or not at all, and give its path.

    Raises InvalidInput where the name is none, is taken, or the folder cannot be written.
    """
    path = new_file(folder, name)
    create_whole(path, data)
    return path


def free_name(folder: Path, stem: str) -> str:
    """A name for a new file that is free now: the stem with the first number that makes it so."""
    number = 2
    while (folder / f"{stem}-{number}.yaml").exists():
        number += 1
    return f"{stem}-{number}.yaml"
