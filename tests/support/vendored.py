"""Files of other projects that are kept as published, against the manifest beside them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def differing(folder: Path) -> tuple[int, list[str]]:
    """How many files the manifest of a folder names, and those that are not as it says, or that it does not name."""
    packages = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["packages"]
    named = {entry["file"]: entry["sha256"] for package in packages for entry in package["files"]}
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    wrong = [
        name
        for name, digest in named.items()
        if name not in there or hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest
    ]
    return len(named), [*wrong, *sorted(there - named.keys() - {"manifest.json"})]


def without_licence(folder: Path) -> list[str]:
    """Packages of which the manifest names no licence file."""
    packages = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["packages"]
    return [
        package["name"]
        for package in packages
        if not any(entry["file"].rpartition("/")[2] == "LICENSE" for entry in package["files"])
    ]
