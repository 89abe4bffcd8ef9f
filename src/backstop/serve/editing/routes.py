"""The routes of editing: the text, its errors, taking it into use, saving it, and what the file holds meanwhile."""

from __future__ import annotations

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backstop.base.records import Record
from backstop.serve.answers import asked, json_answer, route
from backstop.serve.editing.desk import Desk


class Text(Record):
    """A text to be checked."""

    text: str


class Edited(Text):
    """A text, and the number of the version that it was made from."""

    version: int


class Saved(Edited):
    """A text to be saved as the new file `name`; `broken`: although it has errors."""

    name: str
    broken: bool = False


class Reloaded(Record):
    """The digest of the file that was seen, and the version that it is to take the place of."""

    digest: str
    version: int


class Sliders(Record):
    """The sliders of a page: parameters that are set, and the levels of an arrangement of the reader's own."""

    version: int
    set: dict[str, float] = Field(default={})
    levels: dict[str, float] | None = None
    name: str = Field(default="yours", pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,59}$")
    title: str = Field(default="Yours", min_length=1, max_length=200)


def editing_routes(desk: Desk) -> list[Route]:
    """All of them."""

    async def scenario(request: Request) -> Response:
        return json_answer(desk.as_dict())

    async def check(request: Request) -> Response:
        return json_answer(await desk.checked((await asked(request, Text)).text))

    async def apply(request: Request) -> Response:
        given = await asked(request, Edited)
        return json_answer(await desk.applied(given.text, given.version))

    async def save(request: Request) -> Response:
        given = await asked(request, Saved)
        return json_answer(await desk.saved(given.text, given.name, given.version, given.broken), 201)

    async def reload(request: Request) -> Response:
        given = await asked(request, Reloaded)
        return json_answer(await desk.reloaded(given.digest, given.version))

    async def sliders(request: Request) -> Response:
        given = await asked(request, Sliders)
        found = await desk.with_sliders(given.version, given.set, given.levels, given.name, given.title)
        return json_answer(found)

    return [
        route("/api/scenario", scenario),
        route("/api/scenario/check", check, "POST"),
        route("/api/scenario/apply", apply, "POST"),
        route("/api/scenario/save", save, "POST"),
        route("/api/scenario/reload", reload, "POST"),
        route("/api/scenario/sliders", sliders, "POST"),
    ]
