"""One world laid open: its parameters, the levels in force, and every choice with the utilities behind it."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache

from backstop.base.faults import InvalidInput
from backstop.game.choice import Information
from backstop.game.metric import SLIP_KINDS, Metric, by_first_slip, figure
from backstop.game.process import expected_outcomes, shares
from backstop.game.slips import NOBODY, name_of_slips, slip_records
from backstop.program.host import Wanted
from backstop.program.open_world import OpenWorld
from backstop.program.program import Program, compile_program
from backstop.program.runtime import Machine
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.scenario.typed_valuation import TypedValuation
from backstop.scenario.valuation import Valuation
from backstop.worlds.draws import sampler_of
from backstop.worlds.query import Lowered, Solver
from backstop.worlds.sequence import NUMBERED_WORLDS
from backstop.worlds.tracing.opened_trace import opened_trace
from backstop.worlds.tracing.phase_trace import entered, known, outcome_numbers, phase_shares, phase_trace
from backstop.worlds.tracing.traced import SlipsTrace, WorldTrace
from backstop.worlds.tracing.typed_trace import typed_trace

CENTRAL = "central"


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
    sampler = sampler_of(model, seed)
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
    convention: Information = information or model.scenario.information
    levels = model.levels[arrangement]
    if model.types is not None:
        typed = TypedValuation(model, levels, parameters, number)
        if model.types.beliefs == "bayes":
            # The plain solver takes minutes; the program lays the same numbers open.
            opened, coarse = _opened(model, levels, parameters, typed, convention)
            found = opened_trace(model, arrangement, world, typed, convention, periods, opened, coarse)
        else:
            found = typed_trace(model, arrangement, world, typed, convention, periods)
        return replace(found, slips=_slips_of_types(model, levels, parameters, convention))
    valuation = Valuation(model, levels, parameters, number)
    solution = valuation.solved(convention)
    game = model.game
    occupied = shares(solution, game.start)
    records = slip_records(solution)
    measured = {name: model.metric(name) for name in model.scenario.metrics}

    def slips(metric: Metric) -> SlipsTrace:
        by = by_first_slip(solution, metric, records)
        incentive = by.pop(NOBODY)
        return SlipsTrace(known(incentive), {game.actors[actor]: known(p) for actor, p in by.items()})

    return WorldTrace(
        world=world,
        arrangement=arrangement,
        information=convention,
        parameters=parameters,
        promised=dict(levels),
        discounts=dict(zip(game.actors, valuation.discounts, strict=True)),
        noises=dict(zip(game.actors, valuation.noises, strict=True)),
        settled=solution.settled,
        phases={
            period: tuple(
                phase_trace(model, valuation, solution, phase, period, occupied[period][phase])
                for phase in entered(model, occupied[period])
            )
            for period in sorted(set(periods))
        },
        shares=phase_shares(model, occupied),
        outcomes=outcome_numbers(model, expected_outcomes(solution, game.start)),
        metrics={name: known(figure(solution, metric)) for name, metric in measured.items()},
        slips_are=name_of_slips(convention),
        slips={name: slips(metric) for name, metric in measured.items() if metric.kind in SLIP_KINDS},
    )


@lru_cache(maxsize=4)
def _machine(lowered: Lowered, information: Information) -> tuple[Program, Machine]:
    """The program of a model that lays worlds open, ready to run."""
    program = compile_program(lowered.model, information, opening=True)
    return program, Machine(program.wasm)


# As the interpreter ends, the library that runs programs goes before what is kept here.
atexit.register(_machine.cache_clear)


def _opened(
    model: Model,
    levels: Mapping[str, float],
    parameters: Mapping[str, float],
    valuation: TypedValuation,
    information: Information,
) -> tuple[OpenWorld, dict[str, float]]:
    """A world solved by the program, to be laid open; and its metrics as half the grid of beliefs gives them.

    Raises InvalidInput for a fault in the world, in the words of the plain solver.
    """
    opened = OpenWorld(model, *_machine(Lowered(model), information), parameters, levels)
    if opened.flagged:
        valuation.solved(information)
        raise InvalidInput("this world cannot be solved: a value on the way is not finite")
    assert model.types is not None
    half = replace(model, types=replace(model.types, grid=(model.types.grid + 1) // 2))
    coarse = Solver(half, information, 1).solve(parameters, levels, 1, Wanted()).metrics
    return opened, {name: float(values[0]) for name, values in coarse.items()}


def _slips_of_types(
    model: Model, levels: Mapping[str, float], parameters: Mapping[str, float], information: Information
) -> dict[str, SlipsTrace]:
    """The events of metrics by first slip where an actor has types; empty where the program does not tell them."""
    solver = Solver(model, information, 1)
    if not solver.host.program.layout.has_slips:
        return {}
    solved = solver.solve(parameters, levels, 1, Wanted(slips=True))
    found = {}
    for name, by in solved.slips.items():
        event = float(solved.metrics[name][0])
        event = 1.0 - event if model.metric(name).kind == "avoid" else event
        parts = {actor: float(values[0]) for actor, values in by.items()}
        rest = event - sum(parts.values())
        found[name] = SlipsTrace(
            known(max(rest, 0.0) if rest == rest else rest), {actor: known(p) for actor, p in parts.items()}
        )
    return found
