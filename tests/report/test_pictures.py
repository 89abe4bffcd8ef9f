"""Pictures as a browser shows them: all text inside and uncovered, colours that can be read, files that hold them."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from tests.report.conftest import material_of
from tests.support import report_studies
from tests.support.boxes import WIDTHS, measured
from tests.support.browser import Watch

from backstop.report.content import Report
from backstop.report.drawing import palette
from backstop.report.drawing.lettering import width, wrapped
from backstop.report.drawing.sheet import NARROW, WIDE, overlap
from backstop.report.material.gathering import Request, gathered
from backstop.report.render.figures import comma_separated, links, png, sheet, svg
from backstop.report.render.html import html
from backstop.report.render.pdf import BROWSERS
from backstop.report.sections.whole import written
from backstop.scenario.study import load

SVG = "{http://www.w3.org/2000/svg}"
EXAMPLES = Path(__file__).parents[2] / "examples"
needs_browser = pytest.mark.skipif(
    not any(map(shutil.which, BROWSERS)), reason="no Chromium is installed to lay out pages with"
)


@pytest.fixture(scope="module")
def long_report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return written(material_of(report_studies.long_titled(), tmp_path_factory.mktemp("long")))


def _sound(pages: dict[str, Report], folder: Path) -> None:
    """All text of all pictures lies inside and uncovered at every width, and each picture takes its whole place."""
    found = measured({name: html(report) for name, report in pages.items()}, folder)
    for name, report in pages.items():
        own = [one for one in found if one["study"] == name]
        assert len(own) == len(WIDTHS) * len(list(report.figures()))
    assert [(one["study"], one["figure"], one["width"], one["bad"]) for one in found if one["bad"]] == []
    assert all(int(str(one["texts"])) > 1 for one in found)
    assert all(one["sideways"] == 0 for one in found), "a page can be moved sideways"
    assert all(float(str(one["share"])) > 0.99 for one in found)


@needs_browser
def test_no_text_is_cut_or_covered(small_report: Report, long_report: Report, tmp_path: Path) -> None:
    _sound({"small": small_report, "long": long_report}, tmp_path)


@needs_browser
@pytest.mark.slow
@pytest.mark.parametrize("name", ["ukraine-2025", "korea-1953", "ladder"])
def test_no_text_of_an_example_is_cut_or_covered(name: str, tmp_path: Path) -> None:
    folder = EXAMPLES / name
    report = written(gathered(load(folder), folder, Request(worlds=512), "backstop report"))
    assert len(html(report).encode()) < 1_000_000
    _sound({name: report}, tmp_path)


@pytest.mark.parametrize("wide", [WIDE, NARROW])
def test_text_lies_inside_by_its_own_measure(long_report: Report, wide: float) -> None:
    """The same without a browser, by the widths the drawings are laid out with."""
    figures = list(long_report.figures())
    assert len(figures) > 7
    for figure in figures:
        drawn = sheet(figure, wide).lettered
        for at, one in enumerate(drawn):
            assert one.box[0] >= -0.01 and one.box[2] <= wide + 0.01, (figure.name, one)
            assert not [o for o in drawn[at + 1 :] if overlap(one.box, o.box, -2.5)], (figure.name, one)


def test_long_titles_are_whole(long_report: Report) -> None:
    """Every word of a title of 60 characters is drawn, in as many lines as it needs."""
    figure = next(f for f in long_report.figures() if f.name == "arrangements")
    drawn = " ".join(one.text for one in figure.drawn(NARROW).lettered)
    for number in range(1, 12):
        assert f"{report_studies.LONG[:57]} {number}" in drawn


def test_text_can_be_read_on_what_it_stands_on() -> None:
    assert len(palette.COLOURS) > 15
    for page in (0, 1):
        paper = palette.COLOURS["paper"][page]
        for ink in ("ink", "quiet"):
            assert palette.contrast(palette.COLOURS[ink][page], paper) >= palette.LEAST_CONTRAST
        for name, colours in palette.COLOURS.items():
            found = palette.contrast(palette.ink_on(name)[page], colours[page])
            assert found >= palette.LEAST_CONTRAST, name
            if name not in ("paper", "rule"):
                # A shape stands out from the page; those paler have an outline or words beside them.
                assert palette.contrast(colours[page], paper) > 1.3, name


def test_text_is_never_in_a_colour_that_fades(long_report: Report) -> None:
    texts = [t for figure in long_report.figures() for t in re.findall(r"<text [^>]*>", svg(figure))]
    assert len(texts) > 300
    for text in texts:
        assert not re.findall(r"f-(?!quiet|ink)\w+|opacity", text), text


def test_a_phone_gets_a_drawing_of_its_own(small_report: Report) -> None:
    for figure in small_report.figures():
        page, phone = figure.drawn(WIDE), figure.drawn(NARROW)
        assert (page.width, phone.width) == (WIDE, NARROW)
        assert not page.phone and phone.phone
    text = html(small_report)
    count = len(list(small_report.figures()))
    assert text.count('class="drawn f-ink on-page"') == text.count('class="drawn f-ink on-phone"') == count


def test_the_numbers_of_a_figure_can_be_taken_without_script(small_report: Report) -> None:
    figures = list(small_report.figures())
    assert len(figures) > 7
    for figure in figures:
        ((name, kind, numbers),) = re.findall(
            r"download='([^']+)' href='data:([^;]+);charset=utf-8,([^']*)'", links(figure)
        )
        assert (name, kind) == (f"{figure.name}.csv", "text/csv")
        assert figure.table is not None
        told = unquote(numbers.replace("&#39;", "'").replace("&amp;", "&")).removeprefix("\ufeff")
        rows = list(csv.reader(io.StringIO(told)))
        assert len(rows) == 1 + len(figure.table.rows) and len(rows[0]) == len(figure.table.columns)


@needs_browser
def test_a_figure_can_be_taken_as_svg_and_png(small_report: Report, watch: Watch, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(html(small_report), encoding="utf-8")
    figures = [figure for figure in small_report.figures() if figure.name in ("brief", "course", "claims")]
    assert len(figures) == 3
    with watch(allowed=("file://", "blob:", "data:")) as seen:
        seen.page.goto(page.as_uri())
        for figure in figures:
            buttons = seen.page.locator(f"#figure-{figure.name} .take button")
            assert buttons.all_inner_texts() == ["SVG", "PNG"]
            taken = {}
            for at, kind in enumerate(("svg", "png")):
                with seen.page.expect_download() as download:
                    buttons.nth(at).click()
                assert download.value.suggested_filename == f"{figure.name}.{kind}"
                taken[kind] = Path(download.value.path()).read_bytes()
            assert taken["png"].startswith(b"\x89PNG")
            # It says what the file written by --format svg says, at the same places.
            own, written = (ElementTree.fromstring(text) for text in (taken["svg"], svg(figure)))
            assert own.attrib == written.attrib
            words = [
                [(t.text, t.get("x"), t.get("y")) for t in one.iter(f"{SVG}text")] for one in (own, written)
            ]
            assert len(words[0]) > 8 and words[0] == words[1]
            assert len(list(own.iter())) - len(list(written.iter())) in (0, 1)  # the place of the picture
            assert ".f-ink" in (own.find(f"{SVG}style").text or "")


def test_a_figure_is_drawn_as_png(small_report: Report) -> None:
    figure = next(f for f in small_report.figures() if f.name == "claims")
    assert png(figure, 0.5).startswith(b"\x89PNG")


def test_no_cell_of_a_csv_is_run_as_a_formula(hostile_report: Report) -> None:
    cells = [
        cell
        for figure in hostile_report.figures()
        for row in csv.reader(io.StringIO(comma_separated(figure)))
        for cell in row
    ]
    assert len(cells) > 100
    assert not [c for c in cells if c[:1] in "=+@\t" and c]


def test_lines_fit_and_lose_nothing() -> None:
    texts = [
        "A force of monitors",
        "x" * 90,
        "和平協議能否持續十年取決於美國的承諾",
        "هل يصمد السلام عشر سنوات",
        "",
        "a  b",
    ]
    for text in texts:
        for most in (40.0, 120.0, 400.0):
            lines = wrapped(text, most, 13)
            assert all(width(line, 13) <= most for line in lines), (text, most)
            assert "".join("".join(lines).split()) == "".join(text.split())
