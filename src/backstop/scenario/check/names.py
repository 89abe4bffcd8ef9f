"""Names: what each one is, and whether what is named is there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from backstop.base.words import did_you_mean
from backstop.scenario.check.part import Part
from backstop.scenario.expression.expression import RESERVED
from backstop.scenario.expression.operations import FUNCTIONS
from backstop.scenario.format.scenario import KINDS, OTHERWISE

CLOCK = ("t", "years", "period_years")
"""Names that every expression knows: the period, the years since the start, and the length of a period."""

_OWN_SPACES = {"arrangements": "arrangement", "observations": "observation", "claims": "claim"}

_IN_EXPRESSIONS = ("measures", "parameters", "definitions", "metrics", "facts")

_ALWAYS_RESERVED = frozenset((*CLOCK, *FUNCTIONS, "otherwise", "and", "or", "not"))

_LONGEST_NAME = 100

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def is_identifier(name: str) -> bool:
    """Whether a text can be a name."""
    return _IDENTIFIER.fullmatch(name) is not None


def article(kind: str) -> str:
    """`kind` with its indefinite article."""
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


@dataclass(slots=True)
class Names:
    """All names of a scenario; `used` collects the (section, name) pairs that something refers to.

    `comparisons` of names are left for hints: a hostile file with very many unknown names gets no more hints after
    the first ones, because each costs a comparison with every valid name.
    """

    root: Part
    kinds: dict[str, str] = field(default_factory=dict)
    offers: dict[str, list[Part]] = field(default_factory=dict)
    used: set[tuple[str, str]] = field(default_factory=set)
    comparisons: int = 300_000

    def declare(self) -> None:
        """Enter every name, with faults for those that are no identifiers, reserved, or taken."""
        first: dict[str, Part] = {}
        for section, kind in KINDS.items():
            for part in self.root.at(section).items():
                self._judge(section, kind, part)
                if part.name in first:
                    taken = f"{part.name} is already the name of {article(self.kinds[part.name])}"
                    part.fault(
                        f"{taken} (line {first[part.name].line})",
                        "one name means one thing: rename one of the two",
                        key=True,
                    )
                else:
                    first[part.name] = part
                    self.kinds[part.name] = kind

    def _judge(self, section: str, kind: str, part: Part) -> None:
        name = part.name
        if not _IDENTIFIER.fullmatch(name):
            suggestion = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")
            if suggestion[:1].isdigit():
                suggestion = f"{kind}_{suggestion}"
            part.fault(
                f"{name!r} cannot be the name of {article(kind)}: a name has letters a to z, digits and _, and does "
                "not start with a digit",
                f"write {suggestion}" if suggestion else "choose another name",
                key=True,
            )
        elif name in _ALWAYS_RESERVED or (section in _IN_EXPRESSIONS and name in RESERVED):
            part.fault(
                f"{name} has a meaning of its own in expressions, so {article(kind)} cannot be called that",
                f"choose another name, such as {name}_{kind}",
                key=True,
            )

    def judge_offer(self, part: Part) -> None:
        """A fault where an offer has a name that it cannot have."""
        name = part.text
        if name is None:
            return
        if name in self.kinds:
            part.fault(
                f"{name} is already the name of {article(self.kinds[name])}",
                "one name means one thing: rename the offer",
            )
        elif not is_identifier(name):
            part.fault(
                f"{name!r} cannot be the name of an offer: a name has letters a to z, digits and _, and does not "
                "start with a digit"
            )
        elif name in _ALWAYS_RESERVED or name in RESERVED:
            part.fault(f"{name} has a meaning of its own in expressions, so an offer cannot be called that")

    def hides_type(self, actor: str) -> bool:
        """Whether an actor has types that others do not know."""
        return bool(self.root.at("actors").at(actor).at("beliefs").data != "known")

    def no_type(self, actor: str, type_: str) -> tuple[str, str] | None:
        """Why an actor has no such type, and what to do; None where it has."""
        if not self.has("actors", actor):
            return f"there is no actor called {actor}", self.hint(actor, self.valid("actors"), "actor")
        holder = self.root.at("actors").at(actor)
        types = holder.at("types")
        if not holder.has("types"):
            # What stands at the actor and means nothing without types is a fault that says as much.
            if holder.has("beliefs") or holder.has("grid"):
                return None
            return f"{actor} has no types", "give it types, or leave out what asks for them"
        # Types that are none, or not two, are a fault where they stand.
        if type_ not in types.names() and len(types.names()) == 2:
            return f"{actor} has no type called {type_}", self.hint(type_, types.names(), "type")
        return None

    def valid(self, *sections: str) -> list[str]:
        """The names in `sections`."""
        return [name for section in sections for name in self.root.at(section).names()]

    def has(self, section: str, name: object) -> bool:
        """Whether `name` stands in `section`."""
        data = self.root.at(section).data
        return isinstance(data, dict) and isinstance(name, str) and name in data

    def refer(self, part: Part, *sections: str, key: bool = False) -> bool:
        """Whether the name in `part` (its key, where `key`) is one of `sections`; else a fault says what it is."""
        name = part.name if key else part.text
        if name is None:
            return False
        for section in sections:
            if self.has(section, name):
                self.used.add((section, name))
                return True
        if all(self._broken(section) for section in sections):
            return False
        kind = " or ".join(KINDS.get(section) or _OWN_SPACES[section] for section in sections)
        other = self.kinds.get(name)
        hint = self.hint(name, self.valid(*sections), kind if len(sections) == 1 else "name")
        if other is not None:
            what = f"{name} is {article(other)}, and {article(kind)} is needed here"
        else:
            what = f"there is no {kind} called {name}"
        part.fault(what, hint, key=key)
        return False

    def hint(self, name: str, valid: list[str], kind: str) -> str:
        """The valid name nearest to `name`, else the valid ones; nothing where it would take too long."""
        self.comparisons -= len(valid)
        if len(name) > _LONGEST_NAME or self.comparisons < 0:
            return ""
        return did_you_mean(name, [each for each in valid if len(each) <= _LONGEST_NAME], kind)

    def _broken(self, section: str) -> bool:
        """Whether a section is missing or no mapping, where it must be one: its own fault says so."""
        part = self.root.at(section)
        return not part.is_mapping and (
            part.data is not None or section in ("actors", "phases", "outcomes", "metrics")
        )

    def unknown(self, name: str, sections: Sequence[str], clock: bool) -> tuple[str, str]:
        """What is wrong with `name` in an expression that knows `sections` (and the clock), and a hint."""
        allowed = [*self.valid(*sections), *(CLOCK if clock else ())]
        known = ", ".join(f"{KINDS[section]}s" for section in sections)
        known += f" and {', '.join(CLOCK)}" if clock else ""
        other = self.kinds.get(name)
        usable = f"this expression may use {known}"
        if name == OTHERWISE:
            what = "otherwise can only stand alone, as the probability of a branch"
            return what, "write the probability out"
        if other is not None:
            return f"{name} is {article(other)}, which cannot stand here", usable
        if name in CLOCK:
            return f"{name} cannot stand here", usable
        hint = self.hint(name, allowed, "name")
        if not hint.startswith("did"):
            hint = self._number_of_value(name) or usable
        return f"{name} is not known", hint

    def _number_of_value(self, name: str) -> str:
        """What to write in place of the name of a value that a fact can have; empty where no fact has it."""
        for fact in self.root.at("facts").items():
            value = fact.at("values").at(name).number
            if value is not None:
                return f"{name} is a value of the fact {fact.name}: write its number, {value:g}"
        return ""
