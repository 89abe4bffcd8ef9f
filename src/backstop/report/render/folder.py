"""The folder of a report: its page, and every other format that was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from backstop.base.faults import InvalidInput
from backstop.base.files import RESULTS, folder_written_whole
from backstop.base.words import did_you_mean
from backstop.report.content import Report

FORMATS = ("html", "md", "json", "pdf", "docx", "svg", "png")
"""What a report can be written as; a page is always there."""


def known_formats(names: Iterable[str]) -> tuple[str, ...]:
    """`names` without repetitions. Raises InvalidInput for a format that there is none of, or where none is named."""
    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in FORMATS:
            raise InvalidInput(f"{name}: {did_you_mean(name, FORMATS, 'format')}")
    if not wanted:
        raise InvalidInput(f"name one or more of {', '.join(FORMATS)}")
    return wanted


def write_report(content: Report, out: Path, formats: tuple[str, ...], name: str = "report") -> None:
    """Write a report into the folder `out`, whole or not at all; an earlier folder of results is replaced.

    Raises InvalidInput where the folder holds anything else or cannot be written.
    """
    with folder_written_whole(out, RESULTS) as folder:
        write(content, folder, formats, name)


def write(
    content: Report,
    folder: Path,
    formats: tuple[str, ...],
    name: str = "report",
    alive: Callable[[str], str] | None = None,
) -> None:
    """The report in every format asked for, in files called `name`, which is "report" or "brief".

    A page is always there: it marks the folder as the program's own. `alive` makes a live page of a printed one.
    """
    from backstop.base.files import write_atomically, write_new
    from backstop.report.render.figures import png, svg
    from backstop.report.render.html import html

    page = folder / f"{name}.html"
    write_new(page, html(content))
    if "pdf" in formats:
        from backstop.report.render.pdf import pdf

        write_new(folder / f"{name}.pdf", pdf(page))
    if alive is not None:
        # After printing, which needs no more than the printed page.
        write_atomically(page, alive(html(content)))
    if "docx" in formats:
        from backstop.report.render.word import docx

        write_new(folder / f"{name}.docx", docx(content))
    if "md" in formats:
        from backstop.report.render.markdown import markdown

        pictures = "svg" if "svg" in formats else None
        write_new(folder / f"{name}.md", markdown(content, pictures))
    if "json" in formats:
        from backstop.base.json_text import json_text
        from backstop.report.render.json import as_json

        write_new(folder / f"{name}.json", json_text(as_json(content)))
    for kind in ("svg", "png"):
        if kind in formats:
            (folder / kind).mkdir()
            for figure in content.figures():
                target = folder / kind / f"{figure.name}.{kind}"
                write_new(target, png(figure) if kind == "png" else svg(figure))
