"""A scenario as a program: the bytes of a WebAssembly module, and where its inputs and outputs lie."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from backstop.game.choice import Information
from backstop.program.blocks import Opening
from backstop.program.layout import Layout
from backstop.program.learning.lowering import LearntLowering
from backstop.program.lowering import Lowering
from backstop.scenario.model import Model


@dataclass(frozen=True, slots=True)
class Program:
    """A scenario under one information convention, ready to be run by any host of WebAssembly.

    The module needs nothing from its host. Its function `solve(pairs)` solves that many pairs of worlds, whose inputs
    stand in the rows that `layout` gives. Equal scenarios give equal bytes. `opening`: where its function
    `open(period)` lays a pair of worlds open, if it has one.
    """

    wasm: bytes
    layout: Layout
    information: Information
    opening: Opening | None = None

    @property
    def digest(self) -> str:
        """SHA-256 of the module, as hexadecimal digits."""
        return hashlib.sha256(self.wasm).hexdigest()


def compile_program(
    model: Model,
    information: Information | None = None,
    slips: bool = False,
    accelerate: bool = True,
    opening: bool = False,
) -> Program:
    """The program of a scenario; `information` is that of the scenario where it is not given.

    With `slips` it also tells how far events come with a move that its own mover ranks below another; with `opening` it
    lays worlds open, node by node. Without `accelerate` the tail is made of plain sweeps alone: slower, and the same
    answer.
    """
    convention = information or model.scenario.information
    plain = model.types is None or model.types.beliefs == "known"
    lowering = Lowering if plain else LearntLowering
    writer = lowering(model, convention == "private_payoffs", slips, accelerate, opening=opening)
    wasm, layout = writer.lowered()
    return Program(wasm, layout, convention, writer.laid_open(layout))
