"""How wide text is, and how it is broken into lines that fit.

The width of a letter is that of Helvetica (which Arial and Liberation Sans share) or of DejaVu Sans, whichever is
wider, since a page is read with the one here and the other there. A letter outside ASCII is taken to be as wide as in
these or wider, so that a line never runs out of its place.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

FAMILY = "Liberation Sans, Arial, Helvetica, sans-serif"
LINE = 1.28
"""Height of a line as a multiple of the size of its letters."""

_SPARE = 1.01
# Widths in thousandths of the size, of the characters from space to tilde.
_REGULAR = (
    "318 401 460 838 637 951 780 275 391 391 500 838 318 361 318 337 637 637 637 637 637 637 637 637 637 637 337 "
    "337 838 838 838 556 1015 685 687 722 771 667 611 778 752 295 500 667 558 863 749 788 667 788 722 667 611 732 "
    "685 989 686 667 686 391 337 391 838 556 500 613 635 550 635 616 353 635 634 278 278 580 278 975 634 612 635 "
    "635 412 521 393 634 592 818 592 592 525 637 337 637 838"
)
_BOLD = (
    "349 457 521 838 696 1002 873 307 458 458 523 838 380 416 380 366 696 696 696 696 696 696 696 696 696 696 400 "
    "400 838 838 838 611 1000 774 763 734 831 684 684 821 837 373 556 775 638 996 837 851 733 851 771 721 683 813 "
    "774 1104 771 725 726 458 366 458 838 556 500 675 716 593 716 679 436 716 712 343 343 666 343 1042 712 688 "
    "716 716 494 596 479 712 652 924 646 652 583 712 366 712 838"
)
# Of other letters: capitals and small letters of the widest alphabets, quotation marks, spaces.
_BY_CATEGORY = {"Lu": 1100.0, "Ll": 950.0, "Pi": 580.0, "Pf": 580.0, "Zs": 650.0}
_WIDTHS = tuple(tuple(int(width) for width in words.split()) for words in (_REGULAR, _BOLD))


def _letter(character: str, bold: bool) -> float:
    code = ord(character)
    if 32 <= code <= 126:
        return _WIDTHS[bold][code - 32]
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1000.0
    base = unicodedata.normalize("NFD", character)[0]
    if base != character and 32 <= ord(base) <= 126:
        return _WIDTHS[bold][ord(base) - 32]
    return _BY_CATEGORY.get(unicodedata.category(character), 1000.0) * (1.14 if bold else 1.0)


def width(text: str, size: float, bold: bool = False) -> float:
    """The width of a line of text in pixels, a little more rather than less.

    >>> round(width("iii", 10)), round(width("WWW", 10))
    (8, 30)
    """
    return _SPARE * size * sum(_letter(c, bold) for c in text) / 1000


def wrapped(text: str, most: float, size: float, bold: bool = False) -> list[str]:
    """The text in lines of at most `most` pixels; only a word that is wider than a line is broken.

    >>> wrapped("A force of monitors", 60, 12)
    ['A force of', 'monitors']
    """
    lines, line = [], ""
    for word in _pieces(" ".join(text.split()), most, size, bold):
        tried = line + word
        if line and width(tried.rstrip(), size, bold) > most:
            lines.append(line.rstrip())
            tried = word
        line = tried.lstrip()
    return [*lines, line.rstrip()] if line.strip() else lines or [""]


def _pieces(text: str, most: float, size: float, bold: bool) -> Iterator[str]:
    """Words with the space after them; letters of scripts without spaces one by one, and long words in parts."""
    for word in text.split(" "):
        part = ""
        for character in word:
            alone = unicodedata.east_asian_width(character) in "WF"
            if part and (alone or width(part + character, size, bold) > most):
                yield part
                part = ""
            part += character
        yield part + " "


def widest(lines: list[str], size: float, bold: bool = False) -> float:
    """The width of the widest line."""
    return max((width(line, size, bold) for line in lines), default=0.0)
