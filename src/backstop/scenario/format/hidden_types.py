"""Hidden types of an actor, and what others believe of them, as they stand in the scenario file."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from backstop.base.records import Record
from backstop.scenario.format.fields import Expr

Beliefs = Literal["known", "fixed", "bayes"]
"""What others know of an actor's type: all of it; its share and never more; what they learn from every move."""

DEFAULT_BELIEFS: Beliefs = "bayes"
DEFAULT_GRID = 21


class HiddenType(Record):
    """One of the two kinds of actor that an actor may be, for ever and known to itself."""

    share: Expr = Field(
        description="Probability that the actor is of this type: a number or an expression of parameters; the two "
        "shares sum to 1."
    )
