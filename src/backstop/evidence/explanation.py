"""Why a name has the value it has: what one entry of a scenario, or one id, rests on, and what rests on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.evidence.citation import CITING
from backstop.evidence.dependence import computed_from, played_from
from backstop.evidence.evidence import Evidence
from backstop.evidence.ground import Grade, Ground, weakest
from backstop.game.metric import SLIP_KINDS
from backstop.game.slips import name_of_slips
from backstop.scenario.expression.expression import parse
from backstop.scenario.format.quantities import Parameter, Spread
from backstop.scenario.format.scenario import Scenario


@dataclass(frozen=True)
class Explanation:
    """What `name` is (lines for people), its grounds, and the assumptions that rest on it, as (kind, name)."""

    name: str
    kind: str
    what: tuple[str, ...]
    grounds: tuple[Ground, ...]
    rests_on_it: tuple[tuple[str, str], ...] = ()

    @property
    def grade(self) -> Grade:
        """The grade of the weakest ground."""
        return weakest(self.grounds)

    @property
    def confirmed(self) -> bool:
        """Whether no passage under it is held back."""
        return all(ground.confirmed for ground in self.grounds)

    def as_dict(self, words: Mapping[str, str]) -> dict[str, Any]:
        """The explanation as `backstop-why/1`; `words` of passages by statement, where their texts are at hand."""
        return {
            "format": "backstop-why/1",
            "name": self.name,
            "kind": self.kind,
            "what": list(self.what),
            "grade": self.grade,
            "confirmed": self.confirmed,
            "grounds": [ground.as_dict(words) for ground in self.grounds],
            "rests_on_it": [{"kind": kind, "name": name} for kind, name in self.rests_on_it],
        }


def explain(evidence: Evidence, name: str) -> Explanation:
    """What `name` rests on: an entry of the scenario, or the id of a statement, proposition or data reference.

    Raises InvalidInput where it is neither, with the nearest name.
    """
    scenario = evidence.model.scenario
    found = next((a for a in evidence.assumptions if a.name == name), None)
    if found is not None:
        return Explanation(
            name, found.kind, _described(scenario, found.kind, name), tuple(evidence.grounds(found.ids))
        )
    if name in scenario.definitions:
        used = sorted(computed_from(evidence.model, parse(scenario.definitions[name]).names))
        ids = dict.fromkeys(i for n in used if n in scenario.parameters for i in scenario.parameters[n].basis)
        what = (f"= {scenario.definitions[name]}", f"rests on: {', '.join(used)}")
        return Explanation(name, "definition", what, tuple(evidence.grounds(ids)))
    if name in scenario.metrics:
        return _metric(evidence, name)
    ground = evidence.ground(name)
    if ground.kind != "unknown":
        resting = tuple(
            (a.kind, a.name) for a in evidence.assumptions for i in a.ids if evidence.ground(i).reaches(name)
        )
        return Explanation(name, ground.kind, (), (ground,), resting)
    valid = [
        n
        for section in (*CITING, "observations", "definitions", "metrics")
        for n in getattr(scenario, section)
    ]
    valid += evidence.dossier.propositions if evidence.dossier else ()
    raise InvalidInput(
        f"there is no parameter, measure, claim, metric or id {name}", hint=did_you_mean(name, valid, "name")
    )


def _metric(evidence: Evidence, name: str) -> Explanation:
    """What a metric rests on: all that the figures of the phases and outcomes before it are computed from."""
    model, scenario = evidence.model, evidence.model.scenario
    metric = scenario.metrics[name]
    used = sorted(computed_from(model, played_from(model, metric.from_ or scenario.start), delivered=True))
    rests = [a for a in evidence.assumptions if a.kind in ("parameter", "measure") and a.name in used]
    aim = getattr(metric, metric.kind)
    what = f"{metric.kind}: {aim if isinstance(aim, str) else ', '.join(aim)}"
    seen = [key for key, one in scenario.observations.items() if one.metric == name]
    until = f"by year {metric.by_year:g}" if metric.by_year is not None else ""
    start = f"from {metric.from_}" if metric.from_ else ""
    slip = name_of_slips(scenario.information)
    event = "what it avoids" if metric.kind == "avoid" else "its event"
    lines = (
        metric.title,
        ", ".join(part for part in (what, start, until) if part),
        f"how far {event} begins with a {slip} (a move that its own mover ranks below another): backstop assess; "
        f"which moves are {slip}s: backstop explain"
        if metric.kind in SLIP_KINDS
        else "",
        f"set against the observation {', '.join(seen)}" if seen else "",
        f"rests on: {', '.join(used)}" if used else "rests on no parameter",
        *(
            f"{a.kind} {a.name}: {evidence.grade(a.ids)}, {', '.join(a.ids) or 'no ground given'}"
            for a in rests
        ),
    )
    ids = dict.fromkeys(id_ for a in rests for id_ in a.ids)
    return Explanation(name, "metric", tuple(filter(None, lines)), tuple(evidence.grounds(ids)))


def _described(scenario: Scenario, kind: str, name: str) -> tuple[str, ...]:
    """An entry in a few lines: its title, what it is, its note."""
    if kind == "observation":
        seen = scenario.observations[name]
        lines = [f"observed {seen.metric} under {seen.arrangement}", seen.source, seen.note]
    elif kind == "parameter":
        parameter = scenario.parameters[name]
        lines = [parameter.title, f"{_spread(parameter)} {parameter.unit}".strip(), _noted(parameter.note)]
    elif kind == "measure":
        measure = scenario.measures[name]
        low, high = measure.range
        levels = f"by {', '.join(measure.by)}, {low:g} to {high:g} {measure.unit}".strip()
        lines = [measure.title, levels, _noted(measure.note)]
    elif kind == "claim":
        lines = [scenario.claims[name].text, _noted(scenario.claims[name].note)]
    else:
        lines = [scenario.arrangements[name].title, _noted(scenario.arrangements[name].note)]
    return tuple(line for line in lines if line)


def _noted(note: str) -> str:
    return f"note: {note}" if note else ""


def _spread(parameter: Parameter) -> str:
    """What a parameter is given as: `pert: [1, 2, 4]`, or what each camp of experts gives."""
    if parameter.experts is not None:
        return "experts: " + "; ".join(f"{camp}, {_given(held)}" for camp, held in parameter.experts.items())
    return f"estimate: {parameter.estimate}" if parameter.estimate else _given(parameter)


def _given(spread: Spread) -> str:
    found = spread.arguments
    return f"{spread.kind}: {list(found) if isinstance(found, tuple) else found}"
