"""The watch itself: a test must fail where its page goes wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support.browser import Watch, needs_chromium

pytestmark = needs_chromium


def written(folder: Path, script: str, policy: str = "") -> str:
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">' if policy else ""
    path = folder / "page.html"
    path.write_text(f"<!doctype html>{meta}<title>t</title><p>x</p><script>{script}</script>")
    return path.as_uri()


@pytest.mark.parametrize(
    ("script", "policy", "fault"),
    [
        ("console.error('bad')", "", "console error: bad"),
        ("throw new Error('thrown')", "", "uncaught: thrown"),
        ("1", "default-src 'none'", "Content Security Policy"),
        ("fetch('http://127.0.0.1:9/x').catch(() => 0)", "", "request: http://127.0.0.1:9/x"),
        ("alert(1)", "", "dialog: 1"),
        (
            "new Worker(URL.createObjectURL(new Blob(['throw new Error(\"deep\")'])))",
            "",
            "deep",
        ),
    ],
)
def test_what_goes_wrong_in_a_page_fails_its_test(
    watch: Watch, tmp_path: Path, script: str, policy: str, fault: str
) -> None:
    url = written(tmp_path, script, policy)
    with pytest.raises(AssertionError, match="went wrong"), watch() as seen:
        seen.page.goto(url)
        seen.page.wait_for_timeout(200)
    assert any(fault in each for each in seen.faults), seen.faults


def test_what_is_expected_must_come(watch: Watch, tmp_path: Path) -> None:
    with watch() as seen:
        seen.expects("^console error: meant")
        seen.page.goto(written(tmp_path, "console.error('meant so')"))
    with pytest.raises(AssertionError, match="never"), watch() as seen:
        seen.expects("never")
        seen.page.goto(written(tmp_path, "1"))


def test_a_quiet_page_passes_and_asks_for_itself_alone(watch: Watch, tmp_path: Path) -> None:
    url = written(tmp_path, "document.title = 'alive'")
    with watch() as seen:
        seen.page.goto(url)
        assert seen.page.title() == "alive"
    assert seen.requests == [url]
