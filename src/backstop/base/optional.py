"""Libraries that are extras of the package: imported when they are needed, and named where they are missing."""

from __future__ import annotations

import importlib
from types import ModuleType

from backstop.base.faults import Refused


def needed(module: str, what: str, extra: str = "dossier") -> ModuleType:
    """An optional library. Raises Refused naming the extra to install where it is not there."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise Refused(
            f"{what} needs the library {module.split('.')[0]}", hint=f"pip install 'backstop[{extra}]'"
        ) from None
