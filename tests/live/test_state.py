"""The state of a live page: in its address, over reloads, in old links, and step by step."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.live.opening import lead, open_study, slider, state_of
from tests.support.browser import Watch, needs_chromium

pytestmark = needs_chromium

FULL = (
    "screen=workbench&set=noise:0.15,discount_us:0.8&yours=as_it_was;treaty:0.25&show=bare_armistice,yours"
    "&metric=raids_10&focus=yours&slots=gains,spread&lock=noise&find=the&changed=1&world=17"
)


def test_a_state_survives_the_address_and_a_reload(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state=FULL)
        slider(page, "discount_us").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowLeft")
        found = state_of(page)
        wanted = dict(part.split("=", 1) for part in FULL.split("&"))
        assert {name: found[name] for name in wanted} == wanted
        assert found["v"] == "1"
        assert len(found["of"]) == 8
        before = page.locator("#main").inner_text()
        page.reload()
        page.wait_for_selector("#backstop[data-compared]", state="attached")
        expect(page.locator("#main")).to_have_text(before, use_inner_text=True)
        assert state_of(page) == found
        expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("v=2&set=noise:0.2", "version 2, and this page reads version 1"),
        ("v=1&of=00000000", "another state of the study"),
        ("v=1&set=peace_of_mind:1", "no assumption called peace_of_mind"),
        ("v=1&set=noise:9", "outside its range, 0.1 to 0.3"),
        ("v=1&set=noise:much", "“much” is no number"),
        ("v=1&set=noise", "is no number"),
        ("v=1&set=treaty:1", "no assumption called treaty"),
        ("v=1&yours=nowhere;treaty:1", "copy of nowhere"),
        ("v=1&yours=as_it_was;treaty:2", "outside its range"),
        ("v=1&screen=attic", "no screen called attic"),
        ("v=1&show=bare_armistice,gone,yours", "no arrangement called gone, yours"),
        ("v=1&metric=happiness", "no figure called happiness"),
        ("v=1&world=4096", "no world 4096"),
        ("v=1&mood=blue", "does not know mood"),
        ("v=1&set=%E0%A4%A", "damaged"),
        ("set=noise:0.2", "does not say of which version"),
        ("v=1&metric=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E", "no figure called <img"),
    ],
)
def test_what_cannot_be_taken_from_a_link_is_said(
    watch: Watch, tmp_path: Path, state: str, said: str
) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        page.evaluate("location.hash = '#' + " + repr(state))
        expect(page.locator(".warn")).to_contain_text(said)
        expect(page.locator("#screen-title")).to_be_visible()
        page.get_by_role("button", name="Close").click()
        expect(page.locator(".warn")).to_have_count(0)


def test_what_an_old_link_still_says_is_taken(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench&set=gone:1,noise:0.2&mood=blue")
        expect(page.locator(".warn li")).to_have_count(2)
        expect(page.locator("#screen-title")).to_have_text("Workbench")
        assert state_of(page)["set"] == "noise:0.2"


def test_one_drag_is_one_step(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench&find=noise")
        box = slider(page, "noise").bounding_box()
        assert box is not None
        y = box["y"] + box["height"] / 2
        for begin, end in ((0.5, 0.9), (0.9, 0.2)):
            page.mouse.move(box["x"] + begin * box["width"], y)
            page.mouse.down()
            for part in range(11):
                page.mouse.move(box["x"] + (begin + (end - begin) * part / 10) * box["width"], y)
            page.mouse.up()
        low = state_of(page)["set"]
        assert float(low.split(":")[1]) < 0.2
        page.keyboard.press("u")
        high = state_of(page)["set"]
        assert float(high.split(":")[1]) > 0.2
        page.keyboard.press("u")
        assert "set" not in state_of(page)
        expect(page.get_by_role("button", name="Undo")).to_be_disabled()
        page.keyboard.press("Control+Shift+z")
        assert state_of(page)["set"] == high
        page.keyboard.press("Control+y")
        assert state_of(page)["set"] == low
        expect(page.get_by_role("button", name="Redo")).to_be_disabled()


SLOW = """(log) => {
  const { engine } = window.backstop;
  const solve = engine.solve.bind(engine);
  window.asked = [];
  engine.solve = async (request) => {
    const mine = { worlds: request.worlds, given: false };
    window.asked.push(mine);
    await new Promise((done) => setTimeout(done, 400));
    const found = await solve(request);
    mine.given = found !== null;
    return found;
  };
}"""


def test_on_a_slow_machine_a_preview_is_not_given_up_for_all_worlds(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench&find=noise", worlds=1_008)
        page.wait_for_timeout(500)
        page.evaluate(SLOW)
        place = slider(page, "noise").bounding_box()
        assert place is not None
        page.mouse.move(place["x"] + 0.3 * place["width"], place["y"] + place["height"] / 2)
        page.mouse.down()
        expect(page.locator("footer.foot")).not_to_have_attribute("data-worlds", "1008", timeout=10_000)
        expect(page.locator("footer.foot")).to_have_attribute("data-worlds", "1008", timeout=10_000)
        page.mouse.up()
        asked = page.evaluate("window.asked")
    assert asked[0]["worlds"] < asked[1]["worlds"] == 1_008
    assert all(each["given"] for each in asked[:2])


def test_the_way_back_leads_through_screens_and_not_through_sliders(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        page.keyboard.press("w")
        slider(page, "treaty").focus()
        page.keyboard.press("Home")
        assert state_of(page)["yours"] == "as_it_was;treaty:0"
        page.keyboard.press("c")
        state_of(page)
        page.go_back()
        expect(page.locator("#screen-title")).to_have_text("Workbench")
        assert state_of(page)["yours"] == "as_it_was;treaty:0"
        page.go_back()
        expect(page.locator("#screen-title")).to_have_text("Korea 1953 - an armistice, a treaty and a line")
        expect(lead(page)).to_be_visible()
        assert state_of(page)["yours"] == "as_it_was;treaty:0", "what was set stays"
        page.go_forward()
        expect(page.locator("#screen-title")).to_have_text("Workbench")
