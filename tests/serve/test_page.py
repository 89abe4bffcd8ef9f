"""The page from a server, in a real Chromium: opened by its address, alive, and asking for nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.support.browser import Watch, needs_chromium
from tests.support.serving import Server, serving
from tests.support.small_studies import PLEDGE, write

pytestmark = needs_chromium
OWN = ("http://127.0.0.1:", "blob:", "data:")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(write(tmp_path_factory.mktemp("pledge"), PLEDGE)) as found:
        yield found


def test_the_address_opens_the_page_once(server: Server, watch: Watch) -> None:
    link = server.new_link()
    with watch(allowed=OWN) as seen:
        seen.page.goto(link)
        seen.page.wait_for_selector("#backstop nav")
        assert seen.page.url.partition("#")[0] == f"{server.url}/"
        seen.page.reload()
        seen.page.wait_for_selector("#backstop nav")
        cookies = seen.page.context.cookies()
        assert [each["name"] for each in cookies] == [f"backstop-{server.port}"]
        assert cookies[0]["httpOnly"] and cookies[0]["sameSite"] == "Strict"
        assert seen.page.evaluate("document.cookie") == ""
    with watch(allowed=OWN) as seen:
        seen.expects("403")
        seen.page.goto(link)
        assert "has been used" in seen.page.inner_text("body")
        assert "Enter" in seen.page.inner_text("body")


def test_every_figure_is_that_of_python(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        seen.page.goto(server.new_link())
        seen.page.wait_for_selector("#backstop[data-compared]", state="attached")
        assert int(seen.page.get_attribute("#backstop", "data-compared") or 0) > 100
        assert seen.page.get_attribute("#backstop", "data-differing") == "0"


def test_a_page_that_is_open_lets_another_browser_in(server: Server, watch: Watch) -> None:
    with watch(allowed=OWN) as seen:
        seen.page.goto(server.new_link())
        seen.page.get_by_role("button", name="New address").click()
        link = seen.page.locator(".link-given code").inner_text()
    with watch(allowed=OWN) as seen:
        seen.page.goto(link)
        seen.page.wait_for_selector("#backstop nav")
