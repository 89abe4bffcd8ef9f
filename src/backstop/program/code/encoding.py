"""The binary form of WebAssembly: functions made of terms, and the module they make up.

Only what this room needs of the format (WebAssembly Core Specification 2.0, chapter 5): functions over v128 and i32,
one memory, exports. The same calls give the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from backstop.program.code.terms import OPCODES, SHIFTS, Term, Terms

I32, V128 = 0x7F, 0x7B

PAGE = 65_536


def unsigned(number: int) -> bytes:
    """A number of at least 0 in LEB128."""
    if number < 0x80:
        return bytes((number,))
    out = bytearray()
    while number >= 0x80:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def signed(number: int) -> bytes:
    """A number in signed LEB128."""
    out = bytearray()
    while True:
        part = number & 0x7F
        number >>= 7
        if (number == 0 and not part & 0x40) or (number == -1 and part & 0x40):
            out.append(part)
            return bytes(out)
        out.append(part | 0x80)


@cache
def _get(local: int) -> bytes:
    return b"\x20" + unsigned(local)


def _vector(opcode: int) -> bytes:
    return b"\xfd" + unsigned(opcode)


_LOAD, _STORE, _CONST = _vector(0) + b"\x04", _vector(11) + b"\x04", _vector(12)
_ANY_TRUE = _vector(83)
# One number of 64 bits: loaded into the first lane, loaded into or stored from a lane that is named after it.
_LOAD_FIRST, _LOAD_LANE, _STORE_LANE = (_vector(opcode) + b"\x03" for opcode in (93, 87, 91))
_VECTOR = {name: _vector(opcode) for name, opcode in OPCODES.items()}
_ZERO = b"\x41\x00"
_END, _ELSE, _IF, _LOOP = b"\x0b", b"\x05", b"\x04\x40", b"\x03\x40"
_SPLAT_F64 = b"\xfd\x14"
# Instructions on whole numbers (i32), and those that make 64-bit numbers of them.
_INTEGER = {
    "is_zero": b"\x45",
    "equal": b"\x46",
    "less": b"\x48",
    "greater": b"\x4a",
    "at_least": b"\x4e",
    "add": b"\x6a",
    "subtract": b"\x6b",
    "multiply": b"\x6c",
    "remainder": b"\x70",
    "and": b"\x71",
    "or": b"\x72",
}


@dataclass(frozen=True, slots=True)
class Store:
    """A term put at `offset`, or that far after the address in the local `base`."""

    offset: int
    term: Term
    base: int | None = None


@dataclass(frozen=True, slots=True)
class Assign:
    """A term put into a local."""

    local: int
    term: Term


@dataclass(slots=True)
class Function:
    """A function being written. Parameters are the first locals."""

    name: str
    parameters: tuple[int, ...] = ()
    results: tuple[int, ...] = ()
    exported: bool = False
    locals: list[int] = field(default_factory=list)
    body: list[bytes] = field(default_factory=list)
    calls: list[tuple[int, str]] = field(default_factory=list)

    @property
    def size(self) -> int:
        """Bytes of its instructions."""
        return sum(map(len, self.body))

    def local(self, kind: int = V128) -> int:
        """A new local."""
        self.locals.append(kind)
        return len(self.parameters) + len(self.locals) - 1

    def get(self, local: int) -> None:
        """Put a local on the stack."""
        self.body.append(_get(local))

    def set(self, local: int) -> None:
        """Put what is on the stack into a local."""
        self.body.append(b"\x21" + unsigned(local))

    def whole(self, number: int) -> None:
        """Put a whole number on the stack."""
        self.body.append(b"\x41" + signed(number))

    def integer(self, *operations: str) -> None:
        """Operations on the whole numbers on the stack, by their names in `_INTEGER`."""
        self.body += [_INTEGER[operation] for operation in operations]

    def spread(self, divisor: int = 1) -> None:
        """Make the whole number on the stack, divided by `divisor`, a number in both lanes."""
        self.body.append(b"\xb7")
        if divisor != 1:
            self.body.append(b"\x44" + struct.pack("<d", float(divisor)) + b"\xa3")
        self.body.append(_SPLAT_F64)

    def splat(self, place: int, local: int, divisor: int = 1) -> None:
        """Put the whole number in a local, divided by `divisor`, into both lanes of a place of memory."""
        self.body.append(_ZERO)
        self.get(local)
        self.spread(divisor)
        self.body.append(_STORE + unsigned(place))

    @contextmanager
    def when(self) -> Iterator[None]:
        """What is written within is done where the whole number on the stack is not 0."""
        self.body.append(_IF)
        yield
        self.body.append(_END)

    def choose(self, here: Callable[[], None], elsewhere: Callable[[], None]) -> None:
        """What `here` writes is done where the whole number on the stack is not 0, else what `elsewhere` writes."""
        self.body.append(_IF)
        here()
        self.body.append(_ELSE)
        elsewhere()
        self.body.append(_END)

    @contextmanager
    def loop(self) -> Iterator[None]:
        """What is written within is done again while it leaves something other than 0 on the stack."""
        self.body.append(_LOOP)
        yield
        self.body += [b"\x0d\x00", _END]

    @contextmanager
    def each(self, count: int, step: int) -> Iterator[int]:
        """What is written within is done `count` times, with 0, `step`, ... in the local that is given."""
        place = self.local(I32)
        self.whole(0)
        self.set(place)
        with self.loop():
            yield place
            self.step(place, step)
            self.get(place)
            self.whole(count * step)
            self.integer("less")

    def call(self, name: str) -> None:
        """Call a function of the module with what is on the stack."""
        self.calls.append((len(self.body), name))
        self.body.append(b"")

    def byte(self, place: int) -> None:
        """Put a byte of memory on the stack."""
        self.body.append(b"\x41\x00\x2d\x00" + unsigned(place))

    def lane(self, local: int, number: int) -> None:
        """Put one of the whole numbers of 32 bits in a local on the stack."""
        self.get(local)
        self.body.append(b"\xfd\x1b" + bytes((number,)))

    def whole_at(self, base: int, offset: int) -> None:
        """Put the whole number on the stack that memory holds so far after the address in a local."""
        self.get(base)
        self.body.append(b"\x28\x02" + unsigned(offset))

    def put_whole(self, base: int, offset: int, local: int) -> None:
        """Put the whole number in a local so far after the address in the local `base`."""
        self.get(base)
        self.get(local)
        self.body.append(b"\x36\x02" + unsigned(offset))

    def add_lane(self, base: int, offset: int, local: int, lane: int) -> None:
        """Add one lane of a local to the number of 64 bits that memory holds after the address in the local `base`."""
        append = self.body.append
        place = unsigned(offset + 8 * lane) + bytes((lane,))
        self.get(base)
        self.get(base)
        append(_CONST + bytes(16) + _LOAD_LANE + place)
        self.get(local)
        append(_VECTOR["add"] + _STORE_LANE + place)

    def step(self, local: int, by: int) -> None:
        """Add to a local i32."""
        self.get(local)
        self.whole(by)
        self.integer("add")
        self.set(local)

    def assign(self, make: Callable[[Terms], Mapping[int, Term]]) -> None:
        """Put terms into locals, by their indices; `make` is given a graph to write them in."""
        terms = Terms()
        self.compute(terms, [Assign(local, term) for local, term in make(terms).items()])

    def assign_together(self, make: Callable[[Terms], Mapping[int, Term]]) -> None:
        """Put terms into locals, all of them computed from what the locals held before."""
        terms = Terms()
        found = make(terms)
        fresh = [Assign(self.local(), term) for term in found.values()]
        self.compute(terms, fresh)
        for local, new in zip(found, fresh, strict=True):
            self.get(new.local)
            self.set(local)

    def any_in(self, place: int) -> None:
        """Put on the stack whether a place of memory has any bit set."""
        self.body.append(_ZERO + _LOAD + unsigned(place) + _ANY_TRUE)

    def any_of(self, local: int) -> None:
        """Put on the stack whether a local has any bit set."""
        self.get(local)
        self.body.append(_ANY_TRUE)

    def compute(
        self,
        terms: Terms,
        statements: Sequence[Store | Assign],
        known: Mapping[Term, int] | None = None,
        push: Term | None = None,
    ) -> None:
        """Code for all the statements, in which every term is computed once; `push` is left on the stack.

        `known`: terms that memory holds already, by their offsets. Loads must not read what a store here has written.
        """
        _Straight(self, terms, known or {}).write(statements, push)


# Terms that cost nothing to have again.
_FREE = frozenset({"const", "local", "address", "weight"})


class _Straight:
    """A stretch of code without jumps: terms used more than once are kept in locals."""

    def __init__(self, function: Function, terms: Terms, known: Mapping[Term, int]) -> None:
        self.function, self.terms, self.known = function, terms, known
        self.uses: dict[Term, int] = {}
        self.kept: dict[Term, int] = {}
        self.chosen: dict[Term, list[int]] = {}

    def write(self, statements: Sequence[Store | Assign], push: Term | None) -> None:
        roots = [statement.term for statement in statements]
        self._count(roots if push is None else [*roots, push])
        body = self.function.body
        # Terms come after what they are made of, so that in this order no choice asks for another within it.
        for term in sorted(term for term in self.uses if self.terms.operations[term] == "certain"):
            self._choice(term)
        for statement in statements:
            if isinstance(statement, Assign):
                self._value(statement.term)
                body.append(b"\x21" + unsigned(statement.local))
            else:
                body.append(_ZERO if statement.base is None else _get(statement.base))
                self._value(statement.term)
                body.append(_STORE + unsigned(statement.offset))
        if push is not None:
            self._value(push)

    def _count(self, roots: Iterable[Term]) -> None:
        uses, arguments, known = self.uses, self.terms.arguments, self.known
        waiting = list(roots)
        while waiting:
            term = waiting.pop()
            if term in uses:
                uses[term] += 1
                continue
            uses[term] = 1
            if term not in known:
                waiting.extend(arguments[term])

    def _value(self, root: Term) -> None:
        """Put the value of a term on the stack, without recursion: sums may be long."""
        append, kept, uses, known = self.function.body.append, self.kept, self.uses, self.known
        operations, arguments = self.terms.operations, self.terms.arguments
        # A term waits for its arguments as its complement.
        waiting = [root]
        while waiting:
            term = waiting.pop()
            if term >= 0:
                local = kept.get(term)
                if local is not None:
                    append(_get(local))
                    continue
                waiting.append(~term)
                if term not in known and operations[term] != "weight":
                    waiting.extend(arguments[term][::-1])
                continue
            term = ~term
            operation = operations[term]
            code = None if term in known else _VECTOR.get(operation)
            if code is None or operation in SHIFTS:
                self._special(term, operation)
            else:
                append(code)
            if uses[term] > 1 and operation not in _FREE:
                local = kept[term] = self.function.local()
                append(b"\x22" + unsigned(local))

    def _special(self, term: Term, operation: str) -> None:
        """Write what is more than one fixed instruction."""
        terms, function = self.terms, self.function
        append, detail, place = function.body.append, terms.details[term], self.known.get(term)
        if place is not None:
            append(_ZERO + _LOAD + unsigned(place))
        elif operation == "call":
            function.call(str(detail))
        else:
            assert isinstance(detail, int)
            if operation == "const":
                append(_CONST + struct.pack("<qq", detail, detail))
            elif operation == "gather":
                append(_LOAD_FIRST + unsigned(detail))
                append(_LOAD_LANE + unsigned(detail + 8) + b"\x01")
            elif operation == "load":
                append((b"" if terms.arguments[term] else _ZERO) + _LOAD + unsigned(detail))
            elif operation == "weight":
                function.get(self._choice(terms.arguments[term][0])[detail])
            elif operation in ("local", "address"):
                function.get(detail)
            else:
                function.whole(detail)
                append(_VECTOR[operation])

    def _choice(self, term: Term) -> list[int]:
        """The locals with the weights of a choice (`Terms.unless_certain`), made where they are first asked for."""
        known = self.chosen.get(term)
        if known is not None:
            return known
        function, terms = self.function, self.terms
        name, _, count = str(terms.details[term]).partition("/")
        steep, *arguments = (self._in_local(argument) for argument in terms.arguments[term])
        weights, others = arguments[: int(count)], arguments[int(count) :]
        found = [function.local() for _ in weights]
        for weight, local in zip(weights, found, strict=True):
            function.get(weight)
            function.set(local)
        function.get(steep)
        function.body.append(_CONST + bytes(16) + _VECTOR["eq"] + _ANY_TRUE)
        each = len(others) // len(weights)
        with function.when():
            for place, (weight, local) in enumerate(zip(weights, found, strict=True)):
                for argument in (weight, steep, *others[place * each : (place + 1) * each]):
                    function.get(argument)
                function.call(name)
                function.set(local)
        self.chosen[term] = found
        return found

    def _in_local(self, term: Term) -> int:
        kept = self.kept.get(term)
        if kept is None:
            if self.terms.operations[term] == "local":
                detail = self.terms.details[term]
                assert isinstance(detail, int)
                return detail
            self._value(term)
            kept = self.kept.get(term)
            if kept is not None:
                self.function.body.append(b"\x1a")  # it was left on the stack as well
            else:
                kept = self.kept[term] = self.function.local()
                self.function.set(kept)
        return kept


def module(functions: Sequence[Function], pages: int) -> bytes:
    """The bytes of a module with these functions and a memory of so many pages, exported as `memory`."""
    places = {function.name: index for index, function in enumerate(functions)}
    kinds: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
    for function in functions:
        kinds.setdefault((function.parameters, function.results), len(kinds))
    types = [
        b"\x60" + _list(bytes((kind,)) for kind in parameters) + _list(bytes((kind,)) for kind in results)
        for parameters, results in kinds
    ]
    declared = [unsigned(kinds[function.parameters, function.results]) for function in functions]
    exports = [_name("memory") + b"\x02\x00"]
    exports += [_name(f.name) + b"\x00" + unsigned(places[f.name]) for f in functions if f.exported]
    sections = (
        (1, _list(types)),
        (3, _list(declared)),
        (5, _list([b"\x01" + unsigned(pages) + unsigned(pages)])),
        (7, _list(exports)),
        (10, _list(_code(function, places) for function in functions)),
    )
    parts = [b"\x00asm\x01\x00\x00\x00"]
    for identifier, content in sections:
        parts += [bytes((identifier,)), unsigned(len(content)), content]
    return b"".join(parts)


def _code(function: Function, places: Mapping[str, int]) -> bytes:
    for position, name in function.calls:
        function.body[position] = b"\x10" + unsigned(places[name])
    runs: list[list[int]] = []
    for kind in function.locals:
        if runs and runs[-1][1] == kind:
            runs[-1][0] += 1
        else:
            runs.append([1, kind])
    content = _list(unsigned(count) + bytes((kind,)) for count, kind in runs) + b"".join(function.body) + _END
    return unsigned(len(content)) + content


def _list(parts: Iterable[bytes]) -> bytes:
    made = list(parts)
    return unsigned(len(made)) + b"".join(made)


def _name(text: str) -> bytes:
    encoded = text.encode()
    return unsigned(len(encoded)) + encoded
