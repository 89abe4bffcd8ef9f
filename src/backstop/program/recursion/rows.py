"""Where the values of the phases lie while a pair of worlds is solved, and code that goes over them.

Every phase has a row of one slot per actor. The rows of phases that go on in the tail stand first, then those of
absorbing phases, then those of phases that can be played in period 0 alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from backstop.game.tree import Game
from backstop.program.code.encoding import Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Memory

# Cells that are written out one after another.
_FEW = 64


class Rows:
    """Rows of `actors` numbers: `worth` as just computed, `values` of the period in hand, and `discounted` values.

    `place[k]`: how far into any of these tables the row of phase k begins. `factors[i]`: where the discount factor of
    actor i lies.
    """

    def __init__(
        self,
        actors: int,
        going: Sequence[int],
        absorbing: Sequence[int],
        at_first: Sequence[int],
        memory: Memory,
    ) -> None:
        self.actors = actors
        self.going, self.absorbing, self.at_first = list(going), list(absorbing), list(at_first)
        self.order = self.going + self.absorbing + self.at_first
        self.size = self.actors * SLOT
        self.place = {phase: row * self.size for row, phase in enumerate(self.order)}
        self.memory = memory
        self.worth, self.values, self.discounted = (self.table() for _ in range(3))
        self.factors: Sequence[int] = ()

    def table(self) -> int:
        """A new table with a row for every phase: where it begins."""
        return self.memory.take(len(self.order) * self.actors)

    def offset(self, table: int, phase: int, actor: int = 0) -> int:
        """Where the number of an actor in a phase lies."""
        return table + self.place[phase] + actor * SLOT


def rows_of(game: Game, at_first: frozenset[int], memory: Memory) -> Rows:
    """The rows of a game, one for every phase."""
    going = [k for k in game.live if k not in at_first]
    absorbing = [k for k, play in enumerate(game.plays) if play is None]
    return Rows(len(game.actors), going, absorbing, [k for k in game.live if k in at_first], memory)


class Cell:
    """The numbers of one actor in a row, as terms; `row`: the local with the row's address, where it is not fixed."""

    def __init__(self, terms: Terms, rows: Rows, actor: int, place: int, row: int | None) -> None:
        self.terms, self.place, self.row = terms, place + actor * SLOT, row
        self.factor = terms.load(rows.factors[actor])

    def at(self, table: int) -> Term:
        """What stands here in a table."""
        place = table + self.place
        return self.terms.load(place) if self.row is None else self.terms.load_at(self.row, place)

    def store(self, table: int, term: Term) -> Store:
        """A term put here in a table."""
        return Store(table + self.place, term, self.row)

    def local(self, local: int) -> Term:
        """What stands in a local of the function."""
        return self.terms.local(local)


class RowWriter:
    """Writes code that goes over `count` rows, from the row `first` on: a loop, or one row after another where they are
    few."""

    def __init__(self, function: Function, rows: Rows, count: int, first: int = 0) -> None:
        self.function, self.rows, self.count, self.first = function, rows, count, first

    def over(
        self,
        put: Callable[[Cell], Mapping[int, Term]] | None = None,
        most: Mapping[int, Callable[[Cell], Term]] | None = None,
        total: Mapping[int, Callable[[Cell], Term]] | None = None,
    ) -> None:
        """Put numbers into tables, cell by cell; raise locals to the largest size of what is given (what is not a
        number is passed over); add what is given to locals."""
        rows = self.rows

        def written(places: Sequence[int], row: int | None) -> None:
            terms, statements = Terms(), list[Store | Assign]()
            cells = [Cell(terms, rows, i, place, row) for place in places for i in range(rows.actors)]
            for local, of in (most or {}).items():
                found = largest(terms, terms.local(local), [of(cell) for cell in cells])
                statements.append(Assign(local, found))
            for local, of in (total or {}).items():
                statements.append(Assign(local, terms.sum([terms.local(local), *map(of, cells)])))
            if put is not None:
                for cell in cells:
                    statements += [cell.store(table, term) for table, term in put(cell).items()]
            self.function.compute(terms, statements)

        if self.count * rows.actors <= _FEW:
            written([(self.first + row) * rows.size for row in range(self.count)], None)
            return
        with self.function.each(self.count, rows.size) as row:
            written([self.first * rows.size], row)

    def end_period(self, gone: int, failed: int, where: int | None = None) -> None:
        """Make what the phases of a period are worth their values, and discount them; note in the mask of lanes at
        `failed` where one of them is not finite. `gone`: a local for what is not a number. `where`: the place of a mask
        of lanes, the others of which keep their values."""
        rows, function = self.rows, self.function
        function.assign(lambda terms: {gone: terms.constant(0.0)})

        def new(cell: Cell) -> Term:
            worth = cell.at(rows.worth)
            return (
                worth
                if where is None
                else cell.terms.select(cell.terms.load(where), worth, cell.at(rows.values))
            )

        self.over(
            lambda cell: {rows.values: new(cell), rows.discounted: cell.terms.mul(cell.factor, new(cell))},
            # Zero for every finite number, and not a number for all others.
            total={gone: lambda cell: cell.terms.sub(new(cell), new(cell))},
        )
        terms = Terms()
        found = terms.op("ne", terms.local(gone), terms.constant(0.0))
        function.compute(terms, [Store(failed, terms.op("or", terms.load(failed), found))])

    def take(self, table: int, where: int | None = None) -> None:
        """Take the numbers of a table as values, in the lanes that the local `where` has set or in both, and discount
        the values."""
        rows = self.rows

        def put(cell: Cell) -> dict[int, Term]:
            new = cell.at(table)
            if where is not None:
                new = cell.terms.select(cell.local(where), new, cell.at(rows.values))
            return {rows.values: new, rows.discounted: cell.terms.mul(cell.factor, new)}

        self.over(put)

    def copy(self, source: int, target: int) -> None:
        """Put the numbers of a table into another."""
        self.over(lambda cell: {target: cell.at(source)})

    def discount(self, table: int) -> None:
        """Put the numbers of a table, times the discount factors, where discounted values lie."""
        self.over(lambda cell: {self.rows.discounted: cell.terms.mul(cell.factor, cell.at(table))})


def largest(terms: Terms, found: Term, candidates: Sequence[Term]) -> Term:
    """The largest of `found` and the sizes of others; what is not a number is passed over, at times with others."""
    sizes = [terms.op("abs", candidate) for candidate in candidates]
    # In pairs, so that a processor need not wait for one after the other.
    while len(sizes) > 1:
        paired = [terms.op("pmax", a, b) for a, b in zip(sizes[::2], sizes[1::2], strict=False)]
        sizes = paired + sizes[len(sizes) - len(sizes) % 2 :]
    return terms.op("pmax", found, sizes[0]) if sizes else found
