"""A result that was written to disk, read again: its figures as they stand in the JSON, its worlds as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backstop.base.faults import InvalidInput, Place
from backstop.base.files import read_file
from backstop.base.json_text import json_value
from backstop.base.optional import needed
from backstop.base.shown import Shown, Sketch
from backstop.base.table import Table
from backstop.base.words import counted, number, supported
from backstop.worlds.result import FORMAT
from backstop.worlds.shown.labelled import summary_frame

if TYPE_CHECKING:
    import pandas

RESULT = "result.json"
"""The name of a result in the folder that `--out` names."""

MOST_BYTES = 200 << 20
"""Largest result that is read."""

_FIRST = 4
_NUMBERS = ("seed", "worlds", "effective_worlds")


@dataclass(frozen=True, slots=True, repr=False)
class SavedResult(Shown):
    """A result from a file. `data`: its JSON, `backstop-result/1`; `source`: the file."""

    data: Mapping[str, Any]
    source: Path = field(compare=False)

    @property
    def title(self) -> str:
        """The title of the study."""
        return str(self.data.get("title", ""))

    @property
    def worlds(self) -> int:
        """How many worlds were solved."""
        return int(self.data["worlds"])

    @property
    def metrics(self) -> Mapping[str, Mapping[str, Mapping[str, float | None]]]:
        """Figures by arrangement and metric: `mean`, `se`, `q05` and so on."""
        return {name: of["metrics"] for name, of in self.data["arrangements"].items()}

    def as_dict(self) -> Mapping[str, Any]:
        """The JSON as it was read."""
        return self.data

    def sketch(self) -> Sketch:
        """What a notebook shows of it."""
        metrics = list(next(iter(self.metrics.values())))
        rows = tuple(
            (name, *(_interval(of[metric]) for metric in metrics[:_FIRST]))
            for name, of in self.metrics.items()
        )
        every = tuple(
            (metric, *(number(of[metric]["mean"], of[metric]["se"]) for of in self.metrics.values()))
            for metric in metrics
        )
        lines = (
            *([str(self.data["question"])] if self.data.get("question") else []),
            f"{counted(self.worlds, 'world')}, seed {self.data['seed']}, read from {self.source.name}",
        )
        note = "Mean over worlds (nine worlds of ten lie between)."
        return Sketch(
            self.title,
            lines,
            (
                Table("What each arrangement gives", ("", *metrics[:_FIRST]), rows, note),
                Table("All metrics", ("", *self.metrics), every, "Mean over worlds."),
            ),
        )

    def to_pandas(self, worlds: bool = False) -> pandas.DataFrame:
        """A row for each arrangement and metric; with `worlds` the table of worlds that was saved beside it.

        Needs the extra `notebook`. Raises InvalidInput where no worlds were saved.
        """
        if not worlds:
            return summary_frame(self.data)
        table = self.source.parent / "worlds.parquet"
        if not table.is_file():
            raise InvalidInput(
                "the worlds of this result were not saved",
                place=Place(str(table)),
                hint="assess with --out DIR",
            )
        import duckdb

        needed("pandas", "a data frame", "notebook")
        try:
            with duckdb.connect() as connection:
                return connection.read_parquet(str(table)).df()
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise InvalidInput(f"this table cannot be read ({reason})", place=Place(str(table))) from None


def read_result(path: str | Path) -> SavedResult:
    """The result in a folder that `--out` or `save` wrote, or in a file with the JSON of `backstop assess`.

    Raises InvalidInput for what is no such result.
    """
    file = Path(path)
    if file.is_dir():
        file = file / RESULT
    where = Place(str(file))
    hint = "name a folder that backstop assess --out wrote, or the JSON of backstop assess --json"
    data = read_file(file, MOST_BYTES, hint)
    try:
        found = json_value(data.decode("utf-8"))
    except ValueError as error:
        raise InvalidInput(f"this is no sound JSON ({error})", place=where, hint=hint) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InvalidInput(f"this is no result (its format is not {FORMAT})", place=where, hint=hint)
    reason = _unsound(found)
    if reason:
        raise InvalidInput(f"this result is not whole: {reason}", place=where, hint=hint)
    return SavedResult(found, file)


def is_result(path: str | Path) -> bool:
    """Whether a path names a result and not a study."""
    at = Path(path)
    if at.is_dir():
        return (at / RESULT).is_file() and not (at / "scenario.yaml").is_file()
    return at.suffix.lower() == ".json"


def _unsound(data: Mapping[str, Any]) -> str:
    """What is missing or wrong in the JSON of a result; empty where it is sound."""
    for name in _NUMBERS:
        if not _is_number(data.get(name)):
            return f"{name} is no number"
    if not isinstance(data.get("information"), str):
        return "information is no word"
    arrangements = data.get("arrangements")
    if not isinstance(arrangements, dict) or not arrangements:
        return "it has no arrangements"
    names: set[str] | None = None
    for arrangement, of in arrangements.items():
        metrics = of.get("metrics") if isinstance(of, dict) else None
        if not isinstance(metrics, dict) or not metrics:
            return f"arrangement {arrangement} has no metrics"
        if names is not None and names != set(metrics):
            return f"arrangement {arrangement} has other metrics than the first one"
        names = set(metrics)
        for metric, figures in metrics.items():
            for part in ("mean", "se", "q05", "q95"):
                value = figures.get(part, "") if isinstance(figures, dict) else ""
                if value is not None and not _is_number(value):
                    return f"{arrangement}, {metric}: {part} is no number"
    claims = data.get("claims", {})
    if not isinstance(claims, dict) or not all(isinstance(each, dict) for each in claims.values()):
        return "its claims are no mapping"
    return ""


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _interval(of: Mapping[str, float | None]) -> str:
    mean, low, high = of["mean"], of["q05"], of["q95"]
    if mean is None or low is None or high is None:
        return "no value"
    said = supported(mean, of["se"])
    return said if low == high else f"{said} ({supported(low, None, 2)} to {supported(high, None, 2)})"
