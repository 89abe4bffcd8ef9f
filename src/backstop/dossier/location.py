"""Where the dossier of a study lies: the one place where that is decided."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from backstop.base.document import MOST_BYTES, read_document
from backstop.base.faults import InvalidInput, Place
from backstop.base.files import is_file, read_file
from backstop.base.journal import JOURNAL

FOLDER = "dossier"
"""The folder of the dossier where the scenario names none."""

REGISTER = "dossier.yaml"
"""The file that makes a folder a dossier."""

SCENARIO = "scenario.yaml"


def dossier_folder(folder: Path, named: str | None) -> Path | None:
    """The dossier in the study folder `folder`, whose scenario calls it `named`; None where it has none.

    A folder that the scenario names is returned whether it is there or not, so that reading it says what is missing.
    """
    found = folder / (named or FOLDER)
    return found if named or is_dossier(found) else None


def is_dossier(folder: Path) -> bool:
    """Whether a dossier is in `folder`, or a change is under way by which it will be."""
    return is_file(folder / REGISTER) or is_file(folder / JOURNAL)


def find_dossier(study: Path) -> Path | None:
    """The dossier of a study folder, of a file in it, or of the dossier folder itself; None where there is none.

    A scenario file that names its dossier counts before the `scenario.yaml` beside it.
    """
    base = study if study.is_dir() else study.parent
    if is_dossier(base):
        return base
    named = _named_by(study) if study.suffix.lower() in (".yaml", ".yml") else None
    return dossier_folder(base, named or _named_by(base / SCENARIO))


def locate(study: Path, create: bool = False) -> Path:
    """The dossier folder of a study folder, of a file in it, or of the dossier folder itself.

    Raises InvalidInput where there is none, unless it may be created.
    """
    base = study if study.is_dir() or (create and not study.exists()) else study.parent
    folder = find_dossier(study if study.exists() else base) or base / FOLDER
    if create or is_dossier(folder):
        return folder
    raise InvalidInput(
        f"there is no dossier here ({folder.name}/{REGISTER} is missing)",
        place=Place(str(study)),
        hint="start one with: backstop dossier add STUDY FILE...",
    )


def _named_by(scenario: Path) -> str | None:
    """What a scenario file calls its dossier; None where it says nothing that can be read."""
    try:
        data = read_document(read_file(scenario, MOST_BYTES), str(scenario)).data
    except InvalidInput:
        return None
    name = data.get("dossier") if isinstance(data, dict) else None
    if isinstance(name, str) and name and not Path(name).is_absolute() and ".." not in Path(name).parts:
        return name
    return None


def inputs(study: Path, dossier: Path) -> Iterator[Path]:
    """The files of a study that are read and never written but as what they are: scenario, graph, data, dossier."""
    base = study if study.is_dir() else study.parent
    yield study
    for pattern in ("*.yaml", "*.yml", "data/**/*"):
        yield from base.glob(pattern)
    for pattern in ("*.yaml", "*.jsonl", "texts/*"):
        yield from dossier.glob(pattern)
