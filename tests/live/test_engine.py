"""The engine of the page: what is asked for last wins, and any number of workers gives the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from tests.live.pages import data_of, written
from tests.support.browser import needs_chromium, opener

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opener(browser)() as seen:
        seen.page.goto(written(tmp_path_factory.mktemp("engine"), data_of("korea-1953")))
        seen.page.wait_for_selector("#backstop[data-compared]", state="attached")
        yield seen.page


def test_the_newest_request_wins_and_the_others_are_nothing(page: Page) -> None:
    found = page.evaluate("""async () => {
        const { engine } = window.backstop, { arrangements: all, controls } = engine.payload;
        const arrangements = all.map(({ name, levels }) => ({ key: name, levels }));
        const { name, minimum } = controls.find(({ kind }) => kind === "parameter");
        const asked = [0, 1, 2, 3, 4].map((i) => engine.solve({ arrangements, set: { [name]: minimum + i * 1e-3 } }));
        const answers = await Promise.all(asked);
        return answers.map((answer) => answer && Object.keys(answer.answers).length);
    }""")
    assert found == [None, None, None, None, 4]


def test_what_is_asked_beside_gives_way_and_is_not_overtaken(page: Page) -> None:
    found = page.evaluate("""async () => {
        const { engine } = window.backstop, order = [];
        const arrangements = engine.payload.arrangements.map(({ name, levels }) => ({ key: name, levels }));
        const ask = async (lane) => {
            const answer = await engine.solve({ arrangements, ...(lane && { lane }) });
            order.push([lane, answer !== null]);
        };
        await Promise.all([ask("why"), ask("check"), ask(""), ask("")]);
        return order;
    }""")
    assert [each for each in found if each[0] == ""] == [["", False], ["", True]]
    assert found.index(["", True]) < found.index(["why", True]) < found.index(["check", True])


def test_only_what_is_wanted_is_there(page: Page) -> None:
    found = page.evaluate("""async () => {
        const { engine } = window.backstop, [{ name, levels }] = engine.payload.arrangements;
        const metric = engine.payload.metrics[0].name;
        const { answers } = await engine.solve({ arrangements: [
            { key: "a", levels, wanted: ["values"] },
            { key: "b", levels, wanted: ["metrics"], metrics: [metric] },
        ], worlds: 33 });
        const names = (of) => [Object.keys(of.metrics), Object.keys(of.values).length > 0, of.flagged.length];
        return [names(answers.a), names(answers.b), metric];
    }""")
    assert found[0] == [[], True, 33]
    assert found[1] == [[found[2]], False, 33]


def test_any_number_of_workers_and_worlds_gives_the_same(page: Page) -> None:
    same = page.evaluate("""async () => {
        const { engine } = window.backstop, results = [];
        const arrangements = engine.payload.arrangements.map(({ name, levels }) => ({ key: name, levels }));
        for (const workers of [1, 2, 3]) {
            const other = await engine.again(workers);
            for (const worlds of [1008, 17]) {
                const { answers } = await other.solve({ arrangements, worlds, wanted: ["metrics", "curves", "slips"] });
                results.push(answers);
            }
            other.close();
        }
        const { answers } = await engine.solve({ arrangements, wanted: ["metrics", "curves", "slips"] });
        const flat = (of) => [...Object.values(of.metrics), ...Object.values(of.curves).flat(),
                              ...Object.values(of.slips).flatMap((by) => Object.values(by))];
        let compared = 0;
        for (const other of results) for (const { key } of arrangements) {
            const [mine, theirs] = [flat(answers[key]), flat(other[key])];
            if (mine.length !== theirs.length) return -1;
            for (let i = 0; i < mine.length; i++) for (let w = 0; w < theirs[i].length; w++) {
                if (!Object.is(mine[i][w], theirs[i][w])) return -2;
                compared += 1;
            }
        }
        return compared;
    }""")
    assert same > 100_000


def test_what_can_be_afforded_is_a_whole_number_of_replications(page: Page) -> None:
    few, all_ = page.evaluate(
        "() => [window.backstop.engine.affordable(0.01, 10), window.backstop.engine.affordable(1e6, 4)]"
    )
    assert few == 16
    assert all_ == 1_008


def test_a_setting_that_breaks_the_game_is_flagged(page: Page) -> None:
    faulty = page.evaluate("""async () => {
        const { engine, faultyWorlds } = window.backstop, [{ levels }] = engine.payload.arrangements;
        const set = Object.fromEntries(engine.draws.names.map((name) => [name, -1e300]));
        const wanted = ["metrics", "costs"];
        const { answers } = await engine.solve({ arrangements: [{ key: "a", levels }], set, wanted });
        return faultyWorlds(answers.a);
    }""")
    assert faulty == 1_008
