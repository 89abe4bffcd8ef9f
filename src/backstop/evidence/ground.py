"""Grounds: what an id cited by an assumption stands for, down to the passages, and how good a ground it is.

Grades, from the best: stated (an account says it), implied (accounts imply it), derived (worked out by the analyst,
or a figure from data), judgement. An assumption has the weakest grade of its grounds, and is unconfirmed where a
passage under it has changed and nobody has accepted that yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from backstop.dossier.dossier import Dossier
from backstop.dossier.record import Proposition, Statement, Strength, Support
from backstop.evidence.reference import PREFIX, Reference

Grade = Literal["stated", "implied", "derived", "judgement", "unknown"]
GRADES: tuple[Grade, ...] = ("stated", "implied", "derived", "judgement", "unknown")
Bearing = Literal["supports", "opposes"]
JUDGEMENT = "judgement"
"""The id by which an assumption cites its author's own view."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A statement under a ground: who holds it (a name for people), how it bears on the ground and how plainly."""

    statement: Statement
    holder: str
    bearing: Bearing
    strength: Strength

    @property
    def confirmed(self) -> bool:
        """Whether the statement stands on its passage as coded, or was accepted since."""
        return self.statement.held is None

    def as_dict(self, words: str | None = None) -> dict[str, Any]:
        """The passage as JSON, with its `words` where the text is at hand."""
        statement = self.statement
        found: dict[str, Any] = {
            "statement": statement.id,
            "bearing": self.bearing,
            "strength": self.strength,
            "account": statement.source,
            "holder": self.holder,
            "role": statement.role,
            "attribution": statement.attribution,
            "type": statement.type,
            "paraphrase": statement.paraphrase,
            "condition": statement.condition.as_dict() if statement.condition else None,
            "hedge": statement.hedge,
            "coder": statement.coder,
            "when": statement.when,
            "text": statement.anchor.text,
            "start": statement.anchor.start,
            "end": statement.anchor.end,
            "passage": statement.anchor.passage,
            "confirmed": self.confirmed,
            "held": statement.held.state if statement.held else None,
        }
        return found if words is None else {**found, "words": words}


@dataclass(frozen=True, slots=True)
class Ground:
    """What one id stands for, with its grade, the passages and the grounds under it."""

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

    def reaches(self, name: str) -> bool:
        """Whether the id `name` is this ground's own or that of a statement or ground under it."""
        return (
            self.id == name
            or any(passage.statement.id == name for passage in self.passages)
            or any(ground.reaches(name) for ground in self.under)
        )

    def as_dict(self, words: Mapping[str, str]) -> dict[str, Any]:
        """The ground and all under it as JSON; `words` of passages by statement, where their texts are at hand."""
        found: dict[str, Any] = {
            "id": self.id,
            "kind": self.kind,
            "grade": self.grade,
            "confirmed": self.confirmed,
            "text": self.text,
            "passages": [passage.as_dict(words.get(passage.statement.id)) for passage in self.passages],
            "under": [ground.as_dict(words) for ground in self.under],
        }
        if self.reference is not None:
            found["reference"] = self.reference.as_dict()
        if self.note:
            found["note"] = self.note
        return found


def ground(
    name: str,
    dossier: Dossier | None,
    references: Mapping[str, Reference],
    seen: frozenset[str] = frozenset(),
) -> Ground:
    """What the id `name` stands for; `seen` are propositions already followed, so that a circle of them ends.

    >>> ground("judgement", None, {}).grade
    'judgement'
    >>> ground("M01", None, {}).kind
    'unknown'
    """
    if name == JUDGEMENT:
        return Ground(name, "judgement", "judgement", "the analyst's own judgement")
    if name.startswith(PREFIX):
        reference = references.get(name.removeprefix(PREFIX))
        if reference is not None:
            return Ground(name, "data", "derived", reference.figure, reference=reference)
    if dossier is not None and name in dossier.statements:
        statement = dossier.statements[name]
        return Ground(
            name, "statement", "stated", statement.paraphrase, (_passage(statement, dossier, "supports"),)
        )
    if dossier is not None and name in dossier.propositions and name not in seen:
        return _proposition(dossier.propositions[name], dossier, references, seen | {name})
    return Ground(name, "unknown", "unknown", "no such statement, proposition or data reference")


def _passage(
    statement: Statement, dossier: Dossier, bearing: Bearing, strength: Strength = "explicit"
) -> Passage:
    return Passage(statement, dossier.actor_name(statement.actor), bearing, strength)


def _proposition(
    proposition: Proposition, dossier: Dossier, references: Mapping[str, Reference], seen: frozenset[str]
) -> Ground:
    bearings: tuple[tuple[Bearing, tuple[Support, ...]], ...] = (
        ("supports", proposition.supports),
        ("opposes", proposition.opposes),
    )
    passages = tuple(
        _passage(dossier.statements[link.statement], dossier, bearing, link.strength)
        for bearing, links in bearings
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
    """The grade of an assumption: the weakest of its grounds; judgement where it has none.

    >>> weakest([])
    'judgement'
    """
    return max((found.grade for found in grounds), key=GRADES.index, default="judgement")
