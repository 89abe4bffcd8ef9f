"""Expressions where they stand: whether they can be read, and whether every name in them may be used there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from backstop.base.document import Path
from backstop.base.words import shortened
from backstop.scenario.check.cycles import cycles
from backstop.scenario.check.names import CLOCK, Names, article
from backstop.scenario.check.part import Part
from backstop.scenario.expression.expression import Expression, ExpressionError, parse
from backstop.scenario.expression.nodes import TypeOf, walk

ANYTHING = ("parameters", "measures", "definitions", "facts")
"""What most expressions may use, beside the clock."""

LASTING = ("facts",)
"""What the formulas of metrics may use that say in which phases they count."""

JUDGED = ("metrics", "parameters")
"""What the conditions of claims may use."""


@dataclass(slots=True)
class Usage:
    """Reads expressions, and remembers the names in them and which name rests on which."""

    names: Names
    leads_to: dict[str, list[str]] = field(default_factory=dict)
    read_names: set[str] = field(default_factory=set)
    leading: dict[tuple[str, str], Part] = field(default_factory=dict)
    parts: list[tuple[Part, frozenset[str]]] = field(default_factory=list)
    names_at: dict[Path, frozenset[str]] = field(default_factory=dict)

    def read(self, part: Part, known: Sequence[str] = ANYTHING, clock: bool = True) -> Expression | None:
        """The expression in `part`, None (with a fault) where it cannot be read or uses what it may not."""

        def refusal(name: str) -> tuple[str, str]:
            what, hint = self.names.unknown(name, known, clock)
            where = "" if name == part.text else f"in the expression {shortened(str(part.data), 60)}: "
            return where + what, hint

        return self._read(part, known, clock, refusal)

    def read_own(self, part: Part, what: str, types: bool = True) -> Expression | None:
        """An expression of an actor, `what` it is: of parameters only, because it is fixed for a whole world.

        With `types` it may ask for a type as well.
        """
        reason = f"{what} may use parameters only"

        def refusal(name: str) -> tuple[str, str]:
            other = self.names.kinds.get(name)
            if other is None and name not in CLOCK:
                unknown, hint = self.names.unknown(name, ("parameters",), clock=False)
                return f"{unknown} ({reason})", hint
            is_ = "changes with time" if other is None else f"is {article(other)}"
            hint = "write the definition out in parameters" if other == "definition" else ""
            return f"{reason}, and {name} {is_}", hint

        return self._read(part, ("parameters",), False, refusal, "" if types else what)

    def effective_names(self) -> set[str]:
        """Names that payoffs, probabilities or actors rest on, by whatever definitions, caps and conditions.

        What only a cost, a metric, a claim or an idle definition reads is not among them.
        """
        found: set[str] = set()
        rests: dict[str, set[str]] = {}
        for part, names in self.parts:
            section = part.path[0]
            if section == "definitions" or (section == "measures" and part.path[2:3] != ("cost",)):
                rests.setdefault(str(part.path[1]), set()).update(names)
            elif section not in ("measures", "metrics", "claims", "observations"):
                found |= names
        waiting = list(found)
        while waiting:
            further = rests.get(waiting.pop(), set()) - found
            found |= further
            waiting += further
        return found

    def _read(
        self,
        part: Part,
        known: Sequence[str],
        clock: bool,
        refusal: Callable[[str], tuple[str, str]],
        untyped: str = "",
    ) -> Expression | None:
        if part.text is None and part.number is None:
            return None
        try:
            expression = parse(part.data)
        except ExpressionError as error:
            part.fault(f"the expression {shortened(str(part.data), 60)} cannot be read: {error}")
            return None
        self.read_names.update(expression.names)
        self.parts.append((part, expression.names))
        self.names_at[part.path] = expression.names
        before = len(part.faults)
        asked = {node.name: node for node in walk(expression.root) if isinstance(node, TypeOf)}
        if not untyped and known in (LASTING, JUDGED):
            untyped = "what is said of metrics" if known == JUDGED else "a formula over facts"
        for name in sorted(expression.names):
            if name in asked:
                self._read_type(part, asked[name], untyped)
                continue
            if name in self.names.offers and known == ANYTHING:
                continue
            section = next((section for section in known if self.names.has(section, name)), None)
            if section is not None:
                self.names.used.add((section, name))
            elif not (clock and name in CLOCK):
                part.fault(*refusal(name))
        return expression if len(part.faults) == before else None

    def _read_type(self, part: Part, asked: TypeOf, untyped: str) -> None:
        """A fault where `type(ACTOR, TYPE)` asks for what is not there, or stands in what cannot differ by type."""
        if untyped:
            part.fault(f"{untyped} is the same for every type, so it cannot ask for {asked.name}")
            return
        trouble = self.names.no_type(asked.actor, asked.type)
        if trouble is not None:
            part.fault(f"{asked.name}: {trouble[0]}", trouble[1])

    def read_named(self, part: Part, name: str) -> Expression | None:
        """An expression on which the value of `name` (a definition, or a measure in its cap or condition) rests."""
        expression = self.read(part)
        if expression is not None:
            for other in sorted(expression.names):
                self.leads_to.setdefault(name, []).append(other)
                self.leading.setdefault((name, other), part)
        return expression

    def refuse_unknown_type(self, part: Part, what: str, actor: str | None) -> None:
        """A fault where `what` of an actor, in `part`, rests on another actor's type that this one does not know."""
        for name in sorted(self._types_behind(self.names_at.get(part.path, frozenset()))):
            asked = type_asked(name)
            if actor is not None and asked != actor and self.names.hides_type(asked):
                part.fault(
                    f"{what} of {actor} rests on {name}, and {actor} does not know the type of {asked}",
                    "let payoffs or chances depend on the type, or write beliefs: known",
                )

    def _types_behind(self, names: frozenset[str]) -> set[str]:
        """How types are asked for in expressions with these names, or in what these rest on."""
        found, seen, waiting = set[str](), set[str](), list(names)
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += self.leads_to.get(name, [])
                if type_asked(name):
                    found.add(name)
        return found

    def find_cycles(self) -> None:
        """Faults for definitions, caps and conditions that rest on themselves."""
        for cycle in cycles(self.leads_to):
            self.leading[cycle[0], cycle[1]].fault(
                f"{cycle[0]} depends on itself: {' -> '.join(cycle)}",
                "break the circle: definitions, caps and conditions may use each other only without cycles",
                key=True,
            )


def type_asked(name: str) -> str:
    """The actor whose type a name asks for, `type(ACTOR, TYPE)`; empty where it asks for none."""
    return name[len("type(") :].partition(",")[0] if name.startswith("type(") else ""


def constant(expression: Expression | None) -> float | None:
    """The number that an expression is, None where it is none."""
    return None if expression is None else expression.constant
