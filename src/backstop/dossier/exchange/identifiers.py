"""Identifiers of other programs, and ids made out of their labels."""

from __future__ import annotations

import re
import uuid
from collections.abc import Container

ORIGIN = "Backstop"
"""The program that exports, and the user who coded where no coder is named."""


_SPACE = uuid.UUID("6f0c9a52-5a3e-5d0b-9b42-6f1f6a1d7c11")


def guid(kind: str, name: str) -> str:
    """The GUID of a thing of a dossier, the same every time.

    >>> guid("object", "truce") == guid("object", "truce") != guid("object", "deal")
    True
    """
    return str(uuid.uuid5(_SPACE, f"{kind}:{name}"))


def urn(number: str) -> str:
    """A GUID as an identifier, braces and case made alike.

    >>> urn("{37323865-0000-4000-8000-00000000000A}")
    'urn:uuid:37323865-0000-4000-8000-00000000000a'
    """
    return f"urn:uuid:{number.strip().strip('{}').lower()}"


def object_id(label: str) -> str:
    """An id out of the name of a code: lower case, words joined by underscores.

    >>> object_id("Security guarantees")
    'security_guarantees'
    """
    return re.sub(r"[^\w]+", "_", label.casefold()).strip("_")[:100] or "unnamed"


def statement_id(source: str, other: str) -> str:
    """An id for a statement that another program calls `other`, short enough to be read; another one may have it."""
    tail = re.sub(r"[^\w.-]+", "-", re.split("[/:#]", other.rstrip("/#"))[-1]) or "1"
    return f"{source}-q{tail[:8] if re.fullmatch('[0-9a-f-]{36}', tail) else tail[:40]}"


def free(name: str, taken: Container[str], form: str) -> str:
    """`name`, or the first of its numbered forms that is not taken."""
    number, found = 2, name
    while found in taken:
        found, number = name + form.format(number), number + 1
    return found
