"""The questions as functions: the same answers as the commands give in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import run

import backstop
from backstop.base.faults import InvalidInput, Refused
from backstop.base.json_text import json_text

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
KOREA, UKRAINE, LADDER = (str(EXAMPLES / name) for name in ("korea-1953", "ukraine-2025", "ladder"))
HEADING = (
    *("format", "study", "title", "question", "digests", "seed", "worlds", "notes", "set", "given", "camp"),
    "forms",  # the command `assess` also tries other forms of the model
)


def plain(value: Any) -> Any:
    return json.loads(json_text(value))


def answer(of: Any) -> Any:
    """What a result says in JSON, without what stands above every answer."""
    return {key: value for key, value in plain(of.as_dict()).items() if key not in HEADING}


CASES: dict[str, tuple[tuple[str, ...], Callable[[], Any]]] = {
    "assess": (
        ("assess", KOREA, "--worlds", "128", "--seed", "3"),
        lambda: backstop.assess(KOREA, worlds=128, seed=3),
    ),
    "assess with settings": (
        *(
            (
                "assess",
                UKRAINE,
                "--worlds",
                "64",
                "--set",
                "us_backstop=0.5",
                "--arrangement",
                "full_package",
            ),
        ),
        lambda: backstop.assess(UKRAINE, worlds=64, set={"us_backstop": 0.5}, arrangements=["full_package"]),
    ),
    "assess as a camp": (
        ("assess", UKRAINE, "--worlds", "64", "--camp", "doubters", "--arrangement", "nothing"),
        lambda: backstop.assess(UKRAINE, worlds=64, camp="doubters", arrangements=["nothing"]),
    ),
    "assess on a condition": (
        ("assess", KOREA, "--worlds", "256", "--given", "raid_gain=[0.1, 0.2]", "--set", "noise=0.5"),
        lambda: backstop.assess(KOREA, worlds=256, given={"raid_gain": [0.1, 0.2]}, set={"noise": 0.5}),
    ),
    "claims": (("claims", KOREA, "--worlds", "256"), lambda: backstop.claims(KOREA, worlds=256)),
    "claims of a result": (
        ("claims", KOREA, "--worlds", "256"),
        lambda: backstop.claims(backstop.assess(KOREA, worlds=256)),
    ),
    "sensitivity": (
        ("sensitivity", KOREA, "--worlds", "128", "--prior"),
        lambda: backstop.sensitivity(KOREA, worlds=128, prior=True),
    ),
    "tornado": (
        ("sensitivity", KOREA, "--worlds", "128", "--method", "tornado"),
        lambda: backstop.sensitivity(KOREA, method="tornado", worlds=128),
    ),
    "conditions": (
        ("conditions", KOREA, "--worlds", "512", "--where", "{metric} < 0.8"),
        lambda: backstop.conditions(KOREA, f"{METRIC} < 0.8", worlds=512),
    ),
    "design": (
        ("design", KOREA, "--worlds", "64", "--target", "{metric} >= 0.3", "--share", "0.5", "--steps", "2"),
        lambda: backstop.design(KOREA, f"{METRIC} >= 0.3", share=0.5, worlds=64, steps=2),
    ),
}
METRIC = next(iter(backstop.load(KOREA).scenario.metrics))


@pytest.mark.parametrize("case", CASES)
def test_a_function_answers_as_its_command(case: str) -> None:
    command, ask = CASES[case]
    given = run(*(word.format(metric=METRIC) for word in command), "--json")
    assert given.code == 0, given.err
    expected = {key: value for key, value in given.json.items() if key not in HEADING}
    found = ask()
    assert answer(found) == expected
    assert len(expected) >= 2
    under = {name: given.json[name] for name in ("set", "given", "camp")}
    model = found.model
    assert plain(model.overrides.as_dict()) == under
    assert not model.overrides.words or model.overrides.words in repr(found)


def test_what_is_asked_of_a_study_may_be_asked_of_a_model() -> None:
    model = backstop.load(KOREA)
    assert answer(backstop.assess(model, 128)) == answer(backstop.assess(Path(KOREA), 128))


def test_refusals_are_those_of_the_commands() -> None:
    with pytest.raises(InvalidInput, match="no metric is called nonsense"):
        backstop.sensitivity(KOREA, "nonsense", worlds=64)
    with pytest.raises(InvalidInput, match="no claim is called all_is_well"):
        backstop.claims(LADDER, ["all_is_well"])
    with pytest.raises(InvalidInput, match="been solved as it is"):
        backstop.claims(backstop.assess(KOREA, 128), set={"war_cost_us": 1})
    with pytest.raises(InvalidInput, match="method regional"):
        backstop.sensitivity(KOREA, where="x > 1", worlds=64)
    with pytest.raises(Refused, match="no package of"):
        backstop.design(KOREA, f"{METRIC} >= 2", worlds=64, steps=1)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: backstop.load(KOREA),
        lambda: backstop.assess(KOREA, 64),
        lambda: backstop.claims(KOREA, worlds=256),
        lambda: backstop.sensitivity(KOREA, worlds=64, prior=True),
        lambda: backstop.conditions(KOREA, f"{METRIC} < 0.8", worlds=512),
        lambda: backstop.compare(KOREA, KOREA, worlds=64, judge=False),
        lambda: graph_analysis(),
    ],
    ids=["study", "result", "claims", "sensitivity", "conditions", "difference", "graph"],
)
def test_everything_shows_itself(ask: Callable[[], Any]) -> None:
    found = ask()
    lines = repr(found).splitlines()
    assert 1 <= len(lines) <= 10
    assert max(map(len, lines)) <= 100
    html = found._repr_html_()
    assert html.startswith('<div class="backstop"')
    assert "<script" not in html


def graph_analysis() -> Any:
    from backstop.graphmodel.analysis import analyse
    from backstop.graphmodel.files.reader import load

    return analyse(load(Path(UKRAINE) / "graph.yaml"))


def test_frames_hold_the_figures() -> None:
    result = backstop.assess(KOREA, worlds=64)
    frame = result.to_pandas()
    shown = result.as_dict()["arrangements"]
    assert len(frame) == sum(len(of["metrics"]) for of in shown.values())
    for (arrangement, metric), row in frame.iterrows():
        assert row["mean"] == shown[arrangement]["metrics"][metric]["mean"]
    worlds = result.to_pandas(worlds=True)
    assert len(worlds) == 64 * len(shown)
    name = result.first
    mine = worlds[worlds["arrangement"] == name]
    assert list(mine[f"metric.{METRIC}"]) == list(result.arrangements[name].samples[METRIC])
    assert result.to_xarray().sizes["world"] == 64


def test_a_result_is_saved_and_read(tmp_path: Path) -> None:
    result = backstop.assess(KOREA, worlds=64)
    folder = backstop.save(result, tmp_path / "run")
    assert (folder / "report.html").is_file()
    saved = backstop.read(folder)
    assert saved.as_dict() == plain(result.as_dict())
    assert saved.to_pandas()["mean"].tolist() == result.to_pandas()["mean"].tolist()
    there, here = saved.to_pandas(worlds=True), result.to_pandas(worlds=True)
    assert list(there.columns) == list(here.columns)
    assert there.equals(here.astype(there.dtypes.to_dict()))
    assert len(repr(saved).splitlines()) <= 10
    assert backstop.read(folder / "result.json").as_dict() == saved.as_dict()
    again = backstop.save(backstop.assess(KOREA, worlds=128), folder)
    assert backstop.read(again).worlds == 128


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "no sound JSON"),
        ("[1]", "this is no result"),
        ('{"format": "backstop-result/1"}', "seed is no number"),
        (
            '{"format": "backstop-result/1", "seed": 1, "worlds": 2, "effective_worlds": 2}',
            "information is no word",
        ),
        (
            '{"format": "backstop-result/1", "seed": 1, "worlds": 2, "effective_worlds": 2, "information": "x",'
            ' "arrangements": {"a": {"metrics": {"m": {"mean": "x"}}}}}',
            "a, m: mean is no number",
        ),
    ],
)
def test_a_file_that_is_no_result_is_said(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "result.json").write_text(text)
    with pytest.raises(InvalidInput, match=words):
        backstop.read(tmp_path)


def test_the_report_is_called_like_a_function(tmp_path: Path) -> None:
    content = backstop.report(LADDER, tmp_path / "out", formats=["html", "json"], worlds=32)
    written = json.loads((tmp_path / "out" / "report.json").read_text())
    assert run("report", LADDER, "--out", tmp_path / "cli", "--format", "json", "--worlds", 32).code == 0
    command = json.loads((tmp_path / "cli" / "report.json").read_text())
    assert plain(content.exact) == plain(command["exact"]) == plain(written["exact"])
    assert (tmp_path / "out" / "report.html").is_file()
    with pytest.raises(InvalidInput, match="did you mean html"):
        backstop.report(LADDER, formats=["htm"])
