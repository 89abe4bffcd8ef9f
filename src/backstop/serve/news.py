"""What has changed on a server, for pages that wait to hear of it."""

from __future__ import annotations

import asyncio
import contextlib


class News:
    """A count of changes, and a way to wait for the next one. To be used from the loop of the server alone."""

    def __init__(self) -> None:
        self.number = 0
        self._next = asyncio.Event()

    def tell(self) -> None:
        """Say that something has changed."""
        self.number += 1
        self._next.set()
        self._next = asyncio.Event()

    async def after(self, number: int, seconds: float) -> None:
        """Wait until there is something that `number` does not count yet, and so many seconds at most."""
        if self.number != number:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._next.wait(), seconds)
