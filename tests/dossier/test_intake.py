import json

import pytest
from tests.dossier.building import KEY, added
from tests.dossier.text.documents import PAGE, pdf_bytes, zipped

from backstop.base.faults import BackstopError, InvalidInput
from backstop.dossier.intake import Details, arrivals, entered, identifier
from backstop.dossier.text import html_page

BAD = {
    "page of nothing.html": b"<html><body></body></html>",
    "deep.html": b"<div>" * 20_000 + b"x" + b"</div>" * 20_000,
    "many.html": b"<b>x</b>" * 150_000,
    "large.html": b"<p>" + b"x" * (html_page.MOST_HTML_BYTES + 1),
    "latin.txt": b"caf\xe9",
    "binary.txt": b"\x00\x01",
    "empty.txt": b"  \n",
    "broken.docx": b"PK\x03\x04broken",
    "not.docx": b"hello",
    "empty.docx": zipped([("x.xml", "<a/>")]),
    "bomb.docx": zipped([("word/document.xml", b"0" * (30 << 20))]),
    "slip.docx": zipped([("../../evil.xml", "x")]),
    "broken.pdf": b"%PDF-1.4 nothing",
    "scan.pdf": pdf_bytes(""),
    "text.rtf": b"{\\rtf1}",
    "notext.csv": b"id,title\n1,x\n",
    "ragged.csv": b"id,text\n1,a,b,c\n",
    "empty.csv": b"",
    "head.csv": b"id,text\n",
    "array.jsonl": b"[1]\n",
    "broken.jsonl": b"{\n",
}


@pytest.mark.parametrize("name", list(BAD))
def test_bad_files_end_in_one_clear_message(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(BAD[name])
    with pytest.raises(BackstopError) as caught:
        arrivals([path], Details(), bytes.fromhex(KEY))
    assert caught.value.exit_code in (3, 4)
    assert name in str(caught.value)


def test_tables_give_a_source_a_row(tmp_path):
    table = tmp_path / "docs.csv"
    table.write_text(
        'id,Text,Outlet,date,may_travel\nr1,"one, two\nthree",Desk,2025-02-17,yes\nr2,four,,Monday,\n',
        encoding="utf-8",
    )
    lines = tmp_path / "docs.jsonl"
    lines.write_text(json.dumps({"id": "j1", "text": "five", "title": "T"}) + "\n", encoding="utf-8")
    found = {a.source.id: a for a in arrivals([table, lines], Details(), bytes.fromhex(KEY))}
    assert found["r1"].text == "one, two\nthree"
    assert found["r1"].source.may_travel
    assert (found["r1"].source.published.from_, found["r1"].source.published.certainty) == (
        "2025-02-17",
        "certain",
    )
    assert (found["r2"].source.published.text, found["r2"].source.published.certainty) == (
        "Monday",
        "relative",
    )
    assert found["j1"].source.title == "T"


def test_extracted_dates_are_only_probable(tmp_path):
    path = tmp_path / "page.html"
    dated = '<meta property="article:published_time" content="2025-02-17"><title>'
    path.write_text(
        PAGE.replace("<title>", dated),
        encoding="utf-8",
    )
    published = arrivals([path], Details(), bytes.fromhex(KEY))[0].source.published
    assert published.certainty == "probable"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("000_dba3f71be88a801e", "000"),
        ("a report (1)", "a-report-1"),
        ("\u2026", "source"),
        ("x" * 99, "x" * 60),
    ],
)
def test_ids_out_of_file_names(name, wanted):
    assert identifier(name) == wanted


def test_every_version_is_kept(tmp_path):
    sources, happened = added({}, tmp_path / "a.txt", "One.")
    assert happened == [("a", "added")]
    assert added(sources, tmp_path / "a.txt", "One.")[1] == [("a", "unchanged")]
    assert added(sources, tmp_path / "a.txt", "Other.")[1] == [("a-2", "added")]
    again, happened = added(sources, tmp_path / "a.txt", "Two.", replaces="a")
    assert happened == [("a", "new version")]
    assert [v.chars for v in again["a"].versions] == [4, 4]
    assert again["a"].earlier[0] == sources["a"].text
    with pytest.raises(InvalidInput, match="did you mean a"):
        added(sources, tmp_path / "b.txt", "Three.", replaces="ab")


def test_many_files_are_read_in_processes_with_the_same_outcome(tmp_path):
    paths = []
    for i in range(70):
        paths.append(tmp_path / f"d{i:03}.txt")
        paths[-1].write_text(f"Report {i} says {i * i}.", encoding="utf-8")
    many = arrivals(paths, Details(), bytes.fromhex(KEY))
    one_by_one = [a for path in paths for a in arrivals([path], Details(), bytes.fromhex(KEY))]
    assert [a.source.text.digests for a in many] == [a.source.text.digests for a in one_by_one]


def test_equal_texts_of_two_outlets_stay_two_accounts(tmp_path):
    table = tmp_path / "press.csv"
    table.write_text("text,outlet\nOne text.,Wire\nOne text.,Gazette\nOne text.,Wire\n", encoding="utf-8")
    incoming = arrivals([table], Details(), bytes.fromhex(KEY))
    found, happened = entered({}, incoming)
    assert [(s.outlet, what) for s, (_, what) in zip(found.values(), happened, strict=False)] == [
        ("Wire", "added"),
        ("Gazette", "added"),
    ]
    assert [what for _, what in happened] == ["added", "added", "unchanged"]
    assert len({s.text.digests.text for s in found.values()}) == 1
    again, happened = entered(found, incoming)
    assert again == found
    assert {what for _, what in happened} == {"unchanged"}


def test_equal_texts_with_ids_of_their_own_stay_two(tmp_path):
    table = tmp_path / "press.csv"
    table.write_text("id,text\nx,One text.\ny,One text.\n", encoding="utf-8")
    found, _ = entered({}, arrivals([table], Details(), bytes.fromhex(KEY)))
    assert list(found) == ["x", "y"]


@pytest.mark.parametrize("day", ["2025-13-45", "2025-02-30"])
def test_a_day_that_there_is_none_of_is_refused(tmp_path, day):
    (tmp_path / "a.txt").write_text("One.", encoding="utf-8")
    with pytest.raises(InvalidInput, match=f"published: {day} is no day"):
        arrivals([tmp_path / "a.txt"], Details(published=day), bytes.fromhex(KEY))


def test_a_table_with_one_id_for_all_rows_is_refused(tmp_path):
    file = tmp_path / "t.jsonl"
    rows = [json.dumps({"id": "x", "text": f"Text {n}."}) for n in range(101)]
    file.write_text("\n".join(rows[:100]))
    assert len(arrivals([file], Details(), bytes.fromhex(KEY))) == 100
    file.write_text("\n".join(rows))
    with pytest.raises(InvalidInput, match=r"t.jsonl:2: 101 rows have the id x"):
        arrivals([file], Details(), bytes.fromhex(KEY))
