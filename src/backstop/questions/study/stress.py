"""Info-gap robustness of a study's arrangements: how far its assumptions may be from their central values."""

from __future__ import annotations

import numpy as np

from backstop.questions.claims.judging import central_distances
from backstop.questions.claims.promises import levels_of, promise_of
from backstop.questions.methods.info_gap import InfoGap, info_gap
from backstop.questions.study.table import Table
from backstop.scenario.expression.expression import Value
from backstop.worlds.draws import Sampler
from backstop.worlds.ensemble import Ensemble
from backstop.worlds.focus import figures


def info_gap_of(found: Table, metric: str, requirement: float, more_is_better: bool, seed: int) -> InfoGap:
    """Info-gap curves of the arrangements in `found`, whose worlds were drawn with `seed`."""
    ensemble = found.ensemble
    model = ensemble.model
    sampler = Sampler(model.distributions, model.correlations, seed)
    distance = central_distances(sampler, ensemble.worlds)
    values: dict[str, Value] = dict(sampler.central())
    centre = Ensemble.given(model, values, 1, ensemble.workers, ensemble.information)
    central = np.array(
        [
            float(figures(centre, levels_of(model, promise_of(model, name)), [metric]).metrics[metric][0])
            for name in found.metrics
        ]
    )
    return info_gap(distance, found.rows(metric), central, requirement, more_is_better)
