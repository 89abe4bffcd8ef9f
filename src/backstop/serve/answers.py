"""What a server answers: JSON, and faults in words in place of tracebacks."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from backstop.base.faults import BackstopError, Fault, InvalidInput, Place, Refused, kept_details
from backstop.base.json_text import json_text, json_value
from backstop.base.records import Record, validated

R = TypeVar("R", bound=Record)
Answering = Callable[[Request], Awaitable[Response]]


class Stale(Refused):
    """A change to something that has changed meanwhile. `news` is what is there now, for whoever asked."""

    def __init__(self, what: str, hint: str, news: Mapping[str, object]) -> None:
        super().__init__(what, hint=hint)
        self.news = dict(news)


class Busy(Refused):
    """More is asked for than the server does at a time."""


class Unknown(InvalidInput):
    """An id that nothing has, or has any more."""


_STATUS = (
    (Stale, 409),
    (Busy, 429),
    (Unknown, 404),
    (Refused, 409),
    (InvalidInput, 422),
    (BackstopError, 500),
)


def route(path: str, answering: Answering, *methods: str) -> Route:
    """A route of the application; what goes wrong on it is answered in words. GET where no method is named."""

    async def answered(request: Request) -> Response:
        try:
            return await answering(request)
        except BackstopError as error:
            return faulty(error)
        except (ConnectionError, TimeoutError):
            raise
        except Exception as error:
            return faulty(internal(error))

    return Route(path, answered, methods=list(methods or ("GET",)))


def internal(error: Exception) -> BackstopError:
    """A fault of the program itself, in words; its details are kept in a file."""
    return BackstopError(
        f"an internal fault, not yours ({type(error).__name__})",
        hint=f"{kept_details(error)}; nothing was changed",
    )


def json_answer(content: object, status: int = 200) -> Response:
    """JSON as every command prints it."""
    return Response(json_text(content), status, media_type="application/json")


def faulty(error: BackstopError) -> Response:
    """The answer that says what is wrong, where, and what to do."""
    status = next(code for kind, code in _STATUS if isinstance(error, kind))
    beside = error.news if isinstance(error, Stale) else {}
    return json_answer({"faults": faults_as_json(error.faults), **beside}, status)


def faults_as_json(faults: tuple[Fault, ...]) -> list[dict[str, object]]:
    """Faults for a page: files by their names alone, because a page need not know where they are."""
    return [
        {**each.as_dict(), "file": each.place.file.replace("\\", "/").rpartition("/")[2]} for each in faults
    ]


async def asked(request: Request, form: type[R]) -> R:
    """The body of a request as a record. Raises InvalidInput for what does not fit it."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise InvalidInput("JSON is expected here", hint="send it with the content type application/json")
    raw = await request.body()
    try:
        data = json_value(raw.decode("utf-8"))
    except ValueError as error:
        raise InvalidInput(f"this is no JSON ({error})"[:300]) from None
    found, faults = validated(form, data, lambda path: Place(path=".".join(map(str, path))))
    if found is None:
        raise InvalidInput(faults)
    return found


def whole_number(request: Request, name: str, usual: int = 0) -> int:
    """A number of the query. `usual` where it is left out, or is none."""
    with contextlib.suppress(ValueError):
        return int(request.query_params.get(name, usual))
    return usual
