"""The report's charts as objects of Altair."""

from __future__ import annotations

from typing import Any

import altair
import pytest
from tests.notebook.test_asking import KOREA, LADDER, UKRAINE, graph_analysis

import backstop
from backstop.base.faults import InvalidInput
from backstop.report.charts.style import furnished, svg
from backstop.report.material.gathering import of_assessment
from backstop.report.material.subject import subject_of
from backstop.report.sections.whole import written


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
