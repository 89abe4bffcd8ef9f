"""The desk at which a scenario is edited: from a browser's text to a version that is in use, and to a new file."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from backstop.base.faults import BackstopError, Fault, InvalidInput
from backstop.base.files import sha256
from backstop.scenario.model import Model
from backstop.serve.answers import Stale, faults_as_json
from backstop.serve.editing import merging
from backstop.serve.editing.lines import shown, written
from backstop.serve.editing.saving import free_name, new_file, save
from backstop.serve.editing.sliders import Set, with_sliders
from backstop.serve.threads import in_thread
from backstop.serve.versions import Version, Versions, sound

Sound = tuple[Model, tuple[Fault, ...]]


@dataclass(frozen=True, slots=True)
class MadeFrom:
    """The version that a text was made from: its digest, or its number; and its text, which outlives the server."""

    digest: str | None = None
    number: int | None = None
    text: str | None = None

    def is_(self, version: Version) -> bool:
        """Whether it is this version. Numbers begin anew with each server, so that a digest says more."""
        return self.digest == version.digest if self.digest is not None else self.number == version.number


class Desk:
    """Changes to the versions of a study, one at a time.

    `solve` makes the page of a version, which has to succeed before the version is taken into use: the page in use can
    always be shown. `told` is called when there is a new one.
    """

    def __init__(
        self, versions: Versions, solve: Callable[[Version], Awaitable[object]], told: Callable[[], None]
    ) -> None:
        self._versions, self._solve, self._told = versions, solve, told
        self._one_at_a_time = asyncio.Lock()

    def as_dict(self) -> dict[str, object]:
        """The version in use, for an editor."""
        now = self._versions.current
        return {
            "version": now.number,
            "digest": now.digest,
            "text": shown(now.data),
            "file": self._versions.file.name,
            "saved_as": None if now.file is None else now.file.name,
            "edited": self._versions.is_edited,
            "free_name": free_name(self._folder, self._versions.file.stem),
            "notes": faults_as_json(now.notes),
        }

    async def checked(self, text: str) -> dict[str, object]:
        """What is wrong with a text, and notes on it; nothing is changed."""
        try:
            _, notes = await self._sound(self._data(text))
        except InvalidInput as error:
            return {"ok": False, "faults": faults_as_json(error.faults), "notes": []}
        return {"ok": True, "faults": [], "notes": faults_as_json(notes)}

    async def applied(self, text: str, made: MadeFrom) -> dict[str, object]:
        """The text taken into use, where it is sound. Raises InvalidInput with its errors, and then nothing changes.

        Raises Stale where the version that it was made from is not in use any more.
        """
        async with self._one_at_a_time:
            self._unchanged_since(made, text)
            data = self._data(text)
            if data != self._versions.current.data:
                new = self._versions.next(data, *await self._sound(data), None)
                await self._solve(new)
                self._versions.use(new)
                self._told()
            return self.as_dict()

    async def saved(self, text: str, name: str, made: MadeFrom, broken: bool) -> dict[str, object]:
        """The text saved as a new file, and taken into use where it is sound.

        Raises InvalidInput where it has errors, unless `broken` allows them, and where the name is taken; Stale as
        above, for a text that is sound.
        """
        async with self._one_at_a_time:
            data = self._data(text)
            path = new_file(self._folder, name)
            new = None
            try:
                new = self._versions.next(data, *await self._sound(data), path)
                if data != self._versions.current.data:
                    await self._solve(new)
            except BackstopError:
                if not broken:
                    raise
                new = None
            if new is not None:
                self._unchanged_since(made, text)
            await in_thread(lambda: save(self._folder, name, data))
            if new is not None and data == self._versions.current.data:
                self._versions.saved(path)
            elif new is not None:
                self._versions.use(new)
            self._told()
            return {**self.as_dict(), "file_written": path.name, "sound": new is not None}

    async def reloaded(self, digest: str, seen: MadeFrom) -> dict[str, object]:
        """The text of the file, with this digest, taken into use. Raises InvalidInput where it has errors."""
        async with self._one_at_a_time:
            now = self._versions.current
            if not seen.is_(now):
                raise Stale("the scenario has changed meanwhile", "look at it first", {"version": now.number})
            data = self._versions.content()
            if sha256(data) != digest:
                raise Stale("the file has changed once more", "look again", {"version": now.number})
            new = self._versions.next(data, *await self._sound(data), self._versions.file)
            await self._solve(new)
            self._versions.take(new)
            self._told()
            return self.as_dict()

    async def with_sliders(
        self,
        seen: MadeFrom,
        values: dict[str, float],
        levels: dict[str, float] | None,
        name: str,
        title: str,
    ) -> dict[str, object]:
        """The sliders of a page written into the text that is being edited, or into that of the version in use.

        Nothing is taken into use. Raises Stale where the version is meant, and is in use no more.
        """
        now = self._versions.current
        text = seen.text
        if text is None:
            if not seen.is_(now):
                raise Stale(
                    "the scenario has changed",
                    "load the page again; the sliders are kept",
                    {"version": now.number},
                )
            text = shown(now.data)
        given = text

        def put() -> Set:
            return with_sliders(given, self._versions.file.name, values, levels, name, title)

        found = await in_thread(put)
        return {"text": found.text, "said": list(found.said), **await self.checked(found.text)}

    @property
    def _folder(self) -> Path:
        return self._versions.file.resolve().parent

    def _data(self, text: str) -> bytes:
        return written(text, self._versions.current.data)

    async def _sound(self, data: bytes) -> Sound:
        return await in_thread(lambda: sound(data, self._versions.file, self._versions.name))

    def _unchanged_since(self, made: MadeFrom, text: str) -> None:
        """Raises Stale where another version is in use than the one that was edited: with what both have changed."""
        now = self._versions.current
        if made.is_(now):
            return
        theirs = shown(now.data)
        known = next((shown(each.data) for each in self._versions.older.values() if made.is_(each)), None)
        before = known if known is not None else made.text
        raise Stale(
            "the scenario was changed by somebody else since you began",
            "your text is kept: look at what has changed, then put both together or decide",
            {
                "version": now.number,
                "digest": now.digest,
                "text": theirs,
                "changes": [] if before is None else merging.said(before, theirs),
                "yours": merging.said(theirs if before is None else before, text),
                "merged": None if before is None else merging.merged(before, text, theirs),
            },
        )
