"""A report in a few seconds: on as many worlds as there is time for, without verdicts on claims and least packages."""

from __future__ import annotations

import math
import time

import numpy as np

from backstop.report.material.gathering import Request
from backstop.scenario.model import Model
from backstop.worlds.assessment import chosen_arrangements
from backstop.worlds.draws import drawn
from backstop.worlds.query import Query, ask

LEFT_OUT = "the verdicts on claims and the least packages"
# Seconds that solving may take; the charts, drivers and other forms of the model take about as long again.
_SOLVING_SECONDS = 3.0
# Solving with curves and slips takes about so many times as long as metrics alone.
_WITH_CURVES = 2.0
_TRIED, _LEAST, _TIMES = 512, 500, 2


def affordable_worlds(model: Model, request: Request) -> int:
    """How many worlds can be solved in a few seconds here, from the pace of some; at most those of the request."""
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
    observed = len({o.arrangement for o in model.scenario.observations.values()})
    pace = max(seconds, 1e-6) * _WITH_CURVES * (len(names) + observed) / count
    worlds = _SOLVING_SECONDS / pace
    rounded = int(round(worlds, 1 - math.floor(math.log10(worlds)))) if worlds >= 10 else 10
    return min(request.worlds, max(_LEAST, rounded))
