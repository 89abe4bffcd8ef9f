"""Titles in an answer in short: those too long for it are cut, and stay apart from one another."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backstop.base.table import Table
    from backstop.scenario.format.scenario import Scenario

MOST = 60
"""Columns of a terminal that a title takes in an answer in short."""

_TITLED = ("arrangements", "metrics", "actors", "measures", "parameters", "phases", "outcomes", "facts")


class ShortTitles:
    """The long titles of a scenario, cut wherever a text has them; `--all` has them whole.

    Where two titles of one kind would be the same once they are cut, the name in the file tells them apart.
    """

    def __init__(self, scenario: Scenario, most: int = MOST) -> None:
        from backstop.base.words import clean, cut, terminal_width

        self._cut: dict[str, str] = {}
        for section in _TITLED:
            titles = {
                name: clean(of.titled(name)) for name, of in (getattr(scenario, section, None) or {}).items()
            }
            short = {name: cut(title, most) for name, title in titles.items()}
            for name, title in titles.items():
                if terminal_width(title) <= most:
                    continue
                alike = sum(other == short[name] for other in short.values()) > 1
                tail = f" ({name})" if alike else ""
                self._cut[title] = f"{cut(title, max(most // 3, most - terminal_width(tail)))}{tail}"
        # The longest first: a title may be the beginning of another.
        words = "|".join(re.escape(title) for title in sorted(self._cut, key=len, reverse=True))
        self._long = re.compile(words) if words else None

    def __call__(self, text: str) -> str:
        """A text with its long titles cut."""
        if self._long is None:
            return text
        from backstop.base.words import clean

        return self._long.sub(lambda found: self._cut[found[0]], clean(text))

    def of_table(self, table: Table) -> Table:
        """A table with its long titles cut."""
        if self._long is None:
            return table
        return replace(
            table,
            title=self(table.title),
            columns=tuple(map(self, table.columns)),
            rows=tuple(tuple(map(self, row)) for row in table.rows),
            note=self(table.note),
        )
