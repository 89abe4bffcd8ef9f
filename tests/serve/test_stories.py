"""What people do with a served study, in a real Chromium: analyses, editing, two browsers, and a server that dies."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.support.browser import Watch, needs_chromium
from tests.support.command import run
from tests.support.serving import Server, serving
from tests.support.small_studies import PLEDGE, write

pytestmark = needs_chromium
OWN = ("http://127.0.0.1:", "blob:", "data:")
LONG = 60_000
TEXT = "#scenario-text"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "pledge", PLEDGE.replace("  spread: {", "  # steadiness\n  spread: {"))


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as found:
        yield found


def opened(page: Page, link: str, screen: str) -> None:
    page.goto(link)
    page.wait_for_selector("#backstop nav", timeout=LONG)
    page.get_by_role("link", name=screen, exact=True).click()
    expect(page.locator("h1")).to_have_text(screen)


def replaced(page: Page, old: str, new: str) -> None:
    text = page.input_value(TEXT)
    assert old in text
    page.fill(TEXT, text.replace(old, new))


def test_an_analysis_is_run_and_gives_what_the_command_gives(
    server: Server, folder: Path, watch: Watch
) -> None:
    with watch(allowed=OWN) as seen:
        page = seen.page
        opened(page, server.new_link(), "Analyses")
        page.get_by_role("button", name="Sensitivity").click()
        page.get_by_label("Method").select_option("morris")
        page.fill("#field-worlds", "256")
        page.get_by_role("button", name="Run").click()
        job = page.locator(".job[data-state=done]")
        expect(job.locator("table:not(figure *)").first).to_be_visible(timeout=LONG)
        command = job.locator("textarea").input_value()
        with page.expect_download() as download:
            job.get_by_role("link", name="The whole answer as JSON").click()
        given = download.value.path().read_text(encoding="utf-8")
    words = shlex.split(command)
    assert words[:2] == ["backstop", "sensitivity"]
    answer = run(*words[1:], "--json")
    assert answer.code == 0
    assert given == answer.out


CHARTS = {
    "More worlds": {"#field-worlds": "500"},
    "Sensitivity": {"#field-worlds": "256"},
    "Conditions": {"#field-conditions-where": "lasting < 0.5", "#field-worlds": "1000"},
    "Packages": {
        "#field-design-target": "lasting >= 0.8",
        "#field-design-share": "0.9",
        "#field-worlds": "200",
    },
    "Robustness": {"#field-worlds": "500"},
    "Form of the model": {"#field-worlds": "200"},
}


def test_analyses_have_the_charts_of_a_report(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        page = seen.page
        opened(page, server.new_link(), "Analyses")
        for title, fields in CHARTS.items():
            page.get_by_role("button", name=title, exact=True).click()
            for field, value in fields.items():
                page.fill(field, value)
            page.get_by_role("button", name="Run", exact=True).click()
            job = page.locator(".job").first
            expect(job.locator("h3")).to_contain_text(title)
            figure = job.locator("figure").first
            expect(figure.locator("svg")).to_be_visible(timeout=LONG)
            shown = page.request.get(f"{server.url}/api/jobs/{job.get_attribute('data-job')}").json()["shown"]
            assert job.locator("figure svg").count() == len(shown["figures"]) >= 1
            told = shown["figures"][0]
            expect(figure.locator("h4")).to_have_text(told["title"])
            # Every letter and shape of the drawing has arrived, and its numbers stand beneath.
            drawn = figure.locator("svg")
            assert drawn.locator("text").count() == told["wide"].count("<text ") >= 3
            assert drawn.locator("path, rect, circle").count() >= 3
            figure.get_by_text("The numbers").click()
            assert figure.locator("tbody tr").count() == len(told["table"]["rows"])
            with page.expect_download() as download:
                figure.get_by_role("button", name="Save as CSV").click()
            lines = Path(download.value.path()).read_bytes().split(b"\r\n")
            assert len(lines) == 2 + len(told["table"]["rows"])
            with page.expect_download() as download:
                figure.get_by_role("button", name="Save as SVG").click()
            saved = Path(download.value.path()).read_text(encoding="utf-8")
            assert "Source:" in saved
            assert saved.count("<path ") == told["wide"].count("<path ")


def test_sliders_go_with_what_is_asked(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        page = seen.page
        page.goto(server.new_link())
        page.wait_for_selector("#backstop nav", timeout=LONG)
        page.goto("about:blank")
        page.goto(f"{server.url}/#v=1&screen=analyses&set=ceiling:40&yours=bare;force:20")
        expect(page.locator("h1")).to_have_text("Analyses", timeout=LONG)
        page.get_by_role("button", name="Robustness").click()
        page.fill("#field-worlds", "100")
        page.get_by_role("button", name="Run").click()
        job = page.locator(".job[data-state=done]")
        expect(job.locator("table:not(figure *)").first).to_be_visible(timeout=LONG)
        command = job.locator("textarea").input_value()
        assert "--set ceiling=40" in command
        assert "--yours force=20" in command
        assert "Yours" in job.locator("table:not(figure *)").first.inner_text()


def test_what_does_not_fit_is_said_beside_its_field(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        seen.expects("422")
        page = seen.page
        opened(page, server.new_link(), "Analyses")
        page.get_by_role("button", name="Conditions").click()
        page.get_by_role("button", name="Run").click()
        expect(page.locator(".field .wrong")).to_contain_text("This is needed".lower())
        page.get_by_label("What happens").fill("lasting < nonsense")
        page.get_by_role("button", name="Run").click()
        job = page.locator(".job[data-state=failed]")
        expect(job).to_contain_text("nonsense", timeout=LONG)


def test_a_long_job_is_stopped(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        page = seen.page
        opened(page, server.new_link(), "Analyses")
        page.fill("#field-worlds", "2000000")
        page.get_by_role("button", name="Run").click()
        expect(page.locator(".job progress")).to_be_visible()
        expect(page.locator(".job .progress")).to_contain_text("%", timeout=LONG)
        page.get_by_role("button", name="Stop", exact=True).click()
        expect(page.locator(".job[data-state=cancelled]")).to_be_visible(timeout=5000)
    assert [job["state"] for job in server.client.get("/api/jobs").json()["jobs"]] == ["cancelled"]


def test_a_broken_text_is_mended_and_solved_anew(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        page = seen.page
        opened(page, server.new_link(), "Scenario")
        before = server.client.get("/api/news").json()["digest"]
        replaced(page, "range: [0, 1]", "range: [0, one]")
        fault = page.locator("#scenario-faults .faults li").first
        expect(fault).to_contain_text("Line 11", timeout=10_000)
        expect(page.locator(".margin .flag")).to_have_text("11")
        seen.expects("422")
        page.get_by_role("button", name="Apply and solve anew").click()
        expect(page.locator("#scenario-faults")).to_contain_text(
            "The last answer that was sound is still shown"
        )
        assert server.client.get("/api/news").json()["digest"] == before
        replaced(page, "range: [0, one]", "range: [0, 2]")
        expect(page.locator("#scenario-faults")).to_contain_text("No errors", timeout=10_000)
        page.get_by_role("button", name="Apply and solve anew").click()
        expect(page.locator(".notice").first).to_contain_text("solved anew", timeout=LONG)
        assert "range: [0, 2]" in page.input_value(TEXT)
        assert server.client.get("/api/news").json()["digest"] != before
        page.wait_for_selector("#backstop[data-differing]", state="attached", timeout=LONG)
        assert page.get_attribute("#backstop", "data-differing") == "0"


def test_a_changed_text_is_saved_as_a_new_file(server: Server, folder: Path, watch: Watch) -> None:
    first = (folder / "scenario.yaml").read_bytes()
    with watch(allowed=OWN) as seen:
        page = seen.page
        opened(page, server.new_link(), "Scenario")
        replaced(page, "discount: 0.8,", "discount: 0.7,")
        page.fill("#save-name", "patient.yaml")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".notice").first).to_contain_text("saved as patient.yaml", timeout=LONG)
    assert (folder / "scenario.yaml").read_bytes() == first
    assert (folder / "patient.yaml").read_bytes() == first.replace(b"discount: 0.8,", b"discount: 0.7,")


def test_sliders_are_put_into_the_text(server: Server, folder: Path, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        page = seen.page
        page.goto(server.new_link())
        page.wait_for_selector("#backstop nav", timeout=LONG)
        page.goto("about:blank")
        page.goto(f"{server.url}/#v=1&screen=edit&set=spread:0.4&yours=bare;force:20")
        expect(page.locator("h1")).to_have_text("Scenario", timeout=LONG)
        page.get_by_role("button", name="Put my sliders into the text").click()
        expect(page.locator(".notice", has_text="Your sliders were put")).to_be_visible(timeout=10_000)
        text = page.input_value(TEXT)
        assert "spread: {value: 0.4" in text
        assert "# steadiness" in text
        page.fill("#save-name", "sliders.yaml")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".notice", has_text="sliders.yaml")).to_be_visible(timeout=LONG)
    assert (folder / "sliders.yaml").read_text(encoding="utf-8") == text


def test_two_browsers_at_one_text(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN) as one, watch(allowed=OWN) as two:
        opened(one.page, server.new_link(), "Scenario")
        opened(two.page, server.new_link(), "Scenario")
        replaced(two.page, "title: Force alone", "title: Force by itself")
        replaced(one.page, "discount: 0.8,", "discount: 0.7,")
        one.page.get_by_role("button", name="Apply and solve anew").click()
        expect(one.page.locator(".notice").first).to_contain_text("solved anew", timeout=LONG)
        expect(two.page.locator(".notices")).to_contain_text("newer version", timeout=10_000)
        two.expects("409")
        two.page.get_by_role("button", name="Apply and solve anew").click()
        clash = two.page.locator("section.notice", has_text="Somebody else")
        expect(clash).to_contain_text("discount: 0.7")
        expect(clash).to_contain_text("Force by itself")
        two.page.get_by_role("button", name="Put both together").click()
        two.page.get_by_role("button", name="Apply and solve anew").click()
        expect(two.page.locator("div[role=status] .notice")).to_contain_text("solved anew", timeout=LONG)
        text = two.page.input_value(TEXT)
        assert "discount: 0.7," in text
        assert "Force by itself" in text


def test_the_file_is_broken_on_the_disk_while_it_is_served(
    server: Server, folder: Path, watch: Watch
) -> None:
    file = folder / "scenario.yaml"
    sound = file.read_text(encoding="utf-8")
    with watch(allowed=OWN) as seen:
        page = seen.page
        page.goto(server.new_link())
        page.wait_for_selector("#backstop nav", timeout=LONG)
        answer = page.locator("main").inner_text()
        file.write_text(sound.replace("range: [0, 1]", "range: [0, one]"), encoding="utf-8")
        expect(page.locator(".notices")).to_contain_text("line 11", timeout=10_000)
        assert page.locator("main").inner_text() == answer
        file.write_text(sound.replace("discount: 0.8,", "discount: 0.7,"), encoding="utf-8")
        take = page.get_by_role("button", name="Take the new text")
        expect(take).to_be_visible(timeout=10_000)
        take.click()
        expect(take).to_have_count(0, timeout=LONG)
        page.wait_for_selector("#backstop nav", timeout=LONG)
        assert server.client.get("/api/news").json()["version"] == 2


def test_a_server_that_dies_is_missed_and_found_again(folder: Path, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        seen.expects(
            "ERR_CONNECTION_REFUSED|ERR_EMPTY_RESPONSE|ERR_CONNECTION_RESET|ERR_INCOMPLETE_CHUNKED_ENCODING"
        )
        page = seen.page
        with serving(folder) as server:
            port = server.port
            opened(page, server.link, "Scenario")
            replaced(page, "title: Force alone", "title: Force by itself")
            server.process.kill()
            server.process.wait()
            notices = page.locator(".notices")
            expect(notices).to_contain_text("cannot be reached", timeout=10_000)
            expect(notices).to_contain_text(f"--port {port}")
        # What the page can do alone goes on, and what was written is there.
        page.get_by_role("link", name="Workbench", exact=True).click()
        slider = page.locator("#control-prize")
        slider.focus()
        page.keyboard.press("ArrowRight")
        expect(page.locator("main")).to_contain_text("set by hand")
        page.get_by_role("link", name="Scenario", exact=True).click()
        assert "Force by itself" in page.input_value(TEXT)
        with serving(folder, port=port) as server:
            seen.expects("403")
            expect(notices).to_contain_text("does not know this browser", timeout=15_000)
            # The command opens the new address in the browser: a tab beside this one.
            other = page.context.new_page()
            other.goto(server.link)
            expect(notices).not_to_contain_text("does not know this browser", timeout=15_000)
            assert "Force by itself" in page.input_value(TEXT)
            page.get_by_role("button", name="Apply and solve anew").click()
            expect(page.locator("div[role=status] .notice")).to_contain_text("solved anew", timeout=LONG)
            assert json.loads(page.evaluate("JSON.stringify(location.hash.includes('set=prize'))"))
            other.close()
