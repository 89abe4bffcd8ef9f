"""A report as one HTML page: nothing fetched, everything escaped, pictures drawn in place.

The page has one script of its own, which makes a PNG of a figure when asked; its policy allows no other.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from backstop.base.table import Table
from backstop.base.words import clean, slug
from backstop.report.content import Code, Entry, Figure, Items, Paragraph, Report
from backstop.report.render import figures

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
    environment.filters["pictures"] = figures.pictures
    environment.filters["links"] = figures.links
    environment.globals["colours"] = figures.colours()
    environment.globals["script"] = Markup(figures.SCRIPT)
    environment.globals["script_hash"] = script_hash()
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


def script_hash() -> str:
    """The hash by which the policy of the page knows its script."""
    return base64.b64encode(hashlib.sha256(figures.SCRIPT.encode()).digest()).decode()
