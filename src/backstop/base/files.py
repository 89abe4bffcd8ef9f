"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import stat
from collections.abc import Collection, Iterator
from pathlib import Path

from backstop.base.faults import Fault, InvalidInput, Place

RESULTS = (
    "report.html",
    "report.json",
    "report.md",
    "report.pdf",
    "result.json",
    "worlds.parquet",
    "phases.parquet",
    "svg",
    "png",
)
"""What commands write into a folder of results; `report.html` is always there. Such a folder may be replaced."""


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 digest of `data`."""
    return hashlib.sha256(data).hexdigest()


def read_file(path: Path, most: int, hint: str = "check the name and permissions") -> bytes:
    """The bytes of the regular file `path`, of which there are at most `most`.

    Raises InvalidInput for what cannot be read, is a device or pipe, or is larger: the last before any byte is read.
    """
    where = Place(str(path))
    try:
        # Without waiting: a named pipe that nobody writes to would never open.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            about = os.fstat(handle)
            if not stat.S_ISREG(about.st_mode):
                raise InvalidInput("this is a device or a pipe, not a file", place=where, hint="name a file")
            # A file that grows while it is read, or lies about its size, ends at the limit too.
            size = about.st_size
            data = b"" if size > most else file.read(most + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise InvalidInput(f"cannot be read ({reason})", place=where, hint=hint) from None
    if (size := max(size, len(data))) > most:
        raise InvalidInput(
            f"the file has {size:,} bytes, more than the {most:,} that are read",
            place=where,
            hint="keep large tables in files of their own, or cut the file in parts",
        )
    return data


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
        raise unwritable(path, error) from error
    finally:
        with contextlib.suppress(OSError):
            scratch.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_written_whole(target: Path, replaceable: Collection[str] = ()) -> Iterator[Path]:
    """A scratch folder beside `target` that takes its place when the block ends without an error.

    An existing `target` stays untouched until then, and is put back should the exchange fail or be interrupted. It is
    replaced only where it is empty or holds nothing but files called as in `replaceable`, the first of them among
    them: anything else may be a user's own work and is refused, at once and not after the block has done its work.
    """
    try:
        target = target.resolve()
        _refuse_work_of_others(target, replaceable)
        target.parent.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        raise unwritable(target, error) from error
    mark = secrets.token_hex(4)
    scratch = target.with_name(f".{target.name}.{mark}.new")
    old = target.with_name(f".{target.name}.{mark}.old")
    try:
        scratch.mkdir()
        yield scratch
        _exchange(scratch, target, old)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _refuse_work_of_others(target: Path, replaceable: Collection[str]) -> None:
    if target.exists() and not target.is_dir():
        raise InvalidInput(
            "this is a file, not a folder", place=Place(str(target)), hint="name a folder with --out"
        )
    found = sorted(path.name for path in target.iterdir()) if target.is_dir() else []
    foreign = [name for name in found if name not in replaceable]
    if found and (foreign or next(iter(replaceable)) not in found):
        raise InvalidInput(
            f"the folder holds {', '.join((foreign or found)[:3])}, which Backstop did not write there, so it is "
            "left alone",
            place=Place(str(target)),
            hint="name another folder, or empty this one",
        )


def _exchange(scratch: Path, target: Path, old: Path) -> None:
    """Put `scratch` in the place of `target`; whatever interrupts this, one of the two stands there whole."""
    try:
        if target.exists():
            target.rename(old)
        scratch.rename(target)
    except BaseException:
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    finally:
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def unwritable(path: Path, error: Exception) -> InvalidInput:
    """The one message for a place that cannot be written."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else error
    return InvalidInput(
        Fault(
            f"cannot be written ({reason})",
            Place(str(path)),
            "choose a folder you may write to",
        )
    )
