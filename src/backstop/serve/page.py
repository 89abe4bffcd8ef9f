"""The page, its files, and its data: the live page of a report, with what the server says of itself."""

from __future__ import annotations

import re
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backstop.serve.answers import Unknown, route, whole_number
from backstop.serve.serving import Serving
from backstop.serve.threads import in_thread

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Backstop</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/assets/styles.css">
</head>
<body>
<div id="backstop"></div>
<div id="printed"><p class="bs-note" role="status">The study is being solved.</p>
<noscript><p>This page needs script. <code>backstop report STUDY --out DIR</code> writes a report that
does not.</p></noscript></div>
<script src="/assets/page.js" defer></script>
</body>
</html>
"""


def _script() -> str:
    from backstop.live.bundle import page_script

    return page_script()


def _style() -> str:
    """The styles of a printed report, on which those of the live page stand."""
    from backstop.live.bundle import style
    from backstop.report.content import Report
    from backstop.report.drawing.palette import COLOURS, rules
    from backstop.report.render.html import html

    head, _, _ = html(Report("", "", (), ())).partition("</head>")
    # A reader's own choice of light or dark holds for drawings too.
    chosen = (
        rules(COLOURS, dark, f':root[data-theme="{name}"] figure ')
        for name, dark in (("light", False), ("dark", True))
    )
    return "\n".join([*re.findall(r"<style>(.*?)</style>", head, re.DOTALL), *chosen, style()])


ASSETS: dict[str, tuple[str, Callable[[], str]]] = {
    "page.js": ("text/javascript", _script),
    "styles.css": ("text/css", _style),
}
"""The files of the page: their kinds, and what gives them. There are no others."""


def page_routes(serving: Serving) -> list[Route]:
    """The page itself, its files by name, and its data."""

    async def page(request: Request) -> Response:
        return Response(PAGE, media_type="text/html")

    async def asset(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in ASSETS:
            raise Unknown("the page has no such file")
        kind, content = ASSETS[name]
        return Response(await in_thread(content), media_type=kind)

    async def payload(request: Request) -> Response:
        found = await serving.payload(whole_number(request, "version", serving.versions.current.number))
        return Response(found, media_type="application/json")

    return [route("/", page), route("/assets/{name}", asset), route("/api/payload", payload)]
