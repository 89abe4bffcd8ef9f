"""Every way to break a file gives the right message at the right line, exit code 3, and no traceback."""

from __future__ import annotations

import io
import sys

import pytest
from tests.support.broken_scenarios import BASE, BROKEN, broken

from backstop.cli.main import main


def run(monkeypatch, capsys, text: str, *options: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["backstop", "check", "-", *options])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    with pytest.raises(SystemExit) as stop:
        main()
    shown = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, shown.out, shown.err


def test_the_sound_file_is_sound(monkeypatch, capsys):
    code, out, err = run(monkeypatch, capsys, BASE)
    assert code == 0
    assert "2 actors" in out
    assert err == ""


def test_there_are_enough_of_them():
    assert len(BROKEN) >= 80
    assert len(set(BROKEN)) == len(BROKEN)


@pytest.mark.parametrize(("old", "new", "words"), BROKEN, ids=[f"{i}-{b[2]}" for i, b in enumerate(BROKEN)])
def test_broken(monkeypatch, capsys, old, new, words):
    text, line = broken(old, new)
    code, out, err = run(monkeypatch, capsys, text)
    assert code == 3
    assert out == ""
    assert "Traceback" not in err
    assert "internal fault" not in err
    fitting = [
        message
        for message in err.splitlines()
        if line is None or message.startswith(f"<stdin>:{line}:")
        if all(word in message for word in words.split())
    ]
    assert fitting, f"line {line}: {words}\n{err}"
    assert all(message.startswith("<stdin>:") for message in err.splitlines())


def test_one_mistake_gives_one_message(monkeypatch, capsys):
    # No cascade: a misspelt name is reported where it stands and nowhere else.
    for old, new in (
        ("start: peace", "start: paece"),
        ("cap: ceiling", "cap: cieling"),
        ("next: tension", "next: tensin"),
    ):
        _, _, err = run(monkeypatch, capsys, BASE.replace(old, new, 1))
        assert len(err.splitlines()) == 1, err


def test_all_at_once(monkeypatch, capsys):
    changes = (
        ("title: A border", "title: 2024"),
        ("period: year", "period: week"),
        ("default: 0", "default: 101"),
        ("cap: ceiling", "cap: cieling"),
        ("{uniform: [0.1, 0.4]", "{uniform: [0.4, 0.1]"),
        ("next: tension", "next: tensin"),
        ("{north: pressure}", "{north: max(troops, 0.2)}"),
        ("value: south", "value: sooth"),
    )
    text = BASE
    for old, new in changes:
        text = text.replace(old, new, 1)
    code, _, err = run(monkeypatch, capsys, text)
    assert code == 3
    lines = [int(message.split(":")[1]) for message in err.splitlines()]
    assert lines == sorted(lines)
    expected = [text[: text.index(new)].count("\n") + 1 for _, new in changes]
    assert set(expected) <= set(lines)
