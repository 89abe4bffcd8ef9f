"""Studies on disk: from a folder or file to a compiled model."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from backstop.base.faults import InvalidInput
from backstop.base.files import sha256
from backstop.scenario.model import Model, compile_scenario

Study = Model | str | Path
"""A study that was loaded, or its path."""

Settings = Mapping[str, float]
"""Numbers by the names of parameters and measures."""

Given = Mapping[str, float | Sequence[float]]
"""Values, or ranges [low, high], by the names of parameters."""


def load(path: str | Path) -> Model:
    """The compiled model of a study: a folder with a `scenario.yaml`, a file in it, or `-` for standard input.

    Raises InvalidInput with every error of the file at once.

    >>> model = load("examples/ladder")
    >>> list(model.levels)
    ['consultative', 'automatic', 'half_automatic', 'attributed']
    """
    from backstop.base.document import MOST_BYTES
    from backstop.scenario.location import content, find

    if str(path) == "-":
        data, name, study = _standard_input(MOST_BYTES + 1), "<stdin>", ""
    else:
        file = find(Path(path))
        data, name, study = content(file), str(file), file.resolve().parent.name
    return model_from(data, name, study)


def model_from(data: bytes, name: str, study: str = "") -> Model:
    """The compiled model of the scenario in `data`; `name` is that of its file, `study` that of the file's folder.

    Raises InvalidInput with every error at once.
    """
    from backstop.scenario.check.scenario import read_scenario

    document, scenario, notes = read_scenario(data, name)
    return compile_scenario(scenario, document.place, {"scenario.yaml": sha256(data)}, study, notes)


def model_of(
    study: Study,
    set: Settings | None = None,
    given: Given | None = None,
    camp: str | None = None,
    yours: Settings | None = None,
) -> Model:
    """The model of a study with one camp of experts, what is `given`, the arrangement `yours`, and what is `set`.

    `set` intervenes: parameters are fixed and measures put at one level in every arrangement, and the weights of worlds
    stay. `given` conditions: parameters have a value or lie in a range, and worlds are weighed anew. `yours` adds the
    arrangement `yours` of these levels of measures. Raises InvalidInput for unknown names, levels out of range and
    conditions that cannot be met.

    >>> model_of("examples/ladder", set={"noise": 2}).distributions["noise"]
    2.0
    """
    model = study if isinstance(study, Model) else load(study)
    if camp is not None:
        model = model.in_camp(camp)
    model = model.given(given) if given else model
    model = model if yours is None else model.with_yours(yours)
    return model.with_values(set) if set else model


def scenario_path(model: Model) -> Path:
    """The scenario file that a model was loaded from, in whose folder its dossier and graph are."""
    return Path(model.place(()).file)


def _standard_input(most: int) -> bytes:
    """What was given on standard input. Raises InvalidInput where nothing can be read there."""
    try:
        # The command may have been started with it closed.
        if sys.stdin is not None:
            return sys.stdin.buffer.read(most)
        reason = "it is closed"
    except OSError as error:
        reason = error.strerror or str(error)
    raise InvalidInput(f"standard input cannot be read ({reason})", hint="name a study, or give one with <")
