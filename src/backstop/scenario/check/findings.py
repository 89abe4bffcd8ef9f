"""What is found while a document is checked, and the parts of the document through which it is walked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from backstop.base.document import Document, Path
from backstop.base.faults import Fault
from backstop.base.words import shortened

# Messages are bounded, whatever names from the file they hold.
_LONGEST = 600


@dataclass(slots=True)
class Findings:
    """Faults, which make a file invalid, and notes, which do not."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)

    def fault(self, part: Part, what: str, hint: str = "", key: bool = False) -> None:
        """Something wrong with `part` (with its key, where `key`)."""
        self.faults.append(
            Fault(shortened(what, _LONGEST), part.document.place(part.path, key), shortened(hint, _LONGEST))
        )

    def note(self, part: Part, what: str, hint: str = "") -> None:
        """Something worth knowing about `part`."""
        self.notes.append(
            Fault(
                shortened(what, _LONGEST), part.document.place(part.path, key=True), shortened(hint, _LONGEST)
            )
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a document: plain data and its path.

    The checks of meaning walk the plain data, not the types, so that they can say what is wrong with the rest of a
    file in which some values have the wrong shape: a part of the wrong shape has no items, text or number.
    """

    document: Document
    path: Path
    data: Any

    @property
    def name(self) -> str:
        """The last step of the path."""
        return str(self.path[-1]) if self.path else ""

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
        data = self.data.get(key) if isinstance(self.data, dict) else None
        return Part(self.document, (*self.path, key), data)

    def items(self) -> Iterator[Part]:
        """The parts of a mapping under keys that are texts."""
        if isinstance(self.data, dict):
            for key, data in self.data.items():
                if isinstance(key, str):
                    yield Part(self.document, (*self.path, key), data)

    def names(self) -> list[str]:
        """The keys of a mapping that are texts."""
        return [key for key in self.data if isinstance(key, str)] if isinstance(self.data, dict) else []

    def elements(self, single: bool = False) -> Iterator[Part]:
        """The parts of a list; with `single`, a text alone is its only element."""
        if isinstance(self.data, list):
            for index, data in enumerate(self.data):
                yield Part(self.document, (*self.path, index), data)
        elif single and self.text is not None:
            yield self

    def walk(self) -> Iterator[Part]:
        """The part and all parts below it, those under keys that are no texts included."""
        yield self
        inner = self.data.items() if isinstance(self.data, dict) else ()
        for step, data in enumerate(self.data) if isinstance(self.data, list) else inner:
            yield from Part(self.document, (*self.path, step), data).walk()


def _fault(part: Part, what: str, hint: str, key: bool) -> Fault:
    return Fault(shortened(what, _LONGEST), part.document.place(part.path, key), shortened(hint, _LONGEST))


def whole(document: Document) -> Part:
    """The document as a part."""
    return Part(document, (), document.data)
