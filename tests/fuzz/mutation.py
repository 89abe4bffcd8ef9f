"""Files made wrong: bytes, words, lines and values changed at random, also inside archives and JSON; seeded."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

WORDS: Sequence[bytes] = (
    b"", b"\0", b"\n", b"\r\n", b"\r", b"\t", b" ", b"\xff", b"\xef\xbb\xbf", b"\xff\xfe", b"\xed\xa0\x80",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae", b"\xf0\x9f\x98\x80", b"\xf4\x90\x80\x80", b"'", b'"',
    b"\\", b"{", b"}", b"[", b"]", b"(", b")", b"<", b">", b"</", b"/>", b"<!--", b"-->", b"<![CDATA[",
    b"]]>", b"&", b"&#0;", b"&#x110000;", b"&lt;", b"<!DOCTYPE a [<!ENTITY e 'x'>]>", b"&e;", b":", b": ",
    b"- ", b"? ", b"| ", b"> ", b"---\n", b"...\n", b"%YAML 1.1\n", b"!!python/object ", b"&a ", b"*a ",
    b"<<: ", b"#", b",", b";", b"=", b"0", b"-0", b"1", b"-1", b"1e999", b"-1e308", b"1e-320", b"NaN",
    b"Infinity", b".inf", b".nan", b"null", b"~", b"true", b"no", b"0x10", b"2147483648",
    b"-9223372036854775809", b"1" * 500, b"9" * 5000, b"1_000", b"\xd9\xa1", b"2025-02-30", b"9999-12-31",
    b"0000-00-00", b"24:00", b"-->", b"00:00:00,000", b"TY  - ", b"ER  - ", b"T1\t", b"(" * 60, b"[" * 60,
    b"{" * 60, b"- " * 60, b"not " * 60, b"- - ", b"**", b"<=", b" and ", b" or ", b" iff ", b" if ",
    b"where(", b"max(", b"A" * 2000, b"\n" * 200, b" " * 500, b"e\xcc\x81", b"\xc4\xb0", b"\xc3\x9f",
    b"../../x", b"/etc/passwd", b"internal://", b"s1", b"P1",
)  # fmt: skip
"""What breaks readers: ends, marks, numbers and names that are special somewhere."""

VALUES: Sequence[Any] = (
    None, True, False, 0, -1, 1, 0.5, 1e308, -1e308, 2**63, 10**40, "", " ", "x", "0", "1", "\0", "\u202e", "\ud800",
    "\U0001f600", "A" * 3000, [], {}, [[]], [None], {"": ""}, {"id": "a"}, {"text": 1}, [1, 2, 3, 4], "yes", "=1+1",
    "2025-13-45", "inf", "nan", "../x", {"type": "TextQuoteSelector", "exact": ""}, {"type": ["a"]}, {"@id": 1},
)  # fmt: skip

_ZIPPED = b"PK\x03\x04"
_MOST = 1 << 16


def mutated(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """`data` with one to eight changes; `others` of its kind lend pieces."""
    if data.startswith(_ZIPPED) and chance.random() < 0.8:
        return _archive(data, others, chance)
    if (
        data.lstrip()[:1] in (b"{", b"[")
        and chance.random() < 0.5
        and (made := _json(data, chance)) is not None
    ):
        return made
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3, 5, 8))):
        data = chance.choice(_CHANGES)(data, others, chance)
    return data[:_MOST]


def _at(data: bytes, chance: random.Random) -> int:
    return chance.randint(0, len(data))


def _span(data: bytes, chance: random.Random) -> tuple[int, int]:
    start = _at(data, chance)
    return start, min(len(data), start + chance.choice((1, 1, 2, 4, 16, 64, 400)))


def _flip(data: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _insert(data: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    at = _at(data, chance)
    return data[:at] + chance.choice(WORDS) + data[at:]


def _replace(data: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + chance.choice(WORDS) + data[end:]


def _remove(data: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:start] + data[end:]


def _repeat(data: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    start, end = _span(data, chance)
    return data[:end] + data[start:end] * chance.choice((1, 2, 3, 50)) + data[end:]


def _borrow(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    other = chance.choice(others)
    start, end = _span(other, chance)
    at, until = _span(data, chance)
    return data[:at] + other[start:end] + data[chance.choice((at, until)) :]


def _cut(data: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    return data[: _at(data, chance)]


def _lines(data: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    """A line removed, repeated, moved, or put further in."""
    rows = data.split(b"\n")
    at, to = chance.randrange(len(rows)), chance.randrange(len(rows))
    way = chance.randrange(4)
    if way == 0:
        del rows[at]
    elif way == 1:
        rows.insert(to, rows[at])
    elif way == 2:
        rows[at], rows[to] = rows[to], rows[at]
    else:
        rows[at] = chance.choice((b" ", b"  ", b"\t", b"- ")) + rows[at]
    return b"\n".join(rows)


def _word(data: bytes, _others: Sequence[bytes], chance: random.Random) -> bytes:
    """One word in the place of another, so that what remains is still well formed."""
    words = data.split(b" ")
    words[chance.randrange(len(words))] = chance.choice((chance.choice(words), chance.choice(WORDS)))
    return b" ".join(words)


_Change = Callable[[bytes, Sequence[bytes], random.Random], bytes]
_CHANGES: Sequence[_Change] = (
    _flip, _insert, _replace, _replace, _remove, _repeat, _borrow, _cut, _lines, _lines, _word, _word,
)  # fmt: skip


def _json(data: bytes, chance: random.Random) -> bytes | None:
    """JSON, or one line of JSON Lines, with values replaced, removed or repeated."""
    rows = data.split(b"\n")
    whole = chance.random() < 0.5
    at = 0 if whole else chance.randrange(len(rows))
    try:
        value = json.loads(data if whole else rows[at])
    except ValueError:
        return None
    for _ in range(chance.choice((1, 1, 2, 3))):
        value = _altered(value, chance)
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    if whole:
        return text
    rows[at] = text
    return b"\n".join(rows)


def _altered(value: Any, chance: random.Random) -> Any:
    if not isinstance(value, dict | list) or not value or chance.random() < 0.15:
        return chance.choice(VALUES)
    key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
    way = chance.random()
    made = dict(value) if isinstance(value, dict) else list(value)
    if way < 0.1:
        del made[key]
    elif way < 0.2 and isinstance(made, list):
        made.insert(0, made[key])
    elif way < 0.2:
        made[str(chance.choice(VALUES))[:50]] = made[key]
    else:
        made[key] = _altered(made[key], chance)
    return made


def _archive(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """An archive with a member changed, left out, doubled or named otherwise."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(entry.filename, archive.read(entry)) for entry in archive.infolist()]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError, RuntimeError):
        return _flip(data, others, chance)
    if not members:
        return data
    at = chance.randrange(len(members))
    name, content = members[at]
    way = chance.random()
    if way < 0.06:
        del members[at]
    elif way < 0.1:
        members[at] = (name + chance.choice(("x", "/", "\\", ".xml")), content)
    elif way < 0.14:
        members.append((chance.choice(("../x", "/x", "a" * 300, "[Content_Types].xml")), content))
    else:
        pieces = [each for _, each in members]
        for _ in range(chance.choice((1, 1, 2, 4))):
            content = chance.choice(_CHANGES)(content, pieces, chance)
        members[at] = (name, content[:_MOST])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members:
            entry = zipfile.ZipInfo(name.replace("\0", "") or "x")
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
