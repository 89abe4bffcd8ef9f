"""Why the worlds of a study take long to solve, and what to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstop.scenario.model import Model

# An actor who discounts by less than this a period makes values settle slowly: a hundred periods and more count.
_PATIENT = 0.01


def slow_words(model: Model, arrangements: int, worlds: int) -> str:
    """What makes the work long: its size, and actors so patient that values settle slowly; then what to try."""
    from backstop.base.words import counted, quoted
    from backstop.worlds.trace import trace

    length = model.period_years
    size = (
        f"{counted(arrangements, 'arrangement')} in {counted(worlds, 'world')}, each of "
        f"{counted(len(model.scenario.phases), 'phase')} over {counted(model.periods, 'period')}"
    )
    central = trace(model, next(iter(model.levels)), periods=())
    actor, most = max(central.discounts.items(), key=lambda item: item[1])
    loss = 1.0 - most**length
    tries = ["fewer worlds first (--worlds 1000)"]
    tries += ["one --arrangement"] if arrangements > 1 else []
    if 0.0 <= loss < _PATIENT:
        title = model.scenario.actors[actor.partition(".")[0]].titled(actor)
        size += (
            f"; values settle slowly because {quoted(title)} discounts by only {100 * loss:.2g} % a period"
        )
        tries.append("a discount further from 1")
    if length < 1.0:
        tries.append("a longer period")
    return f"it takes long because there are {size}; try {', or '.join(tries)}"
