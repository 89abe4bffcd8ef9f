"""Faults a user can cause: what went wrong, where, why, and what to do about it.

Every error that reaches a person is one of these. Exit codes: 1 a check failed, 2 usage (click's own), 3 input
invalid, 4 refused because of a limit, 5 a fault of the program itself, 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which file: `line` and `column` count from 1; `path` is the dotted path inside the document."""

    file: str = ""
    line: int | None = None
    column: int | None = None
    path: str = ""

    def __str__(self) -> str:
        head = self.file
        if self.line is not None:
            head += f":{self.line}" if self.column is None else f":{self.line}:{self.column}"
        return " ".join(part for part in (head, self.path) if part)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: `what`, at `place`, and `hint`: what to do, often the nearest valid name."""

    what: str
    place: Place = Place()
    hint: str = ""

    def __str__(self) -> str:
        where = str(self.place)
        text = f"{where}: {self.what}" if where else self.what
        return f"{text}; {self.hint}" if self.hint else text

    def as_dict(self) -> dict[str, object]:
        """Its JSON: file, line, column, path, what, hint."""
        return {**asdict(self.place), "what": self.what, "hint": self.hint}


class Notice(UserWarning):
    """What a person should know of something that went well."""


class BackstopError(Exception):
    """Base of all errors meant for a person. `faults` lists every one found; the text has one line for each.

    One fault may be given by its parts: `raise InvalidInput(what, place=..., hint=...)`.
    """

    exit_code = 5

    def __init__(
        self, faults: str | Fault | Iterable[Fault], *, place: Place | None = None, hint: str = ""
    ) -> None:
        if isinstance(faults, str):
            faults = Fault(faults, place or Place(), hint)
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))


class CheckFailed(BackstopError):
    """A check or claim did not hold."""

    exit_code = 1


class InvalidInput(BackstopError):
    """A file or value is wrong."""

    exit_code = 3


class Refused(BackstopError):
    """The request is understood but goes past a limit, or cannot be answered honestly."""

    exit_code = 4


def kept_details(error: BaseException) -> str:
    """Where the traceback of a fault of the program itself is kept, in words."""
    import tempfile
    import traceback

    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="backstop-fault-", suffix=".txt", delete=False, encoding="utf-8"
        ) as handle:
            traceback.print_exception(error, file=handle)
    except OSError:
        return "set BACKSTOP_DEBUG=1 to see the details"
    return f"the details are in {handle.name}"
