"""What the scenario rests on, for the pages of a dossier: usage by statement, and what has no ground but judgement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from backstop.base.faults import BackstopError
from backstop.evidence.evidence import Evidence
from backstop.evidence.reference import read_references
from backstop.evidence.usage import Usage, unsupported, usages
from backstop.scenario.model import Model
from backstop.serve.dossier.files import DossierFiles, Reading


@dataclass(frozen=True)
class Resting:
    """What rests on the statements of a dossier; `fault`: why that is not known, in words, where it is not."""

    usages: Mapping[str, list[Usage]] = field(default_factory=dict)
    unsupported: tuple[Mapping[str, Any], ...] = ()
    fault: str = ""

    def of(self, statement: str) -> list[dict[str, Any]]:
        """What rests on a statement, as JSON."""
        return [usage.as_dict() for usage in self.usages.get(statement, ())]

    def directly_on(self, statement: str) -> list[Usage]:
        """What cites the statement by its own id: withdrawn, it would leave the scenario with a ground that is none."""
        return [usage for usage in self.usages.get(statement, ()) if not usage.through]


class StudyEvidence:
    """What rests on what in a study, worked out anew where the scenario or the dossier has changed.

    `model` gives the scenario in use.
    """

    def __init__(self, files: DossierFiles, model: Callable[[], Model]) -> None:
        self._files, self._model = files, model

    def resting(self, reading: Reading) -> Resting:
        """What rests on the statements of a dossier as it was read."""
        try:
            model = self._model()
        except BackstopError as error:
            return _unknown(error)
        return reading.once(("resting", id(model)), lambda: self._resting(model, reading))

    def _resting(self, model: Model, reading: Reading) -> Resting:
        try:
            references = read_references(self._files.folder)
            evidence = Evidence(model, reading.dossier, references, texts=reading.texts)
            without = tuple(one.as_dict() for one in unsupported(evidence))
            return Resting(usages(evidence), without)
        except BackstopError as error:
            return _unknown(error)


def _unknown(error: BackstopError) -> Resting:
    return Resting(fault=str(error.faults[0]) if error.faults else "it is not known what rests on it")
