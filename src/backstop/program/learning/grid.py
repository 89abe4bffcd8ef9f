"""Whose type is hidden, where the values of phases lie by belief, and how they are read between beliefs of the grid."""

from __future__ import annotations

from dataclasses import dataclass

from backstop.game.tree import Game
from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Memory
from backstop.program.recursion.rows import Rows
from backstop.scenario.model import Model

# An absorbing phase is worth something to type 1, something to type 2, and to others the mean in between.
ENDS = 2


@dataclass(frozen=True, slots=True)
class Hidden:
    """The actor (its index) with a hidden type, and what others know of it.

    `learns`: others learn from what they see; else they keep to the shares. `grid`: for how many beliefs the value of a
    phase is worked out, 1 where they keep to the shares.
    """

    actor: int
    learns: bool
    grid: int


def hidden_type(model: Model) -> Hidden:
    """The hidden type of a model that has one."""
    types = model.types
    assert types is not None
    learns = types.beliefs == "bayes"
    return Hidden(types.actor, learns, types.grid if learns else 1)


@dataclass(frozen=True, slots=True)
class Grid:
    """The rows of a game by belief: those of phase k lie one after the other, from `first[k]` on. Phases that lead to
    one another lie together, after those they lead to.

    A row has a column for every actor, the typed one with its first type, and a last one for its second type. Phases
    that go on have a row for each of `size` beliefs, from 0 to 1; absorbing ones one for each end. `start[k]`: a row
    for period 0, when the share of the second type is what is believed, of every phase that is played.
    """

    rows: Rows
    hidden: Hidden
    first: dict[int, int]
    start: dict[int, int]

    @property
    def size(self) -> int:
        """Number of beliefs."""
        return self.hidden.grid

    @property
    def coarse_step(self) -> int:
        """How far apart the few beliefs lie that are looked at first: the ends, and the middle where there is one."""
        last = self.size - 1
        return last // 2 if last % 2 == 0 else last

    @property
    def columns(self) -> int:
        """Number of columns."""
        return self.rows.actors

    def column(self, actor: int, kind: int) -> int:
        """The column with what something is worth to an actor, where the typed one is of type `kind`."""
        return self.columns - 1 if kind == 1 and actor == self.hidden.actor else actor

    def owner(self, column: int) -> tuple[int, int | None]:
        """The actor of a column, and its type; None of an actor who has none."""
        if column == self.columns - 1:
            return self.hidden.actor, 1
        return column, 0 if column == self.hidden.actor else None

    def place(self, table: int, phase: int, column: int = 0) -> int:
        """Where the first row of a phase lies in a table."""
        return self.rows.offset(table, self.first[phase], column)

    def is_absorbing(self, phase: int) -> bool:
        """Whether a phase has a row for either type only."""
        return self.first.get(phase) in self.absorbing_rows

    @property
    def absorbing_rows(self) -> frozenset[int]:
        """Rows of absorbing phases."""
        return frozenset(self.rows.absorbing)


def grid_of(game: Game, hidden: Hidden, at_first: frozenset[int], memory: Memory) -> Grid:
    """Room for the values of a game by belief."""
    first: dict[int, int] = {}
    groups: list[list[int]] = []
    used = 0
    for phases, each in (
        ([k for group in game.groups() for k in group if k not in at_first], hidden.grid),
        ([k for k, play in enumerate(game.plays) if play is None], ENDS),
    ):
        group: list[int] = []
        for phase in phases:
            first[phase] = used
            group += range(used, used + each)
            used += each
        groups.append(group)
    start = {phase: used + i for i, phase in enumerate(game.live)}
    rows = Rows(len(game.actors) + 1, groups[0], groups[1], list(start.values()), memory)
    return Grid(rows, hidden, first, start)


def fill(grid: Grid) -> Function:
    """`fill(out)`: the worth of a phase between the few beliefs at which it is known."""
    rows, function = grid.rows, Function("fill", (I32,))
    step, columns = grid.coarse_step, range(grid.columns)
    if step == 1:
        return function
    low, rise = ([function.local() for _ in columns] for _ in range(2))
    with function.each((grid.size - 1) // step, 1):
        terms = Terms()
        put = []
        for column in columns:
            at = rows.worth + column * SLOT
            begin, end = terms.load_at(0, at), terms.load_at(0, at + step * rows.size)
            put += [
                Assign(low[column], begin),
                Assign(rise[column], terms.sub(end, begin)),
            ]
        function.compute(terms, put)
        with function.each(step - 1, 1) as between:
            share = function.local()
            function.get(between)
            function.whole(1)
            function.integer("add")
            function.spread(step)
            function.set(share)
            function.step(0, rows.size)
            terms = Terms()
            function.compute(
                terms,
                [
                    Store(
                        rows.worth + column * SLOT,
                        terms.add(
                            terms.local(low[column]),
                            terms.mul(terms.local(share), terms.local(rise[column])),
                        ),
                        0,
                    )
                    for column in columns
                ],
            )
        function.step(0, rows.size)
    return function


@dataclass(frozen=True, slots=True)
class Reading:
    """A belief in a local, with where it lies in the grid: how far between two beliefs of it (`weight`), and for either
    world, in bytes of a row, the first of the two (`cells`)."""

    belief: int
    weight: int
    cells: tuple[int, int]


def read(function: Function, terms: Terms, belief: Term, size: int, row: int) -> tuple[Reading, int]:
    """Find a belief in a grid of `size` beliefs with rows of `row` bytes; also a local with both cells by number."""
    reading = Reading(function.local(), function.local(), (function.local(I32), function.local(I32)))
    cell = function.local()
    place = terms.mul(belief, terms.constant(float(size - 1)))
    held = terms.op("pmin", terms.op("pmax", terms.constant(0.0), place), terms.constant(float(size - 2)))
    low = terms.op("trunc", held)
    function.compute(
        terms,
        [
            Assign(reading.belief, belief),
            Assign(reading.weight, terms.sub(place, low)),
            Assign(cell, terms.op("whole", low)),
        ],
    )
    for number, local in enumerate(reading.cells):
        function.lane(cell, number)
        function.whole(row)
        function.integer("multiply")
        function.set(local)
    return reading, cell


def between(
    terms: Terms, weight: Term, cells: tuple[int, int], place: int, row: int, size: int
) -> tuple[Term, Term]:
    """What stands `place` bytes after the addresses in the locals `cells`, read between that row and the next; and how
    it follows the belief."""
    low = terms.gather(cells, place)
    rise = terms.sub(terms.gather(cells, place + row), low)
    worth = terms.add(low, terms.mul(weight, rise))
    return worth, terms.mul(rise, terms.constant(float(size - 1)))
