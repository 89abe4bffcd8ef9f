"""Hostile and broken input and surroundings: one message, exit code 3 or 4, at once, and nothing written."""

import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import pytest
from tests.dossier.building import UKRAINE
from tests.support.command import process, run

from backstop.base.json_text import json_text
from backstop.base.words import clean
from backstop.dossier import store
from backstop.dossier.exchange import table

SECONDS = 10
"""Far above what a refusal takes, far below what reading such a file once took."""


@pytest.fixture
def study(tmp_path):
    shutil.copytree(UKRAINE, tmp_path / "study")
    return tmp_path / "study"


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def refused(study, *arguments):
    """What a command says that must refuse at once and leave the study as it is."""
    before, start = contents(study), time.monotonic()
    found = run(*map(str, arguments))
    assert found.code in (3, 4), found
    assert time.monotonic() - start < SECONDS
    assert contents(study) == before
    return found.err


def workbook(rows):
    sheet = "".join(f'<row r="{r}"><c r="{c}{r}" t="inlineStr"><is><t>id</t></is></c></row>' for r, c in rows)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" ContentType='
            '"application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
            '<sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
        )
    return out.getvalue()


@pytest.mark.parametrize(
    "rows",
    [
        [(1, "A"), (999_999_999, "A")],
        [(1, "A"), *((n * 5000, "A") for n in range(1, 200))],
        [(n, "XFD") for n in range(1, 1000)],
    ],
    ids=["far", "apart", "wide"],
)
def test_a_workbook_with_cells_far_away(study, tmp_path, rows):
    file = tmp_path / "t.xlsx"
    file.write_bytes(workbook(rows))
    assert "the sheet has over 100,000 rows" in refused(study, "dossier", "import", study, file)


@pytest.mark.parametrize(
    "page",
    ["<" + "a" * 200_000, "<a " * 50_000, "<a " + "b " * 100_000, "<" + "a-" * 100_000 + "<"],
)
def test_a_page_of_tags_that_never_end(study, tmp_path, page):
    file = tmp_path / "page.html"
    file.write_text(page)
    refused(study, "dossier", "add", study, file)


def test_a_document_whose_cell_spans_millions_of_columns(study, tmp_path):
    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    xml = (
        f'<w:document xmlns:w="{w}"><w:body><w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="900000000"/></w:tcPr>'
        "<w:p><w:r><w:t>word</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"
    )
    file = tmp_path / "span.docx"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", xml)
    assert "spans 900000000 columns" in refused(study, "dossier", "add", study, file)


def test_files_that_are_no_files(study, tmp_path):
    (tmp_path / "zero.txt").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.txt")
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(3 << 30)
    for name in ("zero.txt", "pipe.txt"):
        assert "a device or a pipe" in refused(study, "dossier", "add", study, tmp_path / name)
        assert "a device or a pipe" in refused(study, "graph", "check", tmp_path / name)
        assert "a device or a pipe" in refused(
            study, "dossier", "import", study, tmp_path / name, "--format", "csv"
        )
    assert "3,221,225,472 bytes" in refused(study, "dossier", "add", study, tmp_path / "big.txt")


def test_a_scenario_of_control_characters(study, tmp_path):
    file = tmp_path / "c.yaml"
    file.write_bytes(b"a\r\nb: " + b"\x01" * 200_000)
    said = refused(study, "check", file)
    assert "c.yaml:2:4: an invisible control character stands here (U+0001)" in said
    assert "199,900 more errors" in said


@pytest.mark.parametrize("text", ["a:\n" + "- !t x\n" * 90_000, "a: 1\n" * 49_000, "a: &b 1\n" * 60_000])
def test_a_scenario_made_of_errors(study, tmp_path, text):
    (tmp_path / "e.yaml").write_text(text)
    said = refused(study, "check", tmp_path / "e.yaml")
    assert "more errors are not listed" in said
    assert "with this many errors the rest of the file is not read" in said


def test_a_graph_file_that_is_json_is_read_alike_everywhere(study, tmp_path):
    graph = {
        "format": "backstop-graph/1",
        "title": "Two",
        "decision_makers": {"a": "A", "b": "B"},
        "options": {"o": {"by": "a"}, "k": {"by": "b"}},
        "preferences": {"a": {"statements": ["o"]}, "b": {"statements": ["k"]}},
    }
    (study / "graph.yaml").write_text(json.dumps(graph))
    assert run("graph", "check", str(study)).code == 0
    found = run("report", str(study), "--worlds", "150", "--out", str(tmp_path / "out"))
    assert found.code == 0, found


def test_a_table_with_one_id_for_all(study, tmp_path):
    def rows(count):
        file = tmp_path / "rows.jsonl"
        file.write_text("".join(json.dumps({"id": "one", "text": f"Word {n}."}) + "\n" for n in range(count)))
        return file

    before = (study / "dossier" / "sources.yaml").read_bytes()
    assert "600 rows have the id one" in refused(study, "dossier", "add", study, rows(600))
    assert (study / "dossier" / "sources.yaml").read_bytes() == before
    assert run("dossier", "add", str(study), str(rows(60))).code == 0
    source = store.read(study / "dossier").dossier.sources["one"]
    assert len(source.versions) == 60
    assert source.text.chars == len("Word 59.")


def test_a_sketch_that_is_none(study):
    path = study / "dossier" / "sources.yaml"
    text = re.sub(r'sketch": "[^"]+', 'sketch": "!!!', path.read_text(), count=1)
    assert "!!!" in text
    path.write_text(text)
    assert "the sketch of source" in refused(study, "dossier", "compare", study)


def test_a_control_character_in_a_workbook_that_is_written():
    book = table.to_xlsx([{"id": "a", "note": "\x1b[31mred\x01"}], ("id", "note"), "statements")
    assert table.from_xlsx(book, "t.xlsx") == [{"id": "a", "note": "\ufffd[31mred\ufffd"}]


@pytest.mark.parametrize(
    "lead", ["", " ", "\n", "\u00a0", "\t", "\r", "'", "\ufeff", "\u200b", "\u3000", "\x1f"]
)
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_a_formula_in_a_table(lead, sign):
    cell = f"{lead}{sign}cmd()"
    assert table.defused(cell) == f"'{cell}"
    assert table.restored(table.defused(cell)) == cell


@pytest.mark.parametrize("cell", ["", " ", "'", "plain", "a=b", "'quoted'", "5-6"])
def test_what_is_no_formula_stays(cell):
    assert table.defused(cell) == cell
    assert table.restored(cell) == cell


def test_a_workbook_is_called_one(tmp_path):
    (tmp_path / "t.xlsx").write_bytes(b"PK")
    found = run("check", str(tmp_path / "t.xlsx"))
    assert found.code == 3
    assert "this is a workbook of a spreadsheet, not a study" in found.err


# ---------------------------------------------------------------- what is printed


def test_no_control_character_or_mark_of_direction_is_printed():
    bad = [chr(n) for n in (*range(9), *range(11, 32), *range(0x7F, 0xA0))]
    bad += ["\u061c", "\u200e", "\u200f", *map(chr, range(0x202A, 0x202F)), *map(chr, range(0x2066, 0x206A))]
    assert len(bad) == 75
    assert clean("".join(bad)) == "\ufffd" * 75
    written = json_text({"".join(bad): "".join(bad)})
    assert not set(bad) & set(written)
    assert json.loads(written) == {"".join(bad): "".join(bad)}


def test_an_unknown_command_cannot_drive_the_terminal():
    found = subprocess.run(
        [sys.executable, "-m", "backstop", "check", "--\x1b[31m"], capture_output=True, check=False
    )
    assert found.returncode == 2
    assert b"\x1b" not in found.stderr


# ---------------------------------------------------------------- lacks of the machine


def shell(line, **more):
    return subprocess.run(
        ["sh", "-c", line.replace("backstop", f"{sys.executable} -m backstop")],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,
    )


def test_streams_that_are_closed_or_full(study):
    assert shell(f"backstop check {study} >&-").returncode == 0
    found = shell("backstop check - <&-")
    assert found.returncode == 3
    assert "standard input cannot be read" in found.stderr
    for command in ("check", "graph check", "audit"):
        found = shell(f"backstop {command} {study} >/dev/full")
        assert found.returncode == 4, found.stderr
        assert "No space left on device" in found.stderr
        assert "internal fault" not in found.stderr
        said = [line for line in found.stderr.splitlines() if not line.startswith("note: ")]
        assert len(said) == 1
    assert shell(f"backstop check {study} >/dev/full 2>/dev/full").returncode in (3, 4)
    # Nobody can be told what is wrong, but the exit code says it.
    assert shell("backstop check nowhere 2>/dev/full").returncode == 3
    assert shell("backstop chek 2>/dev/full").returncode == 2
    assert shell("backstop chek 2>&-").returncode == 2


def test_little_memory_is_said(study):
    for kilobytes in (120_000, 200_000, 300_000):
        found = shell(f"ulimit -v {kilobytes}; OPENBLAS_NUM_THREADS=1 backstop assess {study} --worlds 20")
        assert "internal fault" not in found.stderr
        assert found.returncode in (0, 4), found.stderr


# ---------------------------------------------------------------- what is read is not written on


@pytest.mark.parametrize(
    "target",
    ["scenario.yaml", "graph.yaml", "dossier/dossier.yaml", "dossier/statements.jsonl", "dossier/sources.yaml",
     "data/references.yaml", "link.csv", "hard.csv", "texts/kept.txt"],
)  # fmt: skip
def test_an_export_does_not_write_on_an_input(study, target):
    (study / "link.csv").symlink_to(study / "scenario.yaml")
    (study / "hard.csv").hardlink_to(study / "dossier" / "statements.jsonl")
    (study / "texts").mkdir()
    (study / "texts" / "kept.txt").write_text("words")
    assert (study / target).is_file()
    texts = ("--texts", study / "texts")
    said = refused(study, "dossier", "export", study, study / target, "--format", "csv", *texts)
    assert "is left alone" in said


def test_an_export_may_be_repeated_and_keeps_mode_and_link(study, tmp_path):
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    for _ in range(2):
        assert run("dossier", "export", study, tmp_path / "link.csv").code == 0
        (tmp_path / "real.csv").chmod(0o600)
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "real.csv").read_bytes().startswith(b"\xef\xbb\xbfid,")


def test_a_drawing_does_not_write_on_the_graph(tmp_path):
    path = tmp_path / "graph.json"
    graph = {
        "format": "backstop-graph/1", "title": "Two", "decision_makers": {"a": "A"}, "options": {"o": {"by": "a"}},
        "preferences": {"a": {"statements": ["o"]}},
    }  # fmt: skip
    path.write_text(json.dumps(graph))
    assert "is left alone" in refused(tmp_path, "graph", "draw", path, "--out", path)


# ---------------------------------------------------------------- workers


def children(pid):
    """The processes that `pid` has started and that run."""
    found = subprocess.run(["ps", "-eo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in found.stdout.splitlines()]
    return {int(row[0]) for row in rows if int(row[1]) == pid and not row[2].startswith("Z")}


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("ps") is None, reason="needs Linux and ps")
@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one processor has no workers")
@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_workers_end_with_their_parent(study, tmp_path, sign):
    files = [tmp_path / f"{n}.txt" for n in range(100)]
    for n, path in enumerate(files):
        path.write_text(f"Words {n} of a text. " * 20_000)
    with process("dossier", "add", study, *files) as child:
        end = time.monotonic() + 30
        while not (workers := children(child.pid)) and time.monotonic() < end:
            time.sleep(0.05)
        assert workers
        child.send_signal(sign)
        child.communicate(timeout=SECONDS)
    end = time.monotonic() + SECONDS
    running = workers
    while running and time.monotonic() < end:
        time.sleep(0.1)
        found = subprocess.run(["ps", "-eo", "pid=,stat="], capture_output=True, text=True, check=True)
        alive = {int(a) for a, b in map(str.split, found.stdout.splitlines()) if not b.startswith("Z")}
        running = workers & alive
    assert not running
