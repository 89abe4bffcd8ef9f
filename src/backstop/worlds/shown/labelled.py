"""An assessment as labelled tables and arrays: pandas and xarray, which are extras."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from backstop.base.arrays import FloatArray
from backstop.base.optional import needed

if TYPE_CHECKING:
    import pandas
    import xarray

    from backstop.worlds.result import Result


def summary_frame(data: Mapping[str, Any]) -> pandas.DataFrame:
    """One row for each arrangement and metric of a result, given as its JSON.

    Columns: mean, Monte Carlo error and quantiles, then mean and error of the difference from the first arrangement.
    """
    rows: list[dict[str, Any]] = []
    for name, of in data["arrangements"].items():
        for metric, summary in of["metrics"].items():
            figures = {part: value for part, value in summary.items() if not isinstance(value, (dict, list))}
            difference = of.get("differences", {}).get(metric, {})
            rows.append(
                {
                    "arrangement": name,
                    "metric": metric,
                    **figures,
                    "difference": difference.get("mean"),
                    "difference_se": difference.get("se"),
                }
            )
    found = needed("pandas", "a data frame", "notebook").DataFrame(rows)
    return found.set_index(["arrangement", "metric"])


def world_frame(result: Result) -> pandas.DataFrame:
    """One row for each arrangement and world, with the columns of `worlds.parquet`."""
    from backstop.worlds.storage import world_tables

    pandas = needed("pandas", "a data frame", "notebook")
    return pandas.concat([pandas.DataFrame(table) for table in world_tables(result)], ignore_index=True)


def data_set(result: Result, versions: Mapping[str, str]) -> xarray.Dataset:
    """World by world as a labelled data set.

    Dimensions are world, arrangement, parameter, metric, event, actor and measure. An event is that of a metric of the
    same name; `incentive` and `slips` split it, and have no event where there are too many worlds to keep them.
    """
    xarray = needed("xarray", "a labelled data set", "notebook")
    names = list(result.arrangements)
    scenario = result.model.scenario

    def stacked(samples: list[Mapping[str, FloatArray]], rows: list[str]) -> FloatArray:
        if not rows:
            return np.empty((len(samples), 0, result.worlds))
        return np.stack([np.stack([of[row] for row in rows]) for of in samples])

    every = list(result.arrangements.values())
    metrics, actors = list(scenario.metrics), list(scenario.actors)
    costs, events = list(every[0].cost_samples), list(every[0].slip_samples)
    slips = np.zeros((len(every), len(events), len(actors), result.worlds))
    for i, a in enumerate(every):
        for j, event in enumerate(events):
            for actor, values in a.slip_samples[event].by.items():
                slips[i, j, actors.index(actor)] = values
    weights = np.ones(result.worlds) if result.weights is None else result.weights
    parameters = np.empty((len(result.parameters), result.worlds))
    for row, value in enumerate(result.parameters.values()):
        parameters[row] = value
    return xarray.Dataset(
        {
            "parameters": (("parameter", "world"), parameters),
            "metrics": (("arrangement", "metric", "world"), stacked([a.samples for a in every], metrics)),
            "values": (("arrangement", "actor", "world"), stacked([a.value_samples for a in every], actors)),
            "costs": (("arrangement", "measure", "world"), stacked([a.cost_samples for a in every], costs)),
            "incentive": (
                ("arrangement", "event", "world"),
                stacked([{e: of.incentive for e, of in a.slip_samples.items()} for a in every], events),
            ),
            "slips": (("arrangement", "event", "actor", "world"), slips),
            "weight": (("world",), weights / weights.sum()),
        },
        coords={
            "world": np.arange(result.worlds),
            "arrangement": names,
            "parameter": list(result.parameters),
            "metric": metrics,
            "event": events,
            "actor": actors,
            "measure": costs,
        },
        attrs={
            "title": scenario.title,
            "seed": result.seed,
            "information": result.information,
            "overrides": result.model.overrides.words,
            **{f"sha256 {file}": digest for file, digest in result.model.digests.items()},
            **versions,
        },
    )
