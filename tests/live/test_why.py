"""A world laid open in the page: what a reader sees is what Python has, by mouse and by keyboard, also on a phone."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from tests.live.pages import EXAMPLES, data_of, world_of, written
from tests.support.browser import Watched, needs_chromium, opener

from backstop.base.words import frequency
from backstop.scenario.study import load
from backstop.worlds.trace import trace
from backstop.worlds.tracing.traced import NodeTrace, WorldTrace

pytestmark = needs_chromium

LEARNING = "../src/backstop/scenario/templates/learning"
STUDIES = ("ladder", "korea-1953", "ukraine-2025", LEARNING)
WORLDS = 208


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {study: written(tmp_path_factory.mktemp("page"), data_of(study, WORLDS)) for study in STUDIES}


@pytest.fixture
def opened(browser: Browser, addresses: dict[str, str]) -> Iterator[Any]:
    """Opens a study at an address and waits until a world is laid open."""
    watches = []

    def open_page(study: str, at: str = "v=1&screen=why", **options: Any) -> Page:
        watch = opener(browser)(**options)
        seen: Watched = watch.__enter__()
        watches.append(watch)
        seen.page.goto(f"{addresses[study]}#{at}")
        seen.page.wait_for_selector("#backstop[data-compared]", state="attached")
        if "screen=why" in at:
            seen.page.wait_for_selector("[role=tree]")
        return seen.page

    yield open_page
    for watch in watches:
        watch.__exit__(None, None, None)


def until(page: Page, holds: str, seconds: float = 20.0) -> None:
    """Wait until an expression is true in the page, whose policy allows no function made of text there."""
    for _ in range(int(10 * seconds)):
        if page.evaluate(holds):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"did not come to hold: {holds}")


def readable(name: str) -> str:
    return name.replace("_", " ")


def focus_of(study: str) -> str:
    return str(data_of(study, WORLDS)["headline"]["focus"])


def traced(study: str, world: int | str = "central", period: int = 0) -> WorldTrace:
    """A world of the page as the plain solver, or the program where others learn, has it."""
    model = load(EXAMPLES / study)
    if world == "central":
        return trace(model, focus_of(study), world, 1, periods=(period,))
    assert isinstance(world, int)
    fixed = model.with_values(world_of(data_of(study, WORLDS), world))
    return trace(fixed, focus_of(study), "central", 1, periods=(period,))


def shown_first(of: WorldTrace, period: int = 0) -> NodeTrace:
    """The root of the likeliest phase in which something is decided."""
    phase = max((p for p in of.phases[period] if p.nodes), key=lambda each: each.share)
    return phase.nodes[0]


@pytest.mark.parametrize("study", STUDIES)
def test_the_first_moves_are_those_of_python(opened: Any, study: str) -> None:
    page = opened(study)
    root = shown_first(traced(study))
    rows = page.locator("[role=treeitem][aria-level='2']").all_inner_texts()
    assert len(rows) == len(root.moves)
    for row, move in zip(rows, root.moves, strict=True):
        assert readable(move.label) in row
        assert frequency(move.probability) in row


def test_another_world_year_and_phase(opened: Any) -> None:
    study = "korea-1953"
    page = opened(study)
    page.fill("#why-world", "17")
    page.press("#why-world", "Enter")
    page.select_option("#why-year", "2")
    until(page, "document.querySelector('.phase-words').textContent.includes('begins in year 2')")
    of = traced(study, 17, 2)
    root = shown_first(of, 2)
    text = page.inner_text("[role=tree]")
    for move in root.moves:
        assert frequency(move.probability) in text
    others = [phase for phase in of.phases[2] if phase.nodes and phase.nodes[0] is not root]
    page.select_option("#why-phase", others[0].phase)
    first = others[0].nodes[0].moves[0]
    until(page, f"document.querySelector('[role=tree]').textContent.includes('{readable(first.label)}')")
    assert "world=17" in page.url
    until(page, "location.hash.includes('period=2') && location.hash.includes('phase=')")


def test_a_link_comes_back_to_the_same_place(opened: Any) -> None:
    page = opened("korea-1953", "v=1&screen=why&world=17&period=2&phase=armistice")
    assert page.input_value("#why-world") == "17"
    assert page.input_value("#why-year") == "2"
    assert page.input_value("#why-phase") == "armistice"
    page = opened("korea-1953", "v=1&screen=why&period=99&phase=nowhere")
    said = page.inner_text(".notices")
    assert "no period 99" in said
    assert "no phase called nowhere" in said


def test_the_tree_is_walked_by_keyboard_alone(opened: Any) -> None:
    page = opened("ukraine-2025", "v=1")
    page.keyboard.press("y")
    page.wait_for_selector("[role=tree]")
    assert page.evaluate("document.activeElement.id") == "screen-title"
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('role')") == "treeitem":
            break
    at = "document.activeElement.getAttribute('data-key')"
    assert page.evaluate(at) == "r"
    page.keyboard.press("ArrowDown")
    until(page, f"{at} === 'r.0'")
    before = page.inner_text(".decision")
    page.keyboard.press("ArrowRight")
    until(page, f"{at} === 'r.0.0'")
    page.keyboard.press("ArrowLeft")  # closes what is open there, or goes up
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    until(page, f"{at} === 'r'")
    page.keyboard.press("End")
    until(page, f"{at} !== 'r'")
    last = page.evaluate(at)
    assert page.inner_text(".decision") != before
    selected = page.locator("[role=treeitem][aria-selected=true]")
    assert selected.count() == 1
    assert selected.get_attribute("data-key") == last
    assert page.locator("[role=treeitem][tabindex='0']").count() == 1
    # Enter opens and closes.
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('[role=treeitem]').length === 1")
    assert page.evaluate("document.activeElement.getAttribute('aria-expanded')") == "false"
    page.keyboard.press("Enter")
    until(page, "document.querySelectorAll('[role=treeitem]').length > 3")


def test_sentences_say_what_a_move_is_worth(opened: Any) -> None:
    page = opened("korea-1953")
    root = shown_first(traced("korea-1953"))
    best = max(root.moves, key=lambda move: move.probability)
    said = page.inner_text(".decision .lead")
    assert f"“{readable(best.label)}” in {frequency(best.probability)}" in said
    assert f"worth {best.utilities[root.actor]:.2f}".replace("-", "−") in said


def test_beliefs_before_and_after_and_other_beliefs(opened: Any) -> None:
    page = opened(LEARNING, "v=1&screen=why&period=1")
    of = traced(LEARNING, "central", 1)
    root = shown_first(of, 1)
    assert root.belief is not None
    text = page.inner_text("[role=tree]")
    move = root.moves[0]
    assert f"belief {root.belief:.2f} → {move.belief:.2f}" in text
    page.fill("#why-belief", "1")
    until(page, "document.querySelector('[role=tree]').textContent.includes('belief 1.00 → 1.00')")
    page.get_by_role("button", name="What they do believe").click()
    until(
        page,
        "document.querySelector('[role=tree]').textContent"
        f".includes('belief {root.belief:.2f} → {move.belief:.2f}')",
    )


def test_a_world_in_which_a_claim_fails(opened: Any) -> None:
    page = opened("korea-1953")
    claim = data_of("korea-1953", WORLDS)["claims"][0]
    page.select_option("#why-claim", claim["name"])
    until(page, "document.querySelector('.worlds [role=status]')?.textContent.includes('fails')")
    said = page.inner_text(".worlds [role=status]")
    assert said.startswith(("World ", "In no world"))


@pytest.mark.parametrize("study", STUDIES)
def test_a_phone_has_the_list_and_no_line_too_long(opened: Any, study: str) -> None:
    page = opened(study, viewport={"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert not page.locator(".tree-frame").is_visible()
    assert page.locator("[role=treeitem]").first.is_visible()


def test_the_drawing_follows_a_click(opened: Any) -> None:
    page = opened("korea-1953", viewport={"width": 1400, "height": 900})
    assert page.locator("svg.tree circle.node").count() >= 1
    page.locator("svg.tree g.at, svg.tree g .touch").nth(1).click()
    assert page.locator("svg.tree g.at").count() == 1


def test_a_decision_is_taken_to_what_would_flip_it(opened: Any) -> None:
    page = opened("korea-1953")
    page.get_by_role("button", name="What would make another move the likeliest here?").click()
    page.wait_for_selector("#flip-node")
    page.get_by_role("button", name="Search").click()
    found = page.locator("section[aria-label='What flips it']")
    found.wait_for(timeout=120_000)
    text = found.inner_text()
    assert "is the likeliest move there" in text
    if "No single slider flips it." not in text:
        page.locator("section[aria-label='What flips it'] td button").first.click()
        until(page, "location.hash.includes('set=') || location.hash.includes('yours=')")


def test_nothing_serious_is_found_by_axe(opened: Any) -> None:
    source = (Path(__file__).parents[1] / "support" / "axe" / "axe.min.js").read_text(encoding="utf-8")
    pages = (("korea-1953", "why"), (LEARNING, "why&period=1"), ("korea-1953", "flips"))
    for study, screen in pages:
        for scheme in ("light", "dark"):
            page = opened(study, f"v=1&screen={screen}", color_scheme=scheme)
            page.evaluate(source)
            found = page.evaluate("axe.run('#backstop')")
            serious = [v for v in found["violations"] if v["impact"] in ("serious", "critical")]
            assert serious == [], [(v["id"], v["nodes"][0]["html"][:200]) for v in serious]


def flows(page: Page) -> list[dict[str, str]]:
    """What flows from phase to phase, as the page gives it for a file."""
    with page.expect_download() as found:
        page.get_by_role("button", name=re.compile("^Save as CSV: After ")).click()
    return list(csv.DictReader(Path(found.value.path()).read_text(encoding="utf-8").splitlines()))


@pytest.mark.parametrize("study", STUDIES)
@pytest.mark.parametrize("world", ["central", 7])
def test_yearly_flows_lead_from_the_shares_of_a_year_to_those_of_the_next(
    opened: Any, study: str, world: int | str
) -> None:
    page = opened(study, f"v=1&screen=why&world={world}")
    page.wait_for_selector("svg.phase-map")
    found = flows(page)
    years = data_of(study, WORLDS)["curves"]["years"]
    focus = focus_of(study)
    model = load(EXAMPLES / study)
    at: int | str = world
    if world != "central":
        model, at = model.with_values(world_of(data_of(study, WORLDS), int(world))), "central"
    periods = tuple(range(len(years) - 1))
    of = trace(model, focus, at, 1, periods=periods)
    known = {t: {phase.phase: phase for phase in of.phases[t]} for t in periods}
    # Where a type is hidden flows are those at the average belief, as the page says.
    near = 0.005 if study == LEARNING else 1e-9
    assert page.get_by_text("Flows are those at the belief").count() == int(study == LEARNING)
    compared = 0
    for t in periods:
        here = [row for row in found if float(row["year"]) == years[t]]
        leaving: Counter[str] = Counter()
        coming: Counter[str] = Counter()
        for row in here:
            leaving[row["from"]] += float(row["probability"])
            coming[row["to"]] += float(row["probability"])
        for name, phase in known[t].items():
            assert leaving[name] == pytest.approx(phase.share, abs=1e-9), (t, name)
            if t + 1 in known:
                assert coming[name] == pytest.approx(known[t + 1][name].share, abs=near), (t, name)
            compared += 1
    assert compared >= len(periods)


def test_a_phase_and_a_year_are_chosen_on_the_map_and_without_a_mouse(opened: Any) -> None:
    page = opened("ukraine-2025")
    stops = page.locator("svg.phase-map .stop")
    assert stops.count() >= 12
    stops.nth(3).click()
    page.wait_for_timeout(300)
    assert "phase=" in page.url
    assert "period=" in page.url
    expect(page.locator("svg.phase-map .at")).to_have_count(1)
    expect(page.locator("#why-year")).not_to_have_value("0")
    page.get_by_text(re.compile("^What flows in the year")).focus()
    page.keyboard.press("Enter")
    button = page.get_by_role("button", name="Look into Formal deal in force").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#why-phase")).to_have_value("peace")
