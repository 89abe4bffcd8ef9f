"""Inputs on which floating point is easily wrong: moves far apart, ties, clocks, values past the largest double."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest

from backstop.base.faults import InvalidInput
from backstop.scenario.check.scenario import read_scenario
from backstop.scenario.model import Model, compile_scenario
from backstop.worlds.assessment import assess


def model(text: str) -> Model:
    document, scenario, notes = read_scenario(("format: backstop/1\n" + text).encode(), "scenario.yaml")
    return compile_scenario(scenario, document.place, notes=notes)


CHOICE = """\
title: A choice beside a very bad move
horizon: {{years: 1, tail_years: 0}}
actors:
  a: {{discount: 0.5, noise: 0.5}}
  b: {{discount: 0.5, noise: 1}}
parameters: {{penalty: {{value: 1e12}}}}
arrangements: {{only: {{}}}}
start: now
phases:
  now: {{play: {{actor: a, moves: {{{moves}}}}}}}
  after: {{absorbing: true}}
outcomes:
  good: {{next: after, payoffs: {{a: 0.5, b: 1}}}}
  fair: {{next: after, payoffs: {{a: 0.1, b: 0.3}}}}
  bad: {{next: after, payoffs: {{a: -penalty, b: -penalty}}}}
metrics: {{mover: {{value: a}}, other: {{value: b}}}}
"""


@pytest.mark.parametrize("order", list(itertools.permutations(("good", "fair", "bad"))))
@pytest.mark.parametrize("information", ["agent_error", "private_payoffs"])
def test_a_very_bad_move_takes_nothing_from_the_others(order: tuple[str, ...], information: str) -> None:
    text = CHOICE.format(moves=", ".join(f"{name}: {name}" for name in order))
    found = assess(model(text), 16, information=information).arrangements["only"].metrics  # type: ignore[arg-type]
    good = 1 / (1 + math.exp(-0.8))
    mean = 0.5 * good + 0.1 * (1 - good)
    maximum = 0.5 * math.log(math.exp(1.0) + math.exp(0.2))
    mover = mean if information == "agent_error" else maximum
    assert found["mover"].mean == pytest.approx(mover, rel=1e-14)
    assert found["other"].mean == pytest.approx(good + 0.3 * (1 - good), rel=1e-14)


TIES = """\
title: Two moves of one worth, reached by different sums
horizon: {years: 1}
actors: {a: {discount: 0.9, noise: 0}}
parameters: {x: {uniform: [-1, 1]}}
arrangements: {only: {}}
start: now
phases:
  now:
    play:
      actor: a
      moves:
        split: {chance: {one: {probability: 0.3, then: gains}, two: {probability: otherwise, then: gains_too}}}
        whole: takes
  first: {absorbing: true, payoffs: {a: 0.3}}
  second: {absorbing: true, payoffs: {a: 0.1 + 0.2}}
outcomes:
  gains: {next: first, payoffs: {a: x / 3}}
  gains_too: {next: first, payoffs: {a: x / 3}}
  takes: {next: second, payoffs: {a: x * (1 / 3)}}
metrics: {reached: {reach: [second]}}
"""


def test_ties_hidden_by_rounding_are_split() -> None:
    sample = assess(model(TIES), 2_000).arrangements["only"].samples["reached"]
    assert (sample == 0.5).all()


CLOCK = """\
title: A measure in force for some months
horizon: {{years: 2, period: month, tail_years: 0}}
actors: {{a: {{discount: 0.5, noise: 1}}}}
measures: {{aid: {{by: a, range: [0, 1], default: 1, when: "{condition}", cost: 12 * aid}}}}
arrangements: {{only: {{}}}}
start: on
phases: {{on: {{absorbing: true, payoffs: {{a: 12 * aid}}}}, off: {{absorbing: true}}}}
outcomes: {{o: {{next: "off"}}}}
metrics: {{worth: {{value: a}}}}
"""


@pytest.mark.parametrize(
    ("condition", "months"),
    [(f"years < {k}/12", range(k)) for k in (1, 5, 7, 10, 14, 17, 20, 23)]
    + [("years == 7/12", range(7, 8)), ("years >= 14/12", range(14, 24)), ("t < 7", range(7))],
)
def test_months_are_twelfths_of_a_year(condition: str, months: range) -> None:
    found = assess(model(CLOCK.format(condition=condition)), 16).arrangements["only"]
    assert found.costs["aid"].mean == pytest.approx(len(months), rel=1e-12)
    worth = sum(0.5 ** (month / 12) for month in months)
    assert found.metrics["worth"].mean == pytest.approx(worth, rel=1e-12)


OVERFLOW = """\
title: A value past the largest double
horizon: {years: 1}
actors: {a: {discount: patience, noise: 1}}
parameters: {large: {value: 1e300}, patience: {value: 0.9}, idle: {uniform: [0, 1]}}
arrangements: {only: {}}
start: choice
phases:
  choice: {play: {actor: a, moves: {x: p, y: q}}}
  rich: {absorbing: true, payoffs: {a: large}}
  richer: {absorbing: true, payoffs: {a: 2 * large}}
outcomes: {p: {next: rich}, q: {next: richer}}
metrics: {richer_reached: {reach: [richer]}, v: {value: a}}
"""


def test_a_value_that_is_not_finite_is_refused() -> None:
    study = model(OVERFLOW)
    found = assess(study, 32).arrangements["only"]
    assert found.metrics["richer_reached"].mean == 1
    assert np.isfinite(found.samples["v"]).all()
    with pytest.raises(InvalidInput) as caught:
        assess(study.with_values({"patience": 1 - 1e-10}), 32)
    message = str(caught.value)
    assert "the value of rich to a is not finite (year 0) in world 0" in message
    assert "scenario.yaml:10:9 phases.rich" in message


def test_the_same_command_gives_the_same_bytes() -> None:
    texts = {json.dumps(assess(model(TIES), 300, threads=n).as_dict()) for n in (1, 1, 2, 5)}
    assert len(texts) == 1
