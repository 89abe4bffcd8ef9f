"""The description of a program: everything in it lies where it says, and nothing is left out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.program.agreement import EVERYTHING

from backstop.base.json_text import json_text
from backstop.program.code.encoding import PAGE
from backstop.program.host import Host
from backstop.program.manifest import manifest
from backstop.program.outputs import COSTS
from backstop.program.program import Program, compile_program
from backstop.scenario.model import Model
from backstop.scenario.study import load

ROOT = Path(__file__).resolve().parents[2]
STUDIES = ("ukraine-2025", "korea-1953", "ladder")
FORMAT_PAGE = ROOT / "docs" / "reference" / "program.md"


@pytest.fixture(scope="module", params=STUDIES)
def described(request: pytest.FixtureRequest) -> tuple[Model, Program, dict[str, Any]]:
    model = load(ROOT / "examples" / request.param)
    program = compile_program(model, slips=True)
    return model, program, json.loads(json_text(manifest(model, program)))


def figures(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All entries with an offset."""
    if isinstance(entry.get("offset"), int):
        yield entry
    else:
        for part in entry.values():
            yield from figures(part)


def test_rows_lie_in_memory_and_only_curves_share_them(
    described: tuple[Model, Program, dict[str, Any]],
) -> None:
    _, _, found = described
    width, memory = found["call"]["row_bytes"], found["module"]["exports"]["memory"]
    assert width == 8 * found["call"]["worlds"]
    assert (memory["page_bytes"], memory["grows"]) == (PAGE, False)
    taken = {
        (each["offset"], each.get("rows", 1))
        for each in (*figures(found["inputs"]), *figures(found["outputs"]))
    }
    taken_bytes = sorted((offset, offset + rows * width) for offset, rows in taken)
    switches = found["switches"]
    taken_bytes.insert(0, (switches["offset"], switches["offset"] + switches["count"]))
    assert len(taken_bytes) > 20
    assert all(end <= start for (_, end), (start, _) in pairwise(taken_bytes))
    assert taken_bytes[-1][1] <= memory["pages"] * PAGE
    assert all(offset % 16 == 0 for offset, _ in taken)
    outputs = list(figures(found["outputs"]))
    distinct = {json.dumps(each["offset"]) for each in outputs}
    shared = len(found["outputs"]["curves"]) - len({c["offset"] for c in found["outputs"]["curves"].values()})
    assert len(outputs) - len(distinct) == shared
    asked = {number for each in outputs for number in each["switches"]}
    # Where no measure costs anything nothing needs the switch of costs.
    assert set(range(switches["count"])) - asked <= (set() if found["outputs"]["costs"] else {COSTS})


def test_everything_of_the_study_is_described(described: tuple[Model, Program, dict[str, Any]]) -> None:
    model, program, found = described
    scenario, inputs, outputs = model.scenario, found["inputs"], found["outputs"]
    assert found["format"] == "backstop-program/1"
    assert list(inputs["parameters"]) == list(scenario.parameters)
    assert list(inputs["measures"]) == list(scenario.measures)
    assert list(found["phases"]) == list(scenario.phases)
    assert list(outputs["values"]) == list(scenario.actors)
    assert list(outputs["metrics"]) == list(scenario.metrics)
    assert list(outputs["outcomes"]) == list(scenario.outcomes)
    assert list(outputs["costs"]) == [
        name for name, each in scenario.measures.items() if each.cost is not None
    ]
    kinds = {name: metric.kind for name, metric in scenario.metrics.items()}
    assert list(outputs["curves"]) == [n for n, kind in kinds.items() if kind in ("avoid", "reach", "occupy")]
    assert set(outputs["slips"]) == {n for n, kind in kinds.items() if kind in ("avoid", "reach", "count")}
    assert outputs["shares"]["rows"] == (model.periods + 1) * len(scenario.phases)
    assert {name: each["levels"] for name, each in found["arrangements"].items()} == {
        name: dict(levels) for name, levels in model.levels.items()
    }
    assert all(each["quantity"] for each in figures(outputs))
    assert found["digests"]["program.wasm"] == hashlib.sha256(program.wasm).hexdigest()
    assert found["digests"]["scenario.yaml"] == model.digests["scenario.yaml"]


def test_equal_studies_give_equal_bytes(described: tuple[Model, Program, dict[str, Any]]) -> None:
    model, program, found = described
    again = compile_program(model, slips=True)
    assert again.wasm == program.wasm
    assert json.loads(json_text(manifest(model, again))) == found
    without = compile_program(model)
    assert without.wasm != program.wasm
    plain: dict[str, Any] = manifest(model, without)
    assert plain["slips"] is False
    assert "slips" not in plain["outputs"]


def test_every_key_is_documented(described: tuple[Model, Program, dict[str, Any]]) -> None:
    _, _, found = described
    page = FORMAT_PAGE.read_text(encoding="utf-8")
    inner = {
        key
        for entry in (*figures(found["inputs"]), *figures(found["outputs"]), *map(dict, _parts(found)))
        for key in entry
    }
    assert len(inner) > 15
    missing = [key for key in {*found, *inner} if f"`{key}`" not in page]
    assert not missing
    rows = set(re.findall(r"^\| `(\w+)` \| [1(]", page, re.MULTILINE))
    assert rows == set(found["outputs"])


def _parts(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [found[name] for name in ("module", "call", "switches", "horizon")]


def test_the_numbers_of_the_page_are_those_of_the_program() -> None:
    model = load(ROOT / "examples" / "ladder")
    solved = Host(compile_program(model), 1).solve_all(1, {"noise": 1.0}, model.levels, EVERYTHING)
    page = FORMAT_PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(violation|war)` \| (0\.\d+) \| (0\.\d+) \| (0\.\d+) \|$", page, re.MULTILINE)
    assert len(rows) == 2
    for metric, *numbers in rows:
        found = [solved[name].metrics[metric][0] for name in ("consultative", "automatic", "attributed")]
        assert found == list(map(float, numbers))
