"""What a hand coding of the three accounts lists: findings and claims, by the ids of their statements."""

FINDINGS = {
    "C01": ("corroboration", "000-14 001-01 001-03 003-03"),
    "C02": ("corroboration", "000-03 000-14 001-01 001-03 003-03 003-16"),
    "C03": ("corroboration", "000-04 000-31 001-02 001-06 003-08 003-09"),
    "C04": ("corroboration", "000-19 001-02 001-06 003-05"),
    "C06": ("corroboration", "000-05 000-22 001-15 001-16"),
    "C07": ("corroboration", "000-07 003-23"),
    "C09": ("corroboration", "001-23 003-02 003-11"),
    "C11": ("corroboration", "001-11 003-13 003-14 003-25"),
    "C13": ("corroboration", "000-10 001-21 003-13"),
    "D01": ("difference", "001-06 000-05 000-24 003-05 003-11"),
    "D02": ("difference", "000-09 001-06 003-02 003-05"),
    "D04": ("difference", "000-05 000-22 001-16 003-18"),
    "D05": ("difference", "000-08 001-04"),
    "D07": ("difference", "000-01 000-28 001-04 003-30"),
    "D08": ("difference", "000-06 000-11 001-20 003-23 003-24"),
    "D09": ("difference", "000-01 001-01 001-03"),
    "X01": ("contradiction", "000-08 001-05 001-18 003-04"),
    "X02": ("contradiction", "000-01 001-03 003-02 003-12"),
    "X03": ("contradiction", "001-03 001-15 001-16 003-12 003-13"),
    "X06": ("contradiction", "001-05"),
    "X09": ("contradiction", "001-09 003-28 000-25"),
    "X10": ("contradiction", "000-01 000-28 000-18"),
    "X12": ("contradiction", "000-09 000-31 001-16"),
    "A1": ("actor_disagreement", "000-01 000-03 000-11 000-12"),
    "A2": ("actor_disagreement", "000-06 000-07 001-15 001-16"),
    "A3": ("actor_disagreement", "003-21 003-22 003-23 003-24"),
    "A4": ("actor_disagreement", "001-07 001-20 001-21"),
}
"""By id: its kind, and its statements."""

CONTROLS = frozenset({"D09", "X06"})
"""Findings that a coder may think of and that are none: nothing may be reported within their statements alone."""

_ALONE = """
000-01 000-05 000-06 000-07 000-08 000-11 000-12 000-17 000-18 001-05 001-07 001-08 001-09 001-10
001-12 001-13 001-14 001-16 001-17 001-18 001-20 003-04 003-07 003-12 003-13 003-15 003-17 003-18
003-20 003-21 003-22 003-23 003-24 003-25 003-26 003-27 003-31
"""
_NOBODY = """
000-01 000-02 000-05 000-06 000-08 000-11 000-13 000-15 000-16 000-20 000-21 000-22 000-23 000-24
000-25 000-26 000-27 000-28 000-29 000-30 001-04 001-05 001-07 001-08 001-09 001-15 001-19 001-20
001-22 001-23 003-04 003-12 003-13 003-18 003-19 003-20 003-28 003-29 003-30
"""

SINGLE_SOURCE = frozenset(_ALONE.split())
"""Claims of one account alone."""

UNATTRIBUTED = frozenset(_NOBODY.split())
"""Claims for which an account names nobody."""
