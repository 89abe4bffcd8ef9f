"""The command line as a test calls it: in this process, or as a process of its own."""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any
from unittest import mock

from backstop.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What a command gave: exit code, standard output, standard error."""

    code: int | str | None
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON; NaN and Infinity are no JSON."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is no JSON")

        return json.loads(self.out, parse_constant=refuse)


class _Stream(io.StringIO):
    def isatty(self) -> bool:
        return False


def run(*arguments: object, text: str = "") -> Answer:
    """`backstop ARGUMENTS` in this process, through the same door as the console script."""
    out, err = _Stream(), _Stream()
    code: int | str | None = None
    with (
        mock.patch.object(sys, "argv", ["backstop", *map(str, arguments)]),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()))),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as stop:
            code = stop.code
    return Answer(code, out.getvalue(), err.getvalue())


def process(*arguments: object, **options: Any) -> subprocess.Popen[str]:
    """`backstop ARGUMENTS` as a process of its own, with pipes."""
    return subprocess.Popen(
        [sys.executable, "-m", "backstop", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )
