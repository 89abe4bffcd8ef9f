"""A table of text, the same for terminal, page and notebook."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Table:
    """A table of text: `rows[i][0]` names the row; `note` says how to read it.

    >>> Table("Chances", ("", "peace"), (("bare", "0.4"), ("guarded", "0.7"))).rows[1]
    ('guarded', '0.7')
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def cut(self, most: int) -> Table:
        """The table with its first `most` rows."""
        return replace(self, rows=self.rows[:most])

    def noted(self, *texts: str) -> Table:
        """The table with more to be said under it."""
        return replace(self, note=" ".join(text for text in (self.note, *texts) if text))
