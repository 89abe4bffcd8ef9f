"""The guard, asked in every wrong way on every route; the routes come from the application, so that none escapes."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.serve.asgi import HOST, ORIGIN, PORT, Answer, Headers, asked, every_route, served
from tests.support.small_studies import PLEDGE, write

from backstop.base.faults import InvalidInput, Refused
from backstop.serve import access
from backstop.serve.access import Access, is_of_another_user
from backstop.serve.address import is_loopback, listening
from backstop.serve.guard import HEADERS, POLICY, SAFE, Guard, Message, Receive, Scope, Send
from backstop.serve.limits import MOST_BODY, MOST_DOCUMENT
from backstop.serve.server import Place

HOSTS: list[list[str]] = [
    [],
    *(
        [host]
        for host in (
            *(
                "",
                " ",
                "127.0.0.1",
                "localhost",
                f"127.0.0.1:{PORT + 1}",
                f"localhost:{PORT + 1}",
                "127.0.0.1:",
            ),
            *(f"127.0.0.1:0{PORT}", f"127.0.0.1:{PORT}.", f"127.0.0.1.:{PORT}", f"localhost.:{PORT}"),
            *(f"LOCALHOST:{PORT}", f"Localhost:{PORT}", f"127.0.0.1 :{PORT}", f"127.0.0.1: {PORT}"),
            *(
                f"[::1]:{PORT}",
                f"[0:0:0:0:0:0:0:1]:{PORT}",
                f"[::ffff:127.0.0.1]:{PORT}",
                f"::1:{PORT}",
                "[::1]",
            ),
            *(f"127.1:{PORT}", f"2130706433:{PORT}", f"0x7f000001:{PORT}", f"0177.0.0.1:{PORT}", f"0:{PORT}"),
            *(
                f"0.0.0.0:{PORT}",
                f"127.0.0.2:{PORT}",
                f"user@127.0.0.1:{PORT}",
                f"user:pass@localhost:{PORT}",
            ),
            *(f"127.0.0.1:{PORT}@evil.example", f"evil.example:{PORT}", f"evil.example#127.0.0.1:{PORT}"),
            *(f"127.0.0.1.evil.example:{PORT}", f"localhost.evil.example:{PORT}", f"evil-localhost:{PORT}"),
            *(f"http://127.0.0.1:{PORT}", f"127.0.0.1:{PORT}/", f"127.0.0.1:{PORT}?", f"//127.0.0.1:{PORT}"),
            *(f"127.0.0.1:{PORT},evil.example", f"evil.example,127.0.0.1:{PORT}", f"127.0.0.1:{PORT}\t"),
            *(
                f"127.0.0.1:{PORT}\x00",
                f"127.0.0.1%00:{PORT}",
                f"127\u00b70\u00b70\u00b71:{PORT}",
                f"*:{PORT}",
            ),
            *(f"xn--localhost:{PORT}", f"localhost%2e:{PORT}", f"local host:{PORT}", "null"),
        )
    ),
    [HOST, HOST],
    [HOST, "evil.example"],
    ["evil.example", HOST],
]

ORIGINS: list[list[str]] = [
    *([], ["null"], [""], ["http://evil.example"], [f"https://{HOST}"], ["http://127.0.0.1"]),
    *(
        [f"http://127.0.0.1:{PORT + 1}"],
        [f"http://localhost:{PORT}"],
        [f"{ORIGIN}/"],
        [f"{ORIGIN}.evil.example"],
    ),
    *([f"HTTP://{HOST}"], [ORIGIN, ORIGIN], [ORIGIN, "http://evil.example"], [f"http://user@{HOST}"]),
    *([f"{ORIGIN} http://evil.example"], ["file://"], [f"ws://{HOST}"]),
]

SITES = ["cross-site", "same-site", "", "SAME-ORIGIN", "same-origin, cross-site", "none "]


class Spy:
    """Stands in place of the application, and notes what gets through to it."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.seen.append(f"{scope['type']} {scope.get('method')} {scope.get('path')}")
        if scope["type"] == "http":
            while (await receive()).get("more_body"):
                pass
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"in"})


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("pledge"), PLEDGE)


@pytest.fixture(scope="module")
def whole(study: Path) -> Iterator[tuple[Guard, Any]]:
    guard, serving = served(study)
    yield guard, serving
    serving.close()


@pytest.fixture
def guarded(whole: tuple[Guard, Any]) -> Iterator[tuple[Guard, Spy, tuple[str, str]]]:
    """The guard around a spy, and the cookie that lets in."""
    guard, serving = whole
    app, spy = guard.app, Spy()
    guard.app = spy
    value = serving.access.redeemed(serving.access.new_token())
    yield guard, spy, ("cookie", f"backstop-{PORT}={value}")
    guard.app = app


@pytest.fixture(scope="module")
def routes(whole: tuple[Guard, Any]) -> list[tuple[str, str]]:
    found = list(every_route(whole[0]))
    assert len(found) >= 35
    assert {"GET", "POST", "DELETE"} <= {method for method, _ in found}
    return found


def ask(guard: Guard, *request: Any, **more: Any) -> Answer:
    found = asyncio.run(asked(guard, *request, **more))
    assert found is not None
    return found


def good(method: str, cookie: tuple[str, str]) -> list[tuple[str, str]]:
    """The headers of a request that the page makes."""
    return [("host", HOST), cookie, *([] if method in SAFE else [("origin", ORIGIN)])]


def refused(answer: Answer, spy: Spy) -> None:
    assert answer.status in (400, 403), answer
    assert not spy.seen
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers


def test_what_the_page_asks_gets_through(guarded: Any, routes: list[tuple[str, str]]) -> None:
    guard, spy, cookie = guarded
    for method, path in routes:
        for headers in (good(method, cookie), [*good(method, cookie), ("sec-fetch-site", "same-origin")]):
            assert ask(guard, method, path, headers).status == 200
    assert len(spy.seen) == 2 * len(routes)


def test_every_other_name_is_refused_on_every_route(guarded: Any, routes: list[tuple[str, str]]) -> None:
    guard, spy, cookie = guarded
    assert len(HOSTS) >= 40

    async def all_of_them() -> int:
        count = 0
        for method, path in routes:
            for hosts in HOSTS:
                headers = [*(("host", host) for host in hosts), *good(method, cookie)[1:]]
                found = await asked(
                    guard, method, path, [(n, v.encode("utf-8").decode("latin-1")) for n, v in headers]
                )
                assert found is not None
                refused(found, spy)
                count += 1
        return count

    assert asyncio.run(all_of_them()) >= 40 * 35


def test_every_other_origin_is_refused_on_every_unsafe_route(
    guarded: Any, routes: list[tuple[str, str]]
) -> None:
    guard, spy, cookie = guarded
    unsafe = [(method, path) for method, path in routes if method not in SAFE]
    assert len(unsafe) >= 15 and len(ORIGINS) >= 12
    for method, path in unsafe:
        for origins in ORIGINS:
            headers = [("host", HOST), cookie, *(("origin", origin) for origin in origins)]
            refused(ask(guard, method, path, headers), spy)


def test_another_origin_is_refused_where_nothing_changes_too(
    guarded: Any, routes: list[tuple[str, str]]
) -> None:
    guard, spy, cookie = guarded
    for method, path in routes:
        for origins in ORIGINS[1:]:
            refused(
                ask(guard, method, path, [("host", HOST), cookie, *(("origin", o) for o in origins)]), spy
            )


def test_the_other_name_of_the_server_cannot_act_for_this_one(guarded: Any) -> None:
    guard, spy, cookie = guarded
    headers = [("host", f"localhost:{PORT}"), cookie, ("origin", ORIGIN)]
    refused(ask(guard, "POST", "/api/jobs", headers), spy)


def test_what_other_sites_cause_is_refused_on_every_route(
    guarded: Any, routes: list[tuple[str, str]]
) -> None:
    guard, spy, cookie = guarded
    for method, path in routes:
        for site in SITES:
            refused(ask(guard, method, path, [*good(method, cookie), ("sec-fetch-site", site)]), spy)


@pytest.mark.parametrize(
    "cookie",
    [
        None,
        "",
        f"backstop-{PORT}=",
        f"backstop-{PORT}=x",
        f"backstop-{PORT + 1}=VALUE",
        "backstop=VALUE",
        f"Backstop-{PORT}=VALUE",
        f"backstop-{PORT}=VALUEx",
        f"backstop-{PORT}=HALF",
        f"backstop-{PORT} VALUE",
    ],
)
def test_without_the_cookie_every_route_refuses(
    guarded: Any, routes: list[tuple[str, str]], cookie: str | None
) -> None:
    guard, spy, (_, right) = guarded
    value = right.partition("=")[2]
    text = None if cookie is None else cookie.replace("VALUE", value).replace("HALF", value[:20])
    for method, path in [
        *routes,
        ("GET", "/no/such/thing"),
        ("PATCH", "/"),
        ("TRACE", "/"),
        ("OPTIONS", "/"),
    ]:
        headers = [("host", HOST), ("origin", ORIGIN), *([] if text is None else [("cookie", text)])]
        refused(ask(guard, method, path, headers), spy)


def test_the_cookie_is_found_among_others(guarded: Any) -> None:
    guard, _, (_, right) = guarded
    text = f"a=1; backstop-{PORT}=tossed; {right}; b=2"
    assert ask(guard, "GET", "/", [("host", HOST), ("cookie", text)]).status == 200
    assert ask(guard, "GET", "/", [("host", HOST), ("cookie", "a=1"), ("cookie", right)]).status == 200


@pytest.mark.parametrize("path", ["/", "/api/news", "/api/jobs", "/nothing"])
def test_sockets_are_closed_before_they_open(guarded: Any, path: str) -> None:
    guard, spy, cookie = guarded
    for headers in ([], good("GET", cookie), good("POST", cookie)):
        answer = ask(guard, "GET", path, headers, kind="websocket")
        assert b"websocket.close" in answer.body and b"websocket.accept" not in answer.body
        upgrade = [*good("GET", cookie), ("connection", "Upgrade"), ("upgrade", "WebSocket")]
        refused(ask(guard, "GET", path, upgrade), spy)
    assert asyncio.run(asked(guard, "GET", path, good("GET", cookie), kind="something")) is None
    assert not spy.seen


def test_lifespan_passes(guarded: Any) -> None:
    guard, spy, _ = guarded
    asyncio.run(asked(guard, "GET", "/", kind="lifespan"))
    assert len(spy.seen) == 1


def test_an_answer_is_guarded_whatever_the_application_says(guarded: Any) -> None:
    guard, _, cookie = guarded

    async def loose(scope: Scope, receive: Receive, send: Send) -> None:
        names = [(b"content-security-policy", b"default-src *"), (b"X-Frame-Options", b"ALLOWALL")]
        await send({"type": "http.response.start", "status": 200, "headers": names})
        await send({"type": "http.response.body", "body": b""})

    before, guard.app = guard.app, loose
    answer = ask(guard, "GET", "/", good("GET", cookie))
    guard.app = before
    for name, value in {**HEADERS, "cache-control": "no-store"}.items():
        assert answer.headers[name] == value


def test_the_policy_is_strict() -> None:
    parts = dict(part.strip().partition(" ")[::2] for part in POLICY.split(";"))
    assert parts["default-src"] == "'none'"
    assert parts["script-src"] == "'self' 'wasm-unsafe-eval'"
    assert parts["style-src"] == parts["connect-src"] == "'self'"
    assert parts["frame-ancestors"] == parts["base-uri"] == parts["form-action"] == "'none'"
    assert "unsafe-inline" not in POLICY and "'unsafe-eval'" not in POLICY and "http" not in POLICY


# ---------------------------------------------------------------- tokens


def test_a_token_is_good_for_one_cookie() -> None:
    mine = Access(PORT)
    token = mine.first_token
    assert len(token) >= 43
    value = mine.redeemed(token)
    assert value is not None and len(value) >= 43
    assert mine.redeemed(token) is None
    assert (
        mine.admits([value])
        and mine.admits(["x", value])
        and not mine.admits([])
        and not mine.admits([token])
    )
    more = [mine.new_token() for _ in range(20)]
    assert mine.redeemed(more[0]) is None and mine.redeemed(more[-1]) is not None
    assert "HttpOnly" in mine.set_cookie(value) and "SameSite=Strict" in mine.set_cookie(value)


def test_the_address_is_changed_for_a_cookie_once(whole: tuple[Guard, Any]) -> None:
    guard, serving = whole
    token = serving.access.new_token()
    opened = ask(guard, "GET", f"/?token={token}", [("host", HOST), ("sec-fetch-site", "none")])
    assert (opened.status, opened.headers["location"]) == (303, "/")
    assert token not in opened.headers["set-cookie"]
    again = ask(guard, "GET", f"/?token={token}", [("host", HOST), ("accept", "text/html")])
    assert again.status == 403
    assert b"Enter" in again.body and b"new address" in again.body
    cookie = opened.headers["set-cookie"].partition(";")[0]
    assert ask(guard, "GET", "/", [("host", HOST), ("cookie", cookie)]).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        [("host", "evil.example")],
        [("host", HOST), ("origin", "http://evil.example")],
        [("host", HOST), ("sec-fetch-mode", "no-cors")],
        [("host", HOST), ("sec-fetch-mode", "cors")],
    ],
)
def test_a_token_is_not_spent_on_what_is_refused(whole: tuple[Guard, Any], headers: Headers) -> None:
    guard, serving = whole
    token = serving.access.new_token()
    assert ask(guard, "GET", f"/?token={token}", headers).status in (400, 403)
    assert ask(guard, "POST", f"/?token={token}", [("host", HOST), ("origin", ORIGIN)]).status == 403
    assert ask(guard, "GET", f"/api/news?token={token}", [("host", HOST)]).status == 403
    assert ask(guard, "GET", f"/?token={token}&token={token}", [("host", HOST)]).status == 403
    assert serving.access.redeemed(token) is not None


def test_a_link_on_another_page_leads_on_by_a_page_of_ours(whole: tuple[Guard, Any]) -> None:
    """Browsers withhold a strict cookie from the redirect of a link elsewhere, but not from a page of the server's."""
    guard, serving = whole
    headers = [("host", HOST), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")]
    answer = ask(guard, "GET", f"/?token={serving.access.new_token()}", headers)
    assert answer.status == 200
    assert b'url=/"' in answer.body and b"token" not in answer.body


ROW = "   0: 0100007F:{here:04X} 0100007F:{there:04X} 01 00000000:00000000 00:00000000 00000000  {user}        0 1\n"


@pytest.mark.parametrize(
    ("user", "stranger"), [("ours", False), ("0", False), ("4242", True), ("none", False)]
)
def test_a_token_is_not_for_other_users(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, user: str, stranger: bool
) -> None:
    import os

    table = tmp_path / "tcp"
    row = ROW.format(here=50_000, there=PORT, user=os.getuid() if user == "ours" else user)
    table.write_text("head\n" + ("" if user == "none" else row) + ROW.format(here=50_000, there=1, user=77))
    monkeypatch.setattr(access, "TABLES", (table, tmp_path / "missing"))
    monkeypatch.setattr(access.sys, "platform", "linux")
    assert is_of_another_user(("127.0.0.1", 50_000), PORT) is stranger
    assert not is_of_another_user(None, PORT)


@pytest.mark.parametrize("token", ["short", "x" * 31, "x" * 40 + " ", "x" * 40 + "\n", "ü" * 40, "x/" * 20])
def test_a_token_of_ones_own_must_be_hard_to_guess(token: str) -> None:
    with pytest.raises(InvalidInput, match="--token"):
        Access(PORT, token)


# ---------------------------------------------------------------- sizes and pieces


def pieces(guard: Guard, path: str, headers: Headers, sizes: list[int]) -> tuple[int, int]:
    """The status of an answer to a body in pieces, and how many of them were taken."""
    sent: list[Message] = []
    left = list(sizes)

    async def receive() -> Message:
        if not left:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": b"x" * left.pop(0), "more_body": bool(left)}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers],
        "client": None,
    }
    asyncio.run(guard(scope, receive, send))
    return int(sent[0]["status"]), len(sizes) - len(left)


def test_a_body_is_as_large_as_its_route_allows(guarded: Any) -> None:
    guard, spy, cookie = guarded
    headers = good("POST", cookie)
    most = {path: size for path, size in guard.sizes.items() if size == MOST_DOCUMENT}
    assert most
    for path, limit in [("/api/jobs", MOST_BODY), ("/nothing", MOST_BODY), *most.items()]:
        assert ask(guard, "POST", path, [*headers, ("content-length", str(limit + 1))]).status == 413
        assert ask(guard, "POST", path, [*headers, ("content-length", "9" * 400)]).status == 413
        assert ask(guard, "POST", path, [*headers, ("content-length", "-1")]).status == 413
        spy.seen.clear()
        piece = limit // 16
        assert pieces(guard, path, headers, [piece] * 16)[0] == 200
        status, taken = pieces(guard, path, headers, [piece] * 400)
        assert (status, taken) == (413, 17)


def test_a_long_address_is_refused(guarded: Any) -> None:
    guard, spy, cookie = guarded
    assert ask(guard, "GET", "/" + "x" * 5000, good("GET", cookie)).status == 414
    assert ask(guard, "GET", "/?" + "x" * 5000, good("GET", cookie)).status == 414
    assert not spy.seen


def test_a_slow_body_is_given_up(guarded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from backstop.serve import guard as module

    guard, _, cookie = guarded
    monkeypatch.setattr(module, "PIECE_SECONDS", 0.05)
    sent: list[Message] = []

    async def receive() -> Message:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(name.encode(), value.encode()) for name, value in good("POST", cookie)]
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "query_string": b"",
        "headers": headers,
        "client": None,
    }
    asyncio.run(guard(scope, receive, send))
    assert sent[0]["status"] == 408


# ---------------------------------------------------------------- GET changes nothing


def test_get_changes_nothing(study: Path) -> None:
    guard, serving = served(study)
    value = serving.access.redeemed(serving.access.first_token)
    cookie = ("cookie", f"backstop-{PORT}={value}")

    def state() -> str:
        files = {str(path): path.read_bytes() for path in sorted(study.rglob("*")) if path.is_file()}
        told = serving.state()
        return repr((files, json.dumps(told, default=str), serving.access._tokens, serving.access._browsers))

    async def all_of_them() -> list[int]:
        found = []
        for method, path in every_route(guard):
            if method in SAFE:
                answer = await asked(guard, method, f"{path}?after=-1", good("GET", cookie))
                assert answer is not None
                found.append(answer.status)
                assert state() == before, path
        return found

    before = state()
    statuses = asyncio.run(all_of_them())
    assert len(statuses) >= 25
    assert statuses.count(200) >= 10
    assert not [status for status in statuses if status >= 500]
    serving.close()


# ---------------------------------------------------------------- where it listens


def test_only_this_machine_unless_it_is_said_twice() -> None:
    assert Place().checked().host == "127.0.0.1"
    for host in ("192.0.2.1", "0.0.0.0", "::", "example.org"):
        for place in (Place(host), Place(host, remote=True), Place(host, token="x" * 40)):
            with pytest.raises(Refused, match="--allow-remote"):
                place.checked()
        assert Place(host, remote=True, token="x" * 40).checked()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0"])
def test_all_addresses_at_once_are_none(host: str) -> None:
    with pytest.raises(InvalidInput, match=r"all addresses|no such host"):
        listening(host, 0)


def test_a_port_in_use_is_said() -> None:
    taken, address = listening("127.0.0.1", 0)
    assert taken.proto == socket.IPPROTO_TCP  # so that asyncio sends small answers at once
    with taken, pytest.raises(Refused, match=r"is in use.*--port 0"):
        listening("127.0.0.1", address.port)
    assert address.hosts == {f"127.0.0.1:{address.port}", f"localhost:{address.port}"}
    with pytest.raises(InvalidInput, match=r"cannot listen|no such host"):
        listening("192.0.2.77", 0)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("0.0.0.0", False)],
)
def test_what_is_this_machine_alone(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
    assert not is_loopback(f"{host}.example.org")
