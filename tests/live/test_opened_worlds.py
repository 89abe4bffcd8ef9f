"""Worlds laid open in the page and in Node: the bits that Python reads, and the same nodes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.live.pages import data_of, world_of, written
from tests.support.browser import Watch, needs_chromium

from backstop.base.arrays import FloatArray
from backstop.base.json_text import json_text
from backstop.live.payload import page_program
from backstop.program.manifest import manifest
from backstop.program.open_world import OpenWorld
from backstop.program.runtime import Machine
from backstop.scenario.model import Model
from backstop.scenario.study import load
from backstop.worlds.draws import sampler_of

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "src" / "backstop" / "live" / "page"
LEARNING = "../src/backstop/scenario/templates/learning"
STUDIES = ("ladder", "korea-1953", "ukraine-2025", LEARNING)
NODE = shutil.which("node")

ASK = """async ({ levels, set, world, periods }) => {
  const found = await window.backstop.engine.trace({ levels, set, world, periods });
  const plain = (numbers) => numbers === null ? null : Array.from(numbers, (n) => Number.isNaN(n) ? null : n);
  return { ...found, shares: plain(found.shares), beliefs: plain(found.beliefs), blocks: found.blocks.map(plain) };
}"""


def study_of(name: str) -> Model:
    return load(ROOT / "examples" / name)


def central(model: Model) -> dict[str, float]:
    """The parameters of the central world."""
    return {name: float(value) for name, value in sampler_of(model, 1).central().items()}


def opened_by_python(model: Model, parameters: dict[str, float], levels: dict[str, float]) -> OpenWorld:
    program = page_program(model, model.scenario.information)
    return OpenWorld(model, program, Machine(program.wasm), parameters, levels)


def same_bits(ours: FloatArray, theirs: list[float | None]) -> int:
    """How many numbers are the same to the last bit; what is not a number has any bits."""
    other = np.array([np.nan if each is None else each for each in theirs])
    assert ours.shape == other.shape
    differ = (ours.view(np.int64) != other.view(np.int64)) & ~(np.isnan(ours) & np.isnan(other))
    assert not differ.any(), f"{np.count_nonzero(differ)} of {ours.size} numbers differ"
    return ours.size


@needs_chromium
@pytest.mark.parametrize("study", STUDIES)
def test_a_page_lays_a_world_open_with_the_bits_of_python(watch: Watch, tmp_path: Path, study: str) -> None:
    model, data = study_of(study), data_of(study)
    moved = {c["name"]: c["maximum"] for c in data["controls"] if c["kind"] == "parameter"}
    one = dict(list(moved.items())[:1])
    last = data["arrangements"][-1]
    # What Python's memory holds of the second world of a pair is a copy of the first, as in the page.
    compared = 0
    with watch() as seen:
        seen.page.goto(written(tmp_path, data))
        seen.page.wait_for_selector("#backstop[data-compared]", state="attached")
        for world, set_ in (("central", {}), (7, one)):
            periods = sorted({0, model.periods - 1})
            asked = {"levels": last["levels"], "set": set_, "world": world, "periods": periods}
            found: dict[str, Any] = seen.page.evaluate(ASK, asked)
            parameters = (central(model) if isinstance(world, str) else world_of(data, world)) | set_
            opened = opened_by_python(model, parameters, last["levels"])
            assert found["settled"] == [opened.settled] * 2
            assert found["flagged"] == [opened.flagged] * 2
            compared += same_bits(np.ravel(opened.shares()), found["shares"][::2][: opened.shares().size])
            if model.types is not None:
                compared += same_bits(np.ravel(opened.beliefs()), found["beliefs"][::2])
            for period, block in zip(periods, found["blocks"], strict=True):
                opened.open(period)
                compared += same_bits(opened.memory(), block)
    assert compared > 300


@pytest.mark.skipif(NODE is None, reason="no Node is installed")
@pytest.mark.parametrize("study", ["ladder", LEARNING])
def test_what_the_page_reads_is_what_python_reads(tmp_path: Path, study: str) -> None:
    """The modules of the page in Node: every phase and node by name, and their numbers."""
    model = study_of(study)
    program = page_program(model, model.scenario.information)
    levels = dict(model.levels[list(model.levels)[-1]])
    parameters = central(model)
    for module in ("instance", "why"):
        text = (PAGE / f"{module}.js").read_text(encoding="utf-8")
        (tmp_path / f"{module}.mjs").write_text(text, encoding="utf-8")
    (tmp_path / "program.json").write_text(json_text(manifest(model, program)), encoding="utf-8")
    (tmp_path / "program.wasm").write_bytes(program.wasm)
    (tmp_path / "asked.json").write_text(json.dumps({"levels": levels, "set": parameters}), encoding="utf-8")
    (tmp_path / "read.mjs").write_text(
        """
import { readFileSync } from "node:fs";
import { Solver } from "./instance.mjs";
import { itemsOf, phasesOf, treeOf } from "./why.mjs";
const description = JSON.parse(readFileSync("program.json", "utf8"));
const { levels, set } = JSON.parse(readFileSync("asked.json", "utf8"));
const { instance } = await WebAssembly.instantiate(readFileSync("program.wasm"), {});
const draws = { names: [], rows: new Float64Array(0), worlds: 16, certain: set };
const solver = new Solver(instance, description, draws);
const one = { world: 0, set, levels };
const [found] = solver.open({ pairs: [[one, one]], periods: [0] });
const phases = phasesOf(description, found, 0, 0);
const leaves = (phase) => itemsOf(treeOf(phase, () => true)).filter((item) => item.leaf);
const trees = phases.map((phase) => leaves(phase).map((item) => item.share));
process.stdout.write(JSON.stringify({ phases, trees }));
""",
        encoding="utf-8",
    )
    assert NODE is not None
    done = subprocess.run(
        [NODE, "read.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    opened = OpenWorld(model, program, Machine(program.wasm), parameters, levels)
    opened.open(0)
    nodes = 0
    for index, told in enumerate(answer["phases"]):
        ours, play = opened.phase(index), model.game.plays[index]
        assert told["name"] == model.game.phases[index]
        assert told["share"] == opened.shares()[0][index]
        assert list(told["worth"].values()) == list(ours.worth)
        assert list(told["levels"].values()) == list(ours.levels)
        for node, other in zip(ours.nodes, told["nodes"], strict=True):
            assert play is not None
            assert other.get("name") == getattr(play.nodes[node.position], "name", None)
            assert list(other["values"].values()) == list(node.values)
            assert other["reach"] == node.reach
            assert other["belief"] == node.belief
            assert other["noise"] == node.noise
            assert [move["to"] for move in other["moves"]] == (list(node.to) if node.moves else [])
            for move, seen in zip(node.moves, other["moves"], strict=True):
                assert seen["probability"] == move.probability
                assert seen["bound"] == move.bound
                assert seen["slip"] == (None if np.isnan(move.slip) else move.slip)
                assert list((seen["byType"] or {}).values()) == list(move.by_type)
            nodes += 1
        if ours.nodes:
            # What the ways through a tree add up to.
            assert sum(answer["trees"][index]) == pytest.approx(1.0, abs=1e-12)
    assert nodes > 8
