"""Checks of hidden types: two of one actor, whose shares sum to 1, and what asks for them."""

from __future__ import annotations

from backstop.scenario.check.expressions import Usage, constant
from backstop.scenario.check.names import Names, is_identifier
from backstop.scenario.check.part import Part

MOST_GRID = 401
"""Most beliefs on which the value of the future is worked out."""

_TOLERANCE = 1e-9


def check_types(root: Part, usage: Usage) -> None:
    """At most one actor has types, two of them; shares are probabilities of parameters and sum to 1."""
    first: Part | None = None
    for actor in root.at("actors").items():
        types = actor.at("types")
        if not actor.has("types"):
            for key in ("beliefs", "grid"):
                if actor.has(key):
                    actor.at(key).fault(
                        f"{actor.name} has no types, so {key} means nothing",
                        "give it two types, or remove this",
                        key=True,
                    )
            continue
        if first is not None:
            types.fault(
                f"{actor.name} has types, and so has {first.name} (line {first.at('types').line}), and only one actor "
                "may have types",
                "write the other as a parameter: a type that everybody knows",
                key=True,
            )
        first = first or actor
        _types_of(actor, usage)


def _types_of(actor: Part, usage: Usage) -> None:
    types, grid = actor.at("types"), actor.at("grid")
    names = types.names()
    if types.is_mapping and len(names) != 2:
        types.fault(
            f"{actor.name} has {len(names)} type{'' if len(names) == 1 else 's'}, and exactly two are possible",
            "take similar ones together" if len(names) > 2 else "write the other type as well, or none",
            key=True,
        )
    shares = []
    for each in types.items():
        if not is_identifier(each.name):
            each.fault(
                f"{each.name!r} cannot be the name of a type: a name has letters a to z, digits and _, and does not "
                "start with a digit",
                key=True,
            )
        share = each.at("share")
        amount = constant(usage.read_own(share, "the share of a type", types=False))
        if amount is not None and not -_TOLERANCE <= amount <= 1 + _TOLERANCE:
            share.fault(f"the share of a type lies between 0 and 1, and this is {amount:g}")
        shares.append(amount)
    known = [share for share in shares if share is not None]
    if len(known) == len(shares) == 2 and abs(sum(known) - 1) > _TOLERANCE:
        types.fault(
            f"the shares of the types sum to {sum(known):g}, and must sum to 1",
            "correct one of them",
            key=True,
        )
    size = grid.number
    if size is not None and not 3 <= size <= MOST_GRID:
        grid.fault(
            f"a grid has from 3 to {MOST_GRID} beliefs, and this is {size:g}", "21 does for most questions"
        )
    beliefs = actor.at("beliefs").data
    if size is not None and beliefs in ("known", "fixed"):
        grid.note(f"the grid of {actor.name} changes nothing, because nobody learns ({beliefs})")


def refuse_certain(noise: Part, amount: float | None, actor: Part) -> None:
    """A fault where an actor from whose moves others learn chooses without noise: no move would tell anything."""
    if amount == 0 and actor.has("types") and actor.at("beliefs").data in (None, "bayes"):
        noise.fault(
            f"the noise of {actor.name} is 0, and others learn from its moves only where it may err",
            "write a small noise, or beliefs: known or fixed",
        )


def check_type_name(part: Part, names: Names) -> None:
    """A type as metrics name it: ACTOR.TYPE."""
    text = part.text
    if text is None:
        return
    actor, dot, type_ = text.partition(".")
    if not dot:
        part.fault(f"{text} names no type", "write the actor and the type: ACTOR.TYPE")
        return
    trouble = names.no_type(actor, type_)
    if trouble is not None:
        part.fault(*trouble)
