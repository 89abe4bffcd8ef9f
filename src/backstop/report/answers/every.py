"""The charts of any answer, as a report would draw them."""

from __future__ import annotations

from backstop.questions.claims.results import Claims
from backstop.questions.study.conditions import Conditions
from backstop.questions.study.forms import FormAnswers
from backstop.questions.study.packages import Packages
from backstop.questions.study.robustness import RobustnessScores
from backstop.questions.study.sensitivity_results import (
    Screening,
    Sensitivity,
    Separations,
    Swings,
    VarianceShares,
)
from backstop.questions.study.value import ValueOfInformation
from backstop.report.answers.choices import form_figures, robustness_figures, value_figures
from backstop.report.answers.claims import claims_figures
from backstop.report.answers.conditions import figures_of_conditions
from backstop.report.answers.drivers import driver_figures
from backstop.report.answers.packages import figures_of_packages
from backstop.report.content import Figure
from backstop.report.wording import source_line


def answer_figures(answer: object, worlds: int, seed: int) -> list[Figure]:
    """The charts of an answer on `worlds` worlds drawn with `seed`; none where there is nothing to draw."""
    if isinstance(answer, Sensitivity):
        return driver_figures(answer, source_line(answer.model, _solved(answer, worlds), seed))
    if isinstance(answer, Packages):
        return figures_of_packages(answer, source_line(answer.model, worlds, seed))
    if isinstance(answer, FormAnswers):
        return form_figures(answer, source_line(answer.model, worlds, seed))
    if not isinstance(answer, Claims | Conditions | RobustnessScores | ValueOfInformation):
        return []
    weighed = None if answer.effective_worlds >= worlds - 0.5 else answer.effective_worlds
    source = source_line(answer.model, worlds, seed, weighed)
    if isinstance(answer, Claims):
        return claims_figures(list(answer.results.values()), source, not answer.model.uncertain)
    if isinstance(answer, Conditions):
        return figures_of_conditions(answer, source)
    if isinstance(answer, RobustnessScores):
        return robustness_figures(answer, source)
    return value_figures(answer, source)


def _solved(answer: Sensitivity, worlds: int) -> int | None:
    """How many worlds were solved for an answer; None where they are single ones around the central one."""
    if isinstance(answer, Swings):
        return None
    if isinstance(answer, Screening):
        return answer.walks * (len(answer.effects) + 1)
    return answer.solved if isinstance(answer, VarianceShares | Separations) else worlds
