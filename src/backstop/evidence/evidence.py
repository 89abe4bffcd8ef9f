"""The evidence of a study: its scenario, its dossier and its data references, read once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from backstop.base.faults import InvalidInput
from backstop.dossier import store
from backstop.dossier.accounts.comparison import Comparison, compare
from backstop.dossier.available_texts import AvailableTexts, folders
from backstop.dossier.dossier import Dossier
from backstop.dossier.location import dossier_folder
from backstop.dossier.verification import verify
from backstop.evidence.citation import Assumption, assumptions, unresolved
from backstop.evidence.ground import Grade, Ground, ground, weakest
from backstop.evidence.reference import Reference, read_references
from backstop.scenario.location import find
from backstop.scenario.model import Model


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the assumptions of a study rest on; the dossier is None where it has none.

    `digests` are those of the dossier's files, by their path from the study; `texts` the texts that can be read here.
    """

    model: Model
    dossier: Dossier | None = None
    references: Mapping[str, Reference] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    texts: AvailableTexts | None = None

    @cached_property
    def assumptions(self) -> tuple[Assumption, ...]:
        """All that rests on something in the scenario, in the order of the file."""
        return tuple(assumptions(self.model))

    @cached_property
    def comparison(self) -> Comparison | None:
        """The accounts of the dossier compared."""
        return None if self.dossier is None else compare(self.dossier)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The passages, by statement, that stand as coded in the texts that are at hand."""
        if self.dossier is None or self.texts is None:
            return {}
        found = verify(self.dossier, self.texts)
        return {one.statement.id: one.words for one in found if one.resolution and one.resolution.confirmed}

    def check(self) -> None:
        """Nothing; raises InvalidInput with every id cited that leads nowhere."""
        cited = ((c.id, c.place) for assumption in self.assumptions for c in assumption.citations)
        faults = unresolved(cited, self.dossier, self.references)
        if faults:
            raise InvalidInput(faults)

    def ground(self, name: str) -> Ground:
        """What one id stands for."""
        return ground(name, self.dossier, self.references)

    def grounds(self, ids: Iterable[str]) -> list[Ground]:
        """What each of the ids stands for."""
        return [self.ground(name) for name in ids]

    def grade(self, ids: Iterable[str]) -> Grade:
        """The weakest grade of what is cited; judgement where nothing is."""
        return weakest(self.grounds(ids))


def evidence_of(model: Model, study: Path, texts: tuple[Path, ...] = ()) -> Evidence:
    """The evidence of the study in `study`; `texts` are folders in which the accounts' texts may lie.

    Raises InvalidInput where the dossier or the references are faulty.
    """
    folder = find(study).resolve().parent
    references = read_references(folder)
    named = dossier_folder(folder, model.scenario.dossier)
    if named is None:
        return Evidence(model, references=references)
    snapshot = store.read(named)
    digests = {f"{named.name}/{name}": digest for name, digest in snapshot.digests.items()}
    return Evidence(
        model, snapshot.dossier, references, digests, AvailableTexts(snapshot.folder, folders(texts))
    )
