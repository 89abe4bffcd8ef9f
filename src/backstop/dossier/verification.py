"""Whether statements still stand on their passages, and what is held back where they do not.

Equal passages, moved or with other marks, are anchored anew by themselves. Anything else is held: the statement,
and all that rests on it, is unconfirmed until a person has looked at the difference and accepted it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from backstop.base.faults import InvalidInput, Refused
from backstop.base.words import did_you_mean
from backstop.dossier.anchor.passage import Resolution, Text, anchored
from backstop.dossier.anchor.search import resolve
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.dossier import Dossier
from backstop.dossier.intake import now
from backstop.dossier.record import Acceptance, Held, Statement

PROGRAM = "backstop"
"""Who is named where a passage was found again without a person."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one statement's passage in the newest version of its source; None where no text is at hand."""

    statement: Statement
    resolution: Resolution | None
    words: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The outcome as an anchor of `backstop-anchors/1`."""
        found = self.resolution
        return {
            "statement": self.statement.id,
            "state": found.state if found else "no text",
            "start": found.start if found else None,
            "end": found.end if found else None,
            "score": found.score if found else None,
            "difference": found.difference if found else "",
            "held": self.statement.held is not None,
        }


def verify(dossier: Dossier, available: AvailableTexts, sources: Iterable[str] = ()) -> list[Outcome]:
    """The state of every anchor, or of those of the `sources` named, in the texts that are at hand."""
    chosen = set(sources)
    prepared: dict[str, Text | None] = {}
    found = []
    for statement in dossier.statements.values():
        if chosen and statement.source not in chosen:
            continue
        source = dossier.sources[statement.source]
        if source.id not in prepared:
            text = available.current(source)
            prepared[source.id] = Text(text, dossier.key) if text is not None else None
        held = prepared[source.id]
        if held is None:
            found.append(Outcome(statement, None))
            continue
        before = None
        if statement.anchor.text != held.digest:
            coded = next(v for v in source.versions if v.digests.text == statement.anchor.text)
            before = available.text(coded)
        result = resolve(statement.anchor, held, before)
        words = held.text[result.start : result.end] if result.start is not None else ""
        found.append(Outcome(statement, result, words))
    return found


def settled(dossier: Dossier, outcomes: Iterable[Outcome], available: AvailableTexts) -> Dossier:
    """`dossier` with equal passages anchored in the newest text and the others held."""
    statements = dict(dossier.statements)
    for outcome in outcomes:
        result, statement = outcome.resolution, outcome.statement
        source = dossier.sources[statement.source]
        if result is None or (statement.anchor.text == source.text.digests.text and result.confirmed):
            continue
        if result.confirmed and result.start is not None and result.end is not None:
            if statement.held is None:
                statements[statement.id] = _moved(
                    statement, result.start, result.end, result, dossier, available, PROGRAM
                )
        elif result.state in ("changed", "ambiguous", "lost"):
            held = Held(
                state=result.state,
                text=source.text.digests.text,
                start=result.start,
                end=result.end,
                score=result.score,
                since=now(),
            )
            if _differs(statement.held, held):
                statements[statement.id] = statement.model_copy(update={"held": held})
    return replace(dossier, statements=statements)


def _differs(old: Held | None, new: Held) -> bool:
    return old is None or old.model_copy(update={"since": ""}) != new.model_copy(update={"since": ""})


def accepted(
    dossier: Dossier,
    name: str,
    available: AvailableTexts,
    by: str,
    start: int | None = None,
    end: int | None = None,
) -> Dossier:
    """`dossier` with the statement `name` accepted on its changed passage, or on characters `start` to `end`.

    Raises InvalidInput where nothing is held or there is no such passage, Refused where the text is not at hand or the
    place is not known.
    """
    if name not in dossier.statements:
        raise InvalidInput(
            f"there is no statement {name}", hint=did_you_mean(name, dossier.statements, "statement")
        )
    statement = dossier.statements[name]
    if statement.held is None and start is None:
        raise InvalidInput(f"{name} is not held back, so there is nothing to accept")
    first = start if start is not None else statement.held.start if statement.held else None
    last = end if end is not None else statement.held.end if statement.held else None
    if first is None or last is None:
        state = statement.held.state if statement.held else "lost"
        raise Refused(f"the passage of {name} is {state}", hint="say where it stands with --start and --end")
    result = Resolution(statement.held.state if statement.held else "changed", first, last)
    moved = _moved(statement, first, last, result, dossier, available, by)
    return replace(dossier, statements={**dossier.statements, name: moved})


def _moved(
    statement: Statement,
    start: int,
    end: int,
    result: Resolution,
    dossier: Dossier,
    available: AvailableTexts,
    by: str,
) -> Statement:
    source = dossier.sources[statement.source]
    text = available.current(source)
    if text is None:
        raise Refused(f"the text of {source.id} is not at hand", hint="name its folder with --texts DIR")
    try:
        anchor = anchored(Text(text, dossier.key), start, end, source.may_travel)
    except ValueError as error:
        raise InvalidInput(f"{statement.id}: {error}") from None
    step = Acceptance(by=by, when=now(), was=statement.anchor, state=result.state)
    return statement.model_copy(
        update={"anchor": anchor, "held": None, "accepted": (*statement.accepted, step)}
    )
