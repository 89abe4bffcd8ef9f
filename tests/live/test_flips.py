"""The least change of one slider that flips an answer: what the page finds is what Python finds on the same worlds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.live.pages import EXAMPLES, data_of, rows_of, weights_of, world_of, written
from tests.support.browser import Watched, needs_chromium, opener

from backstop.game.tree import Decision
from backstop.live.payload import OUT_OF
from backstop.questions.claims.judging import judge_briefly
from backstop.questions.inquiry import inquiry_of
from backstop.scenario.model import Model
from backstop.scenario.study import load
from backstop.scenario.valuation import Valuation
from backstop.worlds.assessment import assess
from backstop.worlds.query import Query, ask
from backstop.worlds.statistics import summarise

pytestmark = needs_chromium

STUDY, WORLDS = "korea-1953", 128
STEPS, SCAN = 1024, 16

# `search` of the page with everything at hand; sliders by name.
ASK = """async ({ target, names, set, levels }) => {
  const { engine, search } = window.backstop;
  const { payload } = engine;
  const all = Object.fromEntries(payload.arrangements.map(({ name, levels }) => [name, levels]));
  const controls = names.map((name) => payload.controls.find((control) => control.name === name));
  const beside = await engine.beside();
  const asked = { engine: beside, payload, target, controls, set, levels: { ...all, ...levels } };
  return await search(asked, () => true);
}"""

State = Callable[[dict[str, float], dict[str, dict[str, float]]], str]


@pytest.fixture(scope="module")
def seen(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with opener(browser)() as found:
        found.page.goto(written(tmp_path_factory.mktemp("page"), data_of(STUDY, WORLDS)))
        found.page.wait_for_selector("#backstop[data-compared]", state="attached")
        yield found


@pytest.fixture(scope="module")
def model() -> Model:
    return load(EXAMPLES / STUDY)


def flips_by_python(
    model: Model,
    state: State,
    names: list[str],
    moved: list[str],
    set_: Mapping[str, float] = MappingProxyType({}),
) -> list[dict[str, Any]]:
    """Each slider searched by the definition: the nearest of 16 steps to either end that flips, then bisection."""
    levels = {name: dict(of) for name, of in model.levels.items()}
    base = state(dict(set_), levels)
    found = []
    for control in data_of(STUDY, WORLDS)["controls"]:
        name = control["name"]
        if name not in names:
            continue
        parameter = control["kind"] == "parameter"

        def at(value: float, name: str = name, parameter: bool = parameter) -> str:
            if parameter:
                return state({**set_, name: value}, levels)
            return state(dict(set_), {**levels, **{key: {**levels[key], name: value} for key in moved}})

        start = set_.get(name, control["default"]) if parameter else levels[moved[0]][name]
        if parameter and name not in set_ and at(start) != base:
            found.append({"control": name, "direction": "held", "value": start, "state": at(start)})
            continue
        for direction, end in (("up", control["maximum"]), ("down", control["minimum"])):
            if end == start:
                continue

            def value(place: int, start: float = start, end: float = end) -> float:
                return end if place == STEPS else start + (end - start) * (place / STEPS)

            if control["values"] is not None:
                way = [v for v in control["values"] if (v > start if direction == "up" else v < start)]
                way.sort(key=lambda v: abs(v - start))
                first = next((v for v in way if at(v) != base), None)
                if first is not None:
                    found.append(
                        {"control": name, "direction": direction, "value": first, "state": at(first)}
                    )
                continue
            places = [k * STEPS // SCAN for k in range(1, SCAN + 1)]
            high = next((place for place in places if at(value(place)) != base), None)
            if high is None:
                continue
            low = high - STEPS // SCAN
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if at(value(middle)) == base else (low, middle)
            found.append(
                {
                    "control": name,
                    "direction": direction,
                    "value": value(high),
                    "state": at(value(high)),
                }
            )
    return found


def same(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    def told(flips: list[dict[str, Any]]) -> list[tuple[str, str, float, str]]:
        return sorted((f["control"], f["direction"], f["value"], f["state"]) for f in flips)

    assert told(ours) == told(theirs)
    sizes = [flip["size"] for flip in ours]
    assert sizes == sorted(sizes)


def sliders(kind: str, count: int) -> list[str]:
    return [c["name"] for c in data_of(STUDY, WORLDS)["controls"] if c["kind"] == kind and c["used"]][:count]


def means(model: Model, metric: str, arrangements: list[str]) -> Callable[..., list[float]]:
    """The mean of a metric over the worlds of the page under arrangements, with what is set."""
    data = data_of(STUDY, WORLDS)
    rows, weights = rows_of(data), weights_of(data)

    def found(set_: dict[str, float], levels: dict[str, dict[str, float]]) -> list[float]:
        queries = [Query(levels[name], (metric,)) for name in arrangements]
        figures = ask(model, {**rows, **set_}, WORLDS, queries)
        each = [summarise(of.metrics[metric], weights).mean for of in figures]
        assert all(mean is not None for mean in each)
        return [mean or 0.0 for mean in each]

    return found


@pytest.mark.parametrize("threshold", [0.9, 0.95])
def test_what_makes_a_figure_pass_a_value(seen: Watched, model: Model, threshold: float) -> None:
    metric, arrangement = "no_war_20", list(model.levels)[-1]
    target = {"kind": "metric", "metric": metric, "arrangement": arrangement, "threshold": threshold}
    of = means(model, metric, [arrangement])

    def state(set_: dict[str, float], levels: dict[str, dict[str, float]]) -> str:
        return "at least" if of(set_, levels)[0] >= threshold else "below"

    names = [*sliders("measure", 4), *sliders("parameter", 12)]
    found = seen.page.evaluate(ASK, {"target": target, "names": names, "set": {}, "levels": {}})
    theirs = flips_by_python(model, state, names, [arrangement])
    same(found["flips"], theirs)
    assert len(theirs) >= 2
    assert set(found["still"]) == set(names) - {flip["control"] for flip in theirs}
    assert found["base"]["state"] == state({}, {n: dict(v) for n, v in model.levels.items()})


def test_what_puts_another_arrangement_ahead(seen: Watched, model: Model) -> None:
    metric, (one, other) = "no_war_20", list(model.levels)[:2]
    target = {"kind": "ahead", "metric": metric, "one": one, "other": other}
    of = means(model, metric, [one, other])

    def state(set_: dict[str, float], levels: dict[str, dict[str, float]]) -> str:
        a, b = of(set_, levels)
        if abs(a - b) <= 1e-9 * max(1.0, abs(a), abs(b)):
            return "neither"
        return one if a > b else other

    names = sliders("measure", 6)
    found = seen.page.evaluate(ASK, {"target": target, "names": names, "set": {}, "levels": {}})
    theirs = flips_by_python(model, state, names, [one])
    same(found["flips"], theirs)
    assert found["base"]["state"] == state({}, {n: dict(v) for n, v in model.levels.items()})


def test_what_turns_a_claim(seen: Watched, model: Model) -> None:
    claim = next(iter(model.scenario.claims))

    def state(set_: dict[str, float], levels: dict[str, dict[str, float]]) -> str:
        result = assess(model.with_values(set_) if set_ else model, WORLDS, 1, out_of=OUT_OF)
        return judge_briefly(inquiry_of(result), result)[claim].verdict.verdict

    names = sliders("parameter", 3)
    target = {"kind": "claim", "claim": claim}
    found = seen.page.evaluate(ASK, {"target": target, "names": names, "set": {}, "levels": {}})
    same(found["flips"], flips_by_python(model, state, names, []))
    assert found["base"]["state"] == state({}, {})


def test_what_makes_another_move_the_likeliest(seen: Watched, model: Model) -> None:
    """A decision of one world: what the page finds is what the plain solver finds, slider by slider."""
    arrangement, world = next(iter(model.levels)), 5
    drawn = world_of(data_of(STUDY, WORLDS), world)

    def chances(set_: dict[str, float], levels: dict[str, float], phase: int) -> dict[int, tuple[float, ...]]:
        solution = Valuation(model, levels, drawn | set_).solved(model.scenario.information)
        played = solution.periods[0].plays[phase]
        assert played is not None
        nodes = enumerate(played.play.nodes)
        return {i: tuple(played.moves[i]) for i, node in nodes if isinstance(node, Decision)}

    # The decision of the world that is nearest to another one.
    at = {k: chances({}, dict(model.levels[arrangement]), k) for k in model.game.live}
    margins = {
        (k, i): abs(sorted(moves)[-1] - sorted(moves)[-2])
        for k, nodes in at.items()
        for i, moves in nodes.items()
    }
    near = sorted(margins, key=lambda key: margins[key])

    every = [*sliders("measure", 99), *sliders("parameter", 99)]
    own = {name: drawn[name] for name in sliders("parameter", 99)}
    flipped = 0
    for phase, node in near[:5]:

        def state(
            set_: dict[str, float], levels: dict[str, dict[str, float]], phase: int = phase, node: int = node
        ) -> str:
            moves = chances(set_, levels[arrangement], phase)[node]
            return str(moves.index(max(moves)))

        target = {"kind": "decision", "arrangement": arrangement, "world": world,
                  "phase": model.game.phases[phase], "type": None, "period": 0, "node": node}  # fmt: skip
        asked = {"target": target, "names": every, "set": {}, "levels": {}}
        first = seen.page.evaluate(ASK, asked)
        # Some of those that flip it and some that do not, one by one.
        names = list(dict.fromkeys(flip["control"] for flip in first["flips"]))[:3] + first["still"][-2:]
        found = seen.page.evaluate(ASK, {**asked, "names": names})
        # The world has a value of every assumption, from which its slider is moved.
        theirs = flips_by_python(model, state, names, [arrangement], own)
        same(found["flips"], theirs)
        flipped += len(theirs)
    assert flipped >= 2


def test_that_nothing_flips_it_is_said(seen: Watched, model: Model) -> None:
    arrangement = next(iter(model.levels))
    target = {"kind": "metric", "metric": "no_war_20", "arrangement": arrangement, "threshold": 0.01}
    names = sliders("parameter", 2)
    found = seen.page.evaluate(ASK, {"target": target, "names": names, "set": {}, "levels": {}})
    assert found["flips"] == []
    assert found["still"] == names
