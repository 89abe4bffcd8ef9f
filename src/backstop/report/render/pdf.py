"""A page printed to PDF by a Chromium that is installed, in a profile of its own and without network."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from backstop.base.faults import Fault, Refused

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    # No name can be looked up: the page needs nothing, and nothing may leave the machine.
    "--host-resolver-rules=MAP * ~NOTFOUND",
)
SECONDS = 120


def browser() -> str:
    """The Chromium to print with; raises Refused where there is none."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    raise Refused(
        "a PDF needs Chromium, and none is installed",
        hint="install it (Debian: apt install chromium), or write --format html and print that "
        "from any browser",
    )


def pdf(page: Path) -> bytes:
    """The HTML file `page` printed to PDF; raises Refused where Chromium is missing or fails."""
    program = browser()
    with tempfile.TemporaryDirectory(prefix="backstop-print-") as scratch:
        target = Path(scratch) / "report.pdf"
        command = [
            program,
            *FLAGS,
            f"--user-data-dir={scratch}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _failed(program, str(error)) from error
        if done.returncode != 0 or not target.is_file():
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise _failed(program, last[-1] if last else f"exit code {done.returncode}")
        return target.read_bytes()


def _failed(program: str, why: str) -> Refused:
    return Refused(
        Fault(
            f"{Path(program).name} could not print the report ({why[:200]})",
            hint="write --format html and print that from a browser",
        )
    )
