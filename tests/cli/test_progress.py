"""Progress: a bar on a terminal for longer work, elsewhere a line every ten seconds."""

from __future__ import annotations

import io
import json
import re
import threading
import time
from pathlib import Path

import pytest
from tests.support.small_studies import PLEDGE, write

import backstop
from backstop.cli import progress
from backstop.cli.pace import slow_words
from backstop.questions.study.headline_forms import headline_by_form
from backstop.scenario.study import load

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


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


def test_programs_get_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKSTOP_PROGRESS", "json")
    monkeypatch.setattr(progress, "_JSON_SECONDS", 0.0)
    lines = [json.loads(line)["progress"] for line in shown(monkeypatch, io.StringIO(), 0.0).splitlines()]
    assert lines[0] == {"label": "solving", "done": 0, "total": 0}
    assert lines[-1] == {"label": "solving", "done": 4, "total": 4}
    assert len(lines) == 5

    stream = io.StringIO()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    with progress.progress_steps() as step:
        step("reading")
    assert json.loads(stream.getvalue())["progress"]["label"] == "reading"


def test_steps_say_how_long_the_whole_will_take(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress, "_ESTIMATED_AFTER", 0.01)
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.02)
    with progress.progress_steps(60.0) as step:
        step("judging claims")
        time.sleep(0.1)
    first, *lines = stream.getvalue().splitlines()
    assert first == "this will take about 60 seconds"
    assert lines and all(line.startswith("judging claims: ") for line in lines)
    assert lines[0].endswith("so far, about 60 seconds left of the whole")

    short = io.StringIO()
    monkeypatch.setattr(progress.sys, "stderr", short)
    with progress.progress_steps(5.0):
        pass
    assert short.getvalue() == ""


def told(monkeypatch: pytest.MonkeyPatch, done: int) -> list[str]:
    """Lines that a file gets in a while of work of which `done` of 100 are done at once."""
    stream = io.StringIO()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress, "_ESTIMATED_AFTER", 0.05)
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.05)
    monkeypatch.setattr(progress, "LONG_SECONDS", 1.0)
    with progress.progress_bar("solving") as update:
        time.sleep(0.04)
        update(done, 100)
        time.sleep(0.5)
    return stream.getvalue().splitlines()


def test_a_file_gets_an_estimate_and_then_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    first, *lines = told(monkeypatch, 1)
    assert first.startswith("solving: this will take about ")
    assert len(lines) >= 2
    assert all("solving: 1 % done, about " in line and line.endswith(" left") for line in lines)


def test_short_work_is_not_announced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not any("will take" in line for line in told(monkeypatch, 99))


def test_work_that_says_nothing_is_told_by_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = told(monkeypatch, 0)
    assert len(lines) >= 2
    assert lines[0] == "solving: 1 second so far"


def test_slow_work_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress, "_ESTIMATED_AFTER", 0.01)
    monkeypatch.setattr(progress, "SLOW_SECONDS", 1.0)
    with progress.progress_bar("solving", lambda: "it is large") as update:
        time.sleep(0.05)
        update(1, 1000)
        update(2, 1000)
    assert stream.getvalue().count("note: it is large\n") == 1


def test_patient_actors_are_named_where_values_settle_slowly(tmp_path: Path) -> None:
    slow = slow_words(load(EXAMPLES / "ukraine-2025"), 10, 10_000)
    assert slow.startswith("it takes long because there are 10 arrangements in 10,000 worlds, each of ")
    assert "--worlds 1000" in slow and "one --arrangement" in slow and "settle slowly" not in slow
    patient = re.sub("discount: [0-9.]+", "discount: 0.999", PLEDGE)
    assert patient != PLEDGE
    text = slow_words(load(write(tmp_path / "patient", patient)), 1, 100)
    assert "values settle slowly because “" in text and "a discount further from 1" in text
    assert "one --arrangement" not in text and "--worlds" not in text


def test_states_and_beliefs_count_among_what_takes_long() -> None:
    slow = slow_words(load(EXAMPLES / "ukraine-2025" / "learning.yaml"), 10, 512)
    assert "62 states (of 11 phases, told apart by facts) with 21 beliefs about a hidden type over 10" in slow
    # Fewer than are asked for.
    assert "--worlds 100)" in slow


def test_steps_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress, "_ESTIMATED_AFTER", 0.01)
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.05)
    with progress.progress_steps() as step:
        step("judging claims")
        time.sleep(0.3)
    assert "judging claims: 1 second so far" in stream.getvalue()
    assert stream.getvalue().count("\n") <= 6
    terminal = Terminal()
    monkeypatch.setattr(progress.sys, "stderr", terminal)
    with progress.progress_steps() as step:
        step("judging claims")
    assert terminal.getvalue() == "judging claims ...\n"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "1 second"), (7.4, "7 seconds"), (43, "45 seconds"), (100, "2 minutes"), (1000, "17 minutes")],
)
def test_times_are_estimates(seconds: float, words: str) -> None:
    assert progress._seconds(seconds) == words


def test_the_terminal_is_left_in_order_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    with pytest.raises(ZeroDivisionError), progress.progress_bar("solving") as update:
        update(1, 4)
        raise ZeroDivisionError
    assert stream.getvalue().rstrip().endswith("\x1b[?25h")  # the cursor is shown again


def test_a_terminal_sees_the_time_until_a_first_part_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.setattr(progress.sys, "stderr", stream)
    monkeypatch.setattr(progress, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(progress, "_ESTIMATED_AFTER", 0.01)
    with progress.progress_bar("solving") as update:
        until = time.monotonic() + 10.0
        while "so far" not in stream.getvalue() and time.monotonic() < until:
            time.sleep(0.01)
        update(1, 4)
        begun = stream.getvalue()
        update(4, 4)
    assert begun.startswith("\rsolving: 1 second so far")
    # The line is taken away before the bar stands there.
    waited, _, drawn = begun.rpartition(" \r")
    assert waited.count("so far") == begun.count("so far") and "25%" in drawn
    assert not any(thread.name.startswith("waiting") for thread in threading.enumerate())


def test_other_forms_of_the_model_are_told_as_they_are_tried(tmp_path: Path) -> None:
    result = backstop.assess(write(tmp_path / "pledge", PLEDGE), worlds=64)
    told: list[tuple[int, int]] = []
    name = next(iter(result.model.scenario.metrics))
    headline_by_form(result, name, result.first, progress=lambda done, total: told.append((done, total)))
    assert len(told) >= 3
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1][0] == told[-1][1] and len({total for _, total in told}) == 1
