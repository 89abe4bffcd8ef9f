"""The guard of a server: what every request must show before anything of the application sees it.

It is the outermost layer, around all routes, files, errors and kinds of connection, so that none can be left out. A
request must name the server exactly (against DNS rebinding), must not come from a page of another site (Origin and
Sec-Fetch-Site, against forged requests), and must have the cookie that the one-time address gives. Whatever is answered
forbids browsers all but the server's own scripts and styles.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import parse_qs

from backstop.base.faults import Fault
from backstop.serve.access import Access, is_of_another_user
from backstop.serve.address import Address
from backstop.serve.limits import (
    BODY_SECONDS,
    MOST_BODY,
    MOST_PATH,
    PIECE_SECONDS,
    WRITE_SECONDS,
)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; worker-src 'self' blob:; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'"
)
"""What a page of the server may load and run (Content-Security-Policy)."""

HEADERS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
"""On every answer."""

SAFE = ("GET", "HEAD")
"""Methods that change nothing; all others must show where they come from."""

NEW_ADDRESS = (
    "press Enter in the terminal where backstop serve runs, which prints a new address, or choose New address in a "
    "page that is open"
)
"""How to come in again."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer to a request that is not let in: status, what is wrong, and what to do."""

    status: int
    what: str
    hint: str


class Guard:
    """`app` behind its guard. `sizes`: the most bytes of a body, by path, where it is not the usual limit."""

    def __init__(
        self, app: Application, address: Address, access: Access, sizes: Mapping[str, int] | None = None
    ) -> None:
        self.app, self.address, self.access, self.sizes = app, address, access, dict(sizes or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let in, or refuse."""
        kind = scope["type"]
        if kind == "http":
            await self._http(scope, receive, send)
        elif kind == "lifespan":
            await self.app(scope, receive, send)
        elif kind == "websocket":
            # Nothing here speaks over a socket: it is closed before it is accepted.
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": "no sockets here"})

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _by_name(scope)
        plain = _wants_json(scope, headers)
        refusal = self._foreign(scope, headers)
        token = _token(scope) if refusal is None else None
        if token is not None:
            await self._opened(scope, headers, token, send)
            return
        refusal = (
            refusal or self._from_elsewhere(headers) or self._unknown(headers) or self._large(scope, headers)
        )
        if refusal is not None:
            await _refuse(refusal, plain, scope, send)
            return
        most = self.sizes.get(scope["path"], MOST_BODY)
        body = _Body(receive, most)
        answer = _Answer(send, body)
        try:
            await self.app(scope, body, answer)
        except Exception:
            if body.refusal is None:
                raise
        if body.refusal is not None:
            await answer.instead(body.refusal, plain, scope)

    def _foreign(self, scope: Scope, headers: Mapping[str, list[str]]) -> Refusal | None:
        """A request for another server, by another site, or in another form than browsers send."""
        hosts = headers.get("host", [])
        if len(hosts) != 1 or hosts[0] not in self.address.hosts:
            return Refusal(
                403 if len(hosts) == 1 else 400,
                "this server is asked under a name that is not its own",
                f"open {self.address.url} as it was printed",
            )
        origins = headers.get("origin", [])
        unsafe = scope["method"] not in SAFE
        # The page and its server are asked under the same name, so that one of two names cannot act for the other.
        if (unsafe or origins) and origins != [f"http://{hosts[0]}"]:
            return Refusal(403, "this was not asked by the server's own page", f"open {self.address.url}")
        if any("websocket" in value.lower() for value in headers.get("upgrade", [])):
            return Refusal(403, "nothing here speaks over a socket", f"open {self.address.url}")
        if len(scope.get("raw_path", b"")) > MOST_PATH or len(scope["query_string"]) > MOST_PATH:
            return Refusal(414, "the address is too long", f"open {self.address.url}")
        return None

    def _from_elsewhere(self, headers: Mapping[str, list[str]]) -> Refusal | None:
        """A request that the browser says another site has caused. Ports of one machine are one site to browsers."""
        if headers.get("sec-fetch-site", ["none"]) in (["none"], ["same-origin"]):
            return None
        return Refusal(
            403, "another site has asked for this", f"type {self.address.url} into the address bar yourself"
        )

    def _unknown(self, headers: Mapping[str, list[str]]) -> Refusal | None:
        """A browser that has not come by an address with a token."""
        if self.access.admits(_cookies(headers, self.access.cookie)):
            return None
        return Refusal(
            403, "this browser has not been let in", f"open the address that was printed, or {NEW_ADDRESS}"
        )

    def _large(self, scope: Scope, headers: Mapping[str, list[str]]) -> Refusal | None:
        """A body that says itself that it is too large."""
        most = self.sizes.get(scope["path"], MOST_BODY)
        lengths = headers.get("content-length", [])
        if lengths and (not lengths[0].isdecimal() or int(lengths[0][:20]) > most):
            return _too_large(most)
        return None

    async def _opened(self, scope: Scope, headers: Mapping[str, list[str]], token: str, send: Send) -> None:
        """Change a token for a cookie, and lead on to the address without it."""
        stranger = is_of_another_user(scope.get("client"), self.address.port)
        navigates = headers.get("sec-fetch-mode", ["navigate"]) == ["navigate"]
        value = self.access.redeemed(token) if navigates and not stranger else None
        if value is None:
            refusal = Refusal(
                403, "this address has been used already, or is none of this server's", NEW_ADDRESS
            )
            await _refuse(refusal, False, scope, send)
            return
        own = [("set-cookie", self.access.set_cookie(value)), ("cache-control", "no-store")]
        if headers.get("sec-fetch-site", ["none"]) in (["none"], ["same-origin"]):
            await _respond(303, b"", [*own, ("location", "/")], send)
            return
        # From a link on a page elsewhere, browsers withhold the new cookie from a redirect; a page of ours may lead on.
        page = '<!doctype html><meta http-equiv="refresh" content="0; url=/"><title>Backstop</title>'
        await _respond(200, page.encode(), [*own, ("content-type", "text/html; charset=utf-8")], send)


def _by_name(scope: Scope) -> dict[str, list[str]]:
    """The headers of a request: all values of each name."""
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _cookies(headers: Mapping[str, list[str]], name: str) -> list[str]:
    """The values of the cookie `name`, of which other servers of the machine may have set more."""
    pairs = [pair.partition("=") for line in headers.get("cookie", []) for pair in line.split(";")]
    return [value.strip() for key, sign, value in pairs if sign and key.strip() == name]


def _token(scope: Scope) -> str | None:
    """The token of the address that is opened; None where it is another address."""
    if scope["path"] != "/" or scope["method"] != "GET" or not scope["query_string"]:
        return None
    found = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True).get("token")
    return found[0] if found is not None and len(found) == 1 else None


def _wants_json(scope: Scope, headers: Mapping[str, list[str]]) -> bool:
    return scope["path"].startswith("/api/") or "text/html" not in ",".join(headers.get("accept", []))


def _too_large(most: int) -> Refusal:
    return Refusal(
        413, f"this is larger than the {most:,} bytes that are taken here", "send less, or cut it in parts"
    )


async def _refuse(refusal: Refusal, plain: bool, scope: Scope, send: Send) -> None:
    """Answer with what is wrong: JSON for scripts, a page of two sentences for people."""
    fault = Fault(refusal.what, hint=refusal.hint)
    if plain:
        kind, body = "application/json", json.dumps({"faults": [fault.as_dict()]}).encode()
    else:
        words = escape(f"{refusal.what[0].upper()}{refusal.what[1:]}.")
        todo = escape(f"{refusal.hint[0].upper()}{refusal.hint[1:]}.")
        page = f'<!doctype html><html lang="en"><title>Backstop</title><h1>{words}</h1><p>{todo}</p></html>'
        kind, body = "text/html; charset=utf-8", page.encode()
    headers = [("content-type", kind), ("cache-control", "no-store")]
    await _respond(refusal.status, b"" if scope["method"] == "HEAD" else body, headers, send)


async def _respond(status: int, body: bytes, own: list[tuple[str, str]], send: Send) -> None:
    headers = [*HEADERS.items(), *own, ("content-length", str(len(body)))]
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})


class _Unread(ConnectionError):
    """The body of a request cannot be read to its end."""


class _Body:
    """The body of a request, in pieces: so many bytes at most, in so much time. `refusal`: why no more is read."""

    def __init__(self, receive: Receive, most: int) -> None:
        self.refusal: Refusal | None = None
        self._receive, self._most, self._seen, self._whole = receive, most, 0, False
        self._end = time.monotonic() + BODY_SECONDS * max(1.0, most / MOST_BODY / 4)

    async def __call__(self) -> Message:
        if self._whole:  # what comes now is that the browser has left, whenever that may be
            return await self._receive()
        left = min(PIECE_SECONDS, self._end - time.monotonic())
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, left))
        except TimeoutError:
            self.refusal = Refusal(408, "the request came too slowly", "send it again")
            raise _Unread from None
        if message["type"] == "http.request":
            self._seen += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._seen > self._most:
                self.refusal = _too_large(self._most)
                raise _Unread
        return message


class _Answer:
    """An answer on its way to the browser, with the headers that all have.

    What the application says of a body that cannot be read is not passed on: the guard says it.
    """

    def __init__(self, send: Send, body: _Body) -> None:
        self._send, self._body, self._begun = send, body, False

    async def __call__(self, message: Message) -> None:
        if self._body.refusal is not None and not self._begun:
            return
        if message["type"] == "http.response.start":
            self._begun = True
            own = {name.lower() for name, _ in message.get("headers", [])}
            added = {**HEADERS} if b"cache-control" in own else {**HEADERS, "cache-control": "no-store"}
            guarded = {name.encode(): value.encode() for name, value in added.items()}
            kept = [
                (name, value) for name, value in message.get("headers", []) if name.lower() not in guarded
            ]
            message = {**message, "headers": [*kept, *guarded.items()]}
        await asyncio.wait_for(self._send(message), WRITE_SECONDS)

    async def instead(self, refusal: Refusal, plain: bool, scope: Scope) -> None:
        """Refuse, where nothing has been answered yet; else break off."""
        if self._begun:
            raise ConnectionError("the answer was broken off")
        await _refuse(refusal, plain, scope, self._send)
