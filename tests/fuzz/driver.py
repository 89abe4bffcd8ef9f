"""Fuzzing of every reader: `python -m tests.fuzz.driver --cases 1000000 --seed 1`.

A case is a file of the corpus made wrong at random; its number and the seed give it again. A reader may refuse it with
an error of our own (`backstop.base.faults`) and nothing else, within SECONDS of processor time and MOST_BYTES more
memory. What fails is kept as a file and belongs into the corpus once it is understood.
"""

from __future__ import annotations

import argparse
import logging
import random
import resource
import signal
import sys
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.fuzz.mutation import mutated
from tests.fuzz.readers import READERS

from backstop.base.faults import BackstopError

SECONDS = 2.0
MOST_BYTES = 300 << 20
CORPUS = Path(__file__).parent / "corpus"


class TooLong(BaseException):
    """A reader that has not ended in time; no `except Exception` of its own catches it."""


@dataclass
class Tally:
    """What became of the cases: `read` and `refused` by reader, `failures` with the case and the error."""

    read: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    slowest: dict[str, float] = field(default_factory=dict)
    failures: list[tuple[str, bytes, str]] = field(default_factory=list)


def corpus() -> Mapping[str, Sequence[bytes]]:
    """The kept files of every reader."""
    return {
        name: [path.read_bytes() for path in sorted((CORPUS / name.removesuffix("-again")).iterdir())]
        for name in READERS
    }


def warm_up(files: Mapping[str, Sequence[bytes]], names: Sequence[str]) -> None:
    """Read every file once without limits: what libraries load when first needed belongs to no case."""
    for name in names:
        for data in files[name]:
            with suppress(Exception):
                READERS[name](data)


def case(
    number: int, seed: int, files: Mapping[str, Sequence[bytes]], names: Sequence[str]
) -> tuple[str, bytes]:
    """The reader and the file of the case `number`."""
    chance = random.Random(f"{seed}:{number}")
    name = chance.choice(names)
    return name, mutated(chance.choice(files[name]), files[name], chance)


def attempt(tally: Tally, name: str, data: bytes) -> None:
    """Give `data` to the reader `name` and note what comes of it."""
    start = time.process_time()
    failure = ""
    try:
        with _limited_time():
            READERS[name](data)
        tally.read[name] += 1
    except BackstopError as error:
        tally.refused[name] += 1
        if not str(error).strip():
            failure = "an error without words"
    except TooLong:
        failure = f"more than {SECONDS} seconds"
    except (Exception, RecursionError) as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        failure = f"{type(error).__name__}: {str(error)[:200]} at {Path(where.filename).name}:{where.lineno}"
    took = time.process_time() - start
    tally.seconds[name] += took  # type: ignore[assignment] - a counter of seconds
    tally.slowest[name] = max(took, tally.slowest.get(name, 0.0))
    if failure:
        tally.failures.append((name, data, failure))


@contextmanager
def _limited_time() -> Iterator[None]:
    """Raises TooLong in the block once it has used its seconds of the processor."""

    def stop(_signal: int, _frame: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def limit_memory() -> None:
    """Let this process take MOST_BYTES more than it has now; whoever wants more gets a MemoryError."""
    held = next(int(row.split()[1]) << 10 for row in _status() if row.startswith("VmData"))
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (held + MOST_BYTES, hard))


def resident() -> int:
    """Bytes of memory that this process holds now."""
    return next(int(row.split()[1]) << 10 for row in _status() if row.startswith("VmRSS"))


def _status() -> list[str]:
    return Path("/proc/self/status").read_text().splitlines()


def main() -> int:
    """Run the cases that the command line asks for; 1 where any failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--reader",
        help="only this reader; may be given several times",
        action="append",
        choices=list(READERS),
    )
    parser.add_argument(
        "--keep", type=Path, default=Path("fuzz-failures"), help="where failing cases are kept"
    )
    given = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    files, names, tally = corpus(), given.reader or list(READERS), Tally()
    warm_up(files, names)
    for name in names:
        for data in files[name]:
            attempt(tally, name, data)
    start, before = time.monotonic(), resident()
    seen: Counter[str] = Counter()
    for number in range(given.first, given.first + given.cases):
        if number % 20_000 == 0:
            limit_memory()
            print(
                f"{number:,} cases, {time.monotonic() - start:,.0f} s, {len(tally.failures)} failures",
                flush=True,
            )
        known = len(tally.failures)
        attempt(tally, *case(number, given.seed, files, names))
        for name, data, why in tally.failures[known:]:
            key = f"{name}: {why.rsplit(' at ', 1)[-1]}"
            seen[key] += 1
            if seen[key] <= 3:
                given.keep.mkdir(exist_ok=True)
                (given.keep / f"{name}-{number}").write_bytes(data)
                print(f"case {number} {name}: {why}", flush=True)
    print(f"{given.cases:,} cases of seed {given.seed} in {time.monotonic() - start:,.0f} s")
    print(f"memory grew by {(resident() - before) >> 20} MiB")
    print(f"{'reader':<16}{'read':>9}{'refused':>9}{'ms each':>9}{'slowest s':>11}")
    for name in names:
        count = tally.read[name] + tally.refused[name]
        each = 1000 * tally.seconds[name] / max(1, count)
        row = f"{tally.read[name]:>9,}{tally.refused[name]:>9,}{each:>9.2f}{tally.slowest.get(name, 0.0):>11.2f}"
        print(f"{name:<16}{row}")
    print(f"{len(tally.failures)} failures of {len(seen)} kinds")
    for key, count in seen.most_common():
        print(f"  {count:>6} {key}")
    return 1 if tally.failures else 0


if __name__ == "__main__":
    sys.exit(main())
