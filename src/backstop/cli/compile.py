"""`backstop compile`: the program of a study, for hosts other than this one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from backstop.cli import options

if TYPE_CHECKING:
    from backstop.game.choice import Information


@click.command()
@click.argument("study", type=click.Path())
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@options.information_option
@click.option(
    "--slips",
    is_flag=True,
    help="Also tell how far events come with moves that their own movers rank below others.",
)
@click.option(
    "--moves",
    is_flag=True,
    help="Also lay worlds open on request: what every decision does, what each move is worth, what others believe.",
)
def compile(study: str, out: Path, information: Information | None, slips: bool, moves: bool) -> None:
    """Write the program that solves STUDY, with its description, for a browser or any other host of WebAssembly.

    The folder gets program.wasm and program.json; docs/reference/program.md says how to use them.
    """
    from backstop.base.files import folder_written_whole, write_new
    from backstop.base.json_text import json_text
    from backstop.base.words import clean
    from backstop.program.manifest import FILES, manifest
    from backstop.program.program import compile_program
    from backstop.scenario.study import load

    model = load(study)
    description, module = FILES
    # Opened before the work: a folder that cannot be written is found at once.
    with folder_written_whole(out, FILES) as folder:
        program = compile_program(model, information, slips, opening=moves)
        write_new(folder / module, program.wasm)
        write_new(folder / description, json_text(manifest(model, program)))
    click.echo(clean(f"written to {out.resolve()}"))
