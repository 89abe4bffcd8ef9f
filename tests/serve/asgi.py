"""An application asked without a network, with every header as it is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.routing import Route

from backstop.serve.access import Access
from backstop.serve.address import Address
from backstop.serve.application import application
from backstop.serve.guard import Guard
from backstop.serve.serving import Serving

PORT = 8765
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"
ADDRESS = Address("127.0.0.1", PORT, frozenset({HOST, f"localhost:{PORT}"}))

Headers = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What was answered: status, headers by name, and body."""

    status: int
    headers: dict[str, str]
    body: bytes


def served(study: Path) -> tuple[Guard, Serving]:
    """A guarded application of a study, and what it holds."""
    serving = Serving(str(study), ADDRESS, Access(PORT))
    return application(serving), serving


def every_route(guard: Guard) -> Iterator[tuple[str, str]]:
    """(method, path) of all that the application has, with ids filled in."""
    routes: list[Any] = guard.app.routes  # type: ignore[attr-defined]
    for of in routes:
        assert isinstance(of, Route), of
        path = of.path
        for name in of.param_convertors:
            path = path.replace("{" + name + "}", "x1").replace("{" + name + ":int}", "1")
        assert "{" not in path, path
        for method in sorted(of.methods or ()):
            yield method, path


async def asked(
    app: Callable[..., Awaitable[None]],
    method: str,
    path: str,
    headers: Headers = (),
    body: bytes = b"",
    kind: str = "http",
) -> Answer | None:
    """The answer to a request; None where there was none."""
    raw, _, query = path.partition("?")
    scope = {
        "type": kind,
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": unquote(raw),
        "raw_path": raw.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        "client": None,
        "server": ("127.0.0.1", PORT),
    }
    sent: list[dict[str, Any]] = []
    given = [{"type": "http.request", "body": body, "more_body": False}]
    if kind == "websocket":
        given = [{"type": "websocket.connect"}]

    async def receive() -> dict[str, Any]:
        return given.pop(0) if given else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    if not sent:
        return None
    if sent[0]["type"] != "http.response.start":
        return Answer(0, {}, repr(sent).encode())
    names = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in sent[0]["headers"]}
    whole = b"".join(message.get("body", b"") for message in sent[1:])
    return Answer(sent[0]["status"], names, whole)
