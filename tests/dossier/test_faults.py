"""Disk faults at every call that writes, and kills at any moment: the dossier is the old one or the new one."""

import csv
import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.dossier.building import UKRAINE
from tests.support.command import run

from backstop.base import journal
from backstop.base.faults import InvalidInput
from backstop.dossier import store

CALLS = ("open", "write", "fsync", "replace", "rename", "unlink", "mkdir", "chmod")
"""The calls of the module os that change a disk, and by which alone files are written."""

TABLE = "id,text,may_travel\nnew,Words that are new.,yes\nother,Other words that are new.,yes\n"


@pytest.fixture
def study(tmp_path):
    shutil.copytree(UKRAINE, tmp_path / "study")
    (tmp_path / "t.csv").write_text(TABLE)
    return tmp_path / "study"


def commands(study):
    """Every command that writes in a dossier, by name."""
    assert run("dossier", "export", study, study.parent / "in.csv").code == 0
    with (study.parent / "in.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["note"] = "A note from elsewhere."
    with (study.parent / "in.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    actor = next(iter(store.read(study / "dossier").dossier.register.actors))
    return {
        "rename": ("dossier", "rename", study, "actors", actor, "renamed_actor"),
        "add": ("dossier", "add", study, study.parent / "t.csv"),
        "import": ("dossier", "import", study, study.parent / "in.csv", "--theirs"),
        "verify": ("dossier", "verify", study, "--write"),
    }


def state(study):
    """The files of a dossier as a reader finds them, after the reader has finished what was begun."""
    store.read(study / "dossier")
    folder = study / "dossier"
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def hidden(study):
    return [path.name for path in study.rglob(".*") if path.name != ".gitignore"]


class Disk:
    """The calls that write below `folder`, of which number `failing` fails, and all later ones too if `full`."""

    def __init__(self, monkeypatch, folder, code, failing, full):
        self.folder, self.code, self.failing, self.full = str(folder), code, failing, full
        self.count = 0
        self.handles = set()
        for name in CALLS:
            monkeypatch.setattr(os, name, self.faulty(name, getattr(os, name)))

    def faulty(self, name, call):
        def replaced(*arguments, **options):
            first = arguments[0]
            writes = first in self.handles if isinstance(first, int) else str(first).startswith(self.folder)
            if name == "open":
                writes = writes and bool(arguments[1] & (os.O_CREAT | os.O_WRONLY))
            # What removes and renames needs no space.
            spared = self.code == errno.ENOSPC and name in ("unlink", "replace", "rename", "chmod")
            if writes and not spared:
                self.count += 1
                if self.count == self.failing or (self.full and self.count > self.failing):
                    raise OSError(self.code, os.strerror(self.code))
            found = call(*arguments, **options)
            if name == "open" and writes:
                self.handles.add(found)
            return found

        return replaced


FAULTS = {"full": (errno.ENOSPC, True), "once": (errno.EIO, False), "broken": (errno.EIO, True)}
QUICK = {("rename", "full"), ("add", "once"), ("import", "broken"), ("import", "full"), ("verify", "once")}


@pytest.mark.parametrize(
    ("command", "fault"),
    [
        pytest.param(command, fault, marks=() if (command, fault) in QUICK else pytest.mark.slow)
        for command in ("rename", "add", "import", "verify")
        for fault in FAULTS
    ],
)
def test_a_fault_at_every_call_that_writes(study, tmp_path, command, fault):
    code, full = FAULTS[fault]
    arguments = commands(study)[command]
    keep = tmp_path / "keep"
    shutil.copytree(study, keep)
    old = state(study)
    failing, faults, ends = 0, 0, set()
    while True:
        failing += 1
        shutil.rmtree(study)
        shutil.copytree(keep, study)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
            disk = Disk(patch, study, code, failing, full)
            found = run(*arguments)
        assert "internal fault" not in found.err
        now = state(study)
        if disk.count < failing:
            new = now
            break
        faults += 1
        assert found.code in (0, 1, 3, 4), found
        ends.add(
            json.dumps(
                {name: data.decode() for name, data in now.items() if not Path(name).name.startswith(".")}
            )
        )
        assert failing < 200
    named = [json.dumps({n: d.decode() for n, d in which.items()}) for which in (old, new)]
    assert ends <= set(named)
    if command != "verify":
        assert faults >= (3 if command == "import" else 8)
        assert named[0] in ends
        assert old != new
    # A rerun leaves nothing of what was interrupted.
    run(*arguments)
    assert hidden(study) == []


_LOOP = """
import sys
from tests.support.command import run
turn = 0
names = sys.argv[2], "renamed_actor"
while True:
    old, new = names[turn % 2], names[(turn + 1) % 2]
    assert run("dossier", "rename", sys.argv[1], "actors", old, new).code == 0
    turn += 1
    if turn == 2:  # all that is imported late is there now, so that kills fall upon the writing
        print("ready", flush=True)
"""


def kills(study, times):
    """A writer that is killed `times` times at random moments; how often a change was left to be finished."""
    chance, unfinished = random.Random(1), 0
    actor = next(iter(store.read(study / "dossier").dossier.register.actors))
    states = set()
    for _ in range(times):
        register = store.read(study / "dossier").dossier.register.actors
        first = actor if actor in register else "renamed_actor"
        names = (actor, "renamed_actor") if first == actor else ("renamed_actor", actor)
        loop = _LOOP.replace('names = sys.argv[2], "renamed_actor"', f"names = {names!r}")
        with subprocess.Popen(
            [sys.executable, "-c", loop, str(study), actor], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as child:
            assert child.stdout.readline() == b"ready\n"
            time.sleep(chance.uniform(0, 0.6))
            child.send_signal(signal.SIGKILL)
        unfinished += (study / "dossier" / journal.JOURNAL).exists()
        states.add(json.dumps({name: data.decode() for name, data in state(study).items() if name[0] != "."}))
    assert len(states) <= 2
    register = store.read(study / "dossier").dossier.register.actors
    last = (actor, "renamed_actor") if actor in register else ("renamed_actor", actor)
    assert run("dossier", "rename", study, "actors", *last).code == 0
    assert hidden(study) == []
    return unfinished


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_killed_at_any_moment_a_dossier_is_whole(study):
    kills(study, 5)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_three_hundred_kills(study):
    kills(study, 300)


# ---------------------------------------------------------------- the journal


def test_a_change_begun_is_finished_by_the_next_reader(study):
    folder = study / "dossier"
    contents = {name: (folder / name).read_bytes() + b"\n" for name in ("sources.yaml", "propositions.yaml")}
    for name, data in contents.items():
        (folder / f".{name}.0123abcd").write_bytes(data)
    (folder / journal.JOURNAL).write_text(json.dumps({"mark": "0123abcd", "files": list(contents)}))
    store.read(folder)
    assert {name: (folder / name).read_bytes() for name in contents} == contents
    assert hidden(study) == []


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{", "1", '{"mark": "0123abcd"}', '{"mark": "../x", "files": []}',
     '{"mark": "0123abcd", "files": ["../../x"]}', '{"mark": "0123abcd", "files": ["/etc/passwd"]}',
     '{"mark": "0123abcd", "files": [1]}', '{"mark": 1, "files": []}'],
)  # fmt: skip
def test_a_journal_of_others_is_refused(study, text):
    (study / "dossier" / journal.JOURNAL).write_text(text)
    with pytest.raises(InvalidInput, match="no journal of a change"):
        store.read(study / "dossier")


def test_a_text_elsewhere_comes_with_the_change_that_names_it(study, tmp_path):
    folder, texts = study / "dossier", tmp_path / "texts"
    texts.mkdir()
    words = b"The words of a text.\n"
    name = f"{hashlib.sha256(words).hexdigest()}.txt"
    other = f"{'0' * 64}.txt"
    for each in (name, other):
        (texts / f".{each}.0123abcd").write_bytes(words)
    (texts / ".x.txt.0123abcd").write_bytes(words)
    content = {"mark": "0123abcd", "files": [], "elsewhere": [str(texts / name), str(texts / other)]}
    (folder / journal.JOURNAL).write_text(json.dumps(content))
    store.read(folder)
    assert [path.name for path in texts.iterdir() if not path.name.startswith(".")] == [name]
    for wrong in (str(texts / "x.txt"), name, f"/x/../{name}", 1):
        (folder / journal.JOURNAL).write_text(json.dumps({**content, "elsewhere": [wrong]}))
        with pytest.raises(InvalidInput, match="no journal of a change"):
            store.read(folder)
