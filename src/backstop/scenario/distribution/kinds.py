"""Distributions of uncertain parameters by the names they have in a scenario file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from backstop.base.words import did_you_mean
from backstop.scenario.distribution.beta import Beta, Pert
from backstop.scenario.distribution.discrete import Discrete
from backstop.scenario.distribution.distribution import Distribution, DistributionError, require_finite
from backstop.scenario.distribution.logarithmic import LogNormal, LogUniform
from backstop.scenario.distribution.normal import Normal
from backstop.scenario.distribution.straight import Triangular, Uniform

Arguments = Sequence[float] | Mapping[float, float] | float

_OF_NUMBERS: dict[str, tuple[Callable[..., Distribution], tuple[str, ...]]] = {
    "uniform": (Uniform, ("a", "b")),
    "triangular": (Triangular, ("low", "mode", "high")),
    "pert": (Pert, ("low", "mode", "high")),
    "normal": (Normal, ("mean", "sd")),
    "lognormal": (LogNormal, ("mu", "sigma")),
    "beta": (Beta, ("a", "b")),
    "loguniform": (LogUniform, ("a", "b")),
}

KINDS: tuple[str, ...] = ("value", *_OF_NUMBERS, "discrete")


def distribution(kind: str, arguments: Arguments, bounds: tuple[float, float] | None = None) -> Distribution:
    """The distribution that `kind: arguments` spells in a scenario file, with `bounds` for a normal one.

    Raises DistributionError with a message for people.

    >>> distribution("pert", [0, 1, 5])
    Pert(low=0, mode=1, high=5)
    >>> distribution("normal", [3, 2], bounds=(0, 4)).support
    (0.0, 4.0)
    """
    if bounds is not None and kind != "normal":
        raise DistributionError(f"bounds belong to normal alone, and this is {kind}")
    if kind == "value":
        if isinstance(arguments, Sequence | Mapping):
            raise DistributionError(f"value: one number is needed, and it is {arguments!r}")
        require_finite("value", value=arguments)
        return Discrete([arguments], [1.0])
    if kind == "discrete":
        if not isinstance(arguments, Mapping):
            raise DistributionError("discrete: needs {value: weight, ...}")
        return Discrete(arguments.keys(), arguments.values())
    if kind not in _OF_NUMBERS:
        raise DistributionError(f"{kind} is not a distribution; {did_you_mean(kind, KINDS, 'kind')}")
    family, names = _OF_NUMBERS[kind]
    form = f"{kind}: [{', '.join(names)}]"
    if isinstance(arguments, str) or not isinstance(arguments, Sequence):
        raise DistributionError(f"{kind}: {len(names)} numbers are needed: {form}")
    if len(arguments) != len(names):
        raise DistributionError(
            f"{kind}: {len(names)} numbers are needed, and {len(arguments)} stand here: {form}"
        )
    numbers = list(arguments)
    if bounds is not None:
        if len(bounds) != 2:
            raise DistributionError("normal: bounds needs two numbers: bounds: [a, b]")
        return Normal(numbers[0], numbers[1], (bounds[0], bounds[1]))
    return family(*numbers)
