"""Sliders set at random: the page's figures are those of Python, to the last bit."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.live.pages import EXAMPLES, data_of, written
from tests.support.browser import needs_chromium, opener

from backstop.live.payload import OUT_OF
from backstop.questions.claims.judging import judge_briefly
from backstop.questions.inquiry import inquiry_of
from backstop.scenario.model import Model
from backstop.scenario.study import load, model_of
from backstop.worlds.assessment import assess
from backstop.worlds.result import Result

pytestmark = needs_chromium

STUDIES = ("ukraine-2025", "korea-1953", "ladder")
WORLDS = 208

# Every figure of the page under all arrangements and one of the reader's own, and the verdicts on claims.
ASK = """async ({ set, own }) => {
  const { engine, summaries, differences, curveSummary, claimRequests, judgeClaims } = window.backstop;
  const { payload } = engine;
  const arrangements = payload.arrangements.map(({ name, levels }) => ({ key: name, levels }));
  arrangements.push({ key: "own", levels: own });
  const solved = await engine.solve({
    arrangements: [...arrangements, ...claimRequests(payload.claims, true)],
    set, wanted: ["metrics", "values", "curves", "costs"],
  });
  const weights = engine.weightsOf(solved.worlds), found = {};
  const first = solved.answers[arrangements[0].key];
  for (const { key } of arrangements) {
    const answer = solved.answers[key], curves = {};
    for (const [name, rows] of Object.entries(answer.curves)) curves[name] = curveSummary(rows, weights);
    found[key] = {
      metrics: summaries(answer.metrics, weights), values: summaries(answer.values, weights),
      costs: summaries(answer.costs, weights), curves,
      differences: key === arrangements[0].key ? {} : differences(answer.metrics, first.metrics, weights),
      settled: [...answer.settled].every((each) => each === 1),
    };
  }
  const claims = judgeClaims(payload.claims, solved.answers,
    { weights, worlds: solved.worlds, parameter: engine.parameter(set) });
  return { found, claims };
}"""


@pytest.fixture(scope="module")
def pages(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Page]]:
    """The page of every study, open."""
    watches = []
    found = {}
    for study in STUDIES:
        watch = opener(browser)()
        seen = watch.__enter__()
        watches.append(watch)
        seen.page.goto(written(tmp_path_factory.mktemp(study), data_of(study, WORLDS)))
        seen.page.wait_for_selector("#backstop[data-compared]", state="attached")
        found[study] = seen.page
    yield found
    for watch in watches:
        watch.__exit__(None, None, None)


def settings(study: str, chance: random.Random) -> tuple[dict[str, float], dict[str, float]]:
    """Some parameters at values anywhere in their ranges, and levels of an arrangement of one's own."""
    controls = data_of(study, WORLDS)["controls"]
    parameters = [each for each in controls if each["kind"] == "parameter"]
    moved = chance.sample(parameters, min(len(parameters), chance.randint(0, 6)))
    values = {
        each["name"]: chance.choice(each["values"])
        if each["values"]
        else chance.uniform(each["minimum"], each["maximum"])
        for each in moved
    }
    own = {
        each["name"]: chance.choice((0.0, each["maximum"], chance.uniform(each["minimum"], each["maximum"])))
        for each in controls
        if each["kind"] == "measure"
    }
    return values, own


def by_python(study: str, values: dict[str, float], own: dict[str, float]) -> tuple[Result, Result, Model]:
    """The study with what is set, and its first arrangement with levels of one's own in its place."""
    model = model_of(load(EXAMPLES / study), set=values)
    first = next(iter(model.levels))
    mine = model_of(load(EXAMPLES / study), set={**values, **own})
    whole = assess(model, WORLDS, 1, out_of=OUT_OF)
    return whole, assess(mine, WORLDS, 1, arrangements=[first], out_of=OUT_OF), model


def differing(mine: Any, theirs: Any, place: str = "") -> list[str]:
    """Where two structures of figures differ in any bit (the sign of 0 apart)."""
    if isinstance(theirs, dict):
        assert isinstance(mine, dict), place
        assert mine.keys() == theirs.keys(), place
        return [wrong for key in theirs for wrong in differing(mine[key], theirs[key], f"{place}/{key}")]
    if isinstance(theirs, list | tuple):
        assert len(mine) == len(theirs), place
        pairs = enumerate(zip(mine, theirs, strict=True))
        return [wrong for i, (a, b) in pairs for wrong in differing(a, b, f"{place}/{i}")]
    return [] if mine == theirs else [f"{place}: {mine!r} in the page, {theirs!r} in Python"]


def expected(result: Result, name: str) -> dict[str, Any]:
    of = result.arrangements[name]
    curves = {}
    for metric, curve in of.curves.items():
        parts = ("mean", "se", "q05", "q25", "q50", "q75", "q95")
        rows = zip(*(getattr(curve, part) for part in parts), strict=True)
        curves[metric] = [dict(zip(parts, row, strict=True)) for row in rows]
    return {
        "metrics": {n: s.as_dict() for n, s in of.metrics.items()},
        "values": {n: s.as_dict() for n, s in of.values.items()},
        "costs": {n: s.as_dict() for n, s in of.costs.items()},
        "curves": curves,
    }


def check(page: Page, study: str, chance: random.Random) -> int:
    """One setting at random; how many figures were compared."""
    values, own = settings(study, chance)
    answer = page.evaluate(ASK, {"set": values, "own": own})
    result, mine, _ = by_python(study, values, own)
    compared = 0
    for name in result.arrangements:
        theirs = expected(result, name)
        here = answer["found"][name]
        for rows in here["curves"].values():
            for row in rows:
                row.pop("without_value", None)
        assert differing({part: here[part] for part in theirs}, theirs, f"{values} {name}") == []
        changes = {n: s.as_dict() for n, s in result.arrangements[name].differences.items()}
        assert differing(here["differences"], changes, f"{values} {name}/differences") == []
        compared += 7 * sum(len(of) for part, of in theirs.items() if part != "curves")
    first = next(iter(mine.arrangements))
    theirs = expected(mine, first)
    here = answer["found"]["own"]
    for rows in here["curves"].values():
        for row in rows:
            row.pop("without_value", None)
    assert differing({part: here[part] for part in theirs}, theirs, f"{values} {own}") == []
    verdicts = judge_briefly(inquiry_of(result), result) if result.model.scenario.claims else {}
    for name, brief in verdicts.items():
        if brief.reason is None:
            found = differing(answer["claims"][name], brief.verdict.as_dict(), f"{values} claim {name}")
            assert found == []
            compared += 1
    return compared


@pytest.mark.parametrize("study", STUDIES)
def test_sliders_at_random_give_the_figures_of_python(pages: dict[str, Page], study: str) -> None:
    chance = random.Random(f"a few {study}")
    assert sum(check(pages[study], study, chance) for _ in range(2)) > 100


@pytest.mark.slow
@pytest.mark.parametrize("study", STUDIES)
def test_a_hundred_settings_at_random_give_the_figures_of_python(pages: dict[str, Page], study: str) -> None:
    chance = random.Random(f"many {study}")
    compared = sum(check(pages[study], study, chance) for _ in range(34))
    assert compared > 3_000
