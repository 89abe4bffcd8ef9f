"""A compiled scenario lowered to the functions of a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from backstop.base.faults import Refused
from backstop.program.blocks import Blocks, Opening, Shape
from backstop.program.code import arithmetic
from backstop.program.code.encoding import I32, V128, Function, module
from backstop.program.code.terms import Term, Terms
from backstop.program.evaluation import Evaluation
from backstop.program.expressions import Expressions
from backstop.program.figures import Figures
from backstop.program.layout import SLOT, Layout, Memory, Slots
from backstop.program.mixture import TYPES, Mixture
from backstop.program.numbers import Numbers
from backstop.program.outputs import CHAINS, COSTS, OUTCOMES, SHARES, Outputs
from backstop.program.recursion.opening import keep, open_function
from backstop.program.recursion.play import Board, certain_choice
from backstop.program.recursion.process import Backward, Lanes, Process
from backstop.program.recursion.record import record_of
from backstop.program.recursion.rows import rows_of
from backstop.program.recursion.search import Search
from backstop.program.recursion.tail import tail
from backstop.program.shares import Sums, occupied
from backstop.scenario.model import Model

MOST_SWEEPS = 20_000

# Bytes of code that compile in some seconds; what WebAssembly allows in a function; bytes of memory for a thread.
MOST_CODE, MOST_LOCALS, MOST_MEMORY = 12_000_000, 50_000, 1_000_000_000
# What functions are for, by the beginning of their names, in words for people.
_WHAT = {
    "worth": "plays in the tail",
    "chosen": "plays",
    "guess": "plays with a hidden type in the tail",
    "choose": "plays with a hidden type",
    "lasting": "plays",
    "slopes_of": "how plays answer one another",
    "search": "equations of phases that lead to one another",
    "once": "expressions",
    "timed": "expressions that depend on time",
    "chain": "metrics",
    "occupied": "shares of the phases",
    "start": "phases",
}


def entrances(model: Model) -> frozenset[int]:
    """Phases that can be played in period 0 alone: no outcome leads to them.

    Where the tail is cut off, which worlds have settled by then may depend on every phase, so none is left out.
    """
    game = model.game
    if model.scenario.horizon.tail_periods is not None:
        return frozenset()
    return frozenset(game.live).difference(*(game.following(k) for k in game.live))


class Lowering:
    """Writes the module of a model. With `opening` worlds can be laid open. Without `accelerate` the tail is made of
    plain sweeps alone."""

    process: Backward
    figures: Figures
    blocks: Blocks | None

    def __init__(
        self,
        model: Model,
        private: bool,
        slips: bool = False,
        accelerate: bool = True,
        most_sweeps: int = MOST_SWEEPS,
        opening: bool = False,
    ) -> None:
        memory, terms = Memory(), Terms()
        self.model, self.game, self.memory = model, model.game, memory
        self.accelerate, self.most_sweeps, self.opening = accelerate, most_sweeps, opening
        self.clock = {"t": memory.take(1), "years": memory.take(1)}
        self.inputs = {name: memory.take(1) for name in (*model.distributions, *model.measures)}
        self.lanes = Lanes(memory.take(1), memory.take(1))
        self.at_first, self.private, self.slips = entrances(model), private, slips
        # The byte that asks for a world to be laid open.
        self.open_switch = 0
        self.terms, self.slots = terms, Slots(terms, memory)
        self.mixture: Mixture | None = None
        # What periods cost by measure and phase, for every type of the actor with a hidden one.
        self.spending: list[dict[tuple[int, int], int]] = []
        self.prepare()

    def prepare(self) -> None:
        """The numbers of the game, its process and its figures."""
        model, memory, terms = self.model, self.memory, self.terms
        self.mixture = None if model.types is None else Mixture.placed(memory)
        now = () if self.mixture is None else tuple(terms.load(place) for place in self.mixture.now)
        asked = {} if model.types is None else {name: now[k] for name, k in model.types.asked.items()}
        expressions = Expressions(model, terms, self.inputs, self.clock, asked)
        self.numbers = Numbers(model, terms, expressions, self.at_first)
        self.rows = rows_of(self.game, self.at_first, memory)
        record = record_of(self.game, model.periods, memory, self.slips)
        board = Board(self.numbers, self.slots, self.rows, self.private)
        table = len(self.rows.order) * self.rows.size
        self.blocks = self.blocks_of(1 if self.mixture is None else len(TYPES), table)
        self.plain = Process(
            board, record, self.lanes, model.scenario.horizon.tail_periods, blocks=self.blocks
        )
        if model.types is not None and self.mixture is not None:
            self.plain.wanted[self.mixture.share] = self.numbers.share(model.types, now)
        self.process = self.plain
        self.figures = Figures(self.game, record, model.periods, model.period_years, memory, self.mixture)

    def blocks_of(self, types: int, table: int) -> Blocks | None:
        """Room for a world laid open; values are kept in tables of so many bytes."""
        if not self.opening:
            return None
        model, hidden = self.model, self.mixture is None and self.model.types is not None
        shape = Shape(len(self.game.actors) + hidden, len(model.measures), hidden)
        return Blocks(shape, len(self.game.phases), model.periods, types, table, self.memory)

    def opened(self) -> tuple[list[Function], Callable[[Function, int], None], Mapping[int, int]]:
        """Functions that lay plays open; what calls them; and where the blocks of the phases begin."""
        opened = self.plain.opened
        assert opened is not None
        return opened.functions, opened.call, opened.places

    @property
    def by_type(self) -> list[Numbers]:
        """The numbers of the game, for every type of the actor with a hidden one."""
        return [self.numbers]

    def plays(self) -> list[Function]:
        """Functions that the process calls; to be asked once the tail is written."""
        return self.plain.plays.functions

    def tails(self) -> list[Function]:
        """The tail, and what it calls."""
        return tail(self.plain, self.most_sweeps, partial(Search, self.plain) if self.accelerate else None)

    def at_start(self, function: Function) -> tuple[Terms, Callable[[int, int, int | None], Term]]:
        """What phases are worth as period 0 begins."""
        terms, rows = Terms(), self.rows
        return terms, lambda phase, actor, _: terms.load(rows.offset(rows.values, phase, actor))

    def occupied(self, sums: Sums) -> Function:
        """`occupied(pair)`: shares of the phases, outcomes and costs."""
        return occupied(self.figures, self.game.start, sums)

    def lowered(self) -> tuple[bytes, Layout]:
        """The bytes of the module, and its layout."""
        process = self.process
        tails = self.tails()
        spending, stride, costs = self._costs()
        evaluation = Evaluation(self.numbers, self.slots, process.wanted, costs, self.lanes.failed)
        watched = self.watched(evaluation)
        outputs = Outputs(self.model, self.figures, self.inputs, self.memory, int(self.opening))
        layout = outputs.layout
        self.open_switch = layout.switches + layout.switch_count - 1
        switches = (layout.switches + SHARES, layout.switches + OUTCOMES, layout.switches + COSTS)
        sums = Sums(
            layout.shares.offset,
            list(self.model.shown.values()),
            {self.model.occurrences_of([name]): figure.offset for name, figure in layout.outcomes.items()},
            {row: figure.offset for row, figure in enumerate(layout.costs.values())},
            layout.row_bytes,
            switches,
            spending,
            stride,
            None if self.blocks is None else (self.open_switch, self.blocks.shares, self.blocks.beliefs),
        )
        functions = [
            *_arithmetic(),
            *self.plays(),
            process.start(),
            *tails,
            *process.periods(),
            *evaluation.functions(),
            *watched,
            *(self.figures.function(chain) for chain in self.figures.chains.values()),
            self.occupied(sums),
            outputs.gather(),
            outputs.report(self.at_start, self.lanes),
            *outputs.copies(),
            *self._solve(layout, evaluation.is_timed, stride),
            *self._open(evaluation.is_timed),
        ]
        _refuse_too_large(functions, layout)
        return module(functions, layout.pages), layout

    def _costs(self) -> tuple[dict[tuple[int, int], int], int, dict[int, Term]]:
        """Where what a period costs lies, by measure (of those with a cost) and phase; and the costs by place."""
        costs = [measure.cost for measure in self.model.measures.values() if measure.cost is not None]
        found: dict[Term, int] = {}
        places: dict[tuple[int, int], int] = {}
        for numbers in self.by_type:
            for row, cost in enumerate(costs):
                for phase in range(len(self.game.phases)):
                    term = numbers.cost(cost, phase)
                    if numbers.terms.amount(term) != 0.0:
                        places[row, phase] = found.setdefault(term, len(found))
            self.spending.append(places)
            places = {}
        stride = len(found) * SLOT
        base = self.memory.take(max(1, len(found) * self.model.periods))
        terms = {base + index * SLOT: term for term, index in found.items()}
        self.spending = [{key: base + i * SLOT for key, i in each.items()} for each in self.spending]
        return self.spending[0], stride, terms

    def _solve(self, layout: Layout, timed: bool, cost_stride: int) -> list[Function]:
        """`solve(pairs)`: the whole of every pair, one after the other; and what it calls where there are types."""
        function, mixture = Function("solve", (I32,), exported=True), self.mixture
        pair = function.local(I32)
        inner = Function("solved", (I32,))
        with function.loop():
            function.get(pair)
            function.call("gather")
            if mixture is None:
                self._solve_pair(function, pair, layout, timed, cost_stride)
            for type_ in TYPES if mixture is not None else ():
                assert mixture is not None
                mixture.begin(function, type_)
                function.get(pair)
                function.call(inner.name)
            function.step(pair, SLOT)
            function.get(pair)
            function.get(0)
            function.whole(SLOT)
            function.integer("multiply", "less")
        if mixture is None:
            return [function]
        self._solve_pair(inner, 0, layout, timed, cost_stride)
        return [inner, function]

    def _solve_pair(
        self, function: Function, pair: int, layout: Layout, timed: bool, cost_stride: int
    ) -> None:
        """Solve the pair whose address is in a local, once its inputs are gathered."""
        time = function.local(I32)

        def wind() -> None:
            if timed:
                self._wind(function, time)

        function.call("once")
        costs = layout.switches + COSTS if cost_stride else None
        self.backwards(function, time, wind, costs, cost_stride, timed)
        function.get(pair)
        function.call("report")
        for chain in self.figures.chains.values():
            function.byte(layout.switches + CHAINS + chain.switch)
            with function.when():
                function.call(f"chain_{chain.switch}")
                function.get(pair)
                function.call(f"copy_{chain.switch}")
        asked = [layout.switches + switch for switch in (SHARES, OUTCOMES, COSTS)]
        asked += [self.open_switch] * self.opening
        for place in asked:
            function.byte(place)
        function.integer(*["or"] * (len(asked) - 1))
        with function.when():
            function.get(pair)
            function.call("occupied")

    def _wind(self, function: Function, time: int) -> None:
        """Set the clocks to the period in a local, and work out what depends on it."""
        per_year = round(1.0 / self.model.period_years)
        for name, divisor in (("t", 1), ("years", per_year)):
            function.splat(self.clock[name], time, divisor)
        function.call("timed")

    def laid_open(self, layout: Layout) -> Opening | None:
        """Where a world laid open lies, once all is lowered; None where the program does not lay worlds open."""
        blocks = self.blocks
        if blocks is None:
            return None
        return Opening(
            layout.switch_count - 1,
            blocks.shape,
            tuple(blocks.plays),
            blocks.play_of,
            self.opened()[2],
            blocks.used,
            blocks.types,
            blocks.shares,
            blocks.beliefs,
            blocks.believed,
        )

    def _open(self, timed: bool) -> list[Function]:
        """`open(period)`, and what it calls."""
        blocks = self.blocks
        if blocks is None:
            return []

        def wind(function: Function, time: int) -> None:
            if timed:
                self._wind(function, time)

        functions, call, _ = self.opened()
        begin = None if self.mixture is None else self.mixture.begin
        return [*functions, open_function(blocks, self.process.rows, begin, wind, call)]

    def after_tail(self, function: Function) -> None:
        """What is done once the tail is through."""

    def watched(self, evaluation: Evaluation) -> list[Function]:
        """Functions that tell whether a period is what the horizon is."""
        return []

    def backwards(
        self,
        function: Function,
        time: int,
        wind: Callable[[], None],
        costs: int | None,
        cost_stride: int,
        timed: bool,
    ) -> None:
        """The tail and all periods; `costs`: the switch that asks for them."""
        function.whole(self.model.periods - 1)
        function.set(time)
        wind()
        function.call("start")
        function.call("tail")
        self.after_tail(function)
        with function.loop():
            if costs is not None:
                function.byte(costs)
                with function.when():
                    function.get(time)
                    function.whole(cost_stride)
                    function.integer("multiply")
                    function.call("cost")
            if self.blocks is not None:
                function.byte(self.open_switch)
                with function.when():
                    second = None if self.mixture is None else self.mixture.now[1]
                    keep(function, self.blocks, self.process.rows, time, second)
            function.get(time)
            with function.when():
                function.get(time)
                function.call("back")
            function.get(time)
            function.integer("is_zero")
            with function.when():
                if timed:
                    function.call("timed_first")
                function.get(time)
                function.call("first")
            function.step(time, -1)
            function.get(time)
            function.whole(0)
            function.integer("at_least")
            with function.when():
                wind()
            function.get(time)
            function.whole(0)
            function.integer("at_least")


def _refuse_too_large(functions: Sequence[Function], layout: Layout) -> None:
    """Refuse a scenario whose program would take too long to compile, or too much memory to run."""
    parts: dict[str, int] = {}
    for function in functions:
        kind = function.name.rstrip("0123456789_")
        parts[kind] = parts.get(kind, 0) + function.size
    whole = sum(parts.values())
    widest = max(len(function.locals) for function in functions)
    if whole > MOST_CODE or widest > MOST_LOCALS:
        largest = sorted(parts.items(), key=lambda part: -part[1])[:3]
        told = ", ".join(f"{_WHAT.get(kind, kind)} {size / 1e6:.1f} MB" for kind, size in largest)
        raise Refused(
            f"the scenario makes a program of {whole / 1e6:.1f} MB, and {MOST_CODE / 1e6:.0f} MB is the limit: {told}",
            hint="give phases that play alike the same named tree, or leave out phases, metrics or definitions",
        )
    if layout.bytes > MOST_MEMORY:
        raise Refused(
            f"one thread would need {layout.bytes / 1e6:.0f} MB, and {MOST_MEMORY / 1e6:.0f} MB is the limit: what is "
            f"chosen in {layout.periods} periods and {len(layout.phases)} phases has to be kept",
            hint="take longer periods, a shorter horizon or fewer phases",
        )


def _arithmetic() -> list[Function]:
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
