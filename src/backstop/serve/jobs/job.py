"""One job: a command in a process of its own, what it says while it runs, and what it leaves."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import secrets
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Literal

from backstop.base.files import write_new
from backstop.base.process import end_with_parent

State = Literal["waiting", "running", "done", "failed", "cancelled"]

_MOST_LINES = 200
_MOST_LINE = 4000
_MOST_RESULT = 64 << 20

MEDIA: Mapping[str, str] = {
    "report.html": "text/html; charset=utf-8",
    "report.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "report.md": "text/markdown; charset=utf-8",
    "report.json": "application/json",
    "brief.html": "text/html; charset=utf-8",
    "brief.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "brief.md": "text/markdown; charset=utf-8",
    "brief.json": "application/json",
}
"""The files that jobs leave to download, and their kinds."""


@dataclass(eq=False, slots=True)
class Job:
    """A command that was asked for: `command` as a person would write it, `words` as it is run.

    `version` and `digest` are of the study; `folder` is its own. `lines`: notes and faults that it said.
    """

    analysis: str
    title: str
    command: str
    words: Sequence[str]
    version: int
    digest: str
    settings: Mapping[str, object]
    asked: Mapping[str, object]
    folder: Path
    unsaved: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    state: State = "waiting"
    label: str = ""
    done: int = 0
    total: int = 0
    lines: list[str] = field(default_factory=list)
    started: float = 0.0
    ended: float = 0.0
    _process: asyncio.subprocess.Process | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in ("done", "failed", "cancelled")

    def summary(self) -> dict[str, object]:
        """What pages hear of it while it waits and runs."""
        end = self.ended or time.monotonic()
        return {
            "id": self.id,
            "analysis": self.analysis,
            "title": self.title,
            "command": self.command,
            "unsaved": self.unsaved,
            "version": self.version,
            "digest": self.digest,
            "settings": dict(self.settings),
            "asked": dict(self.asked),
            "state": self.state,
            "label": self.label,
            "done": self.done,
            "total": self.total,
            "seconds": round(end - self.started, 1) if self.started else 0.0,
            "lines": self.lines[-20:],
            "files": [path.name for path in self.files()],
        }

    def result(self) -> bytes:
        """What the command printed, byte for byte; empty where it has printed nothing."""
        return _read(self.folder / "result.json")

    def shown(self) -> Any:
        """Its lines and tables, as --all prints them; None where there are none."""
        data = _read(self.folder / "tables.json")
        return json.loads(data) if data else None

    def files(self) -> list[Path]:
        """The files that it left to download."""
        if self.state != "done":
            return []
        with contextlib.suppress(OSError):
            return sorted(p for p in (self.folder / "out").iterdir() if p.name in MEDIA and p.is_file())
        return []

    async def run(self, told: Callable[[], None]) -> None:
        """Run the command to its end; `told` is called whenever there is something new."""
        self.started = time.monotonic()
        self.state = "running"
        told()
        try:
            self._process = process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "backstop", *self.words),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env={**os.environ, "BACKSTOP_PROGRESS": "json", "NO_COLOR": "1"},
                **_apart(),
            )
            if self._is_cancelled():  # while it was being started
                self._kill()
            assert process.stdout is not None and process.stderr is not None
            printed, _ = await asyncio.gather(_all_of(process.stdout), self._listen(process.stderr, told))
            code = await process.wait()
            if code == 0 and not self._is_cancelled():
                write_new(self.folder / "result.json", printed)
        except OSError as error:
            code = -1
            self.lines.append(f"the command could not be started ({error.strerror or error})")
        finally:
            self.ended = time.monotonic()
        if self._is_cancelled():
            return
        self.state = "done" if code == 0 else "failed"
        if code < 0:
            self.lines.append(
                "the system has ended this; perhaps there was not enough memory: ask for fewer worlds"
            )
        if self.state == "done" and self._is_of_other_text():
            self.lines.append(
                "note: the file has changed while this ran, and these figures are those of its new text"
            )
        told()

    def cancel(self) -> None:
        """Stop the work at once."""
        if self.is_over:
            return
        self.state = "cancelled"
        self.ended = time.monotonic()
        self._kill()

    def _is_cancelled(self) -> bool:
        return self.state == "cancelled"

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own
                else:
                    process.kill()

    async def _listen(self, stream: asyncio.StreamReader, told: Callable[[], None]) -> None:
        """Take in what the command says: progress in JSON, and lines for people."""
        rest = b""
        while piece := await stream.read(1 << 16):
            *whole, rest = (rest + piece).split(b"\n")
            rest = rest[:_MOST_LINE]
            for raw in whole:
                self._heard(raw[:_MOST_LINE].decode("utf-8", "replace").strip())
            told()
        self._heard(rest.decode("utf-8", "replace").strip())

    def _heard(self, line: str) -> None:
        if line.startswith('{"progress":'):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                told = json.loads(line)["progress"]
                self.label, self.done, self.total = str(told["label"]), int(told["done"]), int(told["total"])
        elif line and len(self.lines) < _MOST_LINES:
            self.lines.append(line)

    def _is_of_other_text(self) -> bool:
        """Whether the result names another text of the scenario than the one that was meant."""
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            found = json.loads(self.result())["digests"]["scenario.yaml"]
            return bool(found != self.digest)
        return False


async def _all_of(stream: asyncio.StreamReader) -> bytes:
    """What a command prints; of what is too much, the beginning."""
    pieces, size = [], 0
    while piece := await stream.read(1 << 16):
        size += len(piece)
        if size <= _MOST_RESULT:
            pieces.append(piece)
    return b"".join(pieces)


def _apart() -> dict[str, Any]:
    """How a process is started so that it can be ended with all that it starts, and ends with the server."""
    if sys.platform == "win32":
        return {}
    return {"start_new_session": True, "preexec_fn": partial(end_with_parent, os.getpid())}


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_MOST_RESULT)
    except OSError:
        return b""
