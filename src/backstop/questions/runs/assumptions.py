"""What differs between the assumptions of two studies, piece by piece and in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from backstop.base.document import Path, dotted
from backstop.base.document_changes import flow_text
from backstop.base.words import shortened
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.format.quantities import DISTRIBUTION_KINDS, Parameter
from backstop.scenario.format.scenario import Scenario
from backstop.scenario.model import Model
from backstop.scenario.sketch import distribution_words

Part = Literal[
    "numbers", "measures", "arrangements", "structure", "observations", "questions", "grounds", "words"
]

PARTS: Mapping[str, Part] = {
    "actors": "numbers",
    "parameters": "numbers",
    "correlations": "numbers",
    "measures": "measures",
    "arrangements": "arrangements",
    "observations": "observations",
    "metrics": "questions",
    "claims": "questions",
}
"""What the sections of a scenario are about; all others are structure."""

TITLES: Mapping[Part, str] = {
    "numbers": "Numbers",
    "measures": "Measures",
    "arrangements": "Arrangements",
    "structure": "Structure of the game",
    "observations": "Observations",
    "questions": "Metrics and claims",
    "grounds": "Grounds",
    "words": "Words alone",
}
"""The parts in the order in which they are told, with their headings. The last two move no answer."""

_WORDS = frozenset(
    (
        "title",
        "question",
        "name",
        "short",
        "unit",
        "low",
        "high",
        "note",
        "text",
        "tone",
        "cost_unit",
        "source",
    )
)
_GROUNDS = frozenset(("basis", "evidence", "dossier"))
_KINDS = ("value", *DISTRIBUTION_KINDS, "bounds", "experts", "estimate")
_LONGEST = 90


@dataclass(frozen=True, slots=True)
class AssumptionChange:
    """One difference: what it is part of, where it stands, and how each side has it (None: not there)."""

    part: Part
    path: str
    before: str | None
    after: str | None

    @property
    def words(self) -> str:
        """The difference in a sentence without an end."""
        if self.before is None:
            return f"{self.path}: new ({self.after})"
        if self.after is None:
            return f"{self.path}: gone (was {self.before})"
        return f"{self.path}: {self.before} -> {self.after}"

    def as_dict(self) -> dict[str, str | None]:
        """Its JSON."""
        return {"part": self.part, "path": self.path, "a": self.before, "b": self.after, "words": self.words}


def assumption_changes(one: Model, other: Model) -> tuple[AssumptionChange, ...]:
    """What differs from `one` to `other`, by part, in the order of the file; nothing where they mean the same.

    What was set, or is a camp's own, differs in what is in force and not in the files, and is told so.
    """
    sides = ((_plain(of.scenario), of.scenario.model_dump(by_alias=True)) for of in (one, other))
    (first_file, first_whole), (second_file, second_whole) = sides
    found = list(_changes((), first_file, second_file, first_whole, second_whole))
    found += _in_force(one, other, {change.path for change in found})
    first, second = next(iter(one.levels)), next(iter(other.levels))
    if first != second:
        path = "the arrangement compared with"
        found.append(AssumptionChange("arrangements", path, first, second))
    order = list(TITLES)
    return tuple(sorted(found, key=lambda change: order.index(change.part)))


def _in_force(one: Model, other: Model, told: AbstractSet[str]) -> Iterator[AssumptionChange]:
    """Parameters and levels that differ between models whose files say the same of them."""
    for name in one.distributions:
        path = f"parameters.{name}"
        if name in other.distributions and f"{path}.distribution" not in told:
            before, after = (_drawn_from(of.distributions[name]) for of in (one, other))
            if before != after:
                yield AssumptionChange("numbers", f"{path}, in force", before, after)
    for arrangement, levels in one.levels.items():
        path = f"arrangements.{arrangement}.measures"
        for measure, level in levels.items():
            changed = other.levels.get(arrangement, {}).get(measure)
            written = {f"{path}.{measure}", path, f"measures.{measure}.default"} & told
            if changed is not None and changed != level and not written:
                yield AssumptionChange(
                    "arrangements", f"{path}.{measure}, in force", f"{level:g}", f"{changed:g}"
                )


def _drawn_from(of: Distribution | float) -> str:
    """What a parameter is drawn from, by its quantiles."""
    if isinstance(of, float):
        return f"{of:.12g}"
    low, mid, high = (float(q) for q in of.quantile(np.array([0.05, 0.5, 0.95])))
    return f"median {mid:.6g}, nine in ten from {low:.6g} to {high:.6g}"


def _plain(scenario: Scenario) -> dict[str, Any]:
    """A scenario as plain data without what is as by default; each distribution is one text."""
    data = scenario.model_dump(by_alias=True, exclude_defaults=True)
    for name, parameter in data.get("parameters", {}).items():
        for kind in _KINDS:
            parameter.pop(kind, None)
        parameter["distribution"] = distribution_words(scenario.parameters[name]) + _weights(
            scenario.parameters[name]
        )
    for one, other, rank in scenario.correlations:
        data.setdefault("correlations_by_pair", {})[" and ".join(sorted((one, other)))] = rank
    if "correlations" in data:
        del data["correlations"]
        data["correlations"] = data.pop("correlations_by_pair")
    return data


def _weights(parameter: Parameter) -> str:
    experts = parameter.experts or {}
    if all(view.weight == 1.0 for view in experts.values()):
        return ""
    return f" (weights {', '.join(f'{view.weight:g}' for view in experts.values())})"


def _changes(
    path: Path, one: Any, other: Any, whole: Any = None, other_whole: Any = None
) -> Iterator[AssumptionChange]:
    """Differences between the plain data of two files; `whole`, `other_whole`: the same with what is as by default."""
    if not path[1:]:
        # A section that one side does not have is told entry by entry.
        one, other = (
            {} if of is None and isinstance(by, dict) else of for of, by in ((one, other), (other, one))
        )
    if isinstance(one, dict) and isinstance(other, dict):
        for key in dict.fromkeys((*one, *other)):
            inner = (_within(of, key) for of in (whole, other_whole))
            yield from _changes((*path, key), one.get(key), other.get(key), *inner)
        return
    one, other = (_default(by) if of is None else of for of, by in ((one, whole), (other, other_whole)))
    if not _same(one, other):
        yield AssumptionChange(_part(path), dotted(path), _said(one), _said(other))


def _within(whole: Any, key: Any) -> Any:
    return whole.get(key) if isinstance(whole, dict) else None


def _default(whole: Any) -> Any:
    """What a field is as by default, where that is a word or a number that says something."""
    return whole if whole and isinstance(whole, (str, int, float)) else None


def _same(one: Any, other: Any) -> bool:
    return (type(one) is type(other) and bool(one == other)) or (
        isinstance(one, (int, float)) and isinstance(other, (int, float)) and one == other
    )


def _part(path: Path) -> Part:
    # A measure or phase may be called like a field, so that only what stands below a name counts.
    fields = {str(step) for step in (path[2:] if len(path) > 2 else path[:1])}
    if fields & _GROUNDS:
        return "grounds"
    if path[0] in _WORDS or (len(path) == 3 and path[2] in _WORDS):
        return "words"
    return PARTS.get(str(path[0]), "structure")


def _said(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, dict):
        # Of a whole entry the heading says most.
        words = [str(value[field]) for field in ("title", "name", "text") if value.get(field)]
        core = {key: each for key, each in value.items() if key not in _WORDS | _GROUNDS}
        return shortened(f"{words[0]}: {flow_text(core)}" if words else flow_text(core), _LONGEST)
    return shortened(value if isinstance(value, str) else flow_text(value), _LONGEST)
