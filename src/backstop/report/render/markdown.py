"""A report as Markdown: the same words, with figures as their text and numbers."""

from __future__ import annotations

import re

from backstop.base.table import Table
from backstop.base.words import clean
from backstop.report.content import Block, Code, Entry, Figure, Items, Paragraph, Report

# What Markdown or HTML inside it would act on; a backslash takes the meaning away.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$&])")


def markdown(report: Report, pictures: str | None = None) -> str:
    """The report as Markdown text; `pictures` is the folder of SVG files beside it, where they are written."""
    lines = [f"# {escaped(report.title)}", ""]
    if report.question:
        lines += [escaped(report.question), ""]
    for at, section in enumerate(report.sections):
        lines += [f"## {escaped(section.title)}", ""]
        for block in section.blocks:
            lines += [*_block(block, pictures), ""]
        if at == 0:
            lines += [f"How it was computed: {'; '.join(escaped(fact) for fact in report.facts)}.", ""]
    if report.left_out:
        lines += ["Left out: " + " ".join(escaped(reason) for reason in report.left_out), ""]
    return "\n".join(lines)


def escaped(text: str) -> str:
    """Text as it stands, on one line, with nothing that Markdown would read as markup."""
    return _SPECIAL.sub(r"\\\1", " ".join(clean(text).split()))


def _block(block: Block, pictures: str | None) -> list[str]:
    match block:
        case Paragraph():
            return [f"**{escaped(block.text)}**" if block.lead else escaped(block.text)]
        case Items():
            return [
                f"{f'{i}.' if block.ordered else '-'} {escaped(item)}"
                for i, item in enumerate(block.items, 1)
            ]
        case Entry():
            return _entry(block)
        case Code():
            label = [f"{escaped(block.label)}:", ""] if block.label else []
            return [*label, *(f"    {line}" for line in clean(block.text).splitlines())]
        case Figure():
            return _figure(block, pictures)
        case Table():
            return _table(block)


def _entry(entry: Entry) -> list[str]:
    mark = f" ({escaped(entry.mark)})" if entry.mark else ""
    lines = [f"### {escaped(entry.title)}{mark}", ""]
    if entry.text:
        lines += [escaped(entry.text), ""]
    for label, text, formula in entry.lines:
        lines.append(f"- *{escaped(label)}*: {escaped(text)}" + (f" {_code(formula)}" if formula else ""))
    return lines


def _code(text: str) -> str:
    """Text between more backticks than it holds."""
    plain = " ".join(clean(text).split())
    longest = max((len(run) for run in re.findall("`+", plain)), default=0)
    ticks = "`" * (longest + 1)
    return f"{ticks} {plain} {ticks}" if longest else f"{ticks}{plain}{ticks}"


def _figure(figure: Figure, pictures: str | None) -> list[str]:
    lines = [f"**Figure. {escaped(figure.title)}**", "", escaped(figure.definition), ""]
    if pictures is not None:
        lines += [f"![{escaped(figure.alternative)}]({pictures}/{figure.name}.svg)", ""]
    else:
        lines += [escaped(figure.alternative), ""]
    lines.append(escaped(f"{figure.source} {figure.note}".strip()))
    if figure.table is not None:
        lines += ["", *_table(figure.table)]
    return lines


def _table(table: Table) -> list[str]:
    lines = [f"**{escaped(table.title)}**", ""]
    lines.append("| " + " | ".join(escaped(c) or " " for c in table.columns) + " |")
    lines.append("|" + "---|" * len(table.columns))
    lines += ["| " + " | ".join(escaped(c) or " " for c in row) + " |" for row in table.rows]
    if table.note:
        lines += ["", escaped(table.note)]
    return lines
