"""An ensemble: the same worlds under any levels of the measures, solved block by block.

Worlds are numbered; a block is a range of numbers and can be drawn and solved alone. Nothing depends on how many
worlds a block has or on which thread solves it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np

from backstop.game.stage import Information
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.scenario.valuation import Plan
from backstop.worlds.draws import Sampler
from backstop.worlds.evaluation import Evaluation, Layout, block_sums, evaluate, layout
from backstop.worlds.statistics import Array
from backstop.worlds.workers import Workers, shared_empty

# Bytes of arrays that one thread should have at work: the figures that come out do not depend on it.
_WORKING_SET = 120e6
_LEAST_BLOCK, _LARGEST_BLOCK = 256, 10_000
# Bytes of curves that arrangements solved in one go may have: they go to a temporary file.
_CURVES_AT_ONCE = 1e9

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Worlds by their parameters: floats where certain, arrays of `worlds` values where not."""

    model: Model
    worlds: int
    parameters: Mapping[str, Value]
    figures: Layout
    information: Information
    block: int
    workers: Workers

    @staticmethod
    def drawn(
        model: Model,
        worlds: int,
        seed: int,
        workers: Workers,
        information: Information | None = None,
        block: int | None = None,
    ) -> Ensemble:
        """Worlds 0 .. worlds - 1 of a seed."""
        figures = layout(model)
        size = block or even_blocks(worlds, block_size(model, figures))
        sampler = Sampler(model.distributions, model.correlations, seed)
        values: dict[str, Value] = {
            name: d if isinstance(d, float) else np.empty(worlds) for name, d in model.distributions.items()
        }

        def task(first: int) -> None:
            count = min(size, worlds - first)
            for name, drawn in sampler.block(first, count).items():
                room = values[name]
                if isinstance(room, np.ndarray):
                    room[first : first + count] = drawn

        workers.run(task, range(0, worlds, size))
        return Ensemble(
            model, worlds, values, figures, information or model.scenario.information, size, workers
        )

    @staticmethod
    def given(
        model: Model,
        parameters: Mapping[str, Value],
        worlds: int,
        workers: Workers,
        information: Information | None = None,
        block: int | None = None,
    ) -> Ensemble:
        """Worlds with the parameters that are given: every parameter of the model must be there."""
        figures = layout(model)
        return Ensemble(
            model,
            worlds,
            parameters,
            figures,
            information or model.scenario.information,
            block or even_blocks(worlds, block_size(model, figures)),
            workers,
        )

    @property
    def blocks(self) -> int:
        """How many blocks a solution takes."""
        return -(-self.worlds // self.block)

    def solve(
        self,
        levels: Mapping[str, float],
        weights: Array | None = None,
        by_world: bool = False,
        tick: Callable[[], None] | None = None,
    ) -> Evaluation:
        """All worlds under the promised `levels` (every measure must be there).

        `weights`: those of the sums over worlds. `tick` is called as each block ends.
        """
        return self.solve_all({"": levels}, weights, by_world, tick)[""]

    def solve_all(
        self,
        levels: Mapping[str, Mapping[str, float]],
        weights: Array | None = None,
        by_world: bool = False,
        tick: Callable[[], None] | None = None,
    ) -> dict[str, Evaluation]:
        """Several arrangements, by name, in one go. `tick` is called for every block of every arrangement."""
        plans = {name: Plan(self.model, of) for name, of in levels.items()}
        rooms, steps = self._rooms(levels, by_world), _Steps(self, tick)

        def task(first: int) -> dict[str, tuple[Array, Array]]:
            drawn, count = self._drawn(first), self._size(first)
            each = None if weights is None else weights[first : first + count]
            sums = {}
            for name, plan in plans.items():
                sums[name] = block_sums(first, *self._evaluated(plan, drawn, first, rooms[name]), each)
                steps.made(first)
            return sums

        def collect(first: int, found: dict[str, tuple[Array, Array]]) -> None:
            self._collect(first, found, rooms)

        self.workers.spread(task, range(0, self.worlds, self.block), collect, self.worlds, steps.tell)
        steps.tell()
        return rooms

    def solve_weighing(
        self,
        levels: Mapping[str, Mapping[str, float]],
        observed: Collection[str],
        log_weights: Callable[[int, int, Mapping[str, Evaluation]], Array],
        tick: Callable[[], None] | None = None,
    ) -> tuple[dict[str, Evaluation], Array]:
        """Several arrangements, the weights of the worlds following from those `observed`; with their logarithms.

        `log_weights(first, count, rooms)` is asked for a block once the observed arrangements are solved in it, so
        that nothing that is only summed has to wait for the weights of all worlds.
        """
        order = [*observed, *(name for name in levels if name not in observed)]
        plans = {name: Plan(self.model, levels[name]) for name in order}
        rooms, steps = self._rooms(levels), _Steps(self, tick)
        logs, offsets = shared_empty((self.worlds,)), dict[int, float]()

        def task(first: int) -> tuple[float, dict[str, tuple[Array, Array]]]:
            drawn, count = self._drawn(first), self._size(first)
            parts = {}
            for name in observed:
                parts[name] = self._evaluated(plans[name], drawn, first, rooms[name])
                steps.made(first)
            here = log_weights(first, count, rooms)
            # A block's weights are kept in scale with one another; the scale of all blocks comes at the end.
            largest = float(here.max())
            offset = largest if np.isfinite(largest) else 0.0
            logs[first : first + count] = here
            weights = np.exp(here - offset)
            sums = {}
            for name, plan in plans.items():
                part = parts.pop(name, None)
                if part is None:
                    part = self._evaluated(plan, drawn, first, rooms[name])
                    steps.made(first)
                sums[name] = block_sums(first, *part, weights)
            return offset, sums

        def collect(first: int, found: tuple[float, dict[str, tuple[Array, Array]]]) -> None:
            offsets[first] = found[0]
            self._collect(first, found[1], rooms)

        self.workers.spread(task, range(0, self.worlds, self.block), collect, self.worlds, steps.tell)
        steps.tell()
        overall = max(offsets.values())
        for room in rooms.values():
            for first, (shares, numbers) in room.sums.items():
                scale = np.exp(offsets[first] - overall)
                room.sums[first] = (shares * scale, numbers * scale)
        return rooms, logs

    def at_once(self, arrangements: int) -> int:
        """How many of so many arrangements should be solved in one go: as many as have room for their curves."""
        curves = len(set(self.figures.curve_rows.values())) * (self.figures.periods + 1) * 4 * self.worlds
        return max(1, min(arrangements, int(_CURVES_AT_ONCE // max(1, curves))))

    def _rooms(self, names: Collection[str], by_world: bool = False) -> dict[str, Evaluation]:
        return {name: Evaluation.room(self.figures, self.worlds, by_world, len(names)) for name in names}

    def _evaluated(
        self, plan: Plan, drawn: Mapping[str, Value], first: int, room: Evaluation
    ) -> tuple[Array, Array]:
        return evaluate(plan, drawn, first, self._size(first), self.information, room, self.figures)

    def _collect(
        self, first: int, sums: Mapping[str, tuple[Array, Array]], rooms: Mapping[str, Evaluation]
    ) -> None:
        for name, of in sums.items():
            rooms[name].add(first, self._size(first), of)

    def _size(self, first: int) -> int:
        return min(self.block, self.worlds - first)

    def _drawn(self, first: int) -> dict[str, Value]:
        last = first + self._size(first)
        return {
            name: value if isinstance(value, float) else value[first:last]
            for name, value in self.parameters.items()
        }

    def metrics(self, levels: Mapping[str, float]) -> dict[str, Array]:
        """Every metric world by world, shape (worlds,), under the promised `levels`."""
        return dict(zip(self.figures.metrics, self.solve(levels).metrics, strict=True))


class _Steps:
    """How many arrangements have been solved in each block, by whichever worker; `tick` is called for each."""

    def __init__(self, ensemble: Ensemble, tick: Callable[[], None] | None) -> None:
        self._block, self._tick, self._told = ensemble.block, tick, 0
        self._made = shared_empty((ensemble.blocks,), np.int64)
        # Where the blocks are solved in the calling thread itself, nobody else tells while they are.
        self._alone = ensemble.workers.threads == 1 or ensemble.blocks == 1

    def made(self, first: int) -> None:
        """One more arrangement is solved in the block that begins with world `first`; called by its worker."""
        self._made[first // self._block] += 1
        if self._alone:
            self.tell()

    def tell(self) -> None:
        """Call `tick` for what has not been told yet, in the calling thread."""
        made = int(self._made.sum())
        while self._told < made:
            self._told += 1
            if self._tick is not None:
                self._tick()


def block_size(model: Model, figures: Layout) -> int:
    """Worlds a block should have: many enough to drown the cost of each call, few enough to stay in the cache."""
    actors = len(figures.actors)
    nodes = sum(len(play.nodes) for play in model.game.plays if play is not None)
    endings = sum(len(play.endings) for play in model.game.plays if play is not None)
    curves = len(set(figures.curve_rows.values()))
    per_world = 8.0 * (
        actors * nodes
        + figures.periods * (endings + curves + 2 * len(figures.phases))
        + 8 * actors * len(figures.phases)
    )
    size = int(_WORKING_SET / per_world)
    return max(_LEAST_BLOCK, min(_LARGEST_BLOCK, size - size % 256))


def even_blocks(worlds: int, largest: int) -> int:
    """A block of at most `largest` worlds such that two workers have the same to do.

    It does not depend on how many workers there are, so that sums are made in the same order whatever their number.
    """
    blocks = max(1, -(-worlds // largest))
    if worlds > _LARGEST_BLOCK // 2:
        blocks += blocks % 2
    return -(-worlds // blocks)
