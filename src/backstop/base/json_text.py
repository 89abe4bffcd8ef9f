"""Plain values as JSON text, and JSON text read strictly: what the standard reader lets pass is refused."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from backstop.base.words import DIRECTION_MARKS

_UNSAFE = re.compile(f"[\x7f-\x9f{DIRECTION_MARKS}]")


def json_text(value: object) -> str:
    """`value` as JSON text with full doubles and a line end; a number that is not finite becomes null.

    >>> json_text({"peace": [0.5, float("nan")]})
    '{\\n "peace": [\\n  0.5,\\n  null\\n ]\\n}\\n'
    """
    text = json.dumps(_finite(value), indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    # What could drive a terminal or turn a line about stands only inside strings, where an escape means the same.
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_line(value: object) -> str:
    """`value` as JSON text without spaces, for programs; a number that is not finite becomes null.

    >>> json_line({"peace": [0.5, float("nan")]})
    '{"peace":[0.5,null]}'
    """
    text = json.dumps(_finite(value), separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


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
        repeated = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise RepeatedKey(f"the key {repeated!r} stands twice")
    return found


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a number of JSON")
