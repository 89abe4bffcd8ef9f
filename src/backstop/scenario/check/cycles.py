"""Cycles in a graph of names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def cycles(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """A cycle for every knot of names that lead back to themselves, as [a, b, a]; without recursion.

    `graph` gives for each name those it leads to; names that are not keys lead nowhere. Depth-first search: each
    edge back to a name on the current way closes a cycle, and a name is reported in one cycle only.
    """
    found: list[list[str]] = []
    done: set[str] = set()
    reported: set[str] = set()
    for root in graph:
        if root in done:
            continue
        way = [root]
        on_way = {root: 0}
        ahead = [iter(graph[root])]
        while way:
            for following in ahead[-1]:
                if following in on_way:
                    if following in reported:
                        continue
                    cycle = way[on_way[following] :]
                    if reported.isdisjoint(cycle):
                        reported.update(cycle)
                        found.append([*cycle, following])
                elif following in graph and following not in done:
                    on_way[following] = len(way)
                    way.append(following)
                    ahead.append(iter(graph[following]))
                    break
            else:
                ahead.pop()
                name = way.pop()
                del on_way[name]
                done.add(name)
    return found
