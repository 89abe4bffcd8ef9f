"""One arrangement in a block of worlds: the level of every measure, the value of every name, the numbers of the game.

`Plan` is what an arrangement fixes before any world is drawn: which measures are promised at all, and on what each
expression still depends (the phase, the time). `Valuation` adds the drawn parameters and gives the game its numbers
period by period; what does not depend on time, or is the same in two phases, is computed once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import Fault, InvalidInput
from backstop.game.stage import Array, PlayNumbers, Stage
from backstop.game.tree import Chance, Decision, Ending
from backstop.scenario.expression.expression import (
    Expression,
    Mask,
    Value,
    bind,
    evaluate,
    first_fault,
    is_clean,
    names_in_use,
)
from backstop.scenario.model import Model, Use

# Probabilities may miss their bounds, or their sum, by rounding.
SLACK = 1e-9

_TIME = frozenset({"t", "years"})
# What the clocks show, in the order of their names: it stands in a key in place of the period, so that periods in which
# the same clocks show the same share what depends on nothing else of time.
Hour = tuple[float, ...]
Key = tuple[int, tuple[bool, ...], Hour]


@dataclass(frozen=True, slots=True)
class Reach:
    """What an expression or name depends on: time, measures limited to some phases, and the world.

    `clocks`: the names through which it depends on time, `t` and `years` or definitions that are nothing but a function
    of time. `audited`: a definition below may hide a value that is not a number, so the slow check is always made.
    """

    clocks: frozenset[str] = frozenset()
    limited: frozenset[str] = frozenset()
    audited: bool = False
    worlds: bool = False

    @property
    def time(self) -> bool:
        """Whether it depends on time at all."""
        return bool(self.clocks)

    def __or__(self, other: Reach) -> Reach:
        return Reach(
            self.clocks | other.clocks,
            self.limited | other.limited,
            self.audited or other.audited,
            self.worlds or other.worlds,
        )


class Plan:
    """An arrangement of a model before worlds are drawn. `levels` gives the promised level of every measure.

    A level is one number, or an array of one level for every world of the block that the plan is used in.
    """

    def __init__(self, model: Model, levels: Mapping[str, Value]) -> None:
        self.model = model
        self.levels: dict[str, Value] = dict(levels)
        # A measure at zero is zero in every phase and period: its name is the number 0, nothing below it is used.
        self._constants: dict[str, float] = {
            "period_years": model.period_years,
            **{name: 0.0 for name in self.levels if self.is_zero(name)},
            **{name: d for name, d in model.distributions.items() if isinstance(d, float)},
        }
        self._bound: dict[int, Expression] = {}
        self._reach: dict[str, Reach] = {}
        self._profiles: dict[int, Reach] = {}
        self._allowed: dict[tuple[frozenset[str], int], tuple[bool, ...]] = {}
        self._timed: dict[int, tuple[int, ...]] = {}
        self._kept: list[Use] = []

    def is_zero(self, measure: str) -> bool:
        """Whether a measure is promised in no world at all."""
        level = self.levels[measure]
        return isinstance(level, float) and level == 0.0

    def expression(self, use: Use) -> Expression:
        """The expression of `use` with everything that this arrangement fixes put in."""
        known = self._bound.get(id(use))
        if known is None:
            known = bind(use.expression, self._constants)
            self._bound[id(use)] = known
            self._kept.append(use)  # an id stays taken for as long as its object lives
        return known

    def reach_of(self, use: Use) -> Reach:
        """What the value of an expression depends on."""
        found = self._profiles.get(id(use))
        if found is None:
            expression = self.expression(use)
            found = Reach(audited=expression.hides)
            for name in expression.names:
                found |= self.reach(name)
            self._profiles[id(use)] = found
        return found

    def reach(self, name: str) -> Reach:
        """What the value of a name depends on."""
        if name in _TIME:
            return Reach(frozenset({name}))
        if name not in self._reach:
            found = Reach(worlds=name in self.model.distributions)
            if name in self.model.definitions:
                found = self.reach_of(self.model.definitions[name])
                if found.time and found == Reach(found.clocks):
                    found = Reach(frozenset({name}))
            elif name in self.model.measures:
                measure = self.model.measures[name]
                found = Reach(worlds=isinstance(self.levels[name], np.ndarray))
                if measure.in_phases is not None:
                    found |= Reach(limited=frozenset({name}))
                for use in (measure.cap, measure.when):
                    if use is not None:
                        found |= self.reach_of(use)
            self._reach[name] = found
        return self._reach[name]

    def timed_nodes(self, phase: int) -> tuple[int, ...]:
        """Positions of the nodes of a phase's play whose numbers change from period to period."""
        known = self._timed.get(phase)
        if known is None:
            play, sources = self.model.game.plays[phase], self.model.nodes[phase]
            assert play is not None and sources is not None
            found = []
            for position, (node, source) in enumerate(zip(play.nodes, sources, strict=True)):
                uses = [use for use in (source.noise, *source.chances) if use is not None]
                if isinstance(node, Ending):
                    uses += self.model.lumps[node.outcome].values()
                if any(self.reach_of(use).time for use in uses):
                    found.append(position)
            known = self._timed[phase] = tuple(found)
        return known

    def allowed(self, reach: Reach, phase: int) -> tuple[bool, ...]:
        """Which of the limited measures are in force in `phase`: two phases that agree share their values."""
        if not reach.limited:
            return ()
        known = self._allowed.get((reach.limited, phase))
        if known is None:
            limits = (self.model.measures[name].in_phases for name in sorted(reach.limited))
            known = tuple(inside is None or phase in inside for inside in limits)
            self._allowed[reach.limited, phase] = known
        return known


class Valuation:
    """The numbers of one arrangement in worlds `first` .. `first + count - 1`.

    `draws`: every parameter as a float or an array of `count` values. Faults found here (a value that is not finite,
    a probability outside [0, 1]) raise InvalidInput with the place in the file and the number of a world.
    """

    def __init__(self, plan: Plan, draws: Mapping[str, Value], first: int, count: int) -> None:
        self.plan, self.model = plan, plan.model
        self.first, self.count = first, count
        self._draws = draws
        self._names: dict[tuple[str, tuple[bool, ...], Hour], Value] = {}
        self._dirty: set[tuple[str, tuple[bool, ...], Hour]] = set()
        self._values: dict[Key, Value] = {}
        self._arrays: dict[tuple[str, int, tuple[tuple[bool, ...], ...], Hour], Array | None] = {}
        self._hours: dict[tuple[frozenset[str], int], Hour] = {}
        self._stages: dict[tuple[int, tuple[int, ...]], Stage] = {}
        self._timed: bool | None = None
        self.noises = tuple(self._actor_number(use, "noise") for use in self.model.noises)
        self._scales = tuple(np.atleast_1d(noise) for noise in self.noises)
        self._plays: dict[int, PlayNumbers] = {}
        self.discounts = tuple(self._actor_number(use, "discount") for use in self.model.discounts)

    # Values of names and expressions.

    def value(self, name: str, phase: int, period: int) -> Value:
        """The value of any name of the scenario in a phase and period."""
        drawn = self._draws.get(name)
        if drawn is not None:
            return drawn
        if name == "t":
            return float(period)
        if name == "years":
            return self.model.years_at(period)
        if name == "period_years":
            return self.model.period_years
        reach = self.plan.reach(name)
        clock = reach.clocks == {name}
        hour = (float(period),) if clock else self._hour(reach.clocks, period)
        key = (name, self.plan.allowed(reach, phase), hour)
        if key not in self._names:
            if name in self.model.measures:
                found = self._level(name, phase, period)
            else:
                expression = self.plan.expression(self.model.definitions[name])
                found = evaluate(expression, lambda other: self.value(other, phase, period))
            if not is_clean(found):
                self._dirty.add(key)
            self._names[key] = found
        return self._names[key]

    def _hour(self, clocks: frozenset[str], period: int) -> Hour:
        """What the clocks show in a period."""
        found = self._hours.get((clocks, period))
        if found is None:
            phase = self.model.game.start  # it is the same in all
            shown = (self.value(clock, phase, period) for clock in sorted(clocks))
            found = tuple(float(time) if not isinstance(time, np.ndarray) else np.nan for time in shown)
            self._hours[clocks, period] = found
        return found

    def level(self, measure: str, phase: int, period: int) -> Value:
        """The level in force: as promised, not above its cap, zero outside its phases and where `when` is false."""
        if self.plan.is_zero(measure):
            return 0.0
        return self.value(measure, phase, period)

    def _level(self, name: str, phase: int, period: int) -> Value:
        promised = self.plan.levels[name]
        uses = self.model.measures[name]
        if self.plan.is_zero(name) or (uses.in_phases is not None and phase not in uses.in_phases):
            return 0.0
        level: Value = promised
        if uses.when is not None:
            holds = self.use(uses.when, phase, period)
            if isinstance(holds, float) and holds == 0.0:
                return 0.0
            level = np.where(holds != 0.0, level, 0.0) if isinstance(holds, np.ndarray) else level
        if uses.cap is not None:
            cap = self.use(uses.cap, phase, period)
            if isinstance(cap, np.ndarray) or isinstance(level, np.ndarray):
                level = np.minimum(level, np.maximum(cap, 0.0))
            else:
                level = min(level, max(cap, 0.0))
        return level

    def use(self, use: Use, phase: int, period: int) -> Value:
        """The value of an expression of the file in a phase and period: finite in every world."""
        expression = self.plan.expression(use)
        if expression.constant is not None:
            return self._checked(use, expression, phase, period, expression.constant)
        reach = self.plan.reach_of(use)
        key = (id(use), self.plan.allowed(reach, phase), self._hour(reach.clocks, period))
        if key not in self._values:
            found = evaluate(expression, lambda name: self.value(name, phase, period))
            if reach.audited or self._dirty or not is_clean(found):
                self._audit(use, expression, phase, period, True, use)
            self._values[key] = found
        return self._values[key]

    def _checked(self, use: Use, expression: Expression, phase: int, period: int, value: float) -> float:
        if not is_clean(value):
            self._audit(use, expression, phase, period, True, use)
        return value

    def _audit(
        self, use: Use, expression: Expression, phase: int, period: int, mask: Mask, asked: Use
    ) -> None:
        """Raise where a value in use is not finite, in the expression itself or in a definition below it."""

        def lookup(name: str) -> Value:
            return self.value(name, phase, period)

        for name, where in names_in_use(expression, lookup, mask).items():
            definition = self.model.definitions.get(name)
            if definition is not None and (isinstance(where, bool) or where.any()) and where is not False:
                self._audit(definition, self.plan.expression(definition), phase, period, where, asked)
        fault = first_fault(expression, lookup, mask)
        if fault is not None:
            name = str(use.path[-1]) if use.path and use.path[0] == "definitions" else ""
            subject = f"{name} = {use.expression.text}" if name else use.expression.text
            when = f"phase {self.model.game.phases[phase]}, year {self.model.years_at(period):g}"
            raise self._fault(use, f"{subject}: {fault.message} ({when})", fault.world)

    def _fault(self, use: Use, what: str, world: int | None = None, hint: str = "") -> InvalidInput:
        where = "in every world" if world is None else f"in world {self.first + world}"
        return InvalidInput(Fault(f"{what} {where}", self.model.place(use.path), hint))

    def _actor_number(self, use: Use, what: str) -> Value:
        value = self.use(use, self.model.game.start, 0)
        bad = np.atleast_1d((value < 0.0) | (value >= 1.0) if what == "discount" else value < 0.0)
        if bad.any():
            world = int(np.argmax(bad))
            number = float(np.atleast_1d(value)[world])
            bounds = "must be at least 0 and below 1" if what == "discount" else "must not be negative"
            raise self._fault(
                use,
                f"the {what} is {number:g}, and {bounds},",
                world if isinstance(value, np.ndarray) else None,
            )
        return value

    # Numbers for the game.

    @property
    def factor(self) -> Array:
        """Discount factors per period, shape (actors, 1 or count)."""
        return self._rows([d**self.model.period_years for d in self.discounts])

    def stage(self, period: int, live: tuple[int, ...] | None = None) -> Stage:
        """The numbers of a period for the plays of the phases `live`, all by default.

        The same object for every period where nothing depends on time.
        """
        if self._timed is None:
            self._timed = self._depends_on_time()
        phases = self.model.game.live if live is None else live
        key = period if self._timed else 0, phases
        if key not in self._stages:
            if self._timed:
                self.forget_other_periods(period)
            self._stages[key] = self._stage(period, phases)
        return self._stages[key]

    def forget_other_periods(self, period: int) -> None:
        """Keep what belongs to `period` or to no period: the rest will not be asked for again."""
        kept = {(), (float(period),), *(self._hour(clocks, period) for clocks, _ in list(self._hours))}
        self._names = {k: v for k, v in self._names.items() if k[-1] in kept}
        self._values = {k: v for k, v in self._values.items() if k[-1] in kept}
        self._arrays = {k: v for k, v in self._arrays.items() if k[-1] in kept}
        self._dirty = {k for k in self._dirty if k in self._names}
        self._stages = {k: v for k, v in self._stages.items() if k[0] == period}

    def _stage(self, period: int, live: tuple[int, ...]) -> Stage:
        phases = range(len(self.model.game.phases))
        return Stage(
            tuple(self._flow(phase, period) for phase in phases),
            tuple(self._play(phase, period) if phase in live else None for phase in phases),
        )

    def _depends_on_time(self) -> bool:
        flows = (use for payoffs in self.model.payoffs for use in payoffs.values())
        return any(self.plan.reach_of(use).time for use in flows) or any(
            self.plan.timed_nodes(phase) for phase in self.model.game.live
        )

    def _flow(self, phase: int, period: int) -> Array:
        found = self._payoffs("flow", phase, self.model.payoffs[phase], phase, period)
        return np.zeros((len(self.model.game.actors), 1)) if found is None else found

    def _payoffs(
        self, kind: str, number: int, uses: Mapping[int, Use], phase: int, period: int
    ) -> Array | None:
        """Payoffs by actor, shape (actors, 1 or count), flows times the period's length; None where all are zero."""
        if not uses:
            return None
        reaches = [self.plan.reach_of(use) for use in uses.values()]
        clocks = frozenset[str]().union(*(reach.clocks for reach in reaches))
        key = (
            kind,
            number,
            tuple(self.plan.allowed(reach, phase) for reach in reaches),
            self._hour(clocks, period),
        )
        if key not in self._arrays:
            rows: list[Value] = [0.0] * len(self.model.game.actors)
            for actor, use in uses.items():
                rows[actor] = self.use(use, phase, period)
            flat = all(isinstance(row, float) and row == 0.0 for row in rows)
            array = None if flat else self._rows(rows)
            if array is not None and kind == "flow":
                array *= self.model.period_years
            self._arrays[key] = array
        return self._arrays[key]

    def _rows(self, rows: list[Value]) -> Array:
        width = self.count if any(isinstance(row, np.ndarray) for row in rows) else 1
        found = np.empty((len(rows), width))
        for i, row in enumerate(rows):
            found[i] = row
        return found

    def _play(self, phase: int, period: int) -> PlayNumbers | None:
        play, sources = self.model.game.plays[phase], self.model.nodes[phase]
        if play is None or sources is None:
            return None
        known = self._plays.get(phase)
        if known is None:
            size = len(play.nodes)
            known = PlayNumbers((None,) * size, (None,) * size, ((),) * size)
            positions: Iterable[int] = range(size)
        else:
            positions = self.plan.timed_nodes(phase)
        payoffs, noise, chances = list(known.payoffs), list(known.noise), list(known.chances)
        for position in positions:
            node, source = play.nodes[position], sources[position]
            if isinstance(node, Ending):
                payoffs[position] = self._payoffs(
                    "lump", node.outcome, self.model.lumps[node.outcome], phase, period
                )
            elif isinstance(node, Decision):
                noise[position] = (
                    self._scales[node.actor]
                    if source.noise is None
                    else self._noise(source.noise, phase, period)
                )
                if source.chances:
                    chances[position] = self._bound(source.chances, phase, period)
            else:
                chances[position] = self._chances(node, source.chances, phase, period)
        self._plays[phase] = PlayNumbers(tuple(payoffs), tuple(noise), tuple(chances))
        return self._plays[phase]

    def _noise(self, use: Use, phase: int, period: int) -> Array:
        value = self.use(use, phase, period)
        self._refuse(use, np.less(value, 0.0), value, "the noise", "must not be negative")
        return np.atleast_1d(value)

    def _probability(self, use: Use, phase: int, period: int) -> NDArray[np.float64]:
        value = self.use(use, phase, period)
        outside = np.less(value, -SLACK) | np.greater(value, 1.0 + SLACK)
        self._refuse(use, outside, value, "the probability", "must be between 0 and 1")
        return np.asarray(np.clip(np.atleast_1d(value), 0.0, 1.0))

    def _bound(self, uses: tuple[Use | None, ...], phase: int, period: int) -> tuple[Array, ...]:
        found = [self._probability(use, phase, period) for use in uses if use is not None]
        total = np.asarray(sum(found[1:], found[0]))
        last = uses[-1]
        assert last is not None
        self._refuse(
            last,
            total > 1.0 + SLACK,
            total,
            "the probabilities of the bound moves add up to",
            "may be at most 1",
        )
        return tuple(found)

    def _chances(
        self, node: Chance, uses: tuple[Use | None, ...], phase: int, period: int
    ) -> tuple[Array, ...]:
        found = [None if use is None else self._probability(use, phase, period) for use in uses]
        given = [p for p in found if p is not None]
        total = np.asarray(sum(given[1:], given[0])) if given else np.zeros(1)
        here = next((use for use in uses if use is not None), None)
        if None in uses:
            if here is not None:
                self._refuse(
                    here,
                    total > 1.0 + SLACK,
                    total,
                    f"the probabilities at {node.name} add up to",
                    "leave nothing for `otherwise`",
                )
            rest = np.maximum(1.0 - total, 0.0)
            return tuple(rest if p is None else p for p in found)
        assert here is not None
        self._refuse(
            here,
            np.abs(total - 1.0) > SLACK,
            total,
            f"the probabilities at {node.name} add up to",
            "must add up to 1 (one branch may say `otherwise`)",
        )
        return tuple(given)

    def _refuse(
        self, use: Use, bad: NDArray[np.bool_] | np.bool_, value: Value, what: str, rule: str
    ) -> None:
        if not np.any(bad):
            return
        flags = np.atleast_1d(bad)
        world = int(np.argmax(flags))
        number = float(np.atleast_1d(value)[world])
        raise self._fault(
            use,
            f"{what} {number:.6g} and {rule}:"
            if "add up" in what
            else f"{what} {use.expression.text} is {number:.6g} and {rule}:",
            world if flags.size > 1 else None,
        )
