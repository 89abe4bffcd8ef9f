"""Cycles in a graph of names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

from backstop.base.document import MOST_FAULTS


def cycles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Cycles of names that lead back to themselves, as [a, b, a]; no name stands in two, and at most 100 are sought.

    `graph` gives for each name those it leads to; names that are not keys lead nowhere. A cycle starts with the name
    that comes first in `graph`.

    >>> cycles({"a": ["b"], "b": ["c", "d"], "c": ["b"]})
    [['b', 'c', 'b']]
    """
    found: list[list[str]] = []
    left = {name: [other for other in following if other in graph] for name, following in graph.items()}
    while len(found) < MOST_FAULTS:
        try:
            TopologicalSorter(left).prepare()
        except CycleError as error:
            # The sorter names a cycle against its direction, because it takes what a name leads to as what precedes it.
            cycle = error.args[1][:0:-1]
            closed = frozenset(cycle)
            first = cycle.index(next(name for name in left if name in closed))
            found.append([*cycle[first:], *cycle[: first + 1]])
            left = {
                name: [other for other in following if other not in closed]
                for name, following in left.items()
                if name not in closed
            }
        else:
            break
    return found
