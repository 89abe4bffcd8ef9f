"""One world laid open by the compiled program, in which others learn an actor's type from what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backstop.game.choice import Information
from backstop.game.slips import name_of_slips
from backstop.game.tree import Decision, Ending, Play
from backstop.program.open_world import OpenedMove, OpenedNode, OpenWorld
from backstop.scenario.model import Model
from backstop.scenario.typed_valuation import TypedValuation
from backstop.worlds.tracing.phase_trace import entered, facts_in, known, phase_shares
from backstop.worlds.tracing.traced import MoveTrace, NodeTrace, PhaseTrace, TypesTrace, WorldTrace


def opened_trace(
    model: Model,
    arrangement: str,
    world: int | str,
    valuation: TypedValuation,
    information: Information,
    periods: tuple[int, ...],
    opened: OpenWorld,
    coarse: Mapping[str, float],
) -> WorldTrace:
    """A world under an arrangement, solved by the program, with the chosen periods in full.

    `coarse`: the metrics as half the grid of beliefs gives them.
    """
    first, second = valuation.by_type
    types, game, levels = valuation.types, model.game, dict(first.levels)
    figures = {name: known(opened.metric(name)) for name in model.scenario.metrics}
    error = {name: _apart(figure, known(coarse[name])) for name, figure in figures.items()}

    def by_actor(one: tuple[float, ...], other: tuple[float, ...]) -> dict[str, float]:
        return _by_actor(model, (*one, other[types.actor]))

    return WorldTrace(
        world=world,
        arrangement=arrangement,
        information=information,
        parameters=dict(first.parameters),
        promised=levels,
        discounts=by_actor(tuple(first.discounts), tuple(second.discounts)),
        noises=by_actor(tuple(first.noises), tuple(second.noises)),
        settled=opened.settled,
        phases={period: tuple(_phases(model, opened, period)) for period in sorted(set(periods))},
        shares=phase_shares(model, opened.shares().tolist()),
        outcomes={name: opened.outcome(name) for name in model.outcomes},
        metrics=figures,
        slips_are=name_of_slips(information),
        slips={},
        types=TypesTrace(
            game.actors[types.actor],
            dict(zip(types.names, valuation.shares, strict=True)),
            types.beliefs,
            0,
            error,
        ),
    )


def _apart(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else abs(one - other)


def _by_actor(model: Model, columns: tuple[float, ...]) -> dict[str, float]:
    """Numbers by actor, those of the actor with types by type: the last one is of its second type."""
    types, found = model.types, dict[str, float]()
    assert types is not None
    for index, name in enumerate(model.game.actors):
        if index == types.actor:
            found[f"{name}.{types.names[0]}"] = columns[index]
            found[f"{name}.{types.names[1]}"] = columns[-1]
        else:
            found[name] = columns[index]
    return found


def _phases(model: Model, opened: OpenWorld, period: int) -> Iterator[PhaseTrace]:
    """The phases in a period, at what is believed on average as they begin."""
    game, shares, beliefs = model.game, opened.shares()[period].tolist(), opened.beliefs()[period].tolist()
    opened.open(period)
    for phase in entered(model, shares):
        found, play = opened.phase(phase), game.plays[phase]
        outcomes = dict[str, float]()
        for node in found.nodes:
            ending = None if play is None else play.nodes[node.position]
            if isinstance(ending, Ending):
                name = game.outcomes[ending.outcome]
                outcomes[name] = outcomes.get(name, 0.0) + node.reach
        yield PhaseTrace(
            game.phases[phase],
            shares[phase],
            _by_actor(model, found.flows),
            dict(zip(model.measures, found.levels, strict=True)),
            () if play is None else tuple(_nodes(model, play, found.nodes)),
            outcomes,
            _by_actor(model, found.worth),
            facts_in(model, phase),
            None,
            beliefs[phase],
        )


def _nodes(model: Model, play: Play, nodes: tuple[OpenedNode, ...]) -> Iterator[NodeTrace]:
    """The decisions and chance nodes of a play, from the root down."""
    game, types = model.game, model.types
    assert types is not None

    def move(label: str, of: OpenedMove, child: OpenedNode) -> MoveTrace:
        below = play.nodes[child.position]
        return MoveTrace(
            label,
            game.outcomes[below.outcome] if isinstance(below, Ending) else below.name,
            of.probability,
            _by_actor(model, child.values),
            of.bound,
            known(of.slip),
            dict(zip(types.names, of.by_type, strict=True)),
            child.belief,
        )

    for of in reversed(nodes):
        node = play.nodes[of.position]
        if isinstance(node, Ending):
            continue
        decides = isinstance(node, Decision)
        labels = node.moves if isinstance(node, Decision) else node.branches
        yield NodeTrace(
            node.name,
            game.actors[node.actor] if isinstance(node, Decision) else "",
            of.noise if decides else None,
            of.reach,
            tuple(
                move(label, each, nodes[to]) for label, each, to in zip(labels, of.moves, of.to, strict=True)
            ),
            _by_actor(model, of.values),
            of.belief,
            dict(zip(types.names, of.by_type, strict=True)),
        )
