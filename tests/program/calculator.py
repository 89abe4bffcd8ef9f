"""The arithmetic of programs as functions of arrays, for tests: a module with nothing else in it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable

import numpy as np
import wasmtime

from backstop.base.arrays import FloatArray
from backstop.program.code import arithmetic
from backstop.program.code.encoding import I32, V128, Function, Store, module
from backstop.program.code.terms import Term, Terms

# Bytes of each input and of the output, and the pairs that they hold.
_ROOM = 1 << 20
_PAIRS = _ROOM // 16


def _share(terms: Terms, x: Term) -> Term:
    above, below = arithmetic.odds(terms, x)
    return terms.div(above, below)


_FUNCTIONS: dict[str, tuple[Callable[..., Term], int]] = {
    "exp": (arithmetic.exponential, 1),
    "exp_of_parts": (arithmetic.exponential, 2),
    "log": (arithmetic.logarithm, 1),
    "near_log": (arithmetic.near_logarithm, 1),
    "logistic": (arithmetic.logistic, 1),
    "power": (arithmetic.power, 2),
    "odds": (_share, 1),
}


class Calculator:
    """`calculator("power", x, y)`: a function of the program's arithmetic, number by number."""

    def __init__(self) -> None:
        functions = []
        for name, (make, count) in _FUNCTIONS.items():
            terms, function = Terms(), Function(name, (V128,) * count, (V128,))
            function.compute(terms, [], push=make(terms, *(terms.local(i) for i in range(count))))
            functions.append(function)
        for name, (_, count) in _FUNCTIONS.items():
            function, terms = Function(f"each_{name}", (I32,), exported=True), Terms()
            pair = function.local(I32)
            with function.loop():
                inputs = [terms.load_at(pair, (1 + i) * _ROOM) for i in range(count)]
                function.compute(terms, [Store(0, terms.call(name, *inputs), pair)])
                function.step(pair, 16)
                function.get(pair)
                function.get(0)
                function.integer("less")
            functions.append(function)
        self._store = wasmtime.Store()
        code = wasmtime.Module(self._store.engine, module(functions, 3 * _ROOM >> 16))
        self._exports = wasmtime.Instance(self._store, code, []).exports(self._store)
        memory = self._exports["memory"]
        place = ctypes.cast(memory.data_ptr(self._store), ctypes.c_void_p).value
        assert place is not None
        raw = (ctypes.c_double * (memory.data_len(self._store) // 8)).from_address(place)
        self._numbers = np.ctypeslib.as_array(raw)

    def __call__(self, name: str, *inputs: FloatArray) -> FloatArray:
        found, size = np.empty(inputs[0].size), 2 * _PAIRS
        for first in range(0, found.size, size):
            count = min(size, found.size - first)
            for i, values in enumerate(inputs):
                start = (1 + i) * _ROOM // 8
                self._numbers[start : start + count] = values[first : first + count]
            self._exports[f"each_{name}"](self._store, -(-count // 2) * 16)
            found[first : first + count] = self._numbers[:count]
        return found
