"""Results on disk."""

from __future__ import annotations

import json
import math
from pathlib import Path

import duckdb
import numpy as np
import pytest
from tests.support.small_studies import OBSERVED, PLEDGE, write

from backstop.base.faults import InvalidInput
from backstop.scenario.study import load
from backstop.worlds.assessment import assess
from backstop.worlds.storage import save, write_parquet


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    tables = [
        {
            "arrangement": name,
            'a "quoted"; name': np.array([0.1, np.nan, 3.0]) + shift,
            "whole": np.arange(3),
            "words": np.array(["x", "it's", 'a "y"']),
        }
        for name, shift in (("one", 0.0), ("it's another", 1.0))
    ]
    path = tmp_path / "it's a folder.parquet"
    write_parquet(tables, path)
    with duckdb.connect() as database:
        table = database.read_parquet(str(path))
        assert table.columns == ["arrangement", 'a "quoted"; name', "whole", "words"]
        rows = table.fetchall()
    assert [row[0] for row in rows] == ["one"] * 3 + ["it's another"] * 3
    assert [row[2] for row in rows] == [0, 1, 2] * 2
    assert [row[3] for row in rows] == ["x", "it's", 'a "y"'] * 2
    assert rows[0][1] == 0.1
    assert rows[1][1] is None or math.isnan(rows[1][1])  # no value: DuckDB makes it NULL
    assert rows[5][1] == 4.0


def test_a_disk_that_takes_nothing_is_no_internal_fault(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_parquet([{"a": np.arange(3)}], tmp_path / "no such folder" / "a.parquet")


@pytest.mark.parametrize("text", [PLEDGE, OBSERVED])
def test_all_worlds_are_kept(tmp_path: Path, text: str) -> None:
    result = assess(load(write(tmp_path / "study", text)), 50)
    folder = tmp_path / "out"
    folder.mkdir()
    save(result, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "phases.parquet",
        "result.json",
        "worlds.parquet",
    ]
    assert json.loads((folder / "result.json").read_text(encoding="utf-8"))["worlds"] == 50
    with duckdb.connect() as database:
        worlds = database.read_parquet(str(folder / "worlds.parquet"))
        names, rows = worlds.columns, worlds.fetchall()
    assert len(rows) == 150
    weights = np.ones(50) if result.weights is None else result.weights
    for row in rows:
        found = dict(zip(names, row, strict=True))
        world, a = found["world"], result.arrangements[found["arrangement"]]
        assert found["weight"] == weights[world] / weights.sum()
        assert found["parameter.prize"] == result.parameters["prize"][world]  # type: ignore[index]
        assert found["metric.lasting"] == a.samples["lasting"][world]
        assert found["value.north"] == a.value_samples["north"][world]
        assert found["cost.force"] == a.cost_samples["force"][world]


def test_a_parameter_and_a_metric_may_share_a_word(tmp_path: Path) -> None:
    """Columns carry a prefix, so that names of the study never clash with those of the table."""
    text = PLEDGE.replace("at_peace", "world").replace("trace", "weight")
    result = assess(load(write(tmp_path / "study", text)), 16)
    save(result, tmp_path)
    with duckdb.connect() as database:
        columns = database.read_parquet(str(tmp_path / "worlds.parquet")).columns
    assert len(set(columns)) == len(columns)
    assert {"world", "weight", "metric.world", "parameter.weight"} <= set(columns)
