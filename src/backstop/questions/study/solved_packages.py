"""Packages solved on worlds of a sample: each in each world once, for as long as there is room to keep what was found.

A search comes back to the same packages: on more worlds where few do not tell, at the ends of a step, and where a step
has led. What is kept is what solving again would give, to the last bit.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import BoolArray, FloatArray, Rows
from backstop.questions.inquiry import Inquiry
from backstop.scenario.expression.expression import Value
from backstop.worlds.query import Figures, Progress, Query

ROOM = 128_000_000
"""Bytes of figures that are kept; those of packages not asked about for longest go."""
# Worlds solved in one go: packages in a few worlds each are laid side by side.
_AT_ONCE = 131_072


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Figures of a package in the worlds `rows`."""

    rows: Rows
    figures: Figures

    @property
    def size(self) -> int:
        """The bytes of its figures."""
        figures = self.figures
        return self.rows.nbytes + figures.costs.nbytes + sum(of.nbytes for of in figures.metrics.values())


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A package in the worlds `rows`: what is known of it there, by part the places in `rows` and in the part's own;
    and the places in `rows` of which nothing is."""

    key: bytes
    rows: Rows
    known: Sequence[tuple[_Part, Rows, Rows]]
    missing: Rows


class SolvedPackages:
    """Metrics and expected costs of packages of `measures`; other measures stay at their level in `start`."""

    def __init__(
        self,
        inquiry: Inquiry,
        parameters: Mapping[str, Value],
        worlds: int,
        measures: Sequence[str],
        start: Mapping[str, float],
        room: int = ROOM,
    ) -> None:
        self.inquiry, self.parameters, self.worlds = inquiry, parameters, worlds
        self.measures, self.start, self.room = tuple(measures), start, room
        self._parts: OrderedDict[bytes, list[_Part]] = OrderedDict()
        self._used = 0
        # Where each world stands in what is asked; -1 where it is not asked about.
        self._place: Rows = np.full(worlds, -1, dtype=np.intp)

    def figures(
        self,
        packages: FloatArray,
        rows: Sequence[Rows],
        metrics: Sequence[str],
        progress: Progress | None = None,
    ) -> list[Figures]:
        """Metrics and expected costs of packages, (packages, measures), each in some worlds of the sample.

        `rows`: those worlds, by package. `progress(done, total)` counts packages. Raises InvalidInput for faults found
        while solving.
        """
        keys = [package.tobytes() for package in packages + 0.0]
        asked = [self._asked(key, of, metrics) for key, of in zip(keys, rows, strict=True)]
        found: list[Figures] = []
        for some in _together([of.missing.size for of in asked]):
            these = asked[some]
            solved = self._solved(packages[some], [of.rows[of.missing] for of in these], metrics)
            for of, part in zip(these, solved, strict=True):
                found.append(_joined(of, part))
                self._keep(of.key, part)
            if progress is not None:
                progress(len(found), len(asked))
        return found

    def _asked(self, key: bytes, rows: Rows, metrics: Sequence[str]) -> _Asked:
        """What is known of a package in some worlds."""
        parts = self._parts.get(key, ())
        missing: BoolArray = np.ones(rows.size, dtype=np.bool_)
        known: list[tuple[_Part, Rows, Rows]] = []
        if parts:
            self._place[rows] = np.arange(rows.size)
        for part in parts:
            if all(name in part.figures.metrics for name in metrics):
                place = self._place[part.rows]
                own = np.flatnonzero((place >= 0) & missing[place])
                if own.size:
                    known.append((part, place[own], own))
                    missing[place[own]] = False
        if parts:
            self._place[rows] = -1
            self._parts.move_to_end(key)
        return _Asked(key, rows, known, np.flatnonzero(missing))

    def _solved(self, packages: FloatArray, rows: Sequence[Rows], metrics: Sequence[str]) -> list[_Part]:
        """Packages solved in some worlds, side by side."""
        sizes = [of.size for of in rows]
        total = sum(sizes)
        if not total:
            nothing = Figures({name: np.empty(0) for name in metrics}, np.empty((0, 0)), {})
            return [_Part(of, nothing) for of in rows]
        levels: dict[str, Value] = dict(self.start)
        for name, column in zip(self.measures, packages.T, strict=True):
            alike = (column == column[0]).all()
            levels[name] = float(column[0]) if alike else np.repeat(column, sizes)
        every = len(rows) == 1 and total == self.worlds
        which = None if every else np.concatenate(rows)
        query = Query(levels, metrics, True, which)
        (whole,) = self.inquiry.solve(self.parameters, total, [query])
        ends = np.cumsum(sizes)
        return [
            _Part(
                of,
                Figures(
                    {n: v[end - of.size : end].copy() for n, v in whole.metrics.items()},
                    whole.costs[:, end - of.size : end].copy(),
                    {},
                ),
            )
            for of, end in zip(rows, ends, strict=True)
        ]

    def _keep(self, key: bytes, part: _Part) -> None:
        """Keep what was solved, and let go of what was not asked about for longest where there is no room."""
        if not part.rows.size or part.size > self.room:
            return
        self._parts.setdefault(key, []).append(part)
        self._used += part.size
        while self._used > self.room:
            _, gone = self._parts.popitem(last=False)
            self._used -= sum(of.size for of in gone)


def _together(sizes: Sequence[int]) -> Iterator[slice]:
    """Neighbours of these sizes that are solved in one go."""
    first, total = 0, 0
    for at, size in enumerate(sizes):
        if total and total + size > _AT_ONCE:
            yield slice(first, at)
            first, total = at, 0
        total += size
    if len(sizes) > first:
        yield slice(first, len(sizes))


def _joined(asked: _Asked, new: _Part) -> Figures:
    """What is asked about a package, from what was known and what was solved for it."""
    if not asked.known:
        return new.figures
    if len(asked.known) == 1 and not new.rows.size:
        part, place, own = asked.known[0]
        if own.size == part.rows.size and np.array_equal(part.rows, asked.rows):
            return part.figures
    pieces = [(of.figures, place, own) for of, place, own in asked.known]
    if new.rows.size:
        pieces.append((new.figures, asked.missing, np.arange(new.rows.size)))
    first = pieces[0][0]
    wanted = [name for name in first.metrics if all(name in of.metrics for of, _, _ in pieces)]
    metrics = {name: np.empty(asked.rows.size) for name in wanted}
    costs = np.empty((len(first.costs), asked.rows.size))
    for of, place, own in pieces:
        for name, values in metrics.items():
            values[place] = of.metrics[name][own]
        costs[:, place] = of.costs[:, own]
    return Figures(metrics, costs, {})
