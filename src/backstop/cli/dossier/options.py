"""What the dossier commands share: the options that name a dossier and its texts, and how they speak."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from backstop.dossier.available_texts import AvailableTexts
    from backstop.dossier.dossier import Dossier
    from backstop.dossier.store import Snapshot

texts_option = click.option(
    "--texts",
    "texts",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder with texts that are not in the study, found by digest; else BACKSTOP_TEXTS. Several may be given.",
)
by_option = click.option(
    "--by", default="", metavar="NAME", help="Who codes or decides; kept with the record."
)


@dataclass(frozen=True)
class Opened:
    """The dossier of a study as a command names it, and the folders with texts that are not in it."""

    study: Path
    folders: tuple[Path, ...] = ()

    @functools.cached_property
    def snapshot(self) -> Snapshot:
        """The dossier as it stands in its folder. Raises InvalidInput where there is none."""
        from backstop.dossier import store
        from backstop.dossier.location import locate

        return store.read(locate(self.study))

    @functools.cached_property
    def snapshot_or_new(self) -> Snapshot:
        """The dossier as it stands in its folder, or an empty one where there is none yet."""
        import secrets

        from backstop.dossier import store
        from backstop.dossier.dossier import empty_dossier
        from backstop.dossier.location import REGISTER, locate

        folder = locate(self.study, create=True)
        if (folder / REGISTER).is_file():
            return store.read(folder)
        return store.Snapshot(folder, empty_dossier(secrets.token_hex(16)))

    @property
    def dossier(self) -> Dossier:
        """The dossier itself."""
        return self.snapshot.dossier

    @functools.cached_property
    def available(self) -> AvailableTexts:
        """The texts that can be read here."""
        from backstop.dossier.available_texts import AvailableTexts, folders

        return AvailableTexts(self.snapshot.folder, folders(self.folders))

    def write(self, dossier: Dossier) -> None:
        """Put `dossier` in the place of the one that was read."""
        from backstop.dossier import store

        store.write(self.snapshot, dossier)


def on_dossier(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the argument STUDY and the option --texts; the command is handed an `Opened` in their place."""

    @click.argument("study", type=click.Path(path_type=Path))
    @texts_option
    @functools.wraps(command)
    def with_opened(study: Path, texts: tuple[Path, ...], **options: object) -> None:
        command(Opened(study, texts), **options)

    return with_opened
