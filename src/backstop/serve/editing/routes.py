"""The routes of editing: the text, its errors, taking it into use, saving it, and what the file holds meanwhile."""

from __future__ import annotations

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backstop.base.records import Record
from backstop.serve.answers import asked, json_answer, route
from backstop.serve.editing.desk import Desk, MadeFrom
from backstop.serve.limits import MOST_BODY

SIZES = {f"/api/scenario/{name}": 8 * MOST_BODY for name in ("check", "apply", "save", "sliders")}
"""A text of 1 MiB, written as JSON, and the one that it was made from."""


class Text(Record):
    """A text to be checked."""

    text: str


class Seen(Record):
    """The version that somebody has seen: its digest, or its number while the server runs."""

    digest: str | None = None
    version: int | None = None

    @property
    def made(self) -> MadeFrom:
        """The version that a text was made from."""
        return MadeFrom(self.digest, self.version)


class Edited(Seen):
    """A text, and the version that it was made from; `base` is the text of that."""

    text: str
    base: str | None = None

    @property
    def made(self) -> MadeFrom:
        """The version that the text was made from."""
        return MadeFrom(self.digest, self.version, self.base)


class Saved(Edited):
    """A text to be saved as the new file `name`; `broken`: although it has errors."""

    name: str
    broken: bool = False


class Reloaded(Record):
    """The digest of the file that was seen, and the version that it is to take the place of."""

    digest: str
    version: int | None = None
    instead: str | None = None


class Sliders(Seen):
    """The sliders of a page: parameters that are set, and the levels of an arrangement of the reader's own.

    `text` is what they are written into, where it is not that of the version.
    """

    text: str | None = None
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
        return json_answer(await desk.applied(given.text, given.made))

    async def save(request: Request) -> Response:
        given = await asked(request, Saved)
        return json_answer(await desk.saved(given.text, given.name, given.made, given.broken), 201)

    async def reload(request: Request) -> Response:
        given = await asked(request, Reloaded)
        return json_answer(await desk.reloaded(given.digest, MadeFrom(given.instead, given.version)))

    async def sliders(request: Request) -> Response:
        given = await asked(request, Sliders)
        seen = MadeFrom(given.digest, given.version, given.text)
        found = await desk.with_sliders(seen, given.set, given.levels, given.name, given.title)
        return json_answer(found)

    return [
        route("/api/scenario", scenario),
        route("/api/scenario/check", check, "POST"),
        route("/api/scenario/apply", apply, "POST"),
        route("/api/scenario/save", save, "POST"),
        route("/api/scenario/reload", reload, "POST"),
        route("/api/scenario/sliders", sliders, "POST"),
    ]
