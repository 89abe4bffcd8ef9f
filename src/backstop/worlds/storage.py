"""Results on disk: `result.json`, `worlds.parquet` and `phases.parquet`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backstop.base.files import settle, unwritable, write_new
from backstop.base.json_text import json_text
from backstop.game.slips import name_of_slips

if TYPE_CHECKING:
    from backstop.worlds.result import Result

# A column of a table, or one text for all of its rows.
Column = NDArray[Any] | str


def save(result: Result, folder: Path, beside: Mapping[str, object] | None = None) -> None:
    """Write the JSON of the result, with what is kept `beside` it, and its tables into an empty folder.

    `worlds.parquet` has one row per world and arrangement: parameters, weight, metrics, actors' values, costs, slips.
    `phases.parquet`: the mean share of each phase by arrangement and period.
    """
    write_new(folder / "result.json", json_text({**result.as_dict(), **(beside or {})}))
    write_parquet(world_tables(result), folder / "worlds.parquet")
    write_parquet([phase_table(result)], folder / "phases.parquet")


def world_tables(result: Result) -> list[dict[str, Column]]:
    """A table for each arrangement; names of parameters, metrics, values and costs carry a prefix: none can clash.

    `incentive.METRIC` and `slip.METRIC.ACTOR` (`shock.METRIC.ACTOR` where shocks are private payoffs) split the event
    of a metric; they are left out where there are too many worlds to keep them.
    """
    weights = np.ones(result.worlds) if result.weights is None else result.weights
    shared: dict[str, Column] = {"world": np.arange(result.worlds), "weight": weights / weights.sum()}
    for name, value in result.parameters.items():
        shared[f"parameter.{name}"] = (
            value if isinstance(value, np.ndarray) else np.full(result.worlds, value)
        )
    called = name_of_slips(result.information)
    return [
        {
            "arrangement": arrangement,
            **shared,
            **{f"metric.{name}": sample for name, sample in a.samples.items()},
            **{f"value.{name}": sample for name, sample in a.value_samples.items()},
            **{f"cost.{name}": sample for name, sample in a.cost_samples.items()},
            **{f"incentive.{name}": split.incentive for name, split in a.slip_samples.items()},
            **{
                f"{called}.{name}.{actor}": sample
                for name, split in a.slip_samples.items()
                for actor, sample in split.by.items()
            },
        }
        for arrangement, a in result.arrangements.items()
    ]


def phase_table(result: Result) -> dict[str, Column]:
    """One row per arrangement, period and phase."""
    rows = [
        (name, period, period * result.model.period_years, phase, share)
        for name, a in result.arrangements.items()
        for phase, by_period in a.phases.items()
        for period, share in enumerate(by_period)
    ]
    columns = list(zip(*rows, strict=True))
    return {
        "arrangement": np.array(columns[0]),
        "period": np.array(columns[1]),
        "year": np.array(columns[2], dtype=np.float64),
        "phase": np.array(columns[3]),
        "share": np.array(columns[4], dtype=np.float64),
    }


def write_parquet(tables: Sequence[Mapping[str, Column]], path: Path) -> None:
    """Write tables with the same columns, one after the other, to a Parquet file (compressed with zstd)."""
    import duckdb

    with duckdb.connect() as connection:
        connection.execute("SET preserve_insertion_order = true")
        parts = []
        for number, table in enumerate(tables):
            # Numbered columns keep any name safe inside the SQL text; arrays are read where they are.
            arrays = {f"c{i}": a for i, a in enumerate(table.values()) if isinstance(a, np.ndarray)}
            connection.register(f"part{number}", {k: np.ascontiguousarray(a) for k, a in arrays.items()})
            columns = []
            for i, (name, column) in enumerate(table.items()):
                source = f"c{i}"
                if isinstance(column, str):
                    source = _quoted(column, "'")
                elif column.dtype.kind == "U":
                    source = f"CAST(c{i} AS VARCHAR)"
                columns.append(f"{source} AS {_quoted(name, chr(34))}")
            parts.append(f"SELECT {', '.join(columns)} FROM part{number}")
        target = _quoted(str(path), "'")
        try:
            connection.execute(
                f"COPY ({' UNION ALL '.join(parts)}) TO {target} (FORMAT parquet, COMPRESSION zstd)"
            )
        except duckdb.IOException as error:
            raise unwritable(path, error) from error
    settle(path)


def _quoted(text: str, mark: str) -> str:
    return mark + text.replace(mark, mark * 2) + mark
