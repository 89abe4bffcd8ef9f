"""What a reader does on each screen of a live page, with the keyboard alone."""

from __future__ import annotations

import csv
import re
from collections import namedtuple
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.live.opening import lead, numbers, open_study, slider, state_of
from tests.live.pages import EXAMPLES, data_of
from tests.support.browser import Watch, needs_chromium

from backstop.base.words import range_ends
from backstop.live.payload import OUT_OF
from backstop.questions.claims.judging import judge_briefly
from backstop.questions.inquiry import inquiry_of
from backstop.scenario.study import load, model_of
from backstop.worlds.assessment import assess

pytestmark = needs_chromium

Ranged = namedtuple("Ranged", "mean se q05 q95 q05_se q95_se")
KOREA = data_of("korea-1953", 256)


def press(page: Page, *keys: str) -> None:
    """Keys pressed one after the other."""
    for key in keys:
        page.keyboard.press(key)


def focused(page: Page) -> str:
    """The id of what has the focus, else its text."""
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent"))


def test_the_answer_is_a_sentence_a_table_and_lamps(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        mean = KOREA["baseline"]["as_it_was"]["no_war_20"]["mean"]
        expect(lead(page)).to_contain_text(f"about {round(100 * mean)} of 100 cases under “As it was”")
        expect(lead(page)).to_contain_text("plausible range")
        expect(page.locator("table.arrangements tbody tr")).to_have_count(len(KOREA["arrangements"]))
        expect(page.locator(".lamps li")).to_have_count(len(KOREA["claims"]))
        words = page.locator(".lamp-word").all_inner_texts()
        assert sorted(word.strip() for word in words) == sorted(
            claim["verdict"]["verdict"].replace("_", " ") for claim in KOREA["claims"]
        )
        expect(page.get_by_role("heading", name=re.compile("loses?|lose"))).to_have_count(1)


def test_another_figure_and_another_arrangement_are_looked_into(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        page.locator("#metric").focus()
        press(page, "ArrowUp")  # the figure above in the list
        expect(lead(page)).to_contain_text("No war in five years")
        page.get_by_role("button", name="Bare armistice", exact=True).focus()
        press(page, "Enter")
        expect(lead(page)).to_contain_text("under “Bare armistice”")
        assert state_of(page)["focus"] == "bare_armistice"


def test_a_slider_is_found_moved_taken_back_locked_and_reset(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        before = lead(page).inner_text()
        press(page, "w", "/")
        expect(page.locator("#search")).to_be_focused()
        page.keyboard.type("noise")
        expect(page.locator(".control")).to_have_count(1)
        while focused(page) != "control-noise":
            press(page, "Tab")
        press(page, "End")
        expect(lead(page)).not_to_have_text(before)
        moved = lead(page).inner_text()
        expect(page.locator(".notice")).to_contain_text("This is an intervention")
        expect(page.locator("svg .ghost").first).to_be_attached()
        expect(page.locator(".moved")).to_contain_text("As the study stands")
        assert state_of(page)["set"] == "noise:0.3"
        press(page, "u")
        expect(lead(page)).to_have_text(before)
        press(page, "Shift+U")
        expect(lead(page)).to_have_text(moved)
        press(page, "k")
        expect(slider(page, "noise")).to_be_disabled()
        page.get_by_role("button", name="Lock").focus()
        press(page, "Enter")
        slider(page, "noise").focus()
        press(page, "Backspace")
        expect(lead(page)).to_have_text(before)
        expect(page.locator(".notice")).to_have_count(0)


def test_a_typed_value_is_taken_and_a_wrong_one_is_told_beside_the_field(
    watch: Watch, tmp_path: Path
) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench&find=noise")
        field = page.get_by_role("textbox", name=re.compile("^Value of "))
        for text, said in (("a lot", "“a lot” is no number."), ("7", "The range is 0.1 to 0.3.")):
            field.fill(text)
            press(page, "Enter")
            expect(page.get_by_role("alert")).to_have_text(said)
        assert "set" not in state_of(page)
        field.fill("0.123")
        press(page, "Enter")
        expect(page.get_by_role("alert")).to_have_count(0)
        assert state_of(page)["set"] == "noise:0.123"
        field.fill("")
        press(page, "Enter")
        assert "set" not in state_of(page)


def test_an_arrangement_of_ones_own_follows_its_measures_alone(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench")
        rows = page.locator("table.arrangements tbody tr")
        before = rows.all_inner_texts()
        slider(page, "treaty").focus()
        press(page, "Home")
        expect(rows).to_have_count(len(before) + 1)
        assert rows.all_inner_texts()[: len(before)] == before
        expect(page.locator(".notice")).to_contain_text(
            "“Yours” is “As it was” with 1 measure at another level"
        )
        assert state_of(page)["yours"] == "as_it_was;treaty:0"
        page.get_by_role("button", name="Give Yours up").focus()
        press(page, "Enter")
        expect(rows).to_have_count(len(before))


def test_changed_only_reset_all_and_the_passage_behind_a_slider(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench&set=noise:0.15,discount_us:0.8&lock=noise")
        press(page, "x")
        expect(page.locator(".control")).to_have_count(2)
        slider(page, "discount_us").focus()
        press(page, "e")
        sheet = page.get_by_role("dialog")
        expect(sheet).to_contain_text("What it rests on")
        press(page, "Escape")
        expect(sheet).to_have_count(0)
        assert focused(page) == "control-discount_us"
        press(page, "0")
        assert state_of(page)["set"] == "noise:0.15", "what is locked stays"


def test_arrangements_are_compared_on_the_same_worlds(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        press(page, "c")
        difference = KOREA["baseline_differences"]["as_it_was"]["no_war_20"]
        expect(lead(page)).to_contain_text(
            f"{round(100 * difference['mean'])} cases in 100 more under “As it was”"
        )
        ends = range_ends(Ranged(*(difference[part] for part in Ranged._fields)), cases=True)
        assert ends is not None
        assert numbers(lead(page).inner_text())[-4:-2] == [float(ends.low), float(ends.high)]
        page.get_by_role("button", name="Yours (begin a copy)").focus()
        press(page, "Enter")
        expect(page.locator("#main .lead")).to_have_count(2)
        expect(page.locator("#main .lead").nth(1)).to_contain_text(
            "under “Yours” than under “Bare armistice”"
        )
        assert state_of(page)["show"] == "bare_armistice,as_it_was,yours"
        expect(page.get_by_role("heading", name="What differs in what goes in")).to_be_visible()


def test_inputs_say_what_they_rest_on_and_lead_to_their_slider(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        press(page, "i")
        expect(page.locator("article.entry")).to_have_count(len(KOREA["controls"]))
        entry = page.locator("#input-treaty")
        for label in ("Can be promised", "Low end", "Rests on", "Used by"):
            expect(entry.get_by_text(label, exact=True)).to_be_visible()
        entry.get_by_role("button", name="Move it in the workbench").focus()
        press(page, "Enter")
        expect(page.locator("#screen-title")).to_have_text("Workbench")
        expect(slider(page, "treaty")).to_be_visible()


def test_claims_are_judged_anew_as_things_are_set(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=claims&set=wants_all_north:0,wants_all_south:0")
        expect(page.locator(".lamps .was").first).to_be_visible()
        words = page.locator(".lamps .lamp-word").all_inner_texts()
        assert len(words) == len(KOREA["claims"])
        press(page, "w", "0", "l")
        expect(page.locator(".lamps .was")).to_have_count(0)
        shown = sorted(word.strip() for word in page.locator(".lamps .lamp-word").all_inner_texts())
        assert shown == sorted(claim["verdict"]["verdict"].replace("_", " ") for claim in KOREA["claims"])


def test_a_claim_that_looks_for_a_level_is_judged_anew_at_rest(watch: Watch, tmp_path: Path) -> None:
    name = "m13_backstop_needed"
    values = {"us_edge": 0.25, "honour_us": 1.5}
    model = model_of(load(EXAMPLES / "ukraine-2025"), set=values)
    result = assess(model, 208, 1, out_of=OUT_OF)
    theirs = judge_briefly(inquiry_of(result), result)[name].verdict
    before = next(c for c in data_of("ukraine-2025", 208)["claims"] if c["name"] == name)["verdict"]
    assert theirs.as_dict()["true"] != before["true"]
    with watch() as seen:
        state = "screen=claims&set=" + ",".join(f"{n}:{v}" for n, v in values.items())
        page = open_study(seen, tmp_path, "ukraine-2025", state, worlds=208)
        expect(page.locator(".is-waiting")).to_have_count(0, timeout=20_000)
        with page.expect_download() as found:
            page.get_by_role("button", name="Save as CSV: All claims").click()
        rows = list(csv.DictReader(Path(found.value.path()).read_text(encoding="utf-8").splitlines()))
    row = next(row for row in rows if row["claim"] == name)
    assert row["now"].replace(" ", "_") == theirs.verdict
    assert float(row["true"]) == theirs.as_dict()["true"]


def test_lamps_that_are_not_yet_judged_say_that_they_are_of_the_study(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench&find=noise")
        page.get_by_role("heading", name="The claims").scroll_into_view_if_needed()
        box = slider(page, "noise").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 5, box["y"] + box["height"] / 2)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] / 3, box["y"] + box["height"] / 2)
        count = len(KOREA["claims"])
        expect(page.locator(".lamps .is-waiting")).to_have_count(count)
        expect(page.locator(".lamps .is-waiting").first).to_contain_text("as the study stands")
        page.mouse.up()
        expect(page.locator(".lamps .is-waiting")).to_have_count(0)
        expect(page.locator(".lamps li")).to_have_count(count)


def test_the_bench_redraws_what_actors_gain_with_the_study_behind(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench&slots=survival,intervals&find=noise")
        gains = page.get_by_role("figure").filter(has=page.get_by_role("heading", name=re.compile("lose")))
        page.get_by_role("heading", name="Who gains and who loses").scroll_into_view_if_needed()
        expect(gains.locator("svg .mark").first).to_be_attached()
        expect(gains.locator("svg .ghost-mark")).to_have_count(0)
        before = gains.locator("svg").inner_html()
        slider(page, "noise").focus()
        press(page, "End")
        expect(gains.locator("svg .ghost-mark").first).to_be_attached()
        rows, columns = len(KOREA["arrangements"]) - 1, len(KOREA["actors"])
        expect(gains.locator("svg .ghost-mark")).to_have_count(rows * columns)
        assert gains.locator("svg").inner_html() != before
        expect(page.locator("svg .ghost-line")).to_have_count(len(KOREA["arrangements"]))
        press(page, "u")
        expect(gains.locator("svg .ghost-mark")).to_have_count(0)


def test_what_is_out_of_sight_is_right_when_it_is_come_to(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, "ukraine-2025", "screen=workbench&find=held_now", worlds=208)
        rows = page.locator("table.arrangements tbody")
        before = rows.inner_text()
        slider(page, "held_now").focus()
        press(page, "End")
        expect(rows).not_to_have_text(before)
        page.get_by_role("heading", name="All arrangements").scroll_into_view_if_needed()
        page.wait_for_timeout(400)
        here = rows.inner_text()
        page.reload()
        page.wait_for_selector("#backstop[data-compared]", state="attached")
        page.wait_for_timeout(400)
        assert rows.inner_text() == here


def test_the_answer_and_a_claim_lead_to_why_and_to_what_would_flip_them(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        page.get_by_role("button", name="Why?", exact=True).click()
        expect(page.locator("#screen-title")).to_be_focused()
        expect(page.locator("svg.phase-map")).to_be_attached()
        press(page, "a")
        page.get_by_role("button", name="What would flip it?", exact=True).press("Enter")
        expect(page.locator("#flip-kind")).to_have_value("metric")
        press(page, "l")
        claim = next(c for c in KOREA["claims"] if c["test"] is not None)
        page.get_by_role("button", name=f"What would flip it? {claim['title']}").click()
        expect(page.locator("#flip-claim")).to_have_value(claim["name"])


def test_what_can_no_longer_be_pressed_hands_the_focus_to_what_stands_beside_it(
    watch: Watch, tmp_path: Path
) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench&find=noise&set=noise:0.15")
        lock = page.get_by_role("button", name="Lock Noise in choices")
        slider(page, "noise").focus()
        press(page, "k")
        expect(slider(page, "noise")).to_be_disabled()
        expect(lock).to_be_focused()
        press(page, "k")
        expect(slider(page, "noise")).to_be_enabled()
        page.get_by_role("button", name="Reset Noise in choices").focus()
        press(page, "Enter")
        expect(slider(page, "noise")).to_be_focused()
        undo = page.get_by_role("button", name="Undo", exact=True)
        undo.focus()
        while undo.is_enabled():
            press(page, "Enter")
        expect(page.get_by_role("button", name="Redo", exact=True)).to_be_focused()


def test_on_a_phone_the_answer_comes_before_the_sliders_and_the_claims_after(
    watch: Watch, tmp_path: Path
) -> None:
    with watch(viewport={"width": 360, "height": 740}) as seen:
        page = open_study(seen, tmp_path, state="screen=workbench")
        places = [
            page.locator(f".bench > .{part}").evaluate("(element) => element.getBoundingClientRect().top")
            for part in ("charts", "sliders", "under")
        ]
        assert places == sorted(places)
        page.set_viewport_size({"width": 1400, "height": 900})
        tops, lefts = zip(
            *(
                page.locator(f".bench > .{part}").evaluate(
                    "(element) => [element.getBoundingClientRect().top, element.getBoundingClientRect().left]"
                )
                for part in ("sliders", "charts", "under")
            ),
            strict=True,
        )
        assert abs(tops[0] - tops[1]) < 2
        assert tops[2] > tops[1]
        assert lefts[0] < lefts[1] == lefts[2]


def test_a_camp_sets_what_it_has_a_view_on_and_lets_it_go_again(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, "ukraine-2025", "screen=workbench")
        page.get_by_text("At the middle of what a camp of experts holds").focus()
        press(page, "Enter")
        wary = page.get_by_role("button", name="wary", exact=True)
        page.get_by_role("button", name="believers", exact=True).click()
        wary.focus()
        press(page, "Enter")
        expect(wary).to_have_attribute("aria-pressed", "true")
        found = dict(part.split(":") for part in state_of(page)["set"].split(","))
        assert found["revanchist"] == "1"
        assert len(found) == 3
        notice = page.locator(".notice")
        expect(notice).to_contain_text(
            "the middle of what “wary” and “believers” hold, the same in every world"
        )
        expect(notice).to_contain_text("--camp NAME on the command line does")
        press(page, "Enter")
        expect(wary).to_have_attribute("aria-pressed", "false")
        assert "revanchist" not in state_of(page)["set"]


def test_a_word_of_the_glossary_is_said_where_it_stands(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        page.get_by_role("button", name="plausible range").focus()
        press(page, "Enter")
        expect(page.get_by_role("dialog")).to_contain_text("5 worlds of 100 lie below")
        press(page, "Escape")
        assert focused(page) == "plausible range"


def test_the_sheet_of_keys_tells_every_screen_and_single_keys_can_be_switched_off(
    watch: Watch, tmp_path: Path
) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        press(page, "?")
        sheet = page.get_by_role("dialog")
        links = page.get_by_role("navigation", name="Screens").get_by_role("link", include_hidden=True)
        titles = links.all_inner_texts()
        assert len(titles) >= 8
        told = sheet.locator("td").all_inner_texts()
        assert set(titles) <= set(told)
        keys = sheet.locator("kbd").all_inner_texts()
        assert len([key for key in keys if re.fullmatch("[a-z]", key)]) == len(
            {key for key in keys if re.fullmatch("[a-z]", key)}
        ), "no key does two things"
        sheet.get_by_role("checkbox").focus()
        press(page, "Space", "Escape", "w")
        expect(page.locator("#screen-title")).not_to_have_text("Workbench")
        page.reload()
        page.wait_for_selector("#backstop[data-compared]", state="attached")
        press(page, "w")
        expect(page.locator("#screen-title")).not_to_have_text("Workbench")


def test_every_screen_is_reached_by_its_key_and_its_heading_has_the_focus(
    watch: Watch, tmp_path: Path
) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path)
        seen_titles = set()
        for key in "wcilrpha":
            press(page, key)
            page.wait_for_timeout(60)
            assert focused(page) == "screen-title", key
            seen_titles.add(page.title())
        assert len(seen_titles) == 8
        expect(page.locator("#printed")).to_be_hidden()
        press(page, "p")
        expect(page.locator("#printed")).to_be_visible()
        page.go_back()
        expect(page.locator("#printed")).to_be_hidden()


def test_an_answer_is_said_once_to_who_listens(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        page = open_study(seen, tmp_path, state="screen=workbench&find=noise")
        status = page.locator("[role=status][aria-live=polite]")
        page.wait_for_timeout(900)
        assert status.inner_text() == "", "nothing is said of what has not changed"
        slider(page, "noise").focus()
        for _ in range(5):
            press(page, "ArrowRight")
        page.wait_for_timeout(1500)
        expect(status).to_have_text(lead(page).inner_text())
