"""`backstop export` and `import` through the door of the console script."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from tests.support.command import run

from backstop.scenario.template import template


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(template("ceasefire"), encoding="utf-8")
    return folder


def fill(book: Path, sheet: str, column: str, value: object) -> str:
    """Change a number in the first row that has one under `column`; the name of its row."""
    opened = openpyxl.load_workbook(book)
    heads = {cell.value: cell.column for cell in opened[sheet][1]}
    for row in opened[sheet].iter_rows(min_row=2):
        if row[heads[column] - 1].value is not None:
            row[heads[column] - 1].value = value
            opened.save(book)
            return str(row[0].value)
    raise AssertionError(column)


def test_there_and_back(study: Path, tmp_path: Path) -> None:
    book = tmp_path / "a.xlsx"
    before = (study / "scenario.yaml").read_text()
    answer = run("export", study, "--xlsx", book)
    assert (answer.code, answer.err) == (0, "")
    assert f"backstop import {study} --xlsx {book}" in answer.out
    name = fill(book, "parameters", "highest", 0.875)
    dry = run("import", study, "--xlsx", book, "--dry-run")
    assert dry.code == 0
    assert dry.out.startswith(f"{name}: uniform [")
    assert "1 entry would change" in dry.out
    assert (study / "scenario.yaml").read_text() == before
    answer = run("import", study, "--xlsx", book, "--json")
    assert answer.code == 0
    assert answer.json["format"] == "backstop-import/1"
    assert answer.json["written"] is True
    assert [change["name"] for change in answer.json["changes"]] == [name]
    after = (study / "scenario.yaml").read_text()
    assert len([1 for a, b in zip(before.splitlines(), after.splitlines(), strict=True) if a != b]) == 1
    assert "0.875" in after
    assert run("check", study).code == 0


def test_a_conflict_leaves_with_one_and_a_bad_cell_with_three(study: Path, tmp_path: Path) -> None:
    book, scenario = tmp_path / "a.xlsx", study / "scenario.yaml"
    run("export", study, "--xlsx", book)
    name = fill(book, "parameters", "highest", 0.875)
    run("import", study, "--xlsx", book)
    fill(book, "parameters", "highest", 0.75)
    now = scenario.read_text()
    answer = run("import", study, "--xlsx", book)
    assert answer.code == 1
    assert f"{name}: both changed it" in answer.err
    assert scenario.read_text() == now
    assert run("import", study, "--xlsx", book, "--theirs").code == 0
    assert "0.75" in scenario.read_text()
    fill(book, "parameters", "highest", "much")
    now = scenario.read_text()
    answer = run("import", study, "--xlsx", book)
    assert answer.code == 3
    assert "a.xlsx parameters!H" in answer.err
    assert scenario.read_text() == now


def test_results_are_written_where_they_are_asked_for(study: Path, tmp_path: Path) -> None:
    book = tmp_path / "a.xlsx"
    assert run("export", study, "--xlsx", book, "--results", "--worlds", 64).code == 0
    solved = run("assess", study, "--worlds", 64, "--json").json
    sheet = openpyxl.load_workbook(book)["results"]
    rows = {
        (row[0].value, row[2].value): [cell.value for cell in row[4:8]] for row in sheet.iter_rows(min_row=2)
    }
    compared = 0
    for arrangement, figures in solved["arrangements"].items():
        for metric, summary in figures["metrics"].items():
            expected = [summary["mean"], summary["q05"], summary["q95"], summary["se"]]
            assert rows[arrangement, metric] == pytest.approx(expected, rel=1e-15)
            compared += 1
    assert compared >= 4
    assert "64 worlds, seed 1" in " ".join(str(row[0].value) for row in sheet.iter_rows())
    assert "results" not in run("import", study, "--xlsx", book).err
    answer = run("export", study, "--xlsx", book, "--worlds", 64)
    assert answer.code == 2
    assert "give --results as well" in answer.err


def test_nothing_of_the_study_is_overwritten(study: Path) -> None:
    answer = run("export", study, "--xlsx", study / "scenario.yaml")
    assert answer.code == 3
    assert (study / "scenario.yaml").read_text() == template("ceasefire")


@pytest.mark.parametrize("command", ["export", "import"])
def test_standard_input_is_no_study_to_write_to(command: str, tmp_path: Path) -> None:
    assert run(command, "-", "--xlsx", tmp_path / "a.xlsx").code == 3
