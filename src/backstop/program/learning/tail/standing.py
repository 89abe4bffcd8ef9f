"""What values come to where choices and beliefs stand as they are: the evaluation step of Howard's policy iteration.

Howard, Dynamic Programming and Markov Processes (1960). What a pass over a group of phases leaves is carried on along
the ways that lead back into the group; columns do not depend on one another then.
"""

from __future__ import annotations

from collections.abc import Sequence

from backstop.program.code.encoding import I32, Assign, Function, Store
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT
from backstop.program.learning.grid import between
from backstop.program.learning.process import LearntProcess
from backstop.program.recursion.rows import Cell, RowWriter

# How often what is left is carried on.
ROUNDS = 4


class Standing:
    """Writes this for the groups of a process.

    `proposal`: the table with the values that the pass began with; `ahead`: one to work in. `coarse`: values are known
    at a few beliefs, with straight lines in between.
    """

    def __init__(self, process: LearntProcess, proposal: int, ahead: int, coarse: bool) -> None:
        self.process, self.rows, self.grid = process, process.rows, process.board.grid
        self.proposal, self.ahead, self.coarse = proposal, ahead, coarse

    def carry_on(self, function: Function, group: Sequence[int], active: int) -> None:
        """Add to what a group was just found to be worth what follows from it where choices stand, in the worlds of the
        local `active`."""
        rows, grid = self.rows, self.grid
        first = min(rows.place[grid.first[phase]] for phase in group) // rows.size
        writer = RowWriter(function, rows, len(group) * grid.size, first)
        writer.over(lambda cell: {self.ahead: cell.terms.sub(cell.at(rows.worth), cell.at(self.proposal))})
        with function.each(ROUNDS, 1):
            for phase in group:
                self._phase(function, phase, frozenset(group))

        def carried(cell: Cell) -> Term:
            found = cell.terms.add(cell.at(self.proposal), cell.at(self.ahead))
            return cell.terms.select(cell.local(active), found, cell.at(rows.worth))

        writer.over(lambda cell: {rows.worth: carried(cell)})

    def _phase(self, function: Function, phase: int, group: frozenset[int]) -> None:
        rows, grid, plays = self.rows, self.grid, self.process.plays
        number = plays.number[phase]
        ways, following = plays.ways[number], self.process.board.numbers[0].model.game.next_phase[phase]
        moves = {way: places for way, places in ways.moves.items() if following[way[0]] in group}
        step = grid.coarse_step if self.coarse else 1
        count = (grid.size - 1) // step
        row, warm, here = function.local(I32), function.local(I32), function.local()
        function.whole(0)
        function.set(row)
        function.whole(plays.warm[phase])
        function.set(warm)
        start = rows.place[grid.first[phase]]
        with function.each(count + 1, 1) as belief:
            if grid.hidden.learns:
                function.get(belief)
                function.spread(count)
                function.set(here)
            else:
                function.assign(lambda terms: {here: terms.load(self.process.share_at)})
            cells = {}
            for told in dict.fromkeys(told for _, told in moves if told):
                cells[told] = self._cells(function, warm, ways.readings[told][1])
            terms = Terms()
            sums: list[list[Term]] = [[] for _ in range(grid.columns)]
            for (outcome, told), (first, second) in moves.items():
                target = grid.place(self.ahead, following[outcome])
                by_type = terms.load_at(warm, first), terms.load_at(warm, second)
                rise = terms.mul(terms.local(here), terms.sub(by_type[1], by_type[0]))
                expected = terms.add(by_type[0], rise)
                for column in range(grid.columns):
                    kind = grid.owner(column)[1]
                    place = target + column * SLOT
                    if told and grid.hidden.learns:
                        weight = terms.load_at(warm, ways.readings[told][0])
                        later = between(terms, weight, cells[told], place, rows.size, grid.size)[0]
                    else:
                        later = terms.load_at(row, place)
                    likely = expected if kind is None else by_type[kind]
                    sums[column].append(terms.mul(likely, later))
            put = []
            for column, parts in enumerate(sums):
                at = start + column * SLOT
                left = terms.sub(terms.load_at(row, rows.worth + at), terms.load_at(row, self.proposal + at))
                later = terms.mul(terms.load(rows.factors[column]), terms.sum(parts))
                put.append((column, terms.add(left, later)))
            fresh = [(function.local(), term) for _, term in put]
            function.compute(terms, [Assign(local, term) for local, term in fresh])
            terms = Terms()
            function.compute(
                terms,
                [
                    Store(self.ahead + start + column * SLOT, terms.local(local), row)
                    for (column, _), (local, _) in zip(put, fresh, strict=True)
                ],
            )
            function.step(row, step * rows.size)
            function.step(warm, step * ways.size)
        if step > 1:
            function.whole(start + self.ahead - rows.worth)
            function.call("fill")

    def _cells(self, function: Function, warm: int, place: int) -> tuple[int, int]:
        """How far into the rows of a phase the first of two lies for either world, in bytes."""
        found, cells, terms = [], function.local(), Terms()
        function.compute(terms, [Assign(cells, terms.op("whole", terms.load_at(warm, place)))])
        for lane in (0, 1):
            local = function.local(I32)
            function.lane(cells, lane)
            function.whole(self.rows.size)
            function.integer("multiply")
            function.set(local)
            found.append(local)
        return found[0], found[1]
