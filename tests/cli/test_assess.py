"""`backstop assess` from end to end."""

from __future__ import annotations

import html.parser
import json
import os
import re
import signal
import sys
import time
from pathlib import Path

import duckdb
import numpy as np
import pytest
from tests.support.command import process, run
from tests.support.report_studies import ONE_SHOT
from tests.support.small_studies import HOSTILE, OBSERVED, PLEDGE, write

from backstop.base.files import RESULTS
from backstop.report.render.figures import SCRIPT
from backstop.scenario.study import load
from backstop.scenario.template import start_study, templates
from backstop.worlds.assessment import assess

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
KEYS = [
    "format",
    "study",
    "title",
    "question",
    "digests",
    "versions",
    "seed",
    "worlds",
    "effective_worlds",
    "information",
    "set",
    "given",
    "camp",
    "slips_are",
    "unconverged_worlds",
    "arrangements",
    "observations",
    "notes",
    "forms",
]
SUMMARY = ["mean", "se", "q05", "q25", "q50", "q75", "q95", "q05_se", "q95_se"]


@pytest.fixture
def pledge(tmp_path: Path) -> Path:
    return write(tmp_path / "pledge", PLEDGE)


@pytest.fixture
def observed(tmp_path: Path) -> Path:
    return write(tmp_path / "observed", OBSERVED)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# ---------------------------------------------------------------- the JSON


def but_notes(err: str) -> str:
    """What was written to standard error, without the notes on what is to be minded about the figures."""
    return "".join(line for line in err.splitlines(keepends=True) if not line.startswith("note: "))


def test_json_is_as_documented(observed: Path) -> None:
    answer = run("assess", observed, "--worlds", 160, "--seed", 7, "--json")
    assert (answer.code, but_notes(answer.err)) == (0, "")
    found = answer.json
    assert list(found) == KEYS
    assert found["format"] == "backstop-result/1"
    assert found["study"] == "observed"
    assert found["title"] == "A pledge between neighbours"
    assert found["question"] == "Does the pledge keep the peace?"
    assert list(found["digests"]) == ["scenario.yaml"]
    assert re.fullmatch("[0-9a-f]{64}", found["digests"]["scenario.yaml"])
    assert {"backstop", "numpy", "python"} <= set(found["versions"])
    assert (found["seed"], found["worlds"], found["information"]) == (7, 160, "agent_error")
    assert 1 < found["effective_worlds"] < 160
    assert found["unconverged_worlds"] == 0
    assert list(found["arrangements"]) == ["bare", "armed", "both"]
    for name, a in found["arrangements"].items():
        assert list(a["metrics"]) == ["lasting", "early_war", "at_peace", "probes", "calm_years", "worth"]
        assert list(a["differences"]) == ([] if name == "bare" else list(a["metrics"]))
        assert list(a["curves"]) == ["lasting", "early_war", "at_peace"]
        assert list(a["phases"]) == ["peace", "tension", "war"]
        assert list(a["outcomes"]) == ["quiet", "probed", "attacked", "war_comes"]
        assert list(a["values"]) == ["north", "south"]
        assert list(a["costs"]) == ["force", "pledge"]
        assert list(a["costs_by_controller"]) == ["south", "south+north"]
        for metric in ("lasting", "early_war", "probes"):
            assert list(a["metrics"][metric])[len(SUMMARY) :] == ["incentive", "slips", "slip_share"]
            assert list(a["metrics"][metric]["slips"]) == ["north", "south"]
            parts = [a["metrics"][metric].pop("incentive"), *a["metrics"][metric].pop("slips").values()]
            whole = a["metrics"][metric]["mean"]
            event = 1 - whole if metric == "lasting" else whole
            assert sum(part["mean"] for part in parts) == pytest.approx(event)
            share = a["metrics"][metric].pop("slip_share")
            assert share["mean"] == pytest.approx(1 - parts[0]["mean"] / event)
            assert [list(part) for part in parts] == [SUMMARY] * 3
        for summary in (*a["metrics"].values(), *a["values"].values(), *a["costs"].values()):
            assert list(summary) == SUMMARY
            levels = list(summary.values())[2:7]
            assert levels == sorted(levels)
        for curve in a["curves"].values():
            assert list(curve) == ["mean", "q05", "q50", "q95"]
            assert {len(by_period) for by_period in curve.values()} == {9}
        assert {len(shares) for shares in a["phases"].values()} == {9}
        for shares in zip(*a["phases"].values(), strict=True):
            assert sum(shares) == pytest.approx(1)
        assert a["metrics"]["at_peace"]["mean"] == pytest.approx(a["phases"]["peace"][-1])
        assert a["metrics"]["probes"]["mean"] == pytest.approx(a["outcomes"]["probed"])
        assert a["curves"]["lasting"]["mean"][-1] == a["metrics"]["lasting"]["mean"]
        assert a["curves"]["early_war"]["mean"][2] == a["metrics"]["early_war"]["mean"]
    (cohort,) = found["observations"].values()
    assert {"prior", "weighted", "observed"} <= set(cohort)
    assert cohort["observed"] == pytest.approx(0.3)
    assert abs(cohort["weighted"] - 0.3) < abs(cohort["prior"] - 0.3)


def test_differences_are_paired(pledge: Path) -> None:
    found = run("assess", pledge, "--worlds", 160, "--json").json["arrangements"]
    model = load(pledge)
    whole = assess(model, 160)
    for name in ("armed", "both"):
        for metric, difference in found[name]["differences"].items():
            assert difference["mean"] == pytest.approx(
                found[name]["metrics"][metric]["mean"] - found["bare"]["metrics"][metric]["mean"]
            )
            by_world = whole.arrangements[name].samples[metric] - whole.arrangements["bare"].samples[metric]
            assert difference["q50"] == sorted(by_world)[79]


@pytest.mark.parametrize("name", templates())
def test_templates_run_as_they_are(name: str, tmp_path: Path) -> None:
    start_study(tmp_path / "mine", name)
    answer = run("assess", tmp_path / "mine", "--worlds", 64, "--json")
    assert (answer.code, but_notes(answer.err)) == (0, "")
    assert answer.json["study"] == "mine"
    assert answer.json["unconverged_worlds"] == 0


@pytest.mark.parametrize("study", ["ladder", "korea-1953", "ukraine-2025"])
def test_examples_run(study: str) -> None:
    answer = run("assess", EXAMPLES / study, "--worlds", 128, "--json")
    assert (answer.code, but_notes(answer.err)) == (0, "")
    found = answer.json
    assert list(found) == KEYS
    assert found["study"] == study
    shown = run("assess", EXAMPLES / study, "--worlds", 128, "--all")
    assert (shown.code, but_notes(shown.err)) == (0, "")
    assert shown.out.startswith(found["title"])
    assert "What each arrangement gives" in shown.out
    assert "Difference from" in shown.out


def test_the_ladder_has_its_published_values() -> None:
    """Signalling ladder with logit choices at scale 1: every number can be worked out by hand."""
    found = run("assess", EXAMPLES / "ladder", "--worlds", 1, "--json").json["arrangements"]
    metrics = found["consultative"]["metrics"]
    assert metrics["violation"]["mean"] == pytest.approx(0.534, abs=5e-4)
    assert metrics["intervention"]["mean"] == pytest.approx(1 / (1 + 2.718281828459045**0.3), abs=1e-12)
    assert metrics["violation"]["se"] is None  # below two replications there is no error
    assert found["automatic"]["metrics"]["intervention"]["mean"] == 1


# ---------------------------------------------------------------- what changes no number


def test_threads_change_no_number(observed: Path) -> None:
    one, two = (run("assess", observed, "--worlds", 3000, "--threads", n, "--json").out for n in (1, 2))
    assert one == two


def assert_same(one: object, other: object, at: str = "") -> None:
    """Equal to 1e-12 wherever there is a number, and exactly elsewhere."""
    if isinstance(one, dict):
        assert isinstance(other, dict)
        assert set(one) == set(other), at
        for key in one:
            assert_same(one[key], other[key], f"{at}.{key}")
    elif isinstance(one, list | tuple):
        assert isinstance(other, list | tuple)
        assert len(one) == len(other), at
        for i, (a, b) in enumerate(zip(one, other, strict=True)):
            assert_same(a, b, f"{at}[{i}]")
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-12, abs=1e-12), at
    else:
        assert one == other, at


def arrangements_of(folder: Path, *options: object) -> object:
    return run("assess", folder, "--worlds", 200, *options, "--json").json["arrangements"]


def test_order_of_definitions_changes_no_number(observed: Path, tmp_path: Path) -> None:
    turned = OBSERVED.replace(
        "  shield: troops * (1 + pledge)\n  troops: force / (force + 20)\n",
        "  troops: force / (force + 20)\n  shield: troops * (1 + pledge)\n",
    )
    assert turned != OBSERVED
    assert arrangements_of(write(tmp_path / "turned", turned)) == arrangements_of(observed)


def test_an_unused_parameter_changes_no_number(observed: Path, tmp_path: Path) -> None:
    wider = OBSERVED.replace("parameters:\n", "parameters:\n  aaa: {uniform: [0, 1], basis: judgement}\n")
    wider = wider.replace("correlations:", "  zzz: {beta: [2, 2], basis: judgement}\ncorrelations:")
    assert arrangements_of(write(tmp_path / "wider", wider)) == arrangements_of(observed)


def test_a_measure_at_zero_is_as_good_as_absent(pledge: Path, tmp_path: Path) -> None:
    without = PLEDGE.replace("(1 + pledge)", "(1 + 0)")
    mine = arrangements_of(pledge, "--set", "pledge=0", "--arrangement", "both")
    other = arrangements_of(
        write(tmp_path / "without", without), "--set", "pledge=0", "--arrangement", "both"
    )
    assert mine == other


def test_a_run_is_a_prefix_of_a_longer_one(observed: Path) -> None:
    model = load(observed)
    short, long = assess(model, 100), assess(model, 331)
    assert len(short.arrangements) == 3
    assert len(short.parameters) >= 2
    for name, a in short.arrangements.items():
        for metric, sample in a.samples.items():
            # The last bit of an exponential may depend on where in an array it is taken.
            np.testing.assert_allclose(sample, long.arrangements[name].samples[metric][:100], rtol=1e-12)
    for name, drawn in short.parameters.items():
        assert drawn.tobytes() == long.parameters[name][:100].tobytes()  # type: ignore[union-attr]


def test_the_seed_matters(pledge: Path) -> None:
    assert arrangements_of(pledge, "--seed", 1) != arrangements_of(pledge, "--seed", 2)


# ---------------------------------------------------------------- options


def test_set_fixes_a_parameter(pledge: Path) -> None:
    found = run("assess", pledge, "--worlds", 64, "--set", "prize=0.9", "--json").json
    fixed = PLEDGE.replace("{normal: [0.6, 0.2], bounds: [0, 1.2]", "{value: 0.9")
    same = run("assess", write(pledge.parent / "fixed", fixed), "--worlds", 64, "--json").json
    assert_same(found["arrangements"], same["arrangements"])


def test_set_fixes_a_correlated_parameter(pledge: Path) -> None:
    assert run("assess", pledge, "--worlds", 16, "--set", "spread=0.5").code == 0


def test_set_gives_a_measure_one_level_everywhere(pledge: Path) -> None:
    found = arrangements_of(pledge, "--set", "force=60", "--set", "pledge=1")
    assert isinstance(found, dict)
    assert found["bare"]["metrics"] == found["both"]["metrics"] == arrangements_of(pledge)["both"]["metrics"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("setting", "code", "said"),
    [
        ("prize", 2, "NAME=VALUE"),
        ("prize=", 2, "NAME=VALUE"),
        ("=3", 2, "NAME=VALUE"),
        ("prize=much", 2, "NAME=VALUE"),
        ("prize=nan", 2, "NAME=VALUE"),
        ("prize=inf", 2, "NAME=VALUE"),
        ("prise=0.5", 3, "did you mean prize?"),
        ("shield=0.5", 3, "neither a parameter nor a measure"),
        ("force=101", 3, "outside its range [0, 100]"),
        ("spread=-1", 3, "must not be negative"),
        ("trace=2", 3, "scenario.yaml:"),
    ],
)
def test_a_wrong_setting(pledge: Path, setting: str, code: int, said: str) -> None:
    answer = run("assess", pledge, "--worlds", 16, "--set", setting)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err


def test_a_setting_twice(pledge: Path) -> None:
    answer = run("assess", pledge, "--set", "prize=1", "--set", "prize=0.5")
    assert answer.code == 2
    assert "set twice" in answer.err


def test_camps_differ(pledge: Path) -> None:
    pool, hawks, doves = (
        arrangements_of(pledge, *camp)["bare"]["outcomes"]["probed"]  # type: ignore[index]
        for camp in ((), ("--camp", "hawks"), ("--camp", "doves"))
    )
    assert hawks > pool > doves
    answer = run("assess", pledge, "--camp", "hawk")
    assert (answer.code, answer.out) == (3, "")
    assert "did you mean hawks?" in answer.err


def test_arrangements_are_chosen(observed: Path) -> None:
    whole = arrangements_of(observed)
    # The observed arrangement is left out of the answer, and still weights it.
    chosen = run(
        "assess", observed, "--worlds", 200, "--arrangement", "both", "--arrangement", "armed", "--json"
    ).json
    assert list(chosen["arrangements"]) == ["armed", "both"]
    assert chosen["arrangements"]["armed"]["differences"] == {}
    assert chosen["observations"]["cohort"]["prior"] is not None
    for name, a in chosen["arrangements"].items():
        assert_same(a["metrics"], whole[name]["metrics"])  # type: ignore[index]
    answer = run("assess", observed, "--arrangement", "armd")
    assert (answer.code, answer.out) == (3, "")
    assert "did you mean armed?" in answer.err


def test_information_is_named_and_matters(pledge: Path) -> None:
    chosen = run("assess", pledge, "--worlds", 64, "--information", "private_payoffs", "--json").json
    assert chosen["information"] == "private_payoffs"
    assert chosen["arrangements"] != arrangements_of(pledge)
    assert "private_payoffs" in run("assess", pledge, "--worlds", 64, "--information", "private_payoffs").out
    assert run("assess", pledge, "--information", "guess").code == 2


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--worlds", "0"), 2),
        (("--worlds", "-5"), 2),
        (("--worlds", "many"), 2),
        (("--worlds", "2000001"), 4),
        (("--seed", "-1"), 2),
        (("--threads", "0"), 2),
        (("--colour",), 2),
    ],
)
def test_wrong_options(pledge: Path, options: tuple[str, ...], code: int) -> None:
    answer = run("assess", pledge, *options)
    assert (answer.code, answer.out) == (code, "")
    assert answer.err.strip()


def test_one_world(observed: Path, tmp_path: Path) -> None:
    plain = write(tmp_path / "plain", PLEDGE)
    found = run("assess", plain, "--worlds", 1, "--json").json
    assert found["effective_worlds"] == 1
    assert {m["se"] for a in found["arrangements"].values() for m in a["metrics"].values()} == {None}
    assert run("assess", plain, "--worlds", 1).code == 0
    refused = run("assess", observed, "--worlds", 1)
    assert refused.code == 4
    assert "assess more worlds" in refused.err


# ---------------------------------------------------------------- the table


def test_the_table_says_what_was_asked(observed: Path) -> None:
    answer = run("assess", observed, "--worlds", 320, "--all")
    assert (answer.code, but_notes(answer.err)) == (0, "")
    lines = answer.out.splitlines()
    assert lines[:2] == ["A pledge between neighbours", "Does the pledge keep the peace?"]
    for title in (
        "What each arrangement gives",
        "Difference from: Nothing",
        "Base rates the worlds must respect",
        "Expected number of times within 4 years",
        "Value to each actor at the start",
        "Expected cost within 4 years",
        "Year by year: Force and pledge",
    ):
        assert title in answer.out
    assert "hazard of “War”" in answer.out
    assert "All that falls to South and North" in answer.out


def test_one_year_is_no_years() -> None:
    answer = run("assess", EXAMPLES / "ladder", "--worlds", 16, "--table", "outcomes")
    assert "within 1 year\n" in re.sub(" +\n", "\n", answer.out)


def test_a_number_has_no_more_digits_than_its_error_supports(pledge: Path) -> None:
    answer = run("assess", pledge, "--worlds", 160, "--errors", "--all")
    pairs = re.findall(r"([-+]?[\d,.]+) ±([\d,.]+)", answer.out)
    assert len(pairs) > 20
    for value, error in pairs:
        assert len(value.partition(".")[2]) <= len(error.partition(".")[2])
        # One digit; an error just below a power of ten is rounded up to it and keeps its place, as 0.010.
        assert len(error.replace(".", "").strip("0")) <= 1 or float(error.replace(",", "")) >= 10


def test_titles_reach_the_terminal_as_text(tmp_path: Path) -> None:
    answer = run("assess", write(tmp_path / "hostile", HOSTILE), "--worlds", 16)
    assert answer.code == 0
    assert "<script>alert(1)</script>" in answer.out
    assert "[bold]lasts[/]" in answer.out
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", answer.out)


@pytest.mark.parametrize("escape", [r"\e[2J", r"\e]0;owned\a", r"\x9b31m", r"\0", r"\r"])
def test_escapes_in_titles_are_refused_and_not_repeated(tmp_path: Path, escape: str) -> None:
    text = PLEDGE.replace("title: A pledge between neighbours", f'title: "A {escape} pledge"')
    answer = run("assess", write(tmp_path / "escape", text))
    assert (answer.code, answer.out) == (3, "")
    assert "scenario.yaml:2:" in answer.err
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", answer.err)


def test_a_terminal_without_the_signs_gets_others(pledge: Path) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    with process("assess", pledge, "--worlds", 160, env=environment) as child:
        out, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, "")
    assert "Peace lasts" in out


def test_claims_are_judged_where_they_are_asked_for(tmp_path: Path) -> None:
    claimed = write(
        tmp_path / "claimed",
        PLEDGE + "claims:\n  helps: {text: Force helps., raises: {measures: [force], metric: lasting}}\n",
    )
    assert "claims" not in run("assess", claimed, "--worlds", 64, "--json").json
    found = run("assess", claimed, "--worlds", 64, "--claims", "--json").json
    assert list(found) == [*KEYS, "claims"]
    verdict = found["claims"]["helps"]
    assert verdict["verdict"] in ("supported", "leans_true", "open", "leans_false", "refuted", "moot")
    assert verdict["true"] + verdict["false"] + verdict["moot"] == pytest.approx(1)


# ---------------------------------------------------------------- the folder


def test_out_holds_everything(observed: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "report"
    answer = run("assess", observed, "--worlds", 160, "--json", "--out", target)
    assert answer.code == 0
    assert but_notes(answer.err) == f"written to {target.resolve()}\n"
    assert sorted(files(target)) == ["phases.parquet", "report.html", "result.json", "worlds.parquet"]
    assert sorted(path.name for path in target.parent.iterdir()) == ["report"]
    assert json.loads((target / "result.json").read_text()) == answer.json
    found = answer.json["arrangements"]
    with duckdb.connect() as database:
        worlds = database.read_parquet(str(target / "worlds.parquet"))
        assert worlds.columns[:3] == ["arrangement", "world", "weight"]
        assert {"parameter.prize", "metric.lasting", "value.south", "cost.force"} <= set(worlds.columns)
        for name, rows, total, mean in database.sql(
            'SELECT arrangement, count(*), sum(weight), sum(weight * "metric.lasting") FROM worlds GROUP BY 1'
        ).fetchall():
            assert rows == 160
            assert total == pytest.approx(1)
            assert mean == pytest.approx(found[name]["metrics"]["lasting"]["mean"])
        phases = database.read_parquet(str(target / "phases.parquet"))
        for arrangement, period, year, phase, share in phases.fetchall():
            assert year == period / 2
            assert share == found[arrangement]["phases"][phase][period]
        assert len(phases.fetchall()) == 3 * 9 * 3


class Page(html.parser.HTMLParser):
    """Tags and attributes of a page; complains about one that does not close what it opens."""

    VOID = frozenset({"meta", "br", "img", "link", "input", "hr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def test_the_page_is_one_file_that_runs_and_fetches_nothing(tmp_path: Path) -> None:
    target = tmp_path / "report"
    study = write(tmp_path / "host <i> ile", HOSTILE)
    assert run("assess", study, "--worlds", 16, "--set", "prize=0.5", "--out", target).code == 0
    text = (target / "report.html").read_text(encoding="utf-8")
    page = Page(text)
    assert not {"img", "link", "iframe", "object", "embed", "b", "i", "base", "form"} & set(page.tags)
    # The page's own script, which makes an SVG or a PNG of a figure, and which its policy knows by its hash.
    assert re.findall(r"<script[^>]*>(.*?)</script>", text, re.DOTALL) == [SCRIPT]
    names = {name for name, _ in page.attributes}
    assert not {"src", "srcset", "action"} & names
    links = ("#", "data:text/csv")  # places on the page, and what it carries to be saved
    assert all((value or "").startswith(links) for name, value in page.attributes if name == "href")
    assert not [name for name in names if name.startswith("on")]
    # The name space of drawings is the one address in the page; clip paths point into it.
    addresses = (
        text.replace("http://www.w3.org/2000/svg", "")
        .replace("http%3A%2F%2Fwww.w3.org", "")
        .replace("http://www.w3.org/1999/xlink", "")
    )
    assert not re.search(r"url\((?!['\"]?#)|@import|https?:", addresses)
    assert "default-src 'none'" in text
    words = "".join(page.words)
    assert "<script>alert(1)</script>" in words
    assert "&lt;Peace> [bold]lasts[/] {{ 7 * 7 }}" in words
    assert "\u202e" not in text
    assert "--set prize=0.5" in words
    assert str(tmp_path) not in text


def test_the_page_says_what_was_not_looked_for(tmp_path: Path) -> None:
    pages = {}
    for name, asked in (("plain", ()), ("judged", ("--claims",))):
        target = tmp_path / name
        assert run("assess", EXAMPLES / "ladder", "--worlds", 64, "--out", target, *asked).code == 0
        text = (target / "report.html").read_text(encoding="utf-8")
        pages[name] = text, "".join(Page(text).words)
    plain, judged = pages["plain"], pages["judged"]
    for text, words in pages.values():
        assert 'id="answer"' in text and 'id="tables"' in text
        assert 'id="drivers"' not in text and 'id="packages"' not in text
        assert "backstop report" in words  # which looks for them
        assert str(tmp_path) not in text
    assert 'id="claims"' in judged[0] and 'id="claims"' not in plain[0]
    assert "backstop claims" in plain[1]


def test_an_earlier_result_is_replaced_whole(pledge: Path, tmp_path: Path) -> None:
    target = tmp_path / "report"
    assert run("assess", pledge, "--worlds", 16, "--out", target).code == 0
    before = files(target)
    assert run("assess", pledge, "--worlds", 32, "--out", target).code == 0
    after = files(target)
    assert set(after) == set(before)
    assert after["result.json"] != before["result.json"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pledge", "report"]


@pytest.mark.parametrize(
    "fault", [OSError(28, "No space left on device"), ZeroDivisionError(), KeyboardInterrupt()]
)
def test_an_earlier_result_survives_a_failure_half_way(
    pledge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    target = tmp_path / "report"
    target.mkdir()
    for name in ("report.html", "result.json"):
        (target / name).write_text("earlier", encoding="utf-8")
    before = files(target)

    def fail(*_: object) -> str:
        raise fault

    monkeypatch.setattr("backstop.report.render.html.html", fail)
    answer = run("assess", pledge, "--worlds", 32, "--out", target)
    assert answer.code == {OSError: 3, ZeroDivisionError: 5, KeyboardInterrupt: 130}[type(fault)]
    assert "written to" not in answer.out
    assert files(target) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pledge", "report"]
    assert run("assess", pledge, "--worlds", 32, "--out", tmp_path / "other").code == answer.code
    assert not (tmp_path / "other").exists()


def test_the_folders_of_assess_and_report_replace_each_other(tmp_path: Path) -> None:
    study, target = write(tmp_path / "study", ONE_SHOT), tmp_path / "report"
    for command in ("assess", "report", "assess"):
        answer = run(command, study, "--worlds", 64, "--out", target)
        assert answer.code == 0, answer.err
        assert {path.name for path in target.iterdir()} <= set(RESULTS)
        assert ((target / "result.json").exists(), command) in ((True, "assess"), (False, "report"))


def test_a_folder_of_somebody_else_is_left_alone(pledge: Path, tmp_path: Path) -> None:
    before = files(pledge)
    answer = run("assess", pledge, "--worlds", 16, "--out", pledge)
    assert (answer.code, answer.out) == (3, "")
    assert "left alone" in answer.err
    assert files(pledge) == before
    report = tmp_path / "report"
    assert run("assess", pledge, "--worlds", 16, "--out", report).code == 0
    (report / "my notes.txt").write_text("not to be lost")
    answer = run("assess", pledge, "--worlds", 16, "--out", report)
    assert answer.code == 3
    assert "my notes.txt" in answer.err
    assert (report / "my notes.txt").read_text() == "not to be lost"


@pytest.mark.parametrize("below", ["", "report", "report/deeper"])
def test_an_unwritable_place(pledge: Path, tmp_path: Path, below: str) -> None:
    # Permission bits do not stop root, a file in the way stops everybody.
    (tmp_path / "file").write_text("kept")
    answer = run("assess", pledge, "--worlds", 16, "--out", tmp_path / "file" / below)
    assert (answer.code, answer.out) == (3, "")
    assert len(answer.err.splitlines()) == 1
    assert str(tmp_path / "file") in answer.err
    assert (tmp_path / "file").read_text() == "kept"


def test_an_unwritable_place_is_found_before_the_work(
    pledge: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("kept")

    def too_late(*_: object, **__: object) -> None:
        raise AssertionError("solved first")

    monkeypatch.setattr("backstop.worlds.assessment.assess", too_late)
    assert run("assess", pledge, "--out", tmp_path / "file" / "report").code == 3


# ---------------------------------------------------------------- interruptions and pipes


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c(tmp_path: Path, threads: int) -> None:
    target = tmp_path / "report"
    # A job in the background of a shell starts with the signal ignored, and its children inherit that.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        interrupted(tmp_path, target, threads)
    finally:
        signal.signal(signal.SIGINT, before)


def interrupted(tmp_path: Path, target: Path, threads: int) -> None:
    child = process(
        "assess", EXAMPLES / "ukraine-2025", "--worlds", 1_000_000, "--threads", threads, "--out", target
    )
    with child:
        # The scratch folder is there once the work has begun.
        deadline = time.monotonic() + 60
        while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.5)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert child.returncode == 130
    assert out == ""
    assert err.strip() == "interrupted"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes")
@pytest.mark.parametrize("command", [("assess",), ("assess", "--json"), ("explain",)])
def test_a_reader_who_leaves_is_no_fault(pledge: Path, command: tuple[str, ...]) -> None:
    name, *options = command
    with process(name, pledge, *options) as child:
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.close()
        err = child.stderr.read()
        assert (child.wait(timeout=60), err) == (0, "")


def test_progress_goes_to_a_terminal_only(pledge: Path) -> None:
    """Nothing but the result on standard output, nothing at all on an error stream that is a file."""
    with process("assess", pledge, "--worlds", 5_000, "--json") as child:
        out, err = child.communicate(timeout=60)
    assert err == ""
    assert json.loads(out)["worlds"] == 5_000


# ---------------------------------------------------------------- what is no study


def test_a_folder_without_a_scenario(tmp_path: Path) -> None:
    answer = run("assess", tmp_path)
    assert (answer.code, answer.out) == (3, "")
    assert "holds no scenario.yaml" in answer.err
    assert run("assess", tmp_path / "nowhere").code == 3


def test_a_file_of_five_megabytes(tmp_path: Path) -> None:
    study = write(tmp_path / "large", PLEDGE + "# " + "x" * 5_000_000 + "\n")
    answer = run("assess", study)
    assert (answer.code, answer.out) == (3, "")
    assert len(answer.err.splitlines()) == 1
    assert "MiB" in answer.err or "bytes" in answer.err


def test_a_latin_1_file(tmp_path: Path) -> None:
    study = write(tmp_path / "latin", PLEDGE)
    (study / "scenario.yaml").write_bytes(PLEDGE.replace("Tension", "Größe").encode("latin-1"))
    answer = run("assess", study)
    assert (answer.code, answer.out) == (3, "")
    assert len(answer.err.splitlines()) == 1
    assert "UTF-8" in answer.err


def test_every_error_of_a_file_at_once(tmp_path: Path) -> None:
    text = PLEDGE.replace("start: peace", "start: paece").replace("value: south", "value: sowth")
    answer = run("assess", write(tmp_path / "wrong", text))
    assert (answer.code, answer.out) == (3, "")
    assert len(answer.err.splitlines()) == 2
    assert "did you mean peace?" in answer.err
    assert "did you mean south?" in answer.err


def test_a_value_that_is_not_finite_names_its_world(tmp_path: Path) -> None:
    study = write(tmp_path / "endless", PLEDGE.replace("prize - shield", "1 / (prize - prize)"))
    answer = run("assess", study, "--worlds", 32)
    assert (answer.code, answer.out) == (3, "")
    assert "scenario.yaml:48:42 outcomes.attacked.payoffs.north" in answer.err
    assert "world" in answer.err


def test_no_world_fits_the_base_rates(tmp_path: Path) -> None:
    impossible = OBSERVED.replace("{beta: [3, 7]}", "{uniform: [0.99999, 1]}")
    answer = run("assess", write(tmp_path / "impossible", impossible), "--worlds", 32)
    assert (answer.code, answer.out) == (3, "")
    assert "all weights are zero" in answer.err


def test_notes_on_a_study_are_counted_on_stderr(tmp_path: Path) -> None:
    study = write(
        tmp_path / "unfounded", PLEDGE.replace("bounds: [0, 1.2], basis: judgement", "bounds: [0, 1.2]")
    )
    answer = run("assess", study, "--worlds", 16, "--json")
    assert answer.code == 0
    assert answer.json["worlds"] == 16
    assert but_notes(answer.err) == "1 note on this study; backstop check shows it\n"
