"""A live page in one file, in a real Chromium."""

from __future__ import annotations

import base64
import gzip
from pathlib import Path

import pytest
from tests.live.pages import EXAMPLES, PRINTED, data_of, written
from tests.support.browser import Watch, Watched, needs_chromium

from backstop.program.manifest import manifest
from backstop.program.program import compile_program
from backstop.scenario.study import load

pytestmark = needs_chromium

CHECKED = "#backstop[data-compared]"


def opened(seen: Watched, url: str) -> None:
    seen.page.goto(url)
    seen.page.wait_for_selector(CHECKED, state="attached")


@pytest.mark.parametrize("study", ["ladder", "korea-1953", "ukraine-2025"])
def test_a_page_finds_the_figures_of_python_to_the_last_bit(watch: Watch, tmp_path: Path, study: str) -> None:
    data = data_of(study)
    with watch() as seen:
        url = written(tmp_path, data)
        opened(seen, url)
        root = seen.page.locator("#backstop")
        figures = sum(len(of) for part in ("baseline", "baseline_values", "baseline_differences")
                      for of in data[part].values())  # fmt: skip
        assert int(root.get_attribute("data-compared") or 0) >= 7 * figures
        assert root.get_attribute("data-differing") == "0"
        assert not seen.page.locator("#printed").is_visible()
    assert [each for each in seen.requests if not each.startswith("blob:")] == [url]


def test_a_page_without_slips_says_what_it_compares_to_twelve_digits(watch: Watch, tmp_path: Path) -> None:
    """Figures on a condition are added up in another order where slips are told, as in Python's own program."""
    model, data = load(EXAMPLES / "ukraine-2025"), data_of("ukraine-2025")
    program = compile_program(model, opening=True)
    wasm = base64.b64encode(gzip.compress(program.wasm)).decode()
    plain = {**data["program"], "description": manifest(model, program), "wasm": wasm}
    with watch() as seen:
        opened(seen, written(tmp_path, {**data, "program": plain}))
        assert seen.page.locator("#backstop").get_attribute("data-differing") == "0"
        assert "on a condition to twelve digits" in seen.page.inner_text(".check-line")


def test_without_script_the_printed_report_is_seen(watch: Watch, tmp_path: Path) -> None:
    with watch(java_script_enabled=False) as seen:
        seen.page.goto(written(tmp_path, data_of("ladder")))
        assert seen.page.locator("#printed").get_by_text(PRINTED).is_visible()
