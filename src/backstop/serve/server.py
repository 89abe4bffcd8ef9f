"""A server from its first line on the terminal to its last."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from backstop.base.faults import Refused
from backstop.dossier.available_texts import folders
from backstop.serve.access import Access
from backstop.serve.address import LOOPBACK, Address, is_loopback, listening
from backstop.serve.application import application
from backstop.serve.connection import Connection
from backstop.serve.limits import MOST_HEADERS
from backstop.serve.serving import Serving

# Waited for answers on their way when the server ends.
_LAST_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Place:
    """Where to serve: `remote` allows other machines, which needs a token of one's own."""

    host: str = LOOPBACK
    port: int = 0
    remote: bool = False
    token: str | None = None

    def checked(self) -> Place:
        """Itself. Raises Refused where other machines could reach a server that was not meant for them."""
        if not is_loopback(self.host) and not (self.remote and self.token):
            raise Refused(
                f"--host {self.host} would let other machines reach this study",
                hint="say so with --allow-remote and --token TOKEN; what is sent is not encrypted (SECURITY.md)",
            )
        return self


def serve(
    study: str, place: Place, say: Callable[[str], None], opened: bool, texts: tuple[Path, ...] = ()
) -> None:
    """Serve `study` until the process is told to end; `say` prints a line, `opened` starts a browser.

    `texts` are folders with texts of its dossier.

    Raises Refused where the port is taken or other machines could come in unasked, InvalidInput for what is wrong with
    the study or a folder of `texts` that is not there.
    """
    place.checked()
    folders(texts)
    listener, address = listening(place.host, place.port)
    with listener:
        access = Access(address.port, place.token)
        serving = Serving(study, address, access, texts)
        for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
            # What it says of requests is no news for people, and an address with a token must stand in no log.
            logging.getLogger(name).handlers = [logging.NullHandler()]
            logging.getLogger(name).propagate = False
        config = uvicorn.Config(
            application(serving),
            http=Connection,
            ws="none",
            loop="asyncio",
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            h11_max_incomplete_event_size=MOST_HEADERS,
            timeout_graceful_shutdown=None,
        )
        try:
            asyncio.run(
                _served(uvicorn.Server(config), serving, listener, lambda: _greet(serving, say, opened))
            )
        finally:
            serving.close()


async def _served(
    server: uvicorn.Server, serving: Serving, listener: object, ready: Callable[[], None]
) -> None:
    """Run the server until a signal ends it."""
    loop = asyncio.get_running_loop()

    def end() -> None:
        server.should_exit = True
        serving.end()

    with _on_signals(loop, end):
        server.capture_signals = contextlib.nullcontext  # type: ignore[assignment, method-assign]
        task = asyncio.create_task(server.serve(sockets=[listener]))  # type: ignore[list-item]
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        ready()
        await serving.ended.wait()
        # Connections that are open for news only, or for a browser that does not read, are not waited for long.
        await serving.jobs.stopped()
        await asyncio.wait([task], timeout=_LAST_SECONDS)
        server.force_exit = True
        for connection in list(server.server_state.connections):
            if (transport := getattr(connection, "transport", None)) is not None:
                transport.abort()
        for each in list(server.server_state.tasks):
            each.cancel()
        await asyncio.wait([task], timeout=_LAST_SECONDS)


@contextlib.contextmanager
def _on_signals(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> Iterator[None]:
    """Let Ctrl-C and a request to terminate end the server in order."""
    numbers = [signal.SIGINT, signal.SIGTERM]
    before = {number: signal.getsignal(number) for number in numbers}
    for number in numbers:
        signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _greet(serving: Serving, say: Callable[[str], None], opened: bool) -> None:
    """Say where the page is, open it, and listen for Enter."""
    address, access = serving.address, serving.access
    first = link(address, access.first_token)
    say(f"{serving.title} is at {first}")
    say("The address lets one browser in. Enter prints one more; Ctrl-C ends.")
    if opened and _has_display():
        # A browser may take its time to start.
        threading.Thread(target=_open, args=(first,), daemon=True).start()
    if sys.stdin is not None and sys.stdin.isatty():
        with contextlib.suppress(AttributeError, ValueError):
            # In the background, reading from the terminal would stop the process.
            signal.signal(signal.SIGTTIN, signal.SIG_IGN)
        threading.Thread(target=_more_addresses, args=(address, access, say), daemon=True).start()


def link(address: Address, token: str) -> str:
    """The address that lets one browser in."""
    return f"{address.url}?token={token}"


def _has_display() -> bool:
    return sys.platform in ("win32", "darwin") or any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))


def _open(url: str) -> None:
    with contextlib.suppress(webbrowser.Error, OSError):
        webbrowser.open(url)


def _more_addresses(address: Address, access: Access, say: Callable[[str], None]) -> None:
    with contextlib.suppress(OSError, ValueError):
        while sys.stdin.readline():
            say(f"One more browser: {link(address, access.new_token())}")
