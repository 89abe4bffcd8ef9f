"""Static trees: a compiled program beside Gambit's agent logit and OpenSpiel, as ratios of CPU seconds in one run.

    python benchmarks/trees.py [--worlds 5000000] [--games 300] [--repeats 5]

One tree for all: a challenger attacks, probes or waits; the attacked resists, bargains or yields; a guarantor helps or
stays out. Three decisions, three actors, six endings, payoffs uniform on [-1, 1] and rounded to six digits for the
peers. Gambit and OpenSpiel take one game at a time, built from text and solved, as a user would. Prints one JSON
object a line, and exits with 1 where a target is missed.
"""

import argparse
import io
import json
import math
import resource
import statistics
import subprocess
import sys
import threading
import time

import numpy as np

NOISE = 0.5
SEED = 20251201
BLOCK = 65_536
THREADS = 2
ACTORS = 3
ENDINGS = 6
# Two- and three-way choices: what a choice rule written for this tree alone would need.
EXPONENTIALS = 1 + 3 + 3

EFG = """EFG 2 R "guarantee" {{ "challenger" "attacked" "guarantor" }}
p "" 1 1 "" {{ "attack" "probe" "wait" }} 0
p "" 2 1 "" {{ "resist" "bargain" "yield" }} 0
p "" 3 1 "" {{ "help" "stay out" }} 0
t "" 1 "joint war" {{ {}, {}, {} }}
t "" 2 "war alone" {{ {}, {}, {} }}
t "" 3 "bargain" {{ {}, {}, {} }}
t "" 4 "conquest" {{ {}, {}, {} }}
t "" 5 "probe" {{ {}, {}, {} }}
t "" 6 "quiet" {{ {}, {}, {} }}
"""
ACTORS_NAMED = ("challenger", "attacked", "guarantor")
# By outcome, in the order of the file above: the moves that lead to it.
PATHS = (
    ("attack", "resist", "help"),
    ("attack", "resist", "stay out"),
    ("attack", "bargain"),
    ("attack", "yield"),
    ("probe",),
    ("wait",),
)

SCENARIO = {
    "format": "backstop/1",
    "title": "A guarantee",
    "horizon": {"years": 1, "tail_years": 0},
    "actors": {name: {"discount": 0, "noise": "noise"} for name in ACTORS_NAMED},
    "parameters": {"noise": {"value": NOISE}}
    | {f"u{i}": {"uniform": [-1, 1]} for i in range(ENDINGS * ACTORS)},
    "arrangements": {"only": {}},
    "start": "now",
    "phases": {"now": {"play": "first"}, "over": {"absorbing": True}},
    "trees": {
        "first": {"actor": "challenger", "moves": {"attack": "answer", "probe": "o4", "wait": "o5"}},
        "answer": {"actor": "attacked", "moves": {"resist": "help", "bargain": "o2", "yield": "o3"}},
        "help": {"actor": "guarantor", "moves": {"help": "o0", "stay_out": "o1"}},
    },
    "outcomes": {
        f"o{o}": {
            "next": "over",
            "payoffs": {name: f"u{ACTORS * o + i}" for i, name in enumerate(ACTORS_NAMED)},
        }
        for o in range(ENDINGS)
    },
    "metrics": {"worth": {"value": "challenger"}},
}


def guarantee(threads=THREADS):
    """The tree as a program, ready to solve worlds."""
    from backstop.program.host import Host
    from backstop.program.program import compile_program
    from backstop.scenario.check.scenario import read_scenario
    from backstop.scenario.model import compile_scenario

    document, scenario, _ = read_scenario(json.dumps(SCENARIO).encode(), "scenario.yaml")
    return Host(compile_program(compile_scenario(scenario, document.place)), threads)


def solved(host, payoffs, noise=NOISE):
    """Payoffs of shape (endings, actors, worlds)."""
    from backstop.program.host import Wanted

    rows = payoffs.reshape(ENDINGS * ACTORS, -1)
    parameters = {"noise": noise} | {f"u{i}": row for i, row in enumerate(rows)}
    return host.solve(rows.shape[1], parameters, {}, Wanted(metrics=(), outcomes=True))


class PseudoRandom:
    """NumPy's generator, every block with a seed of its own."""

    def __init__(self):
        self.local = threading.local()

    def payoffs(self, first, count):
        seed = np.random.SeedSequence(SEED, spawn_key=(first,))
        if not hasattr(self.local, "room"):
            self.local.room = np.empty(ENDINGS * ACTORS * BLOCK)
        drawn = self.local.room[: ENDINGS * ACTORS * count].reshape(ENDINGS, ACTORS, count)
        np.random.Generator(np.random.SFC64(seed)).random(out=drawn)
        drawn *= 2.0
        drawn -= 1.0
        return drawn


class Scrambled:
    """The program's own draws: a stratified sequence for every parameter."""

    def __init__(self):
        from backstop.scenario.distribution.kinds import distribution
        from backstop.worlds.draws import Sampler

        uniform = distribution("uniform", [-1.0, 1.0])
        self.sampler = Sampler({f"u{i}": uniform for i in range(ENDINGS * ACTORS)}, (), SEED)

    def payoffs(self, first, count):
        rows = list(self.sampler.block(first, count).values())
        return np.stack(rows).reshape(ENDINGS, ACTORS, count)


def screen(worlds, draws, threads):
    """Means of outcome probabilities and of values over `worlds` worlds, none of which is kept."""
    host, total = guarantee(threads), 0.0
    for first in range(0, worlds, BLOCK):
        found = solved(host, draws.payoffs(first, min(BLOCK, worlds - first)))
        total = total + np.array([row.sum() for row in (*found.outcomes.values(), *found.values.values())])
    return total / worlds


def exponentials(worlds):
    """As many calls of exp as the tree has, on a block that stays in the cache."""
    block, out = np.linspace(-3.0, 0.0, BLOCK), np.empty(BLOCK)
    for _ in range(EXPONENTIALS * worlds // BLOCK):
        np.exp(block, out=out)


def ours(worlds, repeats, kind):
    """Run in a process of its own, so that the peak of its memory is its own."""
    draws = Scrambled() if kind == "scrambled" else PseudoRandom()
    screen(BLOCK * 4, draws, THREADS)
    walls, cpus, bare = [], [], []
    for _ in range(repeats):
        wall, cpu = time.perf_counter(), time.process_time()
        means = screen(worlds, draws, THREADS)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        cpu = time.process_time()
        exponentials(worlds)
        bare.append(time.process_time() - cpu)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    again = screen(worlds // 10, draws, THREADS)
    return {
        "draws": kind,
        "worlds": worlds,
        "threads": THREADS,
        "wall_s": round(statistics.median(walls), 4),
        "cpu_s": round(statistics.median(cpus), 4),
        "worlds_per_s": round(worlds / statistics.median(walls)),
        "worlds_per_s_best": round(worlds / min(walls)),
        "worlds_per_cpu_s": round(worlds / statistics.median(cpus)),
        "share_of_exponentials": round(statistics.median(b / c for b, c in zip(bare, cpus, strict=True)), 3),
        "peak_mb": round(peak, 1),
        "probabilities_sum_to": float(means[:ENDINGS].sum()),
        "one_thread_gives_the_same": bool((again == screen(worlds // 10, draws, 1)).all()),
    }


def timed(games, work):
    """CPU seconds of a game: the median, which a burst of other work on the machine moves least; and the results."""
    spent, results = [], []
    for game in games:
        start = time.process_time()
        results.append(work(game))
        spent.append(time.process_time() - start)
    return statistics.median(spent), results


def gambit(games, found):
    """Agent logit at one lambda, and how far its probabilities and payoffs are from ours."""
    import pygambit

    def solve(payoffs):
        game = pygambit.read_efg(io.BytesIO(EFG.format(*payoffs.ravel().tolist()).encode()))
        return pygambit.qre.logit_solve_lambda(game, 1.0 / NOISE)[0].profile

    solve(games[0])
    cpu, profiles = timed(games, solve)
    worst = 0.0
    for world, profile in enumerate(profiles):
        chances = {}
        for name in ACTORS_NAMED:
            worst = max(worst, abs(float(profile.payoffs[name]) - found.values[name][world]))
            ((_, mixed),) = list(profile[name])
            chances |= {label: float(probability) for label, probability in dict(mixed).items()}
        for ending, path in enumerate(PATHS):
            probability = math.prod(chances[label] for label in path)
            worst = max(worst, abs(probability - found.outcomes[f"o{ending}"][world]))
    return {"version": pygambit.__version__, "games": len(games), "cpu_s": cpu, "worst": float(worst)}


def backward(state):
    """Backward induction over OpenSpiel's state objects."""
    if state.is_terminal():
        return state.returns()
    mover = state.current_player()
    return max((backward(state.child(move)) for move in state.legal_actions()), key=lambda v: v[mover])


def open_spiel(games, best):
    """Loading the text, and backward induction: it has no logit response and no induction for loaded trees."""
    import pyspiel

    def load(payoffs):
        return pyspiel.load_efg_game(EFG.format(*payoffs.ravel().tolist()))

    load(games[0])
    loading, _ = timed(games, load)
    solving, values = timed(games, lambda payoffs: backward(load(payoffs).new_initial_state()))
    worst = float(np.abs(np.array(values).T - np.stack(list(best.values.values()))).max())
    return {"games": len(games), "load_cpu_s": loading, "cpu_s": solving, "worst": worst}


def child(kind, args):
    command = [sys.executable, __file__, "--kind", kind]
    command += ["--worlds", str(args.worlds), "--repeats", str(args.repeats)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=5_000_000)
    parser.add_argument("--games", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--kind", choices=("pseudorandom", "scrambled"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.kind:
        print(json.dumps(ours(args.worlds, args.repeats, args.kind)))
        return 0
    figures = {kind: child(kind, args) for kind in ("pseudorandom", "scrambled")}
    for kind, each in figures.items():
        print(json.dumps({"backstop": kind, **each}))
    screening = figures["pseudorandom"]
    met = screening["worlds_per_s"] >= 5e6 and screening["peak_mb"] <= 150
    met = met and screening["one_thread_gives_the_same"]

    games = np.random.default_rng(SEED).uniform(-1.0, 1.0, (args.games, ENDINGS, ACTORS)).round(6)
    block = np.ascontiguousarray(games.transpose(1, 2, 0))
    peer = gambit(games, solved(guarantee(), block))
    ratio = peer["cpu_s"] * screening["worlds_per_cpu_s"]
    print(json.dumps({"peer": "pygambit, agent logit at one lambda", **peer, "ratio": round(ratio)}))
    met = met and ratio >= 1_000 and peer["worst"] <= 1e-8
    try:
        peer = open_spiel(games, solved(guarantee(), block, noise=0.0))
    except ImportError:
        print(json.dumps({"peer": "OpenSpiel", "skipped": "not installed: pip install open_spiel"}))
    else:
        name = "OpenSpiel, loading and backward induction (ours: logit)"
        print(
            json.dumps({"peer": name, **peer, "ratio": round(peer["cpu_s"] * screening["worlds_per_cpu_s"])})
        )
        met = met and peer["worst"] <= 1e-12
    print(json.dumps({"targets_met": bool(met)}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
