"""The audit of a study: its assumptions by the grade of their grounds, confirmed or not, and what else cites some.

An assumption is a parameter: a number or range that the answer is computed from. A measure, an arrangement or a claim
that cites where it was named is no assumption, however well it is stated, and an observation is what assumptions are
held against; counted among them they would make a study look better founded than it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backstop.evidence.evidence import Evidence
from backstop.evidence.ground import GRADES, Grade, weakest

ASSUMPTION = "parameter"
"""The kind of entry that the answer is computed from."""


@dataclass(frozen=True, slots=True)
class Audited:
    """An assumption, or something else that cites grounds: the ids it cites, its grade, and that of its best ground.

    `confirmed`: whether no passage under it has changed.
    """

    kind: str
    name: str
    grade: Grade
    best: Grade
    confirmed: bool
    grounds: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """As it stands in JSON."""
        return {
            "kind": self.kind,
            "name": self.name,
            "grade": self.grade,
            "best": self.best,
            "confirmed": self.confirmed,
            "grounds": list(self.grounds),
        }


@dataclass(frozen=True)
class Audit:
    """The assumptions of a study and what else cites grounds (`others`), those with the best grounds first."""

    assumptions: tuple[Audited, ...]
    others: tuple[Audited, ...] = ()

    @property
    def grades(self) -> Mapping[Grade, int]:
        """How many assumptions have each grade, from the best."""
        given = [one.grade for one in self.assumptions]
        return {grade: given.count(grade) for grade in GRADES if grade != "unknown"}

    @property
    def unconfirmed(self) -> list[str]:
        """The assumptions, and the others, that a changed passage holds back."""
        return [one.name for one in (*self.assumptions, *self.others) if not one.confirmed]

    def as_dict(self) -> dict[str, Any]:
        """The audit as `backstop-audit/1`."""
        return {
            "format": "backstop-audit/1",
            "grades": dict(self.grades),
            "unconfirmed": self.unconfirmed,
            "assumptions": [one.as_dict() for one in self.assumptions],
            "others": [one.as_dict() for one in self.others],
        }


def audit(evidence: Evidence) -> Audit:
    """The audit of a study: every parameter, and the measures, claims and observations beside.

    Arrangements stand there only where they cite something.
    """
    found = []
    for assumption in evidence.assumptions:
        if assumption.kind == "arrangement" and not assumption.citations:
            continue
        grounds = evidence.grounds(assumption.ids)
        found.append(
            Audited(
                assumption.kind,
                assumption.name,
                weakest(grounds),
                min((ground.grade for ground in grounds), key=GRADES.index, default="judgement"),
                all(ground.confirmed for ground in grounds),
                tuple(assumption.ids),
            )
        )
    found.sort(key=lambda one: (GRADES.index(one.grade), one.kind))
    return Audit(
        tuple(one for one in found if one.kind == ASSUMPTION),
        tuple(one for one in found if one.kind != ASSUMPTION),
    )
