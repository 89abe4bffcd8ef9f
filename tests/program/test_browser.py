"""A browser gives the same bits: the three studies in headless Chromium, from what `backstop compile` writes."""

from __future__ import annotations

import http.server
import json
import shutil
import subprocess
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from tests.program.agreement import EVERYTHING

import backstop
from backstop.cli.main import backstop as command
from backstop.program.host import Host, Number, Solved
from backstop.program.program import compile_program
from backstop.worlds.draws import Sampler

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parents[1] / "examples"
STUDIES = ("ukraine-2025", "korea-1953", "ladder")
WORLDS = 2_000
CHROMIUM, NODE = shutil.which("chromium") or shutil.which("chromium-browser"), shutil.which("node")

PAGE = """<!doctype html><title>waiting</title><script type="module">
import { host, everything, digest } from "./host.js";
const read = async (name) => await (await fetch(name)).json();
const said = {};
for (const study of await read("studies.json")) {
  const description = await read(`${study}/program.json`);
  const bytes = await (await fetch(`${study}/program.wasm`)).arrayBuffer();
  const worlds = await read(`${study}/worlds.json`);
  const solved = await host(description, bytes);
  said[study] = {};
  for (const [name, levels] of Object.entries(description.arrangements)) {
    said[study][name] = digest(solved(worlds.count, worlds.parameters, levels, everything(description)));
  }
}
await fetch("said", { method: "POST", body: JSON.stringify(said) });
document.title = "done";
</script>"""

SCRIPT = PAGE.partition('<script type="module">')[2].partition("</script>")[0]


def digest(found: dict[str, np.ndarray]) -> str:
    """As `digest` in host.js: 64-bit FNV-1a over 64-bit words."""
    value = 0xCBF29CE484222325
    for name in sorted(found):
        for word in np.ascontiguousarray(found[name]).view(np.uint64).ravel().tolist():
            value = ((value ^ word) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{value:016x}"


def flat(solved: Solved) -> dict[str, np.ndarray]:
    found = {
        "settled": solved.settled.astype(np.float64),
        "flagged": solved.flagged.astype(np.float64),
        "shares": solved.shares,
    }
    for kind in ("values", "metrics", "curves", "costs", "outcomes"):
        found |= {f"{kind}.{name}": array for name, array in getattr(solved, kind).items()}
    return {name: array for name, array in found.items() if array is not None}


def prepared(folder: Path) -> dict[str, dict[str, str]]:
    """The three studies compiled into a folder with their worlds, and what Python finds in them."""
    expected: dict[str, dict[str, str]] = {}
    for study in STUDIES:
        run = CliRunner().invoke(command, ["compile", str(EXAMPLES / study), "--out", str(folder / study)])
        assert run.exit_code == 0, run.output
        model = backstop.load(EXAMPLES / study)
        drawn = Sampler(model.distributions, model.correlations, 1).block(0, WORLDS)
        parameters: dict[str, Number] = {
            n: d if isinstance(d, float) else drawn[n] for n, d in model.distributions.items()
        }
        plain = {n: p if isinstance(p, float) else p.tolist() for n, p in parameters.items()}
        (folder / study / "worlds.json").write_text(json.dumps({"count": WORLDS, "parameters": plain}))
        found = Host(compile_program(model), 2).solve_all(WORLDS, parameters, model.levels, EVERYTHING)
        expected[study] = {name: digest(flat(solved)) for name, solved in found.items()}
    (folder / "studies.json").write_text(json.dumps(STUDIES))
    shutil.copy(HERE / "host.js", folder / "host.js")
    (folder / "page.html").write_text(PAGE)
    return expected


class _Server(http.server.SimpleHTTPRequestHandler):
    def do_POST(self) -> None:
        said = self.rfile.read(int(self.headers["Content-Length"]))
        Path(self.directory, "said.json").write_bytes(said)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Server, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")
def test_chromium_gives_the_same_bits(served: tuple[Path, str]) -> None:
    folder, address = served
    expected = prepared(folder)
    assert CHROMIUM is not None
    options = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run")
    run = subprocess.run(
        [
            *(CHROMIUM, *options, f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=600000"),
            *("--dump-dom", f"{address}/page.html"),
        ],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (folder / "said.json").exists(), run.stderr[-2_000:]
    said = json.loads((folder / "said.json").read_text())
    assert sorted(said) == sorted(STUDIES)
    assert said == expected


@pytest.mark.skipif(NODE is None, reason="no Node here")
def test_node_gives_the_same_bits(tmp_path: Path) -> None:
    expected = prepared(tmp_path)
    assert NODE is not None
    reading = 'import { readFile } from "node:fs/promises";\nconst fetch = async (name, sent) => {\n'
    reading += "  if (sent) { console.log(sent.body); return; }\n  const bytes = await readFile(name);\n"
    reading += (
        "  return { json: () => JSON.parse(bytes), arrayBuffer: () => bytes };\n};\nconst document = {};\n"
    )
    (tmp_path / "page.mjs").write_text(reading + SCRIPT.replace("host.js", "host.mjs"))
    (tmp_path / "host.js").rename(tmp_path / "host.mjs")
    run = subprocess.run(
        [NODE, "page.mjs"], cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout) == expected
