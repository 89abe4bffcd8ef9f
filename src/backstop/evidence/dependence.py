"""What a figure is computed from: the parameters, measures and definitions behind an expression or behind a phase."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backstop.scenario.model import Model, Use


def computed_from(model: Model, names: Iterable[str], delivered: bool = False) -> set[str]:
    """Those of `names` that are parameters, measures and definitions, and all that these are computed from.

    A measure is the level promised; with `delivered` also what caps it and switches it on.
    """
    scenario = model.scenario
    known = {*scenario.parameters, *scenario.measures, *scenario.definitions}
    found: set[str] = set()
    todo = list(known.intersection(names))
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        if name in model.definitions:
            todo.extend(model.definitions[name].expression.names & known)
        elif delivered and name in model.measures:
            measure = model.measures[name]
            todo.extend(_names((measure.cap, measure.when)) & known)
    return found


def played_from(model: Model, phase: str) -> set[str]:
    """The names in every figure of the phases that `phase` can lead to: payoffs, chances, noise and discounting."""
    game = model.game
    reached: set[int] = set()
    todo = sorted(model.states_in([phase]))
    while todo:
        at = todo.pop()
        if at not in reached:
            reached.add(at)
            todo.extend(game.following(at))
    types = () if model.types is None else model.types.shares
    uses = (use for at in reached for use in _of_phase(model, at))
    return _names((*model.discounts, *model.noises, *types, *uses))


def _of_phase(model: Model, phase: int) -> Iterator[Use | None]:
    yield from model.payoffs[phase].values()
    play = model.game.plays[phase]
    for _, outcome in () if play is None else play.endings:
        yield from model.lumps[outcome].values()
    for node in model.nodes[phase] or ():
        yield from (node.noise, *node.chances)


def _names(uses: Iterable[Use | None]) -> set[str]:
    return {name for use in uses if use is not None for name in use.expression.names}
