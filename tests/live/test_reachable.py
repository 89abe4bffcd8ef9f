"""Live pages for everyone: nothing serious by axe-core, light and dark, narrow and wide, printed, without motion."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.live.opening import SCREENS, open_study
from tests.support.browser import Watch, needs_chromium

from backstop.live import bundle
from backstop.report.drawing.palette import COLOURS

pytestmark = needs_chromium

AXE = Path(__file__).parents[1] / "support" / "axe" / "axe.min.js"
RUN = """axe.run(document, {resultTypes: ["violations"]}).then((found) => found.violations
  .filter((each) => each.impact === "serious" || each.impact === "critical")
  .map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 200)}`))"""
# Everything that can be seen at once: something set, an arrangement of one's own, a claim that moved.
SET = {
    "korea-1953": "&set=noise:0.15,wants_all_north:0&yours=as_it_was;treaty:0.25",
    "ladder": "&yours=automatic;attribution:0",
    "ukraine-2025": "&set=held_now:0.42&yours=full_package;us_backstop:0.4",
}


def turned_to(page: Page, screen: str, state: str) -> None:
    """Another screen of the page that is open, in a state."""
    page.evaluate("(address) => { location.hash = address; }", f"#v=1&screen={screen}{state}")
    page.wait_for_timeout(400)


@pytest.mark.parametrize("study", list(SET))
def test_axe_finds_nothing_serious_on_any_screen(watch: Watch, tmp_path: Path, study: str) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, study)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        for screen in SCREENS:
            turned_to(page, screen, SET[study])
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                assert page.evaluate(RUN) == [], (screen, scheme)


@pytest.mark.parametrize("kind", ["evidence", "keys"])
def test_axe_finds_nothing_serious_in_what_opens(watch: Watch, tmp_path: Path, kind: str) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, "korea-1953", "screen=workbench")
        page.locator(".badge").first.focus() if kind == "evidence" else page.locator("#screen-title").focus()
        page.keyboard.press("Enter" if kind == "evidence" else "?")
        page.get_by_role("dialog").wait_for()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert page.evaluate(RUN) == []


@pytest.mark.parametrize("study", list(SET))
def test_no_screen_is_wider_than_a_phone(watch: Watch, tmp_path: Path, study: str) -> None:
    with watch(viewport={"width": 360, "height": 740}) as seen:
        page = open_study(seen, tmp_path, study)
        for screen in SCREENS:
            turned_to(page, screen, SET[study])
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, screen


def test_texts_of_drawings_stay_within_them_and_off_each_other(watch: Watch, tmp_path: Path) -> None:
    outside = """[...document.querySelectorAll("svg.drawing text")].filter((text) => {
      const own = text.getBoundingClientRect(), whole = text.ownerSVGElement.getBoundingClientRect();
      return own.left < whole.left - 1.5 || own.right > whole.right + 1.5 || own.bottom > whole.bottom + 1.5;
    }).map((text) => text.textContent)"""
    over = """[...document.querySelectorAll("svg.drawing")].flatMap((svg) => {
      const all = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
      return all.flatMap(([one, a], at) => all.slice(at + 1).filter(([, b]) =>
        Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1.5
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4.5).map(([other]) => `${one} / ${other}`));
    })"""
    slots = ("intervals,survival", "gains,differences", "spread,costs")
    with watch() as seen:
        page = open_study(seen, tmp_path, "ukraine-2025")
        for width in (360, 800, 1400):
            page.set_viewport_size({"width": width, "height": 900})
            for pair in slots:
                turned_to(page, "workbench", f"&slots={pair}{SET['ukraine-2025']}")
                assert page.locator("svg.drawing").count() >= 2, pair  # and gains, which stand by themselves
                assert page.locator("svg.drawing text").count() >= 30, pair
                assert page.evaluate(outside) == [], (width, pair)
                assert page.evaluate(over) == [], (width, pair)


def test_a_reader_turns_the_colours_and_they_stay(watch: Watch, tmp_path: Path) -> None:
    with watch(color_scheme="light") as seen:
        page = open_study(seen, tmp_path, "ladder")
        paper = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(paper) == "rgb(255, 255, 255)"
        page.keyboard.press("d")
        assert page.evaluate(paper) == "rgb(22, 24, 26)"
        page.reload()
        page.wait_for_selector("#backstop[data-compared]", state="attached")
        assert page.evaluate(paper) == "rgb(22, 24, 26)"
        page.get_by_role("button", name="Light colours").click()
        assert page.evaluate(paper) == "rgb(255, 255, 255)"


def test_what_is_printed_is_the_screen_without_its_tools(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, "ladder")
        page.emulate_media(media="print")
        assert page.locator("#main .lead").first.is_visible()
        assert not page.get_by_role("navigation", name="Screens").is_visible()
        assert not page.locator("#printed").is_visible()
        page.emulate_media(media="screen")
        page.keyboard.press("p")
        page.emulate_media(media="print")
        assert page.locator("#printed").is_visible()


def test_nothing_moves_by_itself() -> None:
    style = bundle.style()
    assert not re.search(r"(?<!-)(?:transition|animation):(?! none)", style)
    assert "@keyframes" not in style


def test_colours_are_those_of_the_report() -> None:
    style = bundle.style()
    for dark in (False, True):
        for name, colours in COLOURS.items():
            assert f"--c-{name}: {colours[dark]};" in style, (name, dark)
    assert len(COLOURS) >= 20
