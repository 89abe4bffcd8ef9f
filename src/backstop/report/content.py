"""A report as plain data: sections of a few kinds of blocks.

HTML, Markdown and JSON come from the same value, so that they cannot say different things.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from backstop.base.table import Table
from backstop.report.drawing.sheet import Sheet

if TYPE_CHECKING:
    import altair

    Chart: TypeAlias = altair.LayerChart | altair.HConcatChart | altair.VConcatChart

FORMAT = "backstop-report/1"
Specification = Mapping[str, object]
"""A picture in Vega-Lite."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text. `lead` marks the one sentence of a section that a hurried reader needs."""

    text: str
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list of short texts, numbered where their order matters."""

    items: tuple[str, ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing with its parts: a heading, a mark beside it, text, and labelled lines (label, text, formula).

    `formula` is exact text for those who check the words against it; empty where there is none.
    """

    title: str
    mark: str = ""
    text: str = ""
    lines: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Text to be typed or compared letter by letter."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """A figure: its finding as title, what is shown as subtitle, source and note, and the picture in words.

    `drawn` is the picture alone, as it is drawn for the width in pixels of a page or of a phone; `chart` makes the
    same picture as an object of Altair, for notebooks and Vega-Lite. `table` holds the numbers behind it. A map or a
    tree is not `charted`: its chart shows the numbers behind it in another way than it is drawn.
    """

    name: str
    title: str
    definition: str
    source: str
    note: str
    alternative: str
    chart: Callable[[], Chart] = field(repr=False)
    drawn: Callable[[float], Sheet] = field(repr=False)
    table: Table | None = None
    charted: bool = True


Block = Paragraph | Items | Entry | Code | Figure | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under a heading; `name` is its anchor. An `annex` is looked up and not read through."""

    name: str
    title: str
    blocks: tuple[Block, ...]
    annex: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. `facts` say how it was computed; `left_out` says which sections have nothing, and why.

    `source` is the line under its figures, which a page says once; `exact` is what machines read instead of the
    prose: the figures in full doubles.
    """

    title: str
    question: str
    facts: tuple[str, ...]
    sections: tuple[Section, ...]
    left_out: tuple[str, ...] = ()
    exact: Mapping[str, object] = field(default_factory=dict, repr=False)
    source: str = ""

    def figures(self) -> Iterator[Figure]:
        """All figures in their order."""
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Figure):
                    yield block
