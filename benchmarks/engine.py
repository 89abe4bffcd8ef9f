"""The solver alone: today's program against the solver of an earlier state of Backstop, as ratios in one run.

    python benchmarks/engine.py --before PYTHON [--worlds 20000]

PYTHON is an interpreter in which Backstop as of 544a060 is installed (`git worktree add BEFORE 544a060`, then
`pip install BEFORE` in an environment of its own). Both solve the same worlds of the Ukraine study under all seven
arrangements with everything that `assess` reports, in blocks of 10,000 and of 1,000 worlds, by turns; the best of
several turns counts. One JSON object a line; exit code 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

STUDY = Path(__file__).resolve().parent.parent / "examples" / "ukraine-2025"
TURNS = 4
# Most of the CPU time of the state before, by worlds in a block; and how much faster two threads are than one.
TARGETS = {10_000: 0.25, 1_000: 0.14}
SPEEDUP = 1.7
MODULE_SECONDS = {"cold": 0.4, "warm": 0.05}

BEFORE = """
import json, sys, time
import backstop
from backstop.worlds.ensemble import Ensemble
from backstop.worlds.workers import Workers

study, worlds, block, turns = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
model = backstop.load(study)
ensemble = Ensemble.drawn(model, worlds, 1, Workers(1), block=block)
ensemble.solve_all(model.levels)
for line in sys.stdin:
    cpu, wall = time.process_time(), time.perf_counter()
    ensemble.solve_all(model.levels)
    print(json.dumps([time.process_time() - cpu, time.perf_counter() - wall]), flush=True)
"""


class Before:
    """The solver of the state before, in a process of its own that solves whenever it is told to."""

    def __init__(self, python: str, worlds: int, block: int) -> None:
        command = [python, "-E", "-c", BEFORE, str(STUDY), str(worlds), str(block), str(TURNS)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self) -> tuple[float, float]:
        """CPU and wall seconds of one solution."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        cpu, wall = json.loads(self.process.stdout.readline())
        return cpu, wall

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--before", help="a Python in which the state before is installed")
    parser.add_argument("--worlds", type=int, default=20_000)
    options = parser.parse_args()

    import backstop
    from backstop.program.host import Host, Wanted
    from backstop.program.program import compile_program
    from backstop.worlds.draws import Sampler

    missed = False

    def tell(figures: dict[str, object], met: bool) -> None:
        nonlocal missed
        missed = missed or not met
        print(json.dumps(figures | {"met": met}), flush=True)

    model = backstop.load(STUDY)
    for state in ("cold", "warm"):
        seconds = module_seconds(state)
        tell({"module": state, "seconds": round(seconds, 3)}, seconds <= MODULE_SECONDS[state])

    drawn = Sampler(model.distributions, model.correlations, 1).block(0, options.worlds)
    parameters = {n: d if isinstance(d, float) else drawn[n] for n, d in model.distributions.items()}
    everything = Wanted(curves=True, costs=True, shares=True, outcomes=True)
    program = compile_program(model)

    def solve(host: Host, block: int, wanted: Wanted = everything) -> tuple[float, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        for first in range(0, options.worlds, block):
            here = {n: p if isinstance(p, float) else p[first : first + block] for n, p in parameters.items()}
            host.each(lambda found: None, min(block, options.worlds - first), here, model.levels, wanted)
        return time.process_time() - cpu, time.perf_counter() - wall

    pairs = options.worlds * len(model.levels) / 1e6
    one, two = Host(program, 1), Host(program, 2)
    for block, target in TARGETS.items():
        before = None if options.before is None else Before(options.before, options.worlds, block)
        solve(one, block)
        turns = [(solve(one, block), before() if before else (float("nan"),) * 2) for _ in range(TURNS)]
        cpu, wall = (min(now[i] for now, _ in turns) for i in (0, 1))
        cpu_before, wall_before = (min(then[i] for _, then in turns) for i in (0, 1))
        figures = {
            "block": block,
            "cpu_us": round(cpu / pairs, 2),
            "cpu_us_before": round(cpu_before / pairs, 2),
            "cpu_ratio": round(cpu / cpu_before, 3),
            "wall_ratio": round(wall / wall_before, 3),
        }
        tell(figures, before is None or cpu / cpu_before <= target)
        if before:
            before.close()
    walls = {host.threads: min(solve(host, 4_000)[1] for _ in range(TURNS)) for host in (one, two)}
    speedup = walls[1] / walls[2]
    tell({"two_threads": round(speedup, 2)}, speedup >= SPEEDUP)
    return int(missed)


def module_seconds(state: str) -> float:
    """Seconds from a loaded study to a host that is ready to solve, in a fresh process without or with the cache."""
    code = (
        "import sys, time, backstop, tempfile, os\n"
        "import backstop.program.host as h, backstop.program.program as p, wasmtime\n"
        "os.environ['BACKSTOP_CACHE'] = tempfile.mkdtemp()\n"
        f"model = backstop.load({str(STUDY)!r})\n"
        "for _ in range(2 if sys.argv[1] == 'warm' else 1):\n"
        "    start = time.perf_counter(); h.Host(p.compile_program(model), 1); end = time.perf_counter()\n"
        "print(end - start)\n"
    )
    runs = [
        subprocess.run([sys.executable, "-c", code, state], capture_output=True, text=True, check=True)
        for _ in range(3)
    ]
    return min(float(run.stdout) for run in runs)


if __name__ == "__main__":
    sys.exit(main())
