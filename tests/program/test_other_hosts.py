"""A compiled study in other hosts: plain JavaScript in a browser and in Node gives the bits that Python gives."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.program.agreement import EVERYTHING
from tests.support.command import run

from backstop.base.arrays import FloatArray
from backstop.program.host import Host, Solved
from backstop.program.program import compile_program
from backstop.report.render import pdf
from backstop.scenario.study import load
from backstop.worlds.draws import drawn

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
EXAMPLES = ROOT / "examples"
WORLDS, SEED, SECONDS = 2_000, 11, 120
# Of each study both conventions, one of them with slips.
CASES = [
    (study, information)
    for study in ("ukraine-2025", "korea-1953", "ladder")
    for information in ("agent_error", "private_payoffs")
]
WITH_SLIPS = "agent_error"
HOSTS = {
    "Chromium": next((found for name in pdf.BROWSERS if (found := shutil.which(name))), None),
    "Node": shutil.which("node"),
}
# As in printing no name can be looked up; what is served here can be reached.
ONLY_HERE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"

# Works with `get(path)`, a response, and `send(path, body)`.
SCRIPT = """
import { hostOf, solved } from "./host.mjs";
async function answer(folder) {
  const description = await (await get(`${folder}/program.json`)).json();
  const host = await hostOf(description, await (await get(`${folder}/program.wasm`)).arrayBuffer());
  const parameters = await (await get(`${folder}/worlds.f64`)).arrayBuffer();
  for (const [name, { levels }] of Object.entries(description.arrangements)) {
    for (const [output, numbers] of solved(host, parameters, levels, WORLDS)) {
      // What is not a number may have any sign and payload.
      numbers.forEach((number, at) => { if (number !== number) numbers[at] = NaN; });
      await send(`${folder}/${name}/${output}`, numbers);
    }
  }
}
async function documented(console, fetch) {
DOCUMENTED
}
const printed = [];
try {
  for (const folder of FOLDERS) await answer(folder);
  await documented({ log: (number) => printed.push(number) }, (file) => get(`ladder.agent_error/${file}`));
  await send("documented", new Float64Array(printed));
  await send("end", "");
} catch (error) {
  await send("end", String(error.stack || error));
}
"""
PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>host</title><script type="module">
const get = (path) => fetch(path), send = (path, body) => fetch(path, { method: "POST", body });
SCRIPT</script>"""
NODE = """import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
const get = async (path) => new Response(readFileSync(path));
const send = async (path, body) => {
  mkdirSync(dirname(`answers/${path}`), { recursive: true });
  writeFileSync(`answers/${path}`, body);
};
SCRIPT"""


def filled(text: str, folders: list[str]) -> str:
    """A page or script with what it works on."""
    page = (ROOT / "docs" / "reference" / "program.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```js\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    text = text.replace("SCRIPT", SCRIPT).replace("WORLDS", str(WORLDS))
    return text.replace("FOLDERS", json.dumps(folders)).replace("DOCUMENTED", code)


def outputs(solved: Solved) -> dict[str, FloatArray]:
    """All figures under the names that the host gives them."""
    found: dict[str, Any] = {"settled": solved.settled, "flagged": solved.flagged, "shares": solved.shares}
    for kind in ("values", "metrics", "curves", "costs", "outcomes"):
        found |= {f"{kind}.{name}": array for name, array in getattr(solved, kind).items()}
    for name, by_actor in solved.slips.items():
        found |= {f"slips.{name}.{actor}": array for actor, array in by_actor.items()}
    return {name: np.array(array, np.float64) for name, array in found.items()}


Worlds = Mapping[str, Mapping[str, FloatArray]]


@pytest.fixture(scope="module")
def worlds() -> Worlds:
    """By study, a number for every parameter and world."""
    found = {}
    for study in dict(CASES):
        each = drawn(load(EXAMPLES / study), WORLDS, SEED)
        found[study] = {name: np.broadcast_to(values, WORLDS).astype(float) for name, values in each.items()}
    return found


@pytest.fixture(scope="module")
def root(worlds: Worlds, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compiled studies, their worlds, and the host."""
    root = tmp_path_factory.mktemp("hosts")
    for study, information in CASES:
        folder = root / f"{study}.{information}"
        options = ("--slips",) if information == WITH_SLIPS else ()
        answer = run("compile", EXAMPLES / study, "--out", folder, "--information", information, *options)
        assert answer.code == 0, answer.err
        description = json.loads((folder / "program.json").read_text(encoding="utf-8"))
        rows = [worlds[study][name] for name in description["inputs"]["parameters"]]
        (folder / "worlds.f64").write_bytes(np.array(rows).astype("<f8").tobytes())
    shutil.copy(HERE / "host.js", root / "host.mjs")
    return root


@pytest.fixture(scope="module", params=list(HOSTS))
def answers(request: pytest.FixtureRequest, root: Path) -> dict[str, bytes]:
    """What a host makes of all studies, bytes by path: it is started once."""
    program, folders = HOSTS[request.param], [f"{study}.{information}" for study, information in CASES]
    if program is None:
        pytest.skip(f"no {request.param} is installed")
    if request.param == "Node":
        found = answers_of_node(program, root, filled(NODE, folders))
    else:
        found = answers_of_browser(program, root, filled(PAGE, folders))
    error = found.pop("end").decode()
    assert not error, error
    return found


def answers_of_node(program: str, root: Path, script: str) -> dict[str, bytes]:
    (root / "script.mjs").write_text(script, encoding="utf-8")
    done = subprocess.run(
        [program, "script.mjs"], cwd=root, capture_output=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    written = root / "answers"
    files = [path for path in written.rglob("*") if path.is_file()]
    return {path.relative_to(written).as_posix(): path.read_bytes() for path in files}


def answers_of_browser(program: str, root: Path, page: str) -> dict[str, bytes]:
    """Let a browser open the page, and wait until it says that it is through."""
    found: dict[str, bytes] = {}
    ended = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.lstrip("/")
            file = root / path
            body = page.encode() if not path else file.read_bytes() if file.is_file() else b""
            self._send(body, "text/javascript" if path.endswith(".mjs") else "text/html")

        def do_POST(self) -> None:
            found[self.path.lstrip("/")] = self.rfile.read(int(self.headers["Content-Length"]))
            self._send(b"", "text/plain")
            if self.path == "/end":
                ended.set()

        def _send(self, body: bytes, kind: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Keep silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    options = (*pdf.flags(), ONLY_HERE, f"--user-data-dir={root / 'profile'}", "--remote-debugging-port=0")
    with (root / "browser.log").open("wb") as log:
        command = [program, *options, f"http://127.0.0.1:{server.server_address[1]}/"]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            assert ended.wait(SECONDS), f"no answer; what came: {sorted(found)}"
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            server.shutdown()
            serving.join()
            server.server_close()
    return found


@pytest.mark.parametrize(("study", "information"), CASES)
def test_another_host_gives_the_same_bits(
    study: str, information: Any, answers: dict[str, bytes], worlds: Worlds
) -> None:
    model = load(EXAMPLES / study)
    slips = information == WITH_SLIPS
    program, wanted = compile_program(model, information, slips), replace(EVERYTHING, slips=slips)
    here = Host(program, 1).solve_all(WORLDS, dict(worlds[study]), model.levels, wanted)
    assert len(here) >= 3
    for name, solved in here.items():
        start = f"{study}.{information}/{name}/"
        there = {path.removeprefix(start): body for path, body in answers.items() if path.startswith(start)}
        expected = outputs(solved)
        assert set(there) == set(expected)
        assert len(expected) >= 10
        assert any(output.startswith("slips.") for output in expected) is slips
        assert not solved.flagged.any()
        for output, array in expected.items():
            array[np.isnan(array)] = np.nan
            assert there[output] == array.astype("<f8").tobytes(), (name, output)


def test_the_host_of_the_documentation_prints_the_number_of_its_table(answers: dict[str, bytes]) -> None:
    model = load(EXAMPLES / "ladder")
    solved = Host(compile_program(model), 1).solve(1, {"noise": 1.0}, model.levels["consultative"])
    assert answers["documented"] == solved.metrics["war"].astype("<f8").tobytes()
