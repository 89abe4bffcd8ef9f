"""A server that is killed at random moments while it saves: what it said is saved is there, and nothing by halves."""

from __future__ import annotations

import random
import signal
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.dossier.building import TEXTS
from tests.support.lake import Lake, lake
from tests.support.serving import Client, Server, serving

from backstop.dossier import store

WORDS = {name: text.split("\n")[1] for name, text in TEXTS.items()}
FIELDS = {"actor": "envoy", "attribution": "indirect speech", "type": "demand", "objects": ["observers"]}


@dataclass
class Told:
    """What servers have answered that they saved: texts by the name of their file, and paraphrases by statement."""

    texts: dict[str, str] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    tried_texts: dict[str, str] = field(default_factory=dict)
    tried_statements: set[str] = field(default_factory=set)
    saved: int = 0


def _selection(account: str) -> dict[str, Any]:
    text, words = TEXTS[account], WORDS[account]
    start = text.index(words)
    end = start + len(words)
    around = {"prefix": text[max(0, start - 32) : start], "suffix": text[end : end + 32]}
    return {"start": start, "end": end, "exact": words, **around}


def _saving(server: Server, told: Told, turn: int, sound: str, stop: threading.Event) -> None:
    """Save texts under names of their own, one after the other, until the server is gone."""
    client = Client(server.url)
    client.http.cookies = server.client.http.cookies
    number = 0
    while not stop.is_set():
        name, text = f"saved-{turn}-{number}.yaml", f"# {turn}.{number} \N{EM DASH} a remark\n{sound}"
        told.tried_texts[name] = text
        try:
            body = {"text": text, "version": 1, "name": name, "broken": True}
            answer = client.post("/api/scenario/save", body)
        except httpx.HTTPError:
            return
        assert answer.status_code == 201, answer.text
        told.texts[name] = text
        told.saved += 1
        number += 1


def _coding(server: Server, told: Told, turn: int, account: str, stop: threading.Event) -> None:
    """Code one passage again and again, until the server is gone."""
    client = Client(server.url)
    client.http.cookies = server.client.http.cookies
    number = 0
    while not stop.is_set():
        said = f"Said in {account}, {turn}.{number}."
        told.tried_statements.add(said)
        fields = {**FIELDS, "paraphrase": said}
        body = {"source": account, "selection": _selection(account), "fields": fields, "by": "me"}
        try:
            answer = client.post("/api/dossier/statements", body)
        except httpx.HTTPError:
            return
        assert answer.status_code == 201, answer.text
        told.statements[answer.json()["statement"]["record"]["id"]] = said
        told.saved += 1
        number += 1


def _killed_while_saving(found: Lake, told: Told, turn: int, chance: random.Random) -> None:
    sound = (found.study / "scenario.yaml").read_text(encoding="utf-8")
    with serving(found.study, "--texts", found.texts) as server:
        assert server.client.get("/api/dossier").status_code == 200
        stop = threading.Event()
        hands = [
            threading.Thread(target=_saving, args=(server, told, turn, sound, stop)),
            *(threading.Thread(target=_coding, args=(server, told, turn, name, stop)) for name in "ab"),
        ]
        for hand in hands:
            hand.start()
        # After a number of saves that is drawn, at a moment within the next.
        wanted = told.saved + chance.randrange(8)
        end = time.monotonic() + 10
        while told.saved < wanted and time.monotonic() < end:
            time.sleep(0.001)
        time.sleep(chance.uniform(0.0, 0.05))
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(20)
        stop.set()
        for hand in hands:
            hand.join(60)
            assert not hand.is_alive()


def _is_whole(found: Lake, told: Told, sound: bytes) -> None:
    assert (found.study / "scenario.yaml").read_bytes() == sound
    saved = {path.name: path.read_text(encoding="utf-8") for path in found.study.glob("saved-*.yaml")}
    assert {name: saved.get(name) for name in told.texts} == told.texts
    assert {name: told.tried_texts[name] for name in saved} == saved
    coded = {one.id: one.paraphrase for one in store.read(found.dossier).dossier.statements.values()}
    assert {name: coded.get(name) for name in told.statements} == told.statements
    assert {said for said in coded.values() if said.startswith("Said in")} <= told.tried_statements


def kills(folder: Path, times: int) -> Told:
    found, told, chance = lake(folder), Told(), random.Random(1)
    sound = (found.study / "scenario.yaml").read_bytes()
    for turn in range(times):
        _killed_while_saving(found, told, turn, chance)
        _is_whole(found, told, sound)
        if turn % 20 == 19:  # what was saved is known to be there; fewer files keep each turn quick
            for name in told.texts:
                (found.study / name).unlink()
            told.texts.clear()
    return told


def test_killed_while_it_saves_nothing_is_lost_or_half_written(tmp_path: Path) -> None:
    told = kills(tmp_path, 3)
    assert told.tried_texts
    assert told.tried_statements


@pytest.mark.slow
def test_two_hundred_kills(tmp_path: Path) -> None:
    told = kills(tmp_path, 200)
    assert told.saved >= 400
    assert len(told.statements) >= 100
    assert len(told.tried_texts) >= 100
