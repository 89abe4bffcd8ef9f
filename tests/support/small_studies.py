"""Small whole studies for tests that run the program from end to end."""

from __future__ import annotations

from pathlib import Path

PLEDGE = """\
format: backstop/1
title: A pledge between neighbours
question: Does the pledge keep the peace?
horizon: {years: 4, period: half-year}
actors:
  north: {name: North, discount: 0.8, noise: spread}
  south: {name: South, discount: 0.85, noise: 0.4}
measures:
  force:
    {title: Border force, by: south, range: [0, 100], cap: ceiling, cost: 0.4 * force, cost_unit: million}
  pledge: {title: Pledge, by: [south, north], range: [0, 1], in_phases: [peace], cost: 2 * pledge}
arrangements:
  bare: {title: Nothing}
  armed: {title: Force alone, measures: {force: 60}}
  both: {title: Force and pledge, measures: {force: 60, pledge: 1}}
parameters:
  spread: {uniform: [0.3, 0.8], basis: judgement}
  ceiling: {pert: [10, 30, 60], title: Largest force, unit: troops, basis: [S-1]}
  prize: {normal: [0.6, 0.2], bounds: [0, 1.2], basis: judgement}
  trace:
    experts:
      hawks: {uniform: [0.6, 0.8], weight: 2}
      doves: {beta: [2, 5]}
    basis: judgement
correlations:
  - [spread, ceiling, 0.4]
definitions:
  shield: troops * (1 + pledge)
  troops: force / (force + 20)
start: peace
phases:
  peace: {play: peacetime, payoffs: {north: 0.5, south: 0.6 - 0.1 * troops}}
  tension: {title: Tension, play: {actor: south, moves: {calm: quiet, answer: war_comes}}, payoffs: {south: -0.2}}
  war: {absorbing: true, payoffs: {north: -0.2, south: -0.4}}
trees:
  peacetime:
    actor: north
    moves:
      comply: quiet
      probe:
        chance:
          seen: {probability: trace, then: probed}
          unseen: {probability: otherwise, then: quiet}
      attack: attacked
outcomes:
  quiet: {next: peace}
  probed: {next: tension, payoffs: {north: 0.1}}
  attacked: {next: war, payoffs: {north: prize - shield, south: -1}}
  war_comes: {next: war, payoffs: {north: -0.5}}
metrics:
  lasting: {title: Peace lasts, avoid: [war]}
  early_war: {reach: [war], by_year: 1}
  at_peace: {occupy: [peace]}
  probes: {count: [probed]}
  calm_years: {duration: [peace], given: {avoid: [war]}}
  worth: {value: south}
"""
"""Two actors, three phases, four uncertain parameters of which two are correlated and one has camps; no observation."""

OBSERVED = (
    PLEDGE
    + """\
observations:
  cohort: {metric: early_war, arrangement: bare, level: case, observed: {beta: [3, 7]}, source: eight like cases}
"""
)
"""The same with a base rate that weights the worlds."""

HOSTILE = (
    PLEDGE.replace("title: A pledge between neighbours", 'title: "<script>alert(1)</script>"')
    .replace(
        "question: Does the pledge keep the peace?", 'question: "</title><img src=x onerror=alert(2)>\\u202e"'
    )
    .replace("bare: {title: Nothing}", 'bare: {title: "<b onmouseover=alert(3)>Nothing"}')
    .replace("title: Peace lasts", 'title: "&lt;Peace> [bold]lasts[/] {{ 7 * 7 }}"')
)
"""The same with titles that try to be a page's markup, a template's or a terminal's."""


def write(folder: Path, text: str) -> Path:
    """A study folder with `text` as its scenario; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scenario.yaml").write_text(text, encoding="utf-8")
    return folder
