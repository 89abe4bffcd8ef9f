"""The charts of the report as objects of Altair, for notebooks: of a result, of claims, of a whole report.

Each chart is complete: its finding as title, what is shown as subtitle, source and note beneath. The map of the phases
and the game tree are no charts, but pictures that show and save themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from backstop.base.faults import InvalidInput
from backstop.base.words import did_you_mean
from backstop.notebook.picture import Picture
from backstop.questions.inquiry import known_arrangement
from backstop.report.content import Block, Figure, Report, Section
from backstop.worlds.result import Result

if TYPE_CHECKING:
    import altair

    from backstop.graphmodel.analysis import Analysis
    from backstop.questions.claims.results import Claims
    from backstop.report.material.gathering import Material
    from backstop.scenario.model import Model
    from backstop.worlds.tracing.traced import PhaseTrace, WorldTrace

    Chart: TypeAlias = altair.VConcatChart


def figures(of: Report | Result) -> dict[str, Chart | Picture]:
    """All figures of a report, or those of a result alone, by name, in their order."""
    from backstop.report.sections import arrangements, survival
    from backstop.report.sections.brief.page import section as brief

    if isinstance(of, Report):
        return {figure.name: _shown(figure) for figure in of.figures()}
    found = _material(of)
    body = (brief(found), arrangements.section(found), survival.section(found))
    blocks = [block for section in body for block in _blocks(section)]
    # As on the page: what is looked up comes after what is read through.
    blocks += [*survival.annex(found), *arrangements.annexed_figures(found)]
    return {block.name: _shown(block) for block in blocks if isinstance(block, Figure)}


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


def phases(
    result: Result,
    arrangement: str | None = None,
    world: int | str = "central",
    year: float | None = None,
    split: str | None = None,
) -> Picture:
    """The phases of one world as a map: what each actor gets there a year, and how likely what follows is.

    `arrangement`: the first one where none is named; `world`: a number, or the central one; `year`: in which a period
    begins, else that which the report draws. Where facts tell phases apart each phase of the file is drawn once, and
    once for each value of the fact `split`. Raises InvalidInput for unknown names.
    """
    from backstop.report.sections.game import central_period, map_figure

    model = result.model
    if split is not None and split not in model.scenario.facts:
        facts = list(model.scenario.facts)
        hint = did_you_mean(split, facts, "fact") if facts else "the study has no facts"
        raise InvalidInput(f"no fact is called {split}", hint=hint)
    period = central_period(model) if year is None else _period(model, year)
    of = _traced(result, arrangement, world, period)
    return Picture(map_figure(_material(result), of, period, split))


def tree(
    result: Result,
    arrangement: str | None = None,
    phase: str | None = None,
    world: int | str = "central",
    year: float = 0.0,
) -> Picture:
    """What is played in a phase of one world as a tree: who decides, how likely each branch is, where it leads.

    `phase`: the first one in which something is played where none is named; the others as for `phases`. Raises
    InvalidInput for unknown names, and for a phase in which nothing is played.
    """
    from backstop.report.sections.game import tree_figure

    period = _period(result.model, year)
    of = _traced(result, arrangement, world, period)
    return Picture(tree_figure(_material(result), of, _played(of.phases[period], phase)))


def _period(model: Model, year: float) -> int:
    found = model.scenario.horizon.period_from(year)
    if found is None:
        raise InvalidInput(f"year {year:g}: periods begin at {model.scenario.horizon.beginnings} years")
    return found


def _traced(result: Result, arrangement: str | None, world: int | str, period: int) -> WorldTrace:
    """One world of a result in full."""
    from backstop.worlds.trace import CENTRAL, trace

    if world != CENTRAL and (not isinstance(world, int) or isinstance(world, bool)):
        raise InvalidInput(f"world {world!r}: give a world's number or the word {CENTRAL}")
    name = known_arrangement(result.model, arrangement)
    return trace(result.model, name, world, result.seed, result.information, (period,))


def _played(phases: Sequence[PhaseTrace], name: str | None) -> PhaseTrace:
    """The phase of that name, of those that facts or types make of it the likeliest; the first played, for None."""
    known = {phase.phase for phase in phases} | {phase.phase.partition("[")[0] for phase in phases}
    if name is not None and name not in known:
        raise InvalidInput(f"no phase is called {name}", hint=did_you_mean(name, known, "phase"))
    alike = [
        phase for phase in phases if name is None or name in (phase.phase, phase.phase.partition("[")[0])
    ]
    played = [phase for phase in alike if phase.nodes]
    if not played:
        where = "in any phase" if name is None else f"in {name}"
        raise InvalidInput(f"nothing is decided {where}, so there is no tree to draw")
    return played[0] if name is None else max(played, key=lambda phase: phase.share)


def conflict(analysis: Analysis) -> Chart:
    """The states of a conflict and the moves between them, with what is stable; a table where they are over 64."""
    from backstop.graphmodel.show.drawing import drawing
    from backstop.report.charts.conflict import conflict_figure

    return chart_of(conflict_figure(drawing(analysis)))


def chart_of(figure: Figure) -> Chart:
    """A figure of the report as an Altair chart, with its title, subtitle and foot."""
    from backstop.report.charts.style import complete

    return complete(figure)


def _shown(figure: Figure) -> Chart | Picture:
    return chart_of(figure) if figure.charted else Picture(figure)


def _blocks(section: Section | None) -> Sequence[Block]:
    return () if section is None else section.blocks


def _material(result: Result, claims: Claims | None = None) -> Material:
    from backstop.report.material.gathering import of_assessment
    from backstop.report.material.subject import subject_of

    return of_assessment(result, None, subject_of(result), None, claims, "")
