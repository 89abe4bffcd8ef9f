"""Figures so large that their squares are no numbers."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.small_studies import write

from backstop.base.faults import Refused
from backstop.questions.inquiry import Inquiry
from backstop.questions.study.sensitivity import first_order_shares, sensitivity
from backstop.questions.study.sensitivity_results import Quantity
from backstop.questions.weighted_worlds import worlds_under
from backstop.scenario.study import load

WIDE = """\
format: backstop/1
title: Wide
horizon: {years: 1, period: year, tail_years: 0}
actors: {a: {discount: 0, noise: 1}}
arrangements: {only: {}}
parameters: {x: {loguniform: [1.0e-200, 1.0e+200], basis: judgement}}
start: on
phases: {on: {absorbing: true, payoffs: {a: x}}}
outcomes: {o: {next: on}}
metrics: {v: {value: a}}
"""


def test_a_variance_that_is_no_number_is_refused(tmp_path: Path) -> None:
    inquiry = Inquiry(load(write(tmp_path, WIDE)), worlds=256)
    with pytest.raises(Refused, match="too large for its variance"):
        sensitivity(inquiry, Quantity("v", "only"))
    found = worlds_under(inquiry, ["only"], ["v"])
    with pytest.raises(Refused, match="too large for its variance"):
        first_order_shares(found, found.metric("v", "only"), None, "v")
