"""Where the scenario of a study is."""

from __future__ import annotations

from pathlib import Path

from backstop.base.document import MOST_BYTES
from backstop.base.faults import InvalidInput, Place
from backstop.base.files import read_file

SCENARIO = "scenario.yaml"
"""The name of the scenario file in the folder of a study."""

_FOREIGN = {
    **dict.fromkeys((".xlsx", ".xls", ".ods"), "a workbook of a spreadsheet"),
    **dict.fromkeys((".csv", ".tsv"), "a table"),
    **dict.fromkeys((".docx", ".doc", ".odt", ".rtf"), "a text document"),
    **dict.fromkeys((".html", ".htm"), "a web page"),
    **dict.fromkeys((".qdpx", ".qdc"), "a REFI-QDA file"),
    ".pdf": "a PDF",
    ".zip": "a zip archive",
    ".gmcr": "a graph model of GMCR+",
}
"""What files are that are no studies, by the end of their names."""


def find(path: Path) -> Path:
    """The scenario file that `path` stands for: a study's folder, its scenario file, or another file in the folder.

    A file that is YAML is taken for a scenario itself. Raises InvalidInput where there is none.
    """
    try:
        if path.is_dir():
            return _within(path)
        if path.is_file():
            if path.suffix.lower() in (".yaml", ".yml"):
                return path
            if (kind := _FOREIGN.get(path.suffix.lower())) and not (path.parent / SCENARIO).is_file():
                raise InvalidInput(
                    f"this is {kind}, not a study",
                    place=Place(str(path)),
                    hint="take it into the dossier of a study with backstop dossier add or import",
                )
            return _within(path.parent)
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
    """The bytes of a scenario file. Raises InvalidInput where it cannot be read."""
    return read_file(file, MOST_BYTES, "check the file's permissions")
