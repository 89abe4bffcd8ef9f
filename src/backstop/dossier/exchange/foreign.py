"""A coding as another program holds it: what every reader makes of its file, before it is entered into a dossier.

Everything carries the identifier that the other program gave it, whole; labels and positions identify nothing. `base`
is the record that we wrote beside a thing when we exported it, where the file still has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from backstop.dossier.dossier import Dossier
from backstop.dossier.record import ActorKind, Attribution, Source, Stance, Statement, StatementType, Term

Kind = str
"""What a thing is called in counts, in the plural: `codes`, `selections`, `page regions`."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that was not taken in, and why."""

    kind: Kind
    why: str


@dataclass(frozen=True, slots=True)
class ForeignCode:
    """A code: the identifier of the code above it, and `object`, the id under which we exported it."""

    id: str
    title: str
    above: str = ""
    note: str = ""
    object: str = ""
    base: Term | None = None


@dataclass(frozen=True, slots=True)
class ForeignActor:
    """An actor: a person, an organisation, and the one it is part of."""

    id: str
    name: str
    kind: ActorKind = "other"
    part_of: str = ""


@dataclass(frozen=True, slots=True)
class ForeignSource:
    """A source with its text in canonical form; None where the file does not hold it."""

    id: str
    name: str
    text: str | None
    file: str = ""
    note: str = ""
    base: Source | None = None


@dataclass(frozen=True, slots=True)
class ForeignPassage:
    """What one coder coded at one passage; offsets in the canonical text.

    `id` is empty where the program gives none. `codes` are identifiers of codes, `objects` ids of ours. None stands for
    what the file does not say of this passage, and so cannot have changed. `called` names it in messages.
    """

    id: str
    source: str
    start: int
    end: int
    coder: str = ""
    codes: tuple[str, ...] | None = None
    objects: tuple[str, ...] | None = None
    actor: str = ""
    paraphrase: str | None = None
    note: str | None = None
    type: StatementType | None = None
    attribution: Attribution | None = None
    stance: Stance | None = None
    when: str = ""
    base: Statement | None = None
    called: str = "a selection"


@dataclass(frozen=True)
class ForeignCoding:
    """All that a file holds: `coders` are names by identifier, `own` is what we wrote beside it."""

    codes: tuple[ForeignCode, ...] = ()
    sources: tuple[ForeignSource, ...] = ()
    passages: tuple[ForeignPassage, ...] = ()
    coders: Mapping[str, str] = field(default_factory=dict)
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    own: Dossier | None = None
    actors: tuple[ForeignActor, ...] = ()
