"""Backstop: a workbench for security guarantees and peace deals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from backstop.scenario.model import Model as Model
    from backstop.scenario.study import load as load
    from backstop.worlds.assessment import assess as assess
    from backstop.worlds.result import Result as Result

# Imported on first use: `import backstop` alone costs nothing.
_HOMES = {
    "Model": "backstop.scenario.model",
    "Result": "backstop.worlds.result",
    "assess": "backstop.worlds.assessment",
    "load": "backstop.scenario.study",
}

__all__ = ["Model", "Result", "__version__", "assess", "load"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'backstop' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
