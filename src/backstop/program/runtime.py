"""Running a module with wasmtime: the one place that knows that library.

An engine and its compiled module are shared between threads; a store and an instance belong to one thread. Compiled
modules are kept in the user's cache folder, by their digest and the version of wasmtime; without one everything works,
only that the module is compiled anew.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import os
import platform
import sys
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from backstop.base.faults import InvalidInput, Refused
from backstop.base.files import write_atomically

if TYPE_CHECKING:
    import wasmtime

# Bytes of a digest, which stands before what it is the digest of.
_DIGEST = 32
# Compiled modules kept; the oldest go.
_KEPT = 64


class Stopped(Exception):
    """The calculation was told to stop."""


@cache
def _wasmtime() -> Any:
    try:
        import wasmtime
    except (ImportError, OSError, RuntimeError) as error:
        raise Refused(
            f"worlds are solved with the library wasmtime, which cannot be loaded here ({error})",
            hint=f"install it with `pip install wasmtime`; where it has no build for this platform "
            f"({platform.system()} {platform.machine()}), use a 64-bit Linux, macOS or Windows on x86-64 or ARM",
        ) from error
    return wasmtime


def cache_folder() -> Path | None:
    """Where compiled modules are kept: the user's cache folder of this system; None where there is none."""
    chosen = os.environ.get("BACKSTOP_CACHE")
    if chosen is not None:
        return Path(chosen) if chosen else None
    try:
        home = Path.home()
    except RuntimeError:  # nobody's home
        return None
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "backstop" / "programs" if base.is_absolute() else None


class Machine:
    """A module made ready to run."""

    def __init__(self, wasm: bytes) -> None:
        library = _wasmtime()
        config = library.Config()
        config.epoch_interruption = True
        # Only what the module uses, so that it runs alike on every version.
        config.wasm_relaxed_simd = False
        self.engine: wasmtime.Engine = library.Engine(config)
        self.module = self._compiled(wasm)

    def _compiled(self, wasm: bytes) -> wasmtime.Module:
        folder = cache_folder()
        name = f"{hashlib.sha256(wasm).hexdigest()}-wasmtime-{metadata.version('wasmtime')}"
        module = None if folder is None else self._kept(folder / name)
        if module is None:
            module = _wasmtime().Module(self.engine, wasm)
            if folder is not None:
                _keep(folder / name, bytes(module.serialize()))
        return module

    def _kept(self, path: Path) -> wasmtime.Module | None:
        known = _read(path)
        if known is None:
            return None
        library = _wasmtime()
        try:
            module: wasmtime.Module = library.Module.deserialize(self.engine, known)
        except library.WasmtimeError:
            return None  # made for another processor, or by another build of the library
        return module

    def instance(self) -> Instance:
        """An instance for the thread that asks."""
        return Instance(self)

    def stop(self) -> None:
        """End every call that is under way."""
        self.engine.increment_epoch()


def _read(path: Path) -> bytes | None:
    """What was kept, where it is whole: a damaged module must never be run."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    content = data[_DIGEST:]
    return content if hashlib.sha256(content).digest() == data[:_DIGEST] else None


def sealed(content: bytes) -> bytes:
    """What is kept of a module: its digest and itself."""
    return hashlib.sha256(content).digest() + content


def _keep(path: Path, content: bytes) -> None:
    """Keep a compiled module where that is possible; nothing depends on it."""
    with contextlib.suppress(OSError, InvalidInput):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, sealed(content))
        kept = sorted(path.parent.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
        for old in kept[_KEPT:]:
            old.unlink()


class Instance:
    """The module with a memory of its own, for one thread."""

    def __init__(self, machine: Machine) -> None:
        library = _wasmtime()
        self._store: wasmtime.Store = library.Store(machine.engine)
        self._store.set_epoch_deadline(1)
        try:
            exports = library.Instance(self._store, machine.module, []).exports(self._store)
        except library.WasmtimeError as error:
            raise Refused(
                f"the system gives no memory for another thread that solves: {str(error).splitlines()[0]}",
                hint="take fewer --threads; a limit on virtual memory must leave some 5 GB for each, little of it used",
            ) from error
        self._solve = exports["solve"]
        self._open = exports.get("open")
        memory = exports["memory"]
        size = memory.data_len(self._store)
        place = ctypes.cast(memory.data_ptr(self._store), ctypes.c_void_p).value
        assert place is not None
        raw = (ctypes.c_uint8 * size).from_address(place)
        self.bytes: NDArray[np.uint8] = np.frombuffer(raw, np.uint8)
        # Memory never grows, so it never moves; it lives as long as the store does.
        self.numbers: NDArray[np.float64] = self.bytes.view(np.float64)

    def ready(self) -> None:
        """Forget that an earlier calculation was stopped."""
        self._store.set_epoch_deadline(1)

    def solve(self, pairs: int) -> None:
        """Solve pairs of worlds; raises Stopped where it is told to stop."""
        library = _wasmtime()
        try:
            self._solve(self._store, pairs)
        except library.Trap as trap:
            if trap.trap_code is not None and trap.trap_code == library.TrapCode.INTERRUPT:
                raise Stopped from None
            raise

    def open(self, period: int) -> None:
        """Lay a period of the pair solved last open, where the module does that."""
        assert self._open is not None
        self._open(self._store, period)
