"""A phase of one world laid open in a period, and figures by the phases and outcomes of the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backstop.game.play import SolvedPlay
from backstop.game.process import Solution
from backstop.game.slips import ranked_below, slip_chances
from backstop.game.tree import Decision, Ending
from backstop.scenario.model import Model
from backstop.scenario.valuation import Valuation
from backstop.worlds.tracing.traced import MoveTrace, NodeTrace, PhaseTrace


def known(figure: float) -> float | None:
    """A figure; None where it is not a number."""
    return figure if figure == figure else None


def entered(model: Model, occupied: Sequence[float]) -> list[int]:
    """The phases of the game to be shown; where facts tell phases apart, those that can be entered."""
    every = range(len(model.game.phases))
    return [phase for phase in every if not model.scenario.facts or occupied[phase] > 0.0]


def facts_in(model: Model, phase: int) -> dict[str, float] | None:
    """What the facts are in a phase of the game; None where there are none."""
    return dict(model.states[phase].facts) or None


def phase_shares(model: Model, occupied: Sequence[Sequence[float]]) -> tuple[dict[str, float], ...]:
    """Shares of the phases of the file, by period."""
    return tuple(
        {name: sum(shares[k] for k in model.states_in([name])) for name in model.phases}
        for shares in occupied
    )


def outcome_numbers(model: Model, numbers: Sequence[float]) -> dict[str, float]:
    """Expected numbers of the outcomes of the file."""
    return {name: sum(numbers[o] for o in model.occurrences_of([name])) for name in model.outcomes}


def phase_trace(
    model: Model, valuation: Valuation, solution: Solution, phase: int, period: int, share: float
) -> PhaseTrace:
    """A phase in a period, the levels in force and everything that is chosen in it."""
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
        facts_in(model, phase),
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
