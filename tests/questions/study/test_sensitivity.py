"""What a study's metrics hang on, where the answer is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.lottery import study

from backstop.base.faults import Refused
from backstop.questions.inquiry import Inquiry
from backstop.questions.study.sensitivity import sensitivity
from backstop.questions.study.sensitivity_results import Quantity, Screening
from backstop.scenario.study import load

STUDY = """
format: backstop/1
title: A sum
horizon: {years: 1, period: year, tail_years: 0}
actors: {a: {discount: 0, noise: 1}}
measures: {s: {by: a, range: [0, 1]}}
arrangements: {none: {}, some: {measures: {s: 0.3}}}
parameters:
  gdp: {uniform: [1, 2], basis: judgement}
  x: {uniform: [0, 1], basis: judgement}
  k: {discrete: {0: 97, 1: 3}, basis: judgement}
  three: {discrete: {0: 1, 5: 98, 6: 1}, basis: judgement}
start: on
phases: {on: {absorbing: true, payoffs: {a: FORMULA}}}
outcomes: {o: {next: on}}
metrics: {m: {value: a}}
"""


@pytest.mark.parametrize("method", ["sobol", "morris", "regional"])
def test_a_difference_of_rounding_is_refused(tmp_path: Path, method: str) -> None:
    model = load(study(tmp_path, STUDY.replace("FORMULA", "gdp * (1 - s) + gdp * s + 0.7 * x")))
    with pytest.raises(Refused, match=r"the same in all worlds \(0\)"):
        sensitivity(Inquiry(model, 256, threads=1), Quantity("m", "some", "none"), method)


def test_screening_reaches_rare_values(tmp_path: Path) -> None:
    model = load(study(tmp_path, STUDY.replace("FORMULA", "100 * k + x + three")))
    found = sensitivity(Inquiry(model, 512, threads=1), Quantity("m", "none"), "morris")
    assert isinstance(found, Screening)
    assert found.effects["k"].mu_star.mean == pytest.approx(100)
    assert found.effects["k"].sigma == pytest.approx(0.0, abs=1e-9)
    assert found.effects["x"].mu_star.mean == pytest.approx(1)
    # From 0 to 5 or from 5 to 6 in half of its range: effects of 10 and 2.
    assert 2 < found.effects["three"].mu_star.mean < 10
    assert found.effects["gdp"].mu_star.mean == 0.0
