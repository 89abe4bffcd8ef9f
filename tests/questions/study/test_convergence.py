"""How many worlds a study takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.small_studies import write

from backstop.questions.study.convergence import assessed_until
from backstop.scenario.study import load
from backstop.worlds.assessment import assess

RARE = """\
format: backstop/1
title: Something rare
horizon: {years: 1, period: year, tail_years: 0}
actors: {a: {discount: 0, noise: 1}}
arrangements: {only: {}}
parameters:
  x: {uniform: [0, 1], basis: judgement}
  y: {uniform: [0, 1], basis: judgement}
start: on
phases: {on: {absorbing: true, payoffs: {a: x > 0.999 and y > 0.9}}}
outcomes: {o: {next: on}}
metrics: {seen: {value: a}}
"""


def test_no_case_seen_is_not_no_error(tmp_path: Path) -> None:
    model = load(write(tmp_path, RARE))
    found = assessed_until(lambda worlds: assess(model, worlds, seed=2), "seen", 0.002, 50_000)
    assert found.looks[0].worlds == 256
    assert found.looks[0].mean == 0.0
    assert found.looks[0].se == pytest.approx(3 / 256)
    assert found.result.worlds >= 1500
    assert found.decision.reached


def test_what_cannot_vary_stops_at_once(tmp_path: Path) -> None:
    fixed = RARE.replace("x: {uniform: [0, 1]", "x: {value: 0.5").replace(
        "y: {uniform: [0, 1]", "y: {value: 0.5"
    )
    model = load(write(tmp_path, fixed))
    found = assessed_until(lambda worlds: assess(model, worlds, seed=2), "seen", 1e-9, 50_000)
    assert [look.worlds for look in found.looks] == [256]
    assert found.decision.reached
