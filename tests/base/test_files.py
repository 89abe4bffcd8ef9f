"""Files and folders written whole or not at all."""

from __future__ import annotations

import errno
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from backstop.base import files
from backstop.base.faults import InvalidInput, Notice
from backstop.base.files import folder_written_whole, sha256, write_atomically

KNOWN = ("result.json", "page.html")


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def fill(target: Path, text: str) -> None:
    with folder_written_whole(target, KNOWN) as scratch:
        for name in KNOWN:
            (scratch / name).write_text(text)


def test_sha256() -> None:
    assert sha256(b"abc").startswith("ba7816bf8f01cfea")


# ---------------------------------------------------------------- one file


def test_links_in_a_circle_lead_to_no_file(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(InvalidInput, match=r"cannot be written|cannot be read"):
        write_atomically(tmp_path / "a", "one")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]


@pytest.mark.parametrize("name", ["a" * 300, "a/" * 3000, "a\0b"])
def test_what_can_be_no_name_is_no_file(tmp_path: Path, name: str) -> None:
    assert not files.is_file(tmp_path / name)


def test_a_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "one é")
    write_atomically(path, b"two")
    assert content(tmp_path) == {"a.txt": "two"}


@pytest.mark.parametrize("step", ["fsync", "replace", "open"])
def test_a_file_survives_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    path = tmp_path / "a.txt"
    write_atomically(path, "old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(InvalidInput, match="No space left"):
        write_atomically(path, "new")
    monkeypatch.undo()
    assert content(tmp_path) == {"a.txt": "old"}


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_atomically(tmp_path / "file" / "below", "x")
    with pytest.raises(InvalidInput, match="cannot be written"):
        write_atomically(tmp_path / "no" / "such" / "folder", "x")


# ---------------------------------------------------------------- a folder


def test_a_folder_appears_whole(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "down"
    with folder_written_whole(target, KNOWN) as scratch:
        (scratch / "result.json").write_text("one")
        assert not target.exists()
        assert scratch.parent == target.parent
    assert content(target) == {"result.json": "one"}
    assert [path.name for path in target.parent.iterdir()] == ["down"]


def test_a_result_is_replaced_and_nothing_of_it_stays(tmp_path: Path) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    with folder_written_whole(target, KNOWN) as scratch:
        (scratch / "result.json").write_text("new")
    assert content(target) == {"result.json": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    fill(tmp_path / "out", "new")
    assert set(content(tmp_path / "out")) == set(KNOWN)


@pytest.mark.parametrize(
    "held",
    [
        {"notes.txt": "mine"},
        {"result.json": "{}", "notes.txt": "mine"},
        {"page.html": "mine: no result lies beside it"},
    ],
)
def test_work_of_others_is_left_alone(tmp_path: Path, held: dict[str, str]) -> None:
    target = tmp_path / "out"
    target.mkdir()
    for name, text in held.items():
        (target / name).write_text(text)
    with pytest.raises(InvalidInput, match="left alone"), folder_written_whole(target, KNOWN):
        pytest.fail("the block must not run")
    assert content(target) == held
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_nothing_is_replaced_unless_it_is_said_to_be_replaceable(tmp_path: Path) -> None:
    fill(tmp_path / "out", "old")
    with pytest.raises(InvalidInput, match="left alone"), folder_written_whole(tmp_path / "out"):
        pytest.fail("the block must not run")


@pytest.mark.parametrize("fault", [OSError(28, "full"), ValueError("wrong"), KeyboardInterrupt()])
@pytest.mark.parametrize("earlier", [True, False])
def test_a_failing_block_leaves_no_trace(tmp_path: Path, fault: BaseException, earlier: bool) -> None:
    target = tmp_path / "out"
    if earlier:
        fill(target, "old")
    expected = InvalidInput if isinstance(fault, OSError) else type(fault)
    with pytest.raises(expected), folder_written_whole(target, KNOWN) as scratch:
        (scratch / "result.json").write_text("half")
        raise fault
    assert [path.name for path in tmp_path.iterdir()] == (["out"] if earlier else [])
    if earlier:
        assert set(content(target).values()) == {"old"}


@pytest.mark.parametrize("failing", [1, 2])
@pytest.mark.parametrize("fault", [OSError(5, "Input/output error"), KeyboardInterrupt()])
def test_a_failing_exchange_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int, fault: BaseException
) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    monkeypatch.setattr(files, "_swapped", lambda *_: False)
    rename, calls = Path.rename, []

    def sometimes(self: Path, other: Path) -> Path:
        calls.append(self)
        if len(calls) == failing:
            raise fault
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", sometimes)
    with pytest.raises(InvalidInput if isinstance(fault, OSError) else KeyboardInterrupt):
        fill(target, "new")
    assert set(content(target).values()) == {"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_interruption_after_the_exchange_keeps_the_new_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    monkeypatch.setattr(files, "_swapped", lambda *_: False)
    rename = Path.rename

    def late(self: Path, other: Path) -> Path:
        rename(self, other)
        if other == target:
            raise KeyboardInterrupt
        return other

    monkeypatch.setattr(Path, "rename", late)
    with pytest.raises(KeyboardInterrupt):
        fill(target, "new")
    assert set(content(target).values()) == {"new"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["", "below", "below/deeper"])
def test_a_file_in_the_way(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("kept")
    with pytest.raises(InvalidInput), folder_written_whole(tmp_path / "file" / name):
        pytest.fail("the block must not run")
    assert content(tmp_path) == {"file": "kept"}


def test_a_name_that_no_system_takes(tmp_path: Path) -> None:
    for name in ("a\0b", "x" * 300):
        with pytest.raises(InvalidInput), folder_written_whole(tmp_path / name):
            pytest.fail("the block must not run")


def test_a_link_keeps_pointing(tmp_path: Path) -> None:
    fill(tmp_path / "real", "old")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "real")
    fill(link, "new")
    assert link.is_symlink()
    assert set(content(tmp_path / "real").values()) == {"new"}


_KILLED = """
import sys
from pathlib import Path
from backstop.base.files import folder_written_whole
turn = 0
while True:
    turn += 1
    with folder_written_whole(Path(sys.argv[1]), ("a", "b", "c")) as scratch:
        for name in "abc":
            (scratch / name).write_text(str(turn) * 20000)
    print(turn, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_killed_at_any_moment_no_folder_is_half_written(tmp_path: Path) -> None:
    target = tmp_path / "out"
    for turn in range(12):
        with subprocess.Popen([sys.executable, "-c", _KILLED, str(target)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(0.003 * turn)
            child.send_signal(signal.SIGKILL)
        whole = [path for path in tmp_path.iterdir() if not path.name.endswith(".new")]
        # Where a system cannot exchange folders, the old one may stand under its other name: whole all the same.
        assert whole
        for folder in whole:
            texts = set(content(folder).values())
            if folder.name == "out":
                assert len(texts) == 1
                assert sorted(content(folder)) == ["a", "b", "c"]
    fill_all = [path.name for path in tmp_path.iterdir()]
    assert "out" in fill_all
    with folder_written_whole(target, ("a", "b", "c")) as scratch:
        (scratch / "a").write_text("new")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_the_old_folder_is_put_back_after_a_kill_between_two_renames(tmp_path: Path) -> None:
    fill(tmp_path / ".out.0123abcd.old", "old")
    (tmp_path / ".out.89abcdef.new").mkdir()
    with pytest.raises(KeyboardInterrupt), folder_written_whole(tmp_path / "out", KNOWN):
        raise KeyboardInterrupt
    assert set(content(tmp_path / "out").values()) == {"old"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_is_being_written_is_no_leftover(tmp_path: Path) -> None:
    with folder_written_whole(tmp_path / "out", KNOWN) as one:
        fill(tmp_path / "out", "other")
        assert one.is_dir()
        (one / "result.json").write_text("mine")
    assert content(tmp_path / "out") == {"result.json": "mine"}


def test_modes_and_links_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o600)
    link.symlink_to("real.txt")
    (tmp_path / ".real.txt.0123abcd").write_text("left by a kill")
    write_atomically(link, "new")
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.txt", "real.txt"]
    fill(tmp_path / "out", "old")
    (tmp_path / "out").chmod(0o700)
    fill(tmp_path / "out", "new")
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_an_input_is_not_written_on(tmp_path: Path) -> None:
    path, link = tmp_path / "scenario.yaml", tmp_path / "link"
    path.write_text("mine")
    link.hardlink_to(path)
    for target in (path, link, tmp_path / "x" / ".." / "scenario.yaml"):
        (tmp_path / "x").mkdir(exist_ok=True)
        with pytest.raises(InvalidInput, match=r"scenario\.yaml of the study itself"):
            files.refuse_input(target, [tmp_path / "absent", path])
    files.refuse_input(tmp_path / "other", [path])


def test_the_message_for_any_error() -> None:
    assert "cannot be written (full)" in str(files.unwritable(Path("x"), OSError(28, "full")))
    assert "cannot be written (odd)" in str(files.unwritable(Path("x"), ValueError("odd")))


# ---------------------------------------------------------------- what a replaced file was


def test_a_file_with_other_names_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    os.link(tmp_path / "a", tmp_path / "b")
    with pytest.warns(Notice, match=re.escape("a had 2 names (hard links): the other keeps the old content")):
        write_atomically(tmp_path / "a", "new")
    assert content(tmp_path) == {"a": "new", "b": "old"}


def test_files_of_a_folder_keep_their_modes(tmp_path: Path) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    (target / "page.html").chmod(0o600)
    target.chmod(0o700)
    fill(target, "new")
    assert content(target) == dict.fromkeys(KNOWN, "new")
    assert [stat.S_IMODE(path.stat().st_mode) for path in (target, target / "page.html")] == [0o700, 0o600]


def test_a_link_or_a_strange_picture_is_no_result_of_ours(tmp_path: Path) -> None:
    target = tmp_path / "out"
    fill(target, "old")
    (target / "page.html").unlink()
    (tmp_path / "mine.html").write_text("mine")
    (target / "page.html").symlink_to(tmp_path / "mine.html")
    with pytest.raises(InvalidInput, match=r"holds page.html, which Backstop did not write"):
        fill(target, "new")
    (target / "page.html").unlink()
    (target / "svg").mkdir()
    (target / "svg" / "one.svg").write_text("<svg/>")
    (target / "svg" / "notes.txt").write_text("mine")
    known = (*KNOWN, "svg")
    with pytest.raises(InvalidInput, match="holds svg"), folder_written_whole(target, known):
        pass
    (target / "svg" / "notes.txt").unlink()
    with folder_written_whole(target, known) as scratch:
        (scratch / "result.json").write_text("{}")
    assert content(target) == {"result.json": "{}"}


def test_folders_made_for_nothing_go_again(tmp_path: Path) -> None:
    with pytest.raises(KeyError), folder_written_whole(tmp_path / "a" / "b" / "out", KNOWN):
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["open", "write", "fsync", "link"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EPERM])
def test_a_new_file_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    def failing(*_: object, **__: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(files.os, call, failing)
        if call == "link":  # a file system without second names: the name is taken first
            files.create_whole(tmp_path / "new.yaml", b"all of it")
        else:
            with pytest.raises(InvalidInput, match="cannot be written"):
                files.create_whole(tmp_path / "new.yaml", b"all of it")
    assert [path.name for path in tmp_path.iterdir()] == (["new.yaml"] if call == "link" else [])
    assert call != "link" or (tmp_path / "new.yaml").read_bytes() == b"all of it"


@pytest.mark.parametrize("links", [True, False])
def test_what_is_there_is_never_replaced_by_a_new_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:

        def without(*_: object, **__: object) -> None:
            raise OSError(errno.EPERM, "no links here")

        monkeypatch.setattr(files.os, "link", without)
    (tmp_path / "old.yaml").write_bytes(b"theirs")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "dangling.yaml").symlink_to(tmp_path / "nowhere")
    for name in ("old.yaml", "folder.yaml", "dangling.yaml"):
        with pytest.raises(InvalidInput, match="already"):
            files.create_whole(tmp_path / name, b"ours")
    assert (tmp_path / "old.yaml").read_bytes() == b"theirs"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["dangling.yaml", "folder.yaml", "old.yaml"]


@pytest.mark.parametrize("links", [True, False])
def test_a_name_that_is_taken_meanwhile_stays_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    (tmp_path / "old.yaml").write_bytes(b"theirs")

    def without(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(files.os.path, "lexists", lambda _: False)
    if not links:
        monkeypatch.setattr(files.os, "link", without)
    with pytest.raises(InvalidInput, match="already"):
        files.create_whole(tmp_path / "old.yaml", b"ours")
    assert (tmp_path / "old.yaml").read_bytes() == b"theirs"
    assert [path.name for path in tmp_path.iterdir()] == ["old.yaml"]
