"""Why the worlds of a study take long to solve, and what to try."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstop.scenario.model import Model

# An actor who discounts by less than this a period makes values settle slowly: a hundred periods and more count.
_PATIENT = 0.01
# As few worlds as are worth a first look.
_FIRST_LOOK = 100


def slow_words(model: Model, arrangements: int, worlds: int) -> str:
    """What makes the work long: its size, and actors so patient that values settle slowly; then what to try."""
    from backstop.base.words import counted, quoted

    length = model.period_years
    size = (
        f"{counted(arrangements, 'arrangement')} in {counted(worlds, 'world')}, each of "
        f"{_phases(model)} over {counted(model.periods, 'period')}"
    )
    actor, most = _most_patient(model)
    loss = 1.0 - most**length
    # A tenth of them, and no more than settle most answers.
    few = max(_FIRST_LOOK, min(1_000, worlds // 10))
    tries = [f"fewer worlds first (--worlds {few})"] if few < worlds else []
    tries += ["one --arrangement"] if arrangements > 1 else []
    if 0.0 <= loss < _PATIENT:
        title = model.scenario.actors[actor].titled(actor)
        size += (
            f"; values settle slowly because {quoted(title)} discounts by only {100 * loss:.2g} % a period"
        )
        tries.append("a discount further from 1")
    if length < 1.0:
        tries.append("a longer period")
    return f"it takes long because there are {size}" + (f"; try {', or '.join(tries)}" if tries else "")


def _most_patient(model: Model) -> tuple[str, float]:
    """The actor that discounts least in the central world, whatever its type, and its discount factor a year."""
    from backstop.game.hidden import TYPES
    from backstop.scenario.valuation import Valuation
    from backstop.worlds.draws import sampler_of

    central, levels = sampler_of(model, 1).central(), next(iter(model.levels.values()))
    types = (None,) if model.types is None else TYPES
    return max(
        (
            (actor, discount)
            for type_ in types
            for actor, discount in zip(
                model.game.actors, Valuation(model, levels, central, type_=type_).discounts, strict=True
            )
        ),
        key=lambda each: each[1],
    )


def _phases(model: Model) -> str:
    """How many phases are solved: those that facts tell apart, and with every belief about a hidden type."""
    from backstop.base.words import counted

    phases, states = len(model.scenario.phases), len(model.states)
    words = counted(phases, "phase")
    if states > phases:
        words = f"{states:,} states (of {words}, told apart by facts)"
    if model.types is not None and model.types.beliefs == "bayes":
        words += f" with {model.types.grid} beliefs about a hidden type"
    return words
