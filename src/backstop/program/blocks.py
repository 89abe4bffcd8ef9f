"""Where the numbers of a world laid open lie: a block for every phase, with a part for every node of its play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.game.tree import Decision, Ending, Node
from backstop.program.layout import SLOT, Memory

# Numbers of a move before those by type: its probability, the part of it that is bound, and the slip.
PROBABILITY, BOUND, SLIP, BY_TYPE = range(4)


@dataclass(frozen=True, slots=True)
class OpenNode:
    """A node of a play as it is reached with one belief.

    `at`: where its numbers begin in a block. `position`: of the node in the play; `to`: where its moves or branches
    lead, by number among the nodes that are laid open.
    """

    position: int
    at: int
    to: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class OpenPlay:
    """The nodes of a play, children first and the root last."""

    nodes: tuple[OpenNode, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """What stands in a block, in slots: payoffs a year, worth and levels in force, then the nodes.

    `columns`: one for every actor, and a last one for the second type of an actor whose type is hidden. The numbers of
    a node: its worth by column; how likely it is reached, and with `hidden` types how likely with each and what is
    believed; of a decision its noise; and of every move its probability, the bound part, the slip (not a number where
    it is none), and with hidden types the probability with each.
    """

    columns: int
    measures: int
    hidden: bool

    @property
    def flows(self) -> int:
        """Where payoffs a year begin."""
        return 0

    @property
    def worth(self) -> int:
        """Where what the phase is worth begins."""
        return self.columns * SLOT

    @property
    def levels(self) -> int:
        """Where levels in force begin."""
        return 2 * self.columns * SLOT

    @property
    def nodes(self) -> int:
        """Where the nodes begin."""
        return self.levels + self.measures * SLOT

    @property
    def reach(self) -> int:
        """Where it stands in a node how likely it is reached."""
        return self.columns * SLOT

    @property
    def belief(self) -> int:
        """Where it stands in a node what is believed, after its reach with each type."""
        return self.reach + 3 * SLOT

    @property
    def noise(self) -> int:
        """Where the noise of a decision stands in its node."""
        return self.reach + (4 if self.hidden else 1) * SLOT

    def move(self, node: Node, number: int) -> int:
        """Where the numbers of a move begin in its node."""
        first = self.noise + SLOT * isinstance(node, Decision)
        return first + number * self.of_move * SLOT

    @property
    def of_move(self) -> int:
        """How many numbers a move has."""
        return BY_TYPE + 2 * self.hidden

    def open_play(self, nodes: Sequence[Node], copies: Sequence[tuple[int, tuple[int, ...]]]) -> OpenPlay:
        """Room for the numbers of a play, given as the positions of its nodes and what they lead to."""
        found, used = list[OpenNode](), self.nodes
        for position, to in copies:
            node = nodes[position]
            found.append(OpenNode(position, used, to))
            used += self.noise if isinstance(node, Ending) else self.move(node, len(node.children))
        return OpenPlay(tuple(found))

    def size(self, nodes: Sequence[Node], play: OpenPlay | None) -> int:
        """The bytes of a block."""
        if play is None:
            return self.nodes
        last = play.nodes[-1]
        node = nodes[last.position]
        return last.at + (self.noise if isinstance(node, Ending) else self.move(node, len(node.children)))


@dataclass(frozen=True, slots=True)
class Opening:
    """Where a world laid open lies, once `solve` was called with the switch on and `open(period)` after it.

    `plays`: what is played, and `play_of[k]` which of them in phase k (None where nothing is); `block[k]`: where its
    block begins, with types that everybody knows that of the first type, and `stride` bytes later that of the second.
    `shares`: where the probability of every phase and period stands, period by period, by type as well. With hidden
    types `beliefs` is where it stands, likewise, what is believed there on average, and `believed` where a host puts
    what is to be believed as a phase begins. All is of the last pair that was solved: slots of two worlds.
    """

    switch: int
    shape: Shape
    plays: tuple[OpenPlay, ...]
    play_of: Mapping[int, int | None]
    block: Mapping[int, int]
    stride: int
    types: int
    shares: int
    beliefs: int
    believed: int


class Blocks:
    """Blocks being laid out. `kept`: where discounted values are kept for every period, `table` bytes each; `types`:
    how many types everybody knows the actor could be of, else 1."""

    def __init__(
        self, shape: Shape, phases: int, periods: int, types: int, table: int, memory: Memory
    ) -> None:
        self.shape, self.phases, self.periods, self.types = shape, phases, periods, types
        self.table, self.memory = table, memory
        self.kept = memory.take(types * periods, table)
        self.shares = memory.take(types * (periods + 1) * phases)
        self.beliefs = memory.take((periods + 1) * phases) if shape.hidden else 0
        self.believed = memory.take(phases) if shape.hidden else 0
        self.plays: list[OpenPlay] = []
        self.play_of: dict[int, int | None] = {}
        self.sizes: dict[int, int] = {}
        self.offsets: dict[int, int] = {}
        self.used = 0

    def add(self, phases: Sequence[int], nodes: Sequence[Node], play: OpenPlay | None) -> None:
        """Blocks for phases with one play; None where they are absorbing."""
        if play is not None:
            self.plays.append(play)
        for phase in phases:
            self.play_of[phase] = None if play is None else len(self.plays) - 1
            self.offsets[phase] = self.used
            self.used += self.shape.size(nodes, play)

    def laid_out(self) -> dict[int, int]:
        """Where every block begins, once all are added."""
        base = self.memory.take(self.types, self.used)
        return {phase: base + offset for phase, offset in self.offsets.items()}
