"""Solving worlds with a program, in threads.

    host = Host(compile_program(model), threads=2)
    solved = host.solve(worlds, parameters, levels, Wanted(curves=True))
    solved.metrics["lasting_peace"]            # shape (worlds,)

`parameters` must name every parameter and `levels` every measure (the level promised): each a number, or an array with
one number for every world. `solve_all` takes the levels of several arrangements by name and gives a result for each;
`each` hands over one block of worlds at a time instead, where whole arrays would be too large. Only what is wanted is
computed. Nothing that comes out depends on the number of threads, on how worlds are cut into blocks or on what else is
solved beside them: every world is solved by itself.

A flagged world has a fault somewhere: a value in use that is not finite, a probability or discount outside its bounds,
a negative noise. Its figures mean nothing; which fault it is, `backstop.game` finds out.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.program.layout import Figure, Layout
from backstop.program.program import Program
from backstop.program.runtime import Instance, Machine
from backstop.program.workers import Span, Workers

T = TypeVar("T")

Number = float | FloatArray
Progress = Callable[[int, int], None]

# Worlds of a block that `each` hands over where the caller does not say.
BLOCK = 1_008


def usable_threads() -> int:
    """Processors this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not every system tells
        return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures to compute. The actors' values come with any of them.

    `metrics`: names, or None for all. `curves`: those of the metrics wanted that have one. `shares`: of the phases by
    period; `outcomes`: expected numbers; `costs`: expected, by measure. `slips`: of the metrics wanted that are of the
    kinds reach, avoid and count; only a program compiled with slips has them.
    """

    metrics: tuple[str, ...] | None = None
    curves: bool = False
    costs: bool = False
    shares: bool = False
    outcomes: bool = False
    slips: bool = False


@dataclass(frozen=True, slots=True)
class Solved:
    """Figures by world, the last axis of every array; only those wanted are there.

    `settled` and `flagged`, bool: whether the tail has settled, and whether the world has a fault. `values` by actor
    at period 0 from the start, `metrics`, `costs` and `outcomes` by name: shape (worlds,). `curves` by metric: shape
    (T + 1, worlds); metrics that differ in their year alone share an array. `shares`: (T + 1, phases, worlds).

    `slips` by metric and actor, shape (worlds,): the part of a `reach` or `count` metric (of an `avoid` metric, of what
    it lacks to 1) that comes about in a play in which this actor's was the first slip: a move made freely that is worth
    less to its mover than another, ties apart. The rest comes without a slip.
    """

    settled: BoolArray
    flagged: BoolArray
    values: Mapping[str, FloatArray]
    metrics: Mapping[str, FloatArray]
    curves: Mapping[str, FloatArray]
    costs: Mapping[str, FloatArray]
    shares: FloatArray | None
    outcomes: Mapping[str, FloatArray]
    slips: Mapping[str, Mapping[str, FloatArray]]


@dataclass(frozen=True, slots=True)
class Block:
    """Worlds `first` .. `first + count - 1`, solved under every arrangement."""

    first: int
    count: int
    solved: Mapping[str, Solved]


class Host:
    """A program ready to solve worlds in `threads` threads (by default, as many as there are processors)."""

    def __init__(self, program: Program, threads: int | None = None) -> None:
        self.program = program
        self.threads = max(1, threads or usable_threads())
        self._workers = Workers(Machine(program.wasm), self.threads)
        self._own = threading.local()

    def solve(
        self,
        worlds: int,
        parameters: Mapping[str, Number],
        levels: Mapping[str, Number],
        wanted: Wanted = Wanted(),
        progress: Progress | None = None,
        rows: Rows | None = None,
    ) -> Solved:
        """Worlds with these parameters under these levels. `progress(done, all)` counts solved worlds.

        `rows`, (worlds,): which of the worlds in `parameters` they are, where not all; arrays in `levels` have one
        number for each of them.
        """
        return self.solve_all(worlds, parameters, {"": levels}, wanted, progress, rows)[""]

    def solve_all(
        self,
        worlds: int,
        parameters: Mapping[str, Number],
        levels: Mapping[str, Mapping[str, Number]],
        wanted: Wanted = Wanted(),
        progress: Progress | None = None,
        rows: Rows | None = None,
    ) -> dict[str, Solved]:
        """The same worlds under the levels of several arrangements, by name.

        `progress(done, all)` counts worlds times arrangements. `rows`: as for `solve`.
        """
        selection = _Selection(self.program.layout, wanted)
        rooms = {name: _Room(selection, worlds) for name in levels}
        # Any size of block gives the same; every thread should have some.
        shares = -(-worlds // self.threads)
        size = min(self.program.layout.capacity, max(2, shares + shares % 2))

        def job(instance: Instance, first: int, count: int) -> None:
            which = slice(first, first + count) if rows is None else rows[first : first + count]
            self._fill(instance, self.program.layout.parameters, parameters, which, count)
            for name in levels:
                self._run(instance, selection, first, count, levels[name], rooms[name], first)

        self._workers.run(job, _spans(worlds, size), _told(progress, worlds, len(levels)))
        return {name: room.solved() for name, room in rooms.items()}

    def each(
        self,
        take: Callable[[Block], T],
        worlds: int,
        parameters: Mapping[str, Number],
        levels: Mapping[str, Mapping[str, Number]],
        wanted: Wanted = Wanted(),
        block: int = BLOCK,
        progress: Progress | None = None,
    ) -> list[T]:
        """What `take` makes of each block of `block` worlds, in their order.

        `take` is called in the threads that solve, as blocks are solved; it must copy what it keeps of the arrays,
        which are used again, and share nothing with other calls that it does not guard.
        """
        selection = _Selection(self.program.layout, wanted)
        capacity = self.program.layout.capacity
        found: dict[int, T] = {}

        def job(instance: Instance, first: int, count: int) -> None:
            rooms = self._rooms(selection, list(levels), block)
            for start in range(first, first + count, capacity):
                part = min(capacity, first + count - start)
                which = slice(start, start + part)
                self._fill(instance, self.program.layout.parameters, parameters, which, part)
                for name in levels:
                    self._run(instance, selection, start, part, levels[name], rooms[name], start - first)
            found[first] = take(Block(first, count, {name: r.solved(count) for name, r in rooms.items()}))

        self._workers.run(job, _spans(worlds, block), _told(progress, worlds, len(levels)))
        return [found[first] for first in sorted(found)]

    def _rooms(self, selection: _Selection, names: Sequence[str], worlds: int) -> dict[str, _Room]:
        """Room for a block, kept by each thread from one block to the next."""
        key = (selection.key, tuple(names), worlds)
        kept: tuple[object, dict[str, _Room]] | None = getattr(self._own, "rooms", None)
        if kept is None or kept[0] != key:
            kept = self._own.rooms = (key, {name: _Room(selection, worlds) for name in names})
        return kept[1]

    def _fill(
        self,
        instance: Instance,
        rows: Mapping[str, int],
        values: Mapping[str, Number],
        which: slice | Rows,
        count: int,
    ) -> None:
        """Put the inputs of `count` worlds into their rows; an odd last world gets a copy beside it."""
        padded = count + count % 2
        for name, offset in rows.items():
            value = values[name]
            row = instance.numbers[offset // 8 : offset // 8 + padded]
            if isinstance(value, np.ndarray):
                row[:count] = value[which]
                row[count:] = row[count - 1]
            else:
                row[:] = value

    def _run(
        self,
        instance: Instance,
        selection: _Selection,
        first: int,
        count: int,
        levels: Mapping[str, Number],
        room: _Room,
        place: int,
    ) -> None:
        """Solve `count` worlds from `first` on, whose parameters are there; their figures go into a room at `place`."""
        layout = self.program.layout
        self._fill(instance, layout.measures, levels, slice(first, first + count), count)
        instance.bytes[layout.switches : layout.switches + layout.switch_count] = selection.switches
        instance.solve((count + 1) // 2)
        room.take(instance.numbers, place, count)


def _spans(worlds: int, size: int) -> list[Span]:
    """Blocks of `size` worlds, the last one of those that are left."""
    return [(first, min(size, worlds - first)) for first in range(0, worlds, size)]


def _told(progress: Progress | None, worlds: int, arrangements: int) -> Callable[[int], None]:
    """Progress counted up, in worlds times arrangements."""
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count * arrangements
        if progress is not None:
            progress(done, worlds * arrangements)

    return told


class _Selection:
    """Which rows are wanted, and the switches they need."""

    def __init__(self, layout: Layout, wanted: Wanted) -> None:
        self.layout = layout
        names = tuple(layout.metrics) if wanted.metrics is None else wanted.metrics
        self.metrics = {name: layout.metrics[name] for name in names}
        self.curves = {n: layout.curves[n] for n in names if n in layout.curves} if wanted.curves else {}
        self.costs = dict(layout.costs) if wanted.costs else {}
        self.outcomes = dict(layout.outcomes) if wanted.outcomes else {}
        self.slips = {n: layout.slips[n] for n in names if n in layout.slips} if wanted.slips else {}
        if wanted.slips and not layout.has_slips:
            raise ValueError("the program was compiled without slips")
        self.shares = layout.shares if wanted.shares else None
        self.key = wanted
        on = set[int]()
        for figures in (self.metrics, self.curves, self.costs, self.outcomes, *self.slips.values()):
            for figure in figures.values():
                on.update(figure.switches)
        if self.shares is not None:
            on.update(self.shares.switches)
        self.switches = np.array([i in on for i in range(layout.switch_count)], np.uint8)


@dataclass(slots=True)
class _Room:
    """Arrays for the figures of so many worlds."""

    selection: _Selection
    worlds: int
    arrays: dict[int, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for figure in self._figures():
            if figure.offset not in self.arrays:
                self.arrays[figure.offset] = np.empty((figure.rows, self.worlds))

    def _figures(self) -> list[Figure]:
        layout, wanted = self.selection.layout, self.selection
        groups = (
            *(layout.values, wanted.metrics, wanted.curves, wanted.costs, wanted.outcomes),
            *wanted.slips.values(),
        )
        found = [layout.settled, layout.flagged, *(f for group in groups for f in group.values())]
        return found if wanted.shares is None else [*found, wanted.shares]

    def take(self, numbers: FloatArray, place: int, count: int) -> None:
        """Copy the figures of the worlds just solved to `place` and after."""
        width = self.selection.layout.row_bytes // 8
        for offset, array in self.arrays.items():
            rows = array.shape[0]
            found = numbers[offset // 8 : offset // 8 + rows * width].reshape(rows, width)
            array[:, place : place + count] = found[:, :count]

    def solved(self, count: int | None = None) -> Solved:
        """The figures of the first `count` worlds, or of all."""
        layout, wanted = self.selection.layout, self.selection

        def rows(figure: Figure) -> FloatArray:
            return self.arrays[figure.offset][:, : self.worlds if count is None else count]

        def single(figures: Mapping[str, Figure]) -> dict[str, FloatArray]:
            return {name: rows(figure)[0] for name, figure in figures.items()}

        shares = None
        if wanted.shares is not None:
            whole = self.arrays[wanted.shares.offset]
            shares = whole.reshape(-1, len(layout.phases), self.worlds)[..., :count]
        return Solved(
            rows(layout.settled)[0] != 0.0,
            rows(layout.flagged)[0] != 0.0,
            single(layout.values),
            single(wanted.metrics),
            {name: rows(figure) for name, figure in wanted.curves.items()},
            single(wanted.costs),
            shares,
            single(wanted.outcomes),
            {name: single(figures) for name, figures in wanted.slips.items()},
        )
