"""Calls such as `max(a, b)` that YAML cut at their commas, because they stand in braces or brackets without quotes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from ruamel.yaml.events import Event, ScalarEvent

# How far ahead the rest of a call is looked for that YAML cut at its commas.
_MOST_PIECES = 20

# After so many calls that are closed nowhere the text holds none.
_MOST_OPEN = 1000


def joined_calls(
    source: Iterator[Event], split_call: Callable[[ScalarEvent, ScalarEvent], str]
) -> Iterator[Event]:
    """The parser's events, with `max(a` and `b)` joined again; `split_call` gives the text from one to the other.

    Inside { } the rest of the text arrives as keys without values; inside [ ] as further items.
    """
    from ruamel.yaml.events import CollectionStartEvent, MappingEndEvent, SequenceEndEvent

    flows: list[bool] = []
    waiting: list[Event] = []
    left_open = 0

    def following() -> Event | None:
        return waiting.pop() if waiting else next(source, None)

    while (event := following()) is not None:
        if isinstance(event, CollectionStartEvent):
            flows.append(bool(event.flow_style))
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            flows.pop()
        elif flows and flows[-1] and left_open < _MOST_OPEN and _is_plain(event) and "(" in event.value:
            balance = _balance(event.value)
            rest: list[Event] = []
            last = event
            while balance > 0 and len(rest) < _MOST_PIECES:
                part = following()
                if part is None:
                    break
                rest.append(part)
                if not _is_plain(part):
                    break
                if part.value:
                    last = part
                balance += _balance(part.value)
            if rest and balance <= 0:
                after = following()
                if after is not None and not (_is_plain(after) and not after.value):
                    waiting.append(after)
                event.value = split_call(event, last)
            else:
                left_open += balance > 0
                waiting.extend(reversed(rest))
        yield event


def _is_plain(event: Event) -> TypeGuard[ScalarEvent]:
    """Whether the event is a text without quotes, anchor or tag."""
    from ruamel.yaml.events import ScalarEvent

    return (
        isinstance(event, ScalarEvent) and event.style is None and event.anchor is None and event.tag is None
    )


def _balance(text: str) -> int:
    return text.count("(") - text.count(")")
