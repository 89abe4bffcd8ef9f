"""What every answer of the graph model can do: its JSON, its words and its tables."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.published_conflicts import NAMES, published

from backstop.base.table import Table
from backstop.graphmodel import (
    Conflict,
    analyse,
    anticipate,
    coalitions,
    evolution,
    explain,
    invert,
    load,
    robustness,
)
from backstop.graphmodel.stability.coalitions import upsets

STUDY = Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025"


@pytest.fixture(scope="module")
def conflict() -> Conflict:
    return load(STUDY)


ANSWERS = {
    "analysis": analyse,
    "explanation": lambda one: explain(
        one, ["s17"], groups=["us+russia"], foresight="rotation", ties="worst"
    ),
    "evolution": evolution,
    "inverse": lambda one: invert(one, "s17", "gmr"),
    "robustness": lambda one: robustness(one, 20, exchanges=1),
    "coalitions": upsets,
}


@pytest.mark.parametrize("name", ANSWERS)
def test_every_answer_has_json_words_and_tables(name: str, conflict: Conflict) -> None:
    found = ANSWERS[name](conflict)
    assert found.conflict is conflict
    assert found.format.startswith("backstop-graph-")
    assert json.loads(json.dumps(found.as_dict())) == found.as_dict()
    assert all(isinstance(line, str) and "\n" not in line for line in found.lines())
    tables = found.tables()
    assert tables
    for table in tables:
        assert isinstance(table, Table)
        assert table.rows
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert all(isinstance(cell, str) for row in table.rows for cell in row)


def test_parts_of_the_analysis_are_in_its_json(conflict: Conflict) -> None:
    whole = analyse(conflict, foresight="rotation", ties="best").as_dict()
    assert coalitions(conflict).as_dict().items() <= whole.items()
    assert anticipate(conflict, "rotation", "best").as_dict().items() <= whole.items()


@pytest.mark.parametrize("name", NAMES)
def test_tables_of_published_conflicts_name_every_state(name: str) -> None:
    found = analyse(published(name))
    equilibria, states = found.tables()
    assert [row[0] for row in states.rows] == list(found.conflict.states.ids)
    assert len(equilibria.rows) == len(found.concepts)
