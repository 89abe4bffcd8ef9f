"""The Ukraine study: how long an assessment takes, what memory it needs and where the time goes.

    python benchmarks/ukraine.py [--worlds 100000 10000] [--repeats 3] [--study examples/ukraine-2025]

For each number of worlds: `backstop assess STUDY --json` as a process of its own (wall, CPU seconds, peak memory),
the same after the imports (`assess` alone, two threads), and one run on one thread with a clock on each step. Prints
one JSON object a line, and exits with 1 where a target is missed.
"""

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ruamel.yaml import YAML

STUDY = Path(__file__).resolve().parents[1] / "examples" / "ukraine-2025"
THREADS = 2
# Worlds: wall seconds of the command, or of the assessment after the imports, and megabytes.
TARGETS = {100_000: ("command_wall_s", 8.0, 600), 10_000: ("assess_wall_s", 1.0, 600)}


def command(study, worlds):
    """Wall, CPU seconds and peak memory (MB) of the whole command."""
    call = [sys.executable, "-m", "backstop", "assess", str(study), "--worlds", str(worlds)]
    call += ["--threads", str(THREADS), "--json"]
    start = time.perf_counter()
    with subprocess.Popen(call, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        said = process.stderr.read().decode()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"backstop assess ended with {process.returncode}: {said}")
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def steps(study, worlds):
    """CPU seconds of one assessment on one thread, and the shares of its steps."""
    from backstop.program.host import Host
    from backstop.scenario.study import load
    from backstop.worlds import assessment

    model = load(study)
    assessment.assess(model, worlds=16, threads=1)
    spent = {}

    def timed(owner, name, step):
        plain = getattr(owner, name)

        @functools.wraps(plain)
        def call(*args, **kwargs):
            start = time.process_time()
            try:
                return plain(*args, **kwargs)
            finally:
                spent[step] = spent.get(step, 0.0) + time.process_time() - start

        setattr(owner, name, call)

    timed(assessment, "assess", "all")
    timed(assessment, "drawn", "draws")
    timed(Host, "each", "solving and sums over worlds")
    timed(assessment, "summed_curves", "curves summed up")
    timed(assessment, "summed_up", "figures summed up")
    timed(assessment, "compared", "differences")
    assessment.assess(model, worlds=worlds, threads=1)
    total = spent.pop("all")
    size = worlds * len(model.levels)
    return {
        "cpu_s": round(total, 3),
        "us_per_world_and_arrangement": round(total / size * 1e6, 2),
        "shares": {k: round(v / total, 3) for k, v in sorted(spent.items(), key=lambda x: -x[1])},
    }


# Phases that the lean study does without, and where what led to them leads instead.
LEFT_OUT = {"truce_crisis": "truce", "peace_crisis": "peace", "tested": None}


def lean(study, folder):
    """The study without crises, claims and one arrangement: 15 decisions, 8 phases, 6 arrangements."""
    yaml = YAML()
    yaml.width = 10_000
    whole = yaml.load((study / "scenario.yaml").read_text(encoding="utf-8"))
    for part in ("dossier", "claims"):
        whole.pop(part, None)
    outcomes, metrics, trees = whole["outcomes"], whole["metrics"], whole["trees"]
    for phase in LEFT_OUT:
        tree = whole["phases"].pop(phase)["play"]
        if not any(tree in str(other) for name, other in trees.items() if name != tree):
            del trees[tree]
    for name in [name for name in outcomes if name not in str(trees)]:
        del outcomes[name]
    for outcome in outcomes.values():
        outcome["next"] = LEFT_OUT.get(outcome["next"], outcome["next"])
    for name in [name for name, metric in metrics.items() if metric.get("from") in LEFT_OUT]:
        del metrics[name]
    for part in (*whole["measures"].values(), *metrics.values()):
        for kind in ("in_phases", "avoid", "reach", "occupy", "duration"):
            if kind in part:
                part[kind] = [phase for phase in part[kind] if phase not in LEFT_OUT]
        if "count" in part:
            part["count"] = [name for name in part["count"] if name in outcomes]
    observations = whole["observations"]
    for name in [name for name, of in observations.items() if of["metric"] not in metrics]:
        del observations[name]
    del whole["arrangements"]["european_force_alone"]
    with (folder / "scenario.yaml").open("w", encoding="utf-8") as file:
        yaml.dump(whole, file)
    return folder


def after_import(study, worlds, repeats):
    """Wall and CPU seconds of `assess` in a process that has done its imports, and of the first call there."""
    from backstop.scenario.study import load
    from backstop.worlds.assessment import assess

    model = load(study)
    walls, cpus = [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        assess(model, worlds=worlds, threads=THREADS)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return {
        "assess_wall_s": round(statistics.median(walls), 3),
        "assess_wall_best_s": round(min(walls), 3),
        "assess_cpu_s": round(statistics.median(cpus), 3),
    }


def child(kind, study, worlds, repeats):
    call = [sys.executable, __file__, "--kind", kind, "--worlds", str(worlds), "--repeats", str(repeats)]
    done = subprocess.run([*call, "--study", str(study)], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, nargs="+", default=[100_000, 10_000])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--study", type=Path, default=STUDY)
    parser.add_argument("--lean", action="store_true", help="a study of half the size made of this one")
    parser.add_argument("--kind", choices=("steps", "after"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.kind == "steps":
        print(json.dumps(steps(args.study, args.worlds[0])))
        return 0
    if args.kind == "after":
        print(json.dumps(after_import(args.study, args.worlds[0], args.repeats)))
        return 0
    met = True
    if args.lean:
        args.study = lean(args.study, Path(tempfile.mkdtemp(prefix="lean-")))
    for worlds in args.worlds:
        runs = [command(args.study, worlds) for _ in range(args.repeats)]
        figures = {
            "worlds": worlds,
            "threads": THREADS,
            "command_wall_s": round(statistics.median(r[0] for r in runs), 3),
            "command_wall_best_s": round(min(r[0] for r in runs), 3),
            "command_cpu_s": round(statistics.median(r[1] for r in runs), 3),
            "peak_mb": round(max(r[2] for r in runs)),
            **child("after", args.study, worlds, args.repeats),
        }
        if worlds in TARGETS:
            figure, seconds, megabytes = TARGETS[worlds]
            met = met and figures[figure] <= seconds and figures["peak_mb"] <= megabytes
        print(json.dumps(figures), flush=True)
        print(json.dumps({"worlds": worlds, "one_thread": child("steps", args.study, worlds, 1)}), flush=True)
    print(json.dumps({"targets_met": bool(met), "load": round(os.getloadavg()[0], 1)}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
