"""Peeling and pasting: the trajectory of boxes of the patient rule induction method (Friedman & Fisher
1999), on bins.

Every cut is read from histograms of weight and weight of cases by input and bin, from which only the worlds
cut off are subtracted: a whole trajectory costs about as much as counting the worlds twice, however many
cuts it has. Borders of bins lie between values of the data, so the shares of every box are exact for its
limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from backstop.questions.methods.binning import CodedInputs
from backstop.questions.methods.box import Limit
from backstop.questions.methods.weighting import BoolArray, FloatArray

Objective = Literal["gain", "density"]
Region = tuple[BoolArray, ...]
"""For every input, which of its bins belong to the box."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One box of a peeling trajectory, by bins, with its shares and the number of restricted inputs."""

    region: Region
    coverage: float
    density: float
    mass: float
    restricted: int


def trajectory_of(
    table: CodedInputs,
    cases: BoolArray,
    weights: FloatArray,
    peel: float = 0.05,
    smallest: float = 0.05,
    objective: Objective = "gain",
) -> tuple[Step, ...]:
    """The boxes of peeling from all worlds with weight down to mass `smallest`, then of pasting the last
    one.
    """
    total, everything = float(weights[cases].sum()), float(weights.sum())
    region: Region = tuple(np.ones(size, dtype=np.bool_) for size in table.bins)
    live = np.flatnonzero(weights > 0).astype(np.int32)
    codes, held, hits = table.codes[live], weights[live], np.where(cases, weights, 0.0)[live]
    present = np.ones(len(live), dtype=np.bool_)
    counts, case_counts = _histograms(codes, held, hits, max(table.bins))
    mass, caught = everything, total
    steps = [_step(region, caught, mass, total, everything)]
    while True:
        found = _best_cut(table, counts, case_counts, mass, caught, peel, smallest * everything, objective)
        if found is None:
            break
        input_, cut = found
        kept = region[input_].copy()
        kept[cut] = False
        region = (*region[:input_], kept, *region[input_ + 1 :])
        gone = np.flatnonzero(present & ~kept[codes[:, input_]])
        lost, lost_cases = _histograms(codes[gone], held[gone], hits[gone], counts.shape[1])
        counts -= lost
        case_counts -= lost_cases
        counts[input_, cut] = case_counts[input_, cut] = 0.0
        present[gone] = False
        mass = float(counts[input_].sum())
        caught = float(case_counts[input_].sum())
        steps.append(_step(region, caught, mass, total, everything))
        if 2 * np.count_nonzero(present) < len(present):  # keep what is left close together in memory
            codes, held, hits = codes[present], held[present], hits[present]
            present = np.ones(len(codes), dtype=np.bool_)
    pasted = paste(table, region, cases, weights, peel)
    if pasted is not region:
        inside = inside_region(table, pasted) & (weights > 0)
        steps.append(
            _step(
                pasted, float(weights[inside & cases].sum()), float(weights[inside].sum()), total, everything
            )
        )
    return tuple(steps)


def _step(region: Region, caught: float, mass: float, total: float, everything: float) -> Step:
    restricted = sum(not bool(kept.all()) for kept in region)
    return Step(region, caught / total, caught / mass, mass / everything, restricted)


def _histograms(
    codes: NDArray[np.uint16], weights: FloatArray, hits: FloatArray, width: int
) -> tuple[FloatArray, FloatArray]:
    """Weight and weight of cases by input and bin, each of shape (inputs, width)."""
    inputs = codes.shape[1]
    counts, case_counts = np.empty((inputs, width)), np.empty((inputs, width))
    case_rows = np.flatnonzero(hits)
    case_codes, case_hits = codes[case_rows], hits[case_rows]
    for j in range(inputs):
        counts[j] = np.bincount(codes[:, j], weights, minlength=width)
        case_counts[j] = np.bincount(case_codes[:, j], case_hits, minlength=width)
    return counts, case_counts


def _best_cut(
    table: CodedInputs,
    counts: FloatArray,
    case_counts: FloatArray,
    mass: float,
    caught: float,
    peel: float,
    least: float,
    objective: Objective,
) -> tuple[int, NDArray[np.intp]] | None:
    """The input and bins whose removal is best, or None where no cut leaves enough weight and raises
    density.
    """
    nothing = 1e-9 * mass
    best: tuple[float, int, NDArray[np.intp]] | None = None
    bins = np.arange(counts.shape[1])
    ordered = np.array([border is not None for border in table.borders])
    rows = np.arange(len(ordered))
    for reverse in (False, True):
        running = np.cumsum(counts[:, ::-1] if reverse else counts, axis=1)
        running_cases = np.cumsum(case_counts[:, ::-1] if reverse else case_counts, axis=1)
        # As many bins as fit into the share to peel; where the first bin with worlds is larger than that, it alone.
        fit = (running <= peel * mass * (1 + 1e-9)).sum(axis=1)
        last = np.where(
            (fit > 0) & (running[rows, fit - 1] > nothing), fit - 1, np.argmax(running > nothing, axis=1)
        )
        gone, gone_cases = running[rows, last], running_cases[rows, last]
        scores = _scores(gone, gone_cases, mass, caught, least, objective)
        scores[~ordered] = -np.inf
        at = int(np.argmax(scores))
        if scores[at] > 0 and (best is None or scores[at] > best[0]):
            cut = bins[: last[at] + 1]
            best = float(scores[at]), at, counts.shape[1] - 1 - cut if reverse else cut
    for j in np.flatnonzero(~ordered):
        scores = _scores(counts[j], case_counts[j], mass, caught, least, objective)
        scores[counts[j] <= nothing] = -np.inf
        at = int(np.argmax(scores))
        if scores[at] > 0 and (best is None or scores[at] > best[0]):
            best = float(scores[at]), int(j), bins[at : at + 1]
    return None if best is None else (best[1], best[2][best[2] < table.bins[best[1]]])


def _scores(
    gone: FloatArray, gone_cases: FloatArray, mass: float, caught: float, least: float, objective: Objective
) -> FloatArray:
    """How good cuts are; -inf where too little is left, at most 0 where density does not rise."""
    left = mass - gone
    possible = (left >= least) & (left > 0) & (gone > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = (caught - gone_cases) / left - caught / mass
        score = gain / gone if objective == "gain" else gain
    return np.where(possible & (gain > 1e-12), score, -np.inf)


def inside_region(table: CodedInputs, region: Region, leave_out: int | None = None) -> BoolArray:
    """Which worlds are in a region, shape (worlds,)."""
    inside = np.ones(table.worlds, dtype=np.bool_)
    for j, kept in enumerate(region):
        if j != leave_out and not kept.all():
            inside &= kept[table.codes[:, j]]
    return inside


def paste(table: CodedInputs, region: Region, cases: BoolArray, weights: FloatArray, peel: float) -> Region:
    """`region` widened by slices of about `peel` of its weight, best first, while each raises density."""
    while True:
        limited = [j for j, kept in enumerate(region) if not kept.all()]
        inside = inside_region(table, region) & (weights > 0)
        mass, caught = float(weights[inside].sum()), float(weights[inside & cases].sum())
        best: tuple[float, int, BoolArray] | None = None
        for j in limited:
            outside = inside_region(table, region, leave_out=j) & (weights > 0) & ~inside
            codes, weight = table.codes[outside, j], weights[outside]
            counts = np.bincount(codes, weight, minlength=table.bins[j]).astype(np.float64)
            hits = np.bincount(codes, np.where(cases[outside], weight, 0.0), minlength=table.bins[j])
            for added in _slices(table, region[j], j, counts, peel * mass):
                more, more_hits = float(counts[added].sum()), float(hits[added].sum())
                if more <= 0:
                    continue
                gain = (caught + more_hits) / (mass + more) - caught / mass
                if gain > 1e-12 and (best is None or gain > best[0]):
                    widened = region[j].copy()
                    widened[added] = True
                    best = gain, j, widened
        if best is None:
            return region
        region = (*region[: best[1]], best[2], *region[best[1] + 1 :])


def _slices(
    table: CodedInputs, kept: BoolArray, j: int, counts: FloatArray, want: float
) -> list[NDArray[np.intp]]:
    """The bins next to the kept ones below and above that hold about `want`, or each category left out."""
    if table.borders[j] is None:
        return [np.array([at]) for at in np.flatnonzero(~kept)]
    first, last = int(np.argmax(kept)), len(kept) - 1 - int(np.argmax(kept[::-1]))
    sides = (np.arange(first - 1, -1, -1), np.arange(last + 1, len(kept)))
    slices = []
    for bins in sides:
        if len(bins):
            running = np.cumsum(counts[bins])
            slices.append(bins[: min(len(bins), int(np.searchsorted(running, want)) + 1)])
    return slices


def limits_of(table: CodedInputs, region: Region) -> dict[str, Limit]:
    """The restrictions of a region in the units of the inputs."""
    limits: dict[str, Limit] = {}
    for j, kept in enumerate(region):
        if kept.all():
            continue
        border, names = table.borders[j], table.categories[j]
        if border is None:
            assert names is not None
            limits[table.names[j]] = Limit(categories=tuple(names[at] for at in np.flatnonzero(kept)))
            continue
        first, last = int(np.argmax(kept)), len(kept) - 1 - int(np.argmax(kept[::-1]))
        lowest, highest = table.ranges[j]
        low = None if first == 0 else float(border[first - 1])
        # A border belongs to the bin above it.
        high = None if last == len(kept) - 1 else float(np.nextafter(border[last], -np.inf))
        limits[table.names[j]] = Limit(low, high, lowest, highest, stepped=table.steps[j] is not None)
    return limits
