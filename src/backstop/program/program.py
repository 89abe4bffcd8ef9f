"""A scenario lowered to a program: the bytes of a WebAssembly module, and where its inputs and outputs lie."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from backstop.program import arithmetic
from backstop.program.encoding import (
    END,
    I32,
    IF,
    LOOP,
    V128,
    Function,
    Store,
    constant,
    module,
    unsigned,
)
from backstop.program.expressions import Expressions
from backstop.program.figures import CURVE_KINDS, Figures, Occupied
from backstop.program.layout import SLOT, Figure, Layout, Memory, Slots, pairs_in_a_call
from backstop.program.numbers import Numbers
from backstop.program.play import Plays, certain_choice
from backstop.program.process import Places, Process, Rows, record_of
from backstop.program.terms import Term, Terms
from backstop.scenario.model import Model

Information = Literal["agent_error", "private_payoffs"]

# Stores in one function of numbers, so that no function grows beyond what compilers take.
_STORES_AT_ONCE = 400


@dataclass(frozen=True, slots=True)
class Program:
    """A scenario under one information convention, ready to be run by any host of WebAssembly.

    The module needs nothing from its host. `solve(pairs)` solves that many pairs of worlds, whose inputs stand in the
    rows that `layout` gives. Equal scenarios give equal bytes.
    """

    wasm: bytes
    layout: Layout
    information: Information

    @property
    def digest(self) -> str:
        """SHA-256 of the module, as hexadecimal digits."""
        return hashlib.sha256(self.wasm).hexdigest()


def compile_program(model: Model, information: Information | None = None) -> Program:
    """The program of a scenario; `information` is that of the scenario where it is not given."""
    convention = information or model.scenario.information
    wasm, layout = _Lowering(model, convention == "private_payoffs").lowered()
    return Program(wasm, layout, convention)


def entrances(model: Model) -> frozenset[int]:
    """Phases that can be played in period 0 alone: no outcome leads to them.

    Where the tail is cut off, which worlds have settled by then may depend on every phase, so none is left out.
    """
    game = model.game
    if model.scenario.horizon.tail_periods is not None:
        return frozenset()
    later = frozenset[int]().union(*(game.following(k) for k in game.live)) if game.live else frozenset()
    return frozenset(game.live) - later


class _Lowering:
    def __init__(self, model: Model, private: bool) -> None:
        self.model, self.game, self.private = model, model.game, private
        self.terms, self.memory = Terms(), Memory()
        self.functions: list[Function] = []

    def lowered(self) -> tuple[bytes, Layout]:
        model, game, memory, terms = self.model, self.game, self.memory, self.terms
        at_first = entrances(model)
        clock, years = memory.take(1), memory.take(1)
        failed, settled = memory.take(1), memory.take(1)
        inputs = {name: memory.take(1) for name in (*model.distributions, *model.measures)}
        expressions = Expressions(model, terms, inputs, {"t": clock, "years": years})
        numbers = Numbers(model, terms, expressions, at_first)
        slots = Slots(terms, memory)
        rows = Rows(game, at_first, memory)
        record = record_of(game, model.periods, memory)
        plays = Plays(game, numbers, slots, memory, rows.discounted, self.private)
        self.functions += self._arithmetic()
        self.functions += plays.functions()

        # What the process reads at fixed places whatever the play: discount factors and flows of absorbing phases.
        wanted: dict[int, Term] = {}

        def fixed(term: Term) -> int:
            place = memory.take(1)
            wanted[place] = term
            return place

        factors = tuple(fixed(term) for term in numbers.discounts)
        flows = {
            (phase, actor): fixed(flow)
            for phase in rows.absorbing
            for actor in range(len(game.actors))
            if (flow := numbers.flow(phase, actor)) is not None
        }
        places = Places(factors, flows, failed, settled, clock, years)
        process = Process(game, plays, rows, record, places, model.scenario.horizon.tail_periods)
        self.functions += [
            process.start(),
            process.tail(),
            process.period("back", rows.going + rows.absorbing),
            process.period("first", rows.going + rows.absorbing + rows.at_first),
        ]
        wanted |= dict(plays.own_terms())
        costs, cost_stride, cost_terms = self._costs(numbers)
        self.cost_stride = cost_stride

        self._numbers_functions(numbers, slots, wanted, failed, cost_terms)
        figures = Figures(game, record, model.periods, model.period_years, memory)
        layout, chains = self._layout(figures, inputs)
        self.functions += [figures.function(chain) for chain in figures.chains.values()]
        occupied = Occupied(figures, game.start, costs, cost_stride)
        self.functions.append(
            occupied.function(
                layout.shares.offset,
                {game.outcomes.index(o): f.offset for o, f in layout.outcomes.items()},
                {i: f.offset for i, f in enumerate(layout.costs.values())},
                layout.row_bytes,
                {
                    "shares": layout.switches,
                    "outcomes": layout.switches + 1,
                    "costs": layout.switches + 2,
                },
            )
        )
        self.functions.append(self._gather(layout, inputs))
        self.functions.append(self._report(layout, rows, settled, failed))
        self.functions += self._copies(layout, figures, chains)
        self.functions.append(self._solve(layout, figures, chains, clock, years, bool(cost_terms)))
        return module(self.functions, layout.pages), layout

    def _arithmetic(self) -> list[Function]:
        """The functions of arithmetic that others call."""
        made = []
        for name, make, count in (
            ("exp", arithmetic.exponential, 1),
            ("exp_of_parts", arithmetic.exponential, 2),
            ("log", arithmetic.logarithm, 1),
            ("power", arithmetic.power, 2),
        ):
            terms, function = Terms(), Function(name, (V128,) * count, (V128,))
            function.compute(terms, [], push=make(terms, *(terms.local(i) for i in range(count))))
            made.append(function)
        return [*made, certain_choice("certain_2", 2), certain_choice("certain_3", 3)]

    def _costs(self, numbers: Numbers) -> tuple[dict[tuple[int, int], int], int, dict[int, Term]]:
        """Where what a period costs lies, by measure (of those with a cost) and phase."""
        costs = [measure.cost for measure in self.model.measures.values() if measure.cost is not None]
        places: dict[tuple[int, int], int] = {}
        terms: dict[int, Term] = {}
        found: dict[Term, int] = {}
        base: int | None = None
        for row, cost in enumerate(costs):
            for phase in range(len(self.game.phases)):
                term = numbers.cost(cost, phase)
                if self.terms.amount(term) == 0.0:
                    continue
                if term not in found:
                    found[term] = len(found)
                places[row, phase] = found[term]
        stride = len(found) * SLOT
        base = self.memory.take(max(1, len(found) * self.model.periods))
        for term, index in found.items():
            terms[base + index * SLOT] = term
        return {key: base + index * SLOT for key, index in places.items()}, stride, terms

    def _numbers_functions(
        self,
        numbers: Numbers,
        slots: Slots,
        wanted: dict[int, Term],
        failed: int,
        costs: dict[int, Term],
    ) -> None:
        """`lasting()`: what is the same in every period; `timed()`: what is not; `cost(at)`: costs of a period."""
        terms = self.terms
        first = numbers.first_checks
        checks = {
            (moment, varying): group.failed(terms, varying)
            for moment, group in (("always", numbers.checks), ("first", first))
            for varying in (False, True)
        }
        varying = [t for t in (*slots.places, *wanted.values(), *costs.values()) if terms.varies[t]]
        varying += [mask for (_, v), mask in checks.items() if v and mask is not None]
        for term in slots.frontier(varying):
            slots.place(term)
        for term in costs.values():
            if not terms.varies[term]:
                slots.place(term)
        places = {place: term for term, place in slots.places.items() if terms.operations[term] != "load"}
        places |= wanted
        lasting = [Store(place, term) for place, term in places.items() if not terms.varies[term]]
        timed = [Store(place, term) for place, term in places.items() if terms.varies[term]]
        found = [mask for (_, v), mask in checks.items() if not v and mask is not None]
        kept = {term: place for term, place in slots.places.items() if not terms.varies[term]}
        self._stores("lasting", lasting, {}, failed, found, first=True)
        mask = checks["always", True]
        self._stores("timed", timed, kept, failed, [] if mask is None else [mask], first=False)
        mask = checks["first", True]
        self._stores("timed_first", [], kept, failed, [] if mask is None else [mask], first=False)
        function = Function("cost", (I32,))
        function.compute(terms, [Store(place, term, 0) for place, term in costs.items()], slots.places)
        self.functions.append(function)

    def _stores(
        self,
        name: str,
        stores: list[Store],
        known: dict[Term, int],
        failed: int,
        masks: list[Term],
        first: bool,
    ) -> None:
        """A function that makes all the stores, in parts, and notes where any of the masks is set."""
        terms = self.terms
        whole = Function(name)
        parts = [stores[i : i + _STORES_AT_ONCE] for i in range(0, len(stores), _STORES_AT_ONCE)] or [[]]
        for number, part in enumerate(parts):
            function = Function(f"{name}_{number}")
            statements = list(part)
            if number == len(parts) - 1:
                found = [] if first else [terms.load(failed)]
                found += masks
                if found:
                    total = found[0]
                    for mask in found[1:]:
                        total = terms.op("or", total, mask)
                else:
                    total = terms.bits(0)
                statements.append(Store(failed, total))
            function.compute(terms, statements, known)
            self.functions.append(function)
            whole.call(function.name)
        self.functions.append(whole)

    def _layout(self, figures: Figures, inputs: dict[str, int]) -> tuple[Layout, dict[str, tuple[int, int]]]:
        """The rows of inputs and outputs; and for every metric with a chain its switch and the place of its curve."""
        model, game, memory = self.model, self.game, self.memory
        metrics = {name: model.metric(name) for name in model.scenario.metrics}
        chains: dict[str, tuple[int, int]] = {}
        for name, metric in metrics.items():
            if metric.kind != "value":
                chain, reading = figures.chain(metric)
                chains[name] = (chain.switch, chain.readings[reading])
        costs = [name for name, measure in model.measures.items() if measure.cost is not None]
        curves = {name: chains[name][1] for name, metric in metrics.items() if metric.kind in CURVE_KINDS}
        periods, phases = model.periods + 1, len(game.phases)
        count = len(inputs) + 2 + len(game.actors) + len(metrics) + len(costs) + len(game.outcomes)
        count += periods * (phases + len(set(curves.values())))
        pairs = pairs_in_a_call(count)
        row_bytes = pairs * SLOT
        # Switches: shares, outcomes, costs, curves, then one for every chain.
        switch_count = 4 + len(figures.chains)
        switches = memory.take(switch_count, 1)
        memory.used = -(-memory.used // 64) * 64

        def rows(number: int, needs: tuple[int, ...] = ()) -> Figure:
            return Figure(memory.take(number, row_bytes), number, needs)

        parameters = {name: rows(1).offset for name in model.distributions}
        measures = {name: rows(1).offset for name in model.measures}
        settled, flagged = rows(1), rows(1)
        values = {actor: rows(1) for actor in game.actors}
        metric_rows = {name: rows(1, (4 + chains[name][0],) if name in chains else ()) for name in metrics}
        curve_rows: dict[int, Figure] = {}
        for name, place in curves.items():
            if place not in curve_rows:
                curve_rows[place] = rows(periods, (3, 4 + chains[name][0]))
        layout = Layout(
            2 * pairs,
            row_bytes,
            0,
            MappingProxyType(parameters),
            MappingProxyType(measures),
            switches,
            switch_count,
            settled,
            flagged,
            MappingProxyType(values),
            MappingProxyType(metric_rows),
            MappingProxyType({name: curve_rows[place] for name, place in curves.items()}),
            MappingProxyType({name: rows(1, (2,)) for name in costs}),
            rows(periods * phases, (0,)),
            MappingProxyType({name: rows(1, (1,)) for name in game.outcomes}),
            game.phases,
            model.periods,
        )
        return replace(layout, bytes=memory.used), chains

    def _gather(self, layout: Layout, inputs: dict[str, int]) -> Function:
        """`gather(pair)`: the inputs of a pair to their slots."""
        function, terms = Function("gather", (I32,)), Terms()
        offsets = {**layout.parameters, **layout.measures}
        function.compute(
            terms, [Store(place, terms.load_at(0, offsets[name])) for name, place in inputs.items()]
        )
        return function

    def _report(self, layout: Layout, rows: Rows, settled: int, failed: int) -> Function:
        """`report(pair)`: what is known of a pair once it is solved backwards."""
        function, terms = Function("report", (I32,)), Terms()
        stores = [
            Store(layout.settled.offset, terms.truth(terms.load(settled)), 0),
            Store(layout.flagged.offset, terms.truth(terms.load(failed)), 0),
        ]
        for actor, figure in enumerate(layout.values.values()):
            stores.append(Store(figure.offset, terms.load(rows.values[self.game.start] + actor * SLOT), 0))
        for name, figure in layout.metrics.items():
            metric = self.model.metric(name)
            if metric.kind == "value":
                (actor,) = metric.members
                place = rows.values[metric.start] + actor * SLOT
                stores.append(Store(figure.offset, terms.load(place), 0))
        function.compute(terms, stores)
        return function

    def _copies(self, layout: Layout, figures: Figures, chains: dict[str, tuple[int, int]]) -> list[Function]:
        """`copy_i(pair)`: the metrics of a chain, and its curves where they are asked for."""
        made = []
        for chain in figures.chains.values():
            function = Function(f"copy_{chain.switch}", (I32,))
            names = [name for name, (switch, _) in chains.items() if switch == chain.switch]
            terms, stores = Terms(), []
            for name in names:
                place = chains[name][1] + self.model.metric(name).until * SLOT
                stores.append(Store(layout.metrics[name].offset, terms.load(place), 0))
            function.compute(terms, stores)
            moved = {chains[name][1]: layout.curves[name].offset for name in names if name in layout.curves}
            if moved:
                source, target = function.local(I32), function.local(I32)
                function.byte(layout.switches + 3)
                function.write(IF)
                function.get(0)
                function.set(target)
                function.write(LOOP)
                terms = Terms()
                function.compute(
                    terms, [Store(to, terms.load_at(source, place), target) for place, to in moved.items()]
                )
                function.step(source, SLOT)
                function.step(target, layout.row_bytes)
                function.get(source)
                function.write(constant((self.model.periods + 1) * SLOT), b"\x48", b"\x0d\x00", END, END)
            made.append(function)
        return made

    def _solve(
        self,
        layout: Layout,
        figures: Figures,
        chains: dict[str, tuple[int, int]],
        clock: int,
        years: int,
        has_costs: bool,
    ) -> Function:
        """`solve(pairs)`: the whole of every pair, one after the other."""
        function = Function("solve", (I32,), exported=True)
        pair, time = function.local(I32), function.local(I32)
        per_year = round(1.0 / self.model.period_years)
        stride = self.cost_stride

        def set_clock() -> None:
            for place, divisor in ((clock, 1.0), (years, float(per_year))):
                function.write(constant(0))
                function.get(time)
                function.write(b"\xb7")  # f64.convert_i32_s
                if divisor != 1.0:
                    function.write(b"\x44" + struct.pack("<d", divisor), b"\xa3")
                function.write(b"\xfd\x14", b"\xfd\x0b\x04" + unsigned(place))

        def cost() -> None:
            if has_costs:
                function.byte(layout.switches + 2)
                function.write(IF)
                function.get(time)
                function.write(constant(stride), b"\x6c")
                function.call("cost")
                function.write(END)

        function.write(LOOP)
        function.get(pair)
        function.call("gather")
        function.call("lasting")
        function.write(constant(self.model.periods - 1))
        function.set(time)
        set_clock()
        function.call("timed")
        function.call("start")
        function.call("tail")
        function.write(LOOP)
        cost()
        function.get(time)
        function.write(b"\x45", IF)  # i32.eqz
        function.call("timed_first")
        function.get(time)
        function.call("first")
        function.write(b"\x05")
        function.get(time)
        function.call("back")
        function.step(time, -1)
        set_clock()
        function.call("timed")
        function.write(b"\x0c\x01", END, END)  # go on with the loop
        function.get(pair)
        function.call("report")
        for chain in figures.chains.values():
            function.byte(layout.switches + 4 + chain.switch)
            function.write(IF)
            function.call(f"chain_{chain.switch}")
            function.get(pair)
            function.call(f"copy_{chain.switch}")
            function.write(END)
        function.byte(layout.switches)
        function.byte(layout.switches + 1)
        function.byte(layout.switches + 2)
        function.write(b"\x72", b"\x72", IF)
        function.get(pair)
        function.call("occupied")
        function.write(END)
        function.step(pair, SLOT)
        function.get(pair)
        function.get(0)
        function.write(constant(SLOT), b"\x6c", b"\x49", b"\x0d\x00", END)
        return function
