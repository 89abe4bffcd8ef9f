"""Ways of counting characters, against counting one by one."""

import random

import pytest

from backstop.dossier.exchange.offsets import COUNTINGS, ReceivedText, fit


def counted(raw, way):
    """By position the offset in the canonical text, counted one by one; and the last position."""
    found, position, offset, at = {0: 0}, 0, 0, 0
    while at < len(raw):
        pair = raw[at : at + 2] == "\r\n"
        units = (2 if way.crlf else 1) if pair else 2 if way.utf16 and raw[at] > "\uffff" else 1
        at, offset = at + (2 if pair else 1), offset + 1
        for _ in range(units):
            position += 1
            found[position] = offset
    return found, position


@pytest.mark.parametrize("way", COUNTINGS, ids=str)
def test_positions_are_those_counted_one_by_one(way):
    rng = random.Random(5)
    positions = 0
    for _ in range(300):
        raw = "".join(
            rng.choice(["a", "\r\n", "\U0001f6a4", "\n", "\r", " "]) for _ in range(rng.randint(0, 14))
        )
        if "\r\r\n" in raw:
            continue
        text = ReceivedText(raw)
        wanted, last = counted(raw, way)
        positions += len(wanted)
        assert {p: text.offset(p, way) for p in wanted} == wanted
        for outside in (-1, last + 1):
            with pytest.raises(ValueError, match="the position"):
                text.offset(outside, way)
    assert positions > 1000


@pytest.mark.parametrize(
    ("start", "end", "whole"),
    [(0, 3, True), (4, 9, True), (4, 10, False), (5, 9, False), (3, 9, False), (0, 0, False), (4, 99, False)],
)
def test_a_passage_fits_where_it_lies_on_words(start, end, whole):
    assert (fit("The envoy left.", start, end) == 1.0) == whole
