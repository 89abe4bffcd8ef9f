"""Files written whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import secrets
import shutil
import stat
import warnings
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from backstop.base.faults import Fault, InvalidInput, Notice, Place

RESULTS = (
    "report.html",
    "report.json",
    "report.md",
    "report.pdf",
    "report.docx",
    "brief.html",
    "brief.json",
    "brief.md",
    "brief.pdf",
    "brief.docx",
    "result.json",
    "worlds.parquet",
    "phases.parquet",
    "svg",
    "png",
)
"""What commands write into a folder of results; a page is always there. Such a folder may be replaced."""

PAGES = ("report.html", "brief.html")
"""The pages of results: either marks a folder of them."""

_BINARY = getattr(os, "O_BINARY", 0)

_SCRATCH = re.compile(r"\.(.+)\.[0-9a-f]{8}(?:\.new|\.old)?", re.DOTALL)
"""The name of a scratch file or folder, and in it that of what it is to replace."""


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
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
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


def is_file(path: Path) -> bool:
    """Whether `path` is a file; no for what cannot be the name of one, such as too long a name."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def real(path: Path) -> Path:
    """The file that `path` leads to, links followed as far as they lead; raises ValueError where it is no path."""
    # Path.resolve raises RuntimeError for links in a circle, in some versions of Python.
    return Path(os.path.realpath(path))


def write_atomically(path: Path, data: bytes | str) -> None:
    """Write `data` to `path` so that a reader sees the old file or the new one, never a half.

    The mode of a file that is there is kept, and a symbolic link goes on pointing to the file, which is replaced. What
    writers that were killed left beside it is removed. Raises InvalidInput where the folder cannot be written.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    scratch = None
    try:
        path = real(path)
        remove_leftovers(path)
        with scratch_file(path) as (scratch, handle):
            write_whole(handle, raw)
            os.replace(scratch, path)  # noqa: PTH105 - the calls that write are those of one module, os
        settle(path.parent)
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from error
    finally:
        if scratch is not None:
            with contextlib.suppress(OSError):
                scratch.unlink(missing_ok=True)


def create_whole(path: Path, data: bytes) -> None:
    """Write `data` to a new file at `path`, whole or not at all. What is there already is left alone, whatever it is.

    Raises InvalidInput where something of this name is there, or the folder cannot be written.
    """
    scratch = None
    try:
        if os.path.lexists(path):
            raise _taken(path)
        remove_leftovers(path)
        with scratch_file(path) as (scratch, handle):
            write_whole(handle, data)
            try:
                os.link(scratch, path, follow_symlinks=False)
            except FileExistsError:
                raise _taken(path) from None
            except (OSError, NotImplementedError):
                # No second names on this file system: the name is taken first, and what takes it is replaced.
                _take_name(path)
                os.replace(scratch, path)  # noqa: PTH105
        settle(path.parent)
    except (OSError, ValueError) as error:
        raise unwritable(path, error) from error
    finally:
        if scratch is not None:
            with contextlib.suppress(OSError):
                scratch.unlink(missing_ok=True)


def _take_name(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666))
    except FileExistsError:
        raise _taken(path) from None


def _taken(path: Path) -> InvalidInput:
    return InvalidInput(
        "there is a file of this name already, and it is left alone",
        place=Place(path.name),
        hint="choose another name",
    )


def write_new(path: Path, data: bytes | str) -> None:
    """Write `data` to the new file `path` of a folder that nobody reads yet, and see it onto the disk."""
    raw = data.encode("utf-8") if isinstance(data, str) else data
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
    try:
        write_whole(handle, raw)
    finally:
        os.close(handle)


@contextlib.contextmanager
def made_folder(folder: Path) -> Iterator[None]:
    """The folder is there while the block runs; where that fails, it and those above it go again, if they are new."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        for path in missing:
            with contextlib.suppress(OSError):  # it holds something now
                os.rmdir(path)  # noqa: PTH106
        raise


@contextlib.contextmanager
def scratch_file(path: Path, mark: str = "") -> Iterator[tuple[Path, int]]:
    """A new file beside `path`, with its mode and owner, open for writing and locked while the block runs.

    Warns where the file at `path` has other names, which will go on naming the old content.
    """
    while True:
        scratch = path.with_name(f".{path.name}.{mark or secrets.token_hex(4)}")
        handle = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o666)
        ready = False
        try:
            # Another process may have taken it for a leftover before it was locked; then there must be a new one.
            if _lock(handle) and scratch.exists():
                with contextlib.suppress(FileNotFoundError):
                    _liken(scratch, path.stat())
                    _tell_of_links(path)
                ready = True
                yield scratch, handle
                return
        finally:
            os.close(handle)
            if not ready:
                with contextlib.suppress(OSError):
                    os.unlink(scratch)  # noqa: PTH108


def _liken(made: Path, to: os.stat_result) -> None:
    """Give what was made the owner, where that is allowed, and the mode of what it is to replace."""
    if hasattr(os, "chown") and (made.stat().st_uid, made.stat().st_gid) != (to.st_uid, to.st_gid):
        with contextlib.suppress(OSError):
            os.chown(made, to.st_uid, to.st_gid)
    os.chmod(made, stat.S_IMODE(to.st_mode))  # noqa: PTH101


def _tell_of_links(path: Path) -> None:
    if (names := path.stat().st_nlink) > 1:
        others = "the other keeps" if names == 2 else f"the {names - 1} others keep"
        warnings.warn(
            f"{path.name} had {names} names (hard links): {others} the old content", Notice, stacklevel=2
        )


def write_whole(handle: int, data: bytes) -> None:
    """Write all of `data` and see it onto the disk."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]
    os.fsync(handle)


def settle(path: Path) -> None:
    """See a file that others wrote, or the names in a folder, onto the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def remove_leftovers(*paths: Path) -> None:
    """Remove what writers of `paths` that were killed have left beside them; what is locked is still being written."""
    for found in leftovers(*paths):
        with contextlib.suppress(OSError):
            handle = os.open(found, os.O_RDONLY)
            try:
                if _lock(handle, wait=False):
                    if found.is_dir():
                        shutil.rmtree(found)
                    else:
                        found.unlink()
            finally:
                os.close(handle)


def leftovers(*paths: Path) -> list[Path]:
    """Scratch files and folders beside `paths`."""
    names: dict[Path, set[str]] = {}
    for path in paths:
        names.setdefault(path.parent, set()).add(path.name)
    found: list[Path] = []
    for folder, known in names.items():
        with contextlib.suppress(OSError):
            beside = [(_SCRATCH.fullmatch(path.name), path) for path in folder.iterdir()]
            found += sorted(path for match, path in beside if match and match[1] in known)
    return found


def _lock(handle: int, wait: bool = True) -> bool:
    """Whether `handle` is locked for this process now; the lock goes with it."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system: leftovers stay
        return wait
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return wait
    return True


def refuse_input(target: Path, inputs: Iterable[Path]) -> None:
    """Refuse to write on a file that is read, under whatever name or link. Raises InvalidInput."""
    for path in inputs:
        with contextlib.suppress(OSError):
            if path.samefile(target):
                raise InvalidInput(
                    f"this is {path.name} of the study itself, and is left alone",
                    place=Place(str(target)),
                    hint="name another file",
                )


@contextlib.contextmanager
def folder_written_whole(target: Path, replaceable: Collection[str] = ()) -> Iterator[Path]:
    """A scratch folder beside `target` that takes its place when the block ends without an error.

    An existing `target` stays untouched until then, and is put back should the exchange fail or be interrupted. It is
    replaced only where it is empty or holds nothing but files called as in `replaceable`, the first of them among
    them: anything else may be a user's own work and is refused, at once and not after the block has done its work.
    """
    try:
        target = real(target)
        _put_back(target)
        remove_leftovers(target)
        _refuse_work_of_others(target, replaceable)
    except (OSError, ValueError) as error:
        raise unwritable(target, error) from error
    mark = secrets.token_hex(4)
    scratch = target.with_name(f".{target.name}.{mark}.new")
    handle = None
    try:
        with made_folder(target.parent):
            scratch.mkdir()
            with contextlib.suppress(OSError):
                handle = os.open(scratch, os.O_RDONLY)
                _lock(handle)
            try:
                yield scratch
                _keep_modes(scratch, target)
                _exchange(scratch, target, target.with_name(f".{target.name}.{mark}.old"))
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
            settle(target.parent)
    except OSError as error:
        raise unwritable(target, error) from error
    finally:
        if handle is not None:
            os.close(handle)


def _keep_modes(scratch: Path, target: Path) -> None:
    """Give the folder and its files the modes of those that they are to replace."""
    if target.is_dir():
        for made in (scratch, *scratch.rglob("*")):
            with contextlib.suppress(FileNotFoundError):
                _liken(made, (target / made.relative_to(scratch)).stat())


def _refuse_work_of_others(target: Path, replaceable: Collection[str]) -> None:
    if target.exists() and not target.is_dir():
        raise InvalidInput(
            "this is a file, not a folder", place=Place(str(target)), hint="name a folder with --out"
        )
    found = sorted(target.iterdir()) if target.is_dir() else []
    foreign = [path.name for path in found if path.name not in replaceable or not _written_here(path)]
    first = next(iter(replaceable), "")
    marks = PAGES if first in PAGES else (first,)
    if found and (foreign or not any((target / mark).exists() for mark in marks)):
        named = foreign or [path.name for path in found]
        raise InvalidInput(
            f"the folder holds {', '.join(named[:3])}, which Backstop did not write there, so it is "
            "left alone",
            place=Place(str(target)),
            hint="name another folder, or empty this one",
        )


def _written_here(path: Path) -> bool:
    """Whether `path` can be something that commands wrote: a file, or a folder of pictures of the kind it is called."""
    if path.is_symlink():
        return False
    return not path.is_dir() or all(
        each.is_file() and not each.is_symlink() and each.suffix == f".{path.name}" for each in path.iterdir()
    )


def _exchange(scratch: Path, target: Path, old: Path) -> None:
    """Put `scratch` in the place of `target`; whatever interrupts this, one of the two stands there whole."""
    if target.exists() and _swapped(scratch, target):
        return
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


def _swapped(one: Path, other: Path) -> bool:
    """Whether the two folders have changed places in one step, which Linux alone knows (renameat2)."""
    import ctypes

    with contextlib.suppress(AttributeError, OSError):
        call = ctypes.CDLL(None, use_errno=True).renameat2
        at_working_folder, exchange = -100, 2
        code = call(at_working_folder, os.fsencode(one), at_working_folder, os.fsencode(other), exchange)
        return int(code) == 0
    return False


def _put_back(target: Path) -> None:
    """Put the old folder back where a writer was killed between the two renames."""
    old = [path for path in leftovers(target) if path.suffix == ".old"]
    if old and not target.exists():
        old[-1].rename(target)


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
