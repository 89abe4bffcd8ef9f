"""Records taken one by one out of plain data, with the faults of all of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from backstop.base.document import Path
from backstop.base.faults import Fault, InvalidInput, Place
from backstop.base.records import validated, within
from backstop.dossier.record import Identified

R = TypeVar("R", bound=Identified)

MOST_FAULTS = 100
"""Most faults listed at once."""


class RecordReader(Generic[R]):
    """Reads records of one model: `records` by id, those that are sound, and the `faults` of the others.

    `kind` is what one record is called in messages.
    """

    def __init__(self, model: type[R], kind: str) -> None:
        self.model, self.kind = model, kind
        self.records: dict[str, R] = {}
        self.faults: list[Fault] = []

    def take(self, data: object, place: Place | Callable[[Path], Place], known: R | None = None) -> R | None:
        """The record in `data`, kept; None where it is not sound. `place`: where it stands, or tells it of a field.

        `known`: the record, where it has been read before.
        """
        at = within(place) if isinstance(place, Place) else place
        record, wrong = (known, []) if known is not None else validated(self.model, data, at)
        self.faults.extend(wrong)
        if record is not None:
            if record.id in self.records:
                what = f"the {self.kind} {record.id} stands twice"
                self.faults.append(Fault(what, at(("id",)), "give one another id"))
            self.records[record.id] = record
        return record

    def done(self) -> dict[str, R]:
        """All records. Raises InvalidInput with the faults, where there are any."""
        if self.faults:
            raise InvalidInput(self.faults[:MOST_FAULTS])
        return self.records
