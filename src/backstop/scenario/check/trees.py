"""Checks of the moves: phases and what is played in them, trees and their nodes, outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

from backstop.scenario.check.cycles import cycles
from backstop.scenario.check.expressions import Usage, constant
from backstop.scenario.check.facts import check_sets
from backstop.scenario.check.hidden_types import refuse_certain
from backstop.scenario.check.names import Names
from backstop.scenario.check.offers import check_offer
from backstop.scenario.check.part import Part
from backstop.scenario.format.trees import OTHERWISE, node_kind

DEEPEST_PLAY = 150
"""Most nodes between the root of a play and a leaf, named trees unfolded."""

_TOLERANCE = 1e-9


@dataclass(slots=True)
class Moves:
    """The checks of phases, trees and outcomes, and what leads where."""

    names: Names
    usage: Usage
    subtrees: dict[str, list[str]] = field(default_factory=dict)
    leaves: dict[str, set[str]] = field(default_factory=dict)

    def check(self, root: Part) -> None:
        """Check all of them."""
        for phase in root.at("phases").items():
            self._phase(phase)
        for tree in root.at("trees").items():
            self._node(tree, tree.name)
        for outcome in root.at("outcomes").items():
            self.names.refer(outcome.at("next"), "phases")
            self.payoffs(outcome)
            check_sets(outcome, root, self.names)
        self.names.refer(root.at("start"), "phases")
        self._endless(root)

    def payoffs(self, owner: Part) -> None:
        """The payoffs of a phase or an outcome."""
        for payoff in owner.at("payoffs").items():
            self.names.refer(payoff, "actors", key=True)
            self.usage.read(payoff)

    def _phase(self, phase: Part) -> None:
        if not phase.is_mapping:
            return
        absorbing = phase.at("absorbing").data
        play = phase.at("play")
        if phase.has("play") and absorbing is True:
            phase.at("absorbing").fault(
                "an absorbing phase plays nothing, and this one has a play",
                "remove one of the two",
            )
        elif "play" not in phase.data and absorbing in (None, False):
            phase.fault(
                f"{phase.name} has neither a play nor absorbing: true",
                "add play: the name of a tree, or absorbing: true",
                key=True,
            )
        if play.text is not None:
            if self.names.refer(play, "trees"):
                self.subtrees.setdefault(f"phase {phase.name}", []).append(play.text)
        elif play.is_mapping:
            self._node(play, f"phase {phase.name}")
        self.payoffs(phase)

    def _node(self, node: Part, owner: str) -> None:
        self.subtrees.setdefault(owner, [])
        self.leaves.setdefault(owner, set())
        kind = node_kind(node.data)
        if kind == "decision":
            self._decision(node, owner)
        elif kind == "chance":
            self._chance(node, owner)
        elif kind == "offer":
            check_offer(node, self.names, self.usage)
            if node.has("then"):
                self._branch(node.at("then"), owner)

    def _branch(self, branch: Part, owner: str) -> None:
        if branch.text is None:
            self._node(branch, owner)
        elif self.names.refer(branch, "outcomes", "trees"):
            if self.names.has("outcomes", branch.text):
                self.leaves.setdefault(owner, set()).add(branch.text)
            else:
                self.subtrees.setdefault(owner, []).append(branch.text)

    def _decision(self, node: Part, owner: str) -> None:
        self.names.refer(node.at("actor"), "actors")
        moves = node.at("moves")
        for move in moves.items():
            self._branch(move, owner)
        noise = node.at("noise")
        amount = constant(self.usage.read(noise))
        if amount is not None and amount < 0:
            noise.fault(f"noise cannot be negative, and this is {amount:g}", "0 means: the best move")
        self.usage.refuse_unknown_type(noise, "the noise", node.at("actor").text)
        refuse_certain(noise, amount, self.names.root.at("actors").at(str(node.at("actor").text)))
        bound = node.at("bound")
        total = 0.0
        for promise in bound.items():
            if moves.is_mapping and promise.name not in moves.data:
                promise.fault(
                    f"{promise.name} is bound here and is no move of this node",
                    self.names.hint(promise.name, moves.names(), "move"),
                    key=True,
                )
            total += self._probability(promise) or 0.0
        if total > 1 + _TOLERANCE:
            bound.fault(
                f"the probabilities of bound moves sum to {total:g}, more than 1",
                "lower one of them",
                key=True,
            )

    def _chance(self, node: Part, owner: str) -> None:
        branches = list(node.at("chance").items())
        constants: list[float] = []
        otherwise: Part | None = None
        variable = False
        for branch in branches:
            probability = branch.at("probability")
            if probability.data == OTHERWISE:
                if otherwise is not None:
                    probability.fault(
                        f"otherwise stands twice in this chance node, first at line {otherwise.line}",
                        "only one branch can take what is left",
                    )
                otherwise = otherwise or probability
            else:
                amount = self._probability(probability)
                variable = variable or amount is None
                constants.append(amount or 0.0)
            if branch.has("then"):
                self._branch(branch.at("then"), owner)
        total = sum(constants)
        if total > 1 + _TOLERANCE or (
            branches and otherwise is None and not variable and abs(total - 1) > _TOLERANCE
        ):
            node.at("chance").fault(
                f"the probabilities of this chance node sum to {total:g}, and must sum to 1",
                "correct them, or write otherwise for one branch, which takes what is left",
                key=True,
            )

    def _probability(self, part: Part) -> float | None:
        """The probability in `part` where it is a number within [0, 1]; a fault where it is one outside."""
        amount = constant(self.usage.read(part))
        if amount is not None and not -_TOLERANCE <= amount <= 1 + _TOLERANCE:
            part.fault(f"a probability lies between 0 and 1, and this is {amount:g}")
            return None
        return amount

    def _endless(self, root: Part) -> None:
        """Faults for trees that lead back to themselves, or unfold too deep."""
        found = cycles(self.subtrees)
        for cycle in found:
            root.at("trees").at(cycle[0]).fault(
                f"the tree {cycle[0]} never ends: {' -> '.join(cycle)}",
                "time passes in phases: end the tree in an outcome whose next is the phase to play again",
                key=True,
            )
        if found:
            return
        depths = self._depths(root)
        for phase in root.at("phases").items():
            deep = depths.get(f"phase {phase.name}", 0)
            if deep > DEEPEST_PLAY:
                phase.fault(
                    f"the play of {phase.name} unfolds into ways of {deep} nodes, more than {DEEPEST_PLAY}",
                    "split it over several periods or phases",
                    key=True,
                )

    def _depths(self, root: Part) -> dict[str, int]:
        """By tree and play, an upper bound of the nodes on the longest way from its root to a leaf."""
        depths: dict[str, int] = {}
        for name in TopologicalSorter(self.subtrees).static_order():
            levels = _levels(root.at("trees").at(name).data) if self.names.has("trees", name) else 1
            depths[name] = levels + max((depths[below] for below in self.subtrees.get(name, ())), default=0)
        return depths

    def reached(self, owner: str, seen: set[str]) -> Iterator[str]:
        """All outcomes below a tree or the play of a phase (`phase NAME`), but for those below trees `seen`."""
        ahead = [owner]
        while ahead:
            name = ahead.pop()
            yield from self.leaves.get(name, ())
            for below in self.subtrees.get(name, ()):
                if below not in seen:
                    seen.add(below)
                    ahead.append(below)


def _levels(data: object) -> int:
    """Levels of nodes written in place, the node itself counted."""
    if not isinstance(data, dict):
        return 0
    deepest = 0
    if isinstance(data.get("moves"), dict):
        deepest = max((_levels(branch) for branch in data["moves"].values()), default=0)
    elif "offer" in data:
        deepest = _levels(data.get("then"))
    elif isinstance(data.get("chance"), dict):
        inner = [branch.get("then") for branch in data["chance"].values() if isinstance(branch, dict)]
        deepest = max(map(_levels, inner), default=0)
    return 1 + deepest
