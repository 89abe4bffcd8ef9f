"""Live pages of examples opened in a browser, and what tests read of them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page
from tests.live.pages import data_of, written
from tests.support.browser import Watched

SCREENS = (
    "answer", "workbench", "compare", "why", "flips", "inputs", "claims", "reproduce", "report", "help",
)  # fmt: skip


def open_study(
    seen: Watched, folder: Path, study: str = "korea-1953", state: str = "", worlds: int = 256
) -> Page:
    """The page of a study in a state (what stands in the address after `v=1&`), when it has compared itself."""
    page = seen.page
    page.goto(written(folder, data_of(study, worlds)) + (f"#v=1&{state}" if state else ""))
    page.wait_for_selector("#backstop[data-compared]", state="attached")
    return page


def state_of(page: Page) -> dict[str, str]:
    """What the address says, by field, once it is written."""
    page.wait_for_timeout(300)
    return dict(part.split("=", 1) for part in page.url.partition("#")[2].split("&"))


def slider(page: Page, name: str) -> Locator:
    """A slider by the name of its parameter or measure."""
    return page.locator(f"#control-{name}")


def lead(page: Page) -> Locator:
    """The sentence that leads the screen."""
    return page.locator("#main .lead").first


def numbers(text: str) -> list[float]:
    """All numbers of a text."""
    return [float(each.replace("−", "-")) for each in re.findall(r"[−-]?\d+(?:\.\d+)?", text)]


def everything(page: Page) -> dict[str, Any]:
    """Everything shown, as the page gives it in JSON on the screen Reproduce."""
    with page.expect_download() as found:
        page.get_by_role("button", name="Everything shown, as JSON").click()
    return dict(json.loads(Path(found.value.path()).read_text(encoding="utf-8")))
