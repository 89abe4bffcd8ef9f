"""Control characters and marks of direction in every text of a study: no command prints or writes them as they are."""

import json
import re
import zipfile

import pytest
from tests.support.command import run

from backstop.base.document import read_document
from backstop.base.words import DIRECTION_MARKS
from backstop.scenario.template import start_study

MARKS = "\u202e\u2066\u200f"
CONTROLS = f"{MARKS}\x9b\x85"
UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{DIRECTION_MARKS}]")
TEXTS = {"title", "text", "question", "note", "name", "unit", "cost_unit"}
DRAWN = ("--worlds", "100")


def worded(value):
    """Plain data with the marks behind every text."""
    if isinstance(value, dict):
        return {
            key: f"{each}{MARKS}x" if key in TEXTS and isinstance(each, str) else worded(each)
            for key, each in value.items()
        }
    return [worded(each) for each in value] if isinstance(value, list) else value


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    study = tmp_path_factory.mktemp("harmless") / "study"
    start_study(study, "observers")
    for name in ("scenario.yaml", "graph.yaml", "dossier/dossier.yaml", "dossier/propositions.yaml"):
        data = worded(read_document((study / name).read_bytes(), name).data)
        if "decision_makers" in data:
            data["decision_makers"] = {key: f"{each}{MARKS}" for key, each in data["decision_makers"].items()}
        text = re.sub(r'"([\d.]+)":', r"\1:", json.dumps(data, ensure_ascii=False))
        (study / name).write_text(text, encoding="utf-8")
    path = study / "dossier" / "statements.jsonl"
    records = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    for record in records:
        record["paraphrase"] += f"{CONTROLS}x"
        record["note"] = f"=1{CONTROLS}\x1b[31m"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return study


def harmless(text):
    found = UNSAFE.search(text)
    return found is None or repr(text[max(0, found.start() - 60) : found.end() + 20])


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "@"), ("assess", "@", *DRAWN, "--claims"), ("assess", "@", *DRAWN, "--json"),
        ("claims", "@", *DRAWN), ("audit", "@"), ("audit", "@", "--json"), ("why", "@", "holds"),
        ("why", "@", "observers"), ("why", "@", f"x{CONTROLS}"), ("explain", "@"), ("explain", "@", "--json"),
        ("sensitivity", "@", "--worlds", "200"), ("robustness", "@", *DRAWN), ("graph", "check", "@"),
        ("graph", "analyse", "@"), ("graph", "analyse", "@", "--json"), ("graph", "explain", "@"),
        ("graph", "evolve", "@"), ("graph", "invert", "@", "s1"), ("graph", "coalitions", "@"),
        ("dossier", "verify", "@"), ("dossier", "compare", "@"), ("dossier", "compare", "@", "--json"),
        ("dossier", "suggest", "@", "wire"), ("dossier", "agreement", "@"), ("check", f"x{CONTROLS}"),
        ("dossier", "accept", "@", f"x{CONTROLS}"), ("assess", "@", "--set", f"x{CONTROLS}"),
    ],
)  # fmt: skip
def test_nothing_printed_drives_a_terminal_or_turns_a_line_about(study, arguments):
    found = run(*(str(study) if word == "@" else word for word in arguments))
    assert found.code in (0, 1, 2, 3)
    assert found.out or found.err
    assert harmless(found.out) is True
    assert harmless(found.err) is True


def contents(path):
    if path.suffix in (".xlsx", ".qdpx"):
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name).decode("utf-8", "replace") for name in archive.namelist()]
    return [path.read_text(encoding="utf-8")]


@pytest.mark.parametrize(
    "kind", ["csv", "findings.csv", "xlsx", "jsonld", "qdpx", "qdc", "graphml", "prov.json", "ris"]
)
def test_nothing_exported_holds_them_as_they_are(study, tmp_path, kind):
    target = tmp_path / f"out.{kind}"
    what = ("--what", "findings") if kind.startswith("findings") else ()
    assert run("dossier", "export", study, target, *what).code == 0
    for text in contents(target):
        assert harmless(text) is True


@pytest.mark.parametrize("kind", ["svg", "json"])
def test_no_drawing_holds_them(study, tmp_path, kind):
    target = tmp_path / f"out.{kind}"
    assert run("graph", "draw", study, "--out", target).code == 0
    assert harmless(target.read_text(encoding="utf-8")) is True


def test_no_report_holds_them(study, tmp_path):
    target = tmp_path / "out"
    assert run("report", study, *DRAWN, "--format", "html,md,json,svg", "--out", target).code == 0
    files = [path for path in target.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        assert harmless(path.read_text(encoding="utf-8")) is True, path


@pytest.mark.parametrize("kind", ["csv", "xlsx", "jsonld", "qdpx"])
def test_what_an_export_leaves_out_or_writes_as_a_reference_is_kept_here(study, tmp_path, kind):
    before = (study / "dossier" / "statements.jsonl").read_bytes()
    target = tmp_path / f"out.{kind}"
    assert run("dossier", "export", study, target).code == 0
    found = run("dossier", "import", study, target)
    assert found.code == 0, found.err
    assert (study / "dossier" / "statements.jsonl").read_bytes() == before


def test_no_workbook_of_the_study_holds_them_or_changes_it(study, tmp_path):
    before, target = (study / "scenario.yaml").read_bytes(), tmp_path / "out.xlsx"
    assert run("export", study, "--xlsx", target, "--results", *DRAWN).code == 0
    for text in contents(target):
        assert harmless(text) is True
    found = run("import", study, "--xlsx", target)
    assert (found.code, found.err) == (0, "")
    assert (study / "scenario.yaml").read_bytes() == before


def test_no_comparison_prints_them(study):
    for arguments in ((), ("--json",)):
        found = run("diff", study, study, *DRAWN, *arguments)
        assert found.code == 0
        assert harmless(found.out + found.err) is True
