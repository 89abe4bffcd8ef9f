"""JSON read strictly: what the standard reader lets pass is refused."""

from __future__ import annotations

import json
from typing import Any


class RepeatedKey(ValueError):
    """A JSON object that has one key twice."""


def json_value(text: str) -> Any:
    """The value of JSON `text`; ValueError for bad syntax, a repeated key, a number that is not finite, or depth.

    >>> json_value('{"a": [1, 2.5]}')
    {'a': [1, 2.5]}
    """
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise RepeatedKey(f"the key {next(n for n in names if names.count(n) > 1)!r} stands twice")
    return found


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a number of JSON")
