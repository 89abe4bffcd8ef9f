"""Words and digits for people: nearest names, safe terminal text, numbers no longer than their error supports.

Shares are said as natural frequencies, "83 of 100", which are understood better than percentages or probabilities
(Gigerenzer and Hoffrage 1995).
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Protocol

# Monte Carlo errors below this are beyond the last digit ever shown.
_LEAST_ERROR = 5e-5

# From here on figures are written with a power of ten: nobody counts so many digits.
_LARGE = 1e15
# Ranges narrower than this too: in a fixed number of places nothing would be left of them.
_SMALL = 1e-6


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


DIRECTION_MARKS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Marks of direction as a range of a regular expression: they can make a terminal or page show what is not there."""

_UNSAFE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{DIRECTION_MARKS}]")


def clean(text: str) -> str:
    """`text` without control characters and marks of direction, so that a file cannot drive the terminal."""
    return _UNSAFE.sub("\ufffd", text)


def number(value: float | None, se: float | None = None, most: int = 4) -> str:
    """`value` in no more digits than `se` supports; `-` where there is none."""
    if value is None or not math.isfinite(value):
        return "-"
    if abs(value) >= _LARGE:
        return f"{value:.4g}"
    if se is not None and se > 0 and math.isfinite(se):
        places = -math.floor(math.log10(se))
        if places < 0:
            value = round(value, places)
        text = f"{value:,.{max(0, min(most, places))}f}"
    else:
        text = f"{value:,.{most}f}" if abs(value) < 1000 else f"{value:,.1f}"
    return "0" + text.lstrip("-0") if text.lstrip("-0.,") == "" and text.startswith("-") else text


def supported(value: float, se: float | None, most: int = 3) -> str:
    """`value` with at most `most` decimals, and no more than its Monte Carlo error supports."""
    if se is None or not math.isfinite(se):
        return number(value, most=most)
    return number(value, max(se, 10.0**-most), most)


def exact(value: float) -> str:
    """A figure without Monte Carlo error, in at most four places and without zeros that say nothing."""
    if abs(value) >= _LARGE:
        return f"{value:.4g}"
    text = f"{value:,.4f}" if abs(value) < 1000 else f"{value:,.1f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


class Estimated(Protocol):
    """A mean over worlds with its Monte Carlo error; None where there is none."""

    @property
    def mean(self) -> float | None:
        """The mean."""
        ...

    @property
    def se(self) -> float | None:
        """Its standard error."""
        ...


def with_error(of: Estimated) -> str:
    """Mean and Monte Carlo error in no more digits than the error supports.

    >>> from collections import namedtuple
    >>> with_error(namedtuple("Estimate", "mean se")(0.68321, 0.0021))
    '0.683 ±0.002'
    """
    mean, se = of.mean, of.se
    if mean is None:
        return "no value"
    if se is None:
        return number(mean)
    if se <= 1e-12 * max(1.0, abs(mean)):
        return exact(mean)
    if se < _LEAST_ERROR:
        # An error beyond the last digit shown would only look like precision.
        return number(mean)
    places = -math.floor(math.log10(se))
    return f"{number(mean, se)} ±{round(se, places):,.{max(0, places)}f}"


class Spread(Estimated, Protocol):
    """An estimate with the ends of the range that holds nine worlds in ten; None where there is none."""

    @property
    def q05(self) -> float | None:
        """The value that five worlds in 100 lie below."""
        ...

    @property
    def q95(self) -> float | None:
        """The value that five worlds in 100 lie above."""
        ...

    @property
    def q05_se(self) -> float | None:
        """The standard error of `q05`."""
        ...

    @property
    def q95_se(self) -> float | None:
        """The standard error of `q95`."""
        ...


def with_range(of: Spread, errors: bool = False, sign: bool = False) -> str:
    """Mean, and in brackets the range of nine worlds in ten; with `errors` also the Monte Carlo errors of all three.

    A figure that is the same in all worlds stands alone. `sign` writes a plus before what is above 0.

    >>> from collections import namedtuple
    >>> Range = namedtuple("Range", "mean se q05 q95 q05_se q95_se")
    >>> found = Range(0.68321, 0.0021, 0.312, 0.941, 0.021, 0.0004)
    >>> with_range(found), with_range(found, errors=True)
    ('0.683 (0.31 to 0.94)', '0.683 ±0.002 (0.31 ±0.02 to 0.94)')
    """
    mean, se, low, high = of.mean, of.se, of.q05, of.q95
    text = with_error(of)
    if mean is None:
        return text
    if low is None or high is None:
        return _signed(text) if sign else text
    width = high - low
    if width > 1e-9 * max(abs(low), abs(high), 1e-300):
        places = _places(width)
        if not errors:
            by_error = places + 1 if not se else max(0, -math.floor(math.log10(se)))
            text = number(mean, se if se else None, min(places + 1, by_error))
        if _by_digits(of):
            ends = list(_in_digits(low, high))
            text = f"{mean:.{_digits(low, high) + 1}g}"
            if errors and se:
                text += f" ±{se:.1g}"
        else:
            ends = [
                _end(end, error, places, errors, width)
                for end, error in ((low, of.q05_se), (high, of.q95_se))
            ]
        if sign:
            ends = [_signed(end) for end in ends]
        return f"{_signed(text) if sign else text} ({ends[0]} to {ends[1]})"
    if not errors:
        text = text.split(" ")[0] if "±" in text else text
    if se is not None and se > 1e-12 * max(1.0, abs(mean)):
        # Nine worlds in ten are alike, and some are not.
        text = f"{text} ({exact(low)} to {exact(high)})"
    return _signed(text) if sign else text


def _places(width: float) -> int:
    """Decimals in which the ends of a range so wide are told apart by two digits."""
    return min(9, max(0, 1 - math.floor(math.log10(width))))


def _end(value: float, se: float | None, places: int, errors: bool, width: float) -> str:
    """An end of a range in at most so many decimals, and its error where that is as large as the last of them."""
    least = 10.0**-places if places else 1.0
    # Rounded by more than a third of the range, an end could lie beyond the mean or the other end.
    text = number(value, max(least, min(se or 0.0, width / 3.0)), places)
    return f"{text} ±{number(se, se, places)}" if errors and se is not None and se >= least / 2 else text


def _by_digits(of: Spread) -> bool:
    """Whether in a fixed number of places nothing would be left of a range, or far too much."""
    assert of.mean is not None and of.q05 is not None and of.q95 is not None
    return of.q95 - of.q05 < _SMALL or not -_LARGE < of.mean < _LARGE


def _digits(low: float, high: float) -> int:
    """So many digits that the two ends are told apart, as far as numbers have them."""
    beyond = math.floor(math.log10(max(abs(low), abs(high)))) - math.floor(math.log10(high - low))
    return min(max(beyond + 2, 2), 15)


def _in_digits(low: float, high: float) -> tuple[str, str]:
    digits = _digits(low, high)
    return f"{low:.{digits}g}", f"{high:.{digits}g}"


class Ends(NamedTuple):
    """The ends of a plausible range as they are said; `about` stands before an end that its error blurs."""

    low: str
    high: str
    about: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        """`32 to 100`, `about 30 to 100`, or one figure where nothing is left between the two."""
        rough = max(self.about, key=len)
        if self.low == self.high:
            return f"{rough or 'about '}{self.low}"
        # The word before the first end is taken for both.
        return f"{self.about[0]}{self.low} to {'' if self.about[0] else self.about[1]}{self.high}"

    def short(self, sign: bool = False) -> str:
        """`32–100`: both ends without words, for a cell; with `sign` a plus before what is above 0."""
        low, high = (_signed(end) if sign else end for end in (self.low, self.high))
        return f"{low}{' to ' if low[0] in '+-' or high[0] in '+-' else chr(0x2013)}{high}"


def range_ends(of: Spread, cases: bool = False) -> Ends | None:
    """The ends of the range of nine worlds in ten, rounded to what their Monte Carlo errors support.

    With `cases` a share in cases of 100, whole ones unless the range is narrower than two. Steps are 1 and 5 times a
    power of ten, wide enough for most of the error; an end whose error is at least half of the last digit is `about`,
    and one whose error is as large as the range itself allows no more than `very roughly`. None where there is no
    range.

    >>> from collections import namedtuple
    >>> Range = namedtuple("Range", "mean se q05 q95 q05_se q95_se")
    >>> print(range_ends(Range(0.94, 0.01, 0.268, 0.998, 0.045, 0.0001), cases=True))
    about 30 to 100
    """
    mean, low, high = of.mean, of.q05, of.q95
    if mean is None or low is None or high is None or high - low <= 1e-9 * max(1.0, abs(high)):
        return None
    scale = 100.0 if cases else 1.0
    if _by_digits(of):
        return Ends(*_in_digits(scale * low, scale * high))
    low, high = scale * low, scale * high
    width = high - low
    places = 0 if cases and width >= 2.0 else _places(width)
    found = [
        _stepped(end, None if se is None else scale * se, places, width)
        for end, se in ((low, of.q05_se), (high, of.q95_se))
    ]
    return Ends(found[0][0], found[1][0], (found[0][1], found[1][1]))


def range_words(of: Spread, cases: bool = False) -> str:
    """`range_ends` in words, `about 30 to 100`; empty where there is no range."""
    ends = range_ends(of, cases)
    return "" if ends is None else str(ends)


def _stepped(value: float, se: float | None, places: int, width: float) -> tuple[str, str]:
    """An end of a range in steps that its error supports, and the word that belongs before it."""
    least = 10.0**-places
    if se is None or not se >= least / 2:
        return number(value, least, places), ""
    factor, power, about = 1.0, -places, "about "
    if se >= 1.25 * least:
        power = math.floor(math.log10(se / 1.25))
        factor, power = (5.0, power) if se < 2.5 * 10.0**power else (1.0, power + 1)
    # Steps of more than a third of the range would leave nothing of it.
    most = math.floor(math.log10(width / 3.0))
    if factor * 10.0**power > width / 3.0:
        factor, power = (5.0, most) if 5.0 * 10.0**most <= width / 3.0 else (1.0, most)
        about = "very roughly "
        if factor * 10.0**power < least:
            factor, power = 1.0, -places
    step = factor * 10.0**power
    text = number(round(value / step) * step, 10.0 ** min(power, 0), max(0, -power))
    return text, about


def _signed(text: str) -> str:
    figure = text.split(" ")[0]
    return text if figure.startswith("-") or not any(digit in figure for digit in "123456789") else f"+{text}"


def listed(words: Iterable[str], last: str = "and") -> str:
    """Words joined to a list; `none` where there is nothing.

    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed([])
    ('a, b and c', 'a or b', 'none')
    """
    items = list(words)
    if not items:
        return "none"
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {last} {items[-1]}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 world`, `2 worlds`, `20,000 worlds`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def frequency(share: float | None, se: float | None = None) -> str:
    """A share as a natural frequency: `83 of 100`; per 1,000 where it is rare and the error allows it.

    0 is "none" and 1 "all" only where the share is exactly that; otherwise fewer than 1 or more than 99. An error of
    half a case in 100 and more makes it "about", of two and a half a range of two errors on each side.

    >>> frequency(0.826), frequency(0.826, 0.01), frequency(0.826, 0.03)
    ('83 of 100', 'about 83 of 100', 'between 77 and 89 of 100')
    """
    if share is None or not math.isfinite(share):
        return "no figure"
    error = 0.0 if se is None or not math.isfinite(se) else se
    if share <= 0.0:
        return "none"
    if share >= 1.0:
        return "all"
    if error >= 0.025:
        low = max(0, math.floor(100 * (share - 2 * error) + 0.5))
        high = min(100, math.floor(100 * (share + 2 * error) + 0.5))
        return f"between {low} and {high} of 100"
    about = "about " if error >= 0.005 else ""
    if share > 0.995:
        least = math.floor(100 * (share - 2 * error))
        return "more than 99 of 100" if least >= 99 else f"at least about {least} of 100"
    if share >= 0.0095:
        return f"{about}{min(99, max(1, round(100 * share)))} of 100"
    most = math.ceil(100 * (share + 2 * error))
    if most > 1:
        return f"at most about {most} of 100"
    if error >= 0.0005:
        return "fewer than 1 of 100"
    return f"{round(1000 * share)} of 1,000" if share >= 0.00095 else "fewer than 1 of 1,000"


def of_worlds(share: float | None, se: float | None = None, noun: str = "worlds") -> str:
    """`83 of 100 worlds`, `all worlds`, `no world`: a frequency with what is counted."""
    words = frequency(share, se)
    if words == "none":
        return f"no {noun.removesuffix('s')}"
    return f"{words} {noun}"


def sentence_case(text: str) -> str:
    """The text with its first letter large."""
    return text[:1].upper() + text[1:]


def quoted(title: str) -> str:
    """A title inside a sentence, in quotation marks so that it needs no change."""
    return f"\u201c{title}\u201d"


def clause(text: str) -> str:
    """The text without a full stop at its end, to stand inside a sentence."""
    return text.strip().rstrip(".")


def stop(text: str) -> str:
    """The text with one full stop at its end, unless it ends with a mark of its own."""
    text = text.strip()
    return text if not text or text[-1] in ".!?:" else f"{text}."


def slug(text: str) -> str:
    """A name that is safe as an anchor or a file name: `Jan. 2025 talks` becomes `jan-2025-talks`."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-") or "part"


def shortened(text: str, most: int = 40) -> str:
    """`text` in one line, cut where it is longer than `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3] + "..."


@lru_cache(maxsize=4096)
def terminal_width(text: str) -> int:
    """Columns of a terminal that a text takes: two for a wide character, none for a mark on another."""
    from rich.cells import cell_len

    return cell_len(text)


def cut(text: str, most: int) -> str:
    """`text` in one line of at most `most` columns of a terminal; an ellipsis stands where it is cut.

    A mark on another counts for one column here, so that no line holds marks without number.

    >>> cut("a force in front", 9), cut("\u6301\u4e45\u548c\u5e73", 7)
    ('a force\u2026', '\u6301\u4e45\u548c\u2026')
    """
    line = " ".join(text.split())
    sizes = [max(1, terminal_width(character)) for character in line]
    if sum(sizes) <= most:
        return line
    kept, used = 0, 0
    for size in sizes:
        used += size
        if used > most - 1:
            break
        kept += 1
    return f"{line[:kept].rstrip()}\u2026" if most > 0 else ""


def described(value: object) -> str:
    """What a plain value is, for people."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"the number {value:g}" if abs(value) < 1e15 else "a large number"
    if isinstance(value, str):
        return f"the text {shortened(value)!r}" if value else "an empty text"
    return "a list" if isinstance(value, list | tuple) else "a mapping"
