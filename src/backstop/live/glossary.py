"""The terms that a live page explains where they stand."""

from __future__ import annotations

import json
from importlib import resources


def glossary() -> list[dict[str, str]]:
    """Terms with their meanings, in the order of the file."""
    text = resources.files("backstop.live").joinpath("glossary.json").read_text(encoding="utf-8")
    found: list[dict[str, str]] = json.loads(text)
    return found
