"""The records of a dossier: sources, anchors, statements, propositions, the actor register and the vocabulary.

All are frozen and strict: an unknown field or a value of the wrong kind is an error. Offsets count Unicode code
points of the canonical text (Python `str`), the end is exclusive. `identifier` fields name entries of the registers.
"""

# ruff: noqa: RUF012 - pydantic copies a default for every record
from __future__ import annotations

from typing import Annotated, Any, Literal

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

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Identifier = Annotated[str, StringConstraints(pattern=r"^[^\s/\\][^\n\r\t/\\]{0,119}$")]


def _many(value: Any) -> Any:
    """A list as a tuple, and one word as a tuple of it: what YAML and JSON can write."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Many = Annotated[tuple[str, ...], BeforeValidator(_many)]


class Record(records.Record):
    """Base of all records of a dossier: strict, and built in Python by the names of its fields too."""

    model_config = ConfigDict(populate_by_name=True)

    def plain(self) -> dict[str, Any]:
        """The record as plain values, without the fields that have their default."""
        found: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return found


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


class Condition(Record):
    """The logical form of a condition, its words in our own, and the objects it is about."""

    form: ConditionForm
    text: str
    on: Many = ()


class Slot(Record):
    """One typed slot: what is said of an actor or event.

    `of` is the actor or event it describes; `on` the object or event a position or reaction is about. `is` is the
    value (an entry of `values`, or words); `polarity` its direction where it has one. `members` and `excluded` are
    for participants; `low`, `high` and `unit` for numbers; `from`, `to` (ISO dates), `before`, `after` (events) for
    times. `text` keeps the account's own way of describing it, in our words.
    """

    of: str = ""
    on: str = ""
    is_: str = Field(default="", alias="is")
    polarity: Stance | None = None
    members: Many = ()
    excluded: Many = ()
    low: float | None = None
    high: float | None = None
    unit: str = ""
    from_: str = Field(default="", alias="from")
    to: str = ""
    before: Many = ()
    after: Many = ()
    text: str = ""


def _slots(value: Any) -> Any:
    """The short ways to write slots: a word, a number, one mapping or a list of them."""
    if not isinstance(value, dict):
        return value

    def one(entry: Any) -> Any:
        if isinstance(entry, str):
            return {"is": entry}
        if isinstance(entry, int | float) and not isinstance(entry, bool):
            return {"low": float(entry), "high": float(entry)}
        if isinstance(entry, dict):
            entry = dict(entry)
            for bound in ("low", "high"):
                if isinstance(entry.get(bound), int) and not isinstance(entry.get(bound), bool):
                    entry[bound] = float(entry[bound])
        return entry

    def entries(name: str, given: Any) -> Any:
        if name == "participants" and isinstance(given, list) and all(isinstance(g, str) for g in given):
            return ({"members": given},)
        return tuple(one(g) for g in (given if isinstance(given, list | tuple) else [given]))

    return {name: entries(name, given) for name, given in value.items()}


Slots = Annotated[dict[str, tuple[Slot, ...]], BeforeValidator(_slots)]


class Statement(Record):
    """What one account says at one passage, as one coder read it.

    `actor` holds the view; `reporter` tells of it (empty: the outlet itself); `speaker` voices it where that is a
    third. `role` is the actor's role as this account describes it.
    """

    id: Identifier
    source: Identifier
    anchor: Anchor
    actor: str
    role: str | None = None
    speaker: str | None = None
    reporter: str | None = None
    attribution: Attribution
    type: StatementType
    objects: Many = ()
    stance: Stance = "0"
    target: str | None = None
    target_actors: Many = ()
    condition: Condition | None = None
    hedge: str | None = None
    hedge_scope: str | None = None
    event: str | None = None
    slots: Slots = {}
    paraphrase: str
    link: str | None = None
    note: str = ""
    value: Literal["normal", "low"] = "normal"
    value_note: str = ""
    coder: str = ""
    when: str = ""
    held: Held | None = None
    accepted: Annotated[tuple[Acceptance, ...], BeforeValidator(_many)] = ()

    @property
    def attributed(self) -> bool:
        """Whether the passage is given as somebody's words; reported acts and the outlet's own voice are not."""
        return self.attribution in ("direct quotation", "partial quotation", "indirect speech")


class Support(Record):
    """A statement's bearing on a proposition, and how plainly the passage says it."""

    statement: str
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


class Proposition(Record):
    """A claim in our own words, and the statements that support or oppose it."""

    id: Identifier
    text: str
    form: Form | None = None
    asserted_by: Many = ()
    status: Literal["stated", "implied", "derived"] = "stated"
    derived_from: Many = ()
    supports: Annotated[tuple[Support, ...], BeforeValidator(_many)] = ()
    opposes: Annotated[tuple[Support, ...], BeforeValidator(_many)] = ()
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
    zones: Annotated[tuple[Zone, ...], BeforeValidator(_many)] = ()
    sketch: str = ""
    newline: str = "LF"
    added: str = ""
    by: str = ""


class Source(Record):
    """One account: what it is, when it appeared, whether its text may travel, and every version of that text."""

    id: Identifier
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
    same_origin_as: Many = ()
    places: Many = ()
    times: Many = ()
    offices: dict[str, str] = {}
    note: str = ""
    text: Version
    earlier: Annotated[tuple[Version, ...], BeforeValidator(_many)] = ()

    @property
    def versions(self) -> tuple[Version, ...]:
        """All versions, the newest first."""
        return (self.text, *reversed(self.earlier))


class Role(Record):
    """An office an actor holds, the body it leads or belongs to, and since and until when."""

    office: str
    body: str = ""
    heads: bool = False
    from_: str = Field(default="", alias="from")
    to: str = ""


class Actor(Record):
    """An entry of the actor register."""

    name: str
    kind: Literal[
        "person", "state", "government", "organisation", "collective", "group", "outlet", "other"
    ] = "other"
    aliases: Many = ()
    roles: Annotated[tuple[Role, ...], BeforeValidator(_many)] = ()
    part_of: Many = ()
    speaks_for: Many = ()
    pronoun: Literal["", "he", "she", "they", "it"] = ""
    note: str = ""


class Term(Record):
    """An entry of the vocabulary of objects. `serves` names the object it is a means to."""

    title: str
    aliases: Many = ()
    part_of: Many = ()
    serves: Many = ()
    note: str = ""


class Value(Record):
    """A value that slots may take. `excludes`: both cannot be true; `within`: it is a part or case of that one."""

    title: str
    slot: str = ""
    aliases: Many = ()
    within: Many = ()
    excludes: Many = ()
    agrees: Many = ()


class Event(Record):
    """Something that happened or is to happen. `maybe_same_as`: events that may be this one; nobody has settled it."""

    title: str
    maybe_same_as: Many = ()
    note: str = ""


class Recorded(Record):
    """A finding written down by an analyst, or one of the program's that an analyst has dismissed."""

    id: Identifier
    kind: Literal[
        "corroboration",
        "difference",
        "contradiction",
        "actor_disagreement",
        "single_source",
        "unattributed",
        "candidate",
    ]
    aspect: str = ""
    status: str = ""
    statements: Many = ()
    explanation: str = ""
    note: str = ""
    dismissed: bool = False
    coder: str = ""
    when: str = ""


class Register(Record):
    """`dossier.yaml`: title, key of the digests, actors, objects, values, events, and the order of stages."""

    format: Literal["backstop-dossier/1"] = "backstop-dossier/1"
    title: str = ""
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    note: str = ""
    stages: Many = ()
    actors: dict[Identifier, Actor] = {}
    objects: dict[Identifier, Term] = {}
    values: dict[Identifier, Value] = {}
    events: dict[Identifier, Event] = {}
    renamed: dict[str, str] = {}
