"""Shrinking: a world in which a claim is false, reduced to what it takes.

Parameters go back to their central value one by one for as long as the claim is still false, until none of those left
can go, as a property-based test shrinks its input (Claessen & Hughes 2000). Whether a change keeps the claim false is
seen by solving the changed world. Each round asks of every parameter whether it can go alone, and of all of them how
far they can go one after the other, nearest to the centre first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backstop.base.arrays import BoolArray

Point = Mapping[str, float]
"""Values of all parameters that vary."""

StillFalse = Callable[[Mapping[str, Sequence[Point]]], Mapping[str, BoolArray]]
"""From points, by the name of the claim, to where that claim is false."""


@dataclass(frozen=True, slots=True)
class Refutation:
    """A world in which a claim is false: the values and normal scores of all parameters that vary."""

    claim: str
    world: int
    values: Point
    scores: Point


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A refutation reduced: `changed` are the parameters left away from their central value, with their values.

    `world` is the one it was shrunk from; `distance` that of the shrunk world from the central one in normal scores.
    """

    world: int
    changed: Point
    distance: float


def shrunk(refutations: Sequence[Refutation], central: Point, still_false: StillFalse) -> dict[str, Shrunk]:
    """The refutations reduced, by claim; each round asks the questions of all claims in one go."""
    found: dict[str, Shrunk] = {}
    running = {each.claim: _shrinking(each, central) for each in refutations}
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
    return found


def _shrinking(each: Refutation, central: Point) -> Generator[list[Point], BoolArray | None, Shrunk]:
    """Asks about lists of points and is sent where the claim is false among them."""
    current = dict(each.values)
    # The far ones go last: what is left should be few and telling, not many and small.
    away = sorted((n for n in current if current[n] != central[n]), key=lambda n: abs(each.scores[n]))
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
    kept = {name: current[name] for name in each.values if name in away}
    return Shrunk(each.world, kept, float(np.sqrt(sum(each.scores[name] ** 2 for name in kept))))
