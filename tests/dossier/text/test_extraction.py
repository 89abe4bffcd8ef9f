import pytest
from tests.dossier.text.documents import PAGE, docx_bytes, pdf_bytes

from backstop.base import optional
from backstop.base.faults import Refused
from backstop.dossier.text.extraction import extract


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


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    monkeypatch.setattr(
        optional.importlib, "import_module", lambda name: (_ for _ in ()).throw(ImportError(name))
    )
    with pytest.raises(Refused, match=r"backstop\[dossier\]"):
        extract(PAGE.encode(), "x.html")
