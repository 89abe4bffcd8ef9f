"""The questions as Python functions: each gives what the command of the same name prints.

A study is what `backstop.load` gives, or the path of a study. `set` intervenes: it fixes parameters, or a measure's
level in every arrangement. `given` conditions: it draws worlds in which parameters have a value, or lie in a range
[low, high]. `camp` uses one camp of experts wherever it has a view; `yours` adds an arrangement, `yours`, of levels of
measures; `information` is a reading of the payoff shocks;
`threads` None takes all processors; `progress(done, total)` is called as work goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from backstop.base.faults import InvalidInput
from backstop.game.choice import Information
from backstop.questions.inquiry import Inquiry, inquiry_of, known_arrangement, known_metric
from backstop.scenario.study import Given, Settings, Study, model_of, scenario_path
from backstop.worlds.query import Progress
from backstop.worlds.result import Result

if TYPE_CHECKING:
    from backstop.questions.claims.results import Claims
    from backstop.questions.runs.difference import RunDifference
    from backstop.questions.runs.saved import SavedResult
    from backstop.questions.study.conditions import Conditions
    from backstop.questions.study.packages import Packages
    from backstop.questions.study.sensitivity_results import Method, Sensitivity


def assess(
    study: Study,
    worlds: int = 10_000,
    seed: int = 1,
    arrangements: Sequence[str] | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    *,
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    out_of: int | None = None,
) -> Result:
    """A study solved over many worlds, as `backstop assess` does; `arrangements` None: all of them.

    `out_of`: so many worlds are drawn and weighed, and `worlds` of them taken by their weights, as for a live page.

    Raises InvalidInput for unknown names and for faults found while solving, Refused past 2,000,000 worlds.

    >>> round(assess("examples/ladder", worlds=100).arrangements["automatic"].metrics["war"].mean, 3)
    0.045
    """
    from backstop.worlds.assessment import assess as solve

    model = model_of(study, set, given, camp, yours)
    return solve(model, worlds, seed, arrangements, information, threads, progress, out_of)


def claims(
    study: Study | Result,
    names: Sequence[str] = (),
    worlds: int = 10_000,
    seed: int = 1,
    *,
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Claims:
    """The claims of a study judged world by world, as `backstop claims` does; `names`: only these.

    Of a result its own worlds are judged, and nothing is solved again. Raises InvalidInput for unknown names and where
    the study makes no claims.

    >>> claims("examples/korea-1953", worlds=256).title
    'Korea 1953 - an armistice, a treaty and a line'
    """
    from backstop.questions.claims.judging import judge_claims

    solved = study if isinstance(study, Result) else None
    if isinstance(study, Result):
        if set or given or camp is not None or yours is not None or information is not None:
            raise InvalidInput(
                "a result has been solved as it is", hint="set, given, camp and yours belong to assess"
            )
        inquiry = inquiry_of(study, threads, progress)
    else:
        inquiry = Inquiry(
            model_of(study, set, given, camp, yours), worlds, seed, information, threads, progress
        )
    if not inquiry.model.scenario.claims:
        raise InvalidInput("the study makes no claims", hint="add a section claims: to its scenario.yaml")
    return judge_claims(inquiry, names, camps=camp is None, solved=solved)


def sensitivity(
    study: Study,
    metric: str | None = None,
    arrangement: str | None = None,
    method: Method = "sobol",
    worlds: int = 2048,
    seed: int = 1,
    *,
    against: str | None = None,
    second_order: bool = False,
    prior: bool = False,
    where: str | None = None,
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """What a metric hangs on, as `backstop sensitivity` finds; the first metric and arrangement where none is named.

    `method`: sobol, morris, regional (with `where`, a condition) or tornado. `against`: the difference from this
    arrangement. Raises InvalidInput for unknown names, Refused where there is no answer.
    """
    from backstop.questions.study.sensitivity import sensitivity as asked
    from backstop.questions.study.sensitivity_results import Quantity

    if where is not None and method != "regional":
        raise InvalidInput("where is the condition of the method regional", hint='method="regional"')
    if second_order and method != "sobol":
        raise InvalidInput("second_order belongs to the method sobol", hint="leave it out")
    model = model_of(study, set, given, camp, yours)
    quantity = Quantity(
        known_metric(model, metric or next(iter(model.scenario.metrics))),
        known_arrangement(model, arrangement),
        None if against is None else known_arrangement(model, against),
    )
    inquiry = Inquiry(model, worlds, seed, information, threads, progress)
    return asked(inquiry, quantity, method, second_order, prior, where)


def conditions(
    study: Study,
    where: str,
    arrangement: str | None = None,
    worlds: int = 10_000,
    seed: int = 1,
    *,
    boxes: int = 3,
    resamples: int = 10,
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Conditions:
    """Under which assumptions `where`, a condition over metrics and parameters, comes about (`backstop conditions`).

    `boxes`: at most so many; `resamples`: random halves of the worlds on which the first is sought again.
    """
    from backstop.questions.study.conditions import conditions as asked

    model = model_of(study, set, given, camp, yours)
    inquiry = Inquiry(model, worlds, seed, information, threads, progress)
    return asked(inquiry, where, known_arrangement(model, arrangement), boxes, resamples)


def design(
    study: Study,
    target: str,
    share: float = 0.8,
    worlds: int = 1000,
    seed: int = 1,
    *,
    measures: Sequence[str] = (),
    base: str | None = None,
    steps: int | None = None,
    more: Iterable[str] = (),
    less: Iterable[str] = (),
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Packages:
    """The least packages of measures that reach `target` in a share of worlds, as `backstop design` finds.

    `measures`: vary only these; what is not varied stays as in the arrangement `base`, else at its default. `more`,
    `less`: metrics (or `cost:CONTROLLER`) to trade off. Raises Refused, naming the nearest, where no package does.
    """
    from backstop.questions.event import event
    from backstop.questions.study.packages import known_goal, least_packages, measures_to_vary
    from backstop.questions.weighted_worlds import worlds_under

    model = model_of(study, set, given, camp, yours)
    asked = event(model, target)
    goals = {known_metric(model, name): True for name in more} | {
        known_goal(model, name): False for name in less
    }
    fixed = {name: level for name, level in (set or {}).items() if name in model.scenario.measures}
    return least_packages(
        worlds_under(Inquiry(model, worlds, seed, information, threads, progress), [], []),
        asked,
        share,
        measures_to_vary(model, measures, fixed),
        base=None if base is None else known_arrangement(model, base),
        fixed=fixed,
        steps=steps,
        goals=goals,
        metrics=list(model.scenario.metrics)[:4],
    ).or_refused()


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
    judge the claims. Raises InvalidInput for unknown names and where the two have nothing in common.
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
