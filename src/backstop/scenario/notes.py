"""Notes on a scenario that show only once it is compiled: correlations not reached, facts that never change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from backstop.base.faults import Fault, Place
from backstop.scenario.distribution.copula import rank_correlation
from backstop.scenario.distribution.distribution import Distribution
from backstop.scenario.format import scenario as form
from backstop.scenario.states import State, where_true
from backstop.scenario.uses import Path

# A difference between a rank correlation and the one reached that is worth a note.
_NOTED = 0.01


def correlation_notes(
    scenario: form.Scenario, distributions: Mapping[str, Distribution | float], place: Callable[[Path], Place]
) -> Iterator[Fault]:
    """Notes on rank correlations that are not reached."""
    for number, (one, other, rank) in enumerate(scenario.correlations):
        first, second = distributions[one], distributions[other]
        if isinstance(first, float) or isinstance(second, float) or not (first.atoms or second.atoms):
            continue
        reached = rank_correlation(first, second, rank)
        if abs(reached - rank) >= _NOTED:
            yield Fault(
                f"the rank correlation of {one} and {other} comes to {reached:.2f}, not {rank:g}",
                place(("correlations", number)),
                "values that come up again and again are tied in rank, which leaves less to correlate",
            )


def state_notes(
    scenario: form.Scenario, states: Sequence[State], place: Callable[[Path], Place]
) -> Iterator[Fault]:
    """Notes on facts that are always the same, and on formulas over facts that are true in no state."""
    for name in scenario.facts:
        found = {state.facts[name] for state in states}
        if len(found) == 1:
            yield Fault(
                f"the fact {name} is always {scenario.facts[name].label(found.pop())}",
                place(("facts", name)),
                "let an outcome that can be reached set it, or write its number where it is used",
            )
    for name, metric in scenario.metrics.items():
        formulas: list[tuple[Path, form.Expr | None]] = [(("metrics", name, "where"), metric.where)]
        if metric.given is not None:
            formulas.append((("metrics", name, "given", "where"), metric.given.where))
        for path, formula in formulas:
            if formula is not None and not where_true(states, formula):
                yield Fault(
                    f"{formula} is true in no phase that can be reached, so {name} counts nothing by it",
                    place(path),
                    "compare it with the values that the facts can have",
                )
