"""Broken scenario files: what is changed in a sound one, where the fault is (the line with §), what must be said."""

from __future__ import annotations

BASE = """\
format: backstop/1
title: A border
question: Does the pledge deter?
horizon: {years: 10, period: year}
actors:
  north: {name: North, discount: 0.85, noise: spread}
  south: {name: South, discount: 0.9, noise: 0.3}
measures:
  force:
    by: [south]
    range: [0, 100]
    default: 0
    in_phases: [peace]
    when: years < 5
    cap: ceiling
    cost: 0.4 * force
  pledge: {by: south, range: [0, 1]}
arrangements:
  bare: {title: Bare}
  both: {measures: {force: 30, pledge: 1}}
parameters:
  spread: {uniform: [0.1, 0.4], basis: judgement, low: n, high: m}
  ceiling: {pert: [10, 30, 60], basis: [S-1], low: n, high: m}
  p_win: {normal: [0.5, 0.1], bounds: [0, 1], basis: judgement, low: n, high: m}
  prize: {value: 1, basis: judgement}
  trace:
    experts:
      hawks: {uniform: [0.4, 0.8], weight: 2}
      doves: {beta: [2, 3]}
    low: n
    high: m
    basis: judgement
correlations:
  - [spread, ceiling, 0.4]
  - [ceiling, p_win, 0.2]
definitions:
  troops: force / (force + 20)
  pressure: max(troops, 0.1)
start: peace
phases:
  peace: {play: peacetime, payoffs: {north: -0.1 * troops}}
  tension:
    play: {actor: south, moves: {calm: quiet, stay: probed}}
  war: {absorbing: true}
trees:
  peacetime:
    actor: north
    moves:
      comply: quiet
      probe:
        chance:
          seen: {probability: trace, then: probed}
          unseen: {probability: otherwise, then: quiet}
      attack: response
  response:
    actor: south
    noise: 0.2
    bound: {fight: 0.3 * pledge}
    moves: {fight: joint_war, yield: lone_war}
outcomes:
  quiet: {next: peace}
  probed: {next: tension, payoffs: {north: 0.1, south: -0.1}}
  joint_war: {next: war, payoffs: {north: p_win * prize - 1}}
  lone_war: {next: war, payoffs: {north: pressure}}
metrics:
  lasting: {avoid: [war]}
  early: {reach: [war], by_year: 2, from: tension}
  probes: {count: [probed], given: {avoid: [war]}}
  worth: {value: south}
observations:
  cohort: {metric: early, arrangement: bare, level: case, observed: {beta: [3, 5]}}
claims:
  needed: {text: Needed., necessary: {measures: [pledge], for: lasting >= 0.5}}
  joint: {complements: {measures: [force, pledge], metric: lasting, in: both}}
  level: {threshold: {measure: force, for: lasting >= 0.5, in: both}}
"""

# (what is replaced, by what, words that the message must hold)
BROKEN: tuple[tuple[str, str, str], ...] = (
    # The YAML itself
    ("title: A border", "title: §A: border", "colon quotes"),
    ("title: A border", 'title: §"A border', "quotation never closed"),
    ("title: A border", "§\ttitle: A border", "tab spaces"),
    ("title: A border", "title: A border\n§title: B", "title is given twice first at line 2"),
    ("  quiet: {next: peace}", "  quiet: §&a {next: peace}", "anchor &a"),
    ("start: peace", "start: §*peace", "alias"),
    ("start: peace", "start: §!!str peace", "tag"),
    ("start: peace", "§<<: {}\nstart: peace", "merge key"),
    ("start: peace", "§---\nstart: peace", "second document"),
    ("years: 10", "years: §.inf", ".inf finite"),
    ("years: 10", "years: §.nan", ".nan finite"),
    ("years: 10", "years: §1e999", "too large"),
    ("{north: pressure}", "{north: §max(troops, 0.2)}", "splits max(troops, 0.2) comma quotes"),
    (
        "{north: pressure}",
        "{north: §clip(troops, 0, max(1, 2)) * 3}",
        "clip(troops, 0, max(1, 2)) * 3 quotes",
    ),
    ("  quiet: {next: peace}", "  quiet: §{next: peace", "not closed"),
    ("  war: {absorbing: true}", "  war: {absorbing: true}\n §odd: 1", "indentation"),
    ("start: peace", "start: §@peace", "cannot start with @"),
    ("start: peace", "start: peace§\x07", "control character U+0007"),
    ("question: Does", 'question: §"\\x1b[2J" #', "control character"),
    ("start: peace", "§? [a]\n: peace\nstart: peace", "single word"),
    # Shape
    ("format: backstop/1\n", "§", "no format required"),
    ("format: backstop/1", "format: §backstop/2", "backstop/2 backstop/1"),
    ("title: A border", "title: §2024", "text 2024 quotes"),
    ("question: Does the pledge deter?", "§question:", "nothing is written"),
    ("question:", "§querstion:", "querstion question"),
    ("{years: 10, period: year}", "§{period: year}", "years required"),
    ("years: 10", "years: §ten", "number 'ten'"),
    ("years: 10", "years: §true", "number true"),
    ("period: year", "period: §week", "week month"),
    ("discount: 0.85, ", "", "discount required"),
    ("discount: 0.85", "discount: §true", "expression true"),
    ("range: [0, 100]", "range: §[0]", "two numbers"),
    ("range: [0, 100]", "range: [0, §high]", "number 'high'"),
    ("by: [south]", "by: §3", "list number 3"),
    ("default: 0", "§defualt: 0", "default"),
    ("avoid: [war]}\n  early", "avoid: §war}\n  early", "list [war]"),
    ("avoid: [war]}\n  early", "avoid: §[]}\n  early", "at least one"),
    ("absorbing: true", "absorbing: §yes", "true or false 'yes'"),
    ("actor: north\n", "§actr: north\n", "actr actor"),
    ("moves: {fight: joint_war, yield: lone_war}", "moves: §{}", "at least one"),
    ("comply: quiet", "comply: §3", "outcome tree number 3"),
    ("comply: quiet", "comply: §{mvoes: {}}", "decision chance mvoes"),
    ("seen: {probability: trace, then: probed}", "seen: §{probability: trace}", "then required"),
    ("  spread: {", "  §7: {value: 1}\n  spread: {", "7 quotes"),
    ("  spread: {", "  unsaid: {experts: §{}}\n  spread: {", "at least one"),
    ("[spread, ceiling, 0.4]", "§[spread, ceiling]", "parameters number"),
    ("[spread, ceiling, 0.4]", "[spread, ceiling, §high]", "number 'high'"),
    ("observed: {beta: [3, 5]}", "observed: {§betta: [3, 5]}", "betta beta"),
    ("{measures: [pledge], for:", "{measures: [pledge], §fro:", "fro for"),
    # Names
    ("  north: {", "  §2north: {", "2north name"),
    ("  spread: {", "  §years: {value: 1}\n  spread: {", "years meaning"),
    ("  troops: force", "  §max: 1\n  troops: force", "max meaning"),
    ("  troops: force", "  §spread: 1\n  troops: force", "spread already parameter"),
    ("start: peace", "start: §paece", "phase paece peace"),
    ("start: peace", "start: §quiet", "quiet is an outcome phase"),
    ("play: peacetime", "play: §peacetim", "tree peacetime"),
    ("next: tension", "next: §tensoin", "phase tension"),
    ("attack: response", "attack: §respnse", "respnse response"),
    ("actor: north\n", "actor: §nort\n", "actor north"),
    ("payoffs: {north: 0.1,", "payoffs: {§norht: 0.1,", "actor north"),
    ("by: [south]", "by: [§suoth]", "actor south"),
    ("in_phases: [peace]", "in_phases: [§piece]", "phase peace"),
    ("{force: 30,", "{§fource: 30,", "measure force"),
    ("count: [probed]", "count: [§probbed]", "outcome probed"),
    ("count: [probed]", "count: [§war]", "war is a phase outcome"),
    ("value: south", "value: §sooth", "actor south"),
    ("from: tension", "from: §tenson", "phase tension"),
    ("given: {avoid: [war]}", "given: {avoid: [§wra]}", "phase war"),
    ("metric: early,", "metric: §eerly,", "metric early"),
    ("arrangement: bare", "arrangement: §bear", "arrangement bare"),
    ("necessary: {measures: [pledge]", "necessary: {measures: [§plegde]", "measure pledge"),
    ("metric: lasting, in", "metric: §lastin, in", "metric lasting"),
    ("for: lasting >= 0.5, in: both", "for: lasting >= 0.5, in: §booth", "arrangement both"),
    # Expressions
    ("cap: ceiling", "cap: §cieling", "cieling ceiling"),
    ("cap: ceiling", "cap: §(ceiling + 1", "ceiling"),
    ("cap: ceiling", "cap: §north", "north is an actor"),
    ("cap: ceiling", "cap: §2 * lasting", "lasting is a metric"),
    ("cap: ceiling", "cap: §2 * otherwise", "otherwise"),
    ("noise: spread", "noise: §troops", "parameters only definition"),
    ("noise: spread", "noise: §spraed", "spread"),
    ("discount: 0.85", "discount: §0.5 + 0 * years", "parameters only years"),
    ("for: lasting >= 0.5}", "for: §lasting >= troops}", "troops is a definition"),
    ("for: lasting >= 0.5}", "for: §lastng >= 0.5}", "lasting"),
    (
        "  pressure: max(troops, 0.1)",
        "  §pressure: max(loop, 0.1)\n  loop: pressure + 1",
        "pressure -> loop -> pressure",
    ),
    ("cap: ceiling", "§cap: force + 1", "force -> force"),
    ("noise: 0.2", "noise: §__import__('os')", "cannot be read"),
    # Values
    ("discount: 0.85", "discount: §1", "below 1"),
    ("discount: 0.85", "discount: §-0.1", "-0.1"),
    ("noise: 0.3", "noise: §-0.3", "negative"),
    ("noise: 0.2", "noise: §-0.2", "negative"),
    ("years: 10", "years: §0", "above 0"),
    ("years: 10", "years: §10.5", "whole number of periods 10 11"),
    ("years: 10", "years: §1e9", "periods more"),
    ("period: year", "period: year, tail_years: §-1", "0 or more"),
    ("period: year", "period: year, tail_years: §0.5", "whole number"),
    ("range: [0, 100]", "range: §[5, 100]", "contain 0"),
    ("range: [0, 100]", "range: §[100, 0]", "empty"),
    ("default: 0", "default: §101", "default 101 outside"),
    ("{force: 30,", "{force: §130,", "130 outside range"),
    ("uniform: [0.1, 0.4]", "uniform: §[0.4, 0.1]", "less"),
    ("pert: [10, 30, 60]", "pert: §[10, 30]", "3 numbers"),
    ("normal: [0.5, 0.1]", "normal: §[0.5, -0.1]", "sd greater than 0"),
    ("beta: [2, 3]", "beta: §[2, 0]", "beta"),
    ("weight: 2", "weight: §0", "weight above 0"),
    ("uniform: [0.1, 0.4], basis", "uniform: [0.1, 0.4], §value: 1, basis", "more than one value uniform"),
    ("uniform: [0.1, 0.4], basis", "basis", "no distribution"),
    ("uniform: [0.1, 0.4], basis", "uniform: [0.1, 0.4], §bounds: [0, 1], basis", "bounds normal"),
    ("uniform: [0.1, 0.4], basis", "estimate: §history.json#spread, basis", "estimates not available"),
    ("observed: {beta: [3, 5]}", "observed: {§value: 0.4}", "density"),
    ("[spread, ceiling, 0.4]", "[spread, ceiling, §1.4]", "between -1 and 1"),
    ("[spread, ceiling, 0.4]", "§[spread, spread, 0.4]", "itself"),
    ("[spread, ceiling, 0.4]", "[spread, §cieling, 0.4]", "parameter ceiling"),
    ("[spread, ceiling, 0.4]", "[spread, §prize, 0.4]", "fixed value"),
    ("[ceiling, p_win, 0.2]", "§[ceiling, spread, 0.2]", "twice"),
    (
        "correlations:\n",
        "§correlations:\n  - [spread, p_win, -0.9]\n  - [trace, p_win, 0.9]\n  - [trace, spread, 0.9]\n",
        "positive definite",
    ),
    ("probability: otherwise", "probability: §1.2", "between 0 and 1"),
    ("{probability: trace, then: probed}", "{probability: otherwise, then: probed}", "otherwise twice"),
    ("bound: {fight: 0.3 * pledge}", "bound: {§figth: 0.3}", "figth fight"),
    ("bound: {fight: 0.3 * pledge}", "§bound: {fight: 0.7, yield: 0.7}", "1.4 more than 1"),
    ("attack: response", "attack: peacetime", "peacetime -> peacetime"),
    ("yield: lone_war", "yield: peacetime", "never ends"),
    ("war: {absorbing: true}", "war: {absorbing: §true, play: peacetime}", "absorbing play"),
    ("war: {absorbing: true}", "§war: {}", "neither play absorbing"),
    ("lasting: {avoid: [war]}", "§lasting: {}", "asks nothing avoid"),
    ("lasting: {avoid: [war]}", "lasting: {avoid: [war], §reach: [war]}", "more than one kind"),
    ("by_year: 2", "by_year: §11", "after the horizon"),
    ("by_year: 2", "by_year: §1.5", "whole number"),
    ("by_year: 2", "by_year: §-1", "negative"),
    ("value: south}", "value: south, §given: {reach: [war]}}", "value condition"),
    ("given: {avoid: [war]}", "given: {avoid: [war], §reach: [tension]}", "more than one kind"),
    (
        "needed: {text: Needed., necessary:",
        "needed: {text: Needed., §sufficient: {measures: [force], for: lasting > 0}, necessary:",
        "more than one kind",
    ),
    ("measures: [force, pledge], metric", "measures: §[force, force], metric", "two different"),
    ("measures: [force, pledge], metric", "measures: §[force], metric", "2 expected"),
    ("title: A border", "title: A border\ndossier: §../../secret", "within the folder"),
    # Scales
    (
        "metric: lasting, in: both}}",
        "metric: probes, in: both, §scale: log_hazard}}",
        "probes kind count no probability no hazard avoid, reach or occupy",
    ),
    ("metric: lasting, in: both}}", "metric: lasting, in: both, §scale: odds}}", "scale odds log_hazard"),
)


def broken(old: str, new: str) -> tuple[str, int | None]:
    """The file with `old` replaced by `new`, and the line of the mark (None where there is no mark)."""
    assert BASE.count(old) >= 1, old
    text = BASE.replace(old, new, 1)
    line = text[: text.index("§")].count("\n") + 1 if "§" in text else None
    return text.replace("§", ""), line
