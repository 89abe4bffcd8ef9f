"""What users' scripts build on: every command and option, and the JSON of the studies, keys and numbers.

`recorded.json` is what the program gave when it was last recorded on purpose:
`python -m tests.contract.recording [CASE ...]` records anew, and the change log says what changed and why.
"""

from __future__ import annotations

import json

import pytest
from tests.contract.cases import CASES
from tests.contract.recording import RECORDED, commands, differences, essence
from tests.support.command import run

KNOWN = json.loads(RECORDED.read_text(encoding="utf-8"))
# Values are settled to 1e-11 and conditional figures divide by small shares: what was recorded with another way to
# settle differs from the right answer, and from this one, by as much.
TOLERANCE = 1e-9
# Splines on few worlds solve equations whose condition is 1e10: the last digit of a metric comes out at 1e-8.
OF_REGRESSIONS = {"ukraine sensitivity": 1e-6}


def test_no_command_and_no_option_is_gone() -> None:
    now = commands()
    assert len(KNOWN["commands"]) >= 30
    lost = {
        name: sorted(set(options) - set(now.get(name, [])))
        for name, options in KNOWN["commands"].items()
        if set(options) - set(now.get(name, [])) or name not in now
    }
    assert not lost


def test_every_case_is_recorded() -> None:
    assert list(KNOWN["cases"]) == list(CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_json_of_the_studies(name: str) -> None:
    answer = run(*CASES[name], "--json")
    assert answer.code == 0, answer.err
    found = differences(KNOWN["cases"][name], essence(answer.json), OF_REGRESSIONS.get(name, TOLERANCE))
    assert not found, f"{len(found)} differences: " + "; ".join(found[:12])
