"""What cites evidence: the assumptions of a study, and ids that lead to no ground."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.words import did_you_mean, nearest
from backstop.dossier import store
from backstop.dossier.dossier import Dossier
from backstop.dossier.location import find_dossier
from backstop.evidence.ground import JUDGEMENT, ground
from backstop.evidence.reference import PREFIX, Reference, read_references
from backstop.scenario.model import Model

CITING = {
    "parameters": ("parameter", "basis"),
    "measures": ("measure", "evidence"),
    "claims": ("claim", "evidence"),
    "arrangements": ("arrangement", "evidence"),
}
"""Sections of a scenario whose entries cite grounds: what an entry is called, and in which field it cites."""


@dataclass(frozen=True, slots=True)
class Citation:
    """An id that an assumption cites: what kind of thing cites it and its name, and where that stands."""

    kind: str
    name: str
    id: str
    place: Place


@dataclass(frozen=True, slots=True)
class Assumption:
    """An entry of a scenario that rests on something: its kind and name, and what it cites."""

    kind: str
    name: str
    citations: tuple[Citation, ...]

    @property
    def ids(self) -> list[str]:
        """The ids cited, in the order of the file."""
        return [citation.id for citation in self.citations]


def assumptions(model: Model) -> Iterator[Assumption]:
    """Every parameter, measure, claim, arrangement and observation of a scenario, with what it cites."""
    for section, (kind, field) in CITING.items():
        for name, entry in getattr(model.scenario, section).items():
            cited = tuple(
                Citation(kind, name, id_, model.place((section, name, field, index)))
                for index, id_ in enumerate(getattr(entry, field))
            )
            yield Assumption(kind, name, cited)
    for name, observation in model.scenario.observations.items():
        where = model.place(("observations", name, "source"))
        is_cited = observation.source.startswith(PREFIX)
        cited = (Citation("observation", name, observation.source, where),) if is_cited else ()
        yield Assumption("observation", name, cited)


def unresolved(
    cited: Iterable[tuple[str, Place]], dossier: Dossier | None, references: Mapping[str, Reference]
) -> list[Fault]:
    """A fault for every id that leads to no statement, proposition or data reference, with the nearest that would."""
    data = [PREFIX + key for key in references]
    known = [*dossier.statements, *dossier.propositions] if dossier else []
    faults = []
    for name, place in cited:
        if ground(name, dossier, references).kind != "unknown":
            continue
        if name.startswith(PREFIX):
            what = f"there is no data reference {name.removeprefix(PREFIX)} in data/references.yaml"
            hint = did_you_mean(name, data, "data reference")
        else:
            what = f"there is no statement or proposition {name} in the dossier"
            near = nearest(name, [*known, *data, JUDGEMENT])
            own = f"a figure is cited as {PREFIX}KEY, one's own view as {JUDGEMENT}"
            hint = f"did you mean {near}?" if near else own
        faults.append(Fault(what, place, hint))
    return faults


def check_citations(cited: Iterable[tuple[str, Place]], study: Path) -> bool:
    """Whether the ids that a file of `study` cites could be checked; False where the study has no dossier.

    Raises InvalidInput with every id that leads nowhere, and for a dossier or references that cannot be read.
    """
    folder = find_dossier(study)
    if folder is None:
        return False
    references = read_references(study if study.is_dir() else study.parent)
    faults = unresolved(cited, store.read(folder).dossier, references)
    if faults:
        raise InvalidInput(faults)
    return True
