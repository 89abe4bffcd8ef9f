"""One world of one arrangement where an actor has hidden types: its numbers with each type, and their shares."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from backstop.game.choice import Information
from backstop.game.hidden import TYPES, KnownSolution, TypedSolution, TypedWorld, solve_known
from backstop.game.learning import solve_hidden
from backstop.game.process import Solution
from backstop.game.tree import Decision
from backstop.scenario.model import Model
from backstop.scenario.valuation import SLACK, Valuation


class TypedValuation:
    """The values of a world by type; every method raises InvalidInput where one is not what it must be."""

    def __init__(
        self,
        model: Model,
        levels: Mapping[str, float],
        parameters: Mapping[str, float],
        world: int | None = None,
    ) -> None:
        assert model.types is not None
        self.model, self.types = model, model.types
        self.by_type = tuple(Valuation(model, levels, parameters, world, k) for k in TYPES)
        self.shares = self._shares()

    def _shares(self) -> tuple[float, float]:
        """The shares of the types, which are probabilities and sum to 1."""
        first = self.by_type[0]
        one, other = (first.share(use) for use in self.types.shares)
        if abs(one + other - 1.0) > SLACK:
            raise first.fault(
                self.types.shares[0],
                f"the shares of the types of {self.model.game.actors[self.types.actor]} sum to {one + other:.6g}, and "
                "must sum to 1:",
                self.types.shares,
            )
        return one, other

    def world(self, information: Information) -> TypedWorld:
        """The numbers of the game in this world."""
        first, second = (valuation.world(information) for valuation in self.by_type)
        types = self.types
        return TypedWorld((first, second), self.shares, types.actor, types.beliefs, types.grid)

    def solved(self, information: Information) -> TypedSolution:
        """The game solved in this world."""
        world = self.world(information)
        if self.types.beliefs == "known":
            found = solve_known(world)
            for valuation, solution in zip(self.by_type, found.solutions, strict=True):
                valuation.refuse_infinite(solution)
            return found
        self._refuse_certain(world)
        return solve_hidden(world)

    def _refuse_certain(self, world: TypedWorld) -> None:
        """Raise InvalidInput where others learn from an actor without noise: no choice may fit what it shows."""
        if self.types.beliefs != "bayes":
            return
        model, actor, game = self.model, self.types.actor, self.model.game
        for valuation, phase, period in itertools.product(self.by_type, game.live, range(model.periods)):
            play, sources = game.plays[phase], model.nodes[phase]
            for node, source in zip(play.nodes if play else (), sources or (), strict=True):
                if not isinstance(node, Decision) or node.actor != actor:
                    continue
                if valuation.noise(node, source, phase, period) == 0.0:
                    raise valuation.fault(
                        source.noise or model.noises[actor],
                        f"the noise of {game.actors[actor]} is 0, and others learn from its moves only where it may "
                        "err:",
                    )


def courses(
    model: Model,
    levels: Mapping[str, float],
    parameters: Mapping[str, float],
    world: int | None,
    information: Information,
) -> list[tuple[Valuation, Solution]]:
    """The numbers and the plain solutions of a world: one, or one for each type where everybody knows the type.

    Raises InvalidInput where a value is not what it must be.
    """
    if model.types is None:
        valuation = Valuation(model, levels, parameters, world)
        return [(valuation, valuation.solved(information))]
    typed = TypedValuation(model, levels, parameters, world)
    found = typed.solved(information)
    return list(zip(typed.by_type, found.solutions, strict=True)) if isinstance(found, KnownSolution) else []
