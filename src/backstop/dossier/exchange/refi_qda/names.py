"""What reading and writing REFI-QDA share: namespaces, groups of codes, and where our own records stand.

REFI-QDA 1.0 is the exchange format of ATLAS.ti, MAXQDA, NVivo and QualCoder: codebooks (.qdc) and projects (.qdpx).
Codes are the objects, types, modes of attribution and stances; a selection carries the paraphrase as its description.
What the format has no place for stands in the last line of a description, after `backstop:`, so that the way there
and back loses nothing.
"""

from __future__ import annotations

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
MARK = "backstop: "
"""What stands before our own records at the end of a description."""

GROUPS = ("types", "attribution", "stance")
"""Codes above those for types, modes of attribution and stances, which are no objects."""
