"""Uncertain quantities as they stand in the scenario file: parameters, camps of experts, likelihoods."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from backstop.base.records import Record
from backstop.base.words import readable
from backstop.scenario.format.fields import NameOrNames, Number, Numbers, Pair, Short, Words

DISTRIBUTION_KINDS = (
    "uniform",
    "triangular",
    "pert",
    "normal",
    "lognormal",
    "beta",
    "loguniform",
    "discrete",
)
"""Distributions given by their arguments alone."""


class Spread(Record):
    """A fixed value or one distribution."""

    value: Number | None = Field(default=None, description="A fixed value: no uncertainty.")
    uniform: Numbers | None = Field(default=None, description="[lowest, highest]: all values alike.")
    triangular: Numbers | None = Field(
        default=None, description="[lowest, most likely, highest], straight sides."
    )
    pert: Numbers | None = Field(
        default=None, description="[lowest, most likely, highest]: a smooth beta with lambda 4."
    )
    normal: Numbers | None = Field(
        default=None, description="[mean, standard deviation]; cut by `bounds` if given."
    )
    bounds: Pair | None = Field(default=None, description="[lowest, highest]: where `normal` is cut off.")
    lognormal: Numbers | None = Field(default=None, description="[mu, sigma] of the natural logarithm.")
    beta: Numbers | None = Field(default=None, description="[a, b] of the beta distribution on [0, 1].")
    loguniform: Numbers | None = Field(
        default=None, description="[lowest, highest], both positive: all orders of magnitude alike."
    )
    discrete: dict[Number, Number] | None = Field(
        default=None, description="Values and their weights; the weights need not sum to 1."
    )

    @property
    def kind(self) -> str:
        """The key that is given: `value` or the name of a distribution; empty where there is none."""
        return next((kind for kind in ("value", *DISTRIBUTION_KINDS) if getattr(self, kind) is not None), "")

    @property
    def arguments(self) -> float | tuple[float, ...] | Mapping[float, float]:
        """What stands under `kind`."""
        found = getattr(self, self.kind)
        assert isinstance(found, (int, float, tuple, dict))
        return found


class Camp(Spread):
    """What one camp of experts holds about a parameter."""

    weight: Number = Field(
        default=1.0, description="Weight of this camp in the pool, relative to the others."
    )


class Parameter(Spread):
    """A quantity nobody knows exactly: a value or a distribution, and what it rests on."""

    estimate: Words | None = Field(
        default=None, description="FILE#NAME: an estimate from history (not available in this version)."
    )
    experts: dict[Words, Camp] | None = Field(
        default=None,
        min_length=1,
        description="Camps of experts, each with its own distribution; pooled by weight.",
    )
    title: str = Field(default="", description="A heading for people; the name made readable where left out.")
    short: Short = Field(
        default="", description="A label of at most 28 characters; the title where left out."
    )
    unit: str = Field(
        default="", description="The unit, for people; of a rate or chance it says per what: chance a year."
    )
    low: str = Field(default="", description="What a low value means, as a clause: the deal settles slowly.")
    high: str = Field(default="", description="What a high value means: the deal settles fast.")
    basis: NameOrNames = Field(
        default=(),
        description="What it rests on: statement ids, propositions, data references, or the word judgement.",
    )
    note: str = Field(default="", description="A remark for the reader.")

    @property
    def kind(self) -> str:
        """The key given: `value`, a distribution, `estimate` or `experts`; empty where there is none."""
        return super().kind or next(
            (kind for kind in ("estimate", "experts") if getattr(self, kind) is not None), ""
        )

    def titled(self, identifier: str) -> str:
        """The title, or the identifier made readable."""
        return self.title or readable(identifier)

    def labelled(self, identifier: str) -> str:
        """The short label, or the title."""
        return self.short or self.titled(identifier)
