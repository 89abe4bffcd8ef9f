"""Zip archives that come from others: counted while they are read, never unpacked to disk.

An archive may promise small members and deliver gigabytes, or name a member `../../x`. Members, bytes and ratio are
capped, bytes are counted as they come out, and every name must stay inside the archive.
"""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from pathlib import PurePosixPath

from backstop.base.faults import InvalidInput, Place, Refused

MOST_MEMBERS = 2000
MOST_BYTES = 50 << 20
MOST_RATIO = 100
SMALL = 256 << 10
"""Members up to this size may be compressed as well as they can: they hurt nobody."""


def read_archive(data: bytes, name: str) -> dict[str, bytes]:
    """The members of a zip archive by name.

    Raises InvalidInput for what is no sound archive or names a path outside it, Refused past the limits.
    """
    where = Place(name)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, RuntimeError, struct.error) as error:
        raise InvalidInput(f"this is no sound zip archive ({error})", place=where) from None
    if len(entries) > MOST_MEMBERS:
        raise Refused(f"the archive has {len(entries):,} members, more than {MOST_MEMBERS:,}", place=where)
    found: dict[str, bytes] = {}
    total = 0
    for entry in entries:
        _safe(entry, where)
        if entry.is_dir():
            continue
        content = _read(archive, entry, MOST_BYTES - total, where)
        total += len(content)
        if len(content) > SMALL and len(content) > MOST_RATIO * max(1, entry.compress_size):
            raise Refused(
                f"the member {entry.filename!r} is packed {len(content) // max(1, entry.compress_size):,} times,"
                f" more than {MOST_RATIO}: this may be a zip bomb",
                place=where,
            )
        if entry.filename in found:
            raise InvalidInput(f"the archive has the member {entry.filename!r} twice", place=where)
        found[entry.filename] = content
    return found


def _safe(entry: zipfile.ZipInfo, where: Place) -> None:
    if not entry.filename:
        raise InvalidInput("the archive has a member without a name", place=where)
    path = PurePosixPath(entry.filename)
    climbs = ".." in path.parts or path.is_absolute() or "\\" in entry.filename or ":" in entry.filename
    if climbs or "\x00" in entry.filename:
        raise InvalidInput(f"the member {entry.filename!r} would climb out of the archive", place=where)
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise InvalidInput(f"the member {entry.filename!r} is a link", place=where)
    if entry.flag_bits & 0x1:
        raise InvalidInput(
            f"the member {entry.filename!r} is encrypted", place=where, hint="save it without a password"
        )


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, where: Place) -> bytes:
    pieces, size = [], 0
    try:
        with archive.open(entry) as member:
            while piece := member.read(1 << 16):
                size += len(piece)
                if size > left:
                    raise Refused(f"the archive unpacks to over {MOST_BYTES >> 20} MiB", place=where)
                pieces.append(piece)
    except Refused:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        lzma.LZMAError,
        EOFError,
        RuntimeError,
        OSError,
        ValueError,
        struct.error,
    ) as error:
        raise InvalidInput(f"the member {entry.filename!r} cannot be read ({error})", place=where) from None
    return b"".join(pieces)
