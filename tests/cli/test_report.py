import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.support import report_studies

from backstop.base.faults import InvalidInput, Refused
from backstop.cli.main import backstop
from backstop.scenario.template import start_study


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "truce"
    folder.mkdir()
    (folder / "scenario.yaml").write_text(report_studies.small(), encoding="utf-8")
    return folder


def _run(*words: str) -> str:
    done = CliRunner().invoke(backstop, ["report", *words], catch_exceptions=False, standalone_mode=False)
    if done.exception:
        raise done.exception
    return done.output


def test_a_report_in_every_form(study: Path, tmp_path: Path) -> None:
    (study / "scenario.yaml").write_text(report_studies.ONE_SHOT, encoding="utf-8")
    out = tmp_path / "out"
    said = _run(
        str(study), "--out", str(out), "--worlds", "128", "--format", "html,md,json,svg,png", "--threads", "1"
    )
    assert "written to" in said
    assert {p.name for p in out.iterdir()} == {"report.html", "report.md", "report.json", "svg", "png"}
    whole = json.loads((out / "report.json").read_text(encoding="utf-8"))
    figures = {b["name"] for s in whole["sections"] for b in s["blocks"] if b["kind"] == "figure"}
    assert {p.stem for p in (out / "svg").iterdir()} == {p.stem for p in (out / "png").iterdir()} == figures
    assert whole["exact"]["result"]["worlds"] == 128
    text = (out / "report.md").read_text(encoding="utf-8")
    assert "](svg/" in text
    for name in ("report.html", "report.md", "report.json"):
        assert str(tmp_path) not in (out / name).read_text(encoding="utf-8"), "a path of the machine"


def test_the_command_in_the_report_gives_the_same_report(study: Path, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    words = ("--worlds", "96", "--seed", "7", "--about", "bare", "--share", "0.6", "--format", "json")
    _run(str(study), "--out", str(one), *words)
    report = json.loads((one / "report.json").read_text(encoding="utf-8"))
    blocks = next(s for s in report["sections"] if s["name"] == "reproduce")["blocks"]
    command = next(b["text"] for b in blocks if b["kind"] == "code")
    assert command == "backstop report truce --out DIR --worlds 96 --seed 7 --share 0.6 --about bare"
    _run(str(study), "--out", str(other), *words)
    assert (one / "report.html").read_bytes() == (other / "report.html").read_bytes()


def test_an_old_report_is_replaced_and_a_folder_of_ones_own_is_not(study: Path, tmp_path: Path) -> None:
    (study / "scenario.yaml").write_text(report_studies.ONE_SHOT, encoding="utf-8")
    out = tmp_path / "out"
    _run(str(study), "--out", str(out), "--worlds", "64", "--format", "md")
    _run(str(study), "--out", str(out), "--worlds", "32")
    assert {p.name for p in out.iterdir()} == {"report.html"}
    own = tmp_path / "own"
    own.mkdir()
    (own / "letter.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInput, match="left alone"):
        _run(str(study), "--out", str(own), "--worlds", "64")
    assert (own / "letter.txt").read_text(encoding="utf-8") == "mine"


def test_a_brief_alone_as_page_and_word_document(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ("--out", str(out), "--worlds", "128", "--threads", "1", "--brief", "--set", "ceiling=20")
    _run(str(study), *words, "--format", "html,docx,json,md")
    assert {p.name for p in out.iterdir()} == {"brief.html", "brief.docx", "brief.json", "brief.md"}
    page = (out / "brief.html").read_text(encoding="utf-8")
    assert "\u201cMost troops that can be sent\u201d set to 20" in page
    assert "backstop report truce --out DIR --worlds 128" in page and "--brief" in page
    assert [s["name"] for s in json.loads((out / "brief.json").read_text(encoding="utf-8"))["sections"]] == [
        "answer"
    ]
    # A folder of a brief is the program's own.
    _run(str(study), "--out", str(out), "--worlds", "64", "--threads", "1")
    assert {p.name for p in out.iterdir()} == {"report.html"}


def test_an_unknown_format_is_a_usage_error(study: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        backstop, ["report", str(study), "--out", str(tmp_path / "o"), "--format", "pfd"]
    )
    assert done.exit_code == 2
    assert "did you mean pdf?" in done.output
    assert not (tmp_path / "o").exists()


def test_a_pdf_without_chromium_is_refused_before_the_work(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    with pytest.raises(Refused, match="Chromium"):
        _run(str(study), "--out", str(tmp_path / "o"), "--format", "pdf")
    assert not (tmp_path / "o").exists()


def test_one_world_is_enough_to_say_that_it_is_not_enough(study: Path, tmp_path: Path) -> None:
    """Ten worlds weighted by an observation are too few for some questions: a clear answer, no table of nonsense."""
    with pytest.raises(Refused, match="effective worlds"):
        _run(str(study), "--out", str(tmp_path / "o"), "--worlds", "8")


def test_accounts_that_alter_a_quotation_or_cannot_be_compared_are_told(tmp_path: Path) -> None:
    study, out = tmp_path / "mine", tmp_path / "out"
    start_study(study, "observers")
    statements = study / "dossier" / "statements.jsonl"
    coded = statements.read_text(encoding="utf-8")
    other_unit = coded.replace('"high": 60, "unit": "observers"', '"high": 60, "unit": "companies"')
    assert other_unit != coded
    statements.write_text(other_unit, encoding="utf-8")
    words = "We may send 40 observers if the truce holds for a month"
    (tmp_path / "times.txt").write_text(f'"{words}," Ada Brand said.\n', encoding="utf-8")
    code = ["code", str(study), "times", "--quote", words, "--paraphrase", "They may come."]
    code += ["--actor", "brand", "--object", "observers", "--attribution", "direct quotation"]
    for command in (["add", str(study), str(tmp_path / "times.txt"), "--may-travel"], code):
        done = CliRunner().invoke(backstop, ["dossier", *command], catch_exceptions=False)
        assert done.exit_code == 0
    _run(str(study), "--out", str(out), "--worlds", "64", "--format", "md", "--threads", "1")
    text = (out / "report.md").read_text(encoding="utf-8")
    assert "Where a quotation is not the same in two accounts (1 quotation)" in text
    assert '"will" in account wire: wire-2, "may" in account times: times-1' in text
    assert "What could not be compared (1 pair)" in text
    assert "60 companies (account post: post-1)" in text


def test_a_quick_report_says_what_it_leaves_out(study: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    said = _run(str(study), "--out", str(out), "--quick", "--format", "md,json", "--threads", "1")
    assert "--quick leaves out the verdicts on claims and the least packages" in said
    whole = json.loads((out / "report.json").read_text(encoding="utf-8"))
    worlds = whole["exact"]["result"]["worlds"]
    assert 500 <= worlds <= 20_000
    text = (out / "report.md").read_text(encoding="utf-8")
    assert f"--worlds {worlds}" in text and "--quick" in text
    assert "Left out by --quick" in text
    assert "claims" not in whole["exact"]
    assert whole["exact"]["first_order"]
    # The command that the page names gives the same figures: worlds that are asked for are those that are solved.
    again = tmp_path / "again"
    _run(
        str(study),
        "--out",
        str(again),
        "--quick",
        "--worlds",
        str(worlds),
        "--format",
        "json",
        "--threads",
        "1",
    )
    other = json.loads((again / "report.json").read_text(encoding="utf-8"))
    assert other["exact"] == whole["exact"]
