"""The word lists of the package: plain text files in `backstop/dossier/lists`, comments after `#`."""

from __future__ import annotations

from importlib import resources


def rows(name: str) -> list[str]:
    """The lines of the list `name`, without comments and empty lines."""
    text = resources.files("backstop.dossier").joinpath("lists", f"{name}.txt").read_text(encoding="utf-8")
    return [row for row in text.splitlines() if row and not row.startswith("#")]


def words(name: str) -> frozenset[str]:
    """The words of the list `name`, which are separated by white space.

    >>> "mr" in words("titles_before_names")
    True
    """
    return frozenset(word for row in rows(name) for word in row.split())


def synonyms(name: str) -> dict[str, str]:
    """By each word or phrase of a list of rows `head: one, other`, its head (itself only where it is listed).

    >>> synonyms("offices")["premier"]
    'prime minister'
    """
    found: dict[str, str] = {}
    for row in rows(name):
        head, _, listed = row.partition(":")
        found |= dict.fromkeys((phrase.strip() for phrase in listed.split(",")), head)
    return found
