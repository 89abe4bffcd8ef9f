"""The host: the same bits however worlds are cut up and shared out, and nothing left behind."""

from __future__ import annotations

import _thread
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.program.agreement import EVERYTHING

import backstop
from backstop.base.faults import InvalidInput, Place, Refused
from backstop.program import runtime
from backstop.program.host import Block, Host, Number, Solved, Wanted
from backstop.program.program import Program, compile_program
from backstop.scenario.model import Model
from backstop.worlds.draws import Sampler

ROOT = Path(__file__).resolve().parents[2]
UKRAINE = ROOT / "examples" / "ukraine-2025"
WORLDS = 3_001


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKSTOP_CACHE", str(tmp_path / "cache"))


@pytest.fixture(scope="module")
def model() -> Model:
    return backstop.load(UKRAINE)


@pytest.fixture(scope="module")
def program(model: Model) -> Program:
    return compile_program(model)


@pytest.fixture(scope="module")
def parameters(model: Model) -> dict[str, Number]:
    drawn = Sampler(model.distributions, model.correlations, 1).block(0, WORLDS)
    return {name: d if isinstance(d, float) else drawn[name] for name, d in model.distributions.items()}


def bits(solved: Solved) -> dict[str, bytes]:
    """All figures as bytes."""
    found = {"settled": solved.settled, "flagged": solved.flagged, "shares": solved.shares}
    for kind in ("values", "metrics", "curves", "costs", "outcomes"):
        found |= {f"{kind}.{name}": array for name, array in getattr(solved, kind).items()}
    return {name: np.ascontiguousarray(array).tobytes() for name, array in found.items() if array is not None}


def test_the_same_bits_in_any_number_of_threads(
    program: Program, model: Model, parameters: dict[str, Number]
) -> None:
    levels = {name: model.levels[name] for name in ("nothing", "full_package")}
    one = Host(program, 1).solve_all(WORLDS, parameters, levels, EVERYTHING)
    assert all(len(bits(solved)) > 50 for solved in one.values())
    for threads in (2, 3, 64):
        many = Host(program, threads).solve_all(WORLDS, parameters, levels, EVERYTHING)
        for name in levels:
            assert bits(many[name]) == bits(one[name]), threads
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("backstop")]


def test_the_same_bits_in_blocks_of_any_size(
    program: Program, model: Model, parameters: dict[str, Number]
) -> None:
    host, levels = Host(program, 2), model.levels["force_and_backstop"]
    whole = host.solve(WORLDS, parameters, levels, EVERYTHING)

    def kept(block: Block) -> tuple[int, dict[str, np.ndarray[Any, Any]]]:
        solved = block.solved["it"]
        assert solved.shares is not None
        return block.count, {
            "shares": solved.shares.copy(),
            **{name: array.copy() for name, array in solved.metrics.items()},
            **{f"curve of {name}": array.copy() for name, array in solved.curves.items()},
        }

    for size in (1, 7, 1_000, 1_017, 2_500):
        few = 21 if size < 10 else WORLDS
        parts = host.each(kept, few, parameters, {"it": levels}, EVERYTHING, size)
        assert [count for count, _ in parts[:-1]] == [size] * (len(parts) - 1)
        assert sum(count for count, _ in parts) == few
        assert whole.shares is not None
        assert (np.concatenate([part["shares"] for _, part in parts], -1) == whole.shares[..., :few]).all()
        for name, metric in whole.metrics.items():
            joined = np.concatenate([part[name] for _, part in parts])
            np.testing.assert_array_equal(joined, metric[:few])


def test_a_world_is_the_same_alone(program: Program, model: Model, parameters: dict[str, Number]) -> None:
    host, levels = Host(program, 1), model.levels["aid_only"]
    whole = host.solve(40, parameters, levels)
    for world in (0, 1, 17, 39):
        its = {n: p if isinstance(p, float) else p[world : world + 1] for n, p in parameters.items()}
        alone = host.solve(1, its, levels)
        for name, metric in whole.metrics.items():
            np.testing.assert_array_equal(alone.metrics[name], metric[world : world + 1])


def test_levels_may_differ_from_world_to_world(
    program: Program, model: Model, parameters: dict[str, Number]
) -> None:
    host = Host(program, 1)
    forces = np.array([0.0, 10.0, 30.0, 80.0])
    levels = dict(model.levels["full_package"])
    together = host.solve(4, parameters, levels | {"european_force": forces})
    for world, force in enumerate(forces):
        alone = host.solve(4, parameters, levels | {"european_force": float(force)})
        for name, metric in together.metrics.items():
            np.testing.assert_array_equal(metric[world], alone.metrics[name][world])


def test_some_of_the_worlds_are_what_they_are_among_all(
    program: Program, model: Model, parameters: dict[str, Number]
) -> None:
    host, levels = Host(program, 2), model.levels["full_package"]
    whole = host.solve(WORLDS, parameters, levels)
    rows = np.random.default_rng(2).permutation(WORLDS)[:1_501]
    force = np.where(np.arange(rows.size) < 700, levels["european_force"], 20.0)
    some = host.solve(rows.size, parameters, {**levels, "european_force": force}, rows=rows)
    assert len(whole.metrics) > 10
    for name, metric in whole.metrics.items():
        np.testing.assert_array_equal(some.metrics[name][:700], metric[rows[:700]])
    other = some.metrics["lasting_peace"][700:]
    assert (other != whole.metrics["lasting_peace"][rows[700:]]).mean() > 0.9


def test_only_what_is_wanted_is_there(program: Program, model: Model, parameters: dict[str, Number]) -> None:
    host, levels = Host(program, 1), model.levels["nothing"]
    whole = host.solve(50, parameters, levels, EVERYTHING)
    one = next(iter(whole.curves))
    for wanted in (
        Wanted((one,)),
        Wanted((one,), curves=True),
        Wanted((), costs=True),
        Wanted((), outcomes=True),
    ):
        found = host.solve(50, parameters, levels, wanted)
        assert set(found.metrics) == set(wanted.metrics or ())
        assert set(found.curves) == ({one} if wanted.curves else set())
        assert bool(found.costs) is wanted.costs
        assert bool(found.outcomes) is wanted.outcomes
        assert found.shares is None
        kept = bits(found)
        assert len(kept) >= 6
        assert kept == {name: value for name, value in bits(whole).items() if name in kept}


def test_progress_counts_every_world_and_arrangement(
    program: Program, model: Model, parameters: dict[str, Number]
) -> None:
    told: list[tuple[int, int]] = []
    levels = {name: model.levels[name] for name in ("nothing", "aid_only", "full_package")}
    Host(program, 2).solve_all(
        WORLDS, parameters, levels, Wanted(()), lambda done, of: told.append((done, of))
    )
    assert told[-1] == (3 * WORLDS, 3 * WORLDS)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) >= 2


def test_an_error_in_what_is_done_with_blocks_ends_the_work(
    program: Program, model: Model, parameters: dict[str, Number]
) -> None:
    def fail(block: Block) -> None:
        raise KeyError(block.first)

    host = Host(program, 2)
    with pytest.raises(KeyError):
        host.each(fail, WORLDS, parameters, {"it": model.levels["nothing"]}, Wanted(()), 500)
    assert host.solve(3, parameters, model.levels["nothing"]).settled.all()


def test_work_that_is_ended_ends_no_other(
    program: Program, model: Model, parameters: dict[str, Number]
) -> None:
    def fail(block: Block) -> None:
        raise KeyError("nothing can be kept")

    host, failed = Host(program, 2), list[KeyError]()
    expected = bits(host.solve(WORLDS, parameters, model.levels["nothing"], EVERYTHING))

    def failing() -> None:
        for _ in range(30):
            try:
                host.each(fail, WORLDS, parameters, {"it": model.levels["nothing"]}, Wanted(()), 100)
            except KeyError as error:
                failed.append(error)

    other = threading.Thread(target=failing)
    other.start()
    found = [host.solve(WORLDS, parameters, model.levels["nothing"], EVERYTHING) for _ in range(5)]
    other.join()
    assert len(failed) == 30
    assert len(found) == 5
    for each in found:
        assert bits(each) == expected


@pytest.fixture
def _interruptible() -> Iterator[None]:
    """Interruptions arrive, here and in what is started, also where the tests were started to ignore them."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interruptible")
def test_control_c_ends_a_long_calculation_within_a_second(
    program: Program, model: Model, parameters: dict[str, Number]
) -> None:
    host, many = Host(program, 2), 2_000_000
    endless = {n: p if isinstance(p, float) else np.resize(p, many) for n, p in parameters.items()}
    begun = time.monotonic()
    threading.Timer(0.5, _thread.interrupt_main).start()
    with pytest.raises(KeyboardInterrupt):
        host.solve(many, endless, model.levels["nothing"], Wanted(()))
    assert time.monotonic() - begun < 30.0  # by itself it would take minutes
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("backstop")]
    # and the host is as good as before
    assert host.solve(3, parameters, model.levels["nothing"]).settled.all()


@pytest.mark.usefixtures("_interruptible")
def test_a_single_call_that_goes_on_for_long_is_ended_too() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.program.endless"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert run.returncode == 130, run.stderr
    assert float(run.stdout) < 20.0  # a second by itself; without an end it would be hours


@pytest.mark.skipif(sys.platform != "linux", reason="limits of virtual memory are those of Linux")
def test_a_limit_on_virtual_memory_is_said() -> None:
    code = (
        "import resource, backstop\nfrom backstop.program.host import Host\n"
        "from backstop.program.program import compile_program\n"
        f"model = backstop.load({str(ROOT / 'examples' / 'ladder')!r})\n"
        "host = Host(compile_program(model), 1)\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 << 30, 3 << 30))\n"
        "host.solve(40, dict.fromkeys(model.distributions, 0.5), next(iter(model.levels.values())))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "gives no memory for another thread" in run.stderr.splitlines()[-1]
    assert "take fewer --threads" in run.stderr.splitlines()[-1]


# The cache of compiled modules.


def cached(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "cache"
    return sorted(folder.iterdir()) if folder.exists() else []


def figures(program: Program, model: Model, parameters: dict[str, Number]) -> dict[str, bytes]:
    return bits(Host(program, 1).solve(4, parameters, model.levels["nothing"], EVERYTHING))


def test_a_compiled_module_is_kept_and_used_again(
    program: Program,
    model: Model,
    parameters: dict[str, Number],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = figures(program, model, parameters)
    (kept,) = cached(tmp_path)
    assert program.digest in kept.name
    library = runtime._wasmtime()

    def refuse(*_: object) -> None:
        raise AssertionError("compiled again")

    monkeypatch.setattr(
        library, "Module", type("Module", (), {"deserialize": library.Module.deserialize, "__init__": refuse})
    )
    assert figures(program, model, parameters) == first


@pytest.mark.parametrize("damage", ["empty", "cut", "changed", "foreign"])
def test_a_damaged_module_is_made_anew(
    program: Program, model: Model, parameters: dict[str, Number], tmp_path: Path, damage: str
) -> None:
    first = figures(program, model, parameters)
    (kept,) = cached(tmp_path)
    whole = kept.read_bytes()
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 1
    foreign = b"not a module of this library"
    kept.write_bytes(
        {
            "empty": b"",
            "cut": whole[: len(whole) // 2],
            "changed": bytes(changed),
            "foreign": runtime.sealed(foreign),
        }[damage]
    )
    assert figures(program, model, parameters) == first
    assert len(kept.read_bytes()) == len(whole)


def test_it_works_where_nothing_can_be_kept(
    program: Program,
    model: Model,
    parameters: dict[str, Number],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = figures(program, model, parameters)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("BACKSTOP_CACHE", str(tmp_path / "file"))
    assert figures(program, model, parameters) == first
    (tmp_path / "here").mkdir()
    monkeypatch.setenv("BACKSTOP_CACHE", str(tmp_path / "here"))

    def full(path: Path, data: bytes) -> None:
        raise InvalidInput("no space left", place=Place(str(path)))

    with monkeypatch.context() as patch:
        patch.setattr(runtime, "write_atomically", full)
        assert figures(program, model, parameters) == first
    monkeypatch.setenv("BACKSTOP_CACHE", "")
    assert runtime.cache_folder() is None
    assert figures(program, model, parameters) == first


def test_the_oldest_modules_go(tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for number in range(runtime._KEPT + 5):
        runtime._keep(folder / f"{number:03}", b"content")
        os.utime(folder / f"{number:03}", (number, number))
    runtime._keep(folder / "last", b"content")
    names = sorted(path.name for path in folder.iterdir())
    assert len(names) == runtime._KEPT
    assert names[-1] == "last"
    assert names[0] == "006"


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x"}, "/x/backstop/programs"),
        ("linux", {"HOME": "/own"}, "/own/.cache/backstop/programs"),
        ("darwin", {"HOME": "/Users/me"}, "/Users/me/Library/Caches/backstop/programs"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/backstop/programs"),
    ],
)
def test_the_folder_is_that_of_the_system(
    system: str, variables: dict[str, str], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BACKSTOP_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", system)
    assert runtime.cache_folder() == Path(expected)


def test_without_the_library_one_message_says_what_to_do(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime._wasmtime.cache_clear()
    monkeypatch.setitem(sys.modules, "wasmtime", None)
    try:
        with pytest.raises(Refused, match=r"wasmtime.*pip install wasmtime"):
            Host(program, 1)
    finally:
        runtime._wasmtime.cache_clear()
