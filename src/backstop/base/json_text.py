"""Plain values as JSON text."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping


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
