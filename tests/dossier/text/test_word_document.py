"""DOCX as it stands with all changes accepted."""

import pytest
from tests.dossier.text.documents import docx_of, para, run, zipped

from backstop.base.faults import BackstopError
from backstop.dossier.text.word_document import word_document


def text(body):
    return word_document(docx_of(body), "x.docx").text


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (para(run("We will "), f"<w:ins>{run('not ')}</w:ins>", run("sign.")), ["We will not sign."]),
        (para(run("They "), f"<w:del>{run('never ', 'delText')}</w:del>", run("agreed.")), ["They agreed."]),
        (para(f"<w:moveFrom>{run('old')}</w:moveFrom>", f"<w:moveTo>{run('new')}</w:moveTo>"), ["new"]),
        (f"<w:sdt><w:sdtContent>{para(run('In a control.'))}</w:sdtContent></w:sdt>", ["In a control."]),
        (para(run("A "), f"<w:sdt><w:sdtContent>{run('b')}</w:sdtContent></w:sdt>", run(" c")), ["A b c"]),
        (para(run("In "), f"<w:smartTag>{run('Geneva')}</w:smartTag>", run(".")), ["In Geneva."]),
        (para(f"<w:hyperlink>{run('a')}</w:hyperlink>", f"<w:fldSimple>{run(' 3')}</w:fldSimple>"), ["a 3"]),
        (para(run(" PAGE ", "instrText"), run("7")), ["7"]),
        (para("<w:r><w:t>Non</w:t><w:noBreakHyphen/><w:t>war</w:t><w:tab/><w:t>x</w:t></w:r>"), ["Non-war\tx"]),
        (para("<w:r><w:t>a</w:t><w:br/><w:t>b</w:t><w:br w:type='page'/><w:t>c</w:t></w:r>"), ["a", "bc"]),
        (
            "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr>" + run("One ") + "</w:p>" + para(run("two.")),
            ["One two."],
        ),
        (
            "<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>" + para(run("gone")) + "</w:tc></w:tr>"
            "<w:tr><w:tc>" + para(run("a")) + "<w:tbl><w:tr><w:tc>" + para(run("nested")) + "</w:tc></w:tr></w:tbl>"
            "</w:tc><w:tc><w:tcPr><w:vMerge/></w:tcPr>" + para() + "</w:tc></w:tr></w:tbl>",
            ["a", "nested"],
        ),
        (
            "<mc:AlternateContent><mc:Choice>" + para(run("once")) + "</mc:Choice><mc:Fallback>" + para(run("twice"))
            + "</mc:Fallback></mc:AlternateContent>",
            ["once"],
        ),
    ],
)  # fmt: skip
def test_every_run_is_walked(body, lines):
    assert text(body) == "\n".join(lines) + "\n"


def test_what_is_left_out_is_counted():
    box = f"<w:r><w:pict><v:shape><w:txbxContent>{para(run('Embargoed.'))}</w:txbxContent></v:shape></w:pict></w:r>"
    body = para(
        run("Words."),
        box,
        "<w:r><w:drawing/></w:r><w:r><w:drawing/></w:r>",
        "<w:r><w:footnoteReference/></w:r>",
    )
    found = word_document(docx_of(body), "x.docx")
    assert found.text == "Words.\n"
    assert found.notes == ("left out: 1 text box, 2 pictures and 1 note",)
    assert word_document(docx_of(para(run("Words."))), "x.docx").notes == ()


def test_title_and_author_are_those_of_the_file():
    core = '<c xmlns:d="urn:d"><d:title>Deal</d:title><d:creator>Eve</d:creator></c>'
    assert word_document(docx_of(para(run("x")), core), "x.docx").about == {"title": "Deal", "byline": "Eve"}


@pytest.mark.parametrize(
    "data",
    [
        b"PK",
        zipped([("x.xml", "<a/>")]),
        zipped([("word/document.xml", "<a>")]),
        zipped([("word/document.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")]),
        docx_of("<w:sdt>" * 30_000 + "</w:sdt>" * 30_000),
    ],
)
def test_what_is_no_sound_document_is_refused(data):
    with pytest.raises(BackstopError):
        word_document(data, "x.docx")
