"""All that one server holds while it runs."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path

from backstop.serve.access import Access
from backstop.serve.address import Address
from backstop.serve.answers import faults_as_json
from backstop.serve.editing.desk import Desk
from backstop.serve.jobs.queue import Jobs
from backstop.serve.limits import LOOK_SECONDS
from backstop.serve.news import News
from backstop.serve.solved import Solved
from backstop.serve.threads import in_thread
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
        self.desk = Desk(self.versions, self._solved.solved, self.news.tell)
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
            "dossier": self.news.about["dossier"],
            "jobs": self.jobs.summaries(),
            "edited": self.versions.is_edited,
            "saved_as": None if now.file is None else now.file.name,
            "disk": {"state": disk.state, "digest": disk.digest, "faults": faults_as_json(disk.faults)},
        }

    async def watch(self) -> None:
        """Look at the file of the study again and again, and say when it has changed."""
        while not self.ended.is_set():
            found = await in_thread(self.versions.looked)
            if found is not None and found != self.versions.on_disk:
                self.versions.on_disk = found
                self.news.tell()
            await asyncio.sleep(LOOK_SECONDS)

    def end(self) -> None:
        """End the server: whoever waits for news is sent home."""
        self.ended.set()
        self.news.tell()

    def close(self) -> None:
        """Stop what runs, and leave nothing behind."""
        self.jobs.close()
