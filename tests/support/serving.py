"""A server as its users start it: a process of its own, asked by a plain client or opened in a browser."""

from __future__ import annotations

import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from tests.support.command import process


@dataclass
class Server:
    """A running `backstop serve`. `link` lets one browser in; `said` is what it has printed so far, line by line."""

    process: subprocess.Popen[str]
    link: str = ""
    said: list[str] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its page, without a slash at the end: the origin."""
        return self.link.partition("/?")[0]

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self.url.rpartition(":")[2])

    @property
    def token(self) -> str:
        """The token of the first address."""
        return self.link.partition("token=")[2]

    @property
    def client(self) -> Client:
        """A client that has been let in by the first address."""
        return self.clients[0] if self.clients else self.another(self.link)

    def another(self, link: str = "") -> Client:
        """One more client, let in by an address of its own."""
        client = Client(self.url)
        self.clients.append(client)
        assert client.get_page(link or self.new_link()).status_code == 200
        return client

    def new_link(self) -> str:
        """The address for one more browser."""
        return str(self.client.post("/api/address").json()["address"])

    def end(self, number: int = signal.SIGINT) -> tuple[int, float]:
        """Its exit code after a signal, and the seconds that it took to end."""
        began = time.monotonic()
        self.process.send_signal(number)
        return self.process.wait(20), time.monotonic() - began


class Client:
    """A client with the cookie of a server, that says where it comes from as its page does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(follow_redirects=True, timeout=60)

    def get_page(self, link: str) -> httpx.Response:
        return self.http.get(link)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return self.http.get(self.url + path, **options)

    def send(self, method: str, path: str, body: object = None) -> httpx.Response:
        return self.http.request(method, self.url + path, json=body, headers={"origin": self.url})

    def post(self, path: str, body: object = None) -> httpx.Response:
        return self.send("POST", path, {} if body is None else body)

    def over(self, job: str, seconds: float = 120) -> dict[str, Any]:
        """A job once it has ended."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found: dict[str, Any] = self.get(f"/api/jobs/{job}").json()
            if found["state"] in ("done", "failed", "cancelled"):
                return found
            time.sleep(0.05)
        raise AssertionError(f"still running: {found}")


@contextmanager
def serving(study: Path | str, *options: object, port: int = 0) -> Iterator[Server]:
    """A server of a study, which is ended after the block."""
    running = process("serve", study, "--no-open", "--port", port, *options)
    server = Server(running)
    reader = threading.Thread(target=lambda: server.said.extend(running.stdout or ()), daemon=True)
    try:
        assert running.stdout is not None
        while not server.link:
            line = running.stdout.readline()
            assert line, f"ended: {running.stderr.read() if running.stderr else ''} {server.said}"
            server.said.append(line)
            found = re.search(r"http://\S+\?token=\S+", line)
            server.link = found[0] if found else ""
        reader.start()
        yield server
    finally:
        if running.poll() is None:
            running.send_signal(signal.SIGINT)
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
                raise
        if reader.ident is not None:
            reader.join(10)
        for stream in (running.stdout, running.stderr):
            if stream is not None:
                stream.close()
        for client in server.clients:
            client.http.close()
