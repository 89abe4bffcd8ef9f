"""Backstop: a workbench for security guarantees and peace deals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from backstop.notebook import plot as plot
    from backstop.notebook.asking import assess as assess
    from backstop.notebook.asking import claims as claims
    from backstop.notebook.asking import conditions as conditions
    from backstop.notebook.asking import design as design
    from backstop.notebook.asking import form as form
    from backstop.notebook.asking import robustness as robustness
    from backstop.notebook.asking import sensitivity as sensitivity
    from backstop.notebook.asking import value as value
    from backstop.notebook.runs import compare as compare
    from backstop.notebook.runs import read as read
    from backstop.notebook.runs import save as save
    from backstop.scenario.model import Model as Model
    from backstop.scenario.study import load as load
    from backstop.worlds.result import Result as Result

# Imported on first use: `import backstop` alone costs nothing.
_HOMES = {
    "Model": "backstop.scenario.model",
    "Result": "backstop.worlds.result",
    "assess": "backstop.notebook.asking",
    "claims": "backstop.notebook.asking",
    "compare": "backstop.notebook.runs",
    "conditions": "backstop.notebook.asking",
    "design": "backstop.notebook.asking",
    "form": "backstop.notebook.asking",
    "load": "backstop.scenario.study",
    "read": "backstop.notebook.runs",
    "robustness": "backstop.notebook.asking",
    "save": "backstop.notebook.runs",
    "sensitivity": "backstop.notebook.asking",
    "value": "backstop.notebook.asking",
}

# Modules that are met under a name of their own; the room of the report is called like a function.
_ROOMS = {"plot": "backstop.notebook.plot", "report": "backstop.report"}

__all__ = [
    *(
        "Model",
        "Result",
        "__version__",
        "assess",
        "claims",
        "compare",
        "conditions",
        "design",
        "form",
        "load",
        "plot",
    ),
    *("read", "report", "robustness", "save", "sensitivity", "value"),
]


def __getattr__(name: str) -> Any:
    import importlib

    if name in _ROOMS:
        return importlib.import_module(_ROOMS[name])
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'backstop' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
