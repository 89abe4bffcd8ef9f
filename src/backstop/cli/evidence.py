"""A study's scenario with what it rests on: the dossier it names and its data references."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstop.dossier.holdings import Holdings
    from backstop.dossier.provenance import Citation, Ground
    from backstop.dossier.reference import Reference
    from backstop.dossier.store import Dossier
    from backstop.scenario.model import Model

CITING = {
    "parameters": ("parameter", "basis"),
    "measures": ("measure", "evidence"),
    "claims": ("claim", "evidence"),
    "arrangements": ("arrangement", "evidence"),
}
"""Sections of the scenario whose entries name grounds: what one is called, and in which field."""


class Evidence:
    """A study's scenario, dossier and data references together."""

    def __init__(self, model: Model, study: Path, texts: tuple[Path, ...] = ()) -> None:
        from backstop.dossier import store
        from backstop.dossier.holdings import Holdings, folders
        from backstop.dossier.reference import PREFIX, read_references
        from backstop.scenario.location import find

        self.model = model
        folder = find(study).resolve().parent
        self.references: dict[str, Reference] = read_references(folder)
        self.dossier: Dossier | None = None
        self._holdings: Holdings | None = None
        named = folder / (self.model.scenario.dossier or "dossier")
        if (named / store.REGISTER).is_file() or self.model.scenario.dossier:
            snapshot = store.read(named)
            self.dossier = snapshot.dossier
            self._holdings = Holdings(snapshot.folder, folders(texts))
        self.citations = list(_citations(self.model, PREFIX))

    def check(self) -> None:
        """Raise InvalidInput for ids that lead nowhere."""
        from backstop.base.faults import InvalidInput
        from backstop.dossier.provenance import unresolved

        faults = unresolved(self.citations, self.dossier, self.references)
        if faults:
            raise InvalidInput(faults)

    def ground(self, name: str) -> Ground:
        """What an id stands for."""
        from backstop.dossier.provenance import ground

        return ground(name, self.dossier, self.references)

    def words(self) -> dict[str, str]:
        """The passages of statements whose texts are at hand, where they stand as coded."""
        if self.dossier is None or self._holdings is None:
            return {}
        from backstop.dossier.anchor.verification import verify

        outcomes = verify(self.dossier, self._holdings)
        return {o.statement.id: o.words for o in outcomes if o.resolution and o.resolution.confirmed}


def _citations(model: Model, prefix: str) -> Iterator[Citation]:
    from backstop.dossier.provenance import Citation

    for section, (kind, field) in CITING.items():
        for name, entry in getattr(model.scenario, section).items():
            for index, cited in enumerate(getattr(entry, field)):
                yield Citation(kind, name, cited, model.place((section, name, field, index)))
    for name, observation in model.scenario.observations.items():
        if observation.source.startswith(prefix):
            yield Citation(
                "observation", name, observation.source, model.place(("observations", name, "source"))
            )
