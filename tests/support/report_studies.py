"""Small studies for the tests of reports."""

from __future__ import annotations

SMALL = """\
format: backstop/1
title: {title}
question: {question}
horizon: {{years: 4, period: year}}
actors:
  rival: {{name: {rival}, discount: 0.8, noise: 0.5}}
  guard: {{name: Guard, discount: 0.8, noise: 0.5}}
measures:
  force:
    title: {force}
    by: guard
    unit: thousand troops
    range: [0, 40]
    in_phases: [peace]
    when: years < 3
    cap: ceiling
    cost: 0.5 * force * rising
    cost_unit: billion
  pledge: {{title: Pledge to fight, by: guard, range: [0, 1]}}
arrangements:
  bare: {{title: {bare}}}
  guarded: {{title: Guarded truce, measures: {{force: 30, pledge: 1}}}}
parameters:
  prize: {{uniform: [0.2, 2], title: Prize of an attack, unit: stakes, basis: [judgement], note: A guess.}}
  ceiling: {{uniform: [10, 40], title: Most troops that can be sent, basis: [judgement]}}
  honour:
    experts:
      doubters: {{uniform: [0, 0.4]}}
      believers: {{uniform: [0.4, 1]}}
    title: Chance that the pledge is kept
    unit: probability
    basis: [judgement]
definitions:
  rising: 1 + years / 10
start: talks
phases:
  talks: {{title: Talks, play: talking}}
  peace: {{title: Truce in force, play: year}}
  war: {{title: War, absorbing: true, payoffs: {{rival: -0.2, guard: -1}}}}
trees:
  talking:
    actor: rival
    moves: {{sign: signed, refuse: refused}}
  year:
    actor: rival
    moves:
      keep: kept
      attack:
        actor: guard
        title: The guard when attacked
        bound: {{fight: honour * pledge}}
        moves: {{fight: fought, stand_aside: lost}}
outcomes:
  signed: {{title: Truce signed, next: peace, payoffs: {{rival: 0.2 - 0.005 * force}}}}
  refused: {{title: Truce refused, next: talks}}
  kept: {{title: Truce kept, next: peace, payoffs: {{rival: 0.1}}}}
  fought: {{title: Guard fights, next: war, payoffs: {{rival: prize - 0.1 * force, guard: -0.4}}}}
  lost: {{title: Guard stands aside, next: war, payoffs: {{rival: prize, guard: -0.2}}}}
metrics:
  signed_soon: {{title: Truce within two years, reach: [peace], by_year: 2}}
  holds: {{title: {holds}, avoid: [war], from: peace}}
  holds_2: {{title: A truce survives two years, avoid: [war], from: peace, by_year: 2}}
  attacks: {{title: Attacks, count: [fought, lost]}}
observations:
  record: {{metric: holds_2, arrangement: bare, level: case, observed: {{beta: [3, 2]}}, source: ten cases}}
claims:
  pledge_needed: {{text: {claim}, necessary: {{measures: [pledge], for: holds >= 0.5}}}}
  force_helps: {{text: Troops make a truce last longer., raises: {{measures: [force], metric: holds}}}}
  level: {{text: Some force is enough., threshold: {{measure: force, for: holds >= 0.5, in: guarded}}}}
"""

PLAIN_WORDS = {
    "title": "A small truce",
    "question": "Would a small truce hold?",
    "rival": "Rival",
    "force": "Force on the line",
    "bare": "Bare truce",
    "holds": "A truce survives four years",
    "claim": "No truce lasts without the pledge.",
}

HOSTILE = (
    '<script>alert(1)</script>&amp; \\"quoted\\" ]]> '
    "<img src=http://evil.example/x onerror=go()> `a` |b| *c* [d](javascript:e) {{ f }} ${g}"
)


def small() -> str:
    """A study with a bit of everything."""
    return SMALL.format(**{key: f'"{value}"' for key, value in PLAIN_WORDS.items()})


def hostile() -> str:
    """The same study with markup in every text."""
    return SMALL.format(**{key: f'"{key} {HOSTILE}"' for key in PLAIN_WORDS})


LONG = "A title of sixty characters that no picture may cut or cover"
"""A title as long as pictures must have room for."""


def long_titled() -> str:
    """The same study with twelve arrangements, and titles of 60 characters throughout."""
    words = {
        **{key: f'"{LONG[: 60 - len(key) - 1]} {key}"' for key in PLAIN_WORDS},
        "bare": f'"{LONG[:57]} 1"',
    }
    text = SMALL.format(**words)
    text = text.replace("title: Prize of an attack,", f'title: "{LONG[:58]} p",')
    for name in ("Talks", "Truce in force", "War"):
        text = text.replace(f"title: {name},", f'title: "{LONG[: 59 - len(name)]} {name}",')
    more = [
        f'  a{n}: {{title: "{LONG[:57]} {n}", measures: {{force: {3 * n}, pledge: {n / 12:.2f}}}}}'
        for n in range(2, 12)
    ]
    return text.replace("parameters:\n", "\n".join(more) + "\nparameters:\n", 1)


ONE_SHOT = """\
format: backstop/1
title: One decision
horizon: {years: 1, period: year, tail_years: 0}
actors:
  one: {discount: 0, noise: 1}
arrangements:
  only: {}
start: before
phases:
  before: {play: choice}
  after: {absorbing: true}
  elsewhere: {absorbing: true}
trees:
  choice: {actor: one, moves: {go: gone, stay: stayed}}
outcomes:
  gone: {next: elsewhere, payoffs: {one: 1}}
  stayed: {next: after}
metrics:
  leaves: {reach: [elsewhere]}
"""

MONTHLY = """\
format: backstop/1
title: Eighteen months
horizon: {years: 1.5, period: month}
actors:
  one: {discount: 0.9, noise: noise}
measures:
  aid: {by: one, range: [0, 1]}
arrangements:
  none: {}
  some: {measures: {aid: 1}}
parameters:
  noise: {uniform: [0.5, 1]}
start: calm
phases:
  calm: {play: month}
  war: {absorbing: true, payoffs: {one: -1}}
trees:
  month: {actor: one, moves: {keep: kept, strike: struck}}
outcomes:
  kept: {next: calm, payoffs: {one: 0.2 + aid}}
  struck: {next: war, payoffs: {one: 0.5}}
metrics:
  peace: {avoid: [war]}
"""
