"""Claims as they stand in the scenario file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from backstop.base.records import Record
from backstop.scenario.format.fields import Expr, NameOrNames, Names, Words

CLAIM_KINDS = ("necessary", "sufficient", "raises", "lowers", "complements", "threshold", "holds")
"""The seven kinds of claim; each claim is of one kind."""


class Requirement(Record):
    """That measures are needed, or enough, for a condition to be met."""

    measures: Names = Field(description="The measures the claim is about.")
    for_: Expr = Field(alias="for", description="The condition: a comparison over metrics and parameters.")


class Effect(Record):
    """That measures raise or lower a metric."""

    measures: Names = Field(description="The measures the claim is about.")
    metric: Words = Field(description="The metric that is raised or lowered.")


class Complementarity(Record):
    """That two measures together do more than the sum of what each does alone."""

    measures: Names = Field(min_length=2, max_length=2, description="The two measures.")
    metric: Words = Field(description="The metric in which the joint effect is measured.")
    in_: Words = Field(alias="in", description="The arrangement in which the two measures are varied.")
    scale: Literal["probability", "log_hazard"] = Field(
        default="probability",
        description="On which scale effects add up: the metric itself (probability), or the logarithm of the hazard "
        "of the event that the metric reaches or avoids (log_hazard).",
    )


class Threshold(Record):
    """That some level of a measure is enough for a condition; the smallest such level is found."""

    measure: Words = Field(description="The measure whose level is varied over its range.")
    for_: Expr = Field(alias="for", description="The condition: a comparison over metrics and parameters.")
    in_: Words = Field(alias="in", description="The arrangement in which the level is varied.")


class Statement(Record):
    """That an expression over metrics and parameters is true in an arrangement."""

    in_: Words = Field(alias="in", description="The arrangement for which it is said.")
    that: Expr = Field(description="The expression over metrics and parameters that must be true.")


class Claim(Record):
    """A claim about the conflict, judged world by world; of exactly one kind."""

    text: str = Field(default="", description="The claim in your own words.")
    evidence: NameOrNames = Field(
        default=(), description="Statements or propositions in which the claim is made."
    )
    necessary: Requirement | None = Field(
        default=None,
        description="Without the measures nothing meets the condition, and with them something does.",
    )
    sufficient: Requirement | None = Field(
        default=None, description="Every arrangement with the measures meets the condition."
    )
    raises: Effect | None = Field(
        default=None, description="The measures raise the metric wherever they are used."
    )
    lowers: Effect | None = Field(
        default=None, description="The measures lower the metric wherever they are used."
    )
    complements: Complementarity | None = Field(
        default=None, description="The two measures together do more than the sum of each alone."
    )
    threshold: Threshold | None = Field(
        default=None, description="The smallest level of a measure that meets the condition."
    )
    holds: Statement | None = Field(default=None, description="An expression is true in an arrangement.")
    note: str = Field(default="", description="A remark for the reader.")

    @property
    def kind(self) -> str:
        """Which of the seven kinds the claim is; empty where it has none."""
        return next((kind for kind in CLAIM_KINDS if getattr(self, kind) is not None), "")
