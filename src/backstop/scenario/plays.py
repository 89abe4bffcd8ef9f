"""The plays of a scenario laid out as nodes, children first, with the expressions of every node beside them.

An offer becomes a decision with one move for every number that can be offered; below each of them expressions have that
number in the place of the offer's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from backstop.base.faults import InvalidInput, Place
from backstop.game.tree import Chance, Decision, Ending, Node, Play
from backstop.scenario.expression.expression import parse
from backstop.scenario.format import scenario as form
from backstop.scenario.format.facts import grid
from backstop.scenario.uses import NodeNumbers, Path, Substitution, Use, use

MOST_MOVES = 10_000
"""Most moves and branches of a play, with one for every number that can be offered: half a minute to compile."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An outcome of the file (its index) as it is reached: below offers of these numbers, where it rests on them."""

    outcome: int
    offers: Mapping[str, float]


class Plays:
    """Lays out the plays of a scenario; `occurrences` are the outcomes they can end in, those of the file first."""

    def __init__(self, scenario: form.Scenario, definitions: Mapping[str, Use]) -> None:
        self.scenario = scenario
        self.substitution = Substitution(definitions, offer_names(scenario))
        self.occurrences = [Occurrence(i, MappingProxyType({})) for i in range(len(scenario.outcomes))]
        self._places: dict[tuple[int, tuple[tuple[str, float], ...]], int] = {
            (i, ()): i for i in range(len(scenario.outcomes))
        }
        self._numbers = {name: i for i, name in enumerate(scenario.outcomes)}
        self._rests: dict[int | str, frozenset[str]] = {}

    def laid_out(self, phase: str, place: Place) -> tuple[Play | None, tuple[NodeNumbers, ...] | None]:
        """The play of a phase with its expressions. Raises InvalidInput, at `place`, where it is too large."""
        branch = self.scenario.phases[phase].play
        if branch is None:
            return None, None
        layout = _Layout(self, phase, place)
        layout.branch(branch, ("phases", phase, "play"), phase, {})
        return Play(tuple(layout.nodes)), tuple(layout.numbers)

    def occurrence(self, outcome: str, offers: Mapping[str, float]) -> int:
        """The index of an outcome below offers among `occurrences`."""
        key = (self._numbers[outcome], tuple(sorted(offers.items())))
        if key not in self._places:
            self._places[key] = len(self.occurrences)
            self.occurrences.append(Occurrence(key[0], MappingProxyType(dict(offers))))
        return self._places[key]

    def rests_on(self, branch: form.Branch) -> frozenset[str]:
        """The offers that something in or below a branch uses."""
        key = branch if isinstance(branch, str) else id(branch)
        if key not in self._rests:
            self._rests[key] = frozenset(self._used(branch)) if self.substitution.names else frozenset()
        return self._rests[key]

    def _used(self, branch: form.Branch) -> Iterator[str]:
        used = self.substitution.used
        if isinstance(branch, str):
            if branch in self.scenario.trees:
                yield from self.rests_on(self.scenario.trees[branch])
                return
            outcome = self.scenario.outcomes[branch]
            for payoff in outcome.payoffs.values():
                yield from used(parse(payoff))
            yield from self.substitution.names.intersection(map(str, outcome.sets.values()))
            return
        numbers: list[form.Expr | None] = []
        below: Sequence[form.Branch]
        if isinstance(branch, form.Chance):
            numbers += [b.probability for b in branch.chance.values() if b.probability != form.OTHERWISE]
            below = [b.then for b in branch.chance.values()]
        elif isinstance(branch, form.Offer):
            numbers, below = [branch.noise], [branch.then]
        else:
            numbers, below = [branch.noise, *branch.bound.values()], list(branch.moves.values())
        for number in numbers:
            if number is not None:
                yield from used(parse(number))
        for each in below:
            yield from self.rests_on(each)


def occurrence_name(scenario: form.Scenario, of: Occurrence) -> str:
    """What an outcome is called, with what was offered above it: `signed[terms=0.25]`."""
    told = ", ".join(f"{name}={number:.6g}" for name, number in of.offers.items())
    outcome = tuple(scenario.outcomes)[of.outcome]
    return f"{outcome}[{told}]" if told else outcome


def offer_names(scenario: form.Scenario) -> frozenset[str]:
    """The names of all offers of a scenario."""
    found: set[str] = set()
    waiting: list[form.Branch] = [*scenario.trees.values()]
    waiting += [phase.play for phase in scenario.phases.values() if phase.play is not None]
    while waiting:
        branch = waiting.pop()
        if isinstance(branch, form.Offer):
            found.add(branch.offer)
            waiting.append(branch.then)
        elif isinstance(branch, form.Chance):
            waiting += [each.then for each in branch.chance.values()]
        elif isinstance(branch, form.Decision):
            waiting += list(branch.moves.values())
    return frozenset(found)


class _Layout:
    """The play of one phase; what can be reached in several ways, below the same offers, stands once."""

    def __init__(self, plays: Plays, phase: str, place: Place) -> None:
        self._plays, self._scenario = plays, plays.scenario
        self._what, self._place = phase, place
        self._actors = {name: i for i, name in enumerate(plays.scenario.actors)}
        self.nodes: list[Node] = []
        self.numbers: list[NodeNumbers] = []
        self._known: dict[tuple[object, tuple[tuple[str, float], ...]], int] = {}
        self._moves = 0

    def branch(self, branch: form.Branch, path: Path, name: str, offers: Mapping[str, float]) -> int:
        """The node that a branch leads to, below offers of these numbers."""
        rests = self._plays.rests_on(branch) if offers else frozenset[str]()
        here = {offer: number for offer, number in offers.items() if offer in rests}
        key = (branch if isinstance(branch, str) else id(branch), tuple(sorted(here.items())))
        if key not in self._known:
            self._known[key] = self._laid(branch, path, name, here)
        return self._known[key]

    def _laid(self, branch: form.Branch, path: Path, name: str, offers: Mapping[str, float]) -> int:
        if isinstance(branch, str):
            if branch in self._scenario.outcomes:
                node = Ending(self._plays.occurrence(branch, offers))
                return self._add(node, NodeNumbers(("outcomes", branch)))
            told = ", ".join(f"{offer}={number:.6g}" for offer, number in offers.items())
            title = f"{branch}[{told}]" if told else branch
            return self.branch(self._scenario.trees[branch], ("trees", branch), title, offers)
        if isinstance(branch, form.Decision):
            return self._decision(branch, path, name, offers)
        if isinstance(branch, form.Offer):
            return self._offer(branch, path, name, offers)
        assert isinstance(branch, form.Chance)
        return self._chance(branch, path, name, offers)

    def _add(self, node: Node, numbers: NodeNumbers) -> int:
        self.nodes.append(node)
        self.numbers.append(numbers)
        self._moves += 0 if isinstance(node, Ending) else len(node.children)
        if self._moves > MOST_MOVES:
            raise InvalidInput(
                f"the play of {self._what} has more than {MOST_MOVES:,} moves, one for every number offered",
                place=self._place,
                hint="offer fewer steps, or make one offer below another in a later period",
            )
        return len(self.nodes) - 1

    def _use(self, value: form.Expr, path: Path, offers: Mapping[str, float]) -> Use:
        return self._plays.substitution.put_in(use(value, path), offers)

    def _decision(self, node: form.Decision, path: Path, name: str, offers: Mapping[str, float]) -> int:
        children = tuple(
            self.branch(then, (*path, "moves", move), f"{name}.{move}", offers)
            for move, then in node.moves.items()
        )
        moves = tuple(node.moves)
        bound = tuple(self._use(p, (*path, "bound", move), offers) for move, p in node.bound.items())
        noise = None if node.noise is None else self._use(node.noise, (*path, "noise"), offers)
        bound_moves = tuple(moves.index(m) for m in node.bound)
        return self._add(
            Decision(name, self._actors[node.actor], moves, children, bound_moves),
            NodeNumbers(path, noise, bound),
        )

    def _offer(self, node: form.Offer, path: Path, name: str, offers: Mapping[str, float]) -> int:
        numbers = grid(node.range, node.steps)
        moves = tuple(f"{number:.6g}" for number in numbers)
        children = tuple(
            self.branch(node.then, (*path, "then"), f"{name}.{move}", {**offers, node.offer: number})
            for move, number in zip(moves, numbers, strict=True)
        )
        noise = None if node.noise is None else self._use(node.noise, (*path, "noise"), offers)
        return self._add(Decision(name, self._actors[node.actor], moves, children), NodeNumbers(path, noise))

    def _chance(self, node: form.Chance, path: Path, name: str, offers: Mapping[str, float]) -> int:
        children = tuple(
            self.branch(b.then, (*path, "chance", label, "then"), f"{name}.{label}", offers)
            for label, b in node.chance.items()
        )
        chances = tuple(
            None
            if branch.probability == form.OTHERWISE
            else self._use(branch.probability, (*path, "chance", label, "probability"), offers)
            for label, branch in node.chance.items()
        )
        return self._add(Chance(name, tuple(node.chance), children), NodeNumbers(path, None, chances))
