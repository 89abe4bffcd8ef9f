"""Counter-examples in words."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.lottery import LOTTERY, study

from backstop.questions.claims.judging import judge_claims
from backstop.questions.inquiry import Inquiry
from backstop.scenario.study import load


def test_figures_that_differ_do_not_look_alike(tmp_path: Path) -> None:
    # Aid takes away a ten-thousandth, which three digits would hide.
    text = LOTTERY.replace("0.3 * aid", "0.5 * (1 - aid) + 0.4999 * aid")
    model = load(study(tmp_path, text))
    found = judge_claims(Inquiry(model, 256, threads=1), ["lifts"]).results["lifts"]
    assert found.verdict.verdict == "refuted"
    words = found.counterexamples[0].figures_words(model)
    shown = re.findall(r"(0\.\d+) with", words)
    assert len(shown) == 2
    assert shown == ["0.4999", "0.5"]
