"""Trees as they stand in the scenario file: decisions, chance nodes, offers, names of outcomes or other trees."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from backstop.base.records import Record
from backstop.scenario.format.fields import Expr, Pair, Words

OTHERWISE = "otherwise"
"""The probability that takes what the other branches of a chance node leave."""


def node_kind(value: object) -> Literal["name", "decision", "chance", "offer"] | None:
    """What kind of branch `value` (plain data or a model) is; None where it is none of them."""
    if isinstance(value, str):
        return "name"
    if isinstance(value, Offer) or (isinstance(value, dict) and "offer" in value):
        return "offer"
    if isinstance(value, Decision) or (isinstance(value, dict) and ("actor" in value or "moves" in value)):
        return "decision"
    if isinstance(value, Chance) or (isinstance(value, dict) and "chance" in value):
        return "chance"
    return None


def _inner_kind(value: object) -> str | None:
    kind = node_kind(value)
    return None if kind == "name" else kind


class Decision(Record):
    """A node at which an actor chooses among labelled moves."""

    actor: Words = Field(description="The actor who decides here.")
    moves: dict[Words, Branch] = Field(
        min_length=1,
        description="What the actor can do: a label for each move, and where it leads (the name of an outcome "
        "or of another tree, or a node written in place).",
    )
    bound: dict[Words, Expr] = Field(
        default_factory=dict,
        description="Automatic commitments: with this probability the move is made without a decision.",
    )
    noise: Expr | None = Field(
        default=None,
        description="Scale of the private payoff shocks at this node, in place of the actor's own noise.",
    )
    title: str = Field(default="", description="A heading for people.")


class Chance(Record):
    """A node at which chance decides among labelled branches."""

    chance: dict[Words, ChanceBranch] = Field(
        min_length=1, description="The branches: a label for each, its probability and what follows."
    )
    title: str = Field(default="", description="A heading for people.")


class ChanceBranch(Record):
    """One branch of a chance node."""

    probability: Expr = Field(
        description="Probability of this branch, a number or expression in [0, 1]; `otherwise`: the rest."
    )
    then: Branch = Field(
        description="What follows: the name of an outcome or of another tree, or a node written in place."
    )


class Offer(Record):
    """A node at which an actor chooses a number, which expressions below it may use."""

    offer: Words = Field(description="The name of the number, for expressions below and for facts.")
    actor: Words = Field(description="The actor who makes the offer.")
    range: Pair = Field(description="[lowest, highest] number that can be offered.")
    steps: int = Field(
        default=41, description="How many numbers, evenly spaced over the range, can be offered."
    )
    then: Branch = Field(
        description="What follows: the name of an outcome or of another tree, or a node written in place."
    )
    noise: Expr | None = Field(
        default=None,
        description="Scale of the private payoff shocks at this node, in place of the actor's own noise.",
    )
    title: str = Field(default="", description="A heading for people.")


Node = Annotated[
    Annotated[Decision, Tag("decision")] | Annotated[Chance, Tag("chance")] | Annotated[Offer, Tag("offer")],
    Discriminator(
        _inner_kind,
        custom_error_type="node",
        custom_error_message="expected a decision (actor, moves), a chance node (chance) or an offer (offer)",
    ),
]
"""A node of a tree that is written out."""

Branch = Annotated[
    Annotated[Words, Tag("name")]
    | Annotated[Decision, Tag("decision")]
    | Annotated[Chance, Tag("chance")]
    | Annotated[Offer, Tag("offer")],
    Discriminator(
        node_kind,
        custom_error_type="branch",
        custom_error_message="expected the name of an outcome or tree, or a node (actor and moves; chance; offer)",
    ),
]
"""Where a move or a branch leads: a name, or a node written in place."""

Decision.model_rebuild()
Chance.model_rebuild()
ChanceBranch.model_rebuild()
Offer.model_rebuild()
