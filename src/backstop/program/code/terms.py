"""Terms: what a program computes, as a graph in which equal terms stand once.

A term is the number of a node: an operation on two 64-bit lanes with the terms that it takes, a constant, or a value
read from memory. Asking for a term that exists gives the one that is there (hash-consing), so that what two
expressions, phases or nodes have in common is computed once. Operations on constants are carried out here where IEEE
754 gives them one right result; nothing else is ever simplified, so that a program does what is written.
"""

from __future__ import annotations

import math
import operator
import struct
from collections.abc import Callable, Sequence

Term = int

_NUMBER, _BITS = struct.Struct("<d"), struct.Struct("<q")

# Operations of WebAssembly on v128 by the name that this room uses for them, with their opcodes after the prefix 0xFD.
OPCODES = {
    "eq": 71,
    "ne": 72,
    "lt": 73,
    "gt": 74,
    "le": 75,
    "ge": 76,
    "not": 77,
    "and": 78,
    "andnot": 79,
    "or": 80,
    "xor": 81,
    "bitselect": 82,
    "i32mul": 181,
    "nearest": 148,
    "trunc": 122,
    "ishl": 203,
    "ishr_s": 204,
    "ishr_u": 205,
    "iadd": 206,
    "isub": 209,
    "abs": 236,
    "neg": 237,
    "sqrt": 239,
    "add": 240,
    "sub": 241,
    "mul": 242,
    "div": 243,
    "min": 244,
    "max": 245,
    "pmin": 246,
    "pmax": 247,
    # Both lanes as whole numbers of 32 bits, in the lower half.
    "whole": 252,
}
# Shifts have their bits as a detail, not as a term.
SHIFTS = frozenset({"ishl", "ishr_s", "ishr_u"})


def _divided(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    if a == 0.0 or math.isnan(a):
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


_FOLDED: dict[str, Callable[..., float]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": _divided,
    "neg": operator.neg,
    "abs": abs,
}


class Terms:
    """A graph of terms; `varies[term]` says whether it depends on the period."""

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.arguments: list[tuple[Term, ...]] = []
        # The bits of a constant, the offset of a load, the bits of a shift, the name of a function that is called.
        self.details: list[int | str] = []
        self.varies: list[bool] = []
        self._known: dict[tuple[str, tuple[Term, ...], int | str], Term] = {}

    def __len__(self) -> int:
        return len(self.operations)

    def _term(
        self, operation: str, arguments: tuple[Term, ...] = (), detail: int | str = 0, varies: bool = False
    ) -> Term:
        key = (operation, arguments, detail)
        known = self._known.get(key)
        if known is not None:
            return known
        new = self._known[key] = len(self.operations)
        self.operations.append(operation)
        self.arguments.append(arguments)
        self.details.append(detail)
        for argument in arguments:
            varies = varies or self.varies[argument]
        self.varies.append(varies)
        return new

    def constant(self, amount: float) -> Term:
        """A number in both lanes."""
        bits: int = _BITS.unpack(_NUMBER.pack(amount))[0]
        return self.bits(bits)

    def bits(self, pattern: int) -> Term:
        """64 bits, given as a signed integer, in both lanes."""
        return self._term("const", (), pattern)

    def amount(self, term: Term) -> float | None:
        """The number that a constant is; None for any other term."""
        if self.operations[term] != "const":
            return None
        amount: float = _NUMBER.unpack(_BITS.pack(self.details[term]))[0]
        return amount

    def constant_bits(self, term: Term) -> int | None:
        """The bits of a constant; None for any other term."""
        detail = self.details[term]
        return detail if self.operations[term] == "const" and isinstance(detail, int) else None

    def load(self, offset: int, varies: bool = False) -> Term:
        """What memory holds at a fixed place."""
        return self._term("load", (), offset, varies)

    def local(self, index: int) -> Term:
        """What a local of the function holds."""
        return self._term("local", (), index)

    def load_at(self, base: int, offset: int) -> Term:
        """What memory holds `offset` bytes after the address in the local `base` of the function."""
        return self._term("load", (self._term("address", (), base),), offset)

    def gather(self, lanes: tuple[int, int], offset: int) -> Term:
        """What memory holds for the first world `offset` bytes after the address in one local, and for the second
        after that in another."""
        first, second = (self._term("address", (), local) for local in lanes)
        return self._term("gather", (second, first), offset)

    def call(self, function: str, *arguments: Term) -> Term:
        """The result of a function of the module."""
        return self._term("call", arguments, function)

    def unless_certain(
        self, steep: Term, weights: Sequence[Term], function: str, others: Sequence[Sequence[Term]]
    ) -> list[Term]:
        """The weights, but where a lane of `steep` is 0 in either world what `function` makes of each.

        It is called with a weight, `steep` and the terms of `others` for that weight, and only then; it must leave
        the weight as it is in lanes in which `steep` is not 0.
        """
        count = len(weights)
        arguments = (steep, *weights, *(term for each in others for term in each))
        choice = self._term("certain", arguments, f"{function}/{count}")
        return [self._term("weight", (choice,), place) for place in range(count)]

    def op(self, name: str, *arguments: Term) -> Term:
        """An operation by its name in `OPCODES`."""
        operations = self.operations
        if all(operations[argument] == "const" for argument in arguments) and name in _FOLDED:
            result = _FOLDED[name](*map(self.amount, arguments))
            if not math.isnan(result):
                return self.constant(result)
        return self._term(name, arguments)

    def shift(self, name: str, argument: Term, bits: int) -> Term:
        """A shift of both lanes by a fixed number of bits."""
        return self._term(name, (argument,), bits)

    # The operations that most of the room is written with.

    def add(self, a: Term, b: Term) -> Term:
        """a + b."""
        return self.op("add", a, b)

    def sub(self, a: Term, b: Term) -> Term:
        """a - b."""
        return self.op("sub", a, b)

    def mul(self, a: Term, b: Term) -> Term:
        """a * b."""
        return self.op("mul", a, b)

    def div(self, a: Term, b: Term) -> Term:
        """a / b."""
        return self.op("div", a, b)

    def sum(self, terms: Sequence[Term]) -> Term:
        """The sum from the first to the last; 0 of none."""
        if not terms:
            return self.constant(0.0)
        total = terms[0]
        for term in terms[1:]:
            total = self.add(total, term)
        return total

    def select(self, mask: Term, here: Term, elsewhere: Term) -> Term:
        """`here` where the mask is set, `elsewhere` where it is not."""
        return self._term("bitselect", (here, elsewhere, mask))

    def truth(self, mask: Term) -> Term:
        """1.0 where the mask is set, 0.0 where it is not."""
        return self.op("and", mask, self.constant(1.0))
