"""Where the scenario of a study is."""

from __future__ import annotations

from pathlib import Path

from backstop.base.document import MOST_BYTES
from backstop.base.faults import Fault, InvalidInput, Place

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
                Fault("this is neither a folder nor an ordinary file", Place(str(path)), "name a study")
            )
    except OSError as error:
        raise InvalidInput(Fault(f"cannot be read ({error.strerror or error})", Place(str(path)))) from error
    except ValueError as error:
        # A null byte in the name.
        raise InvalidInput(
            Fault(f"this cannot be the name of a file ({error})", hint="name a study")
        ) from error
    raise InvalidInput(
        Fault("there is no such file or folder", Place(str(path)), f"a study is a folder with a {SCENARIO}")
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
        Fault(f"this folder holds no {SCENARIO}, so it is not a study", Place(str(folder)), hint)
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
            Fault(
                f"cannot be read ({error.strerror or error})",
                Place(str(file)),
                "check the file's permissions",
            )
        ) from error
