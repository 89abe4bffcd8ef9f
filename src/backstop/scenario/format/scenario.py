"""The scenario file (`backstop/1`) as types: what may stand where, what must, and what each field means.

These types hold the shape alone: names are resolved and values judged in `check`. Field names are the keys of
the file (`from_`, `for_` and `in_` stand for `from`, `for` and `in`, which Python keeps for itself).
"""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from backstop.base.records import Record, as_tuple
from backstop.base.words import readable
from backstop.scenario.format.claims import Claim
from backstop.scenario.format.facts import Fact
from backstop.scenario.format.fields import (
    Expr,
    NameOrNames,
    Names,
    Number,
    NumberOrName,
    Pair,
    Short,
    Titled,
    Toned,
    Words,
)
from backstop.scenario.format.hidden_types import DEFAULT_BELIEFS, DEFAULT_GRID, Beliefs, HiddenType
from backstop.scenario.format.observations import Observation
from backstop.scenario.format.quantities import Parameter, Spread
from backstop.scenario.format.trees import OTHERWISE, Branch, Chance, Decision, Node, Offer
from backstop.scenario.format.units import total_unit

# Of the other modules of the format what is met together with the types below.
__all__ = [
    "OTHERWISE",
    "Branch",
    "Chance",
    "Decision",
    "Expr",
    "Fact",
    "HiddenType",
    "Offer",
    "Parameter",
    "Scenario",
    "Spread",
]

FORMAT = "backstop/1"
"""The mark at the head of every scenario file of this format."""

PERIODS_A_YEAR = {"month": 12, "quarter": 4, "half-year": 2, "year": 1}
"""Number of periods of each length in a year."""

PERIOD_YEARS = {period: 1.0 / number for period, number in PERIODS_A_YEAR.items()}
"""Length of a period in years."""

METRIC_KINDS = ("avoid", "reach", "occupy", "count", "duration", "value", "belief")
"""The seven kinds of metric; each metric is of one kind."""

PROBABILITIES = ("avoid", "reach", "occupy")
"""The kinds of metric that are probabilities."""

KINDS = {
    "actors": "actor",
    "facts": "fact",
    "phases": "phase",
    "trees": "tree",
    "outcomes": "outcome",
    "measures": "measure",
    "parameters": "parameter",
    "definitions": "definition",
    "metrics": "metric",
}
"""The sections that share one name space, and what one of each is called."""


class Horizon(Record):
    """How far ahead the scenario looks and in what steps."""

    years: Number = Field(description="Length of the horizon in years: a whole number of periods.")
    period: Literal["month", "quarter", "half-year", "year"] = Field(
        default="year", description="Length of one period."
    )
    tail_years: Number | None = Field(
        default=None,
        description="How many years after the horizon still count for what actors expect; left out: until "
        "nothing changes any more. 0: nothing after the horizon counts.",
    )

    @property
    def period_years(self) -> float:
        """Length of a period in years."""
        return PERIOD_YEARS[self.period]

    def years_at(self, period: int) -> float:
        """Years from the start of the horizon to the beginning of a period: no multiple of a rounded length."""
        return period / PERIODS_A_YEAR[self.period]

    @property
    def periods(self) -> int:
        """Number of periods within the horizon."""
        return round(self.years / self.period_years)

    def period_from(self, year: float) -> int | None:
        """Number of the period that begins with a year, to a hundredth of a period; None where none does."""
        at = year / self.period_years
        # Months have no short decimal: 0.083 will do for the second.
        near = round(at) if math.isfinite(at) else -1
        return near if 0 <= near < self.periods and abs(near - at) <= 0.01 else None

    @property
    def beginnings(self) -> str:
        """The years with which periods begin, as they are told: `0, 0.5, ... 3.5`."""
        return (
            f"0, {self.years_at(1):g}, ... {self.years_at(self.periods - 1):g}" if self.periods > 1 else "0"
        )

    @property
    def tail_periods(self) -> int | None:
        """Number of periods after the horizon, None where the tail runs until it settles."""
        return None if self.tail_years is None else round(self.tail_years / self.period_years)


class Actor(Record):
    """One who decides and has something at stake."""

    name: str = Field(
        default="", description="The name for people; the identifier made readable where left out."
    )
    short: Short = Field(default="", description="A label of at most 28 characters; the name where left out.")
    discount: Expr = Field(
        description="Discount factor per year in [0, 1): what a unit next year is worth now. A number or an "
        "expression of parameters."
    )
    noise: Expr = Field(
        description="Scale of the private payoff shocks, in units of payoff; 0: always the best move. A "
        "number or an expression of parameters."
    )
    slip_margin: Expr = Field(
        default=0.0,
        description="A move is a slip where it is worth less to the actor than its best move there by more than this, "
        "in units of payoff. A number or an expression of parameters.",
    )
    types: dict[Words, HiddenType] | None = Field(
        default=None,
        description="Two kinds of actor that it may be, of which only it knows which: a name for each and its share.",
    )
    beliefs: Beliefs = Field(
        default=DEFAULT_BELIEFS,
        description="What others know of its type: all (known), its share and never more (fixed), or what they learn "
        "from every move (bayes).",
    )
    grid: int = Field(
        default=DEFAULT_GRID,
        description="With bayes: on how many beliefs from 0 to 1 the value of the future is worked out.",
    )

    def titled(self, identifier: str) -> str:
        """The name, or the identifier made readable."""
        return self.name or readable(identifier)

    def labelled(self, identifier: str) -> str:
        """The short label, or the name."""
        return self.short or self.titled(identifier)


class Measure(Titled):
    """Something that can be promised: a lever with a level."""

    by: NameOrNames = Field(min_length=1, description="Who controls it: an actor or a list of actors.")
    unit: str = Field(default="", description="The unit of its level, for people.")
    range: Pair = Field(description="[lowest, highest] level; must contain 0, which means: not promised.")
    low: str = Field(default="", description="What its lowest level means, as a clause: no force stands by.")
    high: str = Field(default="", description="What its highest level means: a full force stands by.")
    default: Number = Field(default=0.0, description="Level in arrangements that do not name it.")
    in_phases: Names | None = Field(
        default=None,
        description="The phases in which it is in force; zero in any other. Left out: all phases.",
    )
    when: Expr | None = Field(
        default=None,
        description="A condition; zero wherever it is false. years counts from the start of the horizon.",
    )
    cap: Expr | None = Field(default=None, description="Its level is never above this expression.")
    cost: Expr | None = Field(
        default=None,
        description="Cost per year at the level in force, in cost_unit; not part of anybody's payoff.",
    )
    cost_unit: str = Field(
        default="", description="The unit of its cost, for people, without a year: cost is always per year."
    )
    evidence: NameOrNames = Field(default=(), description="Statements or propositions in which it is named.")
    note: str = Field(default="", description="A remark for the reader.")

    @property
    def total_unit(self) -> str:
        """The unit of its cost over a number of years: `cost_unit` without "a year"."""
        return total_unit(self.cost_unit)


class Arrangement(Titled):
    """A named package of measure levels."""

    measures: dict[Words, Number] = Field(
        default_factory=dict, description="Levels promised; a measure not named keeps its default."
    )
    note: str = Field(default="", description="A remark for the reader.")
    evidence: NameOrNames = Field(
        default=(), description="Statements or propositions in which it is proposed."
    )


class Phase(Toned):
    """A state of the relationship: what it pays per year, and what is played in it each period."""

    play: Branch | None = Field(
        default=None,
        description="What is played each period: the name of a tree, or a tree written in place.",
    )
    absorbing: bool = Field(default=False, description="true: once here, for ever here; nothing is played.")
    payoffs: dict[Words, Expr] = Field(
        default_factory=dict,
        description="What each actor gets per year while in this phase; 0 where left out.",
    )


class Outcome(Toned):
    """A leaf of a tree: what it pays once, and the phase that follows."""

    next: Words = Field(description="The phase that follows.")
    payoffs: dict[Words, Expr] = Field(
        default_factory=dict, description="What each actor gets once when this happens; 0 where left out."
    )
    sets: dict[Words, NumberOrName] = Field(
        default_factory=dict,
        description="Facts that it changes: to the name of a value, a number, or what an offer above it was.",
    )


class Given(Record):
    """The condition of a conditional metric: phases reached or avoided, a type of an actor, or both."""

    reach: Names | None = Field(default=None, description="Given that one of these phases has been reached.")
    avoid: Names | None = Field(default=None, description="Given that none of these phases has been reached.")
    where: Expr | None = Field(
        default=None, description="Only phases in which this formula over facts is true."
    )
    type: Words | None = Field(default=None, description="Given that an actor is of this type: ACTOR.TYPE.")


class Metric(Titled):
    """A number the study asks for; of exactly one kind."""

    avoid: Names | None = Field(default=None, description="Probability of never having been in these phases.")
    reach: Names | None = Field(
        default=None, description="Probability of having been in one of these phases."
    )
    occupy: Names | None = Field(
        default=None, description="Probability of being in one of these phases at the end."
    )
    count: Names | None = Field(default=None, description="Expected number of times these outcomes happen.")
    duration: Names | None = Field(default=None, description="Expected years spent in these phases.")
    value: Words | None = Field(
        default=None, description="What the future is worth to this actor at the start."
    )
    belief: Words | None = Field(
        default=None,
        description="Probability that others give, on average, to an actor being of this type: ACTOR.TYPE.",
    )
    where: Expr | None = Field(
        default=None,
        description="Only phases, or outcomes of phases, in which this formula over facts is true.",
    )
    from_: Words | None = Field(
        default=None, alias="from", description="The phase from which it is computed; left out: `start`."
    )
    by_year: Number | None = Field(
        default=None,
        description="The year up to which it counts, a whole number of periods; left out: the horizon.",
    )
    given: Given | None = Field(
        default=None,
        description="A condition up to the same year; a `value` metric can have a type alone.",
    )

    @property
    def kind(self) -> str:
        """Which of the seven kinds the metric is; empty where it has none."""
        return next((kind for kind in METRIC_KINDS if getattr(self, kind) is not None), "")


Correlation = Annotated[
    tuple[Words, Words, Number],
    BeforeValidator(as_tuple),
    WithJsonSchema(
        {
            "type": "array",
            "items": [
                {"type": "string"},
                {"type": "string"},
                {"type": "number", "minimum": -1, "maximum": 1},
            ],
            "minItems": 3,
            "maxItems": 3,
        }
    ),
]
"""Two parameters and their Spearman rank correlation."""

Correlations = Annotated[
    tuple[Correlation, ...], BeforeValidator(as_tuple, json_schema_input_type=list[Correlation])
]


class Scenario(Record):
    """A whole scenario file: what an analyst assumes about a conflict, and what is asked of it."""

    format: Literal["backstop/1"] = Field(description="Always backstop/1: the version of this format.")
    title: Words = Field(description="The title of the study.")
    question: str = Field(default="", description="One sentence, printed at the top of every result.")
    dossier: Words | None = Field(
        default=None, description="The folder of the dossier, relative to this file."
    )
    information: Literal["agent_error", "private_payoffs"] = Field(
        default="agent_error",
        description="What the payoff shocks are: errors of the actors (agent_error), or private payoffs that "
        "count (private_payoffs).",
    )
    horizon: Horizon = Field(description="How far ahead the scenario looks and in what steps.")
    actors: dict[Words, Actor] = Field(min_length=1, description="Who decides and has something at stake.")
    measures: dict[Words, Measure] = Field(
        default_factory=dict, description="What can be promised: the levers of an arrangement."
    )
    arrangements: dict[Words, Arrangement] = Field(
        min_length=1,
        description="Named packages of measure levels; the first is the one others are compared with.",
    )
    parameters: dict[Words, Parameter] = Field(
        default_factory=dict, description="Quantities nobody knows exactly, and what each rests on."
    )
    correlations: Correlations = Field(
        default=(), description="Spearman rank correlations of parameters: [one, other, correlation]."
    )
    definitions: dict[Words, Expr] = Field(
        default_factory=dict, description="Named expressions, in any order, without cycles."
    )
    facts: dict[Words, Fact] = Field(
        default_factory=dict, description="What lasts: promises given, clocks, terms agreed."
    )
    start: Words = Field(description="The phase in which the scenario starts.")
    phases: dict[Words, Phase] = Field(min_length=1, description="The states of the relationship.")
    trees: dict[Words, Node] = Field(default_factory=dict, description="Named trees of moves.")
    outcomes: dict[Words, Outcome] = Field(
        min_length=1, description="The leaves of the trees: what happens, what it pays, what follows."
    )
    metrics: dict[Words, Metric] = Field(min_length=1, description="The numbers the study asks for.")
    observations: dict[Words, Observation] = Field(
        default_factory=dict,
        description="Records that the worlds must respect: shares over many conflicts, or what was seen of "
        "this one.",
    )
    claims: dict[Words, Claim] = Field(
        default_factory=dict, description="Claims to be judged world by world."
    )
