"""The application behind the guard: the list of all its routes."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backstop.base.faults import InvalidInput
from backstop.serve.address import is_loopback
from backstop.serve.answers import Unknown, faulty, json_answer, route, whole_number
from backstop.serve.dossier.evidence import StudyEvidence
from backstop.serve.dossier.files import DossierFiles
from backstop.serve.dossier.routes import SIZES, dossier_routes
from backstop.serve.editing.routes import SIZES as TEXT_SIZES
from backstop.serve.editing.routes import editing_routes
from backstop.serve.guard import Guard
from backstop.serve.jobs.routes import job_routes
from backstop.serve.limits import NEWS_SECONDS
from backstop.serve.page import page_routes
from backstop.serve.serving import Serving


def application(serving: Serving) -> Guard:
    """The application of a server, behind its guard."""

    @contextlib.asynccontextmanager
    async def running(_: Starlette) -> AsyncIterator[None]:
        watching = asyncio.create_task(serving.watch())
        yield
        watching.cancel()

    app = Starlette(routes=routes(serving), exception_handlers={HTTPException: _no_route}, lifespan=running)
    app.router.redirect_slashes = False
    return Guard(app, serving.address, serving.access, sizes())


def routes(serving: Serving) -> list[Route]:
    """All routes. Ids and not paths stand in them, and GET changes nothing."""
    return [
        *page_routes(serving),
        *news_routes(serving),
        *job_routes(serving.jobs),
        *editing_routes(serving.desk),
        *documents_routes(serving),
    ]


def sizes() -> dict[str, int]:
    """The most bytes of a body, by path, where more than the usual limit is taken."""
    return {**SIZES, **TEXT_SIZES}


def documents_routes(serving: Serving) -> list[Route]:
    """The dossier of the study; where other machines come in, texts that may not travel are not shown."""
    files = DossierFiles(serving.versions.file, serving.texts)
    evidence = StudyEvidence(files, lambda: serving.versions.current.model)
    return dossier_routes(
        files, evidence, not is_loopback(serving.address.host), lambda: serving.news.tell("dossier")
    )


def news_routes(serving: Serving) -> list[Route]:
    """News for pages that wait, and an address for one more browser."""

    async def news(request: Request) -> Response:
        await serving.news.after(whole_number(request, "after", -1), NEWS_SECONDS)
        return json_answer(serving.state())

    async def address(request: Request) -> Response:
        return json_answer({"address": f"{serving.address.url}?token={serving.access.new_token()}"})

    return [route("/api/news", news), route("/api/address", address, "POST")]


async def _no_route(request: Request, error: Exception) -> Response:
    """The answer to an address that there is not, or a method that it has not."""
    if isinstance(error, HTTPException) and error.status_code == 405:
        return json_answer({"faults": [{"what": "this cannot be done here", "hint": ""}]}, 405)
    if isinstance(error, HTTPException) and error.status_code == 404:
        return faulty(Unknown("there is nothing at this address", hint="open the page again"))
    return faulty(InvalidInput("this could not be understood"))
