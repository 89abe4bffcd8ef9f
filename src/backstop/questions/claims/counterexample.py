"""Counter-examples to claims: the refuting world nearest to the central one, shrunk to what it takes.

Parameters go back to their central value one by one for as long as the claim is still false, until none of those left
can go. Whether a change keeps the claim false is seen by solving the changed world. Each round asks of every parameter
whether it can go alone, and of all of them how far they can go one after the other, nearest to the centre first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import BoolArray
from backstop.questions.claims.plausibility import CounterExample

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
    # The far ones go last: what is left should be few and telling, not many and small.
    away = sorted(
        (name for name in current if current[name] != central[name]),
        key=lambda name: abs(doubt.scores.get(name, 0.0)),
    )
    while away:
        alone = [{**current, name: central[name]} for name in away]
        together: list[Point] = []
        for name in away:
            together.append({**(together[-1] if together else current), name: central[name]})
        answer = yield [*alone, *together]
        assert answer is not None
        goes_alone, goes_on = answer[: len(away)], answer[len(away) :]
        if not goes_alone.any():
            break
        gone = set(away[: len(away) if goes_on.all() else int(np.argmin(goes_on))])
        if not gone:
            gone = {away[int(np.argmax(goes_alone))]}
        current.update((name, central[name]) for name in gone)
        # Those that could not go alone wait until the others have gone: fewer questions, and never a wrong answer.
        hard = [name for name, goes in zip(away, goes_alone, strict=True) if not goes and name not in gone]
        away = [*(name for name in away if name not in gone and name not in hard), *hard]
    kept = {name: current[name] for name in doubt.values if name in away}
    distance = float(np.sqrt(sum(doubt.scores.get(name, 0.0) ** 2 for name in kept)))
    return CounterExample(doubt.world, kept, distance)
