"""Words and digits for people: nearest names, safe terminal text, numbers no longer than their error supports."""

from __future__ import annotations

import difflib
import math
import re
import unicodedata
from collections.abc import Iterable


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name most like `name`, or None where none is near."""
    names = list(valid)
    found = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if not found:
        folded = {candidate.casefold(): candidate for candidate in names}
        found = [folded[c] for c in difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.6)]
    return found[0] if found else None


def did_you_mean(name: str, valid: Iterable[str], kind: str = "name") -> str:
    """A hint for an unknown name: the nearest valid one, else the valid ones (at most twelve are listed)."""
    names = sorted(set(valid))
    near = nearest(name, names)
    if near is not None:
        return f"did you mean {near}?"
    if not names:
        return f"no {kind} is defined"
    listed = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
    return f"valid {kind}s: {listed}"


def readable(identifier: str) -> str:
    """An identifier made into a title: `us_backstop` becomes `Us backstop`."""
    words = identifier.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


# Bidirectional overrides and isolates can make a terminal or page show something other than what is there.
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean(text: str) -> str:
    """`text` without control characters (escape sequences included), so that a file cannot drive the terminal."""
    kept = (c if c in "\n\t" or unicodedata.category(c) != "Cc" else "\ufffd" for c in text)
    return _BIDI.sub("\ufffd", "".join(kept))


def decimals_supported(se: float | None, most: int = 6) -> int:
    """Decimals that a Monte Carlo error of `se` supports: the last digit shown is the first one in doubt."""
    if se is None or not math.isfinite(se):
        return 1
    if se <= 0:
        return most
    return max(0, min(most, -math.floor(math.log10(se))))


def number(value: float | None, se: float | None = None, most: int = 4) -> str:
    """`value` in no more digits than `se` supports; `-` where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    if se is not None and se > 0 and math.isfinite(se):
        places = -math.floor(math.log10(se))
        if places < 0:
            value = round(value, places)
        text = f"{value:,.{max(0, min(most, places))}f}"
    else:
        text = f"{value:,.{most}f}" if abs(value) < 1000 else f"{value:,.1f}"
    return "0" + text.lstrip("-0") if text.lstrip("-0.,") == "" and text.startswith("-") else text
