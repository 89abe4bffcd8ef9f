"""Headline figures of an assessment as a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Sequence

from backstop.report.tables.assessment import heading
from backstop.scenario.workbook.sheets import RESULTS, Sheet
from backstop.worlds.result import Result

COLUMNS = ("arrangement", "title", "metric", "metric's title", "mean", "5 %", "95 %", "Monte Carlo error")


def results_sheet(result: Result, lines: Sequence[str] = ()) -> Sheet:
    """Every metric under every arrangement: the mean over worlds, where nine worlds in ten lie, the error of the mean.

    `lines` are put beneath, after what was computed.
    """
    scenario = result.model.scenario
    rows: list[dict[str, float | str | None]] = []
    for name, arrangement in result.arrangements.items():
        for metric, summary in arrangement.metrics.items():
            figures = (summary.mean, summary.q05, summary.q95, summary.se)
            words = (
                *(name, scenario.arrangements[name].titled(name)),
                *(metric, scenario.metrics[metric].titled(metric)),
            )
            rows.append(dict(zip(COLUMNS, (*words, *figures), strict=True)))
    said = (
        "Mean: over the worlds. 5 % and 95 %: one world in twenty lies below, one above.",
        *heading(result),
    )
    rows.append({})
    for line in (*said, *lines):
        rows.append({COLUMNS[0]: line})
    return Sheet(RESULTS, COLUMNS, tuple(rows))
