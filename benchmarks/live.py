"""The live page of the Ukraine study in Chromium: its size, the first answer, moving sliders, and memory.

    python benchmarks/live.py [--study examples/ukraine-2025] [--moves 200] [--long 10000] [--quick]

Writes the page with `backstop report --live` and opens it: bytes of the file; milliseconds from opening it to the first
answer and to the end of its check of itself; milliseconds of solving all arrangements with 500 worlds and with all of
them, on one and on two workers, parameters moved at random, and the processor time of that, which other work on the
machine hardly changes; and how much memory grows over many moves. Prints one JSON
object a line, and exits with 1 where a target is missed. Needs Playwright and an installed Chromium.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

STUDY = Path(__file__).resolve().parents[1] / "examples" / "ukraine-2025"
TARGETS = {
    "bytes": 3_000_000,
    "first_answer_ms": 1_000,
    "p50": 60,
    "p95": 150,
    "all_worlds_p95": 500,
    "growth_mb": 30,
}

SOLVE = """async ({ workers, worlds, moves }) => {
  const engine = await window.backstop.engine.again(workers), times = [];
  const { controls, arrangements: all, headline } = engine.payload;
  const parameters = controls.filter(({ kind }) => kind === "parameter");
  const arrangements = all.map(({ name, levels }) => ({ key: name, levels }));
  const weights = engine.weightsOf(worlds);
  for (let i = 0; i < moves; i++) {
    const { name, minimum, maximum } = parameters[i % parameters.length];
    const began = performance.now();
    const set = { [name]: minimum + ((maximum - minimum) * ((i * 0.618034) % 1)) };
    const { answers } = await engine.solve({ arrangements, worlds, set, wanted: ["metrics", "values", "curves"] });
    for (const { metrics } of Object.values(answers)) {
      window.backstop.summaries({ [headline.metric]: metrics[headline.metric] }, weights);
    }
    if (i >= 10) times.push(performance.now() - began);
  }
  engine.close();
  times.sort((a, b) => a - b);
  return [0.5, 0.95].map((level) => times[Math.floor(level * times.length)]);
}"""

# Moves as a hand makes them: the newest request overtakes those before.
DRAG = """async ({ moves }) => {
  const { engine, summaries } = window.backstop, { controls, arrangements: all } = engine.payload;
  const parameters = controls.filter(({ kind }) => kind === "parameter");
  const arrangements = all.slice(0, 4).map(({ name, levels }) => ({ key: name, levels }));
  let answered = 0, last = null;
  for (let i = 0; i < moves; i++) {
    const { name, minimum, maximum } = parameters[i % parameters.length];
    const set = { [name]: minimum + ((maximum - minimum) * ((i * 0.618034) % 1)) };
    last = engine.solve({ arrangements, worlds: 64, set, wanted: ["metrics", "values", "curves"] }).then((found) => {
      if (found === null) return;
      answered += 1;
      for (const { metrics } of Object.values(found.answers)) summaries(metrics, engine.weightsOf(found.worlds));
    });
    if (i % 3 === 0) await last;
  }
  await last;
  return answered;
}"""


def written(study, quick, folder):
    """The live page of a study."""
    out = folder / "report"
    call = [sys.executable, "-m", "backstop", "report", str(study), "--out", str(out), "--live"]
    subprocess.run([*call, *(["--quick"] if quick else [])], check=True, stdout=subprocess.DEVNULL)
    return out / "report.html"


def renderers(browser):
    """The processes that show pages."""
    found = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return [process["id"] for process in found if process["type"] == "renderer"]


def cpu_ms(browser):
    """Milliseconds of processor time that the pages and their workers have taken."""
    total = 0.0
    for process in renderers(browser):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")
    return total


def memory(session, browser):
    """Megabytes: what scripts hold after collecting, and the memory of the process that shows the page."""
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    sizes = [Path(f"/proc/{process}/status").read_text() for process in renderers(browser)]
    return heap, max(int(status.split("VmRSS:")[1].split()[0]) / 1024 for status in sizes)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--study", type=Path, default=STUDY)
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--long", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true", help="a quick report around the page")
    asked = parser.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("no Chromium is installed")
    found = {}

    def say(**figures):
        found.update(figures)
        print(json.dumps({name: round(value, 1) for name, value in figures.items()}), flush=True)

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = written(asked.study, asked.quick, Path(folder))
        say(bytes=path.stat().st_size)
        browser = playwright.chromium.launch(executable_path=chromium)
        firsts, checks = [], []
        for _ in range(5):
            page = browser.new_page()
            page.goto(path.as_uri())
            page.wait_for_selector("#backstop[data-compared]", state="attached", timeout=600_000)
            firsts.append(page.evaluate("Number(document.getElementById('backstop').dataset.firstAnswer)"))
            checks.append(page.evaluate("performance.now()"))
            assert page.evaluate("document.getElementById('backstop').dataset.differing") == "0"
            page.close()
        say(first_answer_ms=sorted(firsts)[2], checked_ms=sorted(checks)[2])
        page = browser.new_page()
        page.goto(path.as_uri())
        page.wait_for_selector("#backstop[data-compared]", state="attached", timeout=600_000)
        whole = page.evaluate("window.backstop.engine.worlds")
        for worlds in dict.fromkeys((min(500, whole), whole)):
            for workers in (1, 2):
                before = cpu_ms(browser)
                p50, p95 = page.evaluate(SOLVE, {"workers": workers, "worlds": worlds, "moves": asked.moves})
                cpu = (cpu_ms(browser) - before) / asked.moves
                line = {"worlds": worlds, "workers": workers, "p50": p50, "p95": p95, "cpu_ms_a_move": cpu}
                print(json.dumps({name: round(value, 1) for name, value in line.items()}), flush=True)
            if worlds < whole:
                found |= {"p50": p50, "p95": p95}
            else:
                found["all_worlds_p95"] = p95
        session = page.context.new_cdp_session(page)
        page.evaluate(DRAG, {"moves": 500})
        heap, process = memory(session, browser)
        answered = page.evaluate(DRAG, {"moves": asked.long})
        heap_after, process_after = memory(session, browser)
        say(moves=asked.long, answered=answered, heap_growth_mb=heap_after - heap,
            growth_mb=process_after - process)  # fmt: skip
        browser.close()
    met = all(found[name] <= most for name, most in TARGETS.items() if name in found)
    print(json.dumps({"targets_met": met, "load": round(os.getloadavg()[0], 1)}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
