"""The sliders of a live page: measures by who controls them, parameters with their ranges, and camps of experts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

from backstop.base.words import exact, listed
from backstop.evidence.evidence import Evidence
from backstop.evidence.ground import Ground
from backstop.live.groups import parameter_groups
from backstop.live.uses import used_by
from backstop.questions.amounts import amount
from backstop.questions.weighted_worlds import used_parameters
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.model import Model

# Where a distribution has no end, a slider ends at the quantile beyond which one world in a thousand lies.
_TAIL = 0.001
_STEPS = 200

Json = dict[str, Any]


def controls(model: Model, evidence: Evidence) -> list[Json]:
    """What a reader can move: every measure, then by its group every parameter that is uncertain in the study."""
    uses = used_by(model.scenario)
    found = [*_measures(model, evidence), *_parameters(model, evidence)]
    return [{**each, "used_by": uses.get(each["name"], [])} for each in found]


def _measures(model: Model, evidence: Evidence) -> list[Json]:
    scenario, found = model.scenario, []
    for name, measure in scenario.measures.items():
        low, high = map(float, measure.range)
        by = [scenario.actors[a].titled(a) if a in scenario.actors else a for a in measure.by]
        found.append(
            {
                "kind": "measure",
                "name": name,
                "title": measure.titled(name),
                "short": measure.labelled(name),
                "unit": measure.unit,
                "group": "+".join(measure.by),
                "group_title": listed(by),
                "minimum": low,
                "maximum": high,
                "default": float(measure.default),
                "step": _step(low, high),
                "values": None,
                **_ends(measure.low, measure.high, low, high, measure.unit),
                **_basis(evidence, measure.evidence),
                "note": measure.note,
                "used": True,
                "camps": {},
                "cost_unit": measure.cost_unit if measure.cost is not None else "",
            }
        )
    return found


def _parameters(model: Model, evidence: Evidence) -> list[Json]:
    scenario, used = model.scenario, used_parameters(model.scenario)
    groups = parameter_groups(scenario)
    found = []
    for name, (group, group_title) in groups.items():
        parameter = scenario.parameters[name]
        spread = model.unconditioned[name]
        if not isinstance(spread, Distribution):
            continue
        low, high = _range(spread)
        values = _values(parameter.discrete)
        camps = {
            camp: _median(model, camp, name) for camp in parameter.experts or {} if camp in model.camps()
        }
        found.append(
            {
                "kind": "parameter",
                "name": name,
                "title": parameter.titled(name),
                "short": parameter.labelled(name),
                "unit": parameter.unit,
                "group": group,
                "group_title": group_title,
                "minimum": low,
                "maximum": high,
                "default": float(spread.median),
                "step": _step(low, high),
                "values": values,
                **_ends(parameter.low, parameter.high, low, high, parameter.unit),
                **_basis(evidence, parameter.basis),
                "note": parameter.note,
                "used": name in used,
                "camps": camps,
            }
        )
    return found


def camp_entries(model: Model) -> list[Json]:
    """The camps of experts, each with the medians of what it has a view of its own on."""
    found = []
    for camp in model.camps():
        own = [name for name, p in model.scenario.parameters.items() if camp in (p.experts or {})]
        settings = {name: _median(model, camp, name) for name in own}
        found.append({"name": camp, "title": camp.replace("_", " "), "set": settings})
    return found


def _median(model: Model, camp: str, name: str) -> float:
    spread = model.in_camp(camp).unconditioned[name]
    return spread if isinstance(spread, float) else float(spread.median)


def _values(discrete: Iterable[float] | None) -> list[float] | None:
    return None if discrete is None else sorted(map(float, discrete))


def _range(spread: Distribution) -> tuple[float, float]:
    """The ends of a slider: those of the distribution, or where nearly all of it lies."""
    low, high = spread.support
    if not math.isfinite(low):
        low = float(spread.quantile(_TAIL))
    if not math.isfinite(high):
        high = float(spread.quantile(1.0 - _TAIL))
    return float(low), float(high)


def _step(low: float, high: float) -> float:
    """A round step, 1, 2 or 5 times a power of ten, of which about two hundred fit between the ends.

    >>> _step(0.0, 1.0), _step(0.0, 365.0)
    (0.005, 2.0)
    """
    width = (high - low) / _STEPS
    if not width > 0.0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(width))
    return next((factor * power for factor in (1, 2, 5) if factor * power >= width * (1 - 1e-9)), 10 * power)


def _ends(low: str, high: str, first: float, last: float, unit: str) -> Json:
    """What the ends of a slider mean: the study's own clauses, and the amounts."""
    amounts = [amount(exact(end), unit) for end in (first, last)]
    return {
        "low": low.strip() or amounts[0],
        "high": high.strip() or amounts[1],
        "lowest": amounts[0],
        "highest": amounts[1],
    }


def _basis(evidence: Evidence, ids: Iterable[str]) -> Json:
    """What a control rests on: the weakest grade, its grounds, and the passages under them."""
    names = list(ids)
    grounds = evidence.grounds(names)
    return {
        "basis": {
            "grade": evidence.grade(names),
            "grounds": [{"id": g.id, "kind": g.kind, "grade": g.grade, "text": g.text} for g in grounds],
        },
        "evidence": passages_of(evidence, names),
    }


def passages_of(evidence: Evidence, ids: Iterable[str]) -> list[str]:
    """The ids of the statements under what is cited, each once."""
    grounds = evidence.grounds(list(ids))
    return list(dict.fromkeys(id_ for ground in grounds for id_ in passages_under(ground)))


def passages_under(ground: Ground) -> list[str]:
    """The ids of the statements under a ground, those nearest to it first."""
    return [p.statement.id for p in ground.passages] + [
        id_ for other in ground.under for id_ in passages_under(other)
    ]
