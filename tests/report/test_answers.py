"""The charts of answers to single questions: that each has one, and that it says what the answer says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.support.small_studies import OBSERVED, PLEDGE, write

from backstop.questions.claims.judging import judge_claims
from backstop.questions.event import event
from backstop.questions.inquiry import Inquiry
from backstop.questions.study.conditions import conditions
from backstop.questions.study.forms import answers_by_form
from backstop.questions.study.packages import least_packages, measures_to_vary
from backstop.questions.study.robustness import robustness
from backstop.questions.study.sensitivity import sensitivity
from backstop.questions.study.sensitivity_results import Quantity, VarianceShares
from backstop.questions.study.value import value
from backstop.questions.weighted_worlds import weighted_worlds
from backstop.report.answers.every import answer_figures
from backstop.report.content import Figure
from backstop.report.drawing.sheet import NARROW, WIDE
from backstop.report.render.figures import as_dict
from backstop.scenario.study import load

CLAIMS = """\
claims:
  armed_helps: {text: Arms help., raises: {measures: [force], metric: lasting}}
"""
WORLDS, SEED = 512, 1
LASTING = Quantity("lasting", "bare")


def _sensitivity(method: str) -> Callable[[Inquiry], object]:
    return lambda inquiry: sensitivity(inquiry, LASTING, method)  # type: ignore[arg-type]


def _packages(inquiry: Inquiry) -> object:
    model = inquiry.model
    worlds = weighted_worlds(inquiry, {})
    return least_packages(
        worlds, event(model, "lasting >= 0.8"), 0.9, measures_to_vary(model, ["force", "pledge"], {})
    )


ASKED: dict[str, tuple[Callable[[Inquiry], object], list[str]]] = {
    "sobol": (_sensitivity("sobol"), ["drivers", "totals"]),
    "morris": (_sensitivity("morris"), ["screening"]),
    "tornado": (_sensitivity("tornado"), ["swings"]),
    "regional": (_sensitivity("regional"), ["separation"]),
    "conditions": (lambda of: conditions(of, "lasting < 0.5", "bare"), ["conditions"]),
    "packages": (_packages, ["packages"]),
    "robustness": (lambda of: robustness(of, "lasting", list(of.model.levels)), ["robustness"]),
    "value": (lambda of: value(of, list(of.model.levels), "worth"), ["value-of-knowing"]),
    "form": (lambda of: answers_by_form(of, ["lasting"], list(of.model.levels)), ["form-lasting"]),
    "claims": (lambda of: judge_claims(of), ["claims"]),
}


@pytest.mark.parametrize("name", ASKED)
def test_every_answer_has_its_charts(name: str, tmp_path: Path) -> None:
    ask, names = ASKED[name]
    text = PLEDGE + CLAIMS if name == "claims" else PLEDGE
    inquiry = Inquiry(load(write(tmp_path / "pledge", text)), WORLDS, SEED)
    figures = answer_figures(ask(inquiry), WORLDS, SEED)
    assert [figure.name for figure in figures] == names
    for figure in figures:
        _is_whole(figure)


def _is_whole(figure: Figure) -> None:
    """Words, numbers, a drawing for both widths whose every line fits, and a chart of Altair."""
    assert figure.title and figure.definition and figure.alternative
    assert figure.source.startswith("Source: A pledge between neighbours; ")
    assert figure.table is not None
    assert len(figure.table.rows) >= 1
    assert all(len(row) == len(figure.table.columns) for row in figure.table.rows)
    for width in (WIDE, NARROW):
        drawn = figure.drawn(width)
        assert len(drawn.lettered) >= 3
        assert all(one.box[0] >= -2 and one.box[2] <= width + 2 for one in drawn.lettered), width
    assert figure.chart().to_dict()
    told = as_dict(figure)
    assert str(told["wide"]).startswith("<svg ") and str(told["narrow"]).startswith("<svg ")


def test_figures_are_those_of_the_answer(tmp_path: Path) -> None:
    inquiry = Inquiry(load(write(tmp_path / "pledge", PLEDGE)), WORLDS, SEED)
    found = sensitivity(inquiry, LASTING)
    assert isinstance(found, VarianceShares)
    first, total = answer_figures(found, WORLDS, SEED)
    assert f"{found.solved:,} worlds, seed {SEED}" in first.source
    for figure, shares in ((first, found.first), (total, found.total)):
        assert figure.table is not None
        told = [float(share) for _, share, _ in figure.table.rows]
        most = sorted((of.mean for of in shares.values()), reverse=True)[: len(told)]
        assert told == pytest.approx(most, rel=1e-3, abs=1e-4)


def test_the_source_says_what_weighted_worlds_are_worth_and_what_was_set(tmp_path: Path) -> None:
    model = load(write(tmp_path / "pledge", OBSERVED)).with_values({"prize": 0.5})
    found = robustness(Inquiry(model, WORLDS, SEED), "lasting", list(model.levels))
    (figure,) = answer_figures(found, WORLDS, SEED)
    assert f"worth {found.effective_worlds:,.0f} after weighting" in figure.source
    assert "prize" in figure.source


def test_there_is_no_chart_where_there_is_nothing_to_draw(tmp_path: Path) -> None:
    model = load(write(tmp_path / "pledge", PLEDGE))
    inquiry = Inquiry(model, WORLDS, SEED)
    measures = measures_to_vary(model, ["force"], {})
    nothing = least_packages(weighted_worlds(inquiry, {}), event(model, "lasting >= 0"), 0.5, measures)
    assert [package.levels for package in nothing.minimal] == [{"force": 0.0}]
    assert answer_figures(nothing, WORLDS, SEED) == []
