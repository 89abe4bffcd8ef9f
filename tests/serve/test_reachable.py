"""What a server adds, for everyone: keyboard alone, nothing serious by axe-core, no wider than a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.live.test_reachable import AXE, RUN
from tests.support.browser import Watch, needs_chromium
from tests.support.lottery import study
from tests.support.serving import Server, serving

pytestmark = needs_chromium
OWN = ("http://127.0.0.1:", "blob:", "data:")
LONG = 60_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(study(tmp_path_factory.mktemp("lottery"))) as found:
        job = found.client.post("/api/jobs", {"analysis": "claims", "worlds": 100}).json()
        found.client.over(job["id"])
        found.client.post(
            "/api/jobs", {"analysis": "sensitivity", "options": {"metric": "peace"}, "worlds": 10}
        )
        yield found


def screens(page: Page, server: Server) -> Iterator[str]:
    """Every state of the two screens, one after the other."""
    page.goto(server.new_link())
    page.wait_for_selector("#backstop nav", timeout=LONG)
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text("Analyses")
    expect(page.locator(".job[data-state=done] table:not(figure *)").first).to_be_visible(timeout=LONG)
    for form in page.locator(".chips[aria-label=Analyses] button").all():
        form.click()
        page.evaluate("document.querySelectorAll('form details').forEach((each) => (each.open = true))")
        yield f"analyses {form.inner_text()}"
    page.get_by_role("button", name="Packages", exact=True).click()
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".field .wrong").first).to_be_visible()
    yield "analyses, a field that is wrong"
    page.get_by_role("button", name="More worlds", exact=True).click()
    page.fill("#field-worlds", "200")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator(".job figure svg text").first).to_be_visible(timeout=60_000)
    yield "analyses, an answer with charts"
    page.locator("#screen-title").focus()
    page.keyboard.press("t")
    page.wait_for_selector("#scenario-text")
    yield "scenario"
    page.fill(
        "#scenario-text", page.input_value("#scenario-text").replace("range: [0, 1]", "range: [0, one]", 1)
    )
    expect(page.locator("#scenario-faults .faults li").first).to_be_visible(timeout=10_000)
    yield "scenario with an error"


def test_axe_finds_nothing_serious(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        seen.expects("422")
        loaded = False
        count = 0
        for state in screens(seen.page, server):
            if not loaded:
                seen.page.evaluate(AXE.read_text(encoding="utf-8"))
                loaded = True
            for scheme in ("light", "dark"):
                seen.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                assert seen.page.evaluate(RUN) == [], (state, scheme)
                count += 1
        assert count >= 20


def test_nothing_is_wider_than_a_phone(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN, viewport={"width": 360, "height": 740}) as seen:
        seen.expects("422")
        for state in screens(seen.page, server):
            assert seen.page.evaluate("document.documentElement.scrollWidth") <= 360, state


def test_by_the_keyboard_alone(server: Server, watch: Watch, tmp_path: Path) -> None:
    """Ask for an analysis, stop it, and break and mend the scenario, without a mouse."""
    with watch(allowed=OWN) as seen:
        page = seen.page
        page.goto(server.new_link())
        page.wait_for_selector("#backstop nav", timeout=LONG)
        page.keyboard.press("n")
        page.wait_for_selector("form.ask")
        page.locator("#screen-title").focus()

        def tab_to(name: str) -> None:
            for _ in range(200):
                page.keyboard.press("Tab")
                said = page.evaluate(
                    "(({ textContent, labels, id }) => [textContent, labels?.[0]?.textContent ?? '', id].join('|'))"
                    "(document.activeElement)"
                )
                if name in said.split("|"):
                    return
            raise AssertionError(f"Tab does not lead to {name}")

        tab_to("More worlds")
        page.keyboard.press("Enter")
        tab_to("Worlds")
        page.keyboard.press("Control+a")
        page.keyboard.type("2000000")
        page.keyboard.press("Enter")
        expect(page.locator(".job progress")).to_be_visible(timeout=LONG)
        tab_to("Stop")
        page.keyboard.press("Enter")
        expect(page.locator(".job[data-state=cancelled]").first).to_be_visible(timeout=10_000)

        page.locator("#screen-title").focus()
        page.keyboard.press("t")
        page.wait_for_selector("#scenario-text")
        tab_to("scenario-text")
        page.keyboard.press("Control+Home")
        page.keyboard.type("nonsense: 1\n")
        fault = page.locator("#scenario-faults .faults button").first
        expect(fault).to_be_visible(timeout=10_000)
        tab_to("Line 1")
        page.keyboard.press("Enter")
        assert page.evaluate("document.activeElement.id") == "scenario-text"
        assert page.evaluate("document.getSelection().toString()") == "nonsense: 1"
        page.keyboard.press("Delete")
        page.keyboard.press("Delete")
        expect(page.locator("#scenario-faults")).to_contain_text("No errors", timeout=10_000)
