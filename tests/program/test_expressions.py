"""Every operation of the table in the compiled program, against its value on plain numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from tests.program.agreement import columns
from tests.support.models import model_of

from backstop.program.host import Host, Wanted
from backstop.program.program import compile_program
from backstop.scenario.expression.expression import evaluate, parse
from backstop.scenario.expression.operations import OPERATIONS

AMOUNTS = (-2.0, -0.5, 0.0, 0.5, 1.0, 3.0)
WORLDS = [{"a": a, "b": b} for a in AMOUNTS for b in AMOUNTS]


def written(name: str) -> str:
    """An expression of the operation on a, b and a number, as many as it takes."""
    row = OPERATIONS[name]
    operands = ["a", "b", "1.5"][: row.most or 3]
    if row.is_function:
        return f"{name}({', '.join(operands)})"
    return f" {row.sign} ".join(operands) if row.is_infix else f"{row.sign} a"


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_is_compiled(name: str) -> None:
    model = model_of(
        {
            "horizon": {"years": 1, "tail_years": 0},
            "actors": {"one": {"discount": 0, "noise": 1}},
            "arrangements": {"only": {}},
            "parameters": {each: {"uniform": [-3, 3], "basis": "judgement"} for each in "ab"},
            "start": "on",
            "phases": {"on": {"absorbing": True, "payoffs": {"one": written(name)}}},
            "outcomes": {"o": {"next": "on"}},
            "metrics": {"worth": {"value": "one"}},
        }
    )
    host = Host(compile_program(model, "agent_error"), 1)
    found = host.solve_all(len(WORLDS), columns(WORLDS), model.levels, Wanted())["only"]
    wanted = [evaluate(parse(written(name)), world.__getitem__) for world in WORLDS]
    finite = np.array([math.isfinite(float(value)) for value in wanted])
    assert np.count_nonzero(finite) >= 6
    assert found.flagged.tolist() == (~finite).tolist()
    ours = found.values["one"][finite]
    assert ours == pytest.approx(np.array(wanted, dtype=np.float64)[finite], rel=1e-12, abs=1e-300)
