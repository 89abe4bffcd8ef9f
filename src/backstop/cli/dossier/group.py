"""`backstop dossier`: documents in, coding checked and helped, accounts compared, everything out again."""

from __future__ import annotations

import click

from backstop.cli.dossier.accounts import agreement, compare, suggest
from backstop.cli.dossier.coding import code
from backstop.cli.dossier.documents import accept, add, rename, verify
from backstop.cli.dossier.exchange import export_command, import_command


@click.group(name="dossier", context_settings={"help_option_names": ["-h", "--help"]})
def dossier() -> None:
    """What was said: take in documents, code them, compare accounts, exchange codings."""


for _command in (
    add,
    code,
    verify,
    accept,
    compare,
    suggest,
    rename,
    agreement,
    import_command,
    export_command,
):
    dossier.add_command(_command)
