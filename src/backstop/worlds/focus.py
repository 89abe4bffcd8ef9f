"""Queries about an ensemble."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from backstop.base.arrays import Rows
from backstop.worlds.ensemble import Ensemble
from backstop.worlds.query import Figures, Levels, Query, ask

__all__ = ["Figures", "Levels", "Query", "Rows", "figures", "figures_together"]


def figures(
    ensemble: Ensemble,
    levels: Levels,
    metrics: Sequence[str],
    costs: bool = False,
    rows: Rows | None = None,
    tick: Callable[[], None] | None = None,
) -> Figures:
    """What one `Query` of these asks for."""
    return figures_together(ensemble, [Query(levels, metrics, costs, rows)], tick)[0]


def figures_together(
    ensemble: Ensemble, queries: Sequence[Query], tick: Callable[[], None] | None = None
) -> list[Figures]:
    """What several queries ask for; `tick` is called for each."""
    found: list[Figures] = []
    for query in queries:
        found += ask(
            ensemble.model,
            ensemble.parameters,
            ensemble.worlds,
            [query],
            ensemble.information,
            ensemble.workers.threads,
        )
        if tick is not None:
            tick()
    return found
