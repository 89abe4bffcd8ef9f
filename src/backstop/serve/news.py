"""What has changed on a server, for pages that wait to hear of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter


class News:
    """A count of changes, and a way to wait for the next one. To be used from the loop of the server alone.

    `about` counts those of each subject by itself.
    """

    def __init__(self) -> None:
        self.number = 0
        self.about: Counter[str] = Counter()
        self._next = asyncio.Event()

    def tell(self, subject: str = "") -> None:
        """Say that something has changed, and about what."""
        self.number += 1
        self.about[subject] += 1
        self._next.set()
        self._next = asyncio.Event()

    async def after(self, number: int, seconds: float) -> None:
        """Wait until there is something that `number` does not count yet, and so many seconds at most."""
        if self.number != number:
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._next.wait(), seconds)
