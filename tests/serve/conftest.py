"""Fixtures of the tests of the server."""

from tests.support.browser import browser, watch

__all__ = ["browser", "watch"]
