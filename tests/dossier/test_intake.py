"""Documents in: every kind, the bad ones too; versions, digests and texts that stay outside."""

import io
import json
import os
import zipfile
from dataclasses import replace

import pytest
from tests.dossier.building import KEY

from backstop.base.faults import BackstopError, InvalidInput, Refused
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.intake import Details, arrivals, entered, identifier
from backstop.dossier.text import extraction
from backstop.dossier.text.archive import read_archive
from backstop.dossier.text.extraction import extract
from backstop.dossier.text.zones import propose_zones

BODY = "The envoy said that the lake would stay open to both banks this year. "
PAGE = f"""<html><head><meta charset="utf-8"><title>Lake stays open</title></head><body><nav>Menu</nav><article>
<h1>Lake stays open</h1><p>{BODY * 3}</p><p>\u201cWe are there,\u201d he said. {BODY}</p></article>
<script>alert(1)</script></body></html>"""


def docx_bytes(*paragraphs):
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "left", "right"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def pdf_bytes(text):
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % xref


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def test_html_gives_the_article_alone():
    found = extract(PAGE.encode(), "page.html")
    assert "lake would stay open" in found.text
    assert "alert" not in found.text
    assert found.about["title"] == "Lake stays open"
    assert found.extractor.name == "trafilatura"


def test_html_in_the_encoding_it_names():
    page = PAGE.replace("utf-8", "iso-8859-1").replace("The envoy", "The caf\u00e9")
    assert "caf\u00e9" in extract(page.encode("cp1252"), "page.htm").text


def test_docx_gives_paragraphs_and_cells_in_order():
    found = extract(docx_bytes("First \U0001f6a4.", "Second."), "x.docx")
    assert found.text == "First \U0001f6a4.\nSecond.\nleft\nright\n"


def test_pdf_gives_its_text_layer():
    assert "Lake report" in extract(pdf_bytes("Lake report"), "x.pdf").text


BAD = {
    "page of nothing.html": b"<html><body></body></html>",
    "deep.html": b"<div>" * 20_000 + b"x" + b"</div>" * 20_000,
    "many.html": b"<b>x</b>" * 150_000,
    "large.html": b"<p>" + b"x" * (extraction.MOST_HTML_BYTES + 1),
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


@pytest.mark.parametrize(
    ("members", "error", "said"),
    [
        ([("a", b"0" * (20 << 20))], Refused, "zip bomb"),
        ([(f"m{i}", b"") for i in range(2001)], Refused, "2,001 members"),
        ([(f"m{i}", os.urandom(1 << 20)) for i in range(51)], Refused, "unpacks to over 50 MiB"),
        ([("../x", b"")], InvalidInput, "climb out"),
        ([("/etc/x", b"")], InvalidInput, "climb out"),
        ([("a\\..\\..\\x", b"")], InvalidInput, "climb out"),
        ([("C:/x", b"")], InvalidInput, "climb out"),
    ],
)
def test_archives_are_bounded(members, error, said):
    with pytest.raises(error, match=said):
        read_archive(zipped(members), "x.qdpx")


def test_a_link_in_an_archive_is_refused():
    entry = zipfile.ZipInfo("link")
    entry.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(entry, "/etc/passwd")
    with pytest.raises(InvalidInput, match="link"):
        read_archive(out.getvalue(), "x")


def test_a_lying_member_is_found_out():
    data = bytearray(zipped([("a", b"x" * 1000)], zipfile.ZIP_STORED))
    at = data.index(b"x" * 1000)
    data[at] = ord("y")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_archive(bytes(data), "x")


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


def added(sources, path, text, **more):
    path.write_text(text, encoding="utf-8")
    return entered(sources, arrivals([path], Details(), bytes.fromhex(KEY)), **more)


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


def test_texts_outside_the_study_are_found_by_digest(tmp_path):
    outside = tmp_path / "mine"
    (outside / "deep").mkdir(parents=True)
    dossier = empty_dossier(KEY)
    sources, _ = added({}, outside / "deep" / "a.txt", "One.\r\nTwo \U0001f6a4.")
    (outside / "page.html").write_text(PAGE, encoding="utf-8")
    sources, _ = entered(sources, arrivals([outside / "page.html"], Details(), bytes.fromhex(KEY)))
    (outside / "deep" / "a.txt").rename(outside / "renamed.bin")
    holdings = AvailableTexts(tmp_path / "dossier", [outside])
    dossier = replace(dossier, sources=sources)
    assert holdings.current(dossier.sources["a"]) == "One.\nTwo \U0001f6a4."
    assert "lake would stay open" in holdings.current(dossier.sources["page"])
    assert AvailableTexts(tmp_path / "dossier").current(dossier.sources["a"]) is None


def test_rows_of_a_table_outside_are_found_too(tmp_path):
    table = tmp_path / "docs.csv"
    table.write_text("id,text\nr1,one\nr2,two\n", encoding="utf-8")
    sources, _ = entered({}, arrivals([table], Details(), bytes.fromhex(KEY)))
    assert AvailableTexts(tmp_path / "none", [tmp_path]).current(sources["r2"]) == "two"


def test_a_file_name_that_leaves_the_dossier_is_refused(tmp_path):
    sources, _ = added({}, tmp_path / "a.txt", "One.")
    text = sources["a"].text.model_copy(update={"file": "../../etc/passwd"})
    with pytest.raises(InvalidInput, match="outside the dossier"):
        AvailableTexts(tmp_path / "dossier").current(sources["a"].model_copy(update={"text": text}))


def test_many_files_are_read_in_processes_with_the_same_outcome(tmp_path):
    paths = []
    for i in range(70):
        paths.append(tmp_path / f"d{i:03}.txt")
        paths[-1].write_text(f"Report {i} says {i * i}.", encoding="utf-8")
    many = arrivals(paths, Details(), bytes.fromhex(KEY))
    one_by_one = [a for path in paths for a in arrivals([path], Details(), bytes.fromhex(KEY))]
    assert [a.source.text.digests for a in many] == [a.source.text.digests for a in one_by_one]


def test_zones_of_a_page():
    text = (
        "Lake stays open to all\nDaily Shore\nNews\n3 days ago\nVIENNA\n"
        "The envoy said the lake stays open to both banks this year.\nA quiet bank\n"
        "He left on Friday.\nRead more about lakes\n"
    )
    found = [(z.kind, text[z.start : z.end]) for z in propose_zones(text)]
    assert found == [
        ("headline", "Lake stays open to all"),
        ("furniture", "Daily Shore"),
        ("furniture", "News"),
        ("furniture", "3 days ago"),
        ("dateline", "VIENNA"),
        ("crosshead", "A quiet bank"),
        ("furniture", "Read more about lakes"),
    ]


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    monkeypatch.setattr(
        extraction.importlib, "import_module", lambda name: (_ for _ in ()).throw(ImportError(name))
    )
    with pytest.raises(Refused, match=r"backstop\[dossier\]"):
        extract(PAGE.encode(), "x.html")


@pytest.mark.parametrize(
    "line",
    ["KORTH, 5 May", "KORTH, May 5", "Korth, Ostrava, 5 May 2031", "NEW KORTH, Monday", "KORTH 5 May 2031"],
)
@pytest.mark.parametrize("head", ["Minister leaves dam meeting early\n\n", ""])
def test_a_place_with_a_date_is_a_dateline(line, head):
    text = f"{head}{line}\nThe minister met the other side in Velin. Nobody spoke.\n"
    kinds = [(z.kind, text[z.start : z.end]) for z in propose_zones(text)]
    assert kinds == [*([("headline", head.strip())] if head else []), ("dateline", line)]


def test_a_headline_with_a_date_in_it_stays_a_headline():
    text = "Elections on 5 May\nThe minister met the other side in Velin.\n"
    assert [z.kind for z in propose_zones(text)] == ["headline"]
