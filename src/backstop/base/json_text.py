"""Plain values as JSON text, and JSON text read strictly: what the standard reader lets pass is refused."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any


def json_text(value: object) -> str:
    """`value` as JSON text with full doubles and a line end; a number that is not finite becomes null.

    >>> json_text({"peace": [0.5, float("nan")]})
    '{\\n "peace": [\\n  0.5,\\n  null\\n ]\\n}\\n'
    """
    return json.dumps(_finite(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _finite(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value


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
