"""The progress bar: on a terminal, for longer work, and nowhere else."""

from __future__ import annotations

import io

import pytest

from backstop.cli import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stream: io.StringIO, quiet_seconds: float) -> str:
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress, "QUIET_SECONDS", quiet_seconds)
    with progress.progress_bar("solving") as update:
        for done in range(1, 5):
            update(done, 4)
    return stream.getvalue()


def test_a_terminal_sees_longer_work(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, Terminal(), quiet_seconds=0.0)
    assert "solving" in text
    assert "100%" in text


def test_short_work_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, Terminal(), quiet_seconds=60.0) == ""


def test_a_file_gets_no_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    assert shown(monkeypatch, io.StringIO(), quiet_seconds=0.0) == ""


def test_the_terminal_is_left_in_order_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    with pytest.raises(ZeroDivisionError), progress.progress_bar("solving") as update:
        update(1, 4)
        raise ZeroDivisionError
    assert stream.getvalue().rstrip().endswith("\x1b[?25h")  # the cursor is shown again
