"""Scenario discovery: under which assumptions does something happen? (the patient rule induction method,
PRIM)

Starting from all worlds, a small slice is cut off the box again and again, at whichever end of whichever
input leaves the cases densest (peeling), until the box is small; then slices are put back where that raises
density (pasting) (Friedman & Fisher 1999; as scenario discovery: Bryant & Lempert 2010). Which cut is best:
by default the gain in density per weight given up, which does not favour inputs with few values (Kwakkel &
Jaxa-Rozen 2016), or the density left (Friedman & Fisher).

Cuts are made on inputs coded into bins (see `peeling`); the recommended box is then sharpened on the data
themselves.

**The recommended box.** Coverage and density pull apart; their harmonic mean is the usual compromise, but
where most worlds are cases anyway it favours boxes that say nothing. Density is therefore counted from the
base rate r of cases: (density - r) / (1 - r). The box of the trajectory with the largest harmonic mean of
coverage and that is taken; pasted; restrictions are dropped, the least telling first, while their quasi-p
value is above 0.05 or the score is within 0.002 without them; and each remaining limit is moved to where
the score is largest, with all others held.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backstop.base.faults import InvalidInput, Refused
from backstop.questions.methods.binning import CodedInputs, between, coded
from backstop.questions.methods.box import Box, Columns, Limit, measured, quasi_p, within
from backstop.questions.methods.peeling import Objective, Step, inside_region, limits_of, paste, trajectory_of
from backstop.questions.methods.regional import condition_share
from backstop.questions.methods.weighting import BoolArray, FloatArray, normalised_weights, note_on_number

SIGNIFICANT = 0.05
SLACK = 0.002


@dataclass(frozen=True, slots=True, eq=False)
class Discovery:
    """Boxes, the recommended one first, and the trajectory that led to it.

    `base_rate` is the weight share of cases in all worlds; `covered` the share of cases in any of the
    boxes; `constants` are inputs that never vary; `note` a warning where the weight is thin.
    """

    boxes: tuple[Box, ...]
    trajectory: tuple[Step, ...]
    base_rate: float
    covered: float
    constants: tuple[str, ...] = ()
    note: str | None = None


def discover(
    inputs: Mapping[str, ArrayLike],
    cases: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    condition: str = "the condition",
    peel: float = 0.05,
    smallest: float | None = None,
    objective: Objective = "gain",
    most_boxes: int = 3,
    resamples: int = 10,
    seed: int = 0,
) -> Discovery:
    """Boxes of the worlds in which `cases` holds, shape (worlds,), in terms of `inputs`, each of shape
    (worlds,).

    `peel` is the share of a box cut off at once. `smallest` is the least mass of a box; by default half the
    share of cases, at most 0.05, and never under 20 effective worlds. Later boxes are sought among the
    worlds outside the earlier ones and kept where they cover at least 5 % of all cases at half or more of
    the first box's density. With `resamples` the first box is sought again on so many random halves of the
    worlds.

    Raises Refused where no world or every world is a case, fewer than ten effective worlds, or no input
    varies.
    """
    if not 0.0 < peel < 0.5:
        raise InvalidInput(f"the share peeled at once must be between 0 and 0.5, not {peel}")
    hit = np.asarray(cases, dtype=bool)
    share_of = normalised_weights(weights, len(hit))
    note = note_on_number(share_of)
    base = condition_share(hit, share_of, condition)
    table = coded(inputs)
    if not table.names:
        raise Refused("no input varies over the worlds, so no condition on inputs can be found")
    columns: Columns = {name: np.asarray(inputs[name]) for name in table.names}
    # Whole numbers keep sums and differences of histograms exact where weights are equal.
    weight = np.ones(len(hit)) if weights is None else share_of * len(hit)
    left = weight.copy()
    total = float(weight[hit].sum())
    boxes: list[Box] = []
    trajectory: tuple[Step, ...] = ()
    least = _least_mass(smallest, base, share_of)
    for number in range(max(1, most_boxes)):
        steps = trajectory_of(table, hit, left, peel, least, objective)
        if number == 0:
            trajectory = steps
        if boxes and _best(steps).density < 0.25 * boxes[0].density:
            break
        box = recommended(steps, table, columns, hit, left, peel)
        if box is None:
            break
        inside = within(box.limits, columns) & (left > 0)
        caught = float(left[inside & hit].sum())
        box = replace(box, coverage=caught / total, mass=float(left[inside].sum() / weight.sum()))
        if boxes and (box.coverage < 0.05 or box.density < 0.5 * boxes[0].density):
            break
        if number == 0 and resamples > 0:
            box = _with_stability(box, table, columns, hit, left, peel, least, objective, resamples, seed)
        boxes.append(box)
        left[inside] = 0.0
        if not left[hit].any() or not left[~hit].any():
            break
    return Discovery(
        tuple(boxes), trajectory, base, sum(box.coverage for box in boxes), table.constants, note
    )


def _least_mass(smallest: float | None, base: float, share_of: FloatArray) -> float:
    if smallest is not None:
        if not 0.0 < smallest < 1.0:
            raise InvalidInput(f"the smallest mass of a box must be between 0 and 1, not {smallest}")
        return smallest
    return min(0.5, max(min(0.05, 0.5 * base), 20.0 * float(share_of @ share_of)))


def score_of(coverage: float, density: float, base: float) -> float:
    """Harmonic mean of coverage and the density gained over the base rate, as a share of what could be
    gained.
    """
    if base >= 1.0:
        return 0.0
    gained = (density - base) / (1.0 - base)
    return 2.0 * coverage * gained / (coverage + gained) if gained > 0 and coverage > 0 else 0.0


def recommended(
    steps: tuple[Step, ...],
    table: CodedInputs,
    columns: Columns,
    cases: BoolArray,
    weights: FloatArray,
    peel: float = 0.05,
) -> Box | None:
    """The box that the rule in this module's head picks from a trajectory; None where no restriction tells
    cases apart.
    """
    total, base = float(weights[cases].sum()), steps[0].density
    best = _best(steps)
    if score_of(best.coverage, best.density, base) <= 0.0:
        return None
    limits = limits_of(table, paste(table, best.region, cases, weights, peel))
    limits = _pruned(limits, columns, cases, weights, total, base)
    for _ in range(2):
        for name in list(limits):
            limits[name] = _sharpened(name, limits, columns, cases, weights, total, base)
            if limits[name].low is None and limits[name].high is None and limits[name].categories is None:
                del limits[name]
    limits = _pruned(limits, columns, cases, weights, total, base)
    if not limits:
        return None
    return measured(
        {name: _on_values(limits[name], columns[name]) for name in limits}, columns, cases, weights, total
    )


def _best(steps: tuple[Step, ...]) -> Step:
    """The box of a trajectory with the largest score, the first of equals."""
    return max(steps, key=lambda step: score_of(step.coverage, step.density, steps[0].density))


def _pruned(
    limits: dict[str, Limit],
    columns: Columns,
    cases: BoolArray,
    weights: FloatArray,
    total: float,
    base: float,
) -> dict[str, Limit]:
    """`limits` without those that chance explains or that the score hardly needs, dropped one at a time."""
    limits = dict(limits)
    broken = {name: ~limit.met(columns[name]) for name, limit in limits.items()}
    count = np.sum(list(broken.values()), axis=0, dtype=np.uint8) if broken else np.zeros(0, dtype=np.uint8)
    while limits:
        inside = count == 0
        now = _score(inside, cases, weights, total, base)
        without: dict[str, float] = {}
        chance: dict[str, float] = {}
        for name in limits:
            wider = count == broken[name]
            without[name] = _score(wider, cases, weights, total, base)
            chance[name] = quasi_p(inside, wider, cases, weights)
        doubtful = [name for name in limits if chance[name] > SIGNIFICANT or without[name] >= now - SLACK]
        if not doubtful:
            break
        name = max(doubtful, key=lambda name: (without[name], chance[name]))
        count -= broken[name]
        del limits[name]
    return limits


def _score(inside: BoolArray, cases: BoolArray, weights: FloatArray, total: float, base: float) -> float:
    weight, hits = float(weights[inside].sum()), float(weights[inside & cases].sum())
    return score_of(hits / total, hits / weight, base) if weight > 0 else 0.0


def _sharpened(
    name: str,
    limits: Mapping[str, Limit],
    columns: Columns,
    cases: BoolArray,
    weights: FloatArray,
    total: float,
    base: float,
) -> Limit:
    """The limit on `name` with each restricted end moved to the place between two values where the score is
    largest.
    """
    limit = limits[name]
    if limit.categories is not None:
        return limit
    rows = np.flatnonzero(within(limits, columns, leave_out=name) & (weights > 0))
    x = columns[name][rows].astype(np.float64)
    order = np.argsort(x, kind="stable")
    x, weight = x[order], weights[rows][order]
    hits = np.where(cases[rows][order], weight, 0.0)
    for end in ("low", "high"):
        if getattr(limit, end) is None:
            continue
        inside = x <= limit.interval[1] if end == "low" else x >= limit.interval[0]
        values, held, caught = x[inside], weight[inside], hits[inside]
        if end == "low":  # from the top down: the box holds everything from here up
            values, held, caught = values[::-1], held[::-1], caught[::-1]
        mass, found = np.cumsum(held), np.cumsum(caught)
        coverage = found / total
        gained = (found / mass - base) / (1.0 - base)
        with np.errstate(divide="ignore", invalid="ignore"):
            score = np.where(
                (gained > 0) & (coverage > 0), 2.0 * coverage * gained / (coverage + gained), 0.0
            )
        score[:-1][values[1:] == values[:-1]] = -1.0  # a limit cannot lie between equal values
        at = int(np.argmax(score))
        if at == len(values) - 1:
            moved = None
        elif end == "low":
            moved = float(between(values[at + 1 : at + 2], values[at : at + 1])[0])
        else:
            moved = float(values[at] + (values[at + 1] - values[at]) / 2.0)
            moved = moved if moved < values[at + 1] else float(values[at])
        limit = replace(limit, low=moved) if end == "low" else replace(limit, high=moved)
    return limit


def _on_values(limit: Limit, values: NDArray[Any]) -> Limit:
    """A limit on an input with few values, moved to the outermost values inside it."""
    if not limit.stepped or limit.categories is not None:
        return limit
    inside = values[limit.met(values)]
    return replace(
        limit,
        low=None if limit.low is None else float(inside.min()),
        high=None if limit.high is None else float(inside.max()),
    )


def _with_stability(
    box: Box,
    table: CodedInputs,
    columns: Columns,
    cases: BoolArray,
    weights: FloatArray,
    peel: float,
    least: float,
    objective: Objective,
    resamples: int,
    seed: int,
) -> Box:
    """`box` with how often its restrictions reappear on random halves of the worlds (Bryant & Lempert 2010,
    section 3.3).
    """
    generator = np.random.default_rng(seed)
    inside = within(box.limits, columns)
    seen = dict.fromkeys(box.limits, 0)
    overlaps: list[float] = []
    for _ in range(resamples):
        half = generator.permutation(table.worlds)[: table.worlds // 2]
        chosen = np.zeros(table.worlds)
        chosen[half] = weights[half]
        if not chosen[cases].any() or not chosen[~cases].any():
            continue
        steps = trajectory_of(table, cases, chosen, peel, least, objective)
        near = min(steps, key=lambda step: abs(step.coverage - box.coverage))
        restricted = {table.names[j] for j, kept in enumerate(near.region) if not kept.all()}
        for name in seen:
            seen[name] += name in restricted
        other = inside_region(table, near.region)
        joint = float(weights[inside | other].sum())
        overlaps.append(float(weights[inside & other].sum()) / joint if joint > 0 else 0.0)
    if not overlaps:
        return box
    count = len(overlaps)
    return replace(
        box,
        reappears={name: times / count for name, times in seen.items()},
        overlap=float(np.mean(overlaps)),
    )
