"""Checks of offers: what they are called, and that what uses a number offered stands below the offer."""

from __future__ import annotations

from dataclasses import dataclass, field

from backstop.scenario.check.expressions import Usage, constant
from backstop.scenario.check.facts import check_grid
from backstop.scenario.check.hidden_types import refuse_certain
from backstop.scenario.check.names import Names
from backstop.scenario.check.part import Part
from backstop.scenario.format.trees import node_kind

Scope = frozenset[str]
"""The offers above a place in a tree."""


def find_offers(root: Part, names: Names) -> None:
    """Enter all offers of a scenario under their names."""
    waiting = [*root.at("trees").items(), *(phase.at("play") for phase in root.at("phases").items())]
    while waiting:
        node = waiting.pop()
        if not node.is_mapping:
            continue
        if node_kind(node.data) == "offer":
            name = node.at("offer").text
            if name is not None:
                names.offers.setdefault(name, []).append(node)
            waiting.append(node.at("then"))
        waiting += node.at("moves").items()
        waiting += [branch.at("then") for branch in node.at("chance").items()]


def check_offer(node: Part, names: Names, usage: Usage) -> None:
    """An offer has a name of its own, an actor, and a grid."""
    names.judge_offer(node.at("offer"))
    names.refer(node.at("actor"), "actors")
    check_grid(node, f"the offer {node.at('offer').text or ''}".strip())
    noise = node.at("noise")
    amount = constant(usage.read(noise))
    usage.refuse_unknown_type(noise, "the noise", node.at("actor").text)
    refuse_certain(noise, amount, names.root.at("actors").at(str(node.at("actor").text)))
    if amount is not None and amount < 0:
        noise.fault(f"noise cannot be negative, and this is {amount:g}", "0 means: the best move")


@dataclass(slots=True)
class Scopes:
    """The check that numbers offered are used below their offers alone."""

    root: Part
    names: Names
    usage: Usage
    seen: set[tuple[str, Scope]] = field(default_factory=set)
    told: set[tuple[object, str]] = field(default_factory=set)

    def check(self) -> None:
        """Faults for every use that can be reached without its offer, and for offers below others of their name."""
        if not self.names.offers:
            return
        for part, expression_names in self.usage.parts:
            if part.path[:1] == ("measures",) or (part.path[:1] == ("phases",) and "play" not in part.path):
                for offer in sorted(self._offers_behind(expression_names)):
                    part.fault(
                        f"{offer} is an offer, and only what stands below it can use it",
                        "keep it in a fact (sets: in an outcome), and use the fact here",
                    )
        for phase in self.root.at("phases").items():
            self._branch(phase.at("play"), frozenset(), phase.name)

    def _offers_behind(self, expression_names: frozenset[str]) -> set[str]:
        found, seen, waiting = set[str](), set[str](), list(expression_names)
        while waiting:
            name = waiting.pop()
            if name in seen:
                continue
            seen.add(name)
            if name in self.names.offers:
                # An offer with the name of something else is a fault there; what is meant here is that.
                if name not in self.names.kinds:
                    found.add(name)
            elif self.names.has("definitions", name):
                waiting += self.usage.leads_to.get(name, [])
        return found

    def _uses(self, part: Part, scope: Scope, phase: str) -> None:
        expression_names = self.usage.names_at.get(part.path)
        if expression_names is not None:
            for offer in sorted(self._offers_behind(expression_names) - scope):
                self._without(part, offer, phase)

    def _without(self, part: Part, offer: str, phase: str) -> None:
        if (part.path, offer) not in self.told:
            self.told.add((part.path, offer))
            part.fault(
                f"{offer} is an offer, and in phase {phase} this is reached without it",
                "put the offer above it, or take another outcome or tree there",
            )

    def _branch(self, branch: Part, scope: Scope, phase: str) -> None:
        name = branch.text
        if name is not None:
            if (name, scope) in self.seen:
                return
            self.seen.add((name, scope))
            if self.names.has("outcomes", name):
                outcome = self.root.at("outcomes").at(name)
                for payoff in outcome.at("payoffs").items():
                    self._uses(payoff, scope, phase)
                for change in outcome.at("sets").items():
                    if (
                        change.text in self.names.offers
                        and change.text not in scope
                        and not self._is_value(change)
                    ):
                        self._without(change, change.text or "", phase)
            elif self.names.has("trees", name):
                self._branch(self.root.at("trees").at(name), scope, phase)
            return
        if not branch.is_mapping:
            return
        self._uses(branch.at("noise"), scope, phase)
        for bound in branch.at("bound").items():
            self._uses(bound, scope, phase)
        for move in branch.at("moves").items():
            self._branch(move, scope, phase)
        for each in branch.at("chance").items():
            self._uses(each.at("probability"), scope, phase)
            self._branch(each.at("then"), scope, phase)
        if node_kind(branch.data) == "offer":
            own = branch.at("offer").text or ""
            if own in scope:
                if (branch.path, own) not in self.told:
                    self.told.add((branch.path, own))
                    branch.at("offer").fault(
                        f"the offer {own} stands below another offer of that name (in phase {phase})",
                        "give one of the two another name",
                    )
                return
            self._branch(branch.at("then"), scope | {own}, phase)

    def _is_value(self, change: Part) -> bool:
        """Whether what a fact is set to is the name of one of its values, whatever offers are called."""
        return self.root.at("facts").at(change.name).at("values").has(change.text or "")
