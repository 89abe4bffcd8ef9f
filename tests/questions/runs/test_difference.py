"""Two runs side by side."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from tests.support.command import run

import backstop
from backstop.base.faults import InvalidInput
from backstop.questions.runs.assumptions import assumption_changes
from backstop.questions.runs.difference import difference, run_of
from backstop.scenario.template import template
from backstop.worlds.statistics import summarise

BASE = """\
format: backstop/1
title: A wall
horizon: {years: 3}
actors: {red: {discount: 0.9, noise: noise}}
measures: {wall: {by: red, range: [0, 10]}}
arrangements:
  bare: {measures: {}}
  walled: {measures: {wall: 5}}
parameters:
  noise: {value: 0.5, basis: judgement}
  gain: {uniform: [0, 1], basis: judgement, note: a guess}
  cost: {pert: [0, 1, 3], basis: judgement}
start: calm
phases: {calm: {play: {actor: red, moves: {wait: quiet, strike: hit}}}, war: {absorbing: true}}
outcomes:
  quiet: {next: calm}
  hit: {next: war, payoffs: {red: gain - 0.2 * cost * wall}}
metrics: {peace: {avoid: [war]}, war_value: {value: red}}
claims:
  walls_help: {raises: {measures: [wall], metric: peace}}
"""


def study(folder: Path, name: str, *changes: tuple[str, str]) -> str:
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / name).mkdir()
    (folder / name / "scenario.yaml").write_text(text)
    return str(folder / name)


def words(folder: Path, *changes: tuple[str, str]) -> list[str]:
    one, other = (backstop.load(study(folder, name, *of)) for name, of in (("a", ()), ("b", changes)))
    return [f"{change.part}: {change.words}" for change in assumption_changes(one, other)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            ("uniform: [0, 1]", "uniform: [0, 2]"),
            "numbers: parameters.gain.distribution: uniform [0, 1] -> uniform [0, 2]",
        ),
        (
            ("uniform: [0, 1]", "value: 1"),
            "numbers: parameters.gain.distribution: uniform [0, 1] -> 1",
        ),
        (("discount: 0.9", "discount: 0.8"), "numbers: actors.red.discount: 0.9 -> 0.8"),
        (("wall: 5", "wall: 6"), "arrangements: arrangements.walled.measures.wall: 5 -> 6"),
        (("range: [0, 10]", "range: [0, 20]"), "measures: measures.wall.range: [0, 10] -> [0, 20]"),
        (
            ("gain - 0.2", "gain - 0.3"),
            "structure: outcomes.hit.payoffs.red: gain - 0.2 * cost * wall -> gain - 0.3 * cost * wall",
        ),
        (("years: 3", "years: 4"), "structure: horizon.years: 3 -> 4"),
        (("note: a guess", "note: known"), "words: parameters.gain.note: a guess -> known"),
        (
            ("basis: judgement, note: a guess", "basis: M01, note: a guess"),
            "grounds: parameters.gain.basis: [judgement] -> [M01]",
        ),
        (
            ("  walled:", "  low: {measures: {wall: 1}}\n  walled:"),
            "arrangements: arrangements.low: new ({measures: {wall: 1}})",
        ),
        (
            ("metrics: {peace: {avoid: [war]}, ", "metrics: {peace: {avoid: [war], by_year: 2}, "),
            "questions: metrics.peace.by_year: new (2)",
        ),
        (("title: A wall", "title: Walls"), "words: title: A wall -> Walls"),
    ],
)
def test_a_change_is_told_once_and_in_its_part(tmp_path: Path, change: tuple[str, str], said: str) -> None:
    assert words(tmp_path, change) == [said]


def test_what_means_the_same_is_no_difference(tmp_path: Path) -> None:
    assert not words(
        tmp_path,
        ("wall: {by: red,", "wall: {by: [red], default: 0,"),
        ("  quiet: {next: calm}\n  hit:", "  quiet: {next: calm, payoffs: {}}   # nothing\n  hit:"),
        ("horizon: {years: 3}", "horizon: {period: year, years: 3.0}"),
    )


def test_another_first_arrangement_is_told(tmp_path: Path) -> None:
    swapped = "  bare: {measures: {}}\n  walled: {measures: {wall: 5}}\n"
    found = words(tmp_path, (swapped, "".join(f"{line}\n" for line in swapped.splitlines()[::-1])))
    assert found == ["arrangements: the arrangement compared with: bare -> walled"]


def test_what_was_set_is_told(tmp_path: Path) -> None:
    model = backstop.load(study(tmp_path, "a"))
    found = assumption_changes(model, model.with_values({"gain": 0.75, "wall": 2}))
    assert [change.words for change in found] == [
        "parameters.gain, in force: median 0.5, nine in ten from 0.05 to 0.95 -> 0.75",
        "arrangements.bare.measures.wall, in force: 0 -> 2",
        "arrangements.walled.measures.wall, in force: 5 -> 2",
    ]


def test_a_study_against_itself_differs_in_nothing(tmp_path: Path) -> None:
    found = backstop.compare(path := study(tmp_path, "a"), path, worlds=256)
    assert found.assumptions == ()
    assert not found.moved
    assert len(found.answers) == 4
    assert all(each.difference is not None and each.difference.mean == 0.0 for each in found.answers)
    assert found.verdicts["walls_help"][0] == found.verdicts["walls_help"][1]
    assert not found.tables()


def test_differences_are_paired_on_the_same_worlds(tmp_path: Path) -> None:
    a = backstop.assess(study(tmp_path, "a"), 512)
    b = backstop.assess(study(tmp_path, "b", ("pert: [0, 1, 3]", "pert: [0, 1.1, 3]")), 512)
    # What did not change is drawn alike in both.
    assert np.array_equal(a.parameters["gain"], b.parameters["gain"])
    found = backstop.compare(a, b)
    checked = 0
    for each in found.answers:
        one, other = (of.arrangements[each.arrangement].samples[each.metric] for of in (a, b))
        expected = summarise(other - one, None)
        assert each.same_worlds
        assert each.difference is not None
        assert each.difference.mean == pytest.approx(expected.mean, abs=1e-12)
        assert each.difference.se == pytest.approx(expected.se, abs=1e-12)
        checked += 1
    assert checked == 4
    walled = next(each for each in found.answers if (each.arrangement, each.metric) == ("walled", "peace"))
    assert walled.told
    assert walled.difference is not None
    # The error of two runs on worlds of their own would be many times as large.
    assert walled.difference.se is not None
    assert walled.a is not None
    assert walled.difference.se < 0.2 * (walled.a.se or 0.0) or (walled.a.se or 0.0) < 1e-6


def test_runs_on_other_worlds_are_said_to_be(tmp_path: Path) -> None:
    path = study(tmp_path, "a")
    one, other = backstop.assess(path, 256), backstop.assess(path, 512, seed=2)
    found = difference(run_of("A", one), run_of("B", other))
    assert not any(each.same_worlds for each in found.answers)
    assert "worlds: 256 in A, 512 in B" in found.notes
    assert "seed: 1 in A, 2 in B" in found.notes
    assert "the runs are on different worlds, so that errors are those of independent runs" in found.notes


def test_what_only_one_side_has_is_told(tmp_path: Path) -> None:
    a = study(tmp_path, "a")
    b = study(tmp_path, "b", ("  bare: {measures: {}}\n", ""), ("walls_help:", "walls_hold:"))
    found = backstop.compare(a, b, worlds=64)
    assert {each.arrangement for each in found.answers} == {"walled"}
    assert "only in A: arrangement bare" in found.notes
    assert "only in B: claim walls_hold" in found.notes
    with pytest.raises(InvalidInput, match="no arrangement is called bare"):
        backstop.compare(a, b, arrangements=["bare"], worlds=64)


def test_the_command_says_what_the_function_says(tmp_path: Path) -> None:
    a, b = study(tmp_path, "a"), study(tmp_path, "b", ("uniform: [0, 1]", "uniform: [0, 2]"))
    answer = run("diff", a, b, "--worlds", 256, "--json")
    assert answer.code == 0
    found = backstop.compare(a, b, worlds=256, labels=("a", "b"))
    expected = json.loads(json.dumps({"format": found.format, **found.as_dict(), "notes": list(found.notes)}))
    assert answer.json == expected
    shown = run("diff", a, b, "--worlds", 256).out
    assert "1 difference in what is assumed" in shown
    assert "parameters.gain.distribution" in shown
    assert "What differs in the answers" in shown


def test_the_finding_comes_first_and_names_the_largest_move(tmp_path: Path) -> None:
    a, b = study(tmp_path, "a"), study(tmp_path, "b", ("uniform: [0, 1]", "uniform: [0, 2]"))
    found = backstop.compare(a, b, worlds=256, labels=("a", "b"))
    most = max(
        (each for each in found.moved if each.difference is not None and found._is_chance(each)),
        key=lambda each: abs(each.difference.mean) if each.difference is not None else 0.0,
    )
    scenario = backstop.load(b).scenario
    for title in (
        scenario.metrics[most.metric].titled(most.metric),
        scenario.arrangements[most.arrangement].titled(most.arrangement),
    ):
        assert f"\u201c{title}\u201d" in found.finding
    shown = run("diff", a, b, "--worlds", 256).out
    assert " ".join(shown.split()).index(found.finding) < shown.index("What differs")
    same = backstop.compare(a, a, worlds=64)
    assert same.finding == "No figure moves by more than two errors."


def test_what_is_set_or_given_is_so_on_both_sides(tmp_path: Path) -> None:
    a, b = study(tmp_path, "a"), study(tmp_path, "b", ("uniform: [0, 1]", "uniform: [0, 2]"))
    answer = run("diff", a, b, "--worlds", 64, "--set", "gain=0.5", "--json")
    assert answer.code == 0
    assert answer.json["a"]["set"] == answer.json["b"]["set"] == {"gain": 0.5}
    # Nothing else tells the two apart.
    assert not [each for of in answer.json["answers"].values() for each in of.values() if each["told"]]
    given = run("diff", a, b, "--worlds", 64, "--given", "gain=[0.2, 0.4]", "--json").json
    assert given["a"]["given"] == given["b"]["given"] == {"gain": [0.2, 0.4]}
    for path, out in ((a, "one"), (b, "two")):
        assert run("assess", path, "--worlds", 64, "--out", tmp_path / out).code == 0
    assert run("diff", tmp_path / "one", tmp_path / "two", "--set", "gain=0.5").code == 2


def test_a_table_of_an_answer_is_a_data_frame(tmp_path: Path) -> None:
    a, b = study(tmp_path, "a"), study(tmp_path, "b", ("uniform: [0, 1]", "uniform: [0, 2]"))
    found = backstop.compare(a, b, worlds=256)
    tables = found.tables()
    assert found.to_pandas().shape == (len(tables[0].rows), len(tables[0].columns) - 1)
    frame = found.to_pandas("What differs in the answers")
    assert frame["A"].dtype == float
    assert list(frame.columns) == list(tables[1].columns[1:])
    with pytest.raises(InvalidInput, match="no table is called"):
        found.to_pandas("What differs in the answer")


def test_results_on_disk_are_compared_as_they_stand(tmp_path: Path) -> None:
    a, b = study(tmp_path, "a"), study(tmp_path, "b", ("uniform: [0, 1]", "uniform: [0, 2]"))
    for path, out in ((a, "one"), (b, "two")):
        assert run("assess", path, "--worlds", 128, "--claims", "--out", tmp_path / out).code == 0
    answer = run("diff", tmp_path / "one", tmp_path / "two", "--json")
    assert answer.code == 0
    found = answer.json
    assert found["assumptions"] is None
    assert any("files of the studies differ" in note for note in found["notes"])
    saved = backstop.read(tmp_path / "one").metrics
    for arrangement, metrics in found["answers"].items():
        for metric, each in metrics.items():
            assert each["a"]["mean"] == saved[arrangement][metric]["mean"]
            assert each["difference"]["mean"] == pytest.approx(each["b"]["mean"] - each["a"]["mean"])
            assert not each["same_worlds"]
    assert set(found["verdicts"]) == {"walls_help"}
    mixed = run("diff", tmp_path / "one" / "result.json", a, "--json").json
    assert mixed["b"]["worlds"] == 128
    assert not any(each["told"] for of in mixed["answers"].values() for each in of.values())
    assert run("diff", tmp_path / "one", tmp_path / "two", "--worlds", 8).code == 2


def test_studies_of_nothing_in_common_are_refused(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "scenario.yaml").write_text(template("crisis"))
    answer = run("diff", study(tmp_path, "a"), tmp_path / "other", "--worlds", 16)
    assert answer.code == 3
    assert "in common" in answer.err


def test_a_missing_side_is_one_message(tmp_path: Path) -> None:
    answer = run("diff", study(tmp_path, "a"), tmp_path / "nowhere")
    assert answer.code == 3
    assert "there is no such file or folder" in answer.err
    assert run("diff", "-", "-").code == 3


def test_what_is_as_by_default_is_named(tmp_path: Path) -> None:
    for name, beliefs in (("learn", ""), ("known", "    beliefs: known\n")):
        assert run("new", tmp_path / name, "--template", "learning").code == 0
        file = tmp_path / name / "scenario.yaml"
        text = file.read_text(encoding="utf-8")
        assert text.count("    beliefs: bayes\n") == 1
        file.write_text(text.replace("    beliefs: bayes\n", beliefs), encoding="utf-8")
    one, other = (backstop.load(tmp_path / name) for name in ("learn", "known"))
    assert [change.words for change in assumption_changes(one, other)] == [
        "actors.rival.beliefs: bayes -> known"
    ]


def test_a_section_of_one_side_is_told_entry_by_entry(tmp_path: Path) -> None:
    seen = (
        "claims:\n",
        "observations:\n  record: {metric: peace, arrangement: bare, observed: {beta: [6, 4]}}\nclaims:\n",
    )
    (said,) = words(tmp_path, seen)
    assert said.startswith("observations: observations.record: new ({metric: peace")


def test_names_that_changed_are_told_apart_from_what_did(tmp_path: Path) -> None:
    a = study(tmp_path, "a")
    b = study(tmp_path, "b", ("  walled: {", "  fenced: {"), ("gain", "prize"))
    found = backstop.compare(a, b, worlds=64)
    about = [note for note in found.notes if note.startswith(("parameter ", "arrangement "))]
    assert about == [
        "parameter gain of A is drawn from the same as prize of B: under another name it has other draws, which alone "
        "moves figures a little",
        "arrangement walled of A promises the same as fenced of B: call them alike to compare them",
    ]
    other = study(tmp_path, "c", ("  walled: {measures: {wall: 5}", "  fenced: {measures: {wall: 6}"))
    assert not any("call them alike" in note for note in backstop.compare(a, other, worlds=64).notes)


def test_a_move_that_does_not_show_has_no_row_and_one_that_hardly_does_is_told_by_how_much(
    tmp_path: Path,
) -> None:
    a = study(tmp_path, "a")
    little = backstop.compare(a, study(tmp_path, "b", ("0.2 * cost", "0.20005 * cost")), worlds=256)
    assert len(little.moved) > 1
    assert re.search(r": by [-+]0\.000\d.*, so that it is in .* cases in both\.$", little.finding) or (
        little.finding == "No figure moves by as much as is shown of it."
    )
    shown = [row for table in little.tables() for row in table.rows if "answers" in table.title]
    assert not any(re.match(r"[-+]?0\.0+( |$)", row[-1]) for row in shown)
    least = backstop.compare(a, study(tmp_path, "c", ("0.2 * cost", "0.2000000001 * cost")), worlds=256)
    assert least.finding in (
        "No figure moves by as much as is shown of it.",
        "No figure moves by more than two errors.",
    )


def test_a_result_beside_a_study_has_its_titles_and_what_was_set_in_words(tmp_path: Path) -> None:
    a = study(tmp_path, "a", ("peace: {avoid", 'peace: {title: "No war", avoid'))
    assert run("assess", a, "--worlds", 256, "--set", "wall=9", "--out", tmp_path / "kept").code == 0
    for sides in ((a, tmp_path / "kept"), (tmp_path / "kept", a)):
        answer = run("diff", *sides)
        assert answer.code == 0, answer.err
        assert "What moves most is “No war” under “Bare”" in " ".join(answer.out.split())
        assert re.search(r"note: set: .*wall = 9", answer.err)
