"""`backstop compile`: a study as a program for hosts other than this one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from backstop.game.choice import Information

# What the folder holds; the first of them marks it as the program's own.
FILES = ("program.json", "program.wasm")


@click.command()
@click.argument("study", metavar="STUDY")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder to write.")
@click.option(
    "--information",
    type=click.Choice(["agent_error", "private_payoffs"]),
    help="What the payoff shocks are, in place of the study's own choice.",
)
@click.option(
    "--slips", is_flag=True, help="Also tell how far events come with moves against one's own ranking."
)
def compile(study: str, out: Path, information: Information | None, slips: bool) -> None:
    """Write STUDY as a WebAssembly module that solves its worlds in any host, and a description of it.

    The module needs nothing from its host and gives the same bits everywhere.
    """
    from backstop.base.files import folder_written_whole
    from backstop.base.json_text import json_text
    from backstop.program.manifest import MODULE, manifest
    from backstop.program.program import compile_program
    from backstop.scenario.study import load

    model = load(study)
    program = compile_program(model, information, slips=slips)
    with folder_written_whole(out, FILES) as folder:
        (folder / MODULE).write_bytes(program.wasm)
        (folder / "program.json").write_text(json_text(manifest(program, model)), encoding="utf-8")
    click.echo(f"written to {out.resolve()}")
