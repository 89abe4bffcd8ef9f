"""Scenario discovery: under which assumptions does something happen? (the patient rule induction method, PRIM)

Starting from all worlds, a small slice is cut off the box again and again, at whichever end of whichever input leaves
the cases densest (peeling), until the box is small; then slices are put back where that raises density (pasting)
(Friedman & Fisher 1999; as scenario discovery: Bryant & Lempert 2010). Cuts are made on inputs coded into bins (see
`peeling`); the recommended box is then sharpened on the data themselves.

**The recommended box.** Coverage and density pull apart; their harmonic mean is the usual compromise, but where most
worlds are cases anyway it favours boxes that say nothing. Density is therefore counted from the base rate r of cases:
(density - r) / (1 - r). The box of the trajectory with the largest harmonic mean of coverage and that is taken;
pasted; restrictions are dropped, the least telling first, while their quasi-p value is above 0.05 or the score is
within 0.002 without them; and each remaining limit is moved to where the score is largest, with all others held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from backstop.base.arrays import BoolArray, FloatArray
from backstop.questions.methods.binning import CodedInputs, Region, between, coded
from backstop.questions.methods.box import Box, Columns, Limit, measured, on_values, quasi_p, within
from backstop.questions.methods.peeling import Step, paste, trajectory_of
from backstop.questions.methods.regional import condition_share
from backstop.worlds.statistics import counted_weights

SIGNIFICANT = 0.05
SLACK = 0.002
COVERS, BEATS = 0.25, 3.0
"""The least share of the cases that a box covers, and by how many errors it beats the overall share, to be told."""


@dataclass(frozen=True, slots=True, eq=False)
class Discovery:
    """Boxes, the recommended one first, and the trajectory that led to it.

    `base_rate` is the weight share of cases in all worlds; `covered` the share of cases in any of the boxes;
    `constants` are inputs that never vary.
    """

    boxes: tuple[Box, ...]
    trajectory: tuple[Step, ...]
    base_rate: float
    covered: float
    constants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What a box is sought in: cases and weights by world, the weight of all cases, and the base rate."""

    table: CodedInputs
    columns: Columns
    cases: BoolArray
    weights: FloatArray
    total: float
    base: float

    def score(self, inside: BoolArray) -> float:
        """The score of the box that holds the worlds `inside`."""
        weight = float(self.weights[inside].sum())
        hits = float(self.weights[inside & self.cases].sum())
        return score_of(hits / self.total, hits / weight, self.base) if weight > 0 else 0.0


def discover(
    inputs: Mapping[str, ArrayLike],
    cases: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    condition: str = "the condition",
    most_boxes: int = 3,
    resamples: int = 10,
    seed: int = 0,
) -> Discovery:
    """Boxes of the worlds in which `cases` holds, shape (worlds,), in terms of `inputs`, each of shape (worlds,).

    The least mass of a box is half the share of cases, at most 0.05, and never under 20 effective worlds. Later boxes
    are sought among the worlds outside the earlier ones and kept where they cover at least 5 % of all cases at half or
    more of the first box's density. With `resamples` the first box is sought again on so many random halves of the
    worlds.

    Raises Refused where no world or every world is a case, fewer than ten effective worlds, or no input varies.
    """
    hit = np.asarray(cases, dtype=bool)
    share_of = counted_weights(weights, len(hit))
    base = condition_share(hit, share_of, condition)
    table = coded(inputs)
    columns: Columns = {name: np.asarray(inputs[name], dtype=np.float64) for name in table.names}
    # Whole numbers keep sums and differences of histograms exact where weights are equal.
    left = np.ones(len(hit)) if weights is None else share_of * len(hit)
    everything, total = float(left.sum()), float(left[hit].sum())
    least = min(0.5, max(min(0.05, 0.5 * base), 20.0 * float(share_of @ share_of)))
    boxes: list[Box] = []
    trajectory: tuple[Step, ...] = ()
    for number in range(max(1, most_boxes)):
        steps = trajectory_of(table, hit, left, least)
        if number == 0:
            trajectory = steps
        if boxes and _best(steps).density < 0.25 * boxes[0].density:
            break
        box = recommended(steps, table, columns, hit, left)
        if box is None:
            break
        inside = within(box.limits, columns) & (left > 0)
        caught = float(left[inside & hit].sum())
        box = replace(box, coverage=caught / total, mass=float(left[inside].sum() / everything))
        if boxes and (box.coverage < 0.05 or box.density < 0.5 * boxes[0].density):
            break
        if number == 0 and resamples > 0:
            box = _with_stability(box, table, columns, hit, left, least, resamples, seed)
        boxes.append(box)
        left[inside] = 0.0
        if not left[hit].any() or not left[~hit].any():
            break
    covered = sum(box.coverage for box in boxes)
    return Discovery(tuple(boxes), trajectory, base, covered, table.constants)


def borne_out(
    limits: Mapping[str, Limit], inputs: Mapping[str, FloatArray], cases: BoolArray, weights: FloatArray
) -> Box | None:
    """The box of `limits` as worlds that did not choose it have it, those of positive `weights`, shape (worlds,).

    None where it covers too few of the cases there, or does not hold them more densely by three errors.
    """
    total = float(weights[cases].sum())
    whole = float(weights.sum())
    box = measured(limits, inputs, cases, weights, total)
    if total <= 0.0 or box.mass <= 0.0 or box.coverage < COVERS:
        return None
    base = total / whole
    inside = within(limits, inputs)
    # The difference of two shares of the same worlds, each world's part in it by its weight.
    parts = weights * (inside * (cases - box.density) / (box.mass * whole) - (cases - base) / whole)
    error = float(np.sqrt(np.square(parts).sum()))
    # A box that holds nothing but cases shows no error of its own: then that of as many worlds taken at random.
    held = weights[inside]
    error = max(error, float(np.sqrt(base * (1.0 - base) * np.square(held).sum())) / float(held.sum()))
    return box if box.density - base > BEATS * error else None


def score_of(coverage: float, density: float, base: float) -> float:
    """Harmonic mean of coverage and the density gained over the base rate, as a share of what could be gained."""
    if base >= 1.0:
        return 0.0
    gained = (density - base) / (1.0 - base)
    return 2.0 * coverage * gained / (coverage + gained) if gained > 0 and coverage > 0 else 0.0


def recommended(
    steps: tuple[Step, ...], table: CodedInputs, columns: Columns, cases: BoolArray, weights: FloatArray
) -> Box | None:
    """The recommended box of a trajectory; None where no restriction tells cases apart."""
    total, base = float(weights[cases].sum()), steps[0].density
    best = _best(steps)
    if score_of(best.coverage, best.density, base) <= 0.0:
        return None
    limits = _refined(_Search(table, columns, cases, weights, total, base), best.region)
    return measured(limits, columns, cases, weights, total) if limits else None


def _refined(search: _Search, region: Region, prune: bool = True) -> dict[str, Limit]:
    """The limits of a region pasted, pruned and sharpened; none where nothing of it tells cases apart."""
    table, columns = search.table, search.columns
    limits = table.limits(paste(table, region, search.cases, search.weights))
    if prune:
        limits = _pruned(search, limits)
    for _ in range(2):
        for name in list(limits):
            limits[name] = _sharpened(search, name, limits)
            if limits[name].low is None and limits[name].high is None:
                del limits[name]
    if prune:
        limits = _pruned(search, limits)
    return {name: on_values(limit, columns[name]) for name, limit in limits.items()}


def _best(steps: tuple[Step, ...]) -> Step:
    """The box of a trajectory with the largest score, the first of equals."""
    return max(steps, key=lambda step: score_of(step.coverage, step.density, steps[0].density))


def _pruned(search: _Search, limits: dict[str, Limit]) -> dict[str, Limit]:
    """`limits` without those that chance explains or that the score hardly needs, dropped one at a time."""
    limits = dict(limits)
    broken = {name: ~limit.met(search.columns[name]) for name, limit in limits.items()}
    count = np.sum(list(broken.values()), axis=0, dtype=np.uint8) if broken else np.zeros(0, dtype=np.uint8)
    while limits:
        inside = count == 0
        now = search.score(inside)
        without = {name: search.score(count == broken[name]) for name in limits}
        chance = {
            name: quasi_p(inside, count == broken[name], search.cases, search.weights) for name in limits
        }
        doubtful = [name for name in limits if chance[name] > SIGNIFICANT or without[name] >= now - SLACK]
        if not doubtful:
            break
        name = max(doubtful, key=lambda name: (without[name], chance[name]))
        count -= broken[name]
        del limits[name]
    return limits


def _sharpened(search: _Search, name: str, limits: Mapping[str, Limit]) -> Limit:
    """The limit on `name` with each restricted end moved between the two values where the score is largest."""
    limit = limits[name]
    rows = np.flatnonzero(within(limits, search.columns, leave_out=name) & (search.weights > 0))
    x = search.columns[name][rows]
    order = np.argsort(x, kind="stable")
    x, weight = x[order], search.weights[rows][order]
    hits = np.where(search.cases[rows][order], weight, 0.0)
    for end in ("low", "high"):
        if getattr(limit, end) is None:
            continue
        inside = x <= limit.interval[1] if end == "low" else x >= limit.interval[0]
        values, held, caught = x[inside], weight[inside], hits[inside]
        if end == "low":  # from the top down: the box holds everything from here up
            values, held, caught = values[::-1], held[::-1], caught[::-1]
        mass, found = np.cumsum(held), np.cumsum(caught)
        coverage = found / search.total
        gained = (found / mass - search.base) / (1.0 - search.base)
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(
                (gained > 0) & (coverage > 0), 2.0 * coverage * gained / (coverage + gained), 0.0
            )
        score[:-1][values[1:] == values[:-1]] = -1.0  # a limit cannot lie between equal values
        at = int(np.argmax(score))
        moved: float | None = None
        if at < len(values) - 1:
            ends = (at + 1, at) if end == "low" else (at, at + 1)
            low, high = (values[i : i + 1] for i in ends)
            moved = float(between(low, high)[0])
            if end == "high" and moved >= high[0]:
                moved = float(low[0])
        limit = replace(limit, low=moved) if end == "low" else replace(limit, high=moved)
    return limit


def _with_stability(
    box: Box,
    table: CodedInputs,
    columns: Columns,
    cases: BoolArray,
    weights: FloatArray,
    least: float,
    resamples: int,
    seed: int,
) -> Box:
    """`box` with how often its restrictions reappear on random halves (Bryant & Lempert 2010, section 3.3).

    Of the boxes of a half's trajectory that are equally near in coverage the densest is taken, for one that has lost
    no case yet is still being peeled; its limits are sharpened as those of the
    box were, and none is dropped: half as many worlds show half as much.
    """
    generator = np.random.default_rng(seed)
    worlds = len(cases)
    inside = within(box.limits, columns)
    seen = dict.fromkeys(box.limits, 0)
    overlaps: list[float] = []
    for _ in range(resamples):
        half = generator.permutation(worlds)[: worlds // 2]
        chosen = np.zeros(worlds)
        chosen[half] = weights[half]
        if not chosen[cases].any() or not chosen[~cases].any():
            continue
        steps = trajectory_of(table, cases, chosen, least)
        near = min(steps, key=lambda step: (round(abs(step.coverage - box.coverage), 6), -step.density))
        search = _Search(table, columns, cases, chosen, float(chosen[cases].sum()), steps[0].density)
        limits = _refined(search, near.region, prune=False)
        for name in limits:
            if name in seen:
                seen[name] += 1
        other = within(limits, columns) if limits else np.ones(worlds, dtype=np.bool_)
        joint = float(weights[inside | other].sum())
        overlaps.append(float(weights[inside & other].sum()) / joint if joint > 0 else 0.0)
    if not overlaps:
        return box
    reappears = {name: times / len(overlaps) for name, times in seen.items()}
    return replace(box, reappears=reappears, overlap=float(np.mean(overlaps)))
