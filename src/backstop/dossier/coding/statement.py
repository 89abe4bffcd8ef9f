"""A statement entered on a passage, which is given by its words or was marked in the text of its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import count
from typing import Any, Literal

from backstop.base.faults import InvalidInput, Place
from backstop.base.records import validated, within
from backstop.base.words import did_you_mean
from backstop.dossier.anchor.occurrence import Span, meant
from backstop.dossier.anchor.passage import Text, anchored
from backstop.dossier.anchor.selection import Selection, placed
from backstop.dossier.dossier import Dossier
from backstop.dossier.exchange.identifiers import object_id
from backstop.dossier.intake import now
from backstop.dossier.record import OUTLET, Actor, Proposition, Register, Statement, Support, Term


@dataclass(frozen=True, slots=True)
class Passage:
    """The passage to be coded: of which source, in which text, its words, and which of several places is meant."""

    source: str
    text: str
    quote: str
    nth: int | None = None

    def span(self, text: Text) -> Span:
        """Where it stands. Raises InvalidInput where the words stand nowhere, or it is not said which are meant."""
        try:
            return meant(text, self.quote, self.nth)
        except ValueError as error:
            many = "times" in str(error) and self.nth is None
            hint = (
                "say which with --nth N, or give more words"
                if many
                else "give the words as they stand in the text"
            )
            raise InvalidInput(str(error), place=Place(self.source), hint=hint) from None


@dataclass(frozen=True, slots=True)
class Marked:
    """The passage to be coded: of which source, in which text, and how it was marked there."""

    source: str
    text: str
    selection: Selection

    def span(self, text: Text) -> Span:
        """Where it stands. Raises InvalidInput where the text does not have the words marked."""
        try:
            return placed(self.selection, text)
        except ValueError as error:
            raise InvalidInput(
                str(error), place=Place(self.source), hint="read the text again and mark them there"
            ) from None


def coded(
    dossier: Dossier,
    passage: Passage | Marked,
    fields: Mapping[str, Any],
    proposition: str = "",
    new: bool = False,
) -> tuple[Dossier, Statement]:
    """`dossier` with a statement on `passage`, and that statement.

    `fields` are those of a statement; actors and objects may be given by name or alias. With `new` those that the
    register does not have are entered in it. `proposition` is one that the statement supports. Raises InvalidInput.
    """
    register, given = by_id(dossier.register, dict(fields), new)
    place = Place(passage.source)
    source = dossier.sources[passage.source]
    text = Text(passage.text, dossier.key)
    try:
        anchor = anchored(text, *passage.span(text), source.may_travel)
    except ValueError as error:
        raise InvalidInput(str(error), place=place) from None
    numbered = (f"{passage.source}-{number}" for number in count(1))
    given.setdefault("id", next(name for name in numbered if name not in dossier.statements))
    if given["id"] in dossier.statements:
        raise InvalidInput(
            f"there is a statement {given['id']} already", hint="leave --id out, or take another"
        )
    data = {"source": passage.source, "when": now(), **given, "anchor": anchor}
    statement, faults = validated(Statement, data, within(place))
    if statement is None:
        raise InvalidInput(faults)
    propositions = dict(dossier.propositions)
    if proposition:
        propositions[proposition] = _supported(propositions, proposition, statement)
    found = replace(
        dossier,
        register=register,
        statements={**dossier.statements, statement.id: statement},
        propositions=propositions,
    )
    return found, statement


_NAMING: dict[str, Literal["actors", "objects"]] = {"objects": "objects", "target_actors": "actors"}
"""Fields of a statement that name several entries of the register."""


class Unregistered(InvalidInput):
    """The refusal of an actor or object that the register does not have: `word`, of the `part` actors or objects."""

    def __init__(self, part: Literal["actors", "objects"], word: str, kind: str, near: str) -> None:
        self.part, self.word = part, word
        super().__init__(f"there is no {kind} {word}", hint=f"{near}; --new enters it in the register")


def by_id(register: Register, fields: dict[str, Any], new: bool) -> tuple[Register, dict[str, Any]]:
    """The fields with names and aliases of actors and objects as ids, and the register with what is new in it.

    Raises InvalidInput for what the register does not have, unless that is to be entered as `new`.
    """
    actors, objects = dict(register.actors), dict(register.objects)
    titles = {
        "actors": {name: (entry.name, *entry.aliases) for name, entry in actors.items()},
        "objects": {name: (entry.title, *entry.aliases) for name, entry in objects.items()},
    }

    def entry(part: Literal["actors", "objects"], word: str) -> str:
        if word in titles[part] or (part == "actors" and word == OUTLET):
            return word
        low = word.casefold()
        found = [name for name, known in titles[part].items() if low in (k.casefold() for k in known)]
        if len(found) == 1:
            return found[0]
        kind = part.removesuffix("s")
        if found:
            raise InvalidInput(
                f"{word} may be several: {', '.join(found)}", hint=f"give the {kind} by its id"
            )
        if not new:
            near = (
                did_you_mean(word, titles[part], kind) if titles[part] else f"the register has no {kind} yet"
            )
            raise Unregistered(part, word, kind, near)
        name = object_id(word)
        if name in titles[part]:
            raise InvalidInput(
                f"{word} would be the {kind} {name}, which is there", hint=f"give it as {name}"
            )
        if part == "actors":
            actors[name] = Actor(name=word)
        else:
            objects[name] = Term(title=word)
        titles[part][name] = (word,)
        return name

    def entries(part: Literal["actors", "objects"], words: Any) -> Any:
        """The ids of several; what is no list of words is left to the check of the record."""
        plain = isinstance(words, list | tuple) and all(isinstance(word, str) for word in words)
        return [entry(part, word) for word in words] if plain else words

    for field in ("actor", "speaker", "reporter"):
        if isinstance(word := fields.get(field), str) and word:
            fields[field] = entry("actors", word)
    for field, part in _NAMING.items():
        if field in fields:
            fields[field] = entries(part, fields[field])
    condition = fields.get("condition")
    if isinstance(condition, dict):
        fields["condition"] = {**condition, "on": entries("objects", condition.get("on", []))}
    return register.model_copy(update={"actors": actors, "objects": objects}), fields


def _supported(known: Mapping[str, Proposition], name: str, statement: Statement) -> Proposition:
    if name not in known:
        hint = did_you_mean(name, known, "proposition") if known else "write it in propositions.yaml first"
        raise InvalidInput(f"there is no proposition {name}", hint=hint)
    link = Support(statement=statement.id, coder=statement.coder, when=statement.when)
    return known[name].model_copy(update={"supports": (*known[name].supports, link)})
