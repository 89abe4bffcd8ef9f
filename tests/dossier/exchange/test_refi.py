from dataclasses import replace
from xml.etree import ElementTree

import pytest
from tests.dossier.building import KEY, TEXTS
from tests.dossier.exchange.full_dossier import MET, full

from backstop.base.faults import InvalidInput
from backstop.dossier.consistency import faults_of
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.exchange.refi_export import texts_left_out, to_qdc, to_qdpx
from backstop.dossier.exchange.refi_import import Counting, read_qdc, read_qdpx, with_project
from backstop.dossier.merging import joined


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
