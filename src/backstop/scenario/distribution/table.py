"""Quantiles by table: polynomials in the logit of u, panel by panel, checked against the exact quantile.

Inverting a distribution function takes microseconds a point, too long for a hundred thousand worlds and forty
parameters. In the logit of u quantiles are smooth and tame in both tails, so Chebyshev polynomials of one degree
reproduce them to rounding on panels that hold no kink. A spline of third degree would leave 1e-8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from backstop.base.arrays import BoolArray, FloatArray

Indices = NDArray[np.intp]

# Where in a panel, which goes from -1 to 1, the polynomial is checked.
_CHECKED = (-0.98, -0.3, 0.2, 0.98)


def places(degree: int) -> FloatArray:
    """Where in a panel, which goes from -1 to 1, a table of this degree needs the function."""
    return np.concatenate((np.cos(np.pi * (np.arange(degree + 1) + 0.5) / (degree + 1)), _CHECKED))


@dataclass(frozen=True, slots=True)
class Table:
    """A function of the logit of u: a polynomial on each panel from `start` to `start` + `width`, where it `holds`."""

    start: FloatArray
    width: FloatArray
    coefficients: FloatArray
    """[power, panel], of a variable that goes from -1 to 1."""
    holds: BoolArray

    def read(self, panel: Indices, s: FloatArray) -> FloatArray:
        """The function at the logits s, each in its `panel`."""
        x = 2.0 * (s - self.start[panel]) / self.width[panel] - 1.0
        y: FloatArray = self.coefficients[-1].take(panel)
        for row in self.coefficients[-2::-1]:
            y *= x
            y += row.take(panel)
        return y


def tabulated(start: FloatArray, width: FloatArray, values: FloatArray, allowed: FloatArray) -> Table:
    """The table of a function that has `values` [panel, place] at the `places` of some degree in each panel.

    A panel holds where all values are finite and the polynomial is off by no more than `allowed` [panel, check].
    """
    panels = np.flatnonzero(np.isfinite(values).all(axis=1))
    degree = values.shape[1] - len(_CHECKED) - 1
    powers = np.array(
        [np.pad(chebyshev.cheb2poly([0] * k + [1]), (0, degree - k)) for k in range(degree + 1)]
    )
    fitted = chebyshev.chebfit(places(degree)[: degree + 1], values[panels, : degree + 1].T, degree)
    coefficients, holds = np.zeros((degree + 1, start.size)), np.zeros(start.size, dtype=bool)
    coefficients[:, panels] = powers.T @ fitted
    error = np.abs(chebyshev.chebval(np.array(_CHECKED), fitted) - values[panels, degree + 1 :])
    holds[panels] = (error <= allowed[panels]).all(axis=1)
    for array in (coefficients, holds):
        array.flags.writeable = False
    return Table(start, width, coefficients, holds)
