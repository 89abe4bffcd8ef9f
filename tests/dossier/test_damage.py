"""Damaged files of every kind end in one message for people, never in a crash."""

import random
import shutil
import zipfile
from io import BytesIO

import pytest
from tests.dossier.building import UKRAINE
from tests.dossier.text.documents import PAGE, docx_bytes, pdf_bytes

from backstop.base.faults import BackstopError
from backstop.base.json_text import json_value
from backstop.dossier import store
from backstop.dossier.dossier import empty_dossier
from backstop.dossier.exchange import table
from backstop.dossier.exchange.annotations.reading import read_annotations
from backstop.dossier.exchange.annotations.writing import annotation_page
from backstop.dossier.exchange.entering import entered
from backstop.dossier.exchange.refi_qda.reading import read_qdc, read_qdpx
from backstop.dossier.exchange.refi_qda.writing import to_qdc, to_qdpx
from backstop.dossier.layout import inline
from backstop.dossier.text.extraction import extract

PIECES = (
    b'"',
    b"{",
    b"[",
    b"\n",
    b"- ",
    b": ",
    b"null",
    b"1e999",
    b"\xff",
    b"\\u0000",
    b"&a ",
    b"-1",
    b"true",
    b"<",
    b"\x00",
)


def damaged(data, rng):
    found = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at, chance = rng.randrange(len(found)), rng.random()
        if chance < 0.4:
            found[at] = rng.randrange(256)
        elif chance < 0.7 and len(found) > 60:
            del found[at : at + rng.randint(1, 30)]
        else:
            found[at:at] = rng.choice(PIECES)
    return bytes(found)


def project(qde):
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("project.qde", qde)
    return out.getvalue()


def annotated(data, dossier):
    try:
        value = json_value(data.decode("utf-8", "replace"))
    except ValueError:
        return
    entered(read_annotations(value, dossier, {}, "x"), dossier, {})


@pytest.fixture(scope="module")
def dossier():
    return store.read(UKRAINE / "dossier").dossier


@pytest.fixture(scope="module")
def readers(dossier):
    rows, columns = table.statement_rows(dossier)[:20], table.STATEMENT_COLUMNS
    packed = to_qdpx(dossier, {})
    qde = zipfile.ZipFile(BytesIO(packed)).read("project.qde")
    csv, xlsx = table.to_csv(rows, columns), table.to_xlsx(rows, columns, "s")
    return {
        "qdpx": lambda rng: entered(
            read_qdpx(damaged(packed, rng), "x"), empty_dossier(dossier.register.key), {}
        ),
        "qde": lambda rng: entered(read_qdpx(project(damaged(qde, rng)), "x"), dossier, {}),
        "qdc": lambda rng: read_qdc(damaged(to_qdc(dossier), rng), "x"),
        "csv": lambda rng: table.read_statements(
            table.from_csv(damaged(csv, rng), "x"), dossier, {}, "x", ""
        ),
        "xlsx": lambda rng: table.from_xlsx(damaged(xlsx, rng), "x"),
        "annotations": lambda rng: annotated(
            damaged(inline(annotation_page(dossier)).encode(), rng), dossier
        ),
        "html": lambda rng: extract(damaged(PAGE.encode(), rng), "x.html"),
        "docx": lambda rng: extract(damaged(docx_bytes("One.", "Two."), rng), "x.docx"),
        "pdf": lambda rng: extract(damaged(pdf_bytes("Lake report"), rng), "x.pdf"),
    }


KINDS = ["qdpx", "qde", "qdc", "csv", "xlsx", "annotations", "html", "docx", "pdf"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.filterwarnings("ignore")
def test_a_damaged_file_is_read_or_refused(readers, kind):
    rng = random.Random(kind)
    for _ in range(25):
        try:
            readers[kind](rng)
        except BackstopError as error:
            assert str(error)


@pytest.mark.parametrize("name", ["dossier.yaml", "sources.yaml", "statements.jsonl", "propositions.yaml"])
def test_a_damaged_dossier_is_read_or_refused(tmp_path, name):
    rng = random.Random(name)
    folder = tmp_path / "dossier"
    shutil.copytree(UKRAINE / "dossier", folder)
    whole = (folder / name).read_bytes()
    for _ in range(25):
        (folder / name).write_bytes(damaged(whole, rng))
        try:
            store.read(folder)
        except BackstopError as error:
            assert str(error)
