"""One world laid open: its parameters, the levels in force, and every choice with the utilities behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from backstop.base.faults import InvalidInput
from backstop.game.measure import Record
from backstop.game.process import solve
from backstop.game.stage import Array, Information, Sweep
from backstop.game.tree import Decision, Ending
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.scenario.valuation import Plan, Valuation
from backstop.worlds.draws import Sampler
from backstop.worlds.evaluation import measure_of
from backstop.worlds.sequence import MOST_WORLDS

CENTRAL = "central"


@dataclass(frozen=True, slots=True)
class MoveTrace:
    """A move or branch: where it leads, its probability, and what it is worth to each actor."""

    label: str
    leads_to: str
    probability: float
    utilities: Mapping[str, float]
    bound: float = 0.0


@dataclass(frozen=True, slots=True)
class NodeTrace:
    """A node as played: `actor` is empty at a chance node; `reach` is its probability once the phase is played."""

    name: str
    actor: str
    noise: float | None
    reach: float
    moves: tuple[MoveTrace, ...]
    utilities: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class PhaseTrace:
    """A phase in one period: flows per year, levels in force, nodes from the root down, outcomes."""

    phase: str
    share: float
    flows: Mapping[str, float]
    levels: Mapping[str, float]
    nodes: tuple[NodeTrace, ...]
    outcomes: Mapping[str, float]
    values: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class WorldTrace:
    """A world under one arrangement. `phases[t]` for every period that was asked for."""

    world: int | str
    arrangement: str
    information: Information
    parameters: Mapping[str, float]
    promised: Mapping[str, float]
    discounts: Mapping[str, float]
    noises: Mapping[str, float]
    settled: bool
    phases: Mapping[int, tuple[PhaseTrace, ...]]
    shares: tuple[Mapping[str, float], ...]
    outcomes: Mapping[str, float]
    metrics: Mapping[str, float | None]


def trace(
    model: Model,
    arrangement: str,
    world: int | str = CENTRAL,
    seed: int = 1,
    information: Information | None = None,
    periods: tuple[int, ...] = (0,),
) -> WorldTrace:
    """World number `world` (or the central one) under an arrangement, with the chosen periods in full."""
    if any(not 0 <= period < model.periods for period in periods):
        raise InvalidInput(f"there is no such period: the horizon has periods 0 to {model.periods - 1}")
    sampler = Sampler(model.distributions, model.correlations, seed)
    drawn: Mapping[str, Value]
    if world == CENTRAL:
        drawn, first = sampler.central(), 0
    else:
        assert isinstance(world, int)
        if not 0 <= world < MOST_WORLDS:
            raise InvalidInput(f"worlds are numbered from 0 to {MOST_WORLDS - 1}, and {world} was asked for")
        drawn, first = sampler.block(world, 1), world
    parameters = {name: _number(value) for name, value in drawn.items()}
    plan = Plan(model, model.levels[arrangement])
    valuation = Valuation(plan, parameters, first, 1)
    convention: Information = information or model.scenario.information
    found: dict[int, dict[int, PhaseTrace]] = {}

    def watch(period: int, sweep: Sweep, values: Array) -> None:
        if period in periods:
            found[period] = {
                phase: _phase(model, valuation, sweep, values, phase, period)
                for phase in range(len(model.game.phases))
            }

    solution = solve(
        model.game,
        valuation.stage,
        model.periods,
        valuation.factor,
        convention,
        1,
        model.scenario.horizon.tail_periods,
        watch=watch,
    )
    record = Record(solution, model.period_years)
    occupied = record.shares(model.game.start)
    metrics: dict[str, float | None] = {}
    for name, metric in model.scenario.metrics.items():
        if metric.kind == "value":
            start = model.game.start if metric.from_ is None else model.game.phases.index(metric.from_)
            metrics[name] = float(solution.values[start, model.game.actors.index(metric.value or ""), 0])
            continue
        period = model.periods if metric.by_year is None else round(metric.by_year / model.period_years)
        number = float(record.curve(measure_of(model, metric))[period, 0])
        metrics[name] = number if number == number else None
    expected = record.expected_outcomes(model.game.start)[:, 0]
    actors = model.game.actors
    return WorldTrace(
        world=world,
        arrangement=arrangement,
        information=convention,
        parameters=parameters,
        promised=dict(model.levels[arrangement]),
        discounts=dict(zip(actors, map(_number, valuation.discounts), strict=True)),
        noises=dict(zip(actors, map(_number, valuation.noises), strict=True)),
        settled=bool(solution.settled[0]),
        phases={
            period: tuple(
                _shared(of[phase], float(occupied[period, phase, 0]))
                for phase in range(len(model.game.phases))
            )
            for period, of in sorted(found.items())
        },
        shares=tuple(
            {name: float(occupied[t, k, 0]) for k, name in enumerate(model.game.phases)}
            for t in range(model.periods + 1)
        ),
        outcomes={name: float(expected[i]) for i, name in enumerate(model.game.outcomes)},
        metrics=metrics,
    )


def _number(value: Value) -> float:
    return value if isinstance(value, float) else float(value[0])


def _shared(phase: PhaseTrace, share: float) -> PhaseTrace:
    return PhaseTrace(
        phase.phase, share, phase.flows, phase.levels, phase.nodes, phase.outcomes, phase.values
    )


def _phase(
    model: Model, valuation: Valuation, sweep: Sweep, values: Array, phase: int, period: int
) -> PhaseTrace:
    game = model.game
    actors = game.actors
    flows = valuation.stage(period).flows[phase] / model.period_years
    nodes: list[NodeTrace] = []
    outcomes: dict[str, float] = {}
    play = game.plays[phase]
    if play is not None:
        worth, chosen = sweep.node_values(phase), sweep.moves(phase)
        reach = [0.0] * len(play.nodes)
        reach[-1] = 1.0
        numbers = valuation.stage(period).plays[phase]
        assert numbers is not None
        for position in range(len(play.nodes) - 1, -1, -1):
            node, probabilities = play.nodes[position], chosen[position]
            if isinstance(node, Ending):
                continue
            assert probabilities is not None
            labels = node.moves if isinstance(node, Decision) else node.branches
            bound = (
                dict(zip(node.bound, numbers.chances[position], strict=True))
                if isinstance(node, Decision)
                else {}
            )
            moves = []
            for move, (label, probability, child) in enumerate(
                zip(labels, probabilities, node.children, strict=True)
            ):
                chance = _first(probability)
                reach[child] += reach[position] * chance
                moves.append(
                    MoveTrace(
                        label,
                        _named(model, phase, child),
                        chance,
                        _by_actor(actors, worth[child]),
                        _first(bound[move]) if move in bound else 0.0,
                    )
                )
            scale = numbers.noise[position]
            nodes.append(
                NodeTrace(
                    node.name,
                    actors[node.actor] if isinstance(node, Decision) else "",
                    None if scale is None else _first(scale),
                    reach[position],
                    tuple(moves),
                    _by_actor(actors, worth[position]),
                )
            )
        outcomes = {game.outcomes[o]: _first(p) for o, p in sweep.outcome_probabilities(phase).items()}
    return PhaseTrace(
        game.phases[phase],
        0.0,
        {name: float(flows[i, 0]) for i, name in enumerate(actors)},
        {name: _number(valuation.level(name, phase, period)) for name in model.measures},
        tuple(nodes),
        outcomes,
        {name: float(values[phase, i, 0]) for i, name in enumerate(actors)},
    )


def _first(array: Array) -> float:
    return float(array.reshape(-1)[0])


def _by_actor(actors: tuple[str, ...], values: Array) -> dict[str, float]:
    return {name: float(values[i, 0]) for i, name in enumerate(actors)}


def _named(model: Model, phase: int, child: int) -> str:
    play = model.game.plays[phase]
    assert play is not None
    node = play.nodes[child]
    return model.game.outcomes[node.outcome] if isinstance(node, Ending) else node.name
