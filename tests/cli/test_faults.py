"""Faults of the disk at every call that writes, of every command that writes: the old files or the new ones."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.disk_faults import FAULTS
from tests.support.writing_commands import COMMANDS

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
ROOT = Path(__file__).resolve().parents[2]
QUICK = {
    ("new", "full"),
    ("add --texts", "broken"),
    ("code", "once"),
    ("export", "once"),
    ("draw again", "full"),
    ("compile", "broken"),
    ("add --replaces", "killed"),
}
"""What is tried every time, at a few calls; the rest is slow, at every call."""

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or COMPILER is None, reason="needs Linux and a C compiler"
)


@pytest.fixture(scope="session")
def faulty_disk(tmp_path_factory):
    made = tmp_path_factory.mktemp("disk") / "faulty_disk.so"
    source = ROOT / "tests" / "support" / "faulty_disk.c"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-O1", "-o", made, source, "-ldl"], check=True)
    return made


@pytest.mark.parametrize(
    ("command", "fault", "most"),
    [
        pytest.param(
            command,
            fault,
            5 if (command, fault) in QUICK else 0,
            marks=() if (command, fault) in QUICK else pytest.mark.slow,
        )
        for command in COMMANDS
        for fault in FAULTS
    ],
)
def test_a_disk_that_fails_leaves_the_old_files_or_the_new(tmp_path, faulty_disk, command, fault, most):
    given = ["--command", command, "--fault", fault, "--most", str(most)]
    found = subprocess.run(
        [sys.executable, "-m", "tests.support.disk_faults", tmp_path, *given],
        cwd=ROOT,
        env={**os.environ, "LD_PRELOAD": str(faulty_disk)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-2000:]
    told = json.loads(found.stdout)
    assert told["wrong"] == []
    assert told["tried"] >= 3
    assert told["differs"]
    assert set(told["ends"]) <= {"old", "new"}
    assert told["calls"] >= 4
    assert sum(told["ends"].values()) == told["tried"]


@pytest.mark.slow
def test_three_hundred_kills_at_random_moments(tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "tests.support.disk_faults", tmp_path, "--kills", "300"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr[-2000:]
    told = [json.loads(line) for line in found.stdout.splitlines()]
    assert [one["command"] for one in told] == list(COMMANDS)
    assert sum(sum(one["ends"].values()) for one in told) == 300
    assert [one["wrong"] for one in told if one["wrong"]] == []
