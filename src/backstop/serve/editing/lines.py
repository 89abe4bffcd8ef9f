"""The text of a scenario between its file and a browser, whose fields know one line end only."""

from __future__ import annotations

from backstop.base.document import MOST_BYTES
from backstop.base.faults import InvalidInput

_MARK = "\ufeff"


def shown(data: bytes) -> str:
    """The text of a file as a browser holds it: no byte order mark, lines that end in a line feed."""
    text = data.decode("utf-8").removeprefix(_MARK)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def written(text: str, like: bytes) -> bytes:
    """A text from a browser as a file: with the byte order mark and the line ends of `like`, the text it came from.

    Raises InvalidInput where it is larger than any scenario that is read, or is no text.
    """
    plain = text.removeprefix(_MARK).replace("\r\n", "\n").replace("\r", "\n")
    old = like.decode("utf-8", "replace")
    if old.count("\r\n") * 2 > old.count("\n"):
        plain = plain.replace("\n", "\r\n")
    try:
        data = ((_MARK if old.startswith(_MARK) else "") + plain).encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInput("the text holds half a character", hint="remove it") from None
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            f"the text has {len(data):,} bytes, more than the {MOST_BYTES:,} that are read",
            hint="cut it in parts",
        )
    return data
