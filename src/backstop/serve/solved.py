"""The data of the page, solved once for each version of the study and kept while it is in use."""

from __future__ import annotations

import asyncio

from backstop.base.json_text import json_line
from backstop.serve.answers import Stale
from backstop.serve.threads import in_thread
from backstop.serve.versions import Version, Versions


class Solved:
    """The data of the page as JSON, once for each version. Who asks while it is being solved waits for the same."""

    def __init__(self, study: str, versions: Versions) -> None:
        self._study, self._versions = study, versions
        self._kept: dict[tuple[int, str], asyncio.Task[bytes]] = {}

    async def payload(self, number: int) -> bytes:
        """The data of a version. Raises what solving raises, and Stale where another version is in use by now."""
        version = self._versions.current
        if number != version.number:
            raise Stale("the scenario has changed", "load the page again", {"version": version.number})
        return await self.solved(version)

    async def solved(self, version: Version) -> bytes:
        """The data of a version, which may not be in use yet. Raises what solving raises."""
        key = (version.number, version.digest)
        if key not in self._kept:
            self._kept = {one: self._kept[one] for one in list(self._kept)[-1:]}
            self._kept[key] = asyncio.get_running_loop().create_task(self._begun(version))
        task = self._kept[key]
        try:
            return await asyncio.shield(task)
        except Exception:
            self._kept.pop(key, None)  # another time it may go well
            raise

    async def _begun(self, version: Version) -> bytes:
        return await in_thread(lambda: payload_of(version, self._versions, self._study))


def payload_of(version: Version, versions: Versions, study: str) -> bytes:
    """The data of the page of a version, as JSON."""
    from backstop.live.payload import payload

    served = {
        "study": study,
        "file": versions.file.name,
        "version": version.number,
        "digest": version.digest,
        "saved": version.file is not None,
    }
    return json_line(payload(version.model, versions.file, served=served)).encode()
