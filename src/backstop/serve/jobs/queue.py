"""The jobs of a server: so many at a time, the rest in turn, and those that have ended for a while."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from backstop.base.faults import Refused
from backstop.base.files import write_new
from backstop.scenario.model import Model
from backstop.serve.answers import Busy, Stale, Unknown
from backstop.serve.jobs.job import Job
from backstop.serve.jobs.request import Asked, said
from backstop.serve.limits import JOBS_AT_ONCE, JOBS_KEPT, JOBS_WAITING
from backstop.serve.versions import Version, Versions


class Jobs:
    """The jobs of one server. `told` is called whenever something about one changes; `study` is as it was typed."""

    def __init__(self, study: str, versions: Versions, told: Callable[[], None]) -> None:
        self._study, self._versions, self._told = study, versions, told
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._folder: Path | None = None

    @property
    def model(self) -> Model:
        """The model of the version in use."""
        return self._versions.current.model

    def summaries(self) -> list[dict[str, object]]:
        """What pages hear of all jobs, oldest first."""
        return [job.summary() for job in self._jobs.values()]

    def job(self, name: str) -> Job:
        """The job of an id. Raises Unknown where there is none, or none any more."""
        if name not in self._jobs:
            raise Unknown("there is no such job, or no more", hint="ask for it again")
        return self._jobs[name]

    def start(self, asked: Asked) -> Job:
        """A job for what was asked, which runs at once or in its turn; the one that it replaces is stopped.

        Raises InvalidInput for what does not fit the study, Stale where another version of it is in use by now, Busy
        where too many wait.
        """
        version = self._versions.current
        if (asked.version or version.number) != version.number or (
            asked.digest or version.digest
        ) != version.digest:
            raise Stale(
                "the scenario has changed since this page was drawn",
                "look at the new answer, then ask again",
                {"version": version.number},
            )
        words = asked.words(version.model)
        of = asked.of()
        if asked.replaces is not None and asked.replaces in self._jobs:
            self.cancel(asked.replaces)
        waiting = [job for job in self._jobs.values() if job.state == "waiting"]
        if len(waiting) >= JOBS_WAITING:
            raise Busy("too many jobs wait already", hint="stop one, or wait for one to end")
        folder = Path(tempfile.mkdtemp(prefix="job-", dir=self._room()))
        path, unsaved = self._path(version, folder)
        where = (
            ["--out", str(folder / "out")]
            if of.files
            else ["--json", "--tables", str(folder / "tables.json")]
        )
        job = Job(
            analysis=of.name,
            title=of.title,
            command=said(of.name, self._said(version), words + (["--out=DIR"] if of.files else [])),
            words=[of.name, path, *words, *where],
            version=version.number,
            digest=version.digest,
            settings=asked.settings.model_dump(),
            asked=asked.model_dump(include={"analysis", "options", "worlds", "seed"}),
            folder=folder,
            unsaved=unsaved,
        )
        self._jobs[job.id] = job
        self._forget()
        self._fill()
        return job

    def cancel(self, name: str) -> Job:
        """The job of an id, stopped."""
        job = self.job(name)
        job.cancel()
        self._told()
        self._fill()
        return job

    def remove(self, name: str) -> None:
        """Forget a job, and stop it if it runs."""
        job = self.cancel(name)
        del self._jobs[job.id]
        shutil.rmtree(job.folder, ignore_errors=True)
        self._told()

    async def stopped(self) -> None:
        """Stop all jobs, and wait until their processes are gone."""
        for job in self._jobs.values():
            job.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=1.0)

    def close(self) -> None:
        """Stop all jobs, and leave nothing of them behind."""
        for job in self._jobs.values():
            job.cancel()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _fill(self) -> None:
        """Start what waits, as far as there is room."""
        running = sum(job.state == "running" for job in self._jobs.values())
        for job in [job for job in self._jobs.values() if job.state == "waiting"][: JOBS_AT_ONCE - running]:
            job.state = "running"
            task = asyncio.get_running_loop().create_task(self._run(job))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._told()

    async def _run(self, job: Job) -> None:
        try:
            await job.run(self._told)
        finally:
            if not job.is_over:
                job.cancel()
            self._fill()

    def _forget(self) -> None:
        """Keep the newest of those that have ended."""
        over = [job for job in self._jobs.values() if job.is_over]
        for job in over[: max(0, len(over) - JOBS_KEPT)]:
            del self._jobs[job.id]
            shutil.rmtree(job.folder, ignore_errors=True)

    def _room(self) -> Path:
        """A folder for the folders of jobs, which this user alone can look into."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="backstop-serve-"))
        return self._folder

    def _said(self, version: Version) -> str:
        """The study as a person would name it in a command."""
        if version.file is None or version.file == self._versions.file:
            return self._study
        return str(version.file)

    def _path(self, version: Version, folder: Path) -> tuple[str, bool]:
        """A study with just the text of this version, and whether that is in no file of the user's.

        What is in no file is laid beside links to what else is in the folder of the study, such as its dossier.
        """
        if version.is_in_file():
            return self._study if version.file == self._versions.file else str(version.file), False
        home = self._versions.file.resolve().parent
        copy = folder / "study" / (home.name or "study")
        copy.mkdir(parents=True)
        with contextlib.suppress(FileNotFoundError):
            for entry in home.iterdir():
                if entry.name != self._versions.file.name and not entry.name.startswith("."):
                    try:
                        (copy / entry.name).symlink_to(entry, target_is_directory=entry.is_dir())
                    except OSError as error:
                        raise Refused(
                            "this system cannot run a scenario that is in no file", hint="save it first"
                        ) from error
        write_new(copy / self._versions.file.name, version.data)
        return str(copy / self._versions.file.name), True
