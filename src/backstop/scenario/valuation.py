"""One world of one arrangement: what every name of the scenario is worth, and the numbers of its game.

Expressions are evaluated in plain floats, only where they are in use. What is wrong with a value is found here and told
in words: the expression, its place in the file, the phase, the year and the world.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.base.faults import InvalidInput
from backstop.game.choice import Information
from backstop.game.play import PlayNumbers
from backstop.game.process import Solution, first_not_finite, solve
from backstop.game.tree import Chance, Decision, Ending
from backstop.game.world import PhaseNumbers, World
from backstop.scenario.expression.expression import evaluate, first_fault
from backstop.scenario.model import Model, NodeNumbers, Use

SLACK = 1e-9
"""Probabilities may miss their bounds, or their sum, by this much: that is rounding."""


@dataclass(frozen=True, slots=True)
class Dependence:
    """Whether a value differs between phases, periods or worlds."""

    phase: bool = False
    time: bool = False
    world: bool = False

    def __or__(self, other: Dependence) -> Dependence:
        return Dependence(self.phase or other.phase, self.time or other.time, self.world or other.world)


class Valuation:
    """The values of all names and expressions in one world, by phase and period.

    `levels`: the promised level of every measure; `parameters`: the value of every parameter. `world` is the number of
    the world, None for the central one; `type_` is the type of the actor that has types. Every method raises
    InvalidInput where a value in use is not what it must be.
    """

    def __init__(
        self,
        model: Model,
        levels: Mapping[str, float],
        parameters: Mapping[str, float],
        world: int | None = None,
        type_: int | None = None,
    ) -> None:
        self.model, self.levels, self.parameters, self.type = model, levels, parameters, type_
        self._where = "in the central world" if world is None else f"in world {world}"
        self._known: dict[tuple[str | int, int | None, int | None], float] = {}
        self._dependences: dict[str | int, Dependence] = {}
        start = model.game.start
        self.noises = tuple(self._noise(use, start, 0) for use in model.noises)
        self.discounts = tuple(self._discount(use) for use in model.discounts)
        self.slip_margins = tuple(self._slip_margin(use) for use in model.slip_margins)

    # Names and expressions.

    def value(self, name: str, phase: int, period: int) -> float:
        """The value of a name; a definition must be finite."""
        model = self.model
        if name in self.parameters:
            return self.parameters[name]
        match name:
            case "t":
                return float(period)
            case "years":
                return model.years_at(period)
            case "period_years":
                return model.period_years
        if name in model.definitions:
            return self.use(model.definitions[name], phase, period)
        if name in model.scenario.facts:
            return model.states[phase].facts[name]
        if model.types is not None and name in model.types.asked:
            return float(model.types.asked[name] == self.type)
        return self.level(name, phase, period)

    def level(self, measure: str, phase: int, period: int) -> float:
        """The level in force: as promised, not above its cap, zero outside its phases and where `when` is false."""
        promised, uses = self.levels[measure], self.model.measures[measure]
        if promised == 0.0 or (uses.in_phases is not None and phase not in uses.in_phases):
            return 0.0
        if uses.when is not None and self.use(uses.when, phase, period) == 0.0:
            return 0.0
        if uses.cap is not None:
            return min(promised, max(self.use(uses.cap, phase, period), 0.0))
        return promised

    def use(self, use: Use, phase: int, period: int) -> float:
        """The value of an expression of the file, which must be finite."""
        differs = self.dependence(use)
        key = (id(use), phase if differs.phase else None, period if differs.time else None)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._evaluated(use, phase, period)
        return known

    def _evaluated(self, use: Use, phase: int, period: int) -> float:
        def lookup(name: str) -> float:
            return self.value(name, phase, period)

        value = float(evaluate(use.expression, lookup))
        # Some operations can hide that a value they were given is not a number, so those are looked into.
        if use.expression.hides or not math.isfinite(value):
            fault = first_fault(use.expression, lookup)
            if fault is not None:
                subject = use.expression.text
                if use.path and use.path[0] == "definitions":
                    subject = f"{use.path[-1]} = {subject}"
                when = f"phase {self.model.game.phases[phase]}, year {self.model.years_at(period):g}"
                raise self.fault(use, f"{subject}: {fault.message} ({when})")
        return value

    def dependence(self, use: Use) -> Dependence:
        """What the value of an expression may differ between."""
        known = self._dependences.get(id(use))
        if known is None:
            known = Dependence()
            for name in use.expression.names:
                known |= self._dependence_of_name(name)
            self._dependences[id(use)] = known
        return known

    def _dependence_of_name(self, name: str) -> Dependence:
        model = self.model
        if name in model.distributions:
            return Dependence(world=not isinstance(model.distributions[name], float))
        if name in ("t", "years"):
            return Dependence(time=True)
        if name in model.definitions:
            return self.dependence(model.definitions[name])
        found = Dependence(phase=name in model.scenario.facts)
        if name in model.measures and self.levels[name] != 0.0:
            uses = model.measures[name]
            found = Dependence(phase=uses.in_phases is not None)
            for use in (uses.cap, uses.when):
                if use is not None:
                    found |= self.dependence(use)
        return found

    # Numbers of the game.

    def world(self, information: Information) -> World:
        """The numbers of the game in this world."""
        model = self.model
        # The last period first: where something is wrong in several, it is told of the year that the tail goes on from.
        periods = [self._phases(period) for period in range(model.periods - 1, -1, -1)]
        return World(
            model.game,
            information,
            model.period_years,
            self.discounts,
            self.slip_margins,
            tuple(reversed(periods)),
            model.scenario.horizon.tail_periods,
        )

    def _phases(self, period: int) -> tuple[PhaseNumbers, ...]:
        phases = range(len(self.model.game.phases))
        flows = [self._payoffs(self.model.payoffs[phase], phase, period) for phase in phases]
        return tuple(PhaseNumbers(flows[phase], self._play(phase, period)) for phase in phases)

    def _payoffs(self, uses: Mapping[int, Use], phase: int, period: int) -> tuple[float, ...]:
        """Payoffs by actor."""
        return tuple(
            self.use(uses[actor], phase, period) if actor in uses else 0.0
            for actor in range(len(self.model.game.actors))
        )

    def _play(self, phase: int, period: int) -> PlayNumbers | None:
        play, sources = self.model.game.plays[phase], self.model.nodes[phase]
        if play is None or sources is None:
            return None
        payoffs: list[tuple[float, ...]] = []
        noise: list[float] = []
        chances: list[tuple[float, ...]] = []
        for node, source in zip(play.nodes, sources, strict=True):
            scale, lump, probabilities = 0.0, tuple[float, ...](), tuple[float, ...]()
            if isinstance(node, Ending):
                lump = self._payoffs(self.model.lumps[node.outcome], phase, period)
            elif isinstance(node, Chance):
                probabilities = self._branches(node, source, phase, period)
            else:
                scale = self.noise(node, source, phase, period)
                probabilities = self._bound(source, phase, period)
            payoffs.append(lump)
            noise.append(scale)
            chances.append(probabilities)
        return PlayNumbers(tuple(payoffs), tuple(noise), tuple(chances))

    def _discount(self, use: Use) -> float:
        value = self.use(use, self.model.game.start, 0)
        if not 0.0 <= value < 1.0:
            raise self.fault(use, f"the discount is {value:g}, and must be at least 0 and below 1,")
        return value

    def noise(self, node: Decision, source: NodeNumbers, phase: int, period: int) -> float:
        """The scale of the shocks at a decision: its own, or that of its actor."""
        if source.noise is None:
            return self.noises[node.actor]
        return self._noise(source.noise, phase, period)

    def _noise(self, use: Use, phase: int, period: int) -> float:
        value = self.use(use, phase, period)
        if value < 0.0:
            if use.path[0] == "actors":
                raise self.fault(use, f"the noise is {value:g}, and must not be negative,")
            raise self._out_of_bounds(use, "the noise", value, "must not be negative")
        return value

    def _slip_margin(self, use: Use) -> float:
        value = self.use(use, self.model.game.start, 0)
        if value < 0.0:
            raise self.fault(use, f"the slip_margin is {value:g}, and must not be negative,")
        return value

    def _probability(self, use: Use, phase: int, period: int) -> float:
        value = self.use(use, phase, period)
        if not -SLACK <= value <= 1.0 + SLACK:
            raise self._out_of_bounds(use, "the probability", value, "must be between 0 and 1")
        return min(max(value, 0.0), 1.0)

    def share(self, use: Use) -> float:
        """The share of a type."""
        value = self.use(use, self.model.game.start, 0)
        if not -SLACK <= value <= 1.0 + SLACK:
            raise self._out_of_bounds(use, "the share", value, "must be between 0 and 1")
        return min(max(value, 0.0), 1.0)

    def _bound(self, source: NodeNumbers, phase: int, period: int) -> tuple[float, ...]:
        """Probabilities of the bound moves of a decision."""
        uses = [use for use in source.chances if use is not None]
        found = tuple(self._probability(use, phase, period) for use in uses)
        if sum(found) > 1.0 + SLACK:
            what = f"the probabilities of the bound moves add up to {sum(found):.6g} and may be at most 1:"
            raise self.fault(uses[-1], what, uses)
        return found

    def _branches(self, node: Chance, source: NodeNumbers, phase: int, period: int) -> tuple[float, ...]:
        """Probabilities of the branches of a chance node, `otherwise` included."""
        uses = [use for use in source.chances if use is not None]
        found = [None if use is None else self._probability(use, phase, period) for use in source.chances]
        total = sum(p for p in found if p is not None)
        rule = ""
        if None not in found and abs(total - 1.0) > SLACK:
            rule = "must add up to 1 (one branch may say `otherwise`)"
        elif None in found and total > 1.0 + SLACK:
            rule = "leave nothing for `otherwise`"
        if rule:
            raise self.fault(
                uses[0], f"the probabilities at {node.name} add up to {total:.6g} and {rule}:", uses
            )
        return tuple(max(1.0 - total, 0.0) if p is None else p for p in found)

    # Solving.

    def solved(self, information: Information) -> Solution:
        """The game solved in this world; a value that is not finite is a fault as well."""
        solution = solve(self.world(information))
        self.refuse_infinite(solution)
        return solution

    def refuse_infinite(self, solution: Solution) -> None:
        """Raise InvalidInput where a value is not finite."""
        trouble = first_not_finite(solution)
        if trouble is not None:
            period, phase, actor = trouble
            game, year = self.model.game, self.model.years_at(period)
            what = f"the value of {game.phases[phase]} to {game.actors[actor]} is not finite (year {year:g})"
            raise InvalidInput(
                f"{what} {self._where if self.model.uncertain else 'in every world'}",
                place=self.model.place(("phases", game.phases[phase])),
                hint="payoffs summed up over time must stay below 1.8e308: choose a larger unit",
            )

    # Words.

    def _out_of_bounds(self, use: Use, what: str, value: float, rule: str) -> InvalidInput:
        return self.fault(use, f"{what} {use.expression.text} is {value:.6g} and {rule}:")

    def fault(self, use: Use, what: str, uses: Sequence[Use] = ()) -> InvalidInput:
        """A fault at `use`, in every world where none of `uses` (`use` alone by default) differs between worlds."""
        differs = any(self.dependence(each).world for each in uses or (use,))
        where = self._where if differs else "in every world"
        return InvalidInput(f"{what} {where}", place=self.model.place(use.path))
