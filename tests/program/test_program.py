"""Programs: the same bytes for the same scenario, their description, and what is too large for one."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from tests.program.agreement import EVERYTHING, columns, compare
from tests.support.models import model_of
from tests.support.strategies import parameter_values, random_scenario

import backstop
from backstop.base.faults import Refused
from backstop.cli.main import backstop as command
from backstop.program import lowering
from backstop.program.code.equations import elimination
from backstop.program.host import Host
from backstop.program.manifest import manifest
from backstop.program.program import compile_program
from backstop.program.recursion import plays
from backstop.scenario.model import Model

ROOT = Path(__file__).resolve().parents[2]
UKRAINE = ROOT / "examples" / "ukraine-2025"


def test_a_program_is_frozen_and_known_by_its_bytes() -> None:
    program = compile_program(backstop.load(ROOT / "examples" / "ladder"))
    assert program.digest == hashlib.sha256(program.wasm).hexdigest()
    assert program == compile_program(backstop.load(ROOT / "examples" / "ladder"))
    with pytest.raises(dataclasses.FrozenInstanceError):
        program.wasm = b""  # type: ignore[misc]
    assert compile_program(backstop.load(ROOT / "examples" / "ladder"), "private_payoffs") != program


def test_the_same_bytes_whatever_the_order_of_hashes() -> None:
    code = (
        "import backstop, sys\nfrom backstop.program.program import compile_program\n"
        f"model = backstop.load({str(UKRAINE)!r})\n"
        "print(compile_program(model).digest, compile_program(model, 'private_payoffs', slips=True).digest)"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=True,
        )
        for seed in ("0", "1", "12345")
    ]
    assert len({run.stdout for run in runs}) == 1
    assert len(runs[0].stdout.split()) == 2


def test_settings_and_camps_do_not_change_the_program() -> None:
    model = backstop.load(UKRAINE)
    program = compile_program(model)
    fixed = model.with_values({"european_aid": 0.5, next(iter(model.distributions)): 0.7})
    assert compile_program(fixed).wasm == program.wasm


def test_the_description_names_every_input_and_output(tmp_path: Path) -> None:
    run = CliRunner().invoke(command, ["compile", str(UKRAINE), "--out", str(tmp_path / "out"), "--slips"])
    assert run.exit_code == 0, run.output
    wasm = (tmp_path / "out" / "program.wasm").read_bytes()
    said = json.loads((tmp_path / "out" / "program.json").read_text())
    model = backstop.load(UKRAINE)
    assert said == json.loads(json.dumps(manifest(model, compile_program(model, slips=True))))
    assert said["format"] == "backstop-program/1"
    assert said["digests"]["program.wasm"] == hashlib.sha256(wasm).hexdigest()
    inputs, outputs, call = said["inputs"], said["outputs"], said["call"]
    assert list(inputs["parameters"]) == list(model.distributions)
    assert list(inputs["measures"]) == list(model.measures)
    assert list(outputs["metrics"]) == list(model.scenario.metrics)
    places = [row["offset"] for kind in ("parameters", "measures") for row in inputs[kind].values()]
    figures = [outputs["settled"], outputs["flagged"], outputs["shares"]]
    for kind in ("values", "metrics", "costs", "outcomes"):
        figures += outputs[kind].values()
    curves = {figure["offset"]: figure for figure in outputs["curves"].values()}
    for figure in [*figures, *curves.values()]:
        assert all(0 <= switch < said["switches"]["count"] for switch in figure["switches"])
        places += [figure["offset"] + row * call["row_bytes"] for row in range(figure["rows"])]
    places.sort()
    assert len(places) > 300
    gaps = np.diff(places)
    assert gaps.min() >= call["row_bytes"] >= 8 * call["worlds"]
    memory = said["module"]["exports"]["memory"]
    assert places[-1] + call["row_bytes"] <= memory["pages"] * memory["page_bytes"]
    slips = outputs["slips"]
    assert slips["renewed_war"]["russia"]["rows"] == 1 if "renewed_war" in slips else slips


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    run = CliRunner().invoke(command, ["compile", str(ROOT / "examples" / "ladder"), "--out", str(tmp_path)])
    assert run.exit_code != 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


# Plays that many phases share are written once, and called with the addresses of their numbers.


def shared(seed: int) -> tuple[dict[str, Any], list[dict[str, float]]]:
    """A scenario in which several phases play the same trees, with measures in force in some of them only."""
    rng = random.Random(seed)
    scenario = random_scenario(rng)
    live = [name for name, phase in scenario["phases"].items() if "play" in phase]
    first = scenario["phases"][live[0]]["play"] if live else None
    for name in live:
        if first is not None:
            scenario["phases"][name]["play"] = "shared_tree"
    if first is not None and not isinstance(first, str):
        scenario.setdefault("trees", {})["shared_tree"] = first
    elif first is not None:
        for name in live:
            scenario["phases"][name]["play"] = first
    return scenario, [parameter_values(scenario, rng) for _ in range(2)]


def test_shared_plays_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plays, "MANY", 2)
    compared = 0
    for seed in range(5_000, 5_030):
        scenario, worlds = shared(seed)
        for information in ("agent_error", "private_payoffs"):
            compared += compare(scenario, worlds, information)  # type: ignore[arg-type]
    assert compared > 100


def ring(size: int) -> Model:
    """Phases in a ring, each with a play of its own for two actors."""
    phases: dict[str, Any] = {}
    outcomes: dict[str, Any] = {}
    for i in range(size):
        answer = {"actor": "b", "moves": {"hold": f"hold{i}", "yield": f"yield{i}"}}
        phases[f"p{i}"] = {"play": {"actor": "a", "moves": {"wait": f"wait{i}", "push": answer}}}
        outcomes[f"wait{i}"] = {"next": f"p{i}", "payoffs": {"a": 0.01 * (i % 7)}}
        outcomes[f"hold{i}"] = {"next": f"p{(i + 1) % size}", "payoffs": {"a": -0.3, "b": "-x"}}
        outcomes[f"yield{i}"] = {
            "next": f"p{(i + 2) % size}",
            "payoffs": {"a": 0.2, "b": 0.1 * (i % 3) - 0.2},
        }
    return model_of(
        {
            "horizon": {"years": 3},
            "actors": {"a": {"discount": 0.9, "noise": 0.5}, "b": {"discount": 0.8, "noise": 0.7}},
            "parameters": {"x": {"uniform": [0, 1]}},
            "arrangements": {"only": {}},
            "start": "p0",
            "phases": phases,
            "outcomes": outcomes,
            "metrics": {"round": {"count": ["wait0"]}, "there": {"reach": [f"p{size // 2}"]}},
        }
    )


@pytest.mark.parametrize("size", [3, 12, 40])
def test_large_groups_of_phases_agree_with_plain_sweeps(size: int) -> None:
    model, x = ring(size), np.linspace(0, 1, 9)
    fast, plain = (
        Host(compile_program(model, accelerate=accelerate), 1).solve(9, {"x": x}, {}, EVERYTHING)
        for accelerate in (True, False)
    )
    assert fast.settled.all()
    assert plain.settled.all()
    for name in fast.metrics:
        np.testing.assert_allclose(fast.metrics[name], plain.metrics[name], rtol=0, atol=1e-9)


def test_an_order_of_elimination_makes_few_new_entries() -> None:
    arrow = [(i, 0) for i in range(1, 50)] + [(0, i) for i in range(1, 50)]
    order, products = elimination(50, arrow)
    assert order[-1] == 0 or order[-2] == 0
    assert products < 400
    assert sorted(order) == list(range(50))


def test_what_makes_too_large_a_program_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    model = ring(20)
    monkeypatch.setattr(lowering, "MOST_CODE", 50_000)
    with pytest.raises(Refused, match=r"a program of 0\.\d MB.*plays"):
        compile_program(model)
    monkeypatch.undo()
    monkeypatch.setattr(lowering, "MOST_MEMORY", 1_000)
    with pytest.raises(Refused, match=r"one thread would need \d+ MB.*3 periods and 20 phases"):
        compile_program(model)


def test_many_months_still_fit(tmp_path: Path) -> None:
    rng = random.Random(3)
    scenario = random_scenario(rng)
    scenario["horizon"] = {"years": 40, "period": "month", "tail_years": 1}
    for metric in scenario["metrics"].values():
        metric.pop("by_year", None)
    worlds = [parameter_values(scenario, rng)]
    model = model_of(scenario)
    program = compile_program(model)
    found = Host(program, 1).solve_all(1, columns(worlds), model.levels, EVERYTHING)
    assert all(solved.shares is not None and solved.shares.shape[0] == 481 for solved in found.values())
