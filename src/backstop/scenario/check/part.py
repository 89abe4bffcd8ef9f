"""The parts of a document, through which it is checked, and what is found wrong or worth knowing in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backstop.base.document import Document, Path
from backstop.base.faults import Fault
from backstop.base.words import shortened

# Messages are bounded, whatever names from the file they hold.
_LONGEST = 600


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document: plain data and its path; all parts of a document share `faults` and `notes`.

    The checks of meaning walk the plain data, not the types, so that they can say what is wrong with the rest of a
    file in which some values have the wrong shape: a part of the wrong shape has no items, text or number.
    """

    document: Document
    path: Path
    data: Any
    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def fault(self, what: str, hint: str = "", key: bool = False) -> None:
        """Notes something wrong with the part (with its key, where `key`), which makes the file invalid."""
        self.faults.append(self._found(what, hint, key))

    def note(self, what: str, hint: str = "") -> None:
        """Notes something worth knowing about the part."""
        self.notes.append(self._found(what, hint, key=True))

    def _found(self, what: str, hint: str, key: bool) -> Fault:
        return Fault(
            shortened(what, _LONGEST), self.document.place(self.path, key), shortened(hint, _LONGEST)
        )

    @property
    def name(self) -> str:
        """The last step of the path."""
        return str(self.path[-1]) if self.path else ""

    @property
    def line(self) -> int | None:
        """The line of its key in the file, or of an item of a list."""
        return self.document.place(self.path, key=True).line

    @property
    def text(self) -> str | None:
        """The text, where it is one and not empty."""
        return self.data if isinstance(self.data, str) and self.data else None

    @property
    def number(self) -> float | None:
        """The number, where it is one."""
        return self.data if isinstance(self.data, (int, float)) and not isinstance(self.data, bool) else None

    @property
    def is_mapping(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.data, dict)

    def has(self, key: str) -> bool:
        """Whether something other than nothing stands under `key`."""
        return isinstance(self.data, dict) and self.data.get(key) is not None

    def at(self, key: str) -> Part:
        """The part under `key`; without data where there is none."""
        return self._inner(key, self.data.get(key) if isinstance(self.data, dict) else None)

    def _inner(self, step: Any, data: Any) -> Part:
        return Part(self.document, (*self.path, step), data, self.faults, self.notes)

    def items(self) -> Iterator[Part]:
        """The parts of a mapping under keys that are texts."""
        return (self._inner(name, self.data[name]) for name in self.names())

    def names(self) -> list[str]:
        """The keys of a mapping that are texts."""
        return [key for key in self.data if isinstance(key, str)] if isinstance(self.data, dict) else []

    def elements(self, single: bool = False) -> Iterator[Part]:
        """The parts of a list; with `single`, a text alone is its only element."""
        if isinstance(self.data, list):
            yield from (self._inner(index, data) for index, data in enumerate(self.data))
        elif single and self.text is not None:
            yield self

    def walk(self) -> Iterator[Part]:
        """The part and all parts below it, those under keys that are no texts included."""
        yield self
        inner = self.data.items() if isinstance(self.data, dict) else ()
        for step, data in enumerate(self.data) if isinstance(self.data, list) else inner:
            yield from self._inner(step, data).walk()

    def only(self, kinds: tuple[str, ...], none: str, several: str, remedy: str) -> str | None:
        """The one key of `kinds` in a mapping; None, with a fault, where there is none or more than one."""
        if not isinstance(self.data, dict):
            return None
        given = [kind for kind in kinds if kind in self.data]
        if not given:
            self.fault(none, f"give it one of {', '.join(kinds)}", key=True)
        elif len(given) > 1:
            self.at(given[1]).fault(f"{several}: {' and '.join(given)}", remedy, key=True)
        return given[0] if len(given) == 1 else None
