"""Survival curves and the course of states."""

from __future__ import annotations

from pathlib import Path

from tests.report.conftest import material_of
from tests.support import report_studies
from tests.support.small_studies import PLEDGE

from backstop.base.words import frequency
from backstop.report.sections.survival import course_figure, drawn_of, families, survival_figure

DATED = PLEDGE.replace(
    "lasting: {title: Peace lasts, avoid: [war]}",
    "lasting: {title: Peace lasts two years, avoid: [war], by_year: 2}",
)


def test_a_headline_tells_the_year_of_its_metric(tmp_path: Path) -> None:
    found = material_of(DATED, tmp_path)
    figure = survival_figure(found, families(found)[0])
    summaries = [a.metrics["lasting"] for a in found.result.arrangements.values()]
    ends = [max(summaries, key=lambda of: of.mean or 0), min(summaries, key=lambda of: of.mean or 0)]
    assert frequency(ends[0].mean, ends[0].se) != frequency(ends[1].mean, ends[1].se)
    for end in ends:
        assert frequency(end.mean, end.se) in figure.title
    assert figure.alternative.startswith("After 2 years: ")


def test_of_many_arrangements_that_looked_into_is_drawn_and_the_numbers_have_all(tmp_path: Path) -> None:
    more = "".join(f"  a{n}: {{title: Force of {n}, measures: {{force: {n}}}}}\n" for n in range(1, 14))
    # The best one comes last.
    more += "  best: {title: The best of all, measures: {force: 40, pledge: 1}}\n"
    text = report_studies.small().replace("parameters:\n", more + "parameters:\n", 1)
    found = material_of(text, tmp_path)
    assert found.subject.focus == "best" and len(found.result.arrangements) == 16
    drawn = drawn_of(found)
    assert len(drawn) == 12 and drawn[0] == "bare" and drawn[-1] == "best"
    for figure in (survival_figure(found, families(found)[0]), course_figure(found)):
        assert (
            "Drawn are 12 of 16 arrangements" in figure.note and "\u201cThe best of all\u201d" in figure.note
        )
        words = " ".join(one.text for one in figure.drawn(840.0).lettered)
        assert "The best of all" in words and "Force of 13" not in words
        assert figure.table is not None
        assert {row[0] for row in figure.table.rows} >= {"Bare truce", "The best of all", "Force of 13"}
    assert "of 16 arrangements" in course_figure(found).title or "under 16" in course_figure(found).title
