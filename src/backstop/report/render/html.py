"""A report as one HTML page: nothing fetched, no script, everything escaped, pictures drawn in place."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from backstop.base.table import Table
from backstop.base.words import clean, slug
from backstop.report.charts import style
from backstop.report.content import Code, Entry, Figure, Items, Paragraph, Report

_KINDS = {
    Paragraph: "paragraph",
    Items: "items",
    Entry: "entry",
    Code: "code",
    Figure: "figure",
    Table: "table",
}


def html(report: Report) -> str:
    """The page as text."""
    return _template().render(report=report)


@cache
def _template() -> Template:
    source = resources.files("backstop.report").joinpath("templates/report.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, finalize=_finalize
    )
    environment.filters["kind"] = lambda block: _KINDS[type(block)]
    environment.filters["picture"] = picture
    environment.filters["slug"] = slug
    environment.filters["textual"] = textual
    return environment.from_string(source)


def _finalize(value: object) -> object:
    """Every text that reaches the page is rid of control characters first; escaping follows."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def textual(table: Table) -> bool:
    """Whether the cells of a table are words, to be set flush left."""
    cells = [cell for row in table.rows for cell in row[1:]]
    return sum(any(c.isalpha() for c in cell) for cell in cells) > len(cells) / 2


_IDENTIFIER = re.compile(r'\b(id="|url\(#|xlink:href="#|href="#)([A-Za-z_][\w-]*)')
_ROOT = re.compile(r"<svg\b[^>]*>", re.DOTALL)
_SIZE = re.compile(r'\b(width|height|viewBox)="([^"]*)"')
_ARIA = re.compile(r'\s(?:role|aria-[a-z]+)="[^"]*"')


def picture(figure: Figure) -> Markup:
    """The figure's SVG for a page that has others: names of its own, one role, and the alternative as its label.

    The SVG comes from the chart library, which escapes all text in it.
    """
    prefix = slug(figure.name)
    drawn = style.svg(figure.specification)
    drawn = _IDENTIFIER.sub(lambda match: f"{match[1]}{prefix}-{match[2]}", drawn)
    drawn = _ARIA.sub("", drawn)
    sizes = dict(_SIZE.findall(_ROOT.search(drawn)[0]))  # type: ignore[index]
    box = sizes.get("viewBox") or f"0 0 {sizes.get('width', '700')} {sizes.get('height', '400')}"
    width = float(sizes.get("width", "700"))
    head = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{}" width="{}" aria-label="{}">'
    ).format(box, f"{width:g}", clean(figure.alternative))
    return head + Markup(_ROOT.sub("", drawn, count=1))
