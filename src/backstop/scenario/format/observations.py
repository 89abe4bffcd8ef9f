"""Observations as they stand in the scenario file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from backstop.base.records import Record
from backstop.scenario.format.fields import Expr, Names, Number, Words
from backstop.scenario.format.quantities import Spread


class Among(Record):
    """The cases that a record is of: those in which something happened. Exactly one of reach and avoid."""

    reach: Names | None = Field(default=None, description="Cases in which one of these phases was reached.")
    avoid: Names | None = Field(default=None, description="Cases in which none of these phases was reached.")
    where: Expr | None = Field(
        default=None, description="Only phases in which this formula over facts is true."
    )


class Observation(Record):
    """A record that the worlds must respect: a share over many conflicts, or something seen of this one."""

    metric: Words = Field(description="The metric that was observed.")
    arrangement: Words = Field(description="The arrangement under which it was observed.")
    level: Literal["population", "case"] = Field(
        default="population",
        description="population: a share over many conflicts, which the mean over worlds should meet. case: seen of "
        "this very conflict, a likelihood world by world.",
    )
    observed: Spread = Field(
        description="What was observed, with its uncertainty; k of n like cases is beta: [k + 1, n - k + 1]. For level "
        "case the likelihood over the metric."
    )
    among: Among | None = Field(
        default=None,
        description="The cases that the record is of: those in which this happened in the study's own course. The "
        "metric is taken on this condition. Level population only.",
    )
    by_year: Number | None = Field(
        default=None,
        description="The year as of which the metric was observed, a whole number of periods; left out: the metric's.",
    )
    source: str = Field(default="", description="Where the record comes from.")
    note: str = Field(default="", description="A remark for the reader.")
