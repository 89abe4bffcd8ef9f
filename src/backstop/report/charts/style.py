"""How every figure looks, and how it is furnished with title, subtitle and footer and drawn.

Colours are those of Okabe and Ito (2008), which most colour-blind readers tell apart; no figure leaves a distinction
to colour alone, so that all of them can be read when printed in black and white.
"""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from backstop.base.table import Table
from backstop.base.words import clean
from backstop.report.content import Figure, Specification
from backstop.report.drawing.sheet import Sheet

if TYPE_CHECKING:
    from types import ModuleType

    import altair

    from backstop.report.content import Chart

T = TypeVar("T")

BLUE, ORANGE, GREEN, PURPLE, SKY, AMBER = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
INK, QUIET, RULE, PAPER = "#1c1c1c", "#5a5a5a", "#d9d9d6", "#ffffff"
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
WIDTH = 700
"""Width of a whole figure in pixels: that of the text of a page of A4."""

LINE = 13
"""Height of a line of label text in pixels."""

_SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"

LEGEND: Specification = {
    "labelColor": INK,
    "titleColor": QUIET,
    "titleFontWeight": "normal",
    "labelFontSize": 11,
    "titleFontSize": 11,
    "labelLimit": 300,
}
CONFIG: Specification = {
    "background": PAPER,
    "font": FONT,
    "padding": 6,
    "view": {"stroke": None},
    "axis": {
        "labelColor": INK,
        "titleColor": QUIET,
        "titleFontWeight": "normal",
        "titleFontSize": 11,
        "labelFontSize": 11,
        "gridColor": RULE,
        "domainColor": QUIET,
        "tickColor": QUIET,
        "labelLimit": 230,
    },
    "header": {
        "labelColor": INK,
        "titleColor": INK,
        "labelFontSize": 12,
        "labelFontWeight": "bold",
        "labelAnchor": "start",
    },
    "legend": LEGEND,
    "title": {
        "anchor": "start",
        "color": INK,
        "fontSize": 12,
        "fontWeight": "bold",
        "subtitleColor": QUIET,
        "subtitleFontSize": 11,
    },
}


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most about `width` characters."""
    return textwrap.wrap(text, width, break_long_words=True) or [""]


def numbered(count: int, total: int) -> str:
    """A short key for the parts of a stack: letters, so that segments are told apart without colour."""
    return chr(ord("A") + count) if total <= 26 else str(count + 1)


def specification(chart: Chart) -> Specification:
    """The chart as Vega-Lite in the house style, without furniture."""
    plain: dict[str, object] = chart.to_dict(validate=False)
    plain["$schema"] = _SCHEMA
    plain["config"] = dict(CONFIG)
    return plain


def charted(make: Callable[[], T]) -> T:
    """What `make` builds of charts. Raises what it raises."""
    from altair.utils.schemapi import debug_mode

    # Each part of a chart would be checked against the schema of Vega-Lite, and again as a part of any other.
    with debug_mode(False):
        return make()


def figure(
    chart: Callable[[], Chart],
    drawn: Callable[[float], Sheet],
    name: str,
    *,
    title: str,
    definition: str,
    source: str,
    note: str = "",
    alternative: str,
    table: Table | None = None,
    charted: bool = True,
) -> Figure:
    """A finished figure from what makes its Altair chart, and from the same as it is drawn for a page."""
    return Figure(name, title, definition, source, note, alternative, chart, drawn, table, charted)


def _head_and_foot(of: Figure) -> tuple[dict[str, object], dict[str, object]]:
    """Title and subtitle above a figure, source and note beneath it."""
    lines = wrapped(of.source, 112) + (wrapped(of.note, 112) if of.note else [])
    head: dict[str, object] = {
        "text": wrapped(of.title, 84),
        "subtitle": wrapped(of.definition, 112),
        "fontSize": 15,
        "subtitleFontSize": 11.5,
        "offset": 12,
        "anchor": "start",
    }
    foot: dict[str, object] = {
        "text": lines,
        "orient": "bottom",
        "anchor": "start",
        "fontSize": 10,
        "fontWeight": "normal",
        "color": QUIET,
        "offset": 12,
    }
    return head, foot


def complete(of: Figure) -> altair.VConcatChart:
    """A figure as an object of Altair, with all that `furnished` draws in."""
    import altair

    head, foot = _head_and_foot(of)

    def whole() -> altair.VConcatChart:
        inner = altair.vconcat(of.chart()).properties(title=head)
        return altair.vconcat(inner, description=of.alternative).properties(title=foot).configure(**CONFIG)

    return charted(whole)


def furnished(of: Figure) -> Specification:
    """The specification with title, subtitle, source and note drawn in, to stand on its own."""
    inner = dict(charted(lambda: specification(of.chart())))
    inner.pop("$schema", None)
    inner.pop("config", None)
    # Data sets are named by altair at the top; they must stay there.
    datasets = inner.pop("datasets", None)
    head, foot = _head_and_foot(of)
    whole: dict[str, object] = {
        "$schema": _SCHEMA,
        "description": of.alternative,
        "config": dict(CONFIG),
        "title": foot,
        "vconcat": [{"title": head, "vconcat": [inner]}],
    }
    if datasets is not None:
        whole["datasets"] = datasets
    return whole


@functools.cache
def _converter() -> ModuleType:
    import vl_convert

    return vl_convert


def _harmless(value: object) -> Any:
    """A specification without control characters and marks of direction in its texts."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {_harmless(key): _harmless(each) for key, each in value.items()}
    return [_harmless(each) for each in value] if isinstance(value, list | tuple) else value


def svg(specification: Specification) -> str:
    """A specification as SVG text; nothing is fetched."""
    found: str = _converter().vegalite_to_svg(_harmless(specification), allowed_base_urls=[])
    return found


def png(specification: Specification, scale: float = 2.0) -> bytes:
    """A specification as PNG bytes; nothing is fetched."""
    found: bytes = _converter().vegalite_to_png(_harmless(specification), scale=scale, allowed_base_urls=[])
    return found


def row_labels(names: Sequence[str], y: altair.Y, width: int = 42) -> list[altair.Chart]:
    """Labels left of the rows, in as many lines as they need, centred on the row (the axis draws none).

    `y` is the encoding of the rows by the field `label`.
    """
    import altair

    return labels({name: name for name in names}, width, x=altair.value(-8), y=y)


def column_heads(names: Sequence[str], x: altair.X, width: int) -> list[altair.Chart]:
    """Heads above columns, in as many lines as they need, standing on the same line.

    `x` is the encoding of the columns by the field `label`.
    """
    import altair

    heads = {name: name for name in names}
    return labels(heads, width, align="center", standing=True, x=x, y=altair.value(0))


def labels(
    texts: Mapping[str, str] | Mapping[int, str],
    width: int,
    *,
    align: str = "right",
    standing: bool = False,
    fields: tuple[str, str] = ("label", "line"),
    **at: Any,
) -> list[altair.Chart]:
    """Texts by row or column in lines of `width`: centred on it, or `standing` on its edge.

    `at` are the encodings of place; `fields` name the row or column and the text of a line in them.
    """
    import altair

    placed: dict[float, list[dict[str, str | int]]] = {}
    for key, text in texts.items():
        lines = wrapped(text, width)
        for n, line in enumerate(lines):
            dy = LINE * (n - len(lines) + 1) - 10 if standing else LINE * (n - (len(lines) - 1) / 2)
            placed.setdefault(dy, []).append({fields[0]: key, fields[1]: line})
    return [
        altair.Chart(data(of))
        .mark_text(align=align, baseline="bottom" if standing else "middle", dy=dy, fontSize=11, color=INK)
        .encode(**at, text=f"{fields[1]}:N")
        for dy, of in sorted(placed.items())
    ]


def rows(drawn: Sequence[Chart], columns: int, spacing: int) -> list[altair.HConcatChart]:
    """Small charts in rows of `columns`, with so many pixels between them."""
    import altair

    return [
        altair.hconcat(*drawn[at : at + columns], spacing=spacing) for at in range(0, len(drawn), columns)
    ]


def data(records: Sequence[Mapping[str, object]]) -> altair.Data:
    """Records as inline data of a chart."""
    import altair

    shared = altair.Data(values=[dict(record) for record in records])
    # Charts are copied whenever they are layered or laid side by side; their data, most of them, need not be.
    object.__setattr__(shared, "__deepcopy__", lambda _: shared)
    return shared
