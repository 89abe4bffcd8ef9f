"""Curves world by world: what only their quantiles need, and what takes the most room.

They are held in memory while they are small, else in a temporary file that the system removes by itself. The file has
them in single precision, seven digits: quantiles over worlds have three or four that mean anything.
"""

from __future__ import annotations

import errno
import os
import tempfile
import weakref
from collections.abc import Sequence
from typing import IO

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import Refused
from backstop.worlds.workers import shared_empty

Array = NDArray[np.float64]

# More bytes than this go to a file.
MOST_IN_MEMORY = 96_000_000
_STORED = np.dtype(np.float32)


class CurveStore:
    """`rows` curves over T + 1 periods in `worlds` worlds, put in block by block and taken out row by row.

    `sharing`: how many such stores are filled at the same time.
    """

    def __init__(self, rows: int, periods: int, worlds: int, sharing: int = 1) -> None:
        self._shape = (rows, periods + 1, worlds)
        self._array: Array | None = None
        self._file: IO[bytes] | None = None
        self._blocks: dict[int, int] = {}
        if rows * (periods + 1) * worlds * 8 * sharing <= MOST_IN_MEMORY or not hasattr(os, "pwrite"):
            self._array = shared_empty(self._shape)
        else:
            # It lives as long as the store does, which no single block of code encloses.
            self._file = tempfile.TemporaryFile(prefix="backstop-")  # noqa: SIM115
            weakref.finalize(self, self._file.close)

    def put(self, first: int, curves: Sequence[Array]) -> None:
        """Keep the curves, (T + 1, count) each, of the worlds from `first` on; Refused where the disk is full.

        May be called in a forked process; what was put has then to be noted in this one.
        """
        for row, values in enumerate(curves):
            count = values.shape[-1]
            if self._array is not None:
                self._array[row, :, first : first + count] = values
            else:
                self._write(values.astype(_STORED), self._offset(first, row, count))

    def _write(self, data: NDArray[np.float32], offset: int) -> None:
        assert self._file is not None
        try:
            if os.pwrite(self._file.fileno(), data.data, offset) < data.nbytes:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            raise Refused(
                f"the curves of {self._shape[-1]:,} worlds do not fit the temporary folder ({error.strerror})",
                hint="ask for fewer worlds, or point TMPDIR to a larger disk",
            ) from error

    def note(self, first: int, count: int) -> None:
        """The curves of `count` worlds from `first` on have been put."""
        self._blocks[first] = count

    def row(self, row: int) -> Array:
        """One curve in all worlds, shape (T + 1, worlds); NaN where nothing was put."""
        if self._array is not None:
            return np.asarray(self._array[row])
        assert self._file is not None
        periods = self._shape[1]
        found = np.full(self._shape[1:], np.nan)
        for first, count in self._blocks.items():
            size = _STORED.itemsize * periods * count
            data = os.pread(self._file.fileno(), size, self._offset(first, row, count))
            found[:, first : first + count] = np.frombuffer(data, _STORED).reshape(periods, count)
        return found

    def _offset(self, first: int, row: int, count: int) -> int:
        rows, periods, _ = self._shape
        return _STORED.itemsize * periods * (rows * first + row * count)
