"""A study in a few lines and tables: what a notebook shows of it before anything is computed."""

from __future__ import annotations

from collections.abc import Sequence

from backstop.base.shown import Sketch
from backstop.base.table import Table
from backstop.base.words import counted
from backstop.scenario.format.quantities import Spread
from backstop.scenario.format.scenario import Parameter, Scenario

_SECTIONS = (
    "actors",
    "phases",
    "trees",
    "outcomes",
    "measures",
    "parameters",
    "metrics",
    "observations",
    "claims",
)


def sketch_of(scenario: Scenario, uncertain: Sequence[str], under: str = "") -> Sketch:
    """Title, question, what the study holds, its arrangements with their levels, and its parameters.

    `under` is what was set or given; the tables are those of the file.
    """
    held = [
        counted(len(getattr(scenario, section)), section.removesuffix("s"))
        for section in _SECTIONS
        if getattr(scenario, section)
    ]
    horizon = scenario.horizon
    lines = [
        *([under] if under else []),
        *([scenario.question] if scenario.question else []),
        ", ".join(held),
        f"{horizon.years:g} years in {counted(horizon.periods, 'period')} of one {horizon.period}",
    ]
    if uncertain:
        lines.append(counted(len(uncertain), "uncertain parameter"))
    return Sketch(scenario.title, tuple(lines), (arrangements_table(scenario), parameters_table(scenario)))


def arrangements_table(scenario: Scenario) -> Table:
    """The levels that each arrangement promises."""
    rows = tuple(
        (
            name,
            of.titled(name),
            *(f"{of.measures.get(m, scenario.measures[m].default):g}" for m in scenario.measures),
        )
        for name, of in scenario.arrangements.items()
    )
    return Table("Arrangements", ("arrangement", "title", *scenario.measures), rows, "Levels promised.")


def parameters_table(scenario: Scenario) -> Table:
    """Every parameter with its distribution, unit and grounds."""
    rows = tuple(
        (name, of.titled(name), distribution_words(of), of.unit, ", ".join(of.basis))
        for name, of in scenario.parameters.items()
    )
    return Table("Parameters", ("parameter", "title", "distribution", "unit", "basis"), rows)


def distribution_words(of: Spread) -> str:
    """A value or distribution as it stands in the file.

    >>> distribution_words(Spread(uniform=(0, 0.5)))
    'uniform [0, 0.5]'
    """
    if isinstance(of, Parameter) and of.experts is not None:
        return "; ".join(f"{camp} {distribution_words(view)}" for camp, view in of.experts.items())
    given = of.arguments
    if isinstance(given, (int, float)):
        return f"{given:g}"
    if isinstance(given, tuple):
        cut = "" if of.bounds is None else f" within {of.bounds[0]:g} to {of.bounds[1]:g}"
        return f"{of.kind} [{', '.join(f'{number:g}' for number in given)}]{cut}"
    return "discrete " + ", ".join(f"{value:g} with weight {weight:g}" for value, weight in given.items())
