"""How the process asks the system for memory."""

from __future__ import annotations

import ctypes
import sys

# Numbers of two parameters in glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3


def keep_freed_memory() -> None:
    """Tell glibc, where that is the allocator, to keep what is freed.

    Arrays over worlds are asked for over and over, and a page that has gone back to the system must be cleared and
    mapped anew each time: that can take longer than what is computed.
    """
    if sys.platform != "linux":
        return
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError):  # another allocator
        return
    mallopt(_MMAP_THRESHOLD, 32 << 20)
    mallopt(_TRIM_THRESHOLD, 1 << 30)
