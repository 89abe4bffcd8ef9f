"""Faults of the disk at every call of the C library that writes: `python -m tests.support.disk_faults FOLDER`.

To be started with `faulty_disk.c`, compiled, in LD_PRELOAD. Every fault is met by a process of its own; what is told of
it is a line of JSON for each command and kind of fault.
"""

from __future__ import annotations

import argparse
import ctypes
import errno
import hashlib
import json
import os
import random
import secrets
import shutil
import signal
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.support.writing_commands import COMMANDS, Writing, hidden

FAULTS = {
    "full": (errno.ENOSPC, True),
    "once": (errno.EIO, False),
    "broken": (errno.EIO, True),
    "killed": (-signal.SIGKILL, False),
}
"""A disk that is full from then on, one call that fails, a disk that fails from then on, a process killed there."""


KILLED = 128 + signal.SIGKILL


def _in_child(work) -> object:
    """What `work` gives in a process of its own."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        os.close(reading)
        try:
            told = json.dumps(work())
        except BaseException:
            told = json.dumps({"raised": traceback.format_exc()[-1500:]})
        with os.fdopen(writing, "w") as file:
            file.write(told)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        told = file.read()
    os.waitpid(child, 0)
    return json.loads(told) if told else {"code": KILLED, "said": ""}


def faults(name: str, fault: str, folder: Path, most: int = 0) -> dict[str, object]:
    """What comes of one kind of fault at every call of one command that writes, or at `most` of them."""
    command, (code, lasting) = COMMANDS[name], FAULTS[fault]
    disk = ctypes.CDLL(None)
    work = folder / "work"
    keep = folder / "keep"
    for each in (work, keep):
        shutil.rmtree(each, ignore_errors=True)
    _in_child(lambda: command.made(keep))
    left, ends, wrong = 0, Counter(), []

    def told(armed: int) -> dict[str, object]:
        before = _state(command, work)
        disk.arm(str(work).encode(), armed, code, int(lasting))
        exit_code, said = command.run(work)
        calls = disk.counted()
        disk.arm(b"", 0, 0, 0)
        return {
            "code": exit_code,
            "said": said,
            "calls": calls,
            "before": before,
            "after": _state(command, work),
        }

    def anew(armed: int) -> dict[str, object]:
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(keep, work, symlinks=True)
        return _in_child(lambda: told(armed))

    clean = anew(0)
    old, new = clean["before"], clean["after"]
    step = max(1, clean["calls"] // most) if most else 1
    tried = range(1, clean["calls"] + 1, step)
    for failing in tried:
        found = anew(failing)
        if found.get("code") == KILLED:
            found["after"] = _in_child(lambda: _state(command, work))
        if (
            "raised" in found
            or found["code"] not in (0, 1, 3, 4, KILLED)
            or "internal fault" in found["said"]
        ):
            wrong.append((failing, found.get("code"), found.get("said", found.get("raised"))))
            continue
        end = "old" if found["after"] == old else "new" if found["after"] == new else "neither"
        ends[end] += 1
        if end == "neither" or (end == "old" and old != new and found["code"] == 0):
            wrong.append((failing, found["code"], end, found["said"]))
        if found["code"] in (3, 4) and len(found["said"].strip().splitlines()) > 3:
            wrong.append((failing, "many lines", found["said"]))
        if hidden(work) or failing == 1 or found["code"] == KILLED:
            left += bool(hidden(work))
            again = _in_child(lambda: [*command.run(work), _state(command, work), hidden(work)])
            if again[3]:
                wrong.append((failing, "left behind", again[3]))
            if end == "old" and again[2] != new:
                wrong.append((failing, "a rerun did not do it", again[:2]))
    return {
        "command": name,
        "fault": fault,
        "calls": clean["calls"],
        "tried": len(tried),
        "code": clean["code"],
        "differs": old != new,
        "ends": dict(ends),
        "left until a rerun": left,
        "wrong": wrong,
    }


def kills(times: int, folder: Path) -> Iterator[dict[str, object]]:
    """What comes of `times` kills at random moments, the commands in turn; a line for each command."""
    chance = random.Random(1)
    names = list(COMMANDS)
    for place, name in enumerate(names):
        command, work, keep = COMMANDS[name], folder / "work", folder / "keep"
        shutil.rmtree(keep, ignore_errors=True)
        _in_child(lambda command=command, keep=keep: command.made(keep))
        ends, wrong, left = Counter(), [], 0

        def anew(work: Path = work, keep: Path = keep) -> None:
            shutil.rmtree(work, ignore_errors=True)
            shutil.copytree(keep, work, symlinks=True)

        anew()
        old = _in_child(lambda command=command, work=work: _state(command, work))
        start = time.monotonic()
        _in_child(lambda command=command, work=work: command.run(work))
        took = time.monotonic() - start
        new = _in_child(lambda command=command, work=work: _state(command, work))
        for _ in range(times // len(names) + (place < times % len(names))):
            anew()
            if (child := os.fork()) == 0:
                command.run(work)
                os._exit(0)
            time.sleep(chance.uniform(0.2, 1.1) * took)
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
            after = _in_child(lambda command=command, work=work: _state(command, work))
            end = "old" if after == old else "new" if after == new else "torn"
            ends[end if os.WIFSIGNALED(status) else "ended before"] += 1
            left += bool(hidden(work))
            again = _in_child(
                lambda command=command, work=work: [
                    *command.run(work),
                    _state(command, work),
                    hidden(work),
                ]
            )
            if end == "torn" or again[3] or (end == "old" and again[2] != new):
                wrong.append((end, again[:2], again[3]))
        yield {"command": name, "ends": dict(ends), "left until a rerun": left, "wrong": wrong}


def _state(command: Writing, folder: Path) -> list[list[str]]:
    return [[name, hashlib.sha256(data).hexdigest()] for name, data in command.state(folder).items()]


def _fix_keys() -> None:
    """Let every new dossier have one key, so that a change comes out the same each time."""
    drawn = secrets.token_hex
    secrets.token_hex = lambda size=None: "0" * 32 if size == 16 else drawn(size)


def main() -> None:
    """Tell what comes of the faults that the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--command", action="append", choices=list(COMMANDS))
    parser.add_argument("--fault", action="append", choices=list(FAULTS))
    parser.add_argument(
        "--most", type=int, default=0, help="at most so many calls, evenly spread; all without"
    )
    parser.add_argument(
        "--kills", type=int, default=0, help="kill so often at random moments, in place of faults"
    )
    given = parser.parse_args()
    os.environ["SOURCE_DATE_EPOCH"] = "1700000000"
    _fix_keys()
    for told in kills(given.kills, given.folder.resolve()) if given.kills else ():
        print(json.dumps(told), flush=True)
    for command in () if given.kills else given.command or COMMANDS:
        for fault in given.fault or FAULTS:
            told = faults(command, fault, given.folder.resolve(), given.most)
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
