"""The charts of the report as objects of Altair, for notebooks: of a result, of claims, of a whole report.

Each chart is complete: its finding as title, what is shown as subtitle, source and note beneath.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.report.content import Block, Figure, Report, Section
from backstop.worlds.result import Result

if TYPE_CHECKING:
    import altair

    from backstop.graphmodel.analysis import Analysis
    from backstop.questions.claims.results import Claims
    from backstop.report.material.gathering import Material

    Chart: TypeAlias = altair.VConcatChart


def figures(of: Report | Result) -> dict[str, Chart]:
    """All charts of a report, or those of a result alone, by name, in their order."""
    from backstop.report.sections import arrangements, survival
    from backstop.report.sections.brief.page import section as brief

    if isinstance(of, Report):
        return {figure.name: chart_of(figure) for figure in of.figures()}
    found = _material(of)
    body = (brief(found), arrangements.section(found), survival.section(found))
    blocks = [block for section in body for block in _blocks(section)]
    # As on the page: what is looked up comes after what is read through.
    blocks += [*survival.annex(found), *arrangements.annexed_figures(found)]
    return {block.name: chart_of(block) for block in blocks if isinstance(block, Figure)}


def arrangements(result: Result) -> Chart:
    """The first metrics by arrangement: means with the interval in which nine worlds of ten lie."""
    from backstop.report.sections.arrangements import metrics_figure

    return chart_of(metrics_figure(_material(result)))


def signing_and_holding(result: Result) -> Chart:
    """How likely each arrangement is to be signed, against how well it holds.

    Raises InvalidInput where the study measures only one of them.
    """
    from backstop.report.sections.arrangements import tension_figure

    def figure() -> Figure:
        found = tension_figure(_material(result))
        if found is None:
            raise InvalidInput("the study does not measure both signing and holding, or has one arrangement")
        return found

    return chart_of(figure())


def values(result: Result) -> Chart:
    """What each actor gains or loses against the first arrangement, on the same worlds."""
    from backstop.report.sections.arrangements import values_figure

    if len(result.arrangements) < 2:
        raise InvalidInput("there is one arrangement, so nothing to compare", hint="assess two or more")
    return chart_of(values_figure(_material(result)))


def costs(result: Result) -> Chart:
    """The expected cost of each arrangement by who pays it. Raises InvalidInput where no measure has a cost."""
    from backstop.report.sections.arrangements import costs_figure

    if not any(of.controllers for of in result.arrangements.values()):
        raise InvalidInput("no measure of the study has a cost", hint="add cost: to a measure")
    return chart_of(costs_figure(_material(result)))


def survival(result: Result, metric: str | None = None) -> Chart:
    """How a metric goes over time under each arrangement; the first one that has a course where none is named.

    Raises InvalidInput for a metric without a course over time.
    """
    from backstop.report.sections.survival import families, survival_figure

    found = _material(result)
    every = families(found) if result.model.periods > 1 else []
    chosen = [family for family in every if metric is None or metric in family]
    if not chosen:
        known = [name for family in every for name in family]
        hint = did_you_mean(metric, known, "metric") if metric is not None else "the study asks for none"
        raise InvalidInput(f"no metric {metric or 'of something lasting'} has a course over time", hint=hint)
    return chart_of(survival_figure(found, chosen[0]))


def course(result: Result) -> Chart:
    """In which state things are, year by year, under each arrangement. Raises InvalidInput for one period alone."""
    from backstop.report.sections.survival import course_figure

    if result.model.periods < 2:
        raise InvalidInput("the study has one period, so nothing goes over time")
    return chart_of(course_figure(_material(result)))


def verdicts(claims: Claims, result: Result) -> list[Chart]:
    """The verdicts on claims, judged on the worlds of a result, in one chart or more."""
    from backstop.report.sections.claims import annex

    blocks = _blocks(annex(_material(result, claims)))
    return [chart_of(block) for block in blocks if isinstance(block, Figure)]


def conflict(analysis: Analysis) -> Chart:
    """The states of a conflict and the moves between them, with what is stable; a table where they are over 64."""
    from backstop.graphmodel.show.drawing import drawing
    from backstop.report.charts.conflict import conflict_figure

    return chart_of(conflict_figure(drawing(analysis)))


def chart_of(figure: Figure) -> Chart:
    """A figure of the report as an Altair chart, with its title, subtitle and foot."""
    from backstop.report.charts.style import complete

    return complete(figure)


def _blocks(section: Section | None) -> Sequence[Block]:
    return () if section is None else section.blocks


def _material(result: Result, claims: Claims | None = None) -> Material:
    from backstop.report.material.gathering import of_assessment
    from backstop.report.material.subject import subject_of

    return of_assessment(result, None, subject_of(result), None, claims, "")
