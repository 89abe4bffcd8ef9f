"""What each passage is used by: the parameters, measures and claims of a scenario that rest on its statement.

The other way round from `backstop why`, which goes from an assumption down to its passages.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from backstop.evidence.audit import ASSUMPTION
from backstop.evidence.citation import CITING, Assumption
from backstop.evidence.evidence import Evidence
from backstop.evidence.ground import Bearing, Grade, Ground

_SECTIONS = {kind: section for section, (kind, _) in CITING.items()} | {"observation": "observations"}


@dataclass(frozen=True, slots=True)
class Usage:
    """Something in the scenario that rests on a statement: directly, or `through` propositions, from the cited one on.

    `bearing`: whether the statement supports or opposes the last of them.
    """

    kind: str
    name: str
    title: str
    through: tuple[str, ...]
    bearing: Bearing

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "name": self.name,
            "title": self.title,
            "through": list(self.through),
            "bearing": self.bearing,
        }


@dataclass(frozen=True, slots=True)
class Unsupported:
    """An assumption of which nothing but judgement is the ground, or which has none; `partly`: beside other grounds."""

    kind: str
    name: str
    title: str
    grade: Grade
    partly: bool

    def as_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "name": self.name,
            "title": self.title,
            "grade": self.grade,
            "partly": self.partly,
        }


def title_of(evidence: Evidence, assumption: Assumption) -> str:
    """What an assumption is called for people: its short title, its title or text, else its name."""
    entry = getattr(evidence.model.scenario, _SECTIONS[assumption.kind])[assumption.name]
    for field in ("short", "title", "text"):
        if words := getattr(entry, field, ""):
            return str(words)
    return assumption.name


def usages(evidence: Evidence) -> dict[str, list[Usage]]:
    """By statement, all that rests on it, in the order of the scenario."""
    found: dict[str, list[Usage]] = {}
    for assumption in evidence.assumptions:
        title = title_of(evidence, assumption)
        for ground in evidence.grounds(dict.fromkeys(assumption.ids)):
            for statement, through, bearing in _passages(ground):
                usage = Usage(assumption.kind, assumption.name, title, through, bearing)
                if usage not in (known := found.setdefault(statement, [])):
                    known.append(usage)
    return found


def _passages(ground: Ground, above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...], Bearing]]:
    """The statements under a ground, each with the propositions that lead to it and how it bears on the last."""
    through = (*above, ground.id) if ground.kind == "proposition" else above
    for passage in ground.passages:
        yield passage.statement.id, through, passage.bearing
    for under in ground.under:
        yield from _passages(under, through)


def unsupported(evidence: Evidence) -> list[Unsupported]:
    """The parameters that rest on judgement: alone, or beside other grounds, in the order of the scenario."""
    found = []
    for assumption in evidence.assumptions:
        if assumption.kind != ASSUMPTION:
            continue
        grounds = evidence.grounds(assumption.ids)
        grade = evidence.grade(assumption.ids)
        if grade in ("judgement", "unknown"):
            partly = any(ground.grade not in ("judgement", "unknown") for ground in grounds)
            found.append(
                Unsupported(assumption.kind, assumption.name, title_of(evidence, assumption), grade, partly)
            )
    return found
