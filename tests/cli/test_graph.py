"""`backstop graph` from the outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from backstop.cli.main import backstop as commands

STUDY = Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025"


def backstop(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "backstop", "graph", *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def said(*words: object) -> str:
    """Standard output of a command that succeeds, run in this process with room for long lines."""
    runner = CliRunner(env={"COLUMNS": "200"})
    done = runner.invoke(commands, ["graph", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def answer(*words: object) -> Any:
    return json.loads(said(*words, "--json"))


def test_analyse_prints_states_and_concepts() -> None:
    done = backstop("analyse", STUDY, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found == answer("analyse", STUDY)
    assert found["format"] == "backstop-graph-result/1"
    assert [state["id"] for state in found["states"]] == [f"s{k}" for k in range(1, 34)]
    for concept in ("nash", "gmr", "smr", "seq", "sseq", "sim"):
        table = found["concepts"][concept]
        assert set(table["stable"]) == {"us", "europe", "ukraine", "russia"}
        for state in table["equilibria"]:
            assert all(state in row for row in table["stable"].values())
    assert "limited_move" in found["left_out"]
    assert found["status_quo"] == "s1"


def test_every_command_speaks_in_words_and_json(tmp_path: Path) -> None:
    for words in (
        ["check", STUDY],
        ["analyse", STUDY, "--variant", "honoured"],
        ["explain", STUDY, "s17"],
        ["explain", STUDY, "--concept", "non-myopic", "--foresight", "adversary", "--ties", "best"],
        ["explain", STUDY, "--coalition", "us+europe", "--dm", "us"],
        ["evolve", STUDY, "--to", "s17"],
        ["invert", STUDY, "s17", "--dm", "us"],
        ["coalitions", STUDY],
        ["robust", STUDY, "--draws", "20", "--exchanges", "1"],
        ["draw", STUDY, "--out", tmp_path / "g.json"],
    ):
        assert said(*words).strip()
        assert isinstance(answer(*words), dict)


def test_the_guarantors_threat_is_named() -> None:
    words = said("explain", STUDY, "s17", "--dm", "russia")
    assert "not credible: russia is kept from s17 to s30 only by us to s32" in words
    assert "us would have to prefer s32 to s30" in words
    found = answer("invert", STUDY, "s17", "--dm", "us")
    assert {"better": "s32", "worse": "s30", "strict": True} in found["must_prefer"]["us"][0]


def test_every_concept_is_explained_in_words_with_its_states() -> None:
    words = said(
        *("explain", STUDY, "s17", "--foresight", "rotation", "--ties", "worst", "--horizon", "3"),
        *("--concept", "limited-move", "--concept", "non-myopic", "--concept", "sim", "--concept", "cseq"),
    )
    assert "all move in turn in the order us, europe, ukraine and russia" in words
    assert "the worst for the one who looks ahead is assumed" in words
    # Russia attacks, the others let it: nobody who looks ahead in turn fights for the deal.
    assert "russia, limited-move h = 3: not stable; a move is expected to end better than s17\n" in words
    assert (
        "    to s30, then us to s29, europe to s24; no further move is foreseen; s24 is better than s17"
        in words
    )
    assert "ukraine, non-myopic: stable, because ukraine has no move from s17 (structural)" in words
    assert "russia, SIM: not stable\n    s30 is better, whatever the others do at the same time" in words
    assert "us+russia, CSEQ: not stable\n    s16 (by us) is better for all of them" in words
    # What the numbers stand for.
    assert "\n  s24 Ukraine agrees to a deal; Russia signs; Russia attacks again" in words
    assert "\n  europe: United Kingdom and European allies" in words
    assert "not credible" not in words


def test_the_cells_of_looking_ahead_in_json() -> None:
    found = answer(
        *("explain", STUDY, "s17", "--foresight", "rotation", "--ties", "worst", "--horizon", "3"),
        *("--concept", "limited-move", "--concept", "non-myopic", "--dm", "russia"),
    )
    (state,) = found["states"]
    assert state["state"] == "s17"
    assert state["words"].startswith("bounded US guarantee; European force")
    limited, lasting = state["cells"]
    assert (limited["concept"], limited["horizon"], limited["stable"]) == ("limited-move", 3, False)
    assert (limited["foresight"], limited["ties"]) == ("rotation", "worst")
    (move,) = limited["moves"]
    assert (move["to"], move["end"]) == ("s30", "s24")
    assert [(step["movers"], step["from"], step["to"]) for step in move["expected"]] == [
        (["russia"], "s17", "s30"),
        (["us"], "s30", "s29"),
        (["europe"], "s29", "s24"),
    ]
    assert move["ends_because"] == {"reason": "horizon", "next": ["ukraine"], "best": None}
    assert (lasting["concept"], lasting["stable"], lasting["settled_from_h"]) == ("non-myopic", False, 1)
    assert lasting["leaves_at_h"] == [look["horizon"] for look in lasting["looks"]]
    assert lasting["looks"][0]["moves"][0]["ends_because"]["reason"] == "no_move"


def test_the_cells_of_sim_and_of_coalitions_in_json() -> None:
    found = answer(
        "explain", STUDY, "s17", "--concept", "sim", "--concept", "csmr", "--coalition", "us+russia"
    )
    cells = found["states"][0]["cells"]
    assert [cell["concept"] for cell in cells] == ["sim"] * 4 + ["csmr"]
    us = cells[0]["improvements"][0]
    assert (us["to"], us["at_the_same_time"], us["becomes"]) == ("s16", [["russia", "s30"]], "s29")
    assert cells[3]["improvements"][0]["at_the_same_time"] is None
    assert cells[3]["improvements"][0]["joint_choices"] == 2
    assert cells[4]["coalition"] == ["us", "russia"]
    assert cells[4]["improvements"][0]["path"] == [["us", "s16"]]
    assert cells[4]["improvements"][0]["sanction"] is None


def test_sim_is_left_out_with_a_note_where_it_would_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backstop.graphmodel.stability.simultaneous.EASY_COMBINATIONS", 0)
    done = CliRunner().invoke(
        commands, ["graph", "explain", str(STUDY), "s17", "--json"], catch_exceptions=False
    )
    assert "sim is left out" in done.stderr
    concepts = {cell["concept"] for cell in json.loads(done.stdout)["states"][0]["cells"]}
    assert concepts == {"nash", "gmr", "smr", "seq", "sseq"}
    assert "sim" in {
        cell["concept"] for cell in answer("explain", STUDY, "s17", "--concept", "sim")["states"][0]["cells"]
    }


def test_sim_is_left_out_where_it_would_be_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "g.yaml").write_text(
        "format: backstop-graph/1\ntitle: t\ndecision_makers: {a: A, b: B}\n"
        "options: {x: {by: a}, y: {by: b}}\n"
        "preferences:\n  a: {relation: {better: [[s2, s1], [s1, s4]]}}\n"
        "  b: {relation: {better: [[s4, s2], [s3, s1], [s2, s1]]}}\n",
        encoding="utf-8",
    )
    assert "a, SIM: stable" in said("explain", tmp_path / "g.yaml", "s1")
    monkeypatch.setattr("backstop.graphmodel.stability.relations.MAX_MATRIX", 0)
    words = said("explain", tmp_path / "g.yaml", "s1")
    assert "a, SEQ" in words
    assert "a, SIM" not in words


def test_citations_are_looked_up_in_the_dossier_beside_the_file(tmp_path: Path) -> None:
    assert "all in the dossier" in backstop("check", STUDY).stdout
    (tmp_path / "dossier").symlink_to(STUDY / "dossier")
    text = (STUDY / "graph.yaml").read_text(encoding="utf-8")
    (tmp_path / "graph.yaml").write_text(text.replace("[000-12, M13]", "[000-99, M13]"), encoding="utf-8")
    done = backstop("check", tmp_path)
    assert done.returncode == 3
    assert "there is no statement or proposition 000-99 in the dossier" in done.stderr
    assert "graph.yaml:16" in done.stderr
    (tmp_path / "dossier").unlink()
    assert "not checked" in backstop("check", tmp_path / "graph.yaml").stdout


def test_citations_are_looked_up_in_the_dossier_that_the_study_names(tmp_path: Path) -> None:
    (tmp_path / "accounts").symlink_to(STUDY / "dossier")
    (tmp_path / "scenario.yaml").write_text("format: backstop/1\ndossier: accounts\n", encoding="utf-8")
    text = (STUDY / "graph.yaml").read_text(encoding="utf-8")
    (tmp_path / "graph.yaml").write_text(text, encoding="utf-8")
    checked = answer("check", tmp_path)
    assert checked["citations_checked"] is True
    assert checked["citations"] == answer("check", STUDY)["citations"] > 0
    (tmp_path / "graph.yaml").write_text(text.replace("[000-12, M13]", "[000-99, M13]"), encoding="utf-8")
    done = backstop("check", tmp_path / "graph.yaml")
    assert done.returncode == 3
    assert "there is no statement or proposition 000-99 in the dossier" in done.stderr


def test_pictures(tmp_path: Path) -> None:
    for name, start in (("g.svg", b"<svg"), ("g.png", b"\x89PNG")):
        assert "33 states" in said("draw", STUDY, "--out", tmp_path / name, "--sanctions", "russia", "s17")
        assert (tmp_path / name).read_bytes().startswith(start)
    drawn = (tmp_path / "g.svg").read_text(encoding="utf-8")
    assert "Improvement of" in drawn
    assert "status quo" in drawn
    wrong = backstop("draw", STUDY, "--out", tmp_path / "g.pdf")
    assert wrong.returncode == 3
    assert "end the name with .svg, .png or .json" in wrong.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["analyse", "nowhere.yaml"], 3, "cannot be read"),
        (["analyse", STUDY, "--variant", "honored"], 3, "did you mean honoured?"),
        (["analyse", STUDY, "--concept", "nahs"], 3, "did you mean nash?"),
        (["analyse", STUDY, "--max-states", "5"], 4, "at most 5 are analysed"),
        (["analyse", STUDY, "--foresight", "two"], 4, "name a variant"),
        (["analyse", STUDY, "--foresight", "rotation"], 4, "name a rule for ties"),
        (["explain", STUDY, "--concept", "limited-move"], 4, "name a variant"),
        (["explain", STUDY, "--concept", "non-myopic", "--foresight", "rotation"], 4, "name a rule for ties"),
        (["explain", STUDY, "s1", "--horizon", "0"], 2, "0 is not in the range 1<=x<=10000"),
        (["explain", STUDY, "s1", "--foresight", "turns"], 2, "'turns' is not one of 'two'"),
        (
            ["explain", STUDY, "s1", "--concept", "sim", "--ties", "best"],
            2,
            "belong to --concept limited-move",
        ),
        (["explain", STUDY, "s1", "--concept", "non-myopic", "--horizon", "3"], 2, "--horizon belongs"),
        (["explain", STUDY, "s1", "--concept", "nash", "--coalition", "us"], 2, "--coalition belongs"),
        (["explain", STUDY, "s1", "--coalition", "us+uk"], 3, "of the coalition us+uk is called uk"),
        (["explain", STUDY, "s99"], 3, "no state is called s99"),
        (["explain", STUDY, "s1", "--dm", "uk"], 3, "no decision maker is called uk"),
        (["robust", STUDY], 3, "nothing to draw"),
        (["draw", STUDY], 2, "--out"),
    ],
)
def test_one_message_and_a_code(words: list[object], code: int, message: str) -> None:
    done = backstop(*words)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
