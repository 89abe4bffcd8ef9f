"""Hostile texts in every field of the data: they are shown as text, run nothing and ask for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.live.pages import data_of, written
from tests.support.browser import Watch, needs_chromium
from tests.support.hostile import HOSTILE

pytestmark = needs_chromium

# Texts for people, wherever they stand; all else are names and numbers, which the format of a study keeps plain.
TEXTS = {
    "title", "short", "unit", "group_title", "low", "high", "lowest", "highest", "note", "text", "definition",
    "question", "command", "words", "paraphrase", "quote", "holder", "date", "document", "term", "meaning", "reason",
}  # fmt: skip
TURNS = 12


def filled(value: Any, numbers: Iterator[int], turn: int, key: str = "") -> Any:
    """The same data with hostile texts in place of texts; over all turns every text has stood in every field."""
    if isinstance(value, dict):
        return {name: filled(each, numbers, turn, name) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, numbers, turn, "text" if key == "notes" else key) for each in value]
    if (isinstance(value, str) and key in TEXTS) or key == "quote":
        return " ".join(HOSTILE[(next(numbers) + turn) % TURNS :: TURNS])
    return value


def hostile(turn: int) -> tuple[int, dict[str, Any]]:
    data = data_of("ukraine-2025", 208)
    data = {**data, "run": {**data["run"], "notes": ["a note"]}}
    data["claims"] = [{**each, "reason": each["reason"] or "why"} for each in data["claims"]]
    numbers = iter(range(1_000_000))
    found = filled({part: each for part, each in data.items() if part != "program"}, numbers, turn)
    # The program itself stays; what it calls phases, outcomes and decisions is text as well.
    description = filled(data["program"]["description"], numbers, turn)
    return next(numbers), {**found, "program": {**data["program"], "description": description}}


def check(watch: Watch, folder: Path, turn: int) -> None:
    fields, data = hostile(turn)
    assert fields > 1_000
    with watch() as seen:
        url = written(folder, data)
        seen.page.goto(url)
        seen.page.wait_for_selector("#backstop[data-compared]", state="attached")
        screens = seen.page.evaluate("window.backstop.screens()")
        assert len(screens) >= 6
        for screen in screens:
            seen.page.evaluate("(screen) => { location.hash = `#v=1&screen=${screen}`; }", screen)
            seen.page.wait_for_timeout(150)
            assert seen.page.evaluate("window.hostile") is None, screen
            elements = "#backstop :is(script, iframe, object, embed, link, base, meta, style, img[src=x])"
            assert seen.page.locator(elements).count() == 0, screen
            assert screen == "report" or "window.hostile=1" in seen.page.locator("#backstop").inner_text(), (
                screen
            )
        assert (
            seen.page.evaluate("document.querySelectorAll('#backstop [onerror], #backstop [onload]').length")
            == 0
        )
    assert [each for each in seen.requests if not each.startswith("blob:")] == [url]


def test_over_all_turns_every_text_stands_in_every_field() -> None:
    titles = [hostile(turn)[1]["study"]["question"] for turn in range(TURNS)]
    assert len(HOSTILE) >= 200
    assert all(any(text in title for title in titles) for text in HOSTILE)


@pytest.mark.parametrize("turn", [0, 7])
def test_hostile_texts_are_inert(watch: Watch, tmp_path: Path, turn: int) -> None:
    check(watch, tmp_path, turn)


@pytest.mark.slow
@pytest.mark.parametrize("turn", range(TURNS))
def test_all_hostile_texts_in_all_fields_are_inert(watch: Watch, tmp_path: Path, turn: int) -> None:
    check(watch, tmp_path, turn)
