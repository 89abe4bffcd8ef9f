"""Runs of a study side by side, kept in a folder, and read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backstop.game.choice import Information
from backstop.notebook.asking import assess
from backstop.questions.inquiry import inquiry_of
from backstop.scenario.study import Given, Settings, Study, model_of, scenario_path
from backstop.worlds.query import Progress
from backstop.worlds.result import Result

if TYPE_CHECKING:
    from backstop.questions.runs.difference import RunDifference
    from backstop.questions.runs.saved import SavedResult


def compare(
    a: Study | Result | SavedResult,
    b: Study | Result | SavedResult,
    metrics: Sequence[str] = (),
    arrangements: Sequence[str] = (),
    worlds: int = 4000,
    seed: int = 1,
    *,
    judge: bool = True,
    labels: tuple[str, str] = ("A", "B"),
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> RunDifference:
    """Two runs side by side, as `backstop diff`: what changed in the assumptions, and what in the answers.

    Studies are solved on the same worlds; results, also those that `read` gives, are taken as they are. `judge`: also
    judge the claims. `labels`: what the two are called. Raises InvalidInput for unknown names and where the two have
    nothing in common.
    """
    from backstop.questions.claims.judging import judge_claims
    from backstop.questions.runs.difference import Run, difference, run_of
    from backstop.questions.runs.saved import SavedResult

    def side(of: Study | Result | SavedResult, label: str) -> Run:
        if isinstance(of, SavedResult):
            return run_of(label, of) if judge else Run(label, of)
        if isinstance(of, Result):
            result = of
        else:
            model = model_of(of, set, given, camp, yours)
            result = assess(model, worlds, seed, arrangements, information, threads, progress)
        judged = None
        if judge and result.model.scenario.claims:
            judged = judge_claims(inquiry_of(result, threads, progress), camps=False, solved=result)
        return run_of(label, result, judged)

    return difference(side(a, labels[0]), side(b, labels[1]), metrics, arrangements)


def read(path: str | Path) -> SavedResult:
    """A result that `save` or `backstop assess --out` wrote: the folder, or a file with its JSON.

    Raises InvalidInput for anything else.
    """
    from backstop.questions.runs.saved import read_result

    return read_result(path)


def save(result: Result, folder: str | Path) -> Path:
    """Write a result into a folder: `result.json`, `worlds.parquet`, `phases.parquet` and a page `report.html`.

    An earlier folder of results is replaced, any other is left alone. Returns the folder.
    """
    from backstop.base.files import RESULTS, folder_written_whole, write_new
    from backstop.report.material.gathering import forms_of, of_assessment
    from backstop.report.material.subject import subject_of
    from backstop.report.render.html import html
    from backstop.report.sections.whole import written
    from backstop.worlds.storage import save as store

    target = Path(folder)
    lead, file = subject_of(result), scenario_path(result.model)
    command = "backstop.save(result, folder)"
    content = written(of_assessment(result, file, lead, forms_of(result, lead), None, command))
    with folder_written_whole(target, RESULTS) as scratch:
        store(result, scratch)
        write_new(scratch / "report.html", html(content))
    return target
