"""Pages in a real Chromium, watched: what goes wrong in one fails the test that opened it.

A room of tests takes the fixtures into its `conftest.py`:

    from tests.support.browser import browser, watch  # noqa: F401

and a test opens pages with `watch`:

    def test_a_page(watch: Watch) -> None:
        with watch() as seen:
            seen.page.goto(url)

At its end, a message of warning or error on the console (a breach of the content security policy is one), an uncaught
error of the page or of a worker, a failed request, or a request to any address that is not allowed fails the test.
What a test means to provoke it names before: `seen.expects("pattern")`, which must then have come.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from backstop.report.render.pdf import BROWSERS

CHROMIUM = next((found for name in BROWSERS if (found := shutil.which(name))), None)

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed to open pages with")

_HEARD = ("error", "warning")


@dataclass  # without slots: Playwright marks the owners of the functions it calls
class Watched:
    """A page and what was heard of it. `requests`: every address asked for, in order; `faults`: all that went wrong."""

    page: Page
    allowed: tuple[str, ...]
    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)

    def expects(self, *patterns: str) -> None:
        """Regular expressions of faults that are meant to come; each must be met by at least one."""
        self._expected += map(re.compile, patterns)

    @property
    def unexpected(self) -> list[str]:
        """Faults that no pattern expects."""
        return [fault for fault in self.faults if not any(p.search(fault) for p in self._expected)]

    @property
    def missing(self) -> list[str]:
        """Patterns of faults that were to come and did not."""
        return [p.pattern for p in self._expected if not any(map(p.search, self.faults))]

    def listen(self) -> None:
        """Hear everything that goes on in the page and in its workers."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"uncaught: {error}"))
        self.page.on("crash", lambda _: self.faults.append("the page crashed"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)
        self.page.on("requestfailed", self._failed)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in _HEARD:
            self.faults.append(f"console {message.type}: {message.text}")

    def _dialog(self, dialog: Any) -> None:
        self.faults.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)
        if not request.url.startswith(self.allowed):
            self.faults.append(f"request: {request.url}")

    def _failed(self, request: Request) -> None:
        if (
            request.failure == "net::ERR_ABORTED"
            and "/api/" in request.url
            and request.url.startswith(self.allowed)
        ):
            return  # a page that is left no longer waits for what it asked its server
        self.faults.append(f"request failed: {request.url} ({request.failure})")


class Watch(Protocol):
    """Opens a watched page in a profile of its own.

    `allowed`: beginnings of the addresses that may be asked for; `options`: those of a context of Playwright
    (`viewport`, `color_scheme`, `reduced_motion`, `java_script_enabled`, `offline`, ...).
    """

    def __call__(
        self, allowed: Sequence[str] = ("file://", "blob:"), **options: Any
    ) -> AbstractContextManager[Watched]: ...


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed to open pages with")
    # Not for the session: Playwright keeps a loop running in this thread, where others may want to run their own.
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, headless=True)
        yield chromium
        chromium.close()


@pytest.fixture
def watch(browser: Browser) -> Watch:
    """What opens watched pages."""
    return opener(browser)


def opener(browser: Browser) -> Watch:
    """What opens watched pages in a browser; for fixtures of other scopes and for measurements."""

    @contextmanager
    def opened(allowed: Sequence[str] = ("file://", "blob:"), **options: Any) -> Iterator[Watched]:
        context = browser.new_context(**options)
        try:
            seen = Watched(context.new_page(), tuple(allowed))
            seen.listen()
            yield seen
            seen.page.wait_for_timeout(0)  # what was said last arrives before it is judged
            assert not seen.unexpected, f"went wrong: {seen.unexpected}"
            assert not seen.missing, f"was to go wrong and did not: {seen.missing}"
        finally:
            context.close()

    return opened
