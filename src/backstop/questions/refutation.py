"""Counter-examples to claims: the refuting world nearest to the central one, shrunk to what it takes.

Parameters go back to their central value one by one, nearest to it first, for as long as the claim is still false;
then again, until none of those left can go. Whether a change keeps the claim false is seen by solving the changed
worlds. Many parameters are tried at once: as long as they all go, one solution settles them all.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.questions.counterexample import CounterExample
from backstop.questions.weighting import BoolArray

Point = Mapping[str, float]
StillFalse = Callable[[Mapping[str, Sequence[Point]]], Mapping[str, BoolArray]]
"""From points, by the name of the claim, to where that claim is false: points hold the values of all that varies."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A claim and a world in which it is false: the values and normal scores of all parameters that vary."""

    claim: str
    world: int
    values: Mapping[str, float]
    scores: Mapping[str, float]


def shrunk_together(
    doubts: Sequence[Doubt],
    central: Mapping[str, float],
    still_false: StillFalse,
    tick: Callable[[], None] | None = None,
) -> dict[str, CounterExample]:
    """A shrunk counter-example by claim; each round asks the questions of all claims in one go."""
    found: dict[str, CounterExample] = {}
    running = {doubt.claim: _shrinking(doubt, central) for doubt in doubts}
    answers: Mapping[str, BoolArray | None] = dict.fromkeys(running)
    while running:
        asked: dict[str, list[Point]] = {}
        for claim, steps in list(running.items()):
            try:
                asked[claim] = steps.send(answers[claim])
            except StopIteration as end:
                found[claim] = end.value
                del running[claim]
        answers = dict(still_false(asked)) if asked else {}
        if tick is not None:
            tick()
    return found


def _shrinking(
    doubt: Doubt, central: Mapping[str, float]
) -> Generator[list[Point], BoolArray | None, CounterExample]:
    """Asks about lists of points and is sent where the claim is false among them."""
    current = dict(doubt.values)
    away = [name for name in current if current[name] != central[name]]
    # The far ones go last: what is left should be few and telling, not many and small.
    away.sort(key=lambda name: abs(doubt.scores.get(name, 0.0)))
    settled = False
    while away and not settled:
        waiting, needed = list(away), []
        while waiting:
            trials: list[Point] = []
            point = dict(current)
            for name in waiting:
                point = {**point, name: central[name]}
                trials.append(point)
            answer = yield trials
            assert answer is not None
            goes = len(waiting) if answer.all() else int(np.argmin(answer))
            for name in waiting[:goes]:
                current[name] = central[name]
            if goes < len(waiting):
                needed.append(waiting[goes])
            waiting = waiting[goes + 1 :]
        settled = len(needed) == len(away)
        away = needed
    kept = {name: current[name] for name in doubt.values if name in away}
    distance = float(np.sqrt(sum(doubt.scores.get(name, 0.0) ** 2 for name in kept)))
    return CounterExample(doubt.world, kept, distance)
