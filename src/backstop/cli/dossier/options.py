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
    coding: bool = False
    """Whether propositions may name statements that are still to come."""

    @functools.cached_property
    def snapshot(self) -> Snapshot:
        """The dossier as it stands in its folder. Raises InvalidInput where there is none."""
        from backstop.dossier import store
        from backstop.dossier.location import locate

        return store.read(locate(self.study), self.coding)

    @functools.cached_property
    def snapshot_or_new(self) -> Snapshot:
        """The dossier as it stands in its folder, or an empty one where there is none yet."""
        import secrets

        from backstop.dossier import store
        from backstop.dossier.location import locate

        return store.read(locate(self.study, create=True), coding=True, key=secrets.token_hex(16))

    @property
    def dossier(self) -> Dossier:
        """The dossier itself."""
        return self.snapshot.dossier

    @functools.cached_property
    def available(self) -> AvailableTexts:
        """The texts that can be read here."""
        from backstop.dossier.available_texts import AvailableTexts, folders

        return AvailableTexts(self.snapshot.folder, folders(self.folders))

    def text_of(self, source: str) -> str:
        """The newest text of `source`. Raises InvalidInput where there is no such source, Refused without its text."""
        from backstop.base.faults import InvalidInput, Refused
        from backstop.base.words import did_you_mean

        sources = self.dossier.sources
        if source not in sources:
            raise InvalidInput(f"there is no source {source}", hint=did_you_mean(source, sources, "source"))
        text = self.available.current(sources[source])
        if text is None:
            raise Refused(
                f"the text of {source} is not at hand",
                hint="name its folder with --texts DIR or BACKSTOP_TEXTS",
            )
        return text

    def write(self, dossier: Dossier) -> None:
        """Put `dossier` in the place of the one that was read."""
        from backstop.dossier import store

        store.write(self.snapshot, dossier)


def say_coming(dossier: Dossier) -> None:
    """A note on the statements that propositions name and nobody has coded yet."""
    from backstop.cli.printing import print_note
    from backstop.dossier.consistency import still_to_come

    if names := still_to_come(dossier):
        more = f" and {len(names) - 12} more" if len(names) > 12 else ""
        print_note(f"named by propositions and still to be coded: {', '.join(names[:12])}{more}")


def on_dossier(command: Callable[..., None]) -> Callable[..., None]:
    """Adds the argument STUDY and the option --texts; the command is handed an `Opened` in their place."""

    @click.argument("study", type=click.Path(path_type=Path))
    @texts_option
    @functools.wraps(command)
    def with_opened(study: Path, texts: tuple[Path, ...], **options: object) -> None:
        command(Opened(study, texts), **options)

    return with_opened
