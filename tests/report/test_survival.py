"""Survival curves and the course of states."""

from __future__ import annotations

from pathlib import Path

from tests.report.conftest import material_of
from tests.support.small_studies import PLEDGE

from backstop.base.words import frequency
from backstop.report.sections.survival import families, survival_figure

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
