"""The dossier commands from end to end."""

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner
from tests.dossier.building import SHARED, TEXTS, UKRAINE

from backstop.base.faults import BackstopError
from backstop.cli.main import backstop


def run(*arguments, code=0):
    """The output of a command; errors meant for people count by their exit code."""
    result = CliRunner().invoke(backstop, [str(a) for a in arguments])
    actual = result.exit_code
    if isinstance(result.exception, BackstopError):
        actual = result.exception.exit_code
    elif result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert actual == code, result.output + str(result.exception)
    return result.stdout if code == 0 else str(result.exception)


@pytest.fixture
def study(tmp_path):
    outside = tmp_path / "texts"
    outside.mkdir()
    for name, text in TEXTS.items():
        (outside / f"{name}.txt").write_text(text, encoding="utf-8")
    run("dossier", "add", tmp_path / "study", *sorted(outside.glob("*.txt")))
    table = tmp_path / "coded.csv"
    start = TEXTS["a"].index("The envoy met")
    table.write_text(
        "id,source,anchor_start,anchor_end,actor,attribution,type,paraphrase,coder\n"
        f"a1,a,{start},{start + 44},outlet,outlet voice,report of fact,They met.,one\n",
        encoding="utf-8",
    )
    run("dossier", "import", tmp_path / "study", table, "--texts", outside)
    return tmp_path / "study"


def test_texts_that_may_not_travel_are_not_in_the_study(study):
    files = [p.name for p in study.rglob("*") if p.is_file()]
    assert (
        sorted(files) == ["dossier.yaml", "propositions.yaml", "sources.yaml", "statements.jsonl"]
        or "texts" not in files
    )
    for path in study.rglob("*"):
        if path.is_file():
            assert "both sides in Vienna" not in path.read_text(encoding="utf-8")


def test_texts_that_may_travel_are(tmp_path):
    (tmp_path / "t.txt").write_text("Free words.\r\n", encoding="utf-8", newline="")
    run("dossier", "add", tmp_path / "s", tmp_path / "t.txt", "--may-travel", "--licence", "CC0")
    kept = list((tmp_path / "s" / "dossier" / "texts").iterdir())
    assert [p.read_text(encoding="utf-8") for p in kept] == ["Free words.\n"]


def test_a_change_is_held_until_a_person_accepts(study, tmp_path):
    outside = tmp_path / "texts"
    assert "exact: 1" in run("dossier", "verify", study, "--texts", outside)
    changed = tmp_path / "new" / "a.txt"
    changed.parent.mkdir()
    changed.write_text(TEXTS["a"].replace("envoy met", "envoy never met"), encoding="utf-8")
    out = run("dossier", "add", study, changed, "--replaces", "a", "--texts", outside)
    assert "changed" in out
    assert "{+never+}" in out
    told = run("dossier", "verify", study, "--texts", outside, "--texts", changed.parent, code=1)
    assert "a1" in told
    statement = json.loads((study / "dossier" / "statements.jsonl").read_text(encoding="utf-8"))
    assert statement["held"]["state"] == "changed"
    run("dossier", "accept", study, "a1", "--texts", changed.parent, "--by", "Eve")
    statement = json.loads((study / "dossier" / "statements.jsonl").read_text(encoding="utf-8"))
    assert "held" not in statement
    assert statement["accepted"][0]["by"] == "Eve"
    assert "exact: 1" in run("dossier", "verify", study, "--texts", changed.parent)
    run("dossier", "accept", study, "a1", "--texts", changed.parent, code=3)


def test_a_moved_passage_is_anchored_anew_by_itself(study, tmp_path):
    moved = tmp_path / "new" / "a.txt"
    moved.parent.mkdir()
    moved.write_text("A line in front.\n" + TEXTS["a"], encoding="utf-8")
    run("dossier", "add", study, moved, "--replaces", "a", "--texts", tmp_path / "texts")
    assert "exact: 1" in run("dossier", "verify", study, "--texts", moved.parent)


def test_texts_are_found_by_the_setting(study, tmp_path, monkeypatch):
    assert "no text at hand: 1" in run("dossier", "verify", study)
    monkeypatch.setenv("BACKSTOP_TEXTS", str(tmp_path / "texts"))
    assert "exact: 1" in run("dossier", "verify", study)
    monkeypatch.setenv("BACKSTOP_TEXTS", str(tmp_path / "nowhere"))
    run("dossier", "verify", study, code=3)


def test_suggestions_need_the_text(study, tmp_path):
    assert "not at hand" in run("dossier", "suggest", study, "b", code=4)
    out = json.loads(run("dossier", "suggest", study, "b", "--texts", tmp_path / "texts", "--json"))
    assert [q["text"] for q in out["quotations"]] == ["\u201csoon\u201d"]
    assert "did you mean" not in run("dossier", "suggest", study, "zzz", code=3)


def test_comparison_as_json_and_text():
    out = json.loads(run("dossier", "compare", UKRAINE, "--json"))
    assert out["format"] == "backstop-accounts/1"
    assert {"contradiction", "difference", "corroboration", "candidate"} <= {
        f["kind"] for f in out["findings"]
    }
    text = run("dossier", "compare", UKRAINE)
    assert "[outright] Office of Keir Starmer" in text
    assert set(out["digests"]) == {"dossier.yaml", "sources.yaml", "statements.jsonl", "propositions.yaml"}
    only = json.loads(run("dossier", "compare", UKRAINE, "--json", "--kind", "corroboration"))
    assert {f["kind"] for f in only["findings"]} == {"corroboration"}


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.jsonld", "x.qdpx"])
def test_out_and_in_again_changes_nothing(study, tmp_path, name):
    before = {p.name: p.read_bytes() for p in (study / "dossier").iterdir()}
    run("dossier", "export", study, tmp_path / name)
    run("dossier", "import", study, tmp_path / name)
    assert {p.name: p.read_bytes() for p in (study / "dossier").iterdir()} == before


@pytest.mark.parametrize("name", ["f.csv", "f.xlsx", "x.qdc", "x.graphml", "x.prov.json", "x.ris"])
def test_every_format_is_written(tmp_path, name):
    what = ["--what", "findings"] if name.startswith("f.") else []
    run("dossier", "export", UKRAINE, tmp_path / name, *what)
    assert (tmp_path / name).stat().st_size > 200


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.json", b"{", 3),
        ("x.json", b"{}", 3),
        ("x.csv", b"id\n", 3),
        ("x.csv", b"idd\n1\n", 3),
        ("x.xlsx", b"nothing", 3),
        ("x.qdpx", b"PK", 3),
        ("x.qdc", b"<a/>", 3),
        ("x.what", b"", 3),
        ("x.ris", b"TY  - NEWS", 3),
    ],
)
def test_bad_codings_change_nothing(study, tmp_path, name, content, code):
    before = {p.name: p.read_bytes() for p in (study / "dossier").iterdir()}
    (tmp_path / name).write_bytes(content)
    if name == "x.csv" and content == b"id\n":
        run("dossier", "import", study, tmp_path / name)
    else:
        run("dossier", "import", study, tmp_path / name, code=code)
    assert {p.name: p.read_bytes() for p in (study / "dossier").iterdir()} == before


def test_renaming_and_agreement(study):
    run("dossier", "rename", study, "objects", "nothing", "x", code=3)
    assert json.loads(run("dossier", "agreement", study, "--json"))["sources"] == {}


def test_why_goes_down_to_the_passage():
    out = json.loads(run("why", UKRAINE, "M04", "--json"))
    assert {p["statement"] for p in out["grounds"][0]["passages"]} == {"003-08", "003-09"}
    assert out["grade"] == "stated"
    text = " ".join(run("why", UKRAINE, "european_force").split())
    assert "001-16" in text
    assert "characters 1264 to 1464" in text
    assert "did you mean european_force" in run("why", UKRAINE, "european_forse", code=3)


def test_why_shows_the_words_to_those_who_hold_them():
    if not SHARED.is_dir():
        pytest.skip("the texts are not beside the repository")
    shown, hidden = (
        " ".join(run("why", UKRAINE, "001-15", *texts).split()) for texts in (("--texts", SHARED), ())
    )
    assert "UK open to troop deployment" in shown
    assert "UK open to troop deployment" not in hidden


def test_audit_lists_every_assumption_by_grade():
    out = json.loads(run("audit", UKRAINE, "--json"))
    grades = {row["name"]: row["grade"] for row in out["assumptions"]}
    assert set(grades.values()) <= {"stated", "implied", "derived", "judgement"}
    assert sum(out["grades"].values()) == len(out["assumptions"])
    assert {row["kind"] for row in out["assumptions"]} == {"parameter"}
    assert out["unconfirmed"] == []
    assert "Judgement (" in run("audit", UKRAINE)


def test_an_unknown_ground_is_an_error_with_the_nearest(tmp_path):
    import shutil

    study = tmp_path / "study"
    shutil.copytree(UKRAINE, study)
    path = study / "scenario.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("evidence: [M04]", "evidence: [M044]"), encoding="utf-8"
    )
    said = run("audit", study, code=3)
    assert "M044" in said
    assert "did you mean M04?" in said
    assert "scenario.yaml:" in said


def test_what_rests_on_a_changed_passage_is_unconfirmed(tmp_path):
    import shutil

    study = tmp_path / "study"
    shutil.copytree(UKRAINE, study)
    path = study / "dossier" / "statements.jsonl"
    rows = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        if row["id"] == "003-08":
            row["held"] = {"state": "changed", "score": 97.0}
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    out = json.loads(run("audit", study, "--json"))
    resting = {
        row["name"] for row in (*out["assumptions"], *out["others"]) if {"M04", "M20"} & set(row["grounds"])
    }
    assert resting
    assert resting <= set(out["unconfirmed"])
    assert "UNCONFIRMED" in run("why", study, "M04")


def test_the_vocabulary_is_renamed_in_place(tmp_path):
    import shutil

    study = tmp_path / "study"
    shutil.copytree(UKRAINE, study)
    run("dossier", "rename", study, "objects", "us_backstop", "american_backstop")
    text = (study / "dossier" / "statements.jsonl").read_text(encoding="utf-8")
    assert '"us_backstop"' not in text
    before, after = (json.loads(run("dossier", "compare", s, "--json"))["findings"] for s in (UKRAINE, study))
    assert [f["statements"] for f in before] == [f["statements"] for f in after]


def test_no_traceback_reaches_a_person(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "backstop", "dossier", "compare", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "backstop dossier add" in done.stderr


def test_a_faulty_row_is_named(study, tmp_path):
    table = tmp_path / "more.csv"
    table.write_text(
        "id,source,anchor_start,anchor_end,actor,attribution,type,paraphrase\n"
        "a2,a,0,4,mareen,indirect speech,demand,p\n",
        encoding="utf-8",
    )
    said = run("dossier", "import", study, table, "--texts", tmp_path / "texts", code=3)
    assert said == f"{table}: statement a2: there is no actor mareen; write it in dossier.yaml under actors"


def test_passages_are_found_without_texts_after_a_round_trip(study, tmp_path):
    """The hashes of passages are made under the key of their dossier: what comes in must be found by them too."""
    fuller = tmp_path / "study" / "dossier" / "dossier.yaml"
    key = fuller.read_text(encoding="utf-8").split('key: "')[-1][:32]
    archive, table = tmp_path / "out.qdpx", tmp_path / "out.csv"
    run("dossier", "export", study, archive)
    run("dossier", "export", study, table)
    run("dossier", "import", tmp_path / "empty", archive)
    assert key in (tmp_path / "empty" / "dossier" / "dossier.yaml").read_text(encoding="utf-8")
    other = tmp_path / "other"
    texts = tmp_path / "texts"
    run("dossier", "add", other, *sorted(texts.glob("*.txt")))
    run("dossier", "import", other, table, "--texts", texts)
    changed = tmp_path / "changed" / "a.txt"
    changed.parent.mkdir()
    changed.write_text("A line in front.\n" + TEXTS["a"], encoding="utf-8")
    for place in (tmp_path / "empty", other):
        assert "moved: 1" in run("dossier", "add", place, changed, "--replaces", "a")


def test_a_text_changed_under_the_coding_is_named(study, tmp_path):
    edited = tmp_path / "edited"
    edited.mkdir()
    (edited / "a.txt").write_text(TEXTS["a"].replace("both sides", "no side"), encoding="utf-8")
    said = run("dossier", "verify", study, "--texts", edited, code=1)
    assert f"{edited / 'a.txt'}: the file has the name of source a but another text" in said
    assert "--replaces a" in said
    shown = CliRunner().invoke(backstop, ["dossier", "verify", str(study), "--texts", str(edited)])
    assert "no text at hand: 1" in shown.stdout


def annotated(tmp_path, *selectors, source="a.txt"):
    path = tmp_path / "notes.jsonld"
    target = {"source": source, "selector": list(selectors)}
    body = {"type": "TextualBody", "value": "a remark", "purpose": "commenting"}
    note = {"id": "https://example.org/notes/n1", "type": "Annotation", "body": body, "target": target}
    path.write_text(json.dumps(note), encoding="utf-8")
    return path


QUOTE = {"type": "TextQuoteSelector", "exact": "He wants 40 observers"}


@pytest.mark.parametrize("source", ["a.txt", "file:///somewhere/a.txt", "a"])
def test_annotations_name_their_source_by_its_file_too(study, tmp_path, source):
    texts = tmp_path / "texts"
    run("dossier", "import", study, annotated(tmp_path, QUOTE, source=source), "--texts", texts)
    assert '"known_as": ["https://example.org/notes/n1"]' in (
        study / "dossier" / "statements.jsonl"
    ).read_text(encoding="utf-8")


def test_a_position_that_does_not_hold_the_quotation_is_not_believed(study, tmp_path):
    position = {"type": "TextPositionSelector", "start": 2, "end": 23}
    texts = tmp_path / "texts"
    run("dossier", "import", study, annotated(tmp_path, position, QUOTE), "--texts", texts)
    last = (study / "dossier" / "statements.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert json.loads(last)["anchor"]["start"] == TEXTS["a"].index(QUOTE["exact"])
    gone = {**QUOTE, "exact": "He wants 50 observers"}
    said = run("dossier", "import", study, annotated(tmp_path, position, gone), "--texts", texts, code=3)
    assert "its quotation stands nowhere in the text" in said


def test_why_names_an_account_without_a_title(study):
    run("new", study.parent / "mine", "--template", "ceasefire")
    (study / "dossier").rename(study.parent / "mine" / "dossier")
    scenario = study.parent / "mine" / "scenario.yaml"
    scenario.write_text("dossier: dossier\n" + scenario.read_text(encoding="utf-8"), encoding="utf-8")
    assert "account a, characters" in run("why", study.parent / "mine", "a1")


def test_one_account_alone_is_counted_as_one(tmp_path):
    (tmp_path / "t.txt").write_text("Words.\n", encoding="utf-8")
    run("dossier", "add", tmp_path / "s", tmp_path / "t.txt")
    said = run("dossier", "compare", tmp_path / "s")
    assert "1 account, 0 statements" in said
    assert "No two accounts" not in said


def in_project(tmp_path, *targets):
    """A project of another program on a text, coded with the codes given."""
    from tests.dossier.exchange.projects import ANN, code, coding, project, selection
    from tests.dossier.exchange.projects import source as text_source

    inside = selection(10, 0, 12, *(coding(target, ANN) for target in targets), name="they meet")
    wrong = selection(11, 5, 900, coding(1, ANN), name="beyond")
    codes = [code(n, f"C{n}") for n in (1, 2, 3)]
    path = tmp_path / "p.qdpx"
    path.write_bytes(
        project(codes, [text_source(20, "A", inside, wrong)], {"20.txt": "The minister met them.\n"})
    )
    return path


def test_an_import_says_what_it_took_and_left_and_keeps_the_texts(tmp_path):
    found = CliRunner().invoke(
        backstop, ["dossier", "import", str(tmp_path / "s"), str(in_project(tmp_path, 1))]
    )
    assert found.exit_code == 0
    for line in (
        "codes: 3 taken",
        "sources: 1 taken",
        "selections: 1 taken, 1 left out",
        "statements: 1 added, 0 changed",
        "left out: selection beyond: it runs from 5 to 900, beyond its text",
    ):
        assert line in found.stderr.splitlines()
    kept = tmp_path / "s" / "dossier" / "private-texts"
    assert (kept / ".gitignore").read_text(encoding="utf-8") == "*\n"
    assert len(list(kept.glob("*.txt"))) == 1
    assert "exact: 1" in run("dossier", "verify", tmp_path / "s")
    assert "0 of 1" in run("dossier", "suggest", tmp_path / "s", "A")


def test_an_import_in_conflict_is_listed_and_settled_only_as_asked(tmp_path):
    study = tmp_path / "s"
    run("dossier", "import", study, in_project(tmp_path, 1))
    statements = study / "dossier" / "statements.jsonl"
    row = json.loads(statements.read_text(encoding="utf-8"))
    statements.write_text(json.dumps(row | {"objects": ["c3"]}) + "\n", encoding="utf-8")
    said = run("dossier", "import", study, in_project(tmp_path, 1, 2), code=1)
    assert "objects is c3 here, c1, c2 there" in said
    assert "--theirs" in said
    assert json.loads(statements.read_text(encoding="utf-8"))["objects"] == ["c3"]
    run("dossier", "import", study, in_project(tmp_path, 1, 2), "--ours")
    assert json.loads(statements.read_text(encoding="utf-8"))["objects"] == ["c3"]
    run("dossier", "import", study, in_project(tmp_path, 1, 2), "--theirs")
    assert json.loads(statements.read_text(encoding="utf-8"))["objects"] == ["c1", "c2"]


@pytest.mark.parametrize("name", ["x.csv", "x.xlsx", "x.qdc"])
@pytest.mark.parametrize("flag", ["--crlf", "--utf16"])
def test_a_flag_for_positions_is_refused_where_there_are_none(study, tmp_path, name, flag):
    run("dossier", "export", study, tmp_path / name)
    assert (
        CliRunner().invoke(backstop, ["dossier", "import", str(study), str(tmp_path / name), flag]).exit_code
        == 2
    )


def statements(study):
    lines = (study / "dossier" / "statements.jsonl").read_text(encoding="utf-8").splitlines()
    return {record["id"]: record for record in map(json.loads, lines)}


def code(study, *more, source="b", code=0):
    texts = study.parent / "texts"
    return run(
        "dossier", "code", study, source, "--paraphrase", "They met.", "--texts", texts, *more, code=code
    )


def test_a_passage_is_coded_by_its_words(study):
    out = code(study, "--quote", 'he said "soon"', "--actor", "The Envoy", "--object", "talks", "--new",
               "--stance", "for", "--by", "two", "--condition", "only if: a truce holds")  # fmt: skip
    assert out.startswith("b-1: b ") and "he said \u201csoon\u201d" in out
    made = statements(study)["b-1"]
    anchor = made["anchor"]
    assert TEXTS["b"][anchor["start"] : anchor["end"]] == "he said \u201csoon\u201d"
    assert (made["actor"], made["objects"], made["stance"], made["coder"]) == (
        "the_envoy",
        ["talks"],
        "+",
        "two",
    )
    assert (made["attribution"], made["condition"]) == (
        "indirect speech",
        {"form": "only if", "text": "a truce holds"},
    )
    code(study, "--quote", "Sixty observers", "--actor", "the envoy")
    assert statements(study)["b-2"]["actor"] == "the_envoy"
    assert "exact: 3" in run("dossier", "verify", study, "--texts", study.parent / "texts")


def test_words_that_stand_there_several_times_are_told_apart_by_nth(study):
    said = code(study, "--quote", "report", "--nth", "1", source="a")
    assert "a-1: a 5-11" in said
    said = code(study, "--quote", "any", source="c", code=3)
    assert "stands there 2 times" in said and "--nth" in said
    assert "Nobody met [any]body" in said
    code(study, "--quote", "any", "--nth", "2", source="c")
    assert statements(study)["c-1"]["anchor"]["start"] == TEXTS["c"].index("any observer")
    assert "once, and number 2" in code(study, "--quote", "rebels", "--nth", "2", source="c", code=3)


def test_what_cannot_be_coded_is_said_and_changes_nothing(study):
    before = statements(study)
    assert "stands nowhere" in code(study, "--quote", "no such words", code=3)
    assert "there is no source d" in code(study, "--quote", "x", source="d", code=3)
    said = code(study, "--quote", "soon", "--actor", "Envoi", code=3)
    assert "there is no actor Envoi" in said and "--new" in said
    assert "no proposition P1" in code(study, "--quote", "soon", "--supports", "P1", code=3)
    assert statements(study) == before


def test_a_statement_backs_a_proposition_written_before_it(study):
    (study / "dossier" / "propositions.yaml").write_text(
        "format: backstop-propositions/1\npropositions:\n- id: P1\n  text: They met soon.\n", encoding="utf-8"
    )
    code(study, "--quote", "soon", "--supports", "P1", "--by", "two")
    text = (study / "dossier" / "propositions.yaml").read_text(encoding="utf-8")
    assert '"statement": "b-1"' in text


def test_the_choices_of_code_are_those_of_the_records():
    from typing import get_args

    from backstop.cli.dossier.coding import ATTRIBUTIONS, TYPES
    from backstop.dossier.record import Attribution, StatementType

    assert get_args(StatementType) == TYPES
    assert get_args(Attribution) == ATTRIBUTIONS


def test_a_table_names_passages_by_their_words(study, tmp_path):
    table = tmp_path / "quoted.csv"
    table.write_text(
        "id,source,quote,nth,actor,attribution,type,paraphrase\n"
        'b1,b,"he said ""soon""",,outlet,outlet voice,report of fact,Soon.\n'
        "c1,c,any,2,outlet,outlet voice,report of fact,None.\n"
        "c2,c,any,,outlet,outlet voice,report of fact,None.\n"
        "c3,c,gone,,outlet,outlet voice,report of fact,None.\n",
        encoding="utf-8",
    )
    result = CliRunner().invoke(
        backstop, ["dossier", "import", str(study), str(table), "--texts", str(tmp_path / "texts")]
    )
    assert result.exit_code == 0, result.exception
    assert "statements: 2 taken" in result.stderr
    assert "c2: the quotation stands there 2 times" in result.stderr and "column nth" in result.stderr
    assert "c3: the quotation stands nowhere in the text" in result.stderr
    made = statements(study)
    assert made["c1"]["anchor"]["start"] == TEXTS["c"].index("any observer")
    assert set(made) == {"a1", "b1", "c1"}


@pytest.mark.parametrize("name", ["all.csv", "all.xlsx"])
@pytest.mark.parametrize("what", ["statements", "findings"])
def test_a_table_that_we_export_comes_in_again_as_it_is(study, tmp_path, name, what):
    code(study, "--quote", "Nobody met anybody", "--note", "=1+1", "--condition", "if: a; b", source="c")
    before = {p.name: p.read_bytes() for p in (study / "dossier").iterdir() if p.is_file()}
    run("dossier", "export", study, tmp_path / name, "--what", what)
    run("dossier", "import", study, tmp_path / name)
    assert {p.name: p.read_bytes() for p in (study / "dossier").iterdir() if p.is_file()} == before


def test_propositions_written_first_block_nothing(study, tmp_path):
    fresh = tmp_path / "fresh" / "dossier"
    fresh.mkdir(parents=True)
    body = (
        "format: backstop-propositions/1\npropositions:\n"
        "- id: P1\n  text: They met.\n  supports: [{statement: a-1}, {statement: a-2}]\n- id: P2\n  text: Soon.\n"
    )
    (fresh / "propositions.yaml").write_text(body, encoding="utf-8")
    run("dossier", "add", tmp_path / "fresh", tmp_path / "texts" / "a.txt")
    assert (fresh / "propositions.yaml").read_text(encoding="utf-8") == body
    result = CliRunner().invoke(
        backstop,
        [
            "dossier",
            "code",
            str(tmp_path / "fresh"),
            "a",
            "--quote",
            "Lake",
            "--paraphrase",
            "x",
            "--supports",
            "P2",
            "--texts",
            str(tmp_path / "texts"),
        ],
    )
    assert result.exit_code == 0, result.exception
    assert "still to be coded: a-2" in result.stderr
    assert set(statements(tmp_path / "fresh")) == {"a-1"}
    assert "there is no statement a-2" in run("dossier", "compare", tmp_path / "fresh", code=3)


def test_add_names_the_next_step(tmp_path):
    (tmp_path / "t.txt").write_text("Words.\n", encoding="utf-8")
    result = CliRunner().invoke(backstop, ["dossier", "add", str(tmp_path / "s"), str(tmp_path / "t.txt")])
    assert "next: backstop dossier suggest" in result.stderr
    assert "dossier code" in result.stderr


def test_claims_of_one_account_are_folded_until_they_are_asked_for(study):
    code(study, "--quote", "soon")
    said = run("dossier", "compare", study)
    assert "Claims of one account only (2): listed with --kind single_source" in said
    assert "  a: a1" in run("dossier", "compare", study, "--kind", "single_source")
    kinds = [f["kind"] for f in json.loads(run("dossier", "compare", study, "--json"))["findings"]]
    assert kinds.count("single_source") == 2
