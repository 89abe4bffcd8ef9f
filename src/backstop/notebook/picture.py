"""A picture of the report that no chart holds, such as a map of phases: shown in a notebook, and saved."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from backstop.base.faults import InvalidInput
from backstop.base.files import write_atomically
from backstop.base.shown import table_frame
from backstop.base.words import clean
from backstop.report.content import Figure
from backstop.report.render.figures import comma_separated, png, svg

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True, slots=True, repr=False)
class Picture:
    """A figure of the report as it is drawn there, with its finding, what it shows, its source and its note."""

    figure: Figure

    def svg(self) -> str:
        """The picture as an SVG document."""
        return svg(self.figure)

    def png(self, scale: float = 2.0) -> bytes:
        """The picture as PNG bytes, `scale` pixels to one of the drawing."""
        return png(self.figure, scale)

    def save(self, path: str | Path) -> Path:
        """Write the picture, by the ending of `path`: .svg, .png, or .csv for the numbers behind it. Returns the path.

        Raises InvalidInput for another ending, and for numbers where there are none.
        """
        target = Path(path)
        kind = target.suffix.lower()
        if kind == ".svg":
            write_atomically(target, self.svg().encode())
        elif kind == ".png":
            write_atomically(target, self.png())
        elif kind == ".csv":
            numbers = comma_separated(self.figure)
            if not numbers:
                raise InvalidInput(f"no numbers stand behind the picture {self.figure.name}")
            write_atomically(target, ("\ufeff" + numbers).encode())
        else:
            raise InvalidInput(
                f"{target.name}: a picture is saved as .svg, .png or .csv", hint="give one of these endings"
            )
        return target

    def to_pandas(self) -> pandas.DataFrame:
        """The numbers behind the picture, a row each. Raises InvalidInput where there are none."""
        return table_frame([] if self.figure.table is None else [self.figure.table])

    def __repr__(self) -> str:
        return clean(
            f"{self.figure.title}\n{self.figure.definition}\n(.save('{self.figure.name}.svg') or .png)"
        )

    def _repr_svg_(self) -> str:
        return self.svg()

    def _repr_html_(self) -> str:
        # As an image of its own, whose style rules reach nothing else on the page.
        drawn = base64.b64encode(self.svg().encode()).decode()
        said = escape(clean(f"{self.figure.title}. {self.figure.alternative}"), quote=True)
        return f'<img alt="{said}" style="max-width:100%" src="data:image/svg+xml;base64,{drawn}">'
