"""An inquiry: a model and the worlds on which it is asked, the one door through which questions have worlds solved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import FloatArray, IntArray
from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.game.choice import Information
from backstop.scenario.expression.expression import Value
from backstop.scenario.model import Model
from backstop.worlds.draws import Sampler, drawn, sampler_of
from backstop.worlds.query import Figures, Progress, Query, ask
from backstop.worlds.result import Result
from backstop.worlds.weighing import Weighing, weighing

# Worlds solved in one go where many small experiments are laid side by side.
_AT_ONCE = 131_072
# Worlds of which so many keep all threads busy: laying them side by side would only copy them.
_BY_THEMSELVES = 8_192
_DISTANCES_AT_ONCE = 65_536

Promise = tuple[float, ...]
"""Promised levels, before caps and conditions, in the order of the study's measures."""


@dataclass(frozen=True, slots=True)
class Experiment:
    """Worlds under promised levels: `levels` and `parameters` by name, numbers or arrays of shape (worlds,)."""

    levels: Mapping[str, Value]
    parameters: Mapping[str, Value]
    worlds: int


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A model, and the worlds on which it is asked: the first `worlds` of a seed, under one reading of payoff shocks.

    `information` None: the study's own reading; `threads` None: all processors. `progress(done, total)` is called as
    work goes on. `numbers`, (worlds,): which worlds of the seed they are, where they are not the first.

    >>> from backstop import load
    >>> inquiry = Inquiry(load("examples/korea-1953"), worlds=256)
    >>> inquiry.drawn()["war_cost_us"].shape
    (256,)
    """

    model: Model
    worlds: int = 10_000
    seed: int = 1
    information: Information | None = None
    threads: int | None = None
    progress: Progress | None = None
    numbers: IntArray | None = None

    @property
    def sampler(self) -> Sampler:
        """The draws of the study's parameters."""
        return sampler_of(self.model, self.seed)

    def drawn(self) -> Mapping[str, Value]:
        """Every parameter of the worlds, an array of shape (worlds,) where it varies.

        Raises Refused past the 2,000,000 worlds that an assessment may have.
        """
        if self.numbers is None:
            return drawn(self.model, self.worlds, self.seed)
        found = drawn(self.model, int(self.numbers.max()) + 1, self.seed)
        return {n: v[self.numbers] if isinstance(v, np.ndarray) else v for n, v in found.items()}

    def number_of(self, world: int) -> int:
        """The number of a world among those of the seed."""
        return world if self.numbers is None else int(self.numbers[world])

    def weighing(self, observed: bool = True) -> Weighing:
        """The weights of the worlds, from what was `observed`; raises as `backstop.worlds.weighing.weighing`."""
        assert self.numbers is None, "worlds taken out of others are weighed with them"
        return weighing(self.model, self.worlds, self.seed, self.threads, self.progress, observed)

    def distances(self) -> FloatArray:
        """Distance of every world from the central one in normal scores of the parameters, shape (worlds,)."""
        many = self.worlds if self.numbers is None else int(self.numbers.max()) + 1
        sampler, square = self.sampler, np.zeros(many)
        for first in range(0, many, _DISTANCES_AT_ONCE):
            count = min(_DISTANCES_AT_ONCE, many - first)
            for score in sampler.normal_scores(first, count).values():
                square[first : first + count] += score * score
        return np.asarray(np.sqrt(square if self.numbers is None else square[self.numbers]))

    def solve(
        self,
        parameters: Mapping[str, Value],
        worlds: int,
        queries: Sequence[Query],
        progress: Progress | None = None,
    ) -> list[Figures]:
        """What `queries` ask of worlds with these `parameters`. Raises InvalidInput for faults found while solving."""
        return ask(self.model, parameters, worlds, queries, self.information, self.threads, progress)

    def side_by_side(
        self,
        experiments: Sequence[Experiment],
        metrics: Sequence[str],
        costs: bool = False,
        progress: Progress | None = None,
    ) -> list[Figures]:
        """Metrics (and expected costs) of every experiment, many laid side by side in one array of worlds.

        A few thousand worlds cost little more to solve than a few hundred; more of them stay by themselves.
        """
        found: list[Figures] = []
        while len(found) < len(experiments):
            some, total = [experiments[len(found)]], experiments[len(found)].worlds
            for each in experiments[len(found) + 1 :]:
                if total + each.worlds > _AT_ONCE or max(total, each.worlds) >= _BY_THEMSELVES:
                    break
                some.append(each)
                total += each.worlds
            sizes = [each.worlds for each in some]
            if len(some) == 1:
                found += self.solve(some[0].parameters, total, [Query(some[0].levels, metrics, costs)])
                if progress is not None:
                    progress(len(found), len(experiments))
                continue
            levels = {n: _joined([of.levels[n] for of in some], sizes) for n in some[0].levels}
            drawn = {n: _joined([of.parameters[n] for of in some], sizes) for n in some[0].parameters}
            (whole,) = self.solve(drawn, total, [Query(levels, metrics, costs)])
            ends = np.cumsum(sizes)
            found += [
                Figures(
                    {name: values[end - size : end] for name, values in whole.metrics.items()},
                    whole.costs[:, end - size : end],
                    {name: values[end - size : end] for name, values in whole.values.items()},
                )
                for end, size in zip(ends, sizes, strict=True)
            ]
            if progress is not None:
                progress(len(found), len(experiments))
        return found

    def actor_values(
        self, parameters: Mapping[str, Value], arrangements: Iterable[str], actor: str
    ) -> FloatArray:
        """What the future is worth to an actor at the start under arrangements, shape (arrangements, worlds)."""
        if actor not in self.model.scenario.actors:
            raise InvalidInput(
                f"no actor is called {actor}", hint=did_you_mean(actor, self.model.scenario.actors, "actor")
            )
        queries = [Query(self.model.levels[name]) for name in arrangements]
        return np.stack([of.values[actor] for of in self.solve(parameters, self.worlds, queries)])


def inquiry_of(solved: Result, threads: int | None = None, progress: Progress | None = None) -> Inquiry:
    """The worlds of an assessment."""
    return Inquiry(
        solved.model, solved.worlds, solved.seed, solved.information, threads, progress, solved.numbers
    )


def promise_of(model: Model, arrangement: str) -> Promise:
    """The levels that an arrangement promises, in the order of the study's measures."""
    return tuple(float(model.levels[arrangement][m]) for m in model.scenario.measures)


def levels_of(model: Model, promise: Iterable[float]) -> dict[str, Value]:
    """A promise by the names of the measures."""
    return dict(zip(model.scenario.measures, promise, strict=True))


def varying(parameters: Mapping[str, Value]) -> dict[str, FloatArray]:
    """The parameters that differ between worlds, each of shape (worlds,), in the order of the file."""
    return {name: value for name, value in parameters.items() if isinstance(value, np.ndarray)}


def known_metric(model: Model, name: str) -> str:
    """`name`, where the study has such a metric; InvalidInput with the nearest one where not."""
    known = model.scenario.metrics
    if name not in known:
        raise InvalidInput(f"no metric is called {name}", hint=did_you_mean(name, known, "metric"))
    return name


def known_arrangement(model: Model, name: str | None) -> str:
    """`name`, where the study has such an arrangement; its first one where `name` is None."""
    if name is None:
        return next(iter(model.levels))
    if name not in model.levels:
        raise InvalidInput(
            f"no arrangement is called {name}", hint=did_you_mean(name, model.levels, "arrangement")
        )
    return name


def _joined(values: Sequence[Value], sizes: Sequence[int]) -> Value:
    """One value after the other, repeated to its size; a number where all are the same."""
    first = values[0]
    if isinstance(first, np.ndarray):
        if all(value is first for value in values):
            return np.tile(first, len(values))
    elif all(not isinstance(value, np.ndarray) and value == first for value in values):
        return first
    if not any(isinstance(value, np.ndarray) for value in values):
        return np.repeat(np.asarray(values, dtype=np.float64), sizes)
    return np.concatenate(
        [
            v if isinstance(v, np.ndarray) and v.size == size else np.broadcast_to(v, size)
            for v, size in zip(values, sizes, strict=True)
        ]
    )
