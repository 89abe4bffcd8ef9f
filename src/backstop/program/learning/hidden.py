"""Which actor has a hidden type, and what others make of it."""

from __future__ import annotations

from dataclasses import dataclass

from backstop.scenario.model import Model


@dataclass(frozen=True, slots=True)
class Hidden:
    """The actor (its index) with a hidden type, and what others know of it.

    `learns`: others learn from what they see; else they keep to the shares. `grid`: for how many beliefs the value of a
    phase is worked out, 1 where they keep to the shares.
    """

    actor: int
    learns: bool
    grid: int


def hidden_type(model: Model) -> Hidden:
    """The hidden type of a model that has one."""
    types = model.types
    assert types is not None
    learns = types.beliefs == "bayes"
    return Hidden(types.actor, learns, types.grid if learns else 1)
