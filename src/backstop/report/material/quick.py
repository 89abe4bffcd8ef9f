"""How long a report takes, and one in a few seconds: on fewer worlds, without verdicts and least packages."""

from __future__ import annotations

import math
import time

import numpy as np

from backstop.questions.study.package_search import AFFORDABLE
from backstop.report.material.gathering import Request
from backstop.scenario.model import Model
from backstop.worlds.assessment import chosen_arrangements, observed_arrangements
from backstop.worlds.draws import drawn
from backstop.worlds.query import Query, ask

LEFT_OUT = "the verdicts on claims and the least packages"
# Seconds that solving may take; the charts, drivers and other forms of the model take about as long again.
_SOLVING_SECONDS = 3.0
# Solving with curves and slips takes about so many times as long as metrics alone.
_WITH_CURVES = 2.0
_TRIED, _LEAST, _TIMES = 512, 500, 2
# How often each world is solved to judge a claim, and to lower the least packages, by what the examples take.
_TO_JUDGE, _TO_LOWER = 1.0, 95.0
# Seconds for what is not solved: by world, such as conditions and errors, and once, such as pictures.
_BESIDE_A_WORLD, _BESIDE = 1e-4, 3.0


def affordable_worlds(model: Model, request: Request) -> int:
    """How many worlds can be solved in a few seconds here, from the pace of some; at most those of the request."""
    names = chosen_arrangements(model, request.arrangements)
    pace = _pace(model, request) * _WITH_CURVES * (len(names) + len(observed_arrangements(model)))
    worlds = _SOLVING_SECONDS / pace
    rounded = int(round(worlds, 1 - math.floor(math.log10(worlds)))) if worlds >= 10 else 10
    return min(request.worlds, max(_LEAST, rounded))


def expected_seconds(model: Model, request: Request) -> float:
    """About how long a whole report will take here, from the pace of some worlds: right within a factor of two."""
    names = chosen_arrangements(model, request.arrangements)
    solved = _WITH_CURVES * (len(names) + len(observed_arrangements(model)))
    solved += _TO_JUDGE * len(model.scenario.claims)
    once = 0.0
    if model.scenario.measures and (request.target or model.scenario.claims):
        solved, once = solved + _TO_LOWER, AFFORDABLE
    pace = _pace(model, request)
    return pace * (solved * request.worlds + once) + _BESIDE_A_WORLD * request.worlds + _BESIDE


def _pace(model: Model, request: Request) -> float:
    """Seconds in which a world is solved here under one arrangement, metrics alone."""
    names = chosen_arrangements(model, request.arrangements)
    count = min(_TRIED, request.worlds)
    parameters = drawn(model, count, request.seed)
    some = {n: v[:count] if isinstance(v, np.ndarray) else v for n, v in parameters.items()}
    queries = [Query(model.levels[names[0]], list(model.scenario.metrics))]
    information = request.information or model.scenario.information
    seconds = math.inf
    # The first time the program of the study is still being made.
    for _ in range(_TIMES):
        started = time.monotonic()
        ask(model, some, count, queries, information, request.threads)
        seconds = min(seconds, time.monotonic() - started)
    return max(seconds, 1e-6) / count
