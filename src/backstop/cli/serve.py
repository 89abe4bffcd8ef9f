"""`backstop serve`: a study in a browser, from a server on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from backstop.cli.dossier.options import texts_option


@click.command()
@click.argument("study", type=click.Path())
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="The port to listen at; 0: one that is free.",
)
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen at: this machine's own."
)
@click.option(
    "--allow-remote", is_flag=True, help="Let other machines in, where --host is not this machine alone."
)
@click.option(
    "--token",
    metavar="TOKEN",
    envvar="BACKSTOP_TOKEN",
    help="The token of the first address, in place of a random one; also read from BACKSTOP_TOKEN.",
)
@click.option(
    "--open/--no-open", "opened", default=True, help="Open the page in a browser, where there is a display."
)
@texts_option
def serve(
    study: str,
    port: int,
    host: str,
    allow_remote: bool,
    token: str | None,
    opened: bool,
    texts: tuple[Path, ...],
) -> None:
    """Open STUDY in a browser: the live page, and what it cannot do without Python.

    The page comes from a server on this machine that nobody else can use. It prints the page's address, which lets one
    browser in; Ctrl-C ends it. More worlds, sensitivity, conditions, packages and reports are computed on request, and
    the scenario can be edited and saved as a new file.
    """
    from backstop.base.words import clean
    from backstop.serve.server import Place
    from backstop.serve.server import serve as run

    run(study, Place(host, port, allow_remote, token), lambda line: click.echo(clean(line)), opened, texts)
