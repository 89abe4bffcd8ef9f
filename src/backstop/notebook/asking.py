"""The questions as Python functions: each gives what the command of the same name prints.

A study is what `backstop.load` gives, or the path of a study. `set` intervenes: it fixes parameters, or a measure's
level in every arrangement. `given` conditions: it draws worlds in which parameters have a value, or lie in a range
[low, high]. `camp` uses one camp of experts wherever it has a view; `yours` adds an arrangement, `yours`, of levels of
measures; `information` is a reading of the payoff shocks;
`threads` None takes all processors; `progress(done, total)` is called as work goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, get_args

from backstop.base.faults import InvalidInput
from backstop.game.choice import Information
from backstop.questions.inquiry import Inquiry, inquiry_of, known_arrangement, known_metric
from backstop.scenario.study import Given, Settings, Study, model_of
from backstop.worlds.query import Progress
from backstop.worlds.result import Result

if TYPE_CHECKING:
    from backstop.questions.claims.results import Claims
    from backstop.questions.study.conditions import Conditions
    from backstop.questions.study.forms import FormAnswers
    from backstop.questions.study.packages import Packages
    from backstop.questions.study.robustness import RobustnessScores
    from backstop.questions.study.sensitivity_results import Method, Sensitivity
    from backstop.questions.study.value import ValueOfInformation

Groups = Literal["basis", "camp", "both", "none"]


def assess(
    study: Study,
    worlds: int | None = None,
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
    forms: bool = False,
    metrics: Sequence[str] = (),
    until: float | None = None,
) -> Result:
    """A study solved over many worlds, as `backstop assess` does; `arrangements` None: all of them.

    `worlds` None: 10,000, or 1,000,000 at most where `until` says how many there are to be.
    `out_of`: so many worlds are drawn and weighed, and `worlds` of them taken by their weights, as for a live page.
    `forms`: the headline is solved under other forms of the model too, as the command does; they are `beside` the
    result, and in its JSON. `metrics`: the headline is the first of these. `until`: more and more worlds are drawn,
    `worlds` at most, until the error of the headline's metric is that small.

    Raises InvalidInput for unknown names and for faults found while solving, Refused past 2,000,000 worlds.

    >>> round(assess("examples/ladder", worlds=100).arrangements["automatic"].metrics["war"].mean, 3)
    0.045
    """
    from backstop.worlds.assessment import assess as solve

    model = model_of(study, set, given, camp, yours)
    chosen = [known_metric(model, name) for name in metrics]

    def of(count: int) -> Result:
        return solve(model, count, seed, arrangements, information, threads, progress, out_of)

    beside: dict[str, object] = {}
    if until is None:
        result = of(10_000 if worlds is None else worlds)
    else:
        from backstop.questions.study.convergence import MOST_UNTIL, assessed_until

        if out_of is not None:
            raise InvalidInput("until draws worlds until there are enough", hint="leave out_of out")
        headline = chosen[0] if chosen else next(iter(model.scenario.metrics))
        found = assessed_until(of, headline, until, MOST_UNTIL if worlds is None else worlds)
        result, beside["until"] = found.result, found.as_dict()
    if forms:
        from backstop.report.material.gathering import forms_of
        from backstop.report.material.subject import subject_of

        beside["forms"] = forms_of(result, subject_of(result, chosen), threads, progress).as_dict()
    return replace(result, beside=beside) if beside else result


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


def form(
    study: Study,
    metrics: Sequence[str] = (),
    worlds: int = 4000,
    seed: int = 1,
    *,
    arrangements: Sequence[str] = (),
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> FormAnswers:
    """How far answers move with the form of the model, as `backstop form` finds; `metrics` empty: the first six.

    Raises InvalidInput for unknown names.
    """
    from backstop.questions.study.forms import answers_by_form
    from backstop.worlds.assessment import chosen_arrangements

    model = model_of(study, set, given, camp, yours)
    names = [known_metric(model, name) for name in metrics] or list(model.scenario.metrics)[:6]
    inquiry = Inquiry(model, worlds, seed, information, threads, progress)
    return answers_by_form(inquiry, names, chosen_arrangements(model, arrangements))


def robustness(
    study: Study,
    metric: str | None = None,
    worlds: int = 10_000,
    seed: int = 1,
    *,
    less: bool = False,
    requirement: float | None = None,
    criteria: Sequence[str] = (),
    optimism: float = 0.5,
    arrangements: Sequence[str] = (),
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> RobustnessScores:
    """Arrangements judged by their worst worlds and regrets, as `backstop robustness` does; by the first metric.

    `less`: less of the metric is better; `requirement`: what it should reach; `criteria`: only these. Raises
    InvalidInput for unknown names.
    """
    from backstop.questions.study.robustness import robustness as scored
    from backstop.worlds.assessment import chosen_arrangements

    model = model_of(study, set, given, camp, yours)
    name = known_metric(model, metric or next(iter(model.scenario.metrics)))
    chosen = chosen_arrangements(model, arrangements)
    inquiry = Inquiry(model, worlds, seed, information, threads, progress)
    return scored(inquiry, name, chosen, criteria, not less, requirement, optimism)


def value(
    study: Study,
    metric: str | None = None,
    worlds: int = 10_000,
    seed: int = 1,
    *,
    less: bool = False,
    actor: str | None = None,
    groups: Groups = "both",
    own: Mapping[str, Sequence[str]] | None = None,
    arrangements: Sequence[str] = (),
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    information: Information | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
) -> ValueOfInformation:
    """What knowing a parameter is worth before an arrangement is chosen, as `backstop value` finds.

    Chosen is by `metric`, by default the first that says that something lasts, or by the value to an `actor`; `own`:
    groups of parameters beside those that `groups` makes. Raises InvalidInput for unknown names, Refused where there
    is no choice.
    """
    from backstop.questions.study.value import groups_of, lasting_metric
    from backstop.questions.study.value import value as worth
    from backstop.worlds.assessment import chosen_arrangements

    if actor is not None and (metric is not None or less):
        raise InvalidInput(
            "choose by a metric or by an actor, not both", hint="an actor prefers more of its value"
        )
    if groups not in get_args(Groups):
        raise InvalidInput(f"groups {groups!r}: give one of {', '.join(get_args(Groups))}")
    model = model_of(study, set, given, camp, yours)
    name = None if actor is not None else known_metric(model, metric or lasting_metric(model))
    together = groups_of(model, groups, {label: tuple(names) for label, names in (own or {}).items()})
    chosen = chosen_arrangements(model, arrangements)
    inquiry = Inquiry(model, worlds, seed, information, threads, progress)
    return worth(inquiry, chosen, name, actor, not less, together)
