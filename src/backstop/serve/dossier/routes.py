"""The routes of a dossier: ids stand in them and no paths, GET changes nothing, and every answer is JSON."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backstop.base.faults import InvalidInput, Place
from backstop.base.json_text import json_value
from backstop.base.records import Record, validated, within
from backstop.dossier.coding.revision import Overtaken, edition
from backstop.dossier.coding.statement import Unregistered
from backstop.dossier.record import Statement
from backstop.serve.answers import Busy, Stale, asked, faults_as_json, json_answer, route, whole_number
from backstop.serve.dossier import accounts, suggestions, views
from backstop.serve.dossier.changes import DossierChanges
from backstop.serve.dossier.evidence import StudyEvidence
from backstop.serve.dossier.files import DossierFiles
from backstop.serve.dossier.forms import (
    Accepting,
    Entry,
    Linking,
    Nothing,
    PassingOver,
    Proposing,
    Returned,
    Revision,
    Sent,
    Withdrawing,
)
from backstop.serve.limits import MOST_DOCUMENT
from backstop.serve.threads import in_thread

DOCUMENTS = "/api/dossier/documents"

SIZES = {DOCUMENTS: MOST_DOCUMENT}
"""The most bytes of a body, by path, where it may be more than usual."""

UPLOADS_AT_ONCE = 2
"""Documents that are received at a time: each is held in memory whole until it is written."""

SAID = "x-backstop-document"
"""The header with what is said of a document: JSON, its signs written as in an address."""

Told = Callable[[], None]


def dossier_routes(
    files: DossierFiles, evidence: StudyEvidence, withheld: bool = False, tell: Told = lambda: None
) -> list[Route]:
    """All routes of a dossier. `withheld`: texts that may not travel are not shown; `tell` is called after a change."""
    return [*_reading(files, evidence, withheld), *_changing(files, evidence, withheld, tell)]


def _reading(files: DossierFiles, evidence: StudyEvidence, withheld: bool) -> list[Route]:
    async def overview(request: Request) -> Response:
        return json_answer(await in_thread(look))

    def look() -> dict[str, Any]:
        if not files.exists():
            return {"present": False, "withheld": withheld}
        reading = files.read()
        return {
            "present": True,
            "withheld": withheld,
            **views.overview(reading, evidence.resting(reading)),
        }

    async def document(request: Request) -> Response:
        name = request.path_params["document"]

        def work() -> dict[str, Any]:
            reading = files.read()
            return views.document(reading, evidence.resting(reading), name, withheld)

        return json_answer(await in_thread(work))

    async def text(request: Request) -> Response:
        name, part = request.path_params["document"], whole_number(request, "part")
        return json_answer(await in_thread(lambda: views.text_part(files.read(), name, part, withheld)))

    async def suggested(request: Request) -> Response:
        name = request.path_params["document"]
        return json_answer(await in_thread(lambda: suggestions.suggestions(files.read(), name, withheld)))

    async def compared(request: Request) -> Response:
        return json_answer(await in_thread(lambda: accounts.accounts(files.read(), withheld)))

    async def search(request: Request) -> Response:
        sought = request.query_params.get("q", "")
        return json_answer(await in_thread(lambda: views.found_words(files.read(), sought, withheld)))

    return [
        route("/api/dossier", overview),
        route("/api/dossier/search", search),
        route("/api/dossier/accounts", compared),
        route("/api/dossier/documents/{document}", document),
        route("/api/dossier/documents/{document}/text", text),
        route("/api/dossier/documents/{document}/suggestions", suggested),
    ]


def _changing(files: DossierFiles, evidence: StudyEvidence, withheld: bool, tell: Told) -> list[Route]:
    changes = DossierChanges(files, evidence, withheld)

    def named(request: Request, part: str) -> str:
        return str(request.path_params[part])

    def posted(
        path: str, form: type[Record], work: Callable[[Request, Any], dict[str, Any]], status: int = 200
    ) -> Route:
        async def answering(request: Request) -> Response:
            given = await asked(request, form)
            return await _answered(lambda: work(request, given), tell, status)

        return route(path, answering, "POST")

    busy = threading.Semaphore(UPLOADS_AT_ONCE)

    async def upload(request: Request) -> Response:
        if not busy.acquire(blocking=False):
            raise Busy(
                f"{UPLOADS_AT_ONCE} documents are on their way in already", hint="send this one in a moment"
            )
        try:
            return await taken(request)
        finally:
            busy.release()

    async def taken(request: Request) -> Response:
        said = _said(request)
        data = await request.body()
        if not data:
            raise InvalidInput("the document is empty", hint="choose a file with something in it")
        return await _answered(
            lambda: changes.take_in(data, said.name, said.details, said.replaces, said.id), tell, 201
        )

    one = "/api/dossier/statements/{statement}"
    return [
        route(DOCUMENTS, upload, "POST"),
        posted("/api/dossier/statements", Entry, lambda _, form: changes.enter(form), 201),
        posted("/api/dossier/returned", Returned, lambda _, form: changes.put_back(form), 201),
        posted(f"{one}/revision", Revision, lambda r, form: changes.revise(named(r, "statement"), form)),
        posted(
            f"{one}/withdrawal", Withdrawing, lambda r, form: changes.withdraw(named(r, "statement"), form)
        ),
        posted(f"{one}/acceptance", Accepting, lambda r, form: changes.accept(named(r, "statement"), form)),
        posted("/api/dossier/findings", PassingOver, lambda _, form: changes.pass_over(form)),
        posted("/api/dossier/propositions", Proposing, lambda _, form: changes.propose(form), 201),
        posted(
            "/api/dossier/propositions/{proposition}/links",
            Linking,
            lambda r, form: changes.link(named(r, "proposition"), form),
        ),
        posted("/api/dossier/verification", Nothing, lambda _, form: changes.settle()),
    ]


def _said(request: Request) -> Sent:
    """What is said of the document that a request brings. Raises InvalidInput where it is no such thing."""
    try:
        data = json_value(unquote(request.headers.get(SAID, "%7B%7D"), errors="strict"))
    except ValueError as error:
        raise InvalidInput(f"the header {SAID} is no JSON ({error})"[:300]) from None
    found, faults = validated(Sent, data, within(Place()))
    if found is None:
        raise InvalidInput(faults)
    return found


async def _answered(work: Callable[[], dict[str, Any]], tell: Told, status: int) -> Response:
    """The answer to a change, which all pages hear of; what was changed meanwhile goes with the refusal."""
    try:
        found = await in_thread(work)
    except Overtaken as error:
        news: dict[str, object] = {"now": None}
        if isinstance(error.now, Statement):
            plain = {
                k: v for k, v in error.now.as_dict().items() if k not in ("anchor", "imported", "known_as")
            }
            news = {"now": {"record": plain, "edition": edition(error.now)}}
        raise Stale(error.faults[0].what, error.faults[0].hint, news) from None
    except Unregistered as error:
        beside = {"unregistered": {"part": error.part, "word": error.word}}
        return json_answer({"faults": faults_as_json(error.faults), **beside}, 422)
    tell()
    return json_answer(found, status)
