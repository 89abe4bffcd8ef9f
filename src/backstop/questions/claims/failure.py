"""Where claims fail, in words: the box of assumptions in which most failures lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import FloatArray, IntArray
from backstop.base.faults import Refused
from backstop.questions.claims.verdict import FALSE, MOOT, TRUE, Codes
from backstop.questions.methods.box import Box, measured
from backstop.questions.methods.prim import discover
from backstop.questions.methods.regional import regional_sensitivity
from backstop.questions.study.words import sentence
from backstop.scenario.model import Model

# A box is sought among so many worlds of either kind; its shares are those of all worlds.
MOST = 4_000
# ... and among so many assumptions: those that differ most between the two kinds.
INPUTS = 12


@dataclass(frozen=True, slots=True)
class Failure:
    """What can be said of where a claim fails; `box` is None where no condition tells failures apart."""

    words: str
    box: Box | None


def where_it_fails(
    model: Model, codes: Codes, inputs: Mapping[str, FloatArray], weights: FloatArray, at_most: float | None
) -> Failure:
    """The region of assumptions where a claim fails, among the worlds where it is true or false.

    `weights` sum to 1; `at_most` is the bound on the share of failures where none was seen.
    """
    counted = weights > 0
    false, true = (codes == FALSE) & counted, (codes == TRUE) & counted
    if not false.any() and not true.any():
        return Failure("It is moot in every world: the question it answers does not arise.", None)
    if not false.any():
        bound = "" if at_most is None else f": at most {100 * at_most:.2g} in 100 (95 %)"
        return Failure(f"It was never seen to fail{bound}.", None)
    if not true.any():
        return Failure("It fails in every world in which it can be judged.", None)
    decided = np.where(codes == MOOT, 0.0, weights)
    rows, scale = _chosen(false, true)
    sample = {name: values[rows] for name, values in inputs.items()}
    held = decided[rows] * scale
    try:
        separated = regional_sensitivity(sample, false[rows], held).separations
        found = discover(
            {name: sample[name] for name in list(separated)[:INPUTS]},
            false[rows],
            held,
            condition="the claim fails",
            most_boxes=1,
            resamples=0,
        )
    except Refused as reason:
        return Failure(f"Where it fails cannot be said: {reason.faults[0].what}.", None)
    if not found.boxes:
        return Failure("No condition on the assumptions tells where it fails.", None)
    box = measured(
        found.boxes[0].limits,
        dict(inputs),
        false,
        decided / decided.sum(),
        float(decided[false].sum() / decided.sum()),
    )
    return Failure(sentence(box, "the claim fails", titles(model), units(model)), box)


def _chosen(false: np.ndarray, true: np.ndarray) -> tuple[IntArray, FloatArray]:
    """Evenly spaced worlds of either kind, and how many worlds each stands for."""
    parts, scales = [], []
    for kind in (false, true):
        rows = np.flatnonzero(kind)
        step = -(-rows.size // MOST)
        kept = rows[::step]
        parts.append(kept)
        scales.append(np.full(kept.size, rows.size / kept.size))
    rows, scale = np.concatenate(parts), np.concatenate(scales)
    order = np.argsort(rows, kind="stable")
    return rows[order], scale[order]


def titles(model: Model) -> dict[str, str]:
    """Titles of the parameters as they read inside a sentence: a capital only where the word always has one."""
    scenario = model.scenario
    proper = {
        word.removesuffix("'s")
        for actor in scenario.actors.values()
        for word in actor.name.split()
        if word[:1].isupper()
    }
    proper.update(actor.capitalize() for actor in scenario.actors)
    written = [scenario.question, *(claim.text for claim in scenario.claims.values())]
    written += [parameter.title for parameter in scenario.parameters.values()]
    written += [measure.title for measure in scenario.measures.values()]
    for title in written:
        proper.update(w.strip(",.;:()").removesuffix("'s") for w in title.split()[1:] if w[:1].isupper())
    found = {}
    for name, parameter in scenario.parameters.items():
        title = parameter.titled(name)
        first = title.split(" ")[0].removesuffix("'s")
        keeps = first in proper or any(c.isupper() for c in first[1:])
        found[name] = title if keeps else title[:1].lower() + title[1:]
    return found


def units(model: Model) -> dict[str, str]:
    """Units of the parameters."""
    return {name: parameter.unit for name, parameter in model.scenario.parameters.items()}
