"""A file of a conflict being read: its content as that of a graph file, where things stand in it, what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from backstop.base.document import Path, dotted, first_faults
from backstop.base.faults import BackstopError, Fault, InvalidInput, Place
from backstop.base.json_text import RepeatedKey, json_value
from backstop.base.records import mismatches, told
from backstop.graphmodel.files.records import GraphRecord, graph_explained

MOST_FAULTS = 20
T = TypeVar("T")
Content = Mapping[str, Any]
"""An object of a JSON file: whatever stands there."""


class Places(Protocol):
    """Where the value at a path stands in a file, or its key."""

    def __call__(self, path: Path, key: bool = False) -> Place:
        """The place."""
        ...


@dataclass
class Source:
    """A file being read: `data` in the keys of a graph file; `place` tells where a path in it stands.

    `own_names`: ids are the file's own and may be any text. Everything wrong is collected in `faults` and told at once.
    """

    data: Any
    place: Places
    own_names: bool = False
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def tell(self, path: Path, what: str, hint: str = "") -> None:
        """Note a fault: where, what, and what to do about it."""
        self.faults.append(Fault(what, self.place(path), hint))

    def stop(self) -> None:
        """Raises InvalidInput where there are faults; of very many with the first, and how many more there are."""
        if self.faults:
            raise InvalidInput(first_faults(self.faults, MOST_FAULTS))

    def placed(self, path: Path, work: Callable[[], T]) -> T:
        """The result of `work`, whose faults get the place of `path`."""
        try:
            return work()
        except BackstopError as error:
            place = self.place(path)
            raise type(error)([Fault(fault.what, place, fault.hint) for fault in error.faults]) from error

    def record(self) -> GraphRecord:
        """The content as a record. Raises InvalidInput with everything that has the wrong shape."""
        from pydantic import ValidationError

        try:
            return GraphRecord.model_validate(self.data)
        except ValidationError as error:
            misses = list(mismatches(GraphRecord, error, self.data))
            for miss, (what, hint) in told(misses, graph_explained):
                self.faults.append(Fault(what, self.place(miss.path, miss.is_key), hint))
            self.stop()
            raise


def json_object(data: bytes, file: str) -> Content:
    """A JSON object without repeated keys. Raises InvalidInput."""
    try:
        content = json_value(data.decode("utf-8-sig"))
    except RepeatedKey as error:
        raise InvalidInput(f"{error} in one object", place=Place(file), hint="keep one") from error
    except UnicodeDecodeError as error:
        raise InvalidInput(
            "not readable as JSON in UTF-8", place=Place(file), hint="save it as UTF-8"
        ) from error
    except ValueError as error:
        line, column = getattr(error, "lineno", None), getattr(error, "colno", None)
        raise InvalidInput(
            f"not valid JSON ({getattr(error, 'msg', error)})",
            place=Place(file, line, column),
            hint="correct it there",
        ) from error
    if not isinstance(content, dict):
        raise InvalidInput("the file holds no JSON object", place=Place(file))
    return content


def moved(file: str, paths: Mapping[Path, Path]) -> Places:
    """Places in a file that says things elsewhere: `paths` maps beginnings of paths in `data` to those in the file."""

    def place(path: Path, key: bool = False) -> Place:
        for length in range(len(path), 0, -1):
            if path[:length] in paths:
                return Place(file, path=dotted((*paths[path[:length]], *path[length:])))
        return Place(file, path=dotted(path))

    return place
