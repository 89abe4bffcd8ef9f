"""The audit of a study: all its assumptions by the grade of their grounds, confirmed or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backstop.evidence.evidence import Evidence
from backstop.evidence.ground import GRADES, Grade, weakest


@dataclass(frozen=True, slots=True)
class Audited:
    """One assumption: the ids it cites, its grade, the grade of its best ground, and whether all is confirmed."""

    kind: str
    name: str
    grade: Grade
    best: Grade
    confirmed: bool
    grounds: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The assumption as JSON."""
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
    """The assumptions of a study, those with the best grounds first."""

    assumptions: tuple[Audited, ...]

    @property
    def grades(self) -> Mapping[Grade, int]:
        """How many assumptions have each grade, from the best."""
        given = [one.grade for one in self.assumptions]
        return {grade: given.count(grade) for grade in GRADES if grade != "unknown"}

    @property
    def unconfirmed(self) -> list[str]:
        """The assumptions that a changed passage holds back."""
        return [one.name for one in self.assumptions if not one.confirmed]

    def as_dict(self) -> dict[str, Any]:
        """The audit as `backstop-audit/1`."""
        return {
            "format": "backstop-audit/1",
            "grades": dict(self.grades),
            "unconfirmed": self.unconfirmed,
            "assumptions": [one.as_dict() for one in self.assumptions],
        }


def audit(evidence: Evidence) -> Audit:
    """The audit of a study. Arrangements that cite nothing are no assumptions and are left out."""
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
    return Audit(tuple(found))
