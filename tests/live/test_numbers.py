"""Numbers and conditions in the page read and come out as in Python."""

from __future__ import annotations

import math
import random
from collections import namedtuple
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Browser, Page
from tests.live.pages import data_of, written
from tests.support.browser import needs_chromium, opener

from backstop.base.words import exact, number, range_ends, range_words, supported, with_error

pytestmark = needs_chromium

Estimate = namedtuple("Estimate", "mean se")
Range = namedtuple("Range", "mean se q05 q95 q05_se q95_se")


@pytest.fixture(scope="module")
def page(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with opener(browser)() as seen:
        seen.page.goto(written(tmp_path_factory.mktemp("numbers"), data_of("ladder")))
        seen.page.wait_for_selector("#backstop[data-compared]", state="attached")
        yield seen.page


def values() -> list[float]:
    chance = random.Random(7)
    found = [
        0.0,
        -0.0,
        0.5,
        1.0,
        2.5,
        -2.5,
        0.125,
        0.00005,
        1e-7,
        999.95,
        1000.0,
        1234.5,
        1e6,
        1e14,
        1e15,
        -3e17,
    ]
    found += [0.00015, 0.25, 12.5, 25.0, 35.0, 250.0, 350.0, 1e21, 1.005, 0.045, -0.00001]
    found += [round(chance.uniform(-2, 2), chance.randint(0, 5)) for _ in range(500)]
    found += [chance.choice((-1, 1)) * 10 ** chance.uniform(-6, 16) for _ in range(500)]
    return found


def test_numbers_are_written_as_in_python(page: Page) -> None:
    chance = random.Random(8)
    errors = [None, 0.0, 1e-13, 4e-5, 5e-5, 0.001, 0.0099, 0.01, 0.05, 0.3, 1.0, 9.9, 25.0, 130.0, 4e4]
    pairs = [(value, chance.choice(errors)) for value in values()]
    pairs += [(value, abs(value) * 10 ** chance.uniform(-5, 0)) for value in values()]
    found = page.evaluate(
        """(pairs) => { const { number, supported, exact, withError } = window.backstop.numbers;
            return pairs.map(([value, se]) => [number(value, se), number(value, null, 3), supported(value, se),
                exact(value), withError({ mean: value, se })]); }""",
        pairs,
    )
    assert len(found) == len(pairs) > 2_000
    for (value, se), texts in zip(pairs, found, strict=True):
        mine = [number(value, se), number(value, most=3), supported(value, se), exact(value)]
        mine.append(with_error(Estimate(value, se)))
        assert texts == mine, (value, se)


def test_ends_of_ranges_are_said_as_in_python(page: Page) -> None:
    chance = random.Random(9)
    cases: list[tuple[float, float, float, float | None, float | None, bool]] = []
    for cased in (True, False):
        scale = 1.0 if cased else 10 ** chance.uniform(-3, 5)
        for _ in range(400):
            low, high = sorted(chance.uniform(0, scale) for _ in range(2))
            low = chance.choice((low, 0.0, low - (0 if cased else scale / 2)))
            width = high - low
            errors = [chance.choice((None, 0.0, width * 10 ** chance.uniform(-4, 0.3))) for _ in range(2)]
            cases.append(((low + high) / 2, low, high, errors[0], errors[1], cased))
    found = page.evaluate(
        """(cases) => { const { ends, cellEnds } = window.backstop.numbers;
            return cases.map(([mean, q05, q95, q05_se, q95_se, probability]) => [
                ends({ probability }, { mean, q05, q95, q05_se, q95_se }),
                cellEnds({ probability }, { mean, q05, q95, q05_se, q95_se })]); }""",
        cases,
    )
    assert len(found) == len(cases) == 800
    for (mean, low, high, first, second, cased), (words, short) in zip(cases, found, strict=True):
        of = Range(mean, None, low, high, first, second)
        assert words == range_words(of, cased), of
        ends = range_ends(of, cased)
        assert short == ("" if ends is None or ends.low == ends.high else ends.short()), of


def test_no_value_is_written_as_in_python(page: Page) -> None:
    found = page.evaluate("""() => { const { number, withError } = window.backstop.numbers;
        return [number(null), number(NaN), number(Infinity), withError({ mean: null, se: null })]; }""")
    assert found == [number(None), number(math.nan), number(math.inf), with_error(Estimate(None, None))]


@pytest.mark.parametrize("worlds", [1, 7, 16, 17, 127, 129, 1_000, 1_024, 1_984])
@pytest.mark.parametrize("weighted", [False, True])
def test_rows_of_any_length_are_summed_up_as_in_python(page: Page, worlds: int, weighted: bool) -> None:
    from backstop.worlds.statistics import summarise

    chance = np.random.default_rng(worlds)
    weights = chance.gamma(0.5, size=worlds) if weighted else None
    rows = {
        "spread": chance.normal(size=worlds),
        "steps": chance.integers(0, 4, worlds) / 3.0,
        "alike": np.full(worlds, 0.1),
        "large": chance.normal(size=worlds) * 1e200,
        "missing": np.where(chance.random(worlds) < 0.3, np.nan, chance.random(worlds)),
        "none": np.full(worlds, np.nan),
    }
    if weights is not None:
        rows["weightless"] = rows["spread"]
        weights[: worlds // 3] = 0.0
    packed = {n: [None if math.isnan(v) else v for v in row.tolist()] for n, row in rows.items()}
    found = page.evaluate(
        """([rows, weights]) => { const all = {};
            for (const [name, row] of Object.entries(rows)) all[name] = Float64Array.from(row, (v) => v ?? NaN);
            return window.backstop.summaries(all, weights && Float64Array.from(weights)); }""",
        [packed, None if weights is None else weights.tolist()],
    )
    for name, row in rows.items():
        with np.errstate(over="ignore", invalid="ignore"):
            assert found[name] == summarise(row, weights).as_dict(), name
