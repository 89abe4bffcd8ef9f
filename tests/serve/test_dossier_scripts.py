"""Coding by marking words in texts of other scripts: from right to left, with signs made of several, and very long."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.dossier.building import small, source, written
from tests.serve.test_dossier_page import SPOTS, coded, fill, page_of, show
from tests.support.browser import Watch, needs_chromium
from tests.support.lake import Lake

from backstop.dossier import store
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.verification import verify

pytestmark = needs_chromium

MIXED = (
    "\u0647\u062f\u0646\u0629\n"
    "\u0642\u0627\u0644 \u0627\u0644\u0645\u0628\u0639\u0648\u062b \u0625\u0646 40 "
    "\u0645\u0631\u0627\u0642\u0628\u0627 \u0633\u064a\u0623\u062a\u0648\u0646 \u063a\u062f\u0627\u064b.\n"
    "\u05d4\u05e9\u05dc\u05d9\u05d7 \u05d0\u05de\u05e8: no deal \u05d1\u05dc\u05d9 \u05e2\u05e8\u05d1\u05d5\u05ea.\n"
    "The cafe\u0301 \U0001f468\u200d\U0001f469\u200d\U0001f467 met \U0001f1fa\U0001f1e6 n\u0303e\u0323\u0302t.\n"
)
"""Arabic with a number and a mark above a letter, Hebrew with English in it, letters and pictures made of several."""

PASSAGES = [
    "\u0627\u0644\u0645\u0628\u0639\u0648\u062b \u0625\u0646",
    "40 \u0645\u0631\u0627\u0642\u0628\u0627",
    "\u063a\u062f\u0627\u064b",
    "\u05d0\u05de\u05e8",
    "no deal",
    "cafe\u0301",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 met \U0001f1fa\U0001f1e6",
    "n\u0303e\u0323\u0302t",
]

# Marks a range as the browser does under a hand, from its beginning or from its end, and lets go of the mouse there.
_MARK = (
    """([words, backwards]) => {
"""
    + SPOTS
    + """
  const [last, before] = spot(at + words.length - 1);
  const ends = [spot(at), [last, before + 1]];
  const [from, to] = backwards ? ends.reverse() : ends;
  last.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
  view.focus({ preventScroll: true });
  getSelection().setBaseAndExtent(...from, ...to);
  view.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
}"""
)


def world(folder: Path, text: str) -> Lake:
    """A study whose dossier has one more document, `m`."""
    found = Lake(folder / "study")
    found.texts.mkdir(parents=True)
    found.study.mkdir()
    (found.texts / "m.txt").write_text(text, encoding="utf-8")
    examples = Path(__file__).resolve().parents[2] / "examples"
    scenario = (examples / "ladder" / "scenario.yaml").read_text(encoding="utf-8")
    (found.study / "scenario.yaml").write_text(scenario, encoding="utf-8")
    plain = small([])
    written(replace(plain, sources={**plain.sources, "m": source("m", text)}), found.study)
    return found


def code(page: Page, words: str, backwards: bool) -> None:
    page.evaluate(_MARK, [words, backwards])
    page.get_by_role("button", name="Code these words").click()
    expect(page.locator(".coded-words")).to_have_text(words)
    fill(page, f"It says {words}.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("dialog[open]")).to_have_count(0)


@pytest.mark.parametrize("backwards", [False, True], ids=["from the beginning", "from the end"])
def test_words_of_any_script_are_coded_to_the_letter(tmp_path: Path, watch: Watch, backwards: bool) -> None:
    found = world(tmp_path, MIXED)
    with page_of(found, watch) as (_, seen):
        show(seen.page, "m")
        seen.page.wait_for_selector(".coded-text")
        for words in PASSAGES:
            code(seen.page, words, backwards)
        expect(seen.page.locator(f'.passage-mark[data-statement="m-{len(PASSAGES)}"]').first).to_be_visible()
        seen.page.wait_for_timeout(1000)  # what is read anew after a change has come
        seen.page.reload()
        for number, words in enumerate(PASSAGES, 1):
            pieces = seen.page.locator(f'.passage-mark[data-statement~="m-{number}"]')
            expect(pieces.first).to_be_visible()
            assert words in "".join(pieces.all_text_contents())
    marked = {f"m-{number}": words for number, words in enumerate(PASSAGES, 1)}
    made = coded(found)
    assert {name: MIXED[one.anchor.start : one.anchor.end] for name, one in made.items()} == marked
    dossier = store.read(found.dossier).dossier
    outcomes = verify(dossier, AvailableTexts(found.dossier, (found.texts,)))
    assert [one.resolution.state for one in outcomes if one.resolution] == ["exact"] * len(PASSAGES)


def test_a_sign_made_of_several_is_not_cut_by_keys(tmp_path: Path, watch: Watch) -> None:
    text = "\U0001f468\u200d\U0001f469\u200d\U0001f467 e\u0323\u0302 \U0001f1fa\U0001f1e6 end\n"
    found = world(tmp_path, text)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        show(page, "m")
        page.wait_for_selector(".coded-text")
        page.locator(".coded-text").focus()
        page.keyboard.press("ArrowRight")
        chosen = [page.evaluate("getSelection().toString()")]
        for _ in range(4):
            page.keyboard.press("Shift+ArrowRight")
            chosen.append(page.evaluate("getSelection().toString()"))
    lone = {"\U0001f1fa", "\U0001f468", "e"}
    for words in chosen:
        assert words in text
        assert words.strip()[-1:] not in lone


def test_two_megabytes_are_read_and_coded_to_their_end(tmp_path: Path, watch: Watch) -> None:
    row = "\u0642\u0627\u0644 \u0627\u0644\u0645\u0628\u0639\u0648\u062b \U0001f6a4 that observers would come.\n"
    text = "".join(f"{number} {row}" for number in range(40_000)) + "The very last words.\n"
    assert len(text.encode()) > 2_000_000
    found = world(tmp_path, text)
    with page_of(found, watch) as (_, seen):
        page = seen.page
        show(page, f"m/@{len(text) - 21}-{len(text) - 2}")
        expect(page.locator(".coded-text")).to_contain_text("The very last words.", timeout=30_000)
        code(page, "very last", backwards=False)
    (one,) = coded(found).values()
    assert text[one.anchor.start : one.anchor.end] == "very last"
