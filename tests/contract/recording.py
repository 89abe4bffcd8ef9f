"""The JSON of a command brought down to what must not change: its keys, how long its lists are, and its numbers.

A long list of numbers stands as its length and one weighted sum, so that a recording stays readable.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import click

RECORDED = Path(__file__).parent / "recorded.json"
LONG = 4


def essence(answer: Any) -> Any:
    """What is held of a JSON value: texts become None, a long list of numbers its length and a weighted sum."""
    if isinstance(answer, dict):
        return {key: essence(value) for key, value in answer.items() if key != "versions"}
    if isinstance(answer, list):
        if len(answer) >= LONG and all(type(each) in (int, float) for each in answer):
            return {"numbers": len(answer), "sum": math.fsum(x * math.cos(i) for i, x in enumerate(answer))}
        return [essence(each) for each in answer]
    return None if isinstance(answer, str) else answer


def differences(recorded: Any, now: Any, tolerance: float, where: str = "") -> list[str]:
    """Places at which an essence differs from the recorded one, with both values."""
    if isinstance(recorded, dict) and isinstance(now, dict):
        found = [f"{where}.{key}: gone" for key in recorded if key not in now]
        found += [f"{where}.{key}: new" for key in now if key not in recorded]
        for key in recorded.keys() & now.keys():
            found += differences(recorded[key], now[key], tolerance, f"{where}.{key}")
        return sorted(found)
    if isinstance(recorded, list) and isinstance(now, list):
        if len(recorded) != len(now):
            return [f"{where}: {len(recorded)} entries, now {len(now)}"]
        return [
            text
            for i, (a, b) in enumerate(zip(recorded, now, strict=True))
            for text in differences(a, b, tolerance, f"{where}[{i}]")
        ]
    numbers = (int, float)
    if type(recorded) in numbers and type(now) in numbers:
        near = abs(recorded - now) <= tolerance * max(1.0, abs(recorded))
        return [] if near else [f"{where}: {recorded!r}, now {now!r}"]
    return [] if recorded == now and type(recorded) is type(now) else [f"{where}: {recorded!r}, now {now!r}"]


def commands() -> dict[str, list[str]]:
    """Every command by its words, with the names of its arguments and options."""
    from backstop.cli.main import backstop

    found: dict[str, list[str]] = {}

    def walk(command: click.Command, words: tuple[str, ...]) -> None:
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                below = command.get_command(context, name)
                assert below is not None
                walk(below, (*words, name))
        else:
            found[" ".join(words)] = sorted("/".join([*p.opts, *p.secondary_opts]) for p in command.params)

    walk(backstop, ())
    return found


def record(names: list[str]) -> None:
    """Record the named cases anew, all of them where none is named, and the command tree."""
    from tests.contract.cases import CASES
    from tests.support.command import run

    known = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {"cases": {}}
    known["commands"] = commands()
    for name in names or CASES:
        answer = run(*CASES[name], "--json")
        assert answer.code == 0, (name, answer.err)
        known["cases"][name] = essence(answer.json)
    known["cases"] = {name: known["cases"][name] for name in CASES}
    lines = [f"{json.dumps(name)}: {json.dumps(of)}" for name, of in known["cases"].items()]
    text = (
        '{"commands": '
        + json.dumps(known["commands"], indent=1)
        + ',\n"cases": {\n'
        + ",\n".join(lines)
        + "\n}}\n"
    )
    RECORDED.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    record(sys.argv[1:])
