"""Who may use a server: tokens that open it once, and the cookies that they are changed for."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterable
from pathlib import Path

from backstop.base.faults import InvalidInput

TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
"""Where Linux lists connections, with the user of each end that is on this machine."""

MOST_TOKENS = 8
"""Unused tokens that are kept; with a new one the oldest goes."""

MOST_BROWSERS = 32
"""Browsers that are admitted at once; with a new one the oldest goes."""

LEAST_CHARACTERS = 32
"""Of a token that is given and not made here: less could be guessed."""


class Access:
    """The tokens and cookies of one server.

    A token is 256 bits in the URL that is opened. Whoever shows it first gets a cookie of 256 bits for it, and the
    token is spent. The name of the cookie holds the port, because browsers keep one jar for all ports of a machine.
    """

    def __init__(self, port: int, token: str | None = None) -> None:
        self.cookie = f"backstop-{port}"
        self._tokens = [_checked(token) if token is not None else _secret()]
        self._browsers: list[str] = []

    @property
    def first_token(self) -> str:
        """The token of the address that is printed."""
        return self._tokens[0]

    def new_token(self) -> str:
        """A token for one more browser."""
        token = _secret()
        self._tokens = [*self._tokens, token][-MOST_TOKENS:]
        return token

    def redeemed(self, token: str) -> str | None:
        """The value of a new cookie for an unused token, which is spent now; None for any other."""
        found = [each for each in self._tokens if _same(each, token)]
        if not found:
            return None
        self._tokens.remove(found[0])
        value = _secret()
        self._browsers = [*self._browsers, value][-MOST_BROWSERS:]
        return value

    def admits(self, cookies: Iterable[str]) -> bool:
        """Whether one of the values of the cookie is that of an admitted browser."""
        found = [
            _same(one, other) for one in cookies for other in self._browsers
        ]  # all of them, whichever fits
        return any(found)

    def set_cookie(self, value: str) -> str:
        """The header Set-Cookie: out of reach of scripts and of other sites, and gone with the browser."""
        return f"{self.cookie}={value}; Path=/; HttpOnly; SameSite=Strict"


def _secret() -> str:
    return secrets.token_urlsafe(32)


def _same(one: str, other: str) -> bool:
    """Equality in a time that tells nothing about where two texts differ."""
    return secrets.compare_digest(one.encode("utf-8", "replace"), other.encode("utf-8", "replace"))


def _checked(token: str) -> str:
    if len(token) < LEAST_CHARACTERS or not all(
        letter.isascii() and (letter.isalnum() or letter in "-_") for letter in token
    ):
        raise InvalidInput(
            f"--token has to be {LEAST_CHARACTERS} letters, digits, - and _ at least",
            hint='make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"',
        )
    return token


def is_of_another_user(client: tuple[str, int] | None, port: int) -> bool:
    """Whether the connection of `client` to this `port` is known to be another user's, and not root's.

    The address with the token is for a moment among the arguments of the browser that is started, where other users of
    the machine can read it. Linux alone says whose a connection is, and only of those within the machine.
    """
    if client is None or sys.platform != "linux":
        return False
    try:
        lines = [line.split() for table in TABLES if table.exists() for line in _lines(table)]
    except OSError:
        return False
    here, there = f":{client[1]:04X}", f":{port:04X}"
    owners = {
        int(parts[7])
        for parts in lines
        if len(parts) > 7 and parts[1].endswith(here) and parts[2].endswith(there) and parts[7].isdecimal()
    }
    return bool(owners) and not owners & {0, os.getuid()}


def _lines(table: Path) -> list[str]:
    return table.read_text("ascii", "replace").splitlines()[1:]
