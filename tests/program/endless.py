"""Solves a block that takes very long, interrupts itself after a second, and exits with 130: run by a test.

Two who chase each other around a ring almost without noise and with great patience: the tail makes all its sweeps.
"""

from __future__ import annotations

import _thread
import sys
import threading
import time
from typing import Any

import numpy as np
from tests.support.models import model_of

from backstop.program.host import Host
from backstop.program.program import compile_program
from backstop.scenario.model import Model

RING = 30


def endless() -> Model:
    phases: dict[str, Any] = {}
    outcomes: dict[str, Any] = {}
    for i in range(RING):
        actor = "ab"[i % 2]
        phases[f"p{i}"] = {
            "play": {"actor": actor, "moves": {"stay": f"s{i}", "go": f"g{i}"}},
            "payoffs": {"a": i % 3, "b": -(i % 3)},
        }
        outcomes[f"s{i}"] = {"next": f"p{i}"}
        outcomes[f"g{i}"] = {"next": f"p{(i + 1) % RING}", "payoffs": {actor: -0.3}}
    patient = {"discount": 0.99999, "noise": "x"}
    return model_of(
        {
            "horizon": {"years": 1},
            "actors": {"a": patient, "b": patient},
            "parameters": {"x": {"uniform": [0, 1]}},
            "arrangements": {"only": {}},
            "start": "p0",
            "phases": phases,
            "outcomes": outcomes,
        }
    )


def main() -> int:
    model = endless()
    host = Host(compile_program(model), 1)
    worlds = host.program.layout.capacity
    told = [0.0]

    def interrupt() -> None:
        told[0] = time.monotonic()
        _thread.interrupt_main()

    timer = threading.Timer(1.0, interrupt)
    timer.daemon = True
    timer.start()
    try:
        host.solve(worlds, {"x": np.full(worlds, 1e-9)}, model.levels["only"])
    except KeyboardInterrupt:
        print(time.monotonic() - told[0])
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
