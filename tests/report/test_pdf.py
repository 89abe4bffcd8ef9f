import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from backstop.base.faults import Refused
from backstop.report.content import Report
from backstop.report.render import pdf as printing
from backstop.report.render.html import html

CHROMIUM = next((found for name in printing.BROWSERS if (found := shutil.which(name))), None)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed to print with")


def test_without_chromium_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Refused, match=r"needs Chromium.*install"):
        printing.browser()


def test_a_browser_that_fails_is_told_of(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(printing, "browser", lambda: "/bin/false")
    with pytest.raises(Refused, match="could not print"):
        printing.pdf(tmp_path / "page.html")


@pytest.mark.parametrize(("user", "without"), [(0, True), (1000, False)])
def test_only_root_prints_without_a_sandbox(
    user: int, without: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    assert ("--no-sandbox" in printing.flags()) == without == printing.runs_as_root()


def test_where_there_are_no_users_there_is_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "geteuid", raising=False)
    assert "--no-sandbox" not in printing.flags()


@needs_chromium
def test_the_page_prints_on_several_pages(small_report: Report, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(html(small_report), encoding="utf-8")
    printed = printing.pdf(page)
    assert printed.startswith(b"%PDF")
    pages = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert 3 <= pages <= 40


@needs_chromium
@pytest.mark.parametrize("width", [1200, 420])
def test_the_page_can_be_looked_at_wide_and_narrow(small_report: Report, tmp_path: Path, width: int) -> None:
    page, picture = tmp_path / "report.html", tmp_path / "report.png"
    page.write_text(html(small_report), encoding="utf-8")
    assert CHROMIUM is not None
    done = subprocess.run(
        [
            CHROMIUM,
            *printing.flags(),
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={width},1600",
            f"--screenshot={picture}",
            "--enable-logging=stderr",
            page.as_uri(),
        ],
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0 and picture.read_bytes().startswith(b"\x89PNG")
    # A violated policy or a fetch is said on the console.
    log = done.stderr.decode("utf-8", "replace")
    assert "Content Security Policy" not in log and "Refused to" not in log and "ERR_" not in log
