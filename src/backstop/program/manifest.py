"""What another host must know to run a program: `program.json`, format `backstop-program/1`.

docs/reference/program.md says how a host uses it. Every number of it that the program needs comes from the layout.
"""

from __future__ import annotations

from collections.abc import Mapping

from backstop.base.files import sha256
from backstop.game.metric import LEAST_CONDITION
from backstop.game.tree import Decision, Ending
from backstop.program.blocks import Opening, OpenPlay, Shape
from backstop.program.code.encoding import PAGE
from backstop.program.layout import SLOT, Figure
from backstop.program.program import Program
from backstop.scenario.format.trees import Chance as ChanceForm
from backstop.scenario.format.trees import Decision as DecisionForm
from backstop.scenario.format.trees import Offer as OfferForm
from backstop.scenario.model import Model
from backstop.scenario.uses import Path

FORMAT = "backstop-program/1"

FILES = ("program.json", "program.wasm")
"""What a compiled program consists of."""

# What a metric of each kind is a number of.
_QUANTITIES = {
    "avoid": "probability",
    "reach": "probability",
    "occupy": "probability",
    "count": "expected count",
    "duration": "expected years",
    "value": "payoff",
    "belief": "probability",
}

Json = dict[str, object]

_OPEN: Json = {"kind": "function", "parameters": {"period": "i32"}, "results": []}


def manifest(model: Model, program: Program) -> Json:
    """The description of a model's program as one JSON object."""
    scenario, layout = model.scenario, program.layout
    return {
        "format": FORMAT,
        "study": model.study,
        "title": scenario.title,
        "question": scenario.question,
        "digests": {**model.digests, FILES[1]: sha256(program.wasm)},
        "information": program.information,
        "slips": layout.has_slips,
        "module": {
            "file": FILES[1],
            "bytes": len(program.wasm),
            "features": ["simd128"],
            "imports": [],
            "exports": {
                "memory": {"kind": "memory", "pages": layout.pages, "page_bytes": PAGE, "grows": False},
                "solve": {"kind": "function", "parameters": {"pairs": "i32"}, "results": []},
                **({} if program.opening is None else {"open": _OPEN}),
            },
        },
        "numbers": {"type": "float64", "byte_order": "little", "bytes": 8},
        "call": {"worlds": layout.capacity, "worlds_in_a_pair": 2, "row_bytes": layout.row_bytes},
        "switches": {"offset": layout.switches, "count": layout.switch_count},
        "horizon": {
            "period": scenario.horizon.period,
            "period_years": model.period_years,
            "periods": model.periods,
            "tail_periods": scenario.horizon.tail_periods,
        },
        "start": scenario.start,
        "phases": {name: _phase(model, name) for name in layout.phases},
        "arrangements": {
            name: {"title": scenario.arrangements[name].titled(name), "levels": dict(levels)}
            for name, levels in model.levels.items()
        },
        "inputs": _inputs(model, program),
        "outputs": _outputs(model, program),
        **({} if program.opening is None else {"opening": _opening(model, program.opening)}),
    }


def _opening(model: Model, opening: Opening) -> Json:
    """Where a world laid open lies, and what is played where."""
    game, shape, types = model.game, opening.shape, model.types
    columns: list[Json] = [
        {"name": name, "title": model.scenario.actors[name].titled(name), "actor": name}
        for name in game.actors
    ]
    told: Json = {}
    if types is not None:
        told = {
            "types": {
                "actor": game.actors[types.actor],
                "names": list(types.names),
                "known": not shape.hidden,
                "beliefs_are": types.beliefs,
            }
        }
    if types is not None and shape.hidden:
        typed = game.actors[types.actor]
        columns.append({**columns[types.actor]})
        for column, name in zip((types.actor, -1), types.names, strict=True):
            columns[column] |= {"name": f"{typed}.{name}", "type": name}
        told |= {"beliefs": opening.beliefs, "believed": opening.believed}
    parts: Json = {"flows": shape.flows, "worth": shape.worth, "levels": shape.levels, "reach": shape.reach}
    if shape.hidden:
        parts |= {"reach_by_type": shape.reach + SLOT, "belief": shape.belief}
    parts |= {"noise": shape.noise, "move_bytes": shape.of_move * SLOT}
    numbered = {name: index for index, name in enumerate(game.phases)}
    played = {
        number: phase for phase, number in reversed(list(opening.play_of.items())) if number is not None
    }
    return {
        "switch": opening.switch,
        "step_bytes": SLOT,
        "blocks": {"offset": min(opening.block.values()), "bytes": opening.stride * opening.types},
        "columns": columns,
        "measures": list(model.measures),
        **told,
        "shares": opening.shares,
        "type_bytes": {
            "shares": (model.periods + 1) * len(game.phases) * SLOT if opening.types > 1 else 0,
            "blocks": opening.stride if opening.types > 1 else 0,
        },
        "parts": parts,
        "phases": [
            {
                "name": name,
                "phase": name.partition("[")[0],
                "facts": dict(model.states[phase].facts),
                "offset": opening.block[phase],
                "play": opening.play_of[phase],
                "next": {game.outcomes[o]: to for o, to in game.next_phase[phase].items()},
            }
            for name, phase in numbered.items()
        ],
        "plays": [_play(model, play, shape, played[i]) for i, play in enumerate(opening.plays)],
    }


def _play(model: Model, play: OpenPlay, shape: Shape, phase: int) -> list[Json]:
    """The nodes of what is played in a phase, children first and the root last."""
    game, found = model.game, list[Json]()
    solved, sources = game.plays[phase], model.nodes[phase]
    assert solved is not None and sources is not None
    for of in play.nodes:
        node = solved.nodes[of.position]
        told: Json = {"at": of.at}
        if isinstance(node, Ending):
            told |= {"kind": "ending", "outcome": game.outcomes[node.outcome]}
        else:
            decides = isinstance(node, Decision)
            title = _heading(model, sources[of.position].path)
            told |= {"kind": "decision" if decides else "chance", "name": node.name, "title": title}
            told |= {"actor": game.actors[node.actor]} if isinstance(node, Decision) else {}
            told |= {"moves": list(node.moves if isinstance(node, Decision) else node.branches)}
            told |= {"to": list(of.to), "moves_at": of.at + shape.move(node, 0)}
        found.append(told)
    return found


def _heading(model: Model, path: Path) -> str:
    """The heading of the node at a place of the file; empty where it has none."""
    here: object = model.scenario
    for key in path:
        here = here[key] if isinstance(here, Mapping) else getattr(here, str(key))
    return here.title if isinstance(here, DecisionForm | ChanceForm | OfferForm) else ""


def _phase(model: Model, name: str) -> Json:
    """A phase, or a phase where a fact has a value."""
    split = model.splits.get(name)
    if split is None:
        return {"title": model.scenario.phases[name].titled(name)}
    fact, phase, value = split
    title = model.scenario.phases[phase].titled(phase)
    return {"title": f"{title} [{fact}={value}]", "phase": phase, "fact": fact, "value": value}


def _inputs(model: Model, program: Program) -> Json:
    """The rows to fill, one for every parameter and measure."""
    scenario, layout = model.scenario, program.layout
    parameters, measures = Json(), Json()
    for name, offset in layout.parameters.items():
        parameter, spread = scenario.parameters[name], model.distributions[name]
        parameters[name] = {
            "offset": offset,
            "quantity": "parameter",
            "unit": parameter.unit,
            "title": parameter.titled(name),
            "uncertain": not isinstance(spread, float),
            "median": spread if isinstance(spread, float) else float(spread.median),
        }
    for name, offset in layout.measures.items():
        measure = scenario.measures[name]
        measures[name] = {
            "offset": offset,
            "quantity": "level promised",
            "unit": measure.unit,
            "title": measure.titled(name),
            "range": list(measure.range),
            "default": measure.default,
        }
    return {"parameters": parameters, "measures": measures}


def _rows(figure: Figure, quantity: str, **more: object) -> Json:
    """Where some rows of output lie, which switches they need, and what their numbers are."""
    return {
        "offset": figure.offset,
        "rows": figure.rows,
        "switches": list(figure.switches),
        "quantity": quantity,
        **more,
    }


def _outputs(model: Model, program: Program) -> Json:
    """The rows that a call writes."""
    scenario, layout = model.scenario, program.layout

    def metrics(figures: Mapping[str, Figure], dated: bool) -> Json:
        found = Json()
        for name, figure in figures.items():
            metric = model.metric(name)
            more: Json = {"title": scenario.metrics[name].titled(name), "kind": metric.kind}
            if dated and metric.kind != "value":
                more["until_period"] = metric.until
            if metric.given is not None:
                more["nan_where_condition_is_below"] = LEAST_CONDITION
            found[name] = _rows(figure, _QUANTITIES[metric.kind], **more)
        return found

    costs = {
        name: _rows(
            figure,
            "expected cost over the horizon",
            title=scenario.measures[name].titled(name),
            unit=scenario.measures[name].total_unit,
        )
        for name, figure in layout.costs.items()
    }
    slips = {
        name: {
            actor: _rows(
                figure,
                _QUANTITIES[model.metric(name).kind],
                title=f"{scenario.metrics[name].titled(name)}: first slip by {scenario.actors[actor].titled(actor)}",
            )
            for actor, figure in figures.items()
        }
        for name, figures in layout.slips.items()
    }
    return {
        "settled": _rows(layout.settled, "flag"),
        "flagged": _rows(layout.flagged, "flag"),
        "values": {
            name: _rows(figure, "payoff", title=scenario.actors[name].titled(name))
            for name, figure in layout.values.items()
        },
        "metrics": metrics(layout.metrics, dated=True),
        "curves": metrics(layout.curves, dated=False),
        "costs": costs,
        "outcomes": {
            name: _rows(figure, "expected count", title=scenario.outcomes[name].titled(name))
            for name, figure in layout.outcomes.items()
        },
        "shares": _rows(
            layout.shares,
            "probability",
            row="period * number of phases + number of the phase in the order of `phases`, from 0",
        ),
        **({"slips": slips} if layout.has_slips else {}),
    }
