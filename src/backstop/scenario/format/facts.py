"""Facts as they stand in the scenario file: what has happened and lasts."""

from __future__ import annotations

from pydantic import Field

from backstop.scenario.format.fields import Names, Number, NumberOrName, Pair, Titled, Words

FACT_KINDS = ("values", "range", "counts")
"""The three kinds of fact; each fact is of one kind."""


class Fact(Titled):
    """Something that lasts until an outcome changes it; a number in every expression. Of exactly one kind."""

    values: dict[Words, Number] | None = Field(
        default=None, min_length=1, description="The values it can have: a name for each, and its number."
    )
    range: Pair | None = Field(
        default=None,
        description="[lowest, highest] of a grid of numbers it can have, such as those of an offer.",
    )
    steps: int | None = Field(default=None, description="How many numbers the grid of `range` has.")
    counts: int | None = Field(
        default=None,
        description="A clock: it grows by one each period that is played, up to this whole number.",
    )
    start: NumberOrName = Field(description="What it is at the start: the name of a value, or a number.")
    resets: Names | None = Field(
        default=None, description="The outcomes that set a clock back to 0 in the period that follows."
    )

    @property
    def numbers(self) -> tuple[float, ...]:
        """All numbers it can be."""
        if self.values is not None:
            return tuple(float(value) for value in self.values.values())
        if self.range is not None:
            return grid(self.range, self.steps or 1)
        return tuple(float(count) for count in range((self.counts or 0) + 1))

    def number_of(self, written: float | str) -> float | None:
        """The number that a name or number stands for; None where it has no such value."""
        if isinstance(written, str):
            found = (self.values or {}).get(written)
            return None if found is None else float(found)
        return next((number for number in self.numbers if abs(number - written) <= 1e-9), None)

    def label(self, number: float) -> str:
        """What people call a number of it: the name of the value, else the number."""
        for name, value in (self.values or {}).items():
            if float(value) == number:
                return name
        return f"{number:.6g}"


def grid(limits: tuple[float, float], steps: int) -> tuple[float, ...]:
    """`steps` numbers from the lowest to the highest, evenly spaced."""
    low, high = limits
    if steps == 1:
        return (float(low),)
    return tuple(low + (high - low) * i / (steps - 1) for i in range(steps))
