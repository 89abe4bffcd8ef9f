"""The records of a dossier: sources, anchors, statements, propositions, the actor register and the vocabulary.

All are frozen and strict: an unknown field or a value of the wrong kind is an error. Offsets count Unicode code
points of the canonical text (Python `str`), the end is exclusive. Fields that name other records say so by `Names`.
"""

# ruff: noqa: RUF012 - pydantic copies a default for every record
from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeGuard

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from backstop.base import records

StatementType = Literal[
    "demand",
    "offer",
    "conditional commitment",
    "refusal",
    "threat/warning",
    "assessment",
    "report of fact",
    "concern",
]
Attribution = Literal[
    "direct quotation", "partial quotation", "indirect speech", "reported act", "outlet voice"
]
ConditionForm = Literal["only if", "if", "if not", "in the event of", "up to", "preference"]
Strength = Literal["explicit", "implied", "partial"]
Stance = Literal["+", "-", "0"]
Certainty = Literal["certain", "probable", "relative", "unknown"]
State = Literal["exact", "moved", "normalised", "changed", "ambiguous", "lost"]
ZoneKind = Literal["headline", "subhead", "crosshead", "dateline", "byline", "furniture"]
ActorKind = Literal["person", "state", "government", "organisation", "collective", "group", "outlet", "other"]
FindingKind = Literal[
    "contradiction",
    "difference",
    "actor_disagreement",
    "quotation",
    "not_compared",
    "corroboration",
    "single_source",
    "unattributed",
    "candidate",
]
"""What a comparison of accounts can find, in the order a reader wants it."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[^\s/\\][^\n\r\t/\\]{0,119}$")]


Part = Literal["actors", "objects", "values", "events", "sources", "statements", "propositions"]
"""Where the entries and records of a dossier stand by their names."""

OUTLET = "outlet"
"""The actor of statements that an account makes in its own voice; no entry of the register."""


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a field whose words name entries of `parts`; of a mapping its keys. `free`: other words may stand there."""

    parts: tuple[Part, ...]
    free: bool = False


_ACTORS, _FREE_ACTORS = Names(("actors",)), Names(("actors",), free=True)
_SUBJECTS = Names(("actors", "events", "objects"))
_VALUES = Names(("values", "objects", "actors"), free=True)

Several = BeforeValidator(records.one_or_more)
Many = Annotated[tuple[str, ...], Several]
ActorName = Annotated[str, _ACTORS]
ActorNames = Annotated[Many, _ACTORS]
ObjectNames = Annotated[Many, Names(("objects",))]
ValueNames = Annotated[Many, Names(("values",))]
EventNames = Annotated[Many, Names(("events",))]
StatementNames = Annotated[Many, Names(("statements",))]


class Record(records.Record):
    """Base of all records of a dossier: strict, and built in Python by the names of its fields too."""

    model_config = ConfigDict(populate_by_name=True)

    def as_dict(self) -> dict[str, Any]:
        """The record as plain values, without the fields that have their default."""
        found: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return found


class Identified(Record):
    """A record that others name by its id."""

    id: Identifier


class Quote(Record):
    """The words of a passage and a little of what stands around it; only where the text may travel."""

    exact: str
    prefix: str = ""
    suffix: str = ""


class Anchor(Record):
    """Where a passage stands: the digest of the text, offsets, the digest of the passage, and how to find it again.

    `grams`, `before` and `after` are keyed 32-bit hashes of word 3-grams of the passage and of its context, packed
    and written in base64. `normalised` is the digest of the passage with marks and spaces made alike.
    """

    text: Digest
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    passage: Digest
    normalised: Digest | None = None
    quote: Quote | None = None
    grams: str = ""
    before: str = ""
    after: str = ""

    @model_validator(mode="after")
    def _ordered(self) -> Anchor:
        if self.end <= self.start:
            raise ValueError(f"an anchor ends after it starts, this one runs from {self.start} to {self.end}")
        return self


class Held(Record):
    """Why a statement is unconfirmed: its passage is not equal to what was coded. Lifted when a person accepts."""

    state: Literal["changed", "ambiguous", "lost"]
    text: Digest | None = None
    start: int | None = None
    end: int | None = None
    score: float | None = None
    since: str = ""


class Acceptance(Record):
    """A person's decision that a statement still stands on its passage, and the anchor it stood on before."""

    by: str
    when: str
    was: Anchor
    state: State


class AsImported(Record):
    """What another program had of a statement when it was last brought in, to tell its changes from ours."""

    start: int
    end: int
    actor: Annotated[str, Names(("actors",), free=True)] = ""
    objects: ObjectNames = ()
    paraphrase: str = ""
    note: str = ""


class Condition(Record):
    """The logical form of a condition, its words in our own, and the objects it is about."""

    form: ConditionForm
    text: str
    on: ObjectNames = ()


class Slot(Record):
    """One typed slot: what is said of an actor or event.

    `of` is the actor or event it describes; `on` the object or event a position or reaction is about. `is` is the
    value (an entry of `values`, or words); `polarity` its direction where it has one. `members` and `excluded` are
    for participants; `low`, `high` and `unit` for numbers; `from`, `to` (ISO dates), `before`, `after` (events) for
    times. `text` keeps the account's own way of describing it, in our words.
    """

    of: Annotated[str, _SUBJECTS] = ""
    on: Annotated[str, _SUBJECTS] = ""
    is_: Annotated[str, _VALUES] = Field(default="", alias="is")
    polarity: Stance | None = None
    members: Annotated[Many, _FREE_ACTORS] = ()
    excluded: Annotated[Many, _FREE_ACTORS] = ()
    low: float | None = None
    high: float | None = None
    unit: str = ""
    from_: str = Field(default="", alias="from")
    to: str = ""
    before: EventNames = ()
    after: EventNames = ()
    text: str = ""


def _slots(value: object) -> object:
    """The short ways to write slots: a word, a number, one mapping or a list of them."""
    if not isinstance(value, dict):
        return value
    return {name: _one_or_more(name, given) for name, given in value.items()}


def _one_or_more(name: str, given: object) -> tuple[object, ...]:
    if name == "participants" and isinstance(given, list) and all(isinstance(g, str) for g in given):
        return ({"members": given},)
    return tuple(map(_slot, given)) if isinstance(given, list | tuple) else (_slot(given),)


def _slot(entry: object) -> object:
    if isinstance(entry, str):
        return {"is": entry}
    if _is_number(entry):
        return {"low": float(entry), "high": float(entry)}
    if isinstance(entry, dict):
        return {k: float(v) if k in ("low", "high") and _is_number(v) else v for k, v in entry.items()}
    return entry


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


Slots = Annotated[dict[str, tuple[Slot, ...]], BeforeValidator(_slots)]


class Statement(Identified):
    """What one account says at one passage, as one coder read it.

    `actor` holds the view; `reporter` tells of it (empty: the outlet itself); `speaker` voices it where that is a
    third. `role` is the actor's role as this account describes it. `known_as` are its identifiers in other programs.
    """

    source: Annotated[Identifier, Names(("sources",))]
    anchor: Anchor
    actor: ActorName
    role: str | None = None
    speaker: Annotated[str | None, _ACTORS] = None
    reporter: Annotated[str | None, _ACTORS] = None
    attribution: Attribution
    type: StatementType
    objects: ObjectNames = ()
    stance: Stance = "0"
    target: str | None = None
    target_actors: ActorNames = ()
    condition: Condition | None = None
    hedge: str | None = None
    hedge_scope: str | None = None
    event: Annotated[str | None, Names(("events",))] = None
    slots: Slots = {}
    paraphrase: str
    link: str | None = None
    note: str = ""
    value: Literal["normal", "low"] = "normal"
    value_note: str = ""
    coder: str = ""
    when: str = ""
    known_as: Many = ()
    imported: AsImported | None = None
    held: Held | None = None
    accepted: Annotated[tuple[Acceptance, ...], Several] = ()

    @property
    def attributed(self) -> bool:
        """Whether the passage is given as somebody's words; reported acts and the outlet's own voice are not."""
        return self.attribution in ("direct quotation", "partial quotation", "indirect speech")


class Support(Record):
    """A statement's bearing on a proposition, and how plainly the passage says it."""

    statement: Annotated[str, Names(("statements",))]
    strength: Strength = "explicit"
    coder: str = ""
    when: str = ""
    note: str = ""


class Form(Record):
    """The logical form of a proposition: `outcome` against `conditions` (a leading "not " negates)."""

    kind: Literal[
        "necessary",
        "sufficient",
        "raises",
        "lowers",
        "complements",
        "threshold",
        "preference",
        "observed",
        "derived",
    ]
    outcome: str = ""
    conditions: Many = ()
    text: str = ""
    modality: Literal["certain", "possible"] = "certain"


class Proposition(Identified):
    """A claim in our own words, and the statements that support or oppose it."""

    text: str
    form: Form | None = None
    asserted_by: ActorNames = ()
    status: Literal["stated", "implied", "derived"] = "stated"
    derived_from: Annotated[Many, Names(("propositions",))] = ()
    supports: Annotated[tuple[Support, ...], Several] = ()
    opposes: Annotated[tuple[Support, ...], Several] = ()
    variables: Many = ()
    testable_in: Many = ()
    note: str = ""


class Published(Record):
    """When an account appeared: an interval of ISO dates where known, else its own words, and how certain."""

    text: str = ""
    from_: str = Field(default="", alias="from")
    to: str = ""
    certainty: Certainty = "unknown"
    note: str = ""


class Extractor(Record):
    """What made the canonical text out of the bytes received."""

    name: str
    version: str
    options: str = ""


class Digests(Record):
    """SHA-256 of the bytes as received and of the canonical text (UTF-8, LF, composed characters left as they are)."""

    received: Digest
    text: Digest
    bytes: int = 0


class Zone(Record):
    """A part of a source that is not body: offsets in the canonical text and what it is."""

    kind: ZoneKind
    start: int
    end: int


class Version(Record):
    """One version of a source's text. No version is ever edited; a new one is put beside it."""

    digests: Digests
    chars: int
    media: str = "text/plain"
    file: str = ""
    name: str = ""
    extractor: Extractor
    zones: Annotated[tuple[Zone, ...], Several] = ()
    sketch: str = ""
    newline: str = "LF"
    added: str = ""
    by: str = ""


class Source(Identified):
    """One account: what it is, when it appeared, whether its text may travel, and every version of that text."""

    title: str = ""
    kind: str = ""
    outlet: str = ""
    byline: str = ""
    dateline: str = ""
    published: Published = Published()
    retrieved: str = ""
    url: str = ""
    licence: str = ""
    may_travel: bool = False
    same_origin_as: Annotated[Many, Names(("sources",))] = ()
    places: Many = ()
    times: Many = ()
    offices: Annotated[dict[str, str], _FREE_ACTORS] = {}
    note: str = ""
    known_as: Many = ()
    text: Version
    earlier: Annotated[tuple[Version, ...], Several] = ()

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions, the newest first."""
        return (self.text, *reversed(self.earlier))

    def version(self, digest: str) -> Version | None:
        """The version whose canonical text has that digest."""
        return next((version for version in self.versions if version.digests.text == digest), None)


class Role(Record):
    """An office an actor holds, the body it leads or belongs to, and since and until when."""

    office: str
    body: ActorName = ""
    heads: bool = False
    from_: str = Field(default="", alias="from")
    to: str = ""


class Actor(Record):
    """An entry of the actor register."""

    name: str
    kind: ActorKind = "other"
    aliases: Many = ()
    roles: Annotated[tuple[Role, ...], Several] = ()
    part_of: ActorNames = ()
    speaks_for: ActorNames = ()
    pronoun: Literal["", "he", "she", "they", "it"] = ""
    known_as: Many = ()
    note: str = ""


class Term(Record):
    """An entry of the vocabulary of objects. `serves` names the object it is a means to."""

    title: str
    aliases: Many = ()
    part_of: ObjectNames = ()
    serves: ObjectNames = ()
    known_as: Many = ()
    note: str = ""


class Value(Record):
    """A value that slots may take. `excludes`: both cannot be true; `within`: it is a part or case of that one."""

    title: str
    slot: str = ""
    aliases: Many = ()
    within: ValueNames = ()
    excludes: ValueNames = ()
    agrees: ValueNames = ()


class Event(Record):
    """Something that happened or is to happen. `maybe_same_as`: events that may be this one; nobody has settled it."""

    title: str
    maybe_same_as: EventNames = ()
    note: str = ""


class RecordedFinding(Identified):
    """A finding written down by an analyst, or one of the program's that an analyst has dismissed."""

    kind: FindingKind
    aspect: str = ""
    status: str = ""
    statements: StatementNames = ()
    explanation: str = ""
    note: str = ""
    dismissed: bool = False
    coder: str = ""
    when: str = ""


class Coder(Record):
    """Somebody who codes, by the label that statements carry, where another program knows him by an identifier."""

    known_as: Many = ()


class Register(Record):
    """`dossier.yaml`: title, key of the digests, actors, objects, values, events, and the order of stages."""

    format: Literal["backstop-dossier/1"] = "backstop-dossier/1"
    title: str = ""
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    note: str = ""
    stages: ObjectNames = ()
    actors: dict[Identifier, Actor] = {}
    objects: dict[Identifier, Term] = {}
    values: dict[Identifier, Value] = {}
    events: dict[Identifier, Event] = {}
    coders: dict[str, Coder] = {}
    renamed: dict[str, str] = {}
