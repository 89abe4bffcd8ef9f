"""A study in which others learn: CPU of a world and arrangement, usual worlds and those that do not settle.

    python benchmarks/learning.py [STUDY] [--worlds 40]

STUDY is by default the Ukraine study with learning. Prints one JSON object a line: the time to make and compile the
program, then for each arrangement milliseconds of CPU a world on one thread without metrics and with all figures, and
how many worlds settle. Exits with 1 where the mean over arrangements misses the target.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

STUDY = Path(__file__).resolve().parent.parent / "examples" / "ukraine-2025" / "learning.yaml"
# Milliseconds of CPU for a world and arrangement with all figures.
TARGET = 25.0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("study", nargs="?", default=str(STUDY))
    parser.add_argument("--worlds", type=int, default=40)
    options = parser.parse_args()
    os.environ["BACKSTOP_CACHE"] = ""

    import backstop
    from backstop.program.host import Host, Wanted
    from backstop.program.program import compile_program
    from backstop.worlds.draws import drawn

    model = backstop.load(options.study)
    begun = time.process_time()
    program = compile_program(model)
    made = time.process_time()
    host = Host(program, 1)
    compiled = time.process_time()
    print(
        json.dumps(
            {
                "make_s": round(made - begun, 2),
                "compile_s": round(compiled - made, 2),
                "bytes": len(program.wasm),
            }
        )
    )
    parameters = drawn(model, options.worlds, 1)
    everything = Wanted(curves=True, costs=True, shares=True, outcomes=True)
    whole = []
    for name, levels in model.levels.items():
        told: dict[str, object] = {"arrangement": name}
        for what, wanted in (("without_metrics_ms", Wanted(metrics=())), ("all_ms", everything)):
            begun = time.process_time()
            solved = host.solve(options.worlds, parameters, levels, wanted)
            spent = (time.process_time() - begun) / options.worlds * 1e3
            told |= {what: round(spent, 2), "settled": int(solved.settled.sum())}
        whole.append(spent)
        print(json.dumps(told), flush=True)
    mean = sum(whole) / len(whole)
    print(json.dumps({"mean_ms": round(mean, 2), "met": mean <= TARGET}))
    return int(mean > TARGET)


if __name__ == "__main__":
    raise SystemExit(main())
