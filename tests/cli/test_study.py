from __future__ import annotations

import io
import json
import os
import re
import shlex
import sys
from pathlib import Path

import pytest
from tests.support.broken_scenarios import BASE

from backstop.cli.main import main
from backstop.scenario.template import template_files, templates


@pytest.fixture
def run(monkeypatch, capsys):
    def command(*arguments: str, text: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["backstop", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        with pytest.raises(SystemExit) as stop:
            main()
        shown = capsys.readouterr()
        return stop.value.code, shown.out, shown.err

    return command


@pytest.mark.parametrize("name", templates())
def test_a_template_is_checked_without_a_note(run, tmp_path, name):
    folder = tmp_path / "my study"
    code, out, err = run("new", str(folder), "--template", name)
    assert (code, err) == (0, "")
    assert f"backstop check '{folder}'" in out
    assert f"backstop assess '{folder}'" in out
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert written == {*template_files(name), "backstop-1.schema.json"}
    for entry in folder.iterdir():
        assert re.search(rf"^Written: .*\b{entry.name}\b", out)
    text = (folder / "scenario.yaml").read_text()
    assert text.startswith("# yaml-language-server: $schema=backstop-1.schema.json\n")
    for study in (folder, folder / "scenario.yaml", folder / "backstop-1.schema.json"):
        code, out, err = run("check", str(study))
        assert (code, err) == (0, "")
        assert "No errors" in out


@pytest.mark.parametrize("name", templates())
def test_the_commands_that_new_names_run_clean(run, tmp_path, name):
    _, out, _ = run("new", str(tmp_path / "mine"), "--template", name)
    named = [shlex.split(line)[1:] for line in out.splitlines() if line.startswith("  backstop ")]
    assert len(named) == (7 if name == "observers" else 2)
    worlds = "400" if name == "settlement" else "128"  # enough that weights leave a hundred
    for command in named:
        code, shown, err = run(*command, *(["--worlds", worlds] if command[0] == "assess" else []))
        assert (code, err) == (0, ""), command
        assert shown


def test_the_template_with_a_dossier_cites_it(run, tmp_path):
    folder = str(tmp_path / "mine")
    run("new", folder, "--template", "observers")
    assert "exact: 8" in run("dossier", "verify", folder)[1]
    assert "citations, all in the dossier" in run("graph", "check", f"{folder}/graph.yaml")[1]
    assert run("graph", "analyse", f"{folder}/graph.yaml", "--variant", "bluff")[0] == 0
    compared = run("dossier", "compare", folder)[1]
    assert "40 observers (account wire: wire-2); 60 observers" in compared
    assert "2 accounts: Upland admits 20 observers at most" in compared
    grounds = {
        "most_observers": "Upland would accept no more than 20 observers",
        "observers": "We will send 40 observers if the truce holds for a month",
        "observers_help": "Without observers nobody would know who fired first",
        "holds": "parameter most_observers: stated, P2",
        "answered": "which moves are slips: backstop explain",
        "P3": "his country would sign nothing until they had arrived",
    }
    for each, words in grounds.items():
        code, out, err = run("why", folder, each)
        assert (code, err) == (0, "")
        assert words in " ".join(out.split())
    assert "8 assumptions: 1 stated, 0 implied" in run("audit", folder)[1]


def test_new_is_written_whole_or_not_at_all(run, tmp_path, monkeypatch):
    def full(path, *arguments, **named):
        if Path(path).name == "graph.yaml":
            raise OSError(28, "No space left on device")
        return original(path, *arguments, **named)

    original = os.open
    monkeypatch.setattr(os, "open", full)
    code, out, err = run("new", str(tmp_path / "mine"), "--template", "observers")
    assert (code, out) == (3, "")
    assert "No space left" in err
    assert list(tmp_path.iterdir()) == []


def test_new_lists_templates(run):
    code, out, _ = run("new", "--list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [
        "ceasefire",
        "crisis",
        "learning",
        "observers",
        "settlement",
    ]


def test_new_leaves_other_peoples_folders_alone(run, tmp_path):
    (tmp_path / "result.json").write_text("{}")
    code, _, err = run("new", str(tmp_path), "--template", "crisis")
    assert code == 3
    assert "not empty" in err
    assert [path.name for path in tmp_path.iterdir()] == ["result.json"]
    code, _, err = run("new", str(tmp_path / "result.json"), "--template", "crisis")
    assert code == 3
    assert "a file" in err
    assert (tmp_path / "result.json").read_text() == "{}"


def test_new_into_an_empty_folder(run, tmp_path):
    (tmp_path / "empty").mkdir()
    assert run("new", str(tmp_path / "empty"), "--template", "crisis")[0] == 0
    assert (tmp_path / "empty" / "scenario.yaml").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["empty"]


def test_new_says_what_is_missing(run, tmp_path):
    code, _, err = run("new", str(tmp_path / "a"), "--template", "crises")
    assert code == 3
    assert "did you mean crisis?" in err
    assert run("new", str(tmp_path / "a"))[0] == 2
    assert run("new")[0] == 2
    assert not (tmp_path / "a").exists()


def test_check_as_json(run):
    code, out, err = run("check", "-", "--json", text=BASE)
    shown = json.loads(out)
    assert (code, err) == (0, "")
    assert shown["ok"] is True
    assert shown["errors"] == []
    assert shown["notes"] == []
    assert shown["counts"]["actors"] == 2
    code, out, err = run("check", "-", "--json", text=BASE.replace("start: peace", "start: paece"))
    shown = json.loads(out)
    assert (code, err) == (3, "")
    assert shown["ok"] is False
    (error,) = shown["errors"]
    assert error == {
        "file": "<stdin>",
        "line": BASE[: BASE.index("start:")].count("\n") + 1,
        "column": 8,
        "path": "start",
        "what": "there is no phase called paece",
        "hint": "did you mean peace?",
    }


def test_notes_go_to_stderr(run):
    code, out, err = run(
        "check", "-", text=BASE.replace("prize: {value: 1, basis: judgement}", "prize: {value: 1}")
    )
    assert code == 0
    assert "note" in err
    assert "prize has no basis" in err
    assert "1 note." in out


def test_parameters_without_words_for_their_ends_are_named_once(run):
    bare = BASE.replace(", low: n, high: m", "").replace("    low: n\n    high: m\n", "")
    code, out, err = run("check", "-", text=bare)
    assert code == 0
    assert err == (
        "note: <stdin>:22:3 parameters: 4 of 4 uncertain parameters have no words for low and high: spread, ceiling, "
        "p_win, trace; add low and high, each a clause, as in low: the deal settles slowly\n"
    )
    assert "1 note." in out
    (note,) = json.loads(run("check", "-", "--json", text=BASE.replace(", low: n, high", ", high", 1))[1])[
        "notes"
    ]
    assert note["what"] == "1 of 4 uncertain parameters have no words for low and high: spread"
    # Other commands leave a study in peace about it.
    assert "low and high" not in run("assess", "-", "--worlds", "16", text=bare)[2]


def test_no_study(run, tmp_path):
    code, _, err = run("check", str(tmp_path))
    assert code == 3
    assert "holds no scenario.yaml" in err
    assert len(err.splitlines()) == 1
    (tmp_path / "other.yaml").write_text("a: 1")
    assert "other.yaml" in run("check", str(tmp_path))[2]
    assert "no such file" in run("check", str(tmp_path / "nowhere"))[2]
    assert run("check", str(tmp_path / "other.yaml"))[0] == 3


def test_escape_sequences_do_not_reach_the_terminal(run):
    for text in (
        BASE.replace("title: A border", 'title: "\\u202Eevil"'),
        BASE.replace("start: peace", "start: a\u202eb"),
    ):
        _, out, err = run("check", "-", text=text)
        assert "\u202e" not in out + err


def test_schema_is_json(run):
    code, out, _ = run("schema")
    assert code == 0
    assert json.loads(out)["$schema"].startswith("http://json-schema.org/draft-07/")


def test_check_says_what_is_hidden_and_what_lasts(run, tmp_path):
    folder = str(tmp_path / "mine")
    run("new", folder, "--template", "learning")
    said = " ".join(run("check", folder)[1].split())
    assert "The facts tell 6 phases apart that can be reached." in said
    assert "The Rival is of one of two types, content or set_on_more; others learn from every move." in said
    assert json.loads(run("check", folder, "--json")[1])["counts"]["facts"] == 1
