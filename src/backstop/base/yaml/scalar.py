"""Plain scalars of YAML 1.2 (core schema): which words are numbers, truth values or nothing."""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+", re.ASCII)
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

# Beyond this a double has no value; the limit also keeps int() from its own limit on digits.
_MOST_DIGITS = 400


class ScalarError(ValueError):
    """A plain scalar that is a number in YAML but not one a study may hold."""


def resolve(text: str) -> Scalar:
    """The value of the plain scalar `text` in the core schema of YAML 1.2 (section 10.3 of the specification).

    `no`, dates, `12:30` and `0777`-style octals are not special: the first three are words, the last is decimal.
    Raises ScalarError for infinities, not-a-number and numbers too large for a double.
    """
    first = text[:1]
    if first and first not in "+-.0123456789":
        # The common case: most scalars are words.
        return None if text in _NOTHING else _TRUTH.get(text, text)
    if not text:
        return None
    if _NOT_FINITE.fullmatch(text):
        raise ScalarError(f"{text} is not a finite number")
    if len(text) > _MOST_DIGITS and _DECIMAL.fullmatch(text):
        raise ScalarError("a number with this many digits cannot be kept")
    if _INTEGER.fullmatch(text):
        return _finite(int(text), text)
    if _OCTAL.fullmatch(text):
        return _finite(int(text[2:], 8), text)
    if _HEXADECIMAL.fullmatch(text):
        return _finite(int(text[2:], 16), text)
    if _DECIMAL.fullmatch(text):
        return _finite(float(text), text)
    return text


def _finite(value: int | float, text: str) -> int | float:
    try:
        finite = math.isfinite(float(value))
    except OverflowError:
        finite = False
    if not finite:
        raise ScalarError(f"{text[:30]} is too large for a number")
    return value
