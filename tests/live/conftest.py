from __future__ import annotations

from tests.support.browser import browser, watch

__all__ = ["browser", "watch"]
