"""A page printed to PDF by a Chromium that is installed, in a profile of its own and without network.

Chromium refuses to run its sandbox for root. For root alone it is therefore left out, and `WITHOUT_SANDBOX` is what the
command says then: the page holds no script and fetches nothing, but its text may come from others.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import partial
from pathlib import Path

from backstop.base.faults import Fault, Refused
from backstop.base.process import end_with_parent

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
WITHOUT_SANDBOX = (
    "Chromium prints without its sandbox, which it does not run for root; as another user it prints with it"
)


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


def runs_as_root() -> bool:
    """Whether the program runs as root, for whom Chromium has no sandbox."""
    return hasattr(os, "geteuid") and os.geteuid() == 0


def flags() -> tuple[str, ...]:
    """The options that Chromium is started with."""
    return (*FLAGS, "--no-sandbox") if runs_as_root() else FLAGS


def pdf(page: Path) -> bytes:
    """The HTML file `page` printed to PDF; raises Refused where Chromium is missing or fails."""
    program = browser()
    with tempfile.TemporaryDirectory(prefix="backstop-print-") as scratch:
        target = Path(scratch) / "report.pdf"
        command = [
            program,
            *flags(),
            f"--user-data-dir={scratch}/profile",
            "--no-pdf-header-footer",
            f"--print-to-pdf={target}",
            page.resolve().as_uri(),
        ]
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                timeout=SECONDS,
                check=False,
                preexec_fn=partial(end_with_parent, os.getpid()),
            )
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
