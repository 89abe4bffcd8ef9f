"""Curves in memory and on disk are the same, on disk to single precision."""

from __future__ import annotations

import errno
from typing import Any

import numpy as np
import pytest

from backstop.base.faults import Refused
from backstop.worlds import curves
from backstop.worlds.curves import CurveStore


def filled(monkeypatch: pytest.MonkeyPatch, most: int) -> list[np.ndarray[Any, Any]]:
    monkeypatch.setattr(curves, "MOST_IN_MEMORY", most)
    store = CurveStore(3, 4, 23)
    values = np.random.default_rng(1).random((3, 5, 23))
    for first in (16, 0, 8):  # blocks end in any order
        store.put(first, values[..., first : first + 8])
        store.note(first, min(8, 23 - first))
    exact = values if most else values.astype(np.float32)
    assert all(np.array_equal(store.row(row), exact[row]) for row in range(3))
    return [store.row(row) for row in range(3)]


def test_file_and_memory_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    for one, other in zip(filled(monkeypatch, 10**9), filled(monkeypatch, 0), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-7)


def test_a_full_disk_is_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(curves, "MOST_IN_MEMORY", 0)
    store = CurveStore(1, 1, 2)

    def full(file: int, data: bytes, place: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(curves.os, "pwrite", full)
    with pytest.raises(Refused, match="TMPDIR"):
        store.put(0, np.zeros((1, 2, 2)))
