"""The documents say what the program does: every field, command, option and exit code, and the tutorial runs."""

from __future__ import annotations

import doctest
import importlib
import math
import re
import shlex
from pathlib import Path

import click
import pytest
from pydantic import BaseModel
from tests.support.command import run

from backstop.base.faults import BackstopError
from backstop.cli.main import COMMANDS
from backstop.scenario.check.names import CLOCK
from backstop.scenario.expression.operations import FUNCTIONS
from backstop.scenario.format import claims, quantities, trees
from backstop.scenario.format import scenario as form

ROOT = Path(__file__).resolve().parents[1]
README, CHANGES = ROOT / "README.md", ROOT / "CHANGELOG.md"
COMMANDS_PAGE, FORMAT_PAGE = ROOT / "docs" / "commands.md", ROOT / "docs" / "scenario-format.md"
TUTORIAL, NOTEBOOK = ROOT / "docs" / "tutorial.md", ROOT / "docs" / "notebook.md"
PAGES = [README, CHANGES, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
RECORDS = {
    name: record
    for module in (claims, form, quantities, trees)
    for name, record in vars(module).items()
    if isinstance(record, type)
    and issubclass(record, BaseModel)
    and name not in ("Record", "Titled", "Toned")
}


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str = r"\w*") -> list[tuple[str, str]]:
    """(language, content) of the fenced blocks, in order."""
    return re.findall(rf"^```({language})\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL)


# ---------------------------------------------------------------- the scenario file


@pytest.mark.parametrize("record", sorted(RECORDS))
def test_every_field_is_documented(record: str) -> None:
    """Some table of the page lists exactly the fields of the record, required where they are."""
    fields = {
        field.alias or name: field.is_required() for name, field in RECORDS[record].model_fields.items()
    }
    if record in ("Camp", "Spread"):  # the distributions of a camp are those of a parameter
        fields = {name: need for name, need in fields.items() if name == "weight" or record == "Spread"}
    tables = [
        {name: need == "yes" for name, need in re.findall(r"^\| `(\w+)` \| (\w*) \|", table, re.MULTILINE)}
        for table in re.findall(r"(?:^\|.*\n)+", text(FORMAT_PAGE), re.MULTILINE)
    ]
    if record == "Spread":
        assert any(fields.items() <= table.items() for table in tables)
    else:
        assert fields in tables


@pytest.mark.parametrize("section", form.Scenario.model_fields)
def test_every_section_has_its_heading(section: str) -> None:
    plain = {"format", "title", "question", "dossier", "information", "start"}
    assert section in plain or f"\n### {section}\n" in text(FORMAT_PAGE)


@pytest.mark.parametrize("word", [*FUNCTIONS, *CLOCK, *form.PERIOD_YEARS, "agent_error", "private_payoffs"])
def test_every_word_of_the_language_is_documented(word: str) -> None:
    assert re.search(rf"`{word}[`(]", text(FORMAT_PAGE)) or re.search(rf"`{word}`", text(COMMANDS_PAGE))


# ---------------------------------------------------------------- commands


def section(command: str) -> str:
    found = re.search(
        rf"^## backstop {command}\n(.*?)(?=^## |\Z)", text(COMMANDS_PAGE), re.MULTILINE | re.DOTALL
    )
    assert found, f"docs/commands.md has no section on {command}"
    return found[1]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_documented(command: str) -> None:
    module, line = COMMANDS[command]
    found, said = getattr(importlib.import_module(f"backstop.cli.{module}"), command), section(command)
    if isinstance(found, click.Group):
        assert not [name for name in found.commands if f"`{name}`" not in said]
    else:
        options = [p.opts[-1] for p in found.params if isinstance(p, click.Option)]
        assert not [option for option in options if not re.search(rf"`[^`]*{option}\b", said)]
    assert f"| `backstop {command}` | {line} |" in text(README)


def test_no_command_is_documented_that_is_not_there() -> None:
    assert set(re.findall(r"^## backstop (\w+)", text(COMMANDS_PAGE), re.MULTILINE)) == set(COMMANDS)
    assert set(re.findall(r"^\| `backstop (\w+)` \|", text(README), re.MULTILINE)) == set(COMMANDS)


def test_every_exit_code_is_documented() -> None:
    codes = {0, 2, 130} | {error.exit_code for error in (BackstopError, *BackstopError.__subclasses__())}
    assert set(map(int, re.findall(r"^\| `(\d+)` \|", text(COMMANDS_PAGE), re.MULTILINE))) == codes


# ---------------------------------------------------------------- contributing

CONTRIBUTING = ROOT / "CONTRIBUTING.md"


def test_the_files_that_contributing_names_are_there() -> None:
    named = set(re.findall(r"`((?:src|tests|docs|examples)/[\w./-]+)`", text(CONTRIBUTING)))
    assert len(named) >= 50
    assert not sorted(path for path in named if not (ROOT / path).exists())


def test_names_in_contributing_are_there() -> None:
    pairs = re.findall(r"`(\w+)`\s+(?:in|of)\s+`(src/[\w./-]+\.py)`", text(CONTRIBUTING))
    assert len(pairs) >= 3
    assert not [(name, path) for name, path in pairs if not re.search(rf"\b{name}\b", text(ROOT / path))]


def test_every_room_is_described() -> None:
    rooms = {path.parent.name for path in (ROOT / "src" / "backstop").glob("*/__init__.py")}
    assert set(re.findall(r"^\| `(\w+)` \|", text(CONTRIBUTING), re.MULTILINE)) == rooms
    paragraph = text(README).partition("The source lies in rooms")[2].partition("##")[0]
    assert not [room for room in rooms if f"`{room}`" not in paragraph]


# ---------------------------------------------------------------- examples in docstrings

EXAMPLES = {
    path.relative_to(ROOT / "src").with_suffix("").as_posix().replace("/", ".")
    for path in (ROOT / "src").rglob("*.py")
    if ">>>" in text(path)
}


def test_what_a_notebook_meets_has_examples() -> None:
    assert {
        "backstop.graphmodel.analysis",
        "backstop.graphmodel.change.inverse",
        "backstop.graphmodel.reasons.explanation",
        "backstop.scenario.distribution.kinds",
        "backstop.scenario.expression.expression",
        "backstop.scenario.study",
        "backstop.notebook.asking",
        "backstop.worlds.assessment",
        "backstop.worlds.result",
    } <= EXAMPLES


@pytest.mark.parametrize("module", sorted(EXAMPLES))
def test_examples_give_what_they_say(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted > 0
    assert found.failed == 0


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text(page)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path).resolve() if path else page
        assert goal.exists(), target
        if anchor:
            heads = re.findall(r"^#+ (.+)$", text(goal), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}


def test_the_readme_shows_real_output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    for _, block in blocks(README, "console"):
        if block.startswith("$"):
            follow(block)
    for _, block in blocks(README, "python"):
        exec(compile(block, "README.md", "exec"), {})


def test_the_two_commands_stand_on_one_line_each() -> None:
    first, second = [block for _, block in blocks(README, "console") if block.startswith("python3")]
    for command in (first, second):
        assert command.count("\n") == 1
        assert command.startswith("python3 -m venv .venv && ")
    assert "backstop assess examples/ukraine-2025 --out" in first
    assert "--group test" in second
    # Older pips know no dependency groups.
    assert second.index("--upgrade pip") < second.index("--group")


def test_the_page_for_notebooks_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    code = blocks(NOTEBOOK, "python")
    assert len(code) >= 7
    for _, block in code:
        exec(compile(block, "notebook.md", "exec"), names)
    assert (tmp_path / "arrangements.svg").is_file()
    assert names["found"].moved  # type: ignore[attr-defined]


def test_every_function_of_a_notebook_is_on_its_page() -> None:
    import backstop

    assert not [
        name
        for name in backstop.__all__
        if name.isalpha() and name.islower() and f"backstop.{name}" not in text(NOTEBOOK)
    ]


# ---------------------------------------------------------------- the tutorial


def follow(block: str) -> None:
    """Run the commands of a console block and find the lines shown, in order; `...` stands for anything."""
    for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, *shown = part.rstrip("\n").split("\n")
        program, *arguments = shlex.split(command)
        assert program == "backstop"
        answer = run(*arguments)
        assert answer.code == 0, answer.err
        given = " ".join((answer.err + answer.out).split())
        at = 0
        for line in shown:
            for piece in (" ".join(piece.split()) for piece in line.split("...")):
                if piece:
                    at = given.find(piece, at)
                    assert at >= 0, f"{command}: {piece}"
                    at += len(piece)


# Pages that start a study of their own can be followed from nothing.
HOW_TO = [page for page in sorted((ROOT / "docs" / "how-to").glob("*.md")) if "$ backstop new " in text(page)]


@pytest.mark.parametrize("page", HOW_TO, ids=lambda page: page.stem)
def test_a_how_to_runs(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    consoles = [block for _, block in blocks(page, "console")]
    assert consoles
    for block in consoles:
        follow(block)


def test_the_chances_that_scaling_speaks_of() -> None:
    said = text(ROOT / "docs" / "how-to" / "scale-payoffs.md")
    rows = [
        [cell.strip() for cell in row.split("|")[2:-1]] for row in said.splitlines() if row.startswith("| ")
    ][:2]
    assert len(rows[0]) == len(rows[1]) == 8
    for noises, chance in zip(*rows, strict=True):
        assert float(chance) == pytest.approx(1 / (1 + math.exp(float(noises))), rel=0.02)
    slip = 1 / (1 + math.exp(5))
    assert 1 - (1 - slip) ** 10 == pytest.approx(1 / 15, rel=0.05)
    assert 1 - (1 - slip) ** 120 > 0.5
    fewer = 1 / (1 + math.exp(1 / 0.134))
    assert 1 - (1 - fewer) ** 12 == pytest.approx(slip, rel=0.05)
    assert pytest.approx(0.0069, abs=5e-5) == 1 - (1 - 0.08) ** (1 / 12)
    assert pytest.approx(0.40, abs=5e-3) == 1 - 0.95**10


def test_the_tutorial_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    kinds = []
    for language, block in blocks(TUTORIAL):
        kinds.append(language)
        if language == "console":
            follow(block)
        elif language == "python":
            exec(compile(block, "tutorial.md", "exec"), {})
        else:
            head, _, body = block.partition("\n")
            where = re.fullmatch(r"# (\S+?)(?:, under (\w+):)?", head)
            assert where
            if language == "text":
                Path(where[1]).write_text(body, encoding="utf-8")
                continue
            path, scenario = Path(where[1]), Path(where[1]).read_text(encoding="utf-8")
            if language == "yaml":
                old, new = f"\n{where[2]}:\n", f"\n{where[2]}:\n{body}"
            else:
                assert language == "diff"
                lines = body.splitlines()
                old = "\n".join(line[1:] for line in lines if line[0] in " -")
                new = "\n".join(line[1:] for line in lines if line[0] in " +")
            assert scenario.count(old) == 1
            path.write_text(scenario.replace(old, new), encoding="utf-8")
    assert kinds.count("console") >= 6
