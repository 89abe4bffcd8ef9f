"""What a process asks of the system: memory that it keeps, and to end with its parent."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys

# Numbers of two parameters in glibc's malloc.h.
_DEATH_SIGNAL = 1  # of the parameters of prctl
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


def end_with_parent(parent: int) -> None:
    """Let the system end this process, a child of `parent`, with it; known to Linux alone."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).prctl(_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() != parent:  # it has ended already
            os.kill(os.getpid(), signal.SIGKILL)
