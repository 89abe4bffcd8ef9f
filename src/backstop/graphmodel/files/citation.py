"""Whether what a graph model cites is in the dossier beside it."""

from __future__ import annotations

from pathlib import Path

from backstop.base.faults import Fault, InvalidInput
from backstop.base.words import did_you_mean
from backstop.graphmodel.model.conflict import Conflict


def dossier_of(path: Path) -> Path | None:
    """The dossier folder of the study that `path` (a file in it, or its folder) belongs to; None where it has none."""
    from backstop.dossier.store import locate

    try:
        return locate(path)
    except InvalidInput:
        return None


def check_citations(conflict: Conflict, dossier: Path) -> int:
    """The number of citations, all of statements or propositions of the dossier in that folder.

    Raises InvalidInput with every citation that is not, and for a dossier that cannot be read.
    """
    from backstop.dossier.store import read

    held = read(dossier).dossier
    known = {*held.statements, *held.propositions}
    faults = [
        Fault(
            f"{cited} is no statement or proposition of the dossier", place, did_you_mean(cited, known, "id")
        )
        for cited, place in conflict.citations
        if cited not in known
    ]
    if faults:
        raise InvalidInput(faults)
    return len(conflict.citations)
