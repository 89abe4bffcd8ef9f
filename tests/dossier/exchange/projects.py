"""REFI-QDA projects as other programs write them, built for the tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable
from uuid import UUID
from xml.sax.saxutils import quoteattr

ANN, BOB = (str(UUID(int=n)) for n in (0xA11, 0xB0B))


def guid(number: int) -> str:
    """A GUID for the thing `number`."""
    return str(UUID(int=number, version=4))


def element(tag: str, *inside: str, **attributes: object) -> str:
    """An XML element; attributes None are left out."""
    given = "".join(
        f" {name}={quoteattr(str(value))}" for name, value in attributes.items() if value is not None
    )
    return f"<{tag}{given}>{''.join(inside)}</{tag}>"


def code(number: int, name: str, *below: str) -> str:
    """A code, with those below it."""
    return element("Code", *below, guid=guid(number), name=name, isCodable="true")


def coding(target: int, user: str | None = None) -> str:
    """A coding with the code `target`."""
    return element(
        "Coding", f'<CodeRef targetGUID="{guid(target)}"/>', guid=guid(900_000 + target), creatingUser=user
    )


def selection(
    number: int | str, start: int, end: int, *inside: str, name: str = "", user: str | None = ANN
) -> str:
    """A selection in a text, with its codings."""
    return element(
        "PlainTextSelection",
        *inside,
        guid=guid(number) if isinstance(number, int) else number,
        name=name,
        startPosition=start,
        endPosition=end,
        creatingUser=user,
    )


def source(number: int, name: str, *inside: str, path: str | None = "internal://{}.txt") -> str:
    """A source whose text is in the archive under its number."""
    return element(
        "TextSource", *inside, guid=guid(number), name=name, plainTextPath=path and path.format(number)
    )


def project(codes: Iterable[str], sources: Iterable[str], texts: dict[str, bytes | str], *rest: str) -> bytes:
    """A project archive of Ann and Bob; `texts` by their names in the archive's folder of sources."""
    users = "".join(element("User", guid=g, name=n) for g, n in ((ANN, "Ann"), (BOB, "Bob")))
    qde = element(
        "Project",
        element("Users", users),
        element("CodeBook", element("Codes", *codes)),
        element("Sources", *sources),
        *rest,
        xmlns="urn:QDA-XML:project:1.0",
        name="t",
        origin="Test 1",
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("project.qde", f'<?xml version="1.0" encoding="utf-8"?>{qde}')
        for name, text in texts.items():
            archive.writestr(f"sources/{name}", text if isinstance(text, bytes) else text.encode("utf-8"))
    return out.getvalue()
