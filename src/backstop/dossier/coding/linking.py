"""Links made by hand: statements that support or oppose a proposition, and findings of the program passed over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count
from typing import Any, Literal, get_args

from backstop.base.faults import InvalidInput, Place
from backstop.base.records import validated, within
from backstop.base.words import did_you_mean
from backstop.dossier.dossier import Dossier
from backstop.dossier.intake import now
from backstop.dossier.record import Proposition, RecordedFinding, Support

Bearing = Literal["supports", "opposes"]


def linked(
    dossier: Dossier,
    proposition: str,
    statements: Sequence[str],
    bearing: str = "supports",
    strength: str = "explicit",
    coder: str = "",
) -> Dossier:
    """`dossier` with `statements` linked to a proposition; those that are linked in that way already stay as they are.

    Raises InvalidInput where there is no such proposition or statement.
    """
    known = _proposition(dossier, proposition)
    if bearing not in get_args(Bearing):
        raise InvalidInput(f"a statement supports or opposes a proposition, not {bearing!r}")
    links = list(getattr(known, bearing))
    for name in statements:
        if name not in dossier.statements:
            hint = did_you_mean(name, dossier.statements, "statement")
            raise InvalidInput(f"there is no statement {name}", hint=hint)
        if any(link.statement == name for link in links):
            continue
        data = {"statement": name, "strength": strength, "coder": coder, "when": now()}
        link, faults = validated(Support, data, within(Place(path=f"proposition {proposition}")))
        if link is None:
            raise InvalidInput(faults)
        links.append(link)
    changed = known.model_copy(update={bearing: tuple(links)})
    return replace(dossier, propositions={**dossier.propositions, proposition: changed})


def unlinked(dossier: Dossier, proposition: str, statement: str, bearing: str) -> Dossier:
    """`dossier` without the link of a statement to a proposition. Raises InvalidInput where there is none."""
    known = _proposition(dossier, proposition)
    links = getattr(known, bearing) if bearing in get_args(Bearing) else ()
    left = tuple(link for link in links if link.statement != statement)
    if len(left) == len(links):
        raise InvalidInput(f"{statement} has no link to {proposition} that could be taken off")
    changed = known.model_copy(update={bearing: left})
    return replace(dossier, propositions={**dossier.propositions, proposition: changed})


def proposed(dossier: Dossier, text: str, name: str = "") -> tuple[Dossier, str]:
    """`dossier` with a new proposition in the analyst's own words, and its id; without a `name` the next P1, P2 ...

    Raises InvalidInput where the id is taken or cannot be one, or the text is empty.
    """
    if not text.strip():
        raise InvalidInput("a proposition needs words", hint="say the claim in your own words")
    taken = {*dossier.propositions, *dossier.statements}
    given = name or next(free for number in count(1) if (free := f"P{number}") not in taken)
    if given in taken:
        raise InvalidInput(f"the id {given} is taken", hint="give another")
    data: dict[str, Any] = {"id": given, "text": text.strip()}
    found, faults = validated(Proposition, data, within(Place(path=f"proposition {given}")))
    if found is None:
        raise InvalidInput(faults)
    return replace(dossier, propositions={**dossier.propositions, given: found}), given


def passed_over(
    dossier: Dossier, name: str, kind: str, statements: Sequence[str], coder: str = "", note: str = ""
) -> Dossier:
    """`dossier` with a finding or suggestion of the program marked as dismissed, so that it is not shown again.

    Raises InvalidInput where there is no such kind or statement.
    """
    data = {
        "id": name,
        "kind": kind,
        "statements": list(statements),
        "note": note,
        "dismissed": True,
        "coder": coder,
        "when": now(),
    }
    found, faults = validated(RecordedFinding, data, within(Place(path=f"finding {name}")))
    if found is None:
        raise InvalidInput(faults)
    known = dossier.findings.get(name)
    if known is not None and not known.dismissed:
        raise InvalidInput(
            f"the finding {name} was recorded by hand", hint="edit findings.jsonl to remove it"
        )
    return replace(dossier, findings={**dossier.findings, name: found})


def taken_up(dossier: Dossier, name: str) -> Dossier:
    """`dossier` with a dismissed finding or suggestion shown again. Raises InvalidInput where none was dismissed."""
    known = dossier.findings.get(name)
    if known is None or not known.dismissed:
        raise InvalidInput(f"no finding {name} was dismissed")
    return replace(dossier, findings={key: one for key, one in dossier.findings.items() if key != name})


def _proposition(dossier: Dossier, name: str) -> Proposition:
    if name not in dossier.propositions:
        hint = (
            did_you_mean(name, dossier.propositions, "proposition")
            if dossier.propositions
            else "write one first"
        )
        raise InvalidInput(f"there is no proposition {name}", hint=hint)
    return dossier.propositions[name]
