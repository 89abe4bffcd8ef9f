"""The report: what a study says in words and pictures.

The room may itself be called, as `backstop.report(study, out)`: that is `backstop.report.asking.report`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """This room, which a notebook calls like the other questions."""

    def __call__(self, *given: Any, **named: Any) -> Any:
        """The report on a study: see `backstop.report.asking.report`."""
        from backstop.report.asking import report

        return report(*given, **named)


sys.modules[__name__].__class__ = _Room
