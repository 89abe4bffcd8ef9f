"""The report as a Python function: `backstop.report(study, out)`, with what `backstop report` writes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from backstop.game.choice import Information
from backstop.report.content import Report
from backstop.report.material.gathering import Request, gathered, of_brief
from backstop.report.render.folder import known_formats, write_report
from backstop.report.sections.whole import brief_alone, written
from backstop.scenario.study import Given, Settings, Study, model_of, scenario_path


def report(
    study: Study,
    out: str | Path | None = None,
    formats: Sequence[str] = ("html",),
    worlds: int = 20_000,
    seed: int = 1,
    *,
    metrics: Sequence[str] = (),
    target: str | None = None,
    share: float = 0.8,
    about: str | None = None,
    arrangements: Sequence[str] = (),
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
    information: Information | None = None,
    threads: int | None = None,
    brief: bool = False,
) -> Report:
    """The report on a study, as `backstop report` writes it; written into the folder `out` where one is named.

    With `brief` only its first page. `backstop.plot.figures` gives its charts.
    Raises InvalidInput for unknown names and for a folder that holds anything
    which is no result.
    """
    wanted = known_formats(formats)
    model = model_of(study, set, given, camp, yours)
    request = Request(
        worlds=worlds,
        seed=seed,
        arrangements=tuple(arrangements),
        information=information,
        metrics=tuple(metrics),
        target=target,
        share=share,
        focus=about,
        fixed={name: level for name, level in (set or {}).items() if name in model.scenario.measures},
        threads=threads,
    )
    under = model.overrides.as_dict()
    named: dict[str, object] = {"worlds": worlds, "seed": seed, **under, "information": information}
    named["brief"] = brief
    told = ", ".join(f"{name}={value!r}" for name, value in named.items() if value)
    command = f"backstop.report({model.study!r}, {told})"
    path = scenario_path(model)
    content = (
        brief_alone(of_brief(model, path, request, command))
        if brief
        else written(gathered(model, path, request, command))
    )
    if out is not None:
        write_report(content, Path(out), wanted, "brief" if brief else "report")
    return content
