"""A text cut into parts that can be shown at once, and where the passages coded stand in it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from backstop.dossier.verification import Outcome

PART = 20_000
"""Characters of a part, about: it ends with a line, or a word where lines are longer."""


@dataclass(frozen=True, slots=True)
class CodedPassage:
    """Where the passage of a statement stands in the newest text, and in which state it was found.

    `start` and `end` are None where it was not found, or the text is not at hand; `difference` shows changed words as
    `[-gone-]` and `{+new+}`.
    """

    statement: str
    state: str
    start: int | None
    end: int | None
    score: float | None
    difference: str

    @property
    def confirmed(self) -> bool:
        """Whether the passage stands there as coded."""
        return self.state in ("exact", "moved", "normalised")

    def as_dict(self) -> dict[str, Any]:
        """The passage as JSON."""
        return {
            "statement": self.statement,
            "state": self.state,
            "start": self.start,
            "end": self.end,
            "score": self.score,
            "difference": self.difference,
            "confirmed": self.confirmed,
        }


def coded_passages(outcomes: Iterable[Outcome]) -> list[CodedPassage]:
    """The passages of statements that were looked for, in the order of the text; those not found come last."""
    found = []
    for outcome in outcomes:
        result = outcome.resolution
        if result is None:
            found.append(CodedPassage(outcome.statement.id, "no text", None, None, None, ""))
        else:
            found.append(
                CodedPassage(
                    outcome.statement.id,
                    result.state,
                    result.start,
                    result.end,
                    result.score,
                    result.difference,
                )
            )
    return sorted(found, key=_place)


def _place(passage: CodedPassage) -> tuple[bool, int, int]:
    nowhere = passage.start is None or passage.end is None
    return nowhere, passage.start or 0, -(passage.end or 0)


def parts(text: str, size: int = PART) -> list[tuple[int, int]]:
    """The spans into which `text` is cut to be shown: about `size` characters each, and all of it.

    >>> parts("One line.\\nTwo lines.\\n", size=12)
    [(0, 10), (10, 21)]
    >>> parts("")
    [(0, 0)]
    """
    found = []
    start = 0
    while len(text) - start > size:
        end = text.rfind("\n", start + size // 2, start + size) + 1
        end = end or text.rfind(" ", start + size // 2, start + size) + 1 or start + size
        found.append((start, end))
        start = end
    return [*found, (start, len(text))]
