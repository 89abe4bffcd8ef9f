"""The page and its files."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backstop.serve.answers import route
from backstop.serve.serving import Serving

_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Backstop</title>
<h1>Backstop</h1>
<p>The page is being built.</p>
</html>
"""


def page_routes(serving: Serving) -> list[Route]:
    """The page itself."""

    async def page(request: Request) -> Response:
        return Response(_PAGE, media_type="text/html")

    return [route("/", page)]
