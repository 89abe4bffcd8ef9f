"""From an assumption back to the passages it rests on: what each id means, how good a ground it is, what is
unconfirmed.

Grades, from the best: stated (an account says it), implied (accounts imply it), derived (worked out by the analyst,
or a figure from data), judgement. An assumption has the weakest grade of its grounds, and is unconfirmed where a
passage under it has changed and nobody has accepted that yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from backstop.base.faults import Fault, Place
from backstop.base.words import did_you_mean, nearest
from backstop.dossier.accounts.finding import actor_name
from backstop.dossier.record import Proposition, Statement
from backstop.dossier.reference import PREFIX, Reference
from backstop.dossier.store import Dossier

Grade = Literal["stated", "implied", "derived", "judgement", "unknown"]
GRADES: tuple[Grade, ...] = ("stated", "implied", "derived", "judgement", "unknown")
JUDGEMENT = "judgement"


@dataclass(frozen=True, slots=True)
class Citation:
    """An id that an assumption names as its ground: of which kind and name the assumption is, and where that stands."""

    kind: str
    name: str
    id: str
    place: Place = field(default_factory=Place)


@dataclass(frozen=True)
class Passage:
    """The end of the chain: a statement and how it bears on what was asked."""

    statement: Statement
    bearing: str
    strength: str

    @property
    def confirmed(self) -> bool:
        """Whether nothing is held back."""
        return self.statement.held is None


@dataclass(frozen=True)
class Ground:
    """What one id means, with its grade and the passages under it."""

    id: str
    kind: Literal["statement", "proposition", "data", "judgement", "unknown"]
    grade: Grade
    text: str
    passages: tuple[Passage, ...] = ()
    under: tuple[Ground, ...] = ()
    reference: Reference | None = None
    note: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether every supporting passage under it is confirmed."""
        own = all(p.confirmed for p in self.passages if p.bearing == "supports")
        return own and all(ground.confirmed for ground in self.under)


def ground(
    name: str,
    dossier: Dossier | None,
    references: Mapping[str, Reference],
    seen: frozenset[str] = frozenset(),
) -> Ground:
    """What the id `name` stands for."""
    if name == JUDGEMENT:
        return Ground(name, "judgement", "judgement", "the analyst's own judgement")
    if name.startswith(PREFIX):
        reference = references.get(name.removeprefix(PREFIX))
        if reference is not None:
            return Ground(name, "data", "derived", reference.figure, reference=reference)
    if dossier is not None and name in dossier.statements:
        statement = dossier.statements[name]
        passage = Passage(statement, "supports", "explicit")
        return Ground(name, "statement", "stated", statement.paraphrase, (passage,))
    if dossier is not None and name in dossier.propositions and name not in seen:
        return _proposition(dossier.propositions[name], dossier, references, seen | {name})
    return Ground(name, "unknown", "unknown", "no such statement, proposition or data reference")


def _proposition(
    proposition: Proposition, dossier: Dossier, references: Mapping[str, Reference], seen: frozenset[str]
) -> Ground:
    passages = tuple(
        Passage(dossier.statements[link.statement], bearing, link.strength)
        for bearing, links in (("supports", proposition.supports), ("opposes", proposition.opposes))
        for link in links
        if link.statement in dossier.statements
    )
    under = tuple(ground(name, dossier, references, seen) for name in proposition.derived_from)
    grade: Grade = "implied"
    if proposition.status == "derived":
        grade = "derived"
    elif proposition.status == "stated" and any(
        p.strength == "explicit" and p.bearing == "supports" for p in passages
    ):
        grade = "stated"
    return Ground(
        proposition.id, "proposition", grade, proposition.text, passages, under, note=proposition.note
    )


def weakest(grounds: Iterable[Ground]) -> Grade:
    """The grade of an assumption: the weakest of its grounds; judgement where it has none."""
    found = [g.grade for g in grounds]
    return max(found, key=GRADES.index) if found else "judgement"


def unresolved(
    citations: Iterable[Citation], dossier: Dossier | None, references: Mapping[str, Reference]
) -> list[Fault]:
    """A fault for every id that leads to no statement, proposition or data reference, with the nearest one that
    would.
    """
    data = [PREFIX + key for key in references]
    valid = [
        *(dossier.statements if dossier else ()),
        *(dossier.propositions if dossier else ()),
        *data,
        JUDGEMENT,
    ]
    faults = []
    for citation in citations:
        if ground(citation.id, dossier, references).kind != "unknown":
            continue
        if citation.id.startswith(PREFIX):
            what = f"there is no data reference {citation.id.removeprefix(PREFIX)} in data/references.yaml"
            hint = did_you_mean(citation.id, data, "data reference")
        else:
            what = f"there is no statement or proposition {citation.id} in the dossier"
            near = nearest(citation.id, valid)
            hint = (
                f"did you mean {near}?"
                if near
                else f"a figure is cited as {PREFIX}KEY, one's own view as judgement"
            )
        faults.append(Fault(what, citation.place, hint))
    return faults


def plain_passage(passage: Passage, dossier: Dossier, words: str | None = None) -> dict[str, Any]:
    """The end of a chain as JSON. `words`: the passage itself, where the text is at hand."""
    statement = passage.statement
    found: dict[str, Any] = {
        "statement": statement.id,
        "bearing": passage.bearing,
        "strength": passage.strength,
        "account": statement.source,
        "holder": actor_name(statement.actor, dossier),
        "role": statement.role,
        "attribution": statement.attribution,
        "type": statement.type,
        "paraphrase": statement.paraphrase,
        "condition": statement.condition.plain() if statement.condition else None,
        "hedge": statement.hedge,
        "coder": statement.coder,
        "when": statement.when,
        "text": statement.anchor.text,
        "start": statement.anchor.start,
        "end": statement.anchor.end,
        "passage": statement.anchor.passage,
        "confirmed": passage.confirmed,
        "held": statement.held.state if statement.held else None,
    }
    if words is not None:
        found["words"] = words
    return found


def plain_ground(
    found: Ground, dossier: Dossier | None, words: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """A ground and all under it as JSON."""
    at_hand = words or {}
    plain: dict[str, Any] = {
        "id": found.id,
        "kind": found.kind,
        "grade": found.grade,
        "confirmed": found.confirmed,
        "text": found.text,
        "passages": [
            plain_passage(p, dossier, at_hand.get(p.statement.id))
            for p in found.passages
            if dossier is not None
        ],
        "under": [plain_ground(g, dossier, words) for g in found.under],
    }
    if found.reference is not None:
        plain["reference"] = found.reference.plain()
    if found.note:
        plain["note"] = found.note
    return plain
