"""What the assumptions of a study rest on: grades, grounds and sources, and how its accounts compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backstop.dossier import store
from backstop.dossier.accounts.comparison import Comparison, compare
from backstop.dossier.provenance import Grade, Ground, ground, weakest
from backstop.dossier.reference import Reference, read_references
from backstop.dossier.store import Dossier
from backstop.scenario.location import find
from backstop.scenario.model import Model


@dataclass(frozen=True, eq=False)
class Evidence:
    """A study's dossier, data references and comparison of accounts; None and empty where it has none."""

    dossier: Dossier | None
    references: Mapping[str, Reference]
    comparison: Comparison | None
    digests: Mapping[str, str] = field(default_factory=dict)

    def grounds(self, ids: Iterable[str]) -> list[Ground]:
        """What the ids of a basis stand for."""
        return [ground(name, self.dossier, self.references) for name in ids]

    def grade(self, ids: Iterable[str]) -> Grade:
        """The weakest grade of what is cited; judgement where nothing is."""
        return weakest(self.grounds(ids))


def evidence_of(model: Model, study: Path) -> Evidence:
    """The evidence of the study in `study`; raises InvalidInput where its dossier or its references are faulty."""
    folder = find(study).resolve().parent
    references = read_references(folder)
    named = folder / (model.scenario.dossier or "dossier")
    if not (named / store.REGISTER).is_file() and not model.scenario.dossier:
        return Evidence(None, references, None)
    snapshot = store.read(named)
    digests = {f"{named.name}/{name}": digest for name, digest in snapshot.digests.items()}
    return Evidence(snapshot.dossier, references, compare(snapshot.dossier), digests)
