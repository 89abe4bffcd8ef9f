"""The rows of a program's inputs and outputs, and the functions that read and write them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from backstop.game.metric import SLIP_KINDS
from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.figures import CURVE_KINDS, LEAST_CONDITION, Chain, Figures
from backstop.program.layout import SLOT, Figure, Layout, Memory, pairs_in_a_call
from backstop.program.mixture import ratio
from backstop.program.recursion.process import Lanes
from backstop.scenario.model import Model

# Switches for shares, outcomes, costs and curves; one for every chain follows.
SHARES, OUTCOMES, COSTS, CURVES, CHAINS = range(5)


# What a phase is worth to an actor as period 0 begins, given the type of the one with a hidden type or on average over
# both (None); and code that must stand before.
Start = Callable[[Function], tuple[Terms, Callable[[int, int, int | None], Term]]]


class Outputs:
    """What a program reads and reports. `inputs`: the slots of parameters and measures by name."""

    def __init__(
        self,
        model: Model,
        figures: Figures,
        inputs: Mapping[str, int],
        memory: Memory,
        switches: int = 0,
    ) -> None:
        """`switches`: how many more there are, after all others."""
        self.more_switches = switches
        self.model, self.figures, self.inputs, self.memory = model, figures, inputs, memory
        self.metrics = {name: model.metric(name) for name in model.scenario.metrics}
        self.chains: dict[str, Chain] = {}
        # Where the curves of metrics, and of the slips behind them, are kept while their chains are followed.
        self.places: dict[str, int] = {}
        self.slips: dict[str, dict[str, int]] = {}
        for name, metric in self.metrics.items():
            if metric.kind != "value":
                chain, reading = figures.chain(metric)
                self.chains[name], self.places[name] = chain, chain.readings[reading]
                slips = figures.slips(metric)
                self.slips[name] = {model.game.actors[i]: chain.readings[r] for i, r in slips.items()}
        figures.lay_out()
        self.layout = self._layout()

    def _layout(self) -> Layout:
        model, game, memory = self.model, self.model.game, self.memory
        costs = [name for name, measure in model.measures.items() if measure.cost is not None]
        curves = {name: self.places[name] for name, m in self.metrics.items() if m.kind in CURVE_KINDS}
        kept = self.figures.has_slips
        slips = {n: by for n, by in self.slips.items() if kept and self.metrics[n].kind in SLIP_KINDS}
        periods, phases = model.periods + 1, len(model.shown)
        single = (
            len(self.inputs) + 2 + len(game.actors) + len(self.metrics) + len(costs) + len(model.outcomes)
        )
        single += sum(map(len, slips.values()))
        pairs = pairs_in_a_call(single + periods * (phases + len(set(curves.values()))))
        row_bytes = pairs * SLOT
        switch_count = CHAINS + len(self.figures.chains) + self.more_switches
        switches = memory.take(switch_count, 1)
        memory.align()

        def rows(number: int, *needs: int) -> Figure:
            return Figure(memory.take(number, row_bytes), number, needs)

        def named(names: Iterable[str], *needs: int) -> Mapping[str, Figure]:
            return MappingProxyType({name: rows(1, *needs) for name in names})

        def chain(name: str) -> tuple[int, ...]:
            return (CHAINS + self.chains[name].switch,) if name in self.chains else ()

        parameters = {name: figure.offset for name, figure in named(model.distributions).items()}
        measures = {name: figure.offset for name, figure in named(model.measures).items()}
        settled, flagged, values = rows(1), rows(1), named(game.actors)
        metrics = MappingProxyType({name: rows(1, *chain(name)) for name in self.metrics})
        by_place = {place: rows(periods, CURVES, *chain(name)) for name, place in curves.items()}
        return Layout(
            capacity=2 * pairs,
            row_bytes=row_bytes,
            parameters=MappingProxyType(parameters),
            measures=MappingProxyType(measures),
            switches=switches,
            switch_count=switch_count,
            settled=settled,
            flagged=flagged,
            values=values,
            metrics=metrics,
            slips=MappingProxyType({name: named(by, *chain(name)) for name, by in slips.items()}),
            curves=MappingProxyType({name: by_place[place] for name, place in curves.items()}),
            costs=named(costs, COSTS),
            shares=rows(periods * phases, SHARES),
            outcomes=named(model.outcomes, OUTCOMES),
            phases=tuple(model.shown),
            periods=model.periods,
            has_slips=kept,
            bytes=memory.used,
        )

    def gather(self) -> Function:
        """`gather(pair)`: the inputs of a pair to their slots."""
        function, terms = Function("gather", (I32,)), Terms()
        rows = {**self.layout.parameters, **self.layout.measures}
        stores = [Store(place, terms.load_at(0, rows[name])) for name, place in self.inputs.items()]
        function.compute(terms, stores)
        return function

    def _mixed(self, terms: Terms, offset: int, value: Term, given: int | None = None) -> Store:
        """A figure put into its row of output, or added to what stands there of the other type."""
        mixture = self.figures.mixture
        if mixture is not None:
            value = mixture.added(terms, terms.load_at(0, offset), value, given)
        return Store(offset, value, 0)

    def report(self, start: Start, lanes: Lanes) -> Function:
        """`report(pair)`: what is known of a pair once it is solved backwards."""
        function, layout = Function("report", (I32,)), self.layout
        terms, value = start(function)
        mixture, stores = self.figures.mixture, list[Store]()
        for figure, lane, operation in (
            (layout.settled, lanes.settled, "min"),
            (layout.flagged, lanes.failed, "max"),
        ):
            truth = terms.truth(terms.load(lane))
            if mixture is not None:
                truth = mixture.joined(terms, operation, terms.load_at(0, figure.offset), truth)
            stores.append(Store(figure.offset, truth, 0))
        for actor, figure in enumerate(layout.values.values()):
            stores.append(self._mixed(terms, figure.offset, value(self.model.game.start, actor, None)))
        for name, metric in self.metrics.items():
            if metric.kind == "value":
                (actor,) = metric.members
                here = value(metric.start, actor, metric.type)
                stores.append(self._mixed(terms, layout.metrics[name].offset, here, metric.type))
        function.compute(terms, stores)
        return function

    def copies(self) -> list[Function]:
        """`copy_i(pair)` for every chain: its metrics, and its curves where they are asked for."""
        return [self._copy(chain) for chain in self.figures.chains.values()]

    def _copy(self, chain: Chain) -> Function:
        function, terms, layout = Function(f"copy_{chain.switch}", (I32,)), Terms(), self.layout
        names = [name for name, of in self.chains.items() if of is chain]
        stores = []
        for name in names:
            until = self.metrics[name].until * SLOT
            stores.append(
                Store(layout.metrics[name].offset, self._taken(terms, chain, self.places[name], until), 0)
            )
            for actor, place in self.slips[name].items():
                taken = self._taken(terms, chain, place, until)
                stores.append(Store(layout.slips[name][actor].offset, taken, 0))
        function.compute(terms, stores)
        curves = {self.places[name]: layout.curves[name].offset for name in names if name in layout.curves}
        if curves:
            row = function.local(I32)
            function.byte(layout.switches + CURVES)
            with function.when():
                function.get(0)
                function.set(row)
                with function.each(self.model.periods + 1, SLOT) as period:
                    terms = Terms()
                    function.compute(
                        terms,
                        [
                            Store(to, self._taken(terms, chain, place, 0, period), row)
                            for place, to in curves.items()
                        ],
                    )
                    function.step(row, layout.row_bytes)
        return function

    def _taken(self, terms: Terms, chain: Chain, place: int, further: int, base: int | None = None) -> Term:
        """A number of a curve; on a condition that is kept apart, over that."""

        def load(start: int) -> Term:
            return terms.load(start + further) if base is None else terms.load_at(base, start + further)

        if chain.condition is None:
            return load(place)
        return ratio(terms, load(place), load(chain.condition), LEAST_CONDITION)
