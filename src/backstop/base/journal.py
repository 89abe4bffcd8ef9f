"""Several files of one folder changed as one, by a journal that the next reader or writer carries out.

All new contents are first written beside the old files and seen onto the disk. A journal then names them, and with
its appearance the change is made: what follows are renames alone, which whoever finds the journal after a crash
finishes.
Source: Gray and Reuter (1993), Transaction Processing, chapter 10 (redo logs, idempotent redo).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from backstop.base.faults import InvalidInput, Place
from backstop.base.files import (
    made_folder,
    read_file,
    real,
    remove_leftovers,
    scratch_file,
    settle,
    sha256,
    unwritable,
    write_atomically,
    write_whole,
)

JOURNAL = ".change.json"
"""The name of the journal in the folder that is changed."""

MOST_BYTES = 64 << 20

_MARK = re.compile(r"[0-9a-f]{8}")
_TEXT = re.compile(r"[0-9a-f]{64}\.txt")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """One process at a time in `folder`. The lock goes with its process, so that a crash leaves none behind."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise unwritable(folder, error) from error
    try:
        # A file system without locks has one user at a time, or is trusted to.
        with contextlib.suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def change_files(
    folder: Path, contents: Mapping[str, bytes], elsewhere: Mapping[Path, bytes] | None = None
) -> None:
    """Write the files of `folder` named in `contents`, all or none; the caller holds the lock of the folder.

    Names are relative, with slashes. `elsewhere` are texts in other folders, each called after its digest and left
    alone where it is there: they change with the rest. Raises InvalidInput where something cannot be written.
    """
    mark = secrets.token_hex(4)
    others = {path: data for path, data in (elsewhere or {}).items() if not path.exists()}
    targets = {real(folder / name): data for name, data in contents.items()} | others
    staged: list[Path] = []
    made = False
    try:
        with contextlib.ExitStack() as folders:
            remove_leftovers(*targets)
            for target, data in targets.items():
                folders.enter_context(made_folder(target.parent))
                staged.append(_staged(target, mark))
                with scratch_file(target, mark) as (_, handle):
                    write_whole(handle, data)
            if len(staged) == 1:
                os.replace(staged[0], target)  # noqa: PTH105
                made = True
                settle(target.parent)
            elif staged:
                told = {"mark": mark, "files": list(contents), "elsewhere": [str(path) for path in others]}
                write_atomically(folder / JOURNAL, json.dumps(told))
                made = True
                finish_change(folder)
    except (OSError, ValueError) as error:
        raise unwritable(folder, error) from error
    finally:
        if not made:
            # The journal may stand though writing it was interrupted at its very end: it goes before what it names.
            with contextlib.suppress(OSError):
                (folder / JOURNAL).unlink(missing_ok=True)
                for path in staged:
                    path.unlink(missing_ok=True)


def finish_change(folder: Path) -> None:
    """Carry out the change that a writer of `folder` has made but not finished; the caller holds its lock.

    Raises InvalidInput where the journal is none, or the change cannot be carried out.
    """
    journal = folder / JOURNAL
    if not journal.exists():
        return
    mark, inside, elsewhere = _read(journal)
    try:
        for target in (*inside, *elsewhere):
            scratch = _staged(target, mark)
            # Whoever wrote the journal, nothing outside the folder changes but texts that are what they are called.
            if scratch.exists() and (target in inside or _digest(scratch) == target.stem):
                os.replace(scratch, target)  # noqa: PTH105
                settle(target.parent)
        journal.unlink()
        settle(folder)
    except OSError as error:
        raise InvalidInput(
            f"a change of several files cannot be finished ({error.strerror or error})",
            place=Place(str(folder)),
            hint="make the folder writable; the change is kept, and finished when the folder is read again",
        ) from error


def _staged(target: Path, mark: str) -> Path:
    return target.with_name(f".{target.name}.{mark}")


def _digest(path: Path) -> str:
    return sha256(read_file(path, MOST_BYTES))


def _read(journal: Path) -> tuple[str, list[Path], list[Path]]:
    """The mark of the staged files and the files that they replace: those in the folder, and texts elsewhere."""
    folder = journal.parent
    try:
        content = json.loads(read_file(journal, MOST_BYTES))
        mark, names, others = content["mark"], content["files"], content.get("elsewhere", [])
        if (
            not _MARK.fullmatch(mark)
            or not all(_is_inside(name) for name in names)
            or not all(_is_text(name) for name in others)
        ):
            raise ValueError("it names what is outside its folder")
        return mark, [real(folder / name) for name in names], [Path(name) for name in others]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InvalidInput(
            "this is no journal of a change", place=Place(str(journal)), hint="remove it"
        ) from None


def _is_inside(name: str) -> bool:
    """Whether `name` is that of a file in the folder. Raises UnicodeEncodeError where it is none of a file."""
    path = PurePosixPath(name)
    name.encode()
    return (
        bool(path.parts) and not path.is_absolute() and ".." not in path.parts and not {"\\", "\0"} & {*name}
    )


def _is_text(name: str) -> bool:
    """Whether `name` is that of a text in another folder, called after its digest."""
    path = Path(name)
    name.encode()
    return (
        path.is_absolute()
        and bool(_TEXT.fullmatch(path.name))
        and ".." not in path.parts
        and "\0" not in name
    )
