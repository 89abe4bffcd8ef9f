"""Where the scenario of a study is."""

from __future__ import annotations

from pathlib import Path

from backstop.base.document import MOST_BYTES
from backstop.base.faults import InvalidInput, Place

SCENARIO = "scenario.yaml"
"""The name of the scenario file in the folder of a study."""


def find(path: Path) -> Path:
    """The scenario file that `path` stands for: a study's folder, its scenario file, or another file in the folder.

    A file that is YAML is taken for a scenario itself. Raises InvalidInput where there is none.
    """
    try:
        if path.is_dir():
            return _within(path)
        if path.is_file():
            return path if path.suffix.lower() in (".yaml", ".yml") else _within(path.parent)
        if path.exists():
            raise InvalidInput(
                "this is neither a folder nor an ordinary file", place=Place(str(path)), hint="name a study"
            )
    except OSError as error:
        raise InvalidInput(f"cannot be read ({error.strerror or error})", place=Place(str(path))) from error
    except ValueError as error:
        # A null byte in the name.
        raise InvalidInput(f"this cannot be the name of a file ({error})", hint="name a study") from error
    raise InvalidInput(
        "there is no such file or folder",
        place=Place(str(path)),
        hint=f"a study is a folder with a {SCENARIO}",
    )


def _within(folder: Path) -> Path:
    """The scenario file of the study that `folder` is."""
    scenario = folder / SCENARIO
    if scenario.is_file():
        return scenario
    others = sorted(p.name for p in folder.iterdir() if p.suffix.lower() in (".yaml", ".yml"))[:5]
    inner = sorted(p.parent.name for p in folder.glob(f"*/{SCENARIO}"))[:5]
    hint = "start one with: backstop new DIR --template NAME"
    if inner:
        hint = f"the folders below it that are studies: {', '.join(inner)}"
    elif others:
        hint = f"it holds {', '.join(others)}: rename the scenario to {SCENARIO}, or name the file"
    raise InvalidInput(
        f"this folder holds no {SCENARIO}, so it is not a study", place=Place(str(folder)), hint=hint
    )


def content(file: Path) -> bytes:
    """The bytes of a scenario file, and no more than one beyond what is read of any.

    Raises InvalidInput where the file cannot be read.
    """
    try:
        with file.open("rb") as handle:
            return handle.read(MOST_BYTES + 1)
    except OSError as error:
        raise InvalidInput(
            f"cannot be read ({error.strerror or error})",
            place=Place(str(file)),
            hint="check the file's permissions",
        ) from error
