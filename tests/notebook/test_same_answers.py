"""A function and its command with the same options, drawn at random: the same JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import run
from tests.support.small_studies import OBSERVED, PLEDGE, write

import backstop
from backstop.base.json_text import json_text

# What stands above the answer of every question.
HEADING = {
    *("format", "study", "title", "question", "digests", "seed", "worlds", "notes", "set", "given", "camp"),
    "yours",
}
CLAIMS = """
claims:
  helps: {text: Force helps., raises: {measures: [force], metric: lasting}}
  pays: {text: The pledge pays., raises: {measures: [pledge], metric: lasting}}
"""
METRICS, ARRANGEMENTS = ("lasting", "early_war", "at_peace"), ("bare", "armed", "both")

Options = tuple[list[str], dict[str, Any]]
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    folder = tmp_path_factory.mktemp("studies")
    of = {"pledge": PLEDGE + CLAIMS, "observed": OBSERVED + CLAIMS}
    return {name: str(write(folder / name, text)) for name, text in of.items()}


def shared(draw: random.Random, worlds: tuple[int, ...]) -> Options:
    """Options that all questions have."""
    count, seed = draw.choice(worlds), draw.randrange(5)
    words, named = ["--worlds", str(count), "--seed", str(seed)], {"worlds": count, "seed": seed}
    if draw.random() < 0.4:
        level = draw.choice((0, 0.5, 1))
        words += ["--set", f"pledge={level}"]
        named["set"] = {"pledge": level}
    if draw.random() < 0.3:
        words += ["--given", "prize=[0.4, 0.9]"]
        named["given"] = {"prize": [0.4, 0.9]}
    if draw.random() < 0.3:
        camp = draw.choice(("hawks", "doves"))
        words += ["--camp", camp]
        named["camp"] = camp
    if draw.random() < 0.3:
        words += ["--yours", "force=30,pledge=0.25"]
        named["yours"] = {"force": 30, "pledge": 0.25}
    if draw.random() < 0.3:
        reading = draw.choice(("agent_error", "private_payoffs"))
        words += ["--information", reading]
        named["information"] = reading
    return words, named


def some(draw: random.Random, words: str, named: str, values: tuple[str, ...], many: bool = False) -> Options:
    """An option with one of its values, or with several, or left out."""
    if draw.random() < 0.4:
        return [], {}
    chosen = draw.sample(values, draw.randint(1, len(values)) if many else 1)
    flags = [word for value in chosen for word in (words, value)]
    return flags, {named: list(chosen) if many else chosen[0]}


def flag(draw: random.Random, words: str, named: str) -> Options:
    return ([words], {named: True}) if draw.random() < 0.4 else ([], {})


def assess(draw: random.Random) -> list[Options]:
    parts = [shared(draw, (64, 200)), some(draw, "--arrangement", "arrangements", ARRANGEMENTS, many=True)]
    parts += [some(draw, "--metric", "metrics", METRICS, many=True), ([], {"forms": True})]
    return [*parts, draw.choice([([], {}), (["--out-of", "256"], {"out_of": 256})])]


def assess_until(draw: random.Random) -> list[Options]:
    return [
        shared(draw, (3000,)),
        (["--until", "0.01"], {"until": 0.01, "forms": True}),
        some(draw, "--metric", "metrics", METRICS, many=True),
    ]


def claims(draw: random.Random) -> list[Options]:
    return [shared(draw, (64, 128)), some(draw, "--claim", "names", ("helps", "pays"), many=True)]


def sensitivity(draw: random.Random) -> list[Options]:
    method = draw.choice(("sobol", "morris", "tornado", "regional"))
    parts = [
        shared(draw, (64, 128)),
        some(draw, "--metric", "metric", METRICS),
        (["--method", method], {"method": method}),
    ]
    parts += [(["--arrangement", "both"], {"arrangement": "both"})]
    parts += [draw.choice([([], {}), (["--against", "bare"], {"against": "bare"})])]
    parts += [flag(draw, "--prior", "prior")]
    if method == "sobol":
        parts.append(flag(draw, "--second-order", "second_order"))
    if method == "regional":
        parts.append((["--where", "lasting > 0.9"], {"where": "lasting > 0.9"}))
    return parts


def conditions(draw: random.Random) -> list[Options]:
    where = f"lasting > {draw.choice((0.8, 0.85, 0.9))}"
    parts = [shared(draw, (256, 400)), (["--where", where], {"where": where})]
    parts += [some(draw, "--arrangement", "arrangement", ARRANGEMENTS)]
    return [
        *parts,
        draw.choice([([], {}), (["--boxes", "1", "--resamples", "2"], {"boxes": 1, "resamples": 2})]),
    ]


def design(draw: random.Random) -> list[Options]:
    share = draw.choice((0.2, 0.5))
    parts = [shared(draw, (64,)), (["--target", "lasting >= 0.5"], {"target": "lasting >= 0.5"})]
    parts += [(["--share", str(share), "--steps", "2"], {"share": share, "steps": 2})]
    parts += [
        some(draw, "--measure", "measures", ("force",), many=True),
        some(draw, "--base", "base", ARRANGEMENTS),
    ]
    return [*parts, some(draw, "--more", "more", ("at_peace",), many=True)]


def form(draw: random.Random) -> list[Options]:
    return [
        shared(draw, (64, 128)),
        some(draw, "--metric", "metrics", METRICS, many=True),
        some(draw, "--arrangement", "arrangements", ARRANGEMENTS, many=True),
    ]


def robustness(draw: random.Random) -> list[Options]:
    return [
        shared(draw, (64, 128)),
        some(draw, "--metric", "metric", METRICS),
        flag(draw, "--less", "less"),
        draw.choice([([], {}), (["--requirement", "0.8"], {"requirement": 0.8})]),
        some(draw, "--criterion", "criteria", ("minimax_regret", "maximin"), many=True),
        (["--optimism", "0.25"], {"optimism": 0.25}),
    ]


def value(draw: random.Random) -> list[Options]:
    by: Options = draw.choice(
        [(["--actor", "north"], {"actor": "north"}), (["--less"], {"less": True}), ([], {})]
    )
    groups = draw.choice(("basis", "camp", "both", "none"))
    return [
        shared(draw, (256,)),
        by,
        (["--groups", groups], {"groups": groups}),
        draw.choice([([], {}), (["--group", "mine=spread,prize"], {"own": {"mine": ["spread", "prize"]}})]),
    ]


def diff(draw: random.Random) -> list[Options]:
    words, named = shared(draw, (64, 128))
    # Of an arrangement of one's own there is nothing to compare, so the command has none.
    kept = [word for word in words if word not in ("--yours", "force=30,pledge=0.25")]
    named.pop("yours", None)
    parts = [(kept, named), some(draw, "--metric", "metrics", METRICS, many=True)]
    return [*parts, draw.choice([([], {}), (["--no-claims"], {"judge": False})])]


QUESTIONS: Mapping[str, tuple[Callable[[random.Random], list[Options]], Ask, int]] = {
    "assess": (assess, backstop.assess, 12),
    "assess --until": (assess_until, backstop.assess, 3),
    "claims": (claims, backstop.claims, 6),
    "sensitivity": (sensitivity, backstop.sensitivity, 12),
    "conditions": (conditions, backstop.conditions, 6),
    "design": (design, backstop.design, 6),
    "form": (form, backstop.form, 4),
    "robustness": (robustness, backstop.robustness, 6),
    "value": (value, backstop.value, 6),
    "diff": (diff, backstop.compare, 6),
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_random_options_give_the_same_answer(question: str, studies: Mapping[str, str]) -> None:
    options, ask, times = QUESTIONS[question]
    answered = 0
    for seed in range(times):
        draw = random.Random(f"{question} {seed}")
        asked = draw.sample(list(studies.values()), 2)[: 2 if question == "diff" else 1]
        words: list[str] = []
        named: dict[str, Any] = {}
        for more, also in options(draw):
            words += more
            named |= also
        command = run(question.split()[0], *asked, *words, "--json")
        if question == "diff":
            named["labels"] = tuple(Path(each).name for each in asked)
        try:
            found = ask(*asked, **named)
        except backstop.base.faults.BackstopError as refusal:
            # What one refuses, the other does, in the same words.
            assert command.code == refusal.exit_code, (words, command.err)
            assert str(refusal) in command.err, words
            continue
        assert command.code == 0, (words, command.err)
        mine, theirs = json.loads(json_text(found.as_dict())), command.json
        assert {key: theirs[key] for key in mine} == mine, words
        assert set(theirs) - set(mine) <= HEADING, words
        assert len(repr(found).splitlines()) <= 10
        answered += 1
    assert answered >= times // 2


def test_a_report_is_the_same_with_random_options(studies: Mapping[str, str], tmp_path: Path) -> None:
    for seed in range(2):
        draw = random.Random(seed)
        words, named = shared(draw, (64,))
        of = draw.choice(list(studies.values()))
        brief = draw.random() < 0.5
        out = tmp_path / f"out-{seed}"
        command = run("report", of, "--out", out, "--format", "json", *words, *(["--brief"] if brief else []))
        assert command.code == 0, command.err
        content = backstop.report(of, brief=brief, **named)
        (written,) = out.glob("*.json")
        assert json.loads(json_text(content.exact)) == json.loads(written.read_text())["exact"], words
