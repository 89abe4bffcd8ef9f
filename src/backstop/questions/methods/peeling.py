"""Peeling and pasting: the trajectory of boxes of the patient rule induction method (Friedman & Fisher 1999), on bins.

Every cut is read from histograms of weight and weight of cases by input and bin, from which only the worlds cut off
are subtracted: a whole trajectory costs about as much as counting the worlds twice, however many cuts it has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from backstop.base.arrays import BoolArray, FloatArray
from backstop.questions.methods.binning import CodedInputs, Region

PEEL = 0.05
"""The share of a box's weight that is cut off, or put back, at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One box of a peeling trajectory, by bins, with its shares and the number of restricted inputs."""

    region: Region
    coverage: float
    density: float
    mass: float
    restricted: int

    def as_dict(self) -> dict[str, float]:
        """The shares as they stand in JSON."""
        return {
            "coverage": self.coverage,
            "density": self.density,
            "mass": self.mass,
            "restricted": self.restricted,
        }


def trajectory_of(
    table: CodedInputs, cases: BoolArray, weights: FloatArray, smallest: float
) -> tuple[Step, ...]:
    """The boxes of peeling from all worlds with weight down to mass `smallest`, then of pasting the last one."""
    total, everything = float(weights[cases].sum()), float(weights.sum())

    def step(region: Region, caught: float, mass: float) -> Step:
        restricted = len(table.restricted(region))
        return Step(region, caught / total, caught / mass, mass / everything, restricted)

    region = table.whole
    live = np.flatnonzero(weights > 0).astype(np.int32)
    codes, held, hits = table.codes[live], weights[live], np.where(cases, weights, 0.0)[live]
    present = np.ones(len(live), dtype=np.bool_)
    counts, case_counts = _histograms(codes, held, hits, int(region.max()) + 1)
    mass, caught = everything, total
    steps = [step(region, caught, mass)]
    while True:
        cut = _best_cut(counts, case_counts, mass, caught, smallest * everything)
        if cut is None:
            break
        j, end, border = cut
        region = region.copy()
        region[j, end] = border
        outside = codes[:, j] < border if end == 0 else codes[:, j] > border
        gone = np.flatnonzero(present & outside)
        lost, lost_cases = _histograms(codes[gone], held[gone], hits[gone], counts.shape[1])
        counts -= lost
        case_counts -= lost_cases
        emptied = slice(border) if end == 0 else slice(border + 1, None)
        counts[j, emptied] = case_counts[j, emptied] = 0.0
        present[gone] = False
        mass, caught = float(counts[j].sum()), float(case_counts[j].sum())
        steps.append(step(region, caught, mass))
        if 2 * np.count_nonzero(present) < len(present):  # keep what is left close together in memory
            codes, held, hits = codes[present], held[present], hits[present]
            present = np.ones(len(codes), dtype=np.bool_)
    pasted = paste(table, region, cases, weights)
    if pasted is not region:
        inside = table.inside(pasted) & (weights > 0)
        steps.append(step(pasted, float(weights[inside & cases].sum()), float(weights[inside].sum())))
    return tuple(steps)


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
    counts: FloatArray, case_counts: FloatArray, mass: float, caught: float, least: float
) -> tuple[int, int, int] | None:
    """The best cut: an input, its end (0 low, 1 high) and the new bin there; None where no cut raises density.

    The best is that of the largest gain in density per weight given up, which does not favour inputs with few values
    (Kwakkel & Jaxa-Rozen 2016). At least the weight `least` is left.
    """
    nothing = 1e-9 * mass
    best: tuple[float, int, int, int] | None = None
    rows = np.arange(len(counts))
    width = counts.shape[1]
    for end in (0, 1):
        running = np.cumsum(counts[:, ::-1] if end else counts, axis=1)
        running_cases = np.cumsum(case_counts[:, ::-1] if end else case_counts, axis=1)
        # As many bins as fit into the share to peel; where the first bin with worlds is larger than that, it alone.
        fit = (running <= PEEL * mass * (1 + 1e-9)).sum(axis=1)
        last = np.where(
            (fit > 0) & (running[rows, fit - 1] > nothing), fit - 1, np.argmax(running > nothing, axis=1)
        )
        gone, gone_cases = running[rows, last], running_cases[rows, last]
        left = mass - gone
        with np.errstate(divide="ignore", invalid="ignore"):
            gain = (caught - gone_cases) / left - caught / mass
            scores = np.where((left >= least) & (left > 0) & (gone > 0) & (gain > 1e-12), gain / gone, 0.0)
        at = int(np.argmax(scores))
        if scores[at] > 0 and (best is None or scores[at] > best[0]):
            border = width - 2 - int(last[at]) if end else int(last[at]) + 1
            best = float(scores[at]), at, end, border
    return None if best is None else best[1:]


def paste(table: CodedInputs, region: Region, cases: BoolArray, weights: FloatArray) -> Region:
    """`region` widened by slices of about a twentieth of its weight, best first, while each raises density."""
    whole = table.whole
    while True:
        inside = table.inside(region) & (weights > 0)
        mass, caught = float(weights[inside].sum()), float(weights[inside & cases].sum())
        best: tuple[float, Region] | None = None
        for j in table.restricted(region):
            outside = table.inside(region, leave_out=j) & (weights > 0) & ~inside
            codes, weight = table.codes[outside, j], weights[outside]
            size = int(whole[j, 1]) + 1
            counts = np.bincount(codes, weight, minlength=size)
            hits = np.bincount(codes, np.where(cases[outside], weight, 0.0), minlength=size)
            first, last = region[j]
            for end, bins in ((0, np.arange(first - 1, -1, -1)), (1, np.arange(last + 1, size))):
                added = bins[: int(np.searchsorted(np.cumsum(counts[bins]), PEEL * mass)) + 1]
                more, more_hits = float(counts[added].sum()), float(hits[added].sum())
                if more <= 0:
                    continue
                gain = (caught + more_hits) / (mass + more) - caught / mass
                if gain > 1e-12 and (best is None or gain > best[0]):
                    widened = region.copy()
                    widened[j, end] = added[-1]
                    best = gain, widened
        if best is None:
            return region
        region = best[1]
