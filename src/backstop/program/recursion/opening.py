"""The function `open(period)`, and what a solution keeps for it: the discounted values ahead of every period."""

from __future__ import annotations

from collections.abc import Callable

from backstop.program.blocks import Blocks
from backstop.program.code.encoding import I32, Function, Store
from backstop.program.code.terms import Terms
from backstop.program.layout import SLOT
from backstop.program.recursion.rows import Rows


def keep(function: Function, blocks: Blocks, rows: Rows, time: int, second: int | None) -> None:
    """Keep the discounted values ahead of the period whose number is in a local, before it is solved.

    `second`: where it lies that the second type is in hand, where everybody knows the type.
    """
    to = function.local(I32)
    _kept_at(function, blocks, time, to)
    if second is not None:
        function.any_in(second)
        with function.when():
            function.step(to, blocks.periods * blocks.table)
    _copied(function, blocks, rows.discounted, None, 0, to)


def open_function(
    blocks: Blocks,
    rows: Rows,
    begin: Callable[[Function, int], None] | None,
    wind: Callable[[Function, int], None],
    call: Callable[[Function, int], None],
) -> Function:
    """`open(period)`: the plays of a period, of the pair of worlds solved last.

    `begin` takes a type in hand, where everybody knows it; `wind` works out what depends on the period in a local;
    `call` lays open all phases, with the blocks so far further.
    """
    function = Function("open", (I32,), exported=True)
    start = function.local(I32)
    for type_ in range(blocks.types):
        if begin is not None:
            begin(function, type_)
            function.call("once")
        wind(function, 0)
        _kept_at(function, blocks, 0, start)
        _copied(function, blocks, type_ * blocks.periods * blocks.table, start, rows.discounted, None)
        call(function, type_ * blocks.used)
    return function


def _kept_at(function: Function, blocks: Blocks, time: int, local: int) -> None:
    """Put into a local where the values of a period are kept."""
    function.get(time)
    function.whole(blocks.table)
    function.integer("multiply")
    function.whole(blocks.kept)
    function.integer("add")
    function.set(local)


def _copied(
    function: Function, blocks: Blocks, source: int, source_base: int | None, target: int, base: int | None
) -> None:
    """Copy a table from a place, or so far after the address in a local, to another."""
    at = [function.local(I32) for _ in range(2)]
    for local, place, start in ((at[0], source, source_base), (at[1], target, base)):
        function.whole(place)
        if start is not None:
            function.get(start)
            function.integer("add")
        function.set(local)
    with function.each(blocks.table // SLOT, 1):
        terms = Terms()
        function.compute(terms, [Store(0, terms.load_at(at[0], 0), at[1])])
        for local in at:
            function.step(local, SLOT)
