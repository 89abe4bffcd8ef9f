"""A whole dossier in memory: the register and all records, by id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from backstop.base.faults import Place
from backstop.dossier.record import Proposition, RecordedFinding, Register, Source, Statement


@dataclass(frozen=True)
class Dossier:
    """The register and the records by id, in the order of their files; `places`: where each record stands."""

    register: Register
    sources: Mapping[str, Source] = field(default_factory=dict)
    statements: Mapping[str, Statement] = field(default_factory=dict)
    propositions: Mapping[str, Proposition] = field(default_factory=dict)
    findings: Mapping[str, RecordedFinding] = field(default_factory=dict)
    places: Mapping[tuple[str, str], Place] = field(default_factory=dict, compare=False, repr=False)

    @property
    def key(self) -> bytes:
        """The key of the passage hashes."""
        return bytes.fromhex(self.register.key)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The rank of every source and statement in its file."""
        return {
            name: rank for records in (self.sources, self.statements) for rank, name in enumerate(records)
        }

    @cached_property
    def substantive(self) -> tuple[Statement, ...]:
        """The statements that count: commentary of low value is kept but left out of every comparison."""
        return tuple(statement for statement in self.statements.values() if statement.value == "normal")

    def place(self, kind: str, name: str) -> Place:
        """Where the record `name` stands; `kind` is source, statement, proposition or finding."""
        return self.places.get((kind, name), Place(path=f"{kind} {name}"))

    def accounts_of(self, statements: Iterable[str]) -> tuple[str, ...]:
        """The accounts that statements stand in, in the order of the dossier."""
        named = {self.statements[name].source for name in statements if name in self.statements}
        return tuple(sorted(named, key=self.order.__getitem__))

    def actor_name(self, actor: str) -> str:
        """The name of an actor for people; the id where the register does not have it."""
        entry = self.register.actors.get(actor)
        return entry.name if entry else actor

    def subject_name(self, subject: str) -> str:
        """The name of an actor, event or object for people."""
        entry = self.register.events.get(subject) or self.register.objects.get(subject)
        return entry.title if entry else self.actor_name(subject)


def empty_dossier(key: str) -> Dossier:
    """A dossier without any source; `key` is 32 hexadecimal digits for the passage hashes."""
    return Dossier(Register(key=key))
