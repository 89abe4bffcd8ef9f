"""`program.json`: everything that a host in another language needs to run a program (`backstop-program/1`)."""

from __future__ import annotations

from typing import Any

from backstop.program.layout import Figure
from backstop.program.program import Program
from backstop.scenario.model import Model

FORMAT = "backstop-program/1"
MODULE = "program.wasm"

_UNITS = {"avoid": "probability", "reach": "probability", "occupy": "probability", "duration": "years"}


def manifest(program: Program, model: Model) -> dict[str, Any]:
    """The description of a program of a model, as plain data for JSON. All numbers of places are bytes."""
    layout, scenario = program.layout, model.scenario
    metrics = {}
    for name, figure in layout.metrics.items():
        metric = scenario.metrics[name]
        unit = _UNITS.get(metric.kind, "number" if metric.kind == "count" else f"payoff of {metric.value}")
        metrics[name] = _figure(figure, unit) | {"kind": metric.kind}
    measures = {
        name: {
            "offset": offset,
            "unit": scenario.measures[name].unit,
            "range": list(scenario.measures[name].range),
            "default": scenario.measures[name].default,
        }
        for name, offset in layout.measures.items()
    }
    certain = {name: d for name, d in model.distributions.items() if isinstance(d, float)}
    return {
        "format": FORMAT,
        "title": scenario.title,
        "information": program.information,
        "module": MODULE,
        "digest": {"sha256": program.digest},
        "exports": {"memory": "memory", "solve": "solve"},
        "memory": {"pages": layout.pages},
        "worlds": layout.capacity,
        "row_bytes": layout.row_bytes,
        "periods": layout.periods,
        "period_years": model.period_years,
        "phases": list(layout.phases),
        "parameters": {
            name: {"offset": offset, "unit": scenario.parameters[name].unit}
            | ({"value": certain[name]} if name in certain else {})
            for name, offset in layout.parameters.items()
        },
        "measures": measures,
        "arrangements": {name: dict(levels) for name, levels in model.levels.items()},
        "switches": {"offset": layout.switches, "count": layout.switch_count},
        "settled": _figure(layout.settled, "1 or 0"),
        "flagged": _figure(layout.flagged, "1 or 0"),
        "values": {name: _figure(f, f"payoff of {name}") for name, f in layout.values.items()},
        "metrics": metrics,
        "slips": {
            name: {actor: _figure(f, metrics[name]["unit"]) for actor, f in by.items()}
            for name, by in layout.slips.items()
        },
        "curves": {name: _figure(f, metrics[name]["unit"]) for name, f in layout.curves.items()},
        "costs": {name: _figure(f, scenario.measures[name].cost_unit) for name, f in layout.costs.items()},
        "shares": _figure(layout.shares, "probability"),
        "outcomes": {name: _figure(f, "number") for name, f in layout.outcomes.items()},
    }


def _figure(figure: Figure, unit: str) -> dict[str, Any]:
    return {
        "offset": figure.offset,
        "rows": figure.rows,
        "switches": list(figure.switches),
        "unit": unit,
    }
