"""The report's charts as objects of Altair."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import altair
import pytest
from tests.notebook.test_asking import KOREA, LADDER, UKRAINE, graph_analysis
from tests.support.command import run

import backstop
from backstop.base.faults import InvalidInput
from backstop.notebook.picture import Picture
from backstop.report.charts.style import furnished, svg
from backstop.report.charts.tree import chance_words
from backstop.report.material.gathering import of_assessment
from backstop.report.material.subject import subject_of
from backstop.report.render import figures as page
from backstop.report.sections.whole import written

DRAWN = ("phases", "tree")


@pytest.fixture(scope="module")
def result() -> Any:
    return backstop.assess(UKRAINE, worlds=128)


def drawn(chart: Any) -> str:
    return svg(chart.to_dict(validate=False))


def test_charts_are_drawn_as_on_the_page(result: Any) -> None:
    charts = backstop.plot.figures(result)
    content = written(of_assessment(result, None, subject_of(result), None, None, ""))
    figures = {figure.name: figure for figure in content.figures()}
    assert list(charts) == list(figures)
    assert len(charts) >= 6
    survival = next(name for name in figures if name.startswith("survival-"))
    for name, chart in charts.items():
        assert isinstance(chart, altair.VConcatChart)
        if name != "course":  # the largest by far
            assert drawn(chart) == svg(furnished(figures[name])), name
    assert drawn(backstop.plot.arrangements(result)) == drawn(charts["arrangements"])
    assert drawn(backstop.plot.signing_and_holding(result)) == drawn(charts["signing-and-holding"])
    assert drawn(backstop.plot.values(result)) == drawn(charts["values"])
    assert drawn(backstop.plot.costs(result)) == drawn(charts["costs"])
    assert drawn(backstop.plot.survival(result)) == drawn(charts[survival])
    assert backstop.plot.course(result).title["text"] == charts["course"].title["text"]


def test_verdicts_and_conflicts_are_drawn(result: Any) -> None:
    korea = backstop.assess(KOREA, worlds=256)
    assert len(backstop.plot.verdicts(backstop.claims(korea), korea)) == 1
    assert isinstance(backstop.plot.conflict(graph_analysis()), altair.VConcatChart)


def test_what_cannot_be_drawn_is_said(result: Any) -> None:
    ladder = backstop.assess(LADDER, 16)
    for draw in (backstop.plot.course, backstop.plot.survival, backstop.plot.costs):
        with pytest.raises(InvalidInput):
            draw(ladder)
    with pytest.raises(InvalidInput, match="no metric lasting_peaces has a course"):
        backstop.plot.survival(result, "lasting_peaces")
    with pytest.raises(InvalidInput, match="one arrangement"):
        backstop.plot.values(
            backstop.assess(KOREA, 128, arrangements=[next(iter(backstop.load(KOREA).levels))])
        )


def test_a_whole_report_gives_all_its_charts() -> None:
    report = backstop.report(LADDER, worlds=16)
    assert list(backstop.plot.figures(report)) == [figure.name for figure in report.figures()]
    assert len(list(report.figures())) >= 2


def test_the_map_and_the_tree_are_drawn_as_on_the_page(tmp_path: Path) -> None:
    report = backstop.report(KOREA, worlds=128)
    drawn_there = {figure.name: figure for figure in report.figures()}
    figures = backstop.plot.figures(report)
    assert all(isinstance(of, altair.VConcatChart) for name, of in figures.items() if name not in DRAWN)
    for name in DRAWN:
        picture = figures[name]
        assert isinstance(picture, Picture)
        assert picture.svg() == page.svg(drawn_there[name])
        assert picture._repr_svg_() == picture.svg()
        assert base64.b64encode(picture.svg().encode()).decode() in picture._repr_html_()
        assert 1 < len(repr(picture).splitlines()) <= 10
        assert len(picture.to_pandas()) >= 4
        for kind, begins in (("svg", b"<svg"), ("png", b"\x89PNG"), ("csv", b"\xef\xbb\xbf")):
            saved = picture.save(tmp_path / f"{name}.{kind.upper()}")
            assert saved.read_bytes().startswith(begins)
        with pytest.raises(InvalidInput, match=r"\.svg, \.png or \.csv"):
            picture.save(tmp_path / f"{name}.pdf")


def test_a_world_of_a_result_is_drawn_as_it_is_explained(result: Any) -> None:
    whole, other = backstop.plot.phases(result, "full_package"), backstop.plot.phases(result, "nothing")
    assert "under “Full package” alone" in whole.figure.note
    assert whole.svg() != other.svg()
    told = run("explain", UKRAINE, "--arrangement", "nothing", "--world", 7, "--year", 2, "--json").json
    tree = backstop.plot.tree(result, "nothing", "peace", world=7, year=2)
    assert "Of world 7 under “Nothing” alone" in tree.figure.note
    (peace,) = [phase for phase in told["phases"]["2"] if phase["phase"] == "peace"]
    moves = [move for node in peace["nodes"] for move in node["moves"]]
    rows = tree.figure.table.rows if tree.figure.table else ()
    assert [row[2] for row in rows] == [chance_words(move["probability"]) for move in moves]
    assert len(moves) > 5


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda of: backstop.plot.tree(of, "nothin"), "did you mean nothing"),
        (lambda of: backstop.plot.tree(of, phase="peac"), "did you mean peace"),
        (lambda of: backstop.plot.tree(of, phase="war"), "nothing is decided in war"),
        (lambda of: backstop.plot.tree(of, world="7"), "a world's number or the word central"),
        (lambda of: backstop.plot.tree(of, year=10), "periods begin at 0, 1, ... 9 years"),
        (lambda of: backstop.plot.phases(of, year=float("nan")), "periods begin at 0, 1, ... 9 years"),
        (lambda of: backstop.plot.phases(of, split="moon"), "no fact is called moon"),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_said(result: Any, draw: Any, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        draw(result)


def test_the_phases_are_split_by_a_fact(tmp_path: Path) -> None:
    assert run("new", tmp_path / "mine", "--template", "learning").code == 0
    found = backstop.assess(tmp_path / "mine", worlds=8)
    fact = next(iter(found.model.scenario.facts))
    assert backstop.plot.phases(found, split=fact).svg() != backstop.plot.phases(found).svg()
    assert backstop.plot.tree(found).figure.table is not None
