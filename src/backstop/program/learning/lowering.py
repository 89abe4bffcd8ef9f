"""A scenario with a hidden type lowered to the functions of a module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from backstop.program.code.encoding import Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.evaluation import Evaluation
from backstop.program.expressions import Expressions
from backstop.program.layout import SLOT
from backstop.program.learning.forward.figures import LearntFigures, LearntShares
from backstop.program.learning.forward.masses import Ground
from backstop.program.learning.grid import grid_of, hidden_type
from backstop.program.learning.process import IN_PERIODS, LearntProcess
from backstop.program.learning.seat import KINDS, Board
from backstop.program.learning.tail.groups import ByGroups, Sweeping
from backstop.program.learning.tail.search import Mixing, tables_of
from backstop.program.lowering import Lowering
from backstop.program.numbers import Numbers
from backstop.program.recursion.tail import tail
from backstop.program.shares import Sums


class LearntLowering(Lowering):
    """Writes the module of a model in which an actor has a hidden type."""

    learnt: LearntProcess

    def prepare(self) -> None:
        """The numbers of the game by type, its process and its figures."""
        model, memory = self.model, self.memory
        assert model.types is not None
        both = list[Numbers]()
        for kind in KINDS:
            asked = {name: self.terms.constant(float(k == kind)) for name, k in model.types.asked.items()}
            expressions = Expressions(model, self.terms, self.inputs, self.clock, asked)
            both.append(Numbers(model, self.terms, expressions, self.at_first, both[0] if both else None))
        self.numbers = both[0]
        zero, one = self.terms.constant(0.0), self.terms.constant(1.0)
        self.both = both[0], both[1]
        self.grid = grid_of(self.game, hidden_type(model), self.at_first, memory)
        self.rows = self.grid.rows
        # Others learn only from moves that might have been made otherwise.
        for numbers in both if self.grid.hidden.learns else ():
            numbers.needs_noise(model.types.actor)
        self.blocks = self.blocks_of(1, len(self.rows.order) * self.rows.size)
        self.learnt = LearntProcess(
            Board(self.both, self.slots, self.grid, self.private),
            self.lanes,
            model.scenario.horizon.tail_periods,
            self.numbers.share(model.types, (zero, one)),
            self.slips,
            frozenset((self.game.start, *(model.metric(name).start for name in model.scenario.metrics))),
            self.blocks,
        )
        self.process = self.learnt
        self.figures = self.learnt_figures = LearntFigures(
            self.game,
            Ground(self.grid, self.learnt.record, self.learnt.share_at),
            model.periods,
            model.period_years,
            memory,
            self.opening,
        )

    def opened(self) -> tuple[list[Function], Callable[[Function, int], None], Mapping[int, int]]:
        """What lays plays open stands with the functions of plays."""
        assert self.learnt.opened is not None
        return [], self._open_phases, self.learnt.opened.places

    def _open_phases(self, function: Function, shift: int) -> None:
        """Lay open every phase at what is to be believed as it begins; nothing is presumed of beliefs after moves."""
        learnt, blocks, rows = self.learnt, self.blocks, self.rows
        assert blocks is not None and learnt.opened is not None
        for phase, row in self.grid.start.items():
            number, place = learnt.plays.number[phase], blocks.believed + phase * SLOT
            learnt.put(function, partial(self._opening, place))
            for name, block in (
                (f"settle_one_{number}", 0),
                (f"opened_{number}", learnt.opened.places[phase]),
            ):
                function.whole(0)
                function.whole(rows.place[row])
                function.whole(learnt.plays.warm_at_start)
                function.whole(learnt.plays.own(phase))
                for target in learnt.plays.targets(phase):
                    function.whole(target)
                function.whole(block + shift if block else 0)
                function.call(name)
        function.whole(shift)
        function.call("opened_ends")

    def _opening(self, belief: int, terms: Terms) -> dict[int, Term]:
        """What functions of plays are to work with where a phase is laid open at the belief at a place."""
        worlds, desk = self.learnt.worlds, self.learnt.plays.desk
        return {
            worlds.among: self.learnt.among(terms),
            worlds.tolerance: terms.constant(IN_PERIODS),
            worlds.cold: terms.bits(-1),
            desk.turned: terms.constant(1.0),
            desk.belief: terms.load(belief),
        }

    @property
    def by_type(self) -> list[Numbers]:
        """The numbers of the game, for both types."""
        return list(self.both)

    def plays(self) -> list[Function]:
        """Functions that the process calls."""
        return self.learnt.functions()

    def tails(self) -> list[Function]:
        """The tail, what it calls, and what looks at it afterwards."""
        learnt, sweeping = self.learnt, Sweeping(self.learnt, coarse=False)
        if self.by_groups:
            return ByGroups(learnt, self.most_sweeps).functions()
        search = partial(Mixing, sweeping, tables_of(self.rows)) if self.accelerate else None
        return tail(sweeping, self.most_sweeps, search)

    @property
    def by_groups(self) -> bool:
        """Whether the tail is solved group by group."""
        learns = self.grid.hidden.learns and bool(self.rows.going)
        return self.accelerate and learns and not self.learnt.cut

    def after_tail(self, function: Function) -> None:
        """See whether beliefs at the horizon lie on the principal branch; keep numbers that depend on the period."""
        learnt = self.learnt
        if not self.by_groups and self.grid.hidden.learns:
            again = None if learnt.cut else lambda: function.call("tail")
            learnt.confirm(function, learnt.going, again)
        function.call("keep")

    def watched(self, evaluation: Evaluation) -> list[Function]:
        """`keep()`, and `watch()`, which notes the worlds in which a period is no longer what it is at the horizon."""
        return evaluation.watched(self.memory, self.learnt.worlds.moved)

    def occupied(self, sums: Sums) -> Function:
        """`occupied(pair)`: shares of the phases, outcomes and costs."""
        spending = self.spending[0], self.spending[1]
        return LearntShares(self.learnt_figures, self.game.start, sums, spending).function()

    def at_start(self, function: Function) -> tuple[Terms, Callable[[int, int, int | None], Term]]:
        """What phases are worth as period 0 begins."""
        grid, rows = self.grid, self.rows
        terms, hidden = Terms(), grid.hidden
        share = terms.load(self.learnt.share_at)

        def mixed(first: Term, second: Term) -> Term:
            less = terms.mul(terms.sub(terms.constant(1.0), share), first)
            return first if first == second else terms.add(less, terms.mul(share, second))

        def worth(phase: int, column: int) -> Term:
            if not grid.is_absorbing(phase):
                return terms.load(rows.offset(rows.values, grid.start[phase], column))
            place = grid.place(rows.values, phase, column)
            return mixed(terms.load(place), terms.load(place + rows.size))

        def value(phase: int, actor: int, kind: int | None) -> Term:
            # Others do not know the type, so to them a phase is worth what they expect.
            if actor != hidden.actor:
                return worth(phase, actor)
            own = [worth(phase, grid.column(actor, each)) for each in KINDS]
            return mixed(*own) if kind is None else own[kind]

        return terms, value

    def backwards(
        self,
        function: Function,
        time: int,
        wind: Callable[[], None],
        costs: int | None,
        cost_stride: int,
        timed: bool,
    ) -> None:
        """Periods that are as the horizon is are not solved; worlds lost on the way have not settled."""
        worlds, lanes = self.learnt.worlds, self.lanes

        def watched() -> None:
            wind()
            function.call("watch")

        super().backwards(function, time, watched, costs, cost_stride, timed)
        if self.grid.hidden.learns:
            terms = Terms()
            lost = terms.op("or", terms.load(worlds.lost), terms.load(worlds.astray))
            if self.learnt.stuck is not None:
                lost = terms.op("or", lost, terms.load(self.learnt.stuck))
            function.compute(
                terms, [Store(lanes.settled, terms.op("andnot", terms.load(lanes.settled), lost))]
            )
