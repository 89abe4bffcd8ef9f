"""A study whose answers can be worked out by hand: one year, one chance node, peace with probability `odds`.

x, z and idle are uniform on [0, 1]; odds = clip(x * guard + 0.3 * aid + 0.25 * z * extra, 0, 1). Nothing uses `idle`.
"""

from __future__ import annotations

from pathlib import Path

LOTTERY = """
format: backstop/1
title: A lottery
question: Does the peace come?
horizon: {years: 1}
actors:
  a: {discount: 0.5, noise: 1}
measures:
  guard: {by: a, range: [0, 1], cost: 10 * guard, cost_unit: gold}
  aid: {by: a, range: [0, 1], cost: 4 * aid, cost_unit: gold}
  extra: {by: a, range: [0, 1]}
  never: {by: a, range: [0, 1]}
  bend: {by: a, range: [0, 1]}
arrangements:
  nothing: {measures: {}}
  guarded: {measures: {guard: 1}}
  aided: {measures: {aid: 1}}
  both: {measures: {guard: 1, aid: 1}}
  mixed: {measures: {guard: 1, extra: 1}}
parameters:
  x: {uniform: [0, 1], basis: judgement}
  z: {uniform: [0, 1], basis: judgement}
  idle: {uniform: [0, 1], basis: judgement}
definitions:
  odds: clip(x * guard * (1 - 0.5 * extra) + 0.3 * aid + 0.25 * z * extra + 4 * bend * (1 - bend) * x, 0, 1)
start: talks
phases:
  talks:
    play:
      chance:
        works: {probability: odds, then: deal}
        fails: {probability: otherwise, then: quarrel}
    payoffs: {a: x}
  calm: {absorbing: true}
  fighting: {absorbing: true}
outcomes:
  deal: {next: calm}
  quarrel: {next: fighting}
metrics:
  peace: {reach: [calm]}
  war_if_peace: {reach: [fighting], given: {reach: [calm]}}
  always: {count: [deal], by_year: 0}
  worth: {value: a}
claims:
  needed: {necessary: {measures: [guard], for: peace >= 0.5}}
  never_needed: {necessary: {measures: [aid], for: peace >= 0.5}}
  enough: {sufficient: {measures: [guard], for: peace >= 0.5}}
  lifts: {raises: {measures: [aid], metric: peace}}
  sinks: {lowers: {measures: [aid], metric: peace}}
  add_up: {complements: {measures: [guard, aid], metric: peace, in: both}}
  least: {threshold: {measure: guard, for: peace >= 0.5, in: both}}
  band: {threshold: {measure: bend, for: peace >= 0.5 and peace > 0.9 * x, in: nothing}}
  said: {holds: {in: guarded, that: peace >= 0.25}}
  unknown: {holds: {in: nothing, that: war_if_peace >= 0.5}}
  silent: {sufficient: {measures: [never], for: peace >= 0.5}}
  lacking: {complements: {measures: [guard, aid], metric: peace, in: guarded}}
"""


def study(folder: Path, text: str = LOTTERY) -> Path:
    """A study folder with the scenario in it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    return folder


CAMPS = LOTTERY.replace(
    "x: {uniform: [0, 1], basis: judgement}",
    "x: {experts: {low: {uniform: [0, 0.5]}, high: {uniform: [0.5, 1], weight: 3}}, basis: judgement}",
)

OBSERVED = LOTTERY.replace(
    "claims:",
    "observations:\n  seen: {metric: peace, arrangement: guarded, level: case, observed: {beta: [3, 1]}}\nclaims:",
)
"""Weights x squared: the density of beta(3, 1) at peace = x."""
