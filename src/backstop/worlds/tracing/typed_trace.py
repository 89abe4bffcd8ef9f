"""One world laid open in which an actor has hidden types: what each type would do, and what others conclude from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from backstop.game.choice import TIE, Information
from backstop.game.hidden import TYPES, KnownSolution, TypedSolution
from backstop.game.inference import Reached, endings
from backstop.game.learning import Learning, solve_hidden
from backstop.game.process import shares
from backstop.game.slips import name_of_slips
from backstop.game.tree import Decision, Ending, Play
from backstop.game.world import World
from backstop.scenario.model import Model
from backstop.scenario.typed_valuation import TypedValuation
from backstop.worlds.tracing.phase_trace import (
    entered,
    facts_in,
    known,
    outcome_numbers,
    phase_shares,
    phase_trace,
)
from backstop.worlds.tracing.traced import MoveTrace, NodeTrace, PhaseTrace, TypesTrace, WorldTrace


def typed_trace(
    model: Model,
    arrangement: str,
    world: int | str,
    valuation: TypedValuation,
    information: Information,
    periods: Sequence[int],
) -> WorldTrace:
    """A world under an arrangement, with the chosen periods in full."""
    types, game = valuation.types, model.game
    solution = valuation.solved(information)
    metrics = {name: model.metric(name) for name in model.scenario.metrics}
    figures = {name: known(solution.figure(metric)) for name, metric in metrics.items()}
    error, unconverged = None, 0
    if isinstance(solution, Learning):
        unconverged = solution.unconverged
        if types.beliefs == "bayes":
            coarse = solve_hidden(replace(solution.world, grid=(types.grid + 1) // 2))
            error = {n: _apart(figures[n], known(coarse.figure(metric))) for n, metric in metrics.items()}
    first, second = valuation.by_type
    actor, names = game.actors[types.actor], types.names

    def by_actor(one: Sequence[float], other: Sequence[float]) -> dict[str, float]:
        return _by_actor(model, [*one, other[types.actor]])

    return WorldTrace(
        world=world,
        arrangement=arrangement,
        information=information,
        parameters=dict(first.parameters),
        promised=dict(first.levels),
        discounts=by_actor(first.discounts, second.discounts),
        noises=by_actor(first.noises, second.noises),
        settled=solution.settled,
        phases={
            period: tuple(_phases(model, valuation, solution, period)) for period in sorted(set(periods))
        },
        shares=phase_shares(model, solution.shares(game.start)),
        outcomes=outcome_numbers(model, solution.expected_outcomes(game.start)),
        metrics=figures,
        slips_are=name_of_slips(information),
        slips={},
        types=TypesTrace(
            actor, dict(zip(names, valuation.shares, strict=True)), types.beliefs, unconverged, error
        ),
    )


def _apart(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else abs(one - other)


def _by_actor(model: Model, values: Sequence[float]) -> dict[str, float]:
    """Values by actor; those of the actor with types by type, that of the second from the end."""
    types = model.types
    assert types is not None
    found: dict[str, float] = {}
    for index, name in enumerate(model.game.actors):
        if index == types.actor:
            found[f"{name}.{types.names[0]}"] = values[index]
            found[f"{name}.{types.names[1]}"] = values[-1]
        else:
            found[name] = values[index]
    return found


def _phases(
    model: Model, valuation: TypedValuation, solution: TypedSolution, period: int
) -> Iterator[PhaseTrace]:
    """The phases in a period: with each type where it is known, else at the mean belief."""
    types, game = valuation.types, model.game
    if isinstance(solution, KnownSolution):
        for k in TYPES:
            alone = solution.solutions[k]
            occupied = shares(alone, game.start)[period]
            for phase in entered(model, occupied):
                of = phase_trace(model, valuation.by_type[k], alone, phase, period, occupied[phase])
                yield replace(of, type=types.names[k])
        return
    assert isinstance(solution, Learning)
    occupied = solution.shares(game.start)[period]
    states = solution.by_state(game.start)[period]
    for phase in entered(model, occupied):
        belief = solution.mean_belief(states, phase)
        yield _hidden_phase(model, valuation, solution, phase, period, occupied[phase], belief)


def _hidden_phase(
    model: Model,
    valuation: TypedValuation,
    solution: Learning,
    phase: int,
    period: int,
    share: float,
    belief: float,
) -> PhaseTrace:
    game, types = model.game, valuation.types
    values, root = solution.solved_at(phase, period, belief)
    first, second = (world.phases[period][phase].flow for world in solution.world.worlds)
    levels = [{name: of.level(name, phase, period) for name in model.measures} for of in valuation.by_type]
    expected = {name: (1.0 - belief) * levels[0][name] + belief * levels[1][name] for name in model.measures}
    play, outcomes = game.plays[phase], dict[str, float]()
    if play is not None and root is not None:
        for outcome, _, p, q in endings(root, play):
            name = game.outcomes[outcome]
            outcomes[name] = outcomes.get(name, 0.0) + (1.0 - belief) * p + belief * q
    return PhaseTrace(
        game.phases[phase],
        share,
        _by_actor(model, [*first, second[types.actor]]),
        expected,
        () if play is None or root is None else tuple(_nodes(model, solution, play, root, phase, period)),
        outcomes,
        _by_actor(model, values),
        facts_in(model, phase),
        None,
        belief,
    )


def _nodes(
    model: Model, solution: Learning, play: Play, root: Reached, phase: int, period: int
) -> Iterator[NodeTrace]:
    """The nodes of a play, from the root down, each with the belief at which it is reached."""
    types, game = model.types, model.game
    assert types is not None
    names = types.names
    order: dict[int, Reached] = {}
    reach: dict[int, list[float]] = {id(root): [1.0, 1.0]}
    _ordered(root, order)
    for key in reversed(order):
        here = order[key]
        for child, p, q in zip(here.below, *here.moves, strict=True):
            at = reach.setdefault(id(child), [0.0, 0.0])
            at[0] += reach[key][0] * p
            at[1] += reach[key][1] * q
    numbers = [world.phases[period][phase].play for world in solution.world.worlds]

    def mean(first: float, second: float, belief: float) -> float:
        return (1.0 - belief) * first + belief * second

    for key in reversed(order):
        here, node = order[key], play.nodes[order[key].position]
        if isinstance(node, Ending):
            continue
        by_type = dict(zip(names, reach[key], strict=True))
        noises = [n.noise[here.position] for n in numbers if n is not None]
        labels = node.moves if isinstance(node, Decision) else node.branches
        bound: Mapping[int, float] = {}
        if isinstance(node, Decision):
            chances = [n.chances[here.position] for n in numbers if n is not None]
            bound = {m: mean(a, b, here.belief) for m, a, b in zip(node.bound, *chances, strict=True)}
        slips: list[float | None] = [None] * len(labels)
        if isinstance(node, Decision):
            slips = _slips(
                node,
                here,
                types.actor,
                solution.world.worlds,
                [dict(zip(node.bound, c, strict=True)) for c in chances],
            )
        moves = []
        for m, (label, child, p, q) in enumerate(zip(labels, here.below, *here.moves, strict=True)):
            below = play.nodes[child.position]
            moves.append(
                MoveTrace(
                    label,
                    game.outcomes[below.outcome] if isinstance(below, Ending) else below.name,
                    mean(p, q, here.belief),
                    _by_actor(model, child.values),
                    bound.get(m, 0.0),
                    slips[m],
                    dict(zip(names, (p, q), strict=True)),
                    child.belief,
                )
            )
        yield NodeTrace(
            node.name,
            game.actors[node.actor] if isinstance(node, Decision) else "",
            mean(noises[0], noises[1], here.belief) if isinstance(node, Decision) else None,
            mean(reach[key][0], reach[key][1], root.belief),
            tuple(moves),
            _by_actor(model, here.values),
            here.belief,
            by_type,
        )


def _slips(
    node: Decision,
    here: Reached,
    typed: int,
    worlds: Sequence[World],
    bound: Sequence[Mapping[int, float]],
) -> list[float | None]:
    """By move: the probability, over the types, that it is made as a slip; None where it is one of neither type.

    A slip is one of a type: of the actor with types each ranks the moves by its own values.
    """
    found: list[float | None] = [None] * len(here.below)
    for k, share in enumerate((1.0 - here.belief, here.belief)):
        column = len(worlds[k].game.actors) if k and node.actor == typed else node.actor
        own = [child.values[column] for child in here.below]
        least = worlds[k].slip_margins[node.actor] + TIE * max(1.0, *map(abs, own))
        for m, worth in enumerate(own):
            if max(own) - worth > least:
                freely = max(here.moves[k][m] - bound[k].get(m, 0.0), 0.0)
                found[m] = (found[m] or 0.0) + share * freely
    return found


def _ordered(root: Reached, order: dict[int, Reached]) -> None:
    """All that is below a node, then the node: each once."""
    waiting: list[tuple[Reached, bool]] = [(root, False)]
    while waiting:
        here, done = waiting.pop()
        if done:
            order.setdefault(id(here), here)
        elif id(here) not in order:
            waiting.append((here, True))
            waiting.extend((child, False) for child in reversed(here.below))
