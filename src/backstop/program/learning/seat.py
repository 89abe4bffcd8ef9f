"""Where plays of a game with a hidden type are played, and their numbers by type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from backstop.game.tree import Chance, Decision, Ending, Node, Play
from backstop.program.code.terms import Term, Terms
from backstop.program.layout import SLOT, Memory, Slots
from backstop.program.learning.grid import Grid
from backstop.program.learning.unfolding import Unfolded, unfolded
from backstop.program.numbers import Numbers
from backstop.program.recursion.play import Address

KINDS = (0, 1)


@dataclass(frozen=True, slots=True)
class Board:
    """What all plays of a game with a hidden type share; `numbers` by type."""

    numbers: tuple[Numbers, Numbers]
    slots: Slots
    grid: Grid
    private: bool

    @property
    def terms(self) -> Terms:
        """The graph of the scenario's numbers."""
        return self.numbers[0].terms


# The parameters of a function of a play: how far into a phase's rows the one at hand lies, where its worth goes, where
# beliefs are kept, where the phase's own numbers lie; then where the values of next phases lie, as far as they differ
# between the phases that share the play.
ROW, OUT, WARM, OWN, TARGETS = range(5)


@dataclass(slots=True)
class Seat:
    """A play where it is played, in one phase or several, unfolded by what is believed in it.

    `following[n][o]`: what follows outcome o in the n-th of the phases, which agree in which outcomes lead to one phase
    and which to an absorbing one. `own_numbers` are those that differ between the phases, by phase; they lie one after
    the other for each phase.
    """

    play: Play
    phases: tuple[int, ...]
    tells: tuple[bool, ...]
    following: tuple[Mapping[int, int], ...]
    unfolded: Unfolded = field(init=False)
    own_numbers: list[tuple[Term, ...]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.unfolded = unfolded(self.play, self.tells)

    @property
    def targets(self) -> list[tuple[int, ...]]:
        """The next phases that differ between the phases, by phase."""
        found = (tuple(of[outcome] for of in self.following) for _, outcome in self.play.endings)
        return list(dict.fromkeys(each for each in found if len(set(each)) > 1))

    def target(self, outcome: int) -> tuple[int, int | None]:
        """What follows an outcome in the first of the phases; its place in `targets` where that differs."""
        each = tuple(of[outcome] for of in self.following)
        return each[0], self.targets.index(each) if len(set(each)) > 1 else None

    def first_to(self, outcome: int) -> int:
        """The first outcome that leads where this one does."""
        goal = self.following[0][outcome]
        return next(o for _, o in self.play.endings if self.following[0][o] == goal)

    @property
    def found(self) -> list[int]:
        """The beliefs that have to be found, because they come from decisions, in the order in which they are kept."""
        nodes = self.play.nodes
        return [
            i
            for i, each in enumerate(self.unfolded.beliefs)
            if each is not None and isinstance(nodes[each.position], Decision)
        ]


def telling(board: Board, phase: int) -> tuple[bool, ...]:
    """By node of the play of a phase: whether what comes of it says something about the type."""
    play, hidden = board.numbers[0].model.game.plays[phase], board.grid.hidden
    assert play is not None
    return tuple(hidden.learns and _tells(board, phase, n, node) for n, node in enumerate(play.nodes))


def _tells(board: Board, phase: int, position: int, node: Node) -> bool:
    if isinstance(node, Ending):
        return False
    if isinstance(node, Decision) and node.actor == board.grid.hidden.actor:
        return True
    first, second = board.numbers
    if first.chances(phase, position) != second.chances(phase, position):
        return True
    if isinstance(node, Chance):
        return False
    return first.steepness(phase, position) != second.steepness(phase, position)


class SeatNumbers:
    """The numbers of a play, where they lie: in slots, or with the phase's own numbers where phases that share the play
    differ in them."""

    def __init__(self, board: Board, seat: Seat, terms: Terms) -> None:
        self.board, self.seat, self.terms, self.own = board, seat, terms, Address(0, OWN)

    def one(self, number: Callable[[int], Term | None]) -> Term | None:
        """A number by phase; None where no phase has it."""
        found = [number(phase) for phase in self.seat.phases]
        if all(term is None for term in found):
            return None
        zero = self.board.terms.constant(0.0)
        return self._placed(tuple(zero if term is None else term for term in found))

    def several(self, numbers: Callable[[int], list[Term]]) -> list[Term]:
        """Numbers by phase."""
        found = [numbers(phase) for phase in self.seat.phases]
        return [self._placed(terms) for terms in zip(*found, strict=True)]

    def chances(self, position: int, kind: int) -> list[Term]:
        """Probabilities of the branches of a chance node, or of the bound moves of a decision, for a type."""
        return self.several(lambda phase: self.board.numbers[kind].chances(phase, position))

    def _placed(self, found: tuple[Term, ...]) -> Term:
        slots, numbers = self.board.slots, self.seat.own_numbers
        first = found[0]
        if all(term == first for term in found):
            bits = slots.terms.constant_bits(first)
            return self.terms.load(slots.place(first)) if bits is None else self.terms.bits(bits)
        if found not in numbers:
            numbers.append(found)
        return self.own.load(self.terms, numbers.index(found) * SLOT)


@dataclass(frozen=True, slots=True)
class Worlds:
    """Places of masks of worlds: those looked `among`; those in which nothing is presumed of beliefs (`cold`); those
    `lost` on the way, now or for good (`astray`); in which two ways `differ`; still to be followed (`todo`); in which
    beliefs `begin` for want of earlier ones; `solved` by groups of phases, or by sweeps within them (`swept`); that
    have `moved` since the horizon. `turns`: how often the branch turned back. `tolerance`: how little beliefs may move
    in a last step.
    """

    among: int
    cold: int
    lost: int
    astray: int
    differ: int
    todo: int
    begin: int
    solved: int
    swept: int
    moved: int
    turns: int
    tolerance: int


def worlds_of(memory: Memory) -> Worlds:
    """Room for them."""
    return Worlds(*(memory.take(1) for _ in range(12)))
