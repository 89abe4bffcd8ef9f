"""One world laid open by a program: read from its memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backstop.base.arrays import FloatArray
from backstop.game.tree import Decision, Ending, Node
from backstop.program.blocks import BOUND, BY_TYPE, PROBABILITY, SLIP, OpenNode
from backstop.program.layout import SLOT
from backstop.program.program import Program
from backstop.program.runtime import Machine
from backstop.scenario.model import Model


@dataclass(frozen=True, slots=True)
class OpenedMove:
    """A move or branch: its probability, the part of it that is bound, and the part that is a slip (not a number where
    it is none); with a hidden type its probability with each."""

    probability: float
    bound: float
    slip: float
    by_type: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OpenedNode:
    """A node of the play, `position`, and where it leads (`to`, numbers of other nodes): what it is worth by column,
    how likely it is reached, the noise of a decision; with a hidden type how likely with each, and what is believed.
    """

    position: int
    to: tuple[int, ...]
    values: tuple[float, ...]
    reach: float
    by_type: tuple[float, ...]
    belief: float | None
    noise: float | None
    moves: tuple[OpenedMove, ...]


@dataclass(frozen=True, slots=True)
class OpenedPhase:
    """A phase in a period: payoffs a year and worth by column, levels in force, and its nodes, the root last."""

    flows: tuple[float, ...]
    worth: tuple[float, ...]
    levels: tuple[float, ...]
    nodes: tuple[OpenedNode, ...]


class OpenWorld:
    """A world solved by a program that lays worlds open. `settled`, `flagged`: as of any world that is solved."""

    def __init__(
        self,
        model: Model,
        program: Program,
        machine: Machine,
        parameters: Mapping[str, float],
        levels: Mapping[str, float],
    ) -> None:
        assert program.opening is not None
        self.model, self.layout, self.opening = model, program.layout, program.opening
        instance = self._instance = machine.instance()
        layout = self.layout
        for rows, values in ((layout.parameters, parameters), (layout.measures, levels)):
            for name, offset in rows.items():
                instance.numbers[offset // 8 : offset // 8 + 2] = values[name]
        # All that can be asked for, so that the figures can be read as well.
        instance.bytes[layout.switches : layout.switches + layout.switch_count] = 1
        instance.solve(1)
        self.settled, self.flagged = (bool(self._at(f.offset)) for f in (layout.settled, layout.flagged))
        self._period: int | None = None

    def _at(self, place: int) -> float:
        return float(self._instance.numbers[place // 8])

    def _several(self, place: int, count: int) -> tuple[float, ...]:
        return tuple(map(float, self._instance.numbers[place // 8 : place // 8 + 2 * count : 2]))

    def _table(self, place: int) -> FloatArray:
        periods, phases = self.layout.periods + 1, len(self.model.game.phases)
        found = self._instance.numbers[place // 8 : place // 8 + 2 * periods * phases : 2]
        return found.reshape(periods, phases).copy()

    def metric(self, name: str) -> float:
        """A metric of this world; not a number where it has no value."""
        return self._at(self.layout.metrics[name].offset)

    def outcome(self, name: str) -> float:
        """The expected number of an outcome of the file."""
        return self._at(self.layout.outcomes[name].offset)

    def shares(self, type_: int = 0) -> FloatArray:
        """Probability of every phase of the game by period, shape (periods + 1, phases); with types that everybody
        knows, given the type."""
        size = (self.layout.periods + 1) * len(self.model.game.phases) * SLOT
        return self._table(self.opening.shares + type_ * size)

    def beliefs(self) -> FloatArray:
        """What is believed on average, shape (periods + 1, phases), where a type is hidden."""
        return self._table(self.opening.beliefs)

    def open(self, period: int, believed: Sequence[float] | None = None) -> None:
        """Lay a period open; `believed`: what is believed as each phase begins, where a type is hidden (None: what is
        believed on average)."""
        if self.opening.shape.hidden:
            start = self.opening.believed // 8
            beliefs = self.beliefs()[period] if believed is None else believed
            for phase, belief in enumerate(beliefs):
                self._instance.numbers[start + 2 * phase : start + 2 * phase + 2] = belief
        self._instance.open(period)
        self._period = period

    def memory(self) -> FloatArray:
        """All numbers of the period that was laid open last as the program wrote them, of both worlds of the pair."""
        start, size = min(self.opening.block.values()), self.opening.stride * self.opening.types
        return self._instance.numbers[start // 8 : (start + size) // 8].copy()

    def phase(self, phase: int, type_: int = 0) -> OpenedPhase:
        """A phase in the period that was laid open last."""
        assert self._period is not None
        opening, shape = self.opening, self.opening.shape
        block = opening.block[phase] + type_ * opening.stride
        number, play = opening.play_of[phase], self.model.game.plays[phase]
        nodes: tuple[OpenedNode, ...] = ()
        if number is not None and play is not None:
            nodes = tuple(
                self._node(block, of, play.nodes[of.position]) for of in opening.plays[number].nodes
            )
        return OpenedPhase(
            self._several(block + shape.flows, shape.columns),
            self._several(block + shape.worth, shape.columns),
            self._several(block + shape.levels, shape.measures),
            nodes,
        )

    def _node(self, block: int, of: OpenNode, node: Node) -> OpenedNode:
        shape, at = self.opening.shape, block + of.at
        moves = list[OpenedMove]()
        for number in range(0 if isinstance(node, Ending) else len(of.to)):
            place = at + shape.move(node, number)
            moves.append(
                OpenedMove(
                    self._at(place + PROBABILITY * SLOT),
                    self._at(place + BOUND * SLOT),
                    self._at(place + SLIP * SLOT),
                    self._several(place + BY_TYPE * SLOT, 2) if shape.hidden else (),
                )
            )
        return OpenedNode(
            of.position,
            of.to,
            self._several(at, shape.columns),
            self._at(at + shape.reach),
            self._several(at + shape.reach + SLOT, 2) if shape.hidden else (),
            self._at(at + shape.belief) if shape.hidden else None,
            self._at(at + shape.noise) if isinstance(node, Decision) else None,
            tuple(moves),
        )
