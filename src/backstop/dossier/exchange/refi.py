"""What reading and writing REFI-QDA share: namespaces, GUIDs, and where our own records stand in a description.

REFI-QDA 1.0 is the exchange format of ATLAS.ti, MAXQDA, NVivo and QualCoder: codebooks (.qdc) and projects (.qdpx).
Codes are the objects, types, modes of attribution and stances; a selection carries the paraphrase as its description.
What the format has no place for stands in the last line of a description, after `backstop:`, so that the way there
and back loses nothing.
"""

from __future__ import annotations

import uuid

PROJECT, CODEBOOK = "urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0"
MARK = "backstop: "
"""What stands before our own records at the end of a description."""

ORIGIN = "Backstop"
"""The program that exports, and the user who coded where no coder is named."""

GROUPS = ("types", "attribution", "stance")
"""Codes above those for types, modes of attribution and stances, which are no objects."""

_SPACE = uuid.UUID("6f0c9a52-5a3e-5d0b-9b42-6f1f6a1d7c11")


def guid(kind: str, name: str) -> str:
    """The GUID of a thing of a dossier, the same every time.

    >>> guid("object", "truce") == guid("object", "truce") != guid("object", "deal")
    True
    """
    return str(uuid.uuid5(_SPACE, f"{kind}:{name}"))
