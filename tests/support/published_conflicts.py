"""Conflicts from publications, encoded in the project's own format, with the answers that go with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.support.conflicts import Twin

from backstop.base.document import read_document
from backstop.graphmodel import Conflict, load
from backstop.graphmodel.stability.simultaneous import applicable

FOLDER = Path(__file__).resolve().parents[1] / "graphmodel" / "published"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml") if not path.stem.endswith(".answers"))
RANKED = [name for name in NAMES if "unknown" not in name]
"""Those with complete preferences."""


def published(name: str) -> Conflict:
    """The conflict of that name."""
    return load(FOLDER / f"{name}.yaml")


def answers(name: str) -> Any:
    """What is known of the conflict of that name."""
    path = FOLDER / f"{name}.answers.yaml"
    return read_document(path.read_bytes(), path.name).data


def published_twin(name: str) -> Twin:
    """A ranked conflict as plain sets too; without vectors where SIM is not defined."""
    conflict = published(name)
    moves = [
        {s: set(m.targets(s).tolist()) for s in range(conflict.size) if len(m.targets(s))}
        for m in conflict.moves
    ]
    vectors = [] if applicable(conflict) else conflict.states.codes.tolist()
    return Twin(conflict, moves, [rank.tolist() for rank in conflict.rankings("test")], vectors)


every_published = pytest.mark.parametrize("name", NAMES)
every_ranked = pytest.mark.parametrize("name", RANKED)
