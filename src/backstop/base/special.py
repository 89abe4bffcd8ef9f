"""The functions of `scipy.special`, imported when one is first asked for: that takes a fifth of a second."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    import scipy.special

    return getattr(scipy.special, name)
