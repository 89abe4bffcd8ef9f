"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from backstop.faults import Fault, InvalidInput, Place


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 digest of `data`."""
    return hashlib.sha256(data).hexdigest()


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write `data` to `path` so that a reader sees the old file or the new one, never a half.

    Raises InvalidInput where the folder cannot be written.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with scratch.open("wb") as handle:
            handle.write(raw)
            handle.flush()
            os.fsync(handle.fileno())
        scratch.replace(path)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        raise unwritable(path, error) from error


@contextlib.contextmanager
def folder_written_whole(target: Path) -> Iterator[Path]:
    """A scratch folder beside `target` that takes its place when the block ends without an error.

    An existing `target` stays untouched until then, and is put back should the exchange fail. Only a folder that is
    empty or was written by Backstop (it holds a `result.json` or `report.html`) is replaced; anything else is
    refused, because it may hold a user's own work.
    """
    target = target.resolve()
    if target.exists() and not target.is_dir():
        raise InvalidInput(
            Fault("this is a file, not a folder", Place(str(target)), "name a folder with --out")
        )
    if (
        target.is_dir()
        and any(target.iterdir())
        and not any((target / known).is_file() for known in ("result.json", "report.html"))
    ):
        raise InvalidInput(
            Fault(
                "the folder is not empty and was not written by Backstop, so it is left alone",
                Place(str(target)),
                "name another folder with --out, or empty this one",
            )
        )
    mark = secrets.token_hex(4)
    scratch = target.with_name(f".{target.name}.{mark}.new")
    old = target.with_name(f".{target.name}.{mark}.old")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        scratch.mkdir()
    except OSError as error:
        raise unwritable(target, error) from error
    try:
        yield scratch
        if target.exists():
            target.rename(old)
        try:
            scratch.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise
        shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def unwritable(path: Path, error: OSError) -> InvalidInput:
    """The one message for a place that cannot be written."""
    return InvalidInput(
        Fault(
            f"cannot be written ({error.strerror or error})",
            Place(str(path)),
            "choose a folder you may write to",
        )
    )
