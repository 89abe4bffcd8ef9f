"""One world laid open: its parameters, the levels in force, and every choice with the utilities behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from backstop.base.faults import InvalidInput, Refused
from backstop.game.choice import Information
from backstop.game.metric import SLIP_KINDS, by_first_slip, figure
from backstop.game.play import SolvedPlay
from backstop.game.process import Solution, expected_outcomes, shares
from backstop.game.slips import NOBODY, name_of_slips, ranked_below, slip_chances, slip_records
from backstop.game.tree import Decision, Ending
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.scenario.valuation import Valuation
from backstop.worlds.draws import Sampler
from backstop.worlds.sequence import NUMBERED_WORLDS

CENTRAL = "central"


@dataclass(frozen=True, slots=True)
class MoveTrace:
    """A move or branch: where it leads, its probability, and what it is worth to each actor.

    `bound`: the part of the probability that is made without a decision. `slip`: the probability that it is made freely
    although it is worth less to its mover than another; None where it is not worth less.
    """

    label: str
    leads_to: str
    probability: float
    utilities: Mapping[str, float]
    bound: float = 0.0
    slip: float | None = None


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
class SlipsTrace:
    """The event of a metric by who slipped first in the play that brings it about; None where it has no value."""

    incentive: float | None
    slips: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class WorldTrace:
    """A world under one arrangement. `phases[t]` for every period that was asked for.

    `slips` by metric, of the kinds reach, avoid and count.
    """

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
    slips_are: str
    slips: Mapping[str, SlipsTrace]


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
    if model.types is not None:
        raise Refused("a world with hidden types cannot be laid open yet")
    sampler = Sampler(model.distributions, model.correlations, seed)
    if world == CENTRAL:
        drawn: Mapping[str, Value] = sampler.central()
    else:
        assert isinstance(world, int)
        if not 0 <= world < NUMBERED_WORLDS:
            raise InvalidInput(
                f"worlds are numbered from 0 to {NUMBERED_WORLDS - 1}, and {world} was asked for"
            )
        drawn = sampler.block(world, 1)
    parameters = {
        name: value if isinstance(value, float) else float(value[0]) for name, value in drawn.items()
    }
    number = world if isinstance(world, int) else None
    valuation = Valuation(model, model.levels[arrangement], parameters, number)
    convention: Information = information or model.scenario.information
    solution = valuation.solved(convention)
    game = model.game
    occupied = shares(solution, game.start)
    metrics = {name: figure(solution, model.metric(name)) for name in model.scenario.metrics}
    records = slip_records(solution)

    def known(figure: float) -> float | None:
        return figure if figure == figure else None

    def slips(name: str) -> SlipsTrace:
        by = by_first_slip(solution, model.metric(name), records)
        incentive = by.pop(NOBODY)
        return SlipsTrace(known(incentive), {game.actors[actor]: known(p) for actor, p in by.items()})

    return WorldTrace(
        world=world,
        arrangement=arrangement,
        information=convention,
        parameters=parameters,
        promised=dict(model.levels[arrangement]),
        discounts=dict(zip(game.actors, valuation.discounts, strict=True)),
        noises=dict(zip(game.actors, valuation.noises, strict=True)),
        settled=solution.settled,
        phases={
            period: tuple(
                _phase(model, valuation, solution, phase, period, occupied[period][phase])
                for phase in range(len(game.phases))
            )
            for period in sorted(set(periods))
        },
        shares=tuple(dict(zip(game.phases, of_phase, strict=True)) for of_phase in occupied),
        outcomes=dict(zip(game.outcomes, expected_outcomes(solution, game.start), strict=True)),
        metrics={name: known(figure) for name, figure in metrics.items()},
        slips_are=name_of_slips(convention),
        slips={name: slips(name) for name in metrics if model.metric(name).kind in SLIP_KINDS},
    )


def _phase(
    model: Model, valuation: Valuation, solution: Solution, phase: int, period: int, share: float
) -> PhaseTrace:
    game, solved = model.game, solution.periods[period]
    played = solved.plays[phase]
    return PhaseTrace(
        game.phases[phase],
        share,
        dict(zip(game.actors, solution.world.phases[period][phase].flow, strict=True)),
        {name: valuation.level(name, phase, period) for name in model.measures},
        () if played is None else tuple(_nodes(model, solution, played, phase, period)),
        {game.outcomes[o]: p for o, p in solution.outcomes[period][phase].items()},
        dict(zip(game.actors, solved.values[phase], strict=True)),
    )


def _nodes(
    model: Model, solution: Solution, played: SolvedPlay, phase: int, period: int
) -> Iterator[NodeTrace]:
    """The decisions and chance nodes of a play, from the root down."""
    game, nodes, reach = model.game, played.play.nodes, played.reach()
    numbers = solution.world.phases[period][phase].play
    assert numbers is not None
    margins = solution.world.slip_margins
    below, chances = ranked_below(played, margins), slip_chances(played, numbers, margins)

    def by_actor(position: int) -> dict[str, float]:
        return dict(zip(game.actors, played.values[position], strict=True))

    def name_of(position: int) -> str:
        node = nodes[position]
        return game.outcomes[node.outcome] if isinstance(node, Ending) else node.name

    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        if isinstance(node, Ending):
            continue
        decides = isinstance(node, Decision)
        labels = node.moves if isinstance(node, Decision) else node.branches
        bound = (
            dict(zip(node.bound, numbers.chances[position], strict=True))
            if isinstance(node, Decision)
            else {}
        )
        yield NodeTrace(
            node.name,
            game.actors[node.actor] if isinstance(node, Decision) else "",
            numbers.noise[position] if decides else None,
            reach[position],
            tuple(
                MoveTrace(
                    label,
                    name_of(child),
                    probability,
                    by_actor(child),
                    bound.get(move, 0.0),
                    chances[position][move] if decides and below[position][move] else None,
                )
                for move, (label, probability, child) in enumerate(
                    zip(labels, played.moves[position], node.children, strict=True)
                )
            ),
            by_actor(position),
        )
