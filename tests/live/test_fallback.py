"""A page that cannot be made alive says why in one sentence and shows the printed report."""

from __future__ import annotations

import base64
import gzip
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.live.pages import PRINTED, data_of, printed, written
from tests.support.browser import CHROMIUM, Watch, Watched, needs_chromium, opener

from backstop.live.one_file import embedded, one_file

pytestmark = needs_chromium

Change = Callable[[dict[str, Any]], Any]


def refused(seen: Watched, why: str) -> None:
    """The page is as printed, with one sentence above that says why."""
    note = seen.page.get_by_role("status").first
    note.wait_for()
    assert why in note.inner_text()
    assert "report as it was printed" in note.inner_text()
    assert seen.page.get_by_text(PRINTED).is_visible()
    assert seen.page.evaluate("document.documentElement.classList.contains('alive')") is False


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("delete window.WebAssembly", "WebAssembly"),
        ("WebAssembly.validate = () => false", "128-bit vectors (SIMD)"),
        ("delete window.Worker", "too old"),
        ("delete window.DecompressionStream", "too old"),
        ("window.Worker = class { constructor() { throw new Error('no more threads') } }", "no more threads"),
    ],
)
def test_a_browser_that_cannot_solve_shows_the_printed_report(
    watch: Watch, tmp_path: Path, before: str, why: str
) -> None:
    with watch() as seen:
        seen.page.add_init_script(before)
        seen.page.goto(written(tmp_path, data_of("ladder")))
        refused(seen, why)


@pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"), reason="other processors always have vectors"
)
def test_a_browser_without_vectors_says_so_and_shows_the_printed_report(
    browser: Browser, tmp_path: Path
) -> None:
    # V8 has no vectors where the processor has no SSE 4.1.
    bare = browser.browser_type.launch(
        executable_path=CHROMIUM, headless=True, args=["--js-flags=--no-enable-sse4-1"]
    )
    try:
        with opener(bare)() as seen:
            seen.page.goto(written(tmp_path, data_of("ladder")))
            refused(seen, "without 128-bit vectors (SIMD)")
    finally:
        bare.close()


def changed(part: str, key: str, change: Change) -> dict[str, Any]:
    data = data_of("korea-1953", 208)
    return {**data, part: {**data[part], key: change(data[part][key])}}


def packed(wasm: bytes) -> str:
    return base64.b64encode(gzip.compress(wasm)).decode()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"format": "backstop-live/1"},
        changed("program", "wasm", lambda text: text[:400]),
        changed("program", "wasm", lambda text: "!" + text),
        changed("program", "wasm", lambda _: packed(b"\0asm\1\0\0\0 no module")),
        changed("program", "description", lambda _: {}),
        changed("draws", "worlds", lambda worlds: worlds + 16),
        changed("draws", "rows", lambda _: "AAAA"),
    ],
    ids=["nothing", "format alone", "cut", "no base64", "no module", "no layout", "worlds", "rows"],
)
def test_damaged_data_leaves_the_printed_report(watch: Watch, tmp_path: Path, data: dict[str, Any]) -> None:
    with watch() as seen:
        seen.page.goto(written(tmp_path, data))
        refused(seen, "The data of this page is")


def test_data_that_is_cut_off_leaves_the_printed_report(watch: Watch, tmp_path: Path) -> None:
    data = data_of("ladder")
    text = one_file(printed(), data)
    whole = embedded(data)
    assert text.count(whole) == 1
    path = tmp_path / "report.html"
    path.write_text(text.replace(whole, whole[: len(whole) // 2]), encoding="utf-8")
    with watch() as seen:
        seen.page.goto(path.as_uri())
        refused(seen, "The data of this page is damaged")


def test_data_of_another_format_is_not_guessed_at(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        seen.page.goto(written(tmp_path, {**data_of("ladder"), "format": "backstop-live/2"}))
        refused(seen, "of another format")
