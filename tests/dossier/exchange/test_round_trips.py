"""Every format there and back on a dossier with everything in it."""

import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dossier.building import KEY, TEXTS, UKRAINE, proposition, small, statement

from backstop.base.faults import BackstopError, InvalidInput
from backstop.dossier import store
from backstop.dossier.accounts.comparison import compare
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.exchange import table
from backstop.dossier.exchange.network import graphml
from backstop.dossier.exchange.prov import prov_json
from backstop.dossier.exchange.refi_export import texts_left_out, to_qdc, to_qdpx
from backstop.dossier.exchange.refi_import import Counting, read_qdc, read_qdpx, with_project
from backstop.dossier.exchange.ris import ris
from backstop.dossier.exchange.webannotation import annotation_page, read_annotations
from backstop.dossier.merging import joined
from backstop.dossier.record import Acceptance, Event, Held, Quote, RecordedFinding, Term

MET = "The envoy met both sides in Vienna on Monday"
NASTY = [
    "=1+1",
    "+2",
    "-3",
    "@sum",
    "\ttab",
    "'=x",
    "''-y",
    "plain; text",
    "\u201ccurly\u201d \U0001f6a4",
    'quo"te, comma',
    "line\nbreak",
    "'",
    "it's",
]


def full():
    first = statement(
        "a1",
        "a",
        MET,
        actor="envoy",
        role='=HYPERLINK("x")',
        speaker="envoy",
        reporter="hosts",
        attribution="partial quotation",
        type="threat/warning",
        objects=["observers", "talks"],
        stance="-",
        target="the rebels; others",
        target_actors=["rebels"],
        condition={"form": "only if", "text": "a deal", "on": ["deal", "truce"]},
        hedge="reportedly",
        hedge_scope="whole",
        event="meeting",
        slots={
            "place": {"of": "meeting", "is": "Vienna"},
            "number": {"low": 40, "unit": "observers"},
            "participants": {"members": ["envoy"], "excluded": ["rebels"]},
        },
        paraphrase="=cmd|' /C calc'!A0",
        link="l",
        note="multi\nline; \u201cx\u201d",
        value="low",
        value_note="commentary",
        coder="one",
        when="2025-02-17T10:00:00Z",
    )
    was = first.anchor
    first = first.model_copy(
        update={
            "anchor": was.model_copy(update={"quote": Quote(exact=MET, prefix="report.\n", suffix=". He")}),
            "accepted": (Acceptance(by="x", when="y", was=was, state="changed"),),
        }
    )
    second = statement("b1", "b", "he said \u201csoon\u201d", actor="envoy", paraphrase="-soon", coder="two")
    held = Held(state="changed", text=second.anchor.text, start=1, end=5, score=91.5, since="z")
    dossier = small(
        [first, second.model_copy(update={"held": held}), statement("c1", "c", "Nobody met anybody")],
        [proposition("P1", {"a1": "explicit", "b1": "implied"}, {"c1": "partial"}, note="n")],
        objects={
            **{n: Term(title=n) for n in ("observers", "talks", "truce", "deal")},
            "patrols": Term(
                title="Lake patrols \u2013 \u201cnight\u201d",
                part_of=("observers",),
                aliases=("boats",),
                note="+n",
            ),
        },
        events={"meeting": Event(title="m")},
    )
    recorded = {
        "X1": RecordedFinding(
            id="X1",
            kind="contradiction",
            aspect="place",
            status="outright",
            statements=("a1", "b1"),
            explanation="=x",
            note="n",
        ),
        "X2": RecordedFinding(id="X2", kind="difference", statements=("a1",), dismissed=True, coder="one"),
    }
    return replace(dossier, findings=recorded)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_statements_as_a_table(kind):
    dossier = full()
    write, read = (
        (table.to_csv, table.from_csv)
        if kind == "csv"
        else (
            lambda rows, columns: table.to_xlsx(rows, columns, "statements"),
            table.from_xlsx,
        )
    )
    rows = read(write(table.statement_rows(dossier), table.STATEMENT_COLUMNS), "x")
    assert table.read_statements(rows, dossier, {}, "x", "") == dict(dossier.statements)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_findings_as_a_table(kind):
    dossier = full()
    rows = table.finding_rows(compare(dossier).findings, dossier.findings)
    data = (
        table.to_csv(rows, table.FINDING_COLUMNS)
        if kind == "csv"
        else table.to_xlsx(rows, table.FINDING_COLUMNS, "f")
    )
    back = (table.from_csv if kind == "csv" else table.from_xlsx)(data, "x")
    assert table.read_findings(back, "x", "") == dict(dossier.findings)


def test_no_cell_of_a_table_is_a_formula():
    import csv
    import io

    import openpyxl

    dossier = full()
    rows = table.statement_rows(dossier)
    for row in csv.reader(io.StringIO(table.to_csv(rows, table.STATEMENT_COLUMNS).decode("utf-8-sig"))):
        assert not any(cell[:1] in "=+-@\t\r" for cell in row if cell)
    book = openpyxl.load_workbook(io.BytesIO(table.to_xlsx(rows, table.STATEMENT_COLUMNS, "s")))
    for cells in book.active.iter_rows():
        for cell in cells:
            assert cell.data_type != "f"
            assert str(cell.value or "x")[:1] not in "=+-@"


@pytest.mark.parametrize("cell", NASTY)
def test_defused_cells_come_back(cell):
    assert table.restored(table.defused(cell)) == cell


@given(st.text(max_size=20))
def test_every_text_survives_a_cell(cell):
    safe = table.defused(cell)
    assert table.restored(safe) == cell
    assert safe[:1] not in ("=", "+", "-", "@", "\t", "\r")


def test_a_table_made_by_hand_needs_only_offsets():
    rows = [
        {
            "id": "a9",
            "source": "a",
            "anchor_start": "13",
            "anchor_end": "57",
            "actor": "envoy",
            "attribution": "outlet voice",
            "type": "report of fact",
            "paraphrase": "They met.",
        }
    ]
    dossier = full()
    found = table.read_statements(rows, dossier, TEXTS, "x", "me")["a9"]
    assert TEXTS["a"][found.anchor.start : found.anchor.end] == MET
    assert found.coder == "me"
    with pytest.raises(InvalidInput, match="--texts"):
        table.read_statements(rows, dossier, {}, "x", "")
    with pytest.raises(InvalidInput, match="no passage"):
        table.read_statements([rows[0] | {"anchor_end": "5700"}], dossier, TEXTS, "x", "")
    with pytest.raises(InvalidInput, match="did you mean paraphrase"):
        table.read_statements([{"paraphrse": "x"}], dossier, TEXTS, "x", "")
    with pytest.raises(InvalidInput, match="did you mean"):
        table.read_statements([rows[0] | {"type": "report of facts"}], dossier, TEXTS, "x", "")


def test_web_annotations():
    dossier = full()
    page = json.loads(json.dumps(annotation_page(dossier)))
    assert read_annotations(page, dossier, {}, "x", "") == dict(dossier.statements)
    selector = page["items"][0]["target"]["selector"]
    assert selector[0] == {"type": "TextPositionSelector", "start": 13, "end": 57}
    assert selector[1]["exact"] == MET
    assert all(len(item["target"]["selector"]) == 1 for item in page["items"][1:])


def test_a_web_annotation_of_another_program():
    dossier = full()
    item = {
        "id": "https://elsewhere/annotations/77",
        "type": "Annotation",
        "creator": {"name": "Eve"},
        "body": {"type": "TextualBody", "value": "They met."},
        "target": {
            "source": "a",
            "selector": {"type": "TextQuoteSelector", "exact": MET, "prefix": "report.\n"},
        },
    }
    found = read_annotations(item, dossier, TEXTS, "x", "")["77"]
    assert TEXTS["a"][found.anchor.start : found.anchor.end] == MET
    assert (found.coder, found.paraphrase) == ("Eve", "They met.")


def test_a_selector_that_another_program_moved_counts():
    dossier = full()
    page = annotation_page(dossier)
    page["items"][2]["target"]["selector"][0]["end"] -= 8
    with pytest.raises(InvalidInput, match="not at hand"):
        read_annotations(page, dossier, {}, "x", "")
    found = read_annotations(page, dossier, TEXTS, "x", "")["c1"]
    assert TEXTS["c"][found.anchor.start : found.anchor.end] == "Nobody met"


@pytest.mark.parametrize(
    "data",
    [
        {},
        [],
        3,
        {"type": "Annotation"},
        {"items": [{"target": {"source": "zz", "selector": []}}]},
        [{"target": 3}],
    ],
)
def test_bad_annotations(data):
    if data == []:
        assert read_annotations(data, full(), {}, "x", "") == {}
        return
    with pytest.raises(BackstopError):
        read_annotations(data, full(), {}, "x", "")


def test_a_codebook():
    dossier = full()
    assert read_qdc(to_qdc(dossier), "x") == dict(dossier.register.objects)
    root = ElementTree.fromstring(to_qdc(dossier))
    assert root.tag == "{urn:QDA-XML:codebook:1.0}CodeBook"
    assert root.find(".//{*}Code[@name='observers']/{*}Code") is not None


def test_a_project():
    dossier = full()
    data = to_qdpx(dossier, TEXTS)
    assert texts_left_out(dossier, TEXTS) == ("a", "b", "c")
    assert MET.encode() not in data
    project = read_qdpx(data, "x")
    assert joined(empty_dossier(KEY), project.dossier) == replace(dossier, places={})
    inside = to_qdpx(dossier, TEXTS, all_texts=True)
    assert texts_left_out(dossier, TEXTS, all_texts=True) == ()
    assert texts_left_out(dossier, {"a": TEXTS["a"]}, all_texts=True) == ("b", "c")
    assert read_qdpx(inside, "x").texts == TEXTS
    assert to_qdpx(dossier, TEXTS) == data


def project_of(text, start, end, name="doc"):
    import io
    import zipfile

    qde = f"""<?xml version="1.0"?><Project xmlns="urn:QDA-XML:project:1.0" name="p">
    <Users><User guid="U1" name="Eve"/></Users>
    <CodeBook><Codes><Code guid="C1" name="Gate"><Code guid="C2" name="Inner gate"/></Code></Codes></CodeBook>
    <Sources><TextSource guid="S1" name="{name}" plainTextPath="internal://S1.txt">
    <PlainTextSelection guid="Q1" name="sel"
    startPosition="{start}" endPosition="{end}" creatingUser="U1"><Coding guid="G1"><CodeRef targetGUID="C2"/></Coding>
    </PlainTextSelection></TextSource></Sources></Project>"""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("project.qde", qde)
        archive.writestr("Sources/S1.txt", text.encode())
    return out.getvalue()


@pytest.mark.parametrize(
    ("text", "start", "end", "crlf", "utf16"),
    [
        ("\u201cOne\u201d.\r\nTwo \U0001f6a4 gates.\r\n", 13, 18, False, False),
        ("\u201cOne\u201d.\r\nTwo \U0001f6a4 gates.\r\n", 14, 19, True, False),
        ("\u201cOne\u201d.\r\nTwo \U0001f6a4 gates.\r\n", 15, 20, True, True),
        ("\u201cOne\u201d.\r\nTwo \U0001f6a4 gates.\r\n", 14, 19, False, True),
    ],
)
def test_positions_of_other_programs(text, start, end, crlf, utf16):
    project = read_qdpx(project_of(text, start, end), "x", Counting(crlf, utf16))
    selection = project.selections[0]
    assert project.texts["doc"][selection.start : selection.end] == "gates"
    assert selection.codes == ("inner_gate",)
    assert project.terms["inner_gate"].part_of == ("gate",)


def test_a_project_of_another_program_becomes_statements():
    dossier = full()
    project = read_qdpx(project_of(TEXTS["a"], 13, 57, "a"), "x")
    found = with_project(project, dossier, TEXTS, "")
    assert dict(found.sources) == dict(dossier.sources)
    assert found.register.objects["inner_gate"] == project.terms["inner_gate"]
    assert set(found.statements) == {*dossier.statements, "a-qq1"}
    made = found.statements["a-qq1"]
    assert (made.coder, made.objects, made.anchor.start) == ("Eve", ("inner_gate",), 13)
    assert not faults_of(found)


@pytest.mark.parametrize(("start", "end"), [(5, 5000), ("x", 3), (-4, 3)])
def test_a_selection_outside_its_text(start, end):
    with pytest.raises(InvalidInput, match="position"):
        read_qdpx(project_of("short text", start, end), "x")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a>",
        b"<!DOCTYPE a [<!ENTITY b 'c'>]><CodeBook><Codes/></CodeBook>",
        b"<CodeBook/>",
        b"\xff\xfe",
    ],
)
def test_bad_codebooks(data):
    with pytest.raises(InvalidInput):
        read_qdc(data, "x")


def test_graphml_has_actors_and_objects():
    import io

    import networkx

    dossier = full()
    counting = replace(
        dossier,
        statements={n: s.model_copy(update={"value": "normal"}) for n, s in dossier.statements.items()},
    )
    graph = networkx.read_graphml(io.BytesIO(graphml(counting)))
    edge = graph.edges["actor:envoy", "object:observers"]
    assert (edge["weight"], edge["against"], edge["net"], edge["statements"]) == (1, 1, -1, "a1")
    assert graph.nodes["actor:envoy"]["part"] == "actor"


def test_prov_json_is_read_by_its_library():
    prov = pytest.importorskip("prov.model")
    document = prov.ProvDocument.deserialize(content=prov_json(full()), format="json")
    text = document.get_provn()
    assert "statement_a1" in text
    assert "Quotation" in text
    assert "wasAttributedTo" in text


def test_ris_is_read_by_its_library():
    rispy = pytest.importorskip("rispy")
    dossier = full()
    first = dossier.sources["a"].model_copy(
        update={"title": "T\nER  - x", "outlet": "Desk", "url": "https://x/y"}
    )
    entries = rispy.loads(ris(replace(dossier, sources={**dossier.sources, "a": first})))
    assert len(entries) == 3
    assert (entries[0]["title"], entries[0]["secondary_title"]) == ("T ER - x", "Desk")


def test_the_ukraine_dossier_goes_round_by_every_way():
    dossier = store.read(UKRAINE / "dossier").dossier
    rows = table.from_csv(table.to_csv(table.statement_rows(dossier), table.STATEMENT_COLUMNS), "x")
    assert table.read_statements(rows, dossier, {}, "x", "") == dict(dossier.statements)
    assert read_annotations(annotation_page(dossier), dossier, {}, "x", "") == dict(dossier.statements)
    assert (
        joined(empty_dossier(dossier.register.key), read_qdpx(to_qdpx(dossier, {}), "x").dossier) == dossier
    )
