"""Legal sequences of moves: several movers, no one twice in succession. Searched on (state, last mover)."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backstop.graphmodel.model.moves import Moves

Step = tuple[int, int]
"""(mover, state moved to)."""

Path = tuple[Step, ...]


@dataclass(frozen=True, eq=False)
class Search:
    """Breadth-first search from `start`: `distance` of each state reached, and all shortest ways back."""

    start: int
    distance: Mapping[int, int]
    _before: Mapping[Step, Sequence[Step]]
    _ends: Mapping[int, Sequence[Step]]

    def path(self, state: int) -> Path:
        """One shortest legal path from the start to `state`; empty for the start. KeyError where not reached."""
        return self.paths(state, 1)[0]

    def paths(self, state: int, most: int) -> list[Path]:
        """Shortest legal paths to `state`, at most `most` of them."""
        if state == self.start:
            return [()]
        ends = self._ends[state]
        found: list[Path] = []
        waiting: list[tuple[Step, Path]] = [(end, (end,)) for end in reversed(ends)]
        while waiting and len(found) < most:
            node, tail = waiting.pop()
            earlier = self._before[node]
            if not earlier:
                found.append(tail)
            for step in reversed(earlier):
                waiting.append((step, (step, *tail)))
        return found

    def first_movers(self, state: int) -> tuple[int, ...]:
        """Everybody with whom a shortest legal path to `state` begins; nobody for the start."""
        waiting = [] if state == self.start else list(self._ends[state])
        seen = set(waiting)
        found: set[int] = set()
        while waiting:
            node = waiting.pop()
            if not self._before[node]:
                found.add(node[0])
            for step in self._before[node]:
                if step not in seen:
                    seen.add(step)
                    waiting.append(step)
        return tuple(sorted(found))


Targets = Callable[[int], "Sequence[int] | NDArray[np.int32]"]


def search(start: int, targets: Sequence[Targets]) -> Search:
    """All states reached from `start` by legal sequences; mover k's moves are `targets[k](state)`."""
    distance: dict[int, int] = {start: 0}
    depth: dict[Step, int] = {}
    before: dict[Step, list[Step]] = {}
    queue: deque[Step] = deque()

    def visit(state: int, last: int, level: int, origin: Step | None) -> None:
        for mover, reach in enumerate(targets):
            if mover == last:
                continue
            for target in reach(state):
                node = (mover, int(target))
                known = depth.get(node)
                if known is None:
                    depth[node] = level
                    before[node] = [] if origin is None else [origin]
                    queue.append(node)
                    distance.setdefault(node[1], level)
                elif known == level and origin is not None:
                    before[node].append(origin)

    visit(start, -1, 1, None)
    while queue:
        mover, state = node = queue.popleft()
        visit(state, mover, depth[node] + 1, node)
    ends: dict[int, list[Step]] = {}
    for node, level in depth.items():
        if level == distance[node[1]]:
            ends.setdefault(node[1], []).append(node)
    return Search(start, distance, before, ends)


def first_end(start: int, targets: Sequence[Targets], wanted: Callable[[int], bool]) -> Path | None:
    """A shortest non-empty legal path from `start` to a state for which `wanted` is true, or None."""
    parent: dict[Step, Step | None] = {}
    for node, origin in _walk(start, targets):
        parent[node] = origin
        if wanted(node[1]):
            return _back(node, parent)
    return None


def reached(start: int, targets: Sequence[Targets]) -> set[int]:
    """States that some non-empty legal sequence from `start` ends in."""
    return {state for (_, state), _ in _walk(start, targets)}


def _walk(start: int, targets: Sequence[Targets]) -> Iterator[tuple[Step, Step | None]]:
    """Steps reached from `start`, breadth first, each once and with the step before it."""
    seen: set[Step] = set()
    queue: deque[tuple[int, int, Step | None]] = deque([(start, -1, None)])
    while queue:
        state, last, origin = queue.popleft()
        for mover, reach in enumerate(targets):
            if mover == last:
                continue
            for target in reach(state):
                node = (mover, int(target))
                if node not in seen:
                    seen.add(node)
                    yield node, origin
                    queue.append((node[1], mover, node))


def _back(node: Step, parent: Mapping[Step, Step | None]) -> Path:
    """The path that ends in `node`."""
    path: list[Step] = []
    here: Step | None = node
    while here is not None:
        path.append(here)
        here = parent[here]
    return tuple(reversed(path))


def cheapest_end(
    start: int,
    targets: Sequence[Targets],
    cost: Callable[[int, int, int], int],
    wanted: Callable[[int], bool],
) -> Path | None:
    """The legal path to a wanted state with the least total `cost(mover, from, to)`, then the fewest steps; or None."""
    best: dict[Step, tuple[int, int]] = {}
    parent: dict[Step, Step | None] = {}
    heap: list[tuple[int, int, int, int, Step | None]] = [(0, 0, start, -1, None)]
    while heap:
        spent, steps, state, last, origin = heapq.heappop(heap)
        here = None if last < 0 else (last, state)
        if here is not None:
            if here in parent:
                continue
            parent[here] = origin
            if wanted(state):
                return _back(here, parent)
        for mover, reach in enumerate(targets):
            if mover == last:
                continue
            for target in reach(state):
                node = (mover, int(target))
                price = (spent + cost(mover, state, node[1]), steps + 1)
                if node in parent or (node in best and best[node] <= price):
                    continue
                best[node] = price
                heapq.heappush(heap, (*price, node[1], mover, here))
    return None


def matrix(moves: Moves) -> NDArray[np.bool_]:
    """Moves as a matrix, [s, q]: there is one from s to q."""
    result = np.zeros((moves.size, moves.size), dtype=np.bool_)
    result[moves.arcs()] = True
    return result


def product(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Boolean matrix product."""
    found: NDArray[np.bool_] = first.astype(np.float32) @ second.astype(np.float32) > 0
    return found


def closure(steps: Sequence[NDArray[np.bool_]], size: int) -> NDArray[np.bool_]:
    """Ends of legal sequences (Xu, Hipel & Kilgour 2009): [s, q] where a non-empty one leads from s to q.

    Mover k's single steps are `steps[k]`, each (size, size). With one mover a sequence is one step, with none there is
    no sequence.
    """
    last = [step.copy() for step in steps]
    changed = len(steps) > 1
    while changed:
        changed = False
        for k, step in enumerate(steps):
            others = np.logical_or.reduce([last[j] for j in range(len(steps)) if j != k])
            found = step | product(others, step)
            changed |= not np.array_equal(found, last[k])
            last[k] = found
    return np.logical_or.reduce(last) if last else np.zeros((size, size), dtype=np.bool_)
