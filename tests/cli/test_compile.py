"""`backstop compile` from end to end."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from tests.support.command import run
from tests.support.small_studies import PLEDGE, write

from backstop.program import lowering
from backstop.program.program import compile_program
from backstop.scenario.study import load


@pytest.fixture
def pledge(tmp_path: Path) -> Path:
    return write(tmp_path / "pledge", PLEDGE)


def test_the_folder_holds_the_program_and_its_description(pledge: Path, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "program"
    answer = run("compile", pledge, "--out", out)
    assert (answer.code, answer.out, answer.err) == (0, f"written to {out}\n", "")
    assert sorted(path.name for path in out.iterdir()) == ["program.json", "program.wasm"]
    wasm = (out / "program.wasm").read_bytes()
    assert wasm == compile_program(load(pledge)).wasm
    found = json.loads((out / "program.json").read_text(encoding="utf-8"))
    assert (found["format"], found["study"], found["information"]) == (
        "backstop-program/1",
        "pledge",
        "agent_error",
    )
    assert found["digests"] == {
        "scenario.yaml": hashlib.sha256((pledge / "scenario.yaml").read_bytes()).hexdigest(),
        "program.wasm": hashlib.sha256(wasm).hexdigest(),
    }
    assert str(tmp_path) not in (out / "program.json").read_text(encoding="utf-8")


def test_an_earlier_program_is_replaced_and_options_make_another(pledge: Path, tmp_path: Path) -> None:
    out, seen = tmp_path / "out", []
    for options in ((), ("--information", "private_payoffs"), ("--slips",), ()):
        answer = run("compile", pledge, "--out", out, *options)
        assert answer.code == 0, answer.err
        found = json.loads((out / "program.json").read_text(encoding="utf-8"))
        seen.append((found["information"], found["slips"], (out / "program.wasm").read_bytes()))
    assert [each[:2] for each in seen] == [
        ("agent_error", False),
        ("private_payoffs", False),
        ("agent_error", True),
        ("agent_error", False),
    ]
    assert seen[0] == seen[3]
    assert len({wasm for _, _, wasm in seen}) == 3
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_study_from_standard_input(pledge: Path, tmp_path: Path) -> None:
    text = (pledge / "scenario.yaml").read_text(encoding="utf-8")
    answer = run("compile", "-", "--out", tmp_path / "out", text=text)
    assert answer.code == 0, answer.err
    assert (tmp_path / "out" / "program.wasm").read_bytes() == compile_program(load(pledge)).wasm


def test_a_folder_with_anything_else_is_left_alone(pledge: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    answer = run("compile", pledge, "--out", out)
    assert (answer.code, answer.out) == (3, "")
    assert "notes.txt, which Backstop did not write there, so it is left alone" in answer.err
    assert [path.name for path in out.iterdir()] == ["notes.txt"]
    answer = run("compile", pledge, "--out", pledge)
    assert answer.code == 3
    assert (pledge / "scenario.yaml").is_file()


def test_a_folder_that_cannot_be_written_is_told_before_the_work(
    pledge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lowering, "MOST_CODE", 1)  # would be refused if it came to that
    (tmp_path / "file").write_text("", encoding="utf-8")
    answer = run("compile", pledge, "--out", tmp_path / "file" / "out")
    assert (answer.code, answer.out) == (3, "")
    assert "cannot be written" in answer.err
    assert "choose a folder you may write to" in answer.err
    answer = run("compile", pledge, "--out", tmp_path / "file")
    assert answer.code == 3
    assert "this is a file, not a folder" in answer.err


def test_a_scenario_too_large_is_refused_and_an_earlier_program_stays(
    pledge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert run("compile", pledge, "--out", out).code == 0
    before = (out / "program.wasm").read_bytes()
    monkeypatch.setattr(lowering, "MOST_CODE", 2_000)
    answer = run("compile", pledge, "--out", out)
    assert (answer.code, answer.out) == (4, "")
    assert "the scenario makes a program of 0.0 MB, and 0 MB is the limit: " in answer.err
    assert "leave out phases, metrics or definitions" in answer.err
    assert (out / "program.wasm").read_bytes() == before
    monkeypatch.undo()
    monkeypatch.setattr(lowering, "MOST_MEMORY", 10_000)
    answer = run("compile", pledge, "--out", out)
    assert answer.code == 4
    assert "one thread would need" in answer.err
    assert "take longer periods" in answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "pledge"]


def test_a_broken_study_writes_nothing(tmp_path: Path) -> None:
    answer = run("compile", "-", "--out", tmp_path / "out", text="format: backstop/1\n")
    assert answer.code == 3
    assert not (tmp_path / "out").exists()
    assert run("compile", "-").code == 2
