"""All that one server holds while it runs."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

from backstop.serve.access import Access
from backstop.serve.address import Address
from backstop.serve.answers import faults_as_json
from backstop.serve.jobs.queue import Jobs
from backstop.serve.news import News
from backstop.serve.solved import Solved
from backstop.serve.versions import Versions, opened


class Serving:
    """A study that is served: where and to whom, its versions, and the news for the pages that show it.

    `run` tells this server from an earlier one at the same address; `texts` are folders with texts of the dossier.
    Raises InvalidInput where the study has errors.
    """

    def __init__(self, study: str, address: Address, access: Access, texts: tuple[Path, ...] = ()) -> None:
        self.study, self.address, self.access, self.texts = study, address, access, texts
        self.versions: Versions = opened(study)
        self.news = News()
        self.jobs = Jobs(study, self.versions, self.news.tell)
        self._solved = Solved(study, self.versions)
        self.ended = asyncio.Event()
        self.run = secrets.token_hex(8)

    @property
    def title(self) -> str:
        """What the study is called."""
        return self.versions.current.model.scenario.title or self.versions.name

    async def payload(self, version: int) -> bytes:
        """The data of the page of a version, as JSON."""
        return await self._solved.payload(version)

    def state(self) -> dict[str, object]:
        """What pages hear whenever it changes."""
        now, disk = self.versions.current, self.versions.on_disk
        return {
            "run": self.run,
            "news": self.news.number,
            "ended": self.ended.is_set(),
            "version": now.number,
            "digest": now.digest,
            "jobs": self.jobs.summaries(),
            "disk": {"state": disk.state, "digest": disk.digest, "faults": faults_as_json(disk.faults)},
        }

    def end(self) -> None:
        """End the server: whoever waits for news is sent home."""
        self.ended.set()
        self.news.tell()

    def close(self) -> None:
        """Stop what runs, and leave nothing behind."""
        self.jobs.close()
