"""Studies on disk: from a folder or file to a compiled model."""

from __future__ import annotations

import sys
from pathlib import Path

from backstop.faults import Fault, InvalidInput, Place
from backstop.files import sha256
from backstop.scenario.compiled import Model, compile_scenario


def load(path: str | Path) -> Model:
    """The compiled model of a study: a folder with a `scenario.yaml`, a file in it, or `-` for standard input.

    Raises InvalidInput with every error of the file at once.
    """
    from backstop.document import read_document
    from backstop.scenario.check import check
    from backstop.scenario.location import find

    if str(path) == "-":
        data, name, study = sys.stdin.buffer.read(), "<stdin>", ""
    else:
        file = find(Path(path))
        name, study = str(file), file.resolve().parent.name
        try:
            data = file.read_bytes()
        except OSError as error:
            raise InvalidInput(
                Fault(
                    f"cannot be read ({error.strerror or error})", Place(name), "check the file's permissions"
                )
            ) from error
    document = read_document(data, name)
    scenario, notes = check(document)
    return compile_scenario(scenario, document.place, {"scenario.yaml": sha256(data)}, study, notes)
