"""Small dossiers for the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from backstop.dossier import store
from backstop.dossier.anchor.passage import Text, anchored
from backstop.dossier.dossier import Dossier, empty_dossier
from backstop.dossier.intake import Details, arrival, arrivals, entered
from backstop.dossier.record import Actor, Event, Proposition, Register, Source, Statement, Term, Value
from backstop.dossier.text.extraction import extract

KEY = "0123456789abcdef" * 2
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "sources"
UKRAINE = Path(__file__).resolve().parents[2] / "examples" / "ukraine-2025"

TEXTS = {
    "a": "Lake report.\nThe envoy met both sides in Vienna on Monday. He wants 40 observers on the lake.\n",
    "b": "Lake report, second.\nThe envoy met both sides in Prague. Sixty observers would go, \U0001f6a4 he said"
    " \u201csoon\u201d.\n",
    "c": "Third report.\nNobody met anybody. The rebels refuse any observer at all.\n",
}


def source(name: str, text: str, **fields: Any) -> Source:
    """A source record for a text."""
    data = text.encode()
    file = f"{name}.txt"
    made = arrival(extract(data, file), data, file, "text/plain", Details(), bytes.fromhex(KEY))
    return made.source.model_copy(update={"id": name, **fields})


def statement(name: str, account: str, words: str, texts: dict[str, str] = TEXTS, **fields: Any) -> Statement:
    """A statement on the passage `words` of an account."""
    text = texts[account]
    start = text.index(words)
    anchor = anchored(Text(text, bytes.fromhex(KEY)), start, start + len(words))
    given = {
        "actor": "outlet",
        "attribution": "outlet voice",
        "type": "report of fact",
        "paraphrase": f"paraphrase of {name}",
        "objects": [],
        **fields,
    }
    return Statement.model_validate({"id": name, "source": account, "anchor": anchor, **given})


def small(
    statements: list[Statement], propositions: list[Proposition] | None = None, **register: Any
) -> Dossier:
    """A dossier of the three small accounts."""
    parts = {
        "actors": {
            "envoy": Actor(name="The Envoy", kind="person", aliases=("envoy",)),
            "rebels": Actor(name="Rebels", kind="group"),
            "hosts": Actor(name="Hosts", kind="state"),
        },
        "objects": {n: Term(title=n) for n in ("observers", "talks", "truce", "deal", "patrols")},
        "values": {},
        "events": {"meeting": Event(title="the meeting")},
        **register,
    }
    return Dossier(
        Register(key=KEY, title="Lake", **parts),
        {name: source(name, text) for name, text in TEXTS.items()},
        {s.id: s for s in statements},
        {p.id: p for p in propositions or []},
    )


def proposition(
    name: str, supports: dict[str, str], opposes: dict[str, str] | None = None, **fields: Any
) -> Proposition:
    """A proposition with links statement: strength."""
    return Proposition.model_validate(
        {
            "id": name,
            "text": f"Text of {name}.",
            "supports": [{"statement": s, "strength": w} for s, w in supports.items()],
            "opposes": [{"statement": s, "strength": w} for s, w in (opposes or {}).items()],
            **fields,
        }
    )


def value(title: str, **fields: Any) -> Value:
    """An entry of the vocabulary of values."""
    return Value.model_validate({"title": title, **fields})


def written(dossier: Dossier, study: Path) -> Path:
    """The dossier written into a study folder; its folder."""
    folder = study / "dossier"
    store.write(store.Snapshot(folder, empty_dossier(KEY)), dossier)
    return folder


def coding() -> Any:
    """The hand coding of the three accounts, which stands beside the repository where the reference material does."""
    import pytest

    if not (SHARED / "coding.json").is_file():
        pytest.skip("the hand coding and its texts are not beside the repository")
    return json.loads((SHARED / "coding.json").read_text(encoding="utf-8"))


def added(
    sources: dict[str, Source], path: Path, text: str, **more: Any
) -> tuple[dict[str, Source], list[tuple[str, str]]]:
    """The sources with a text file added, and what happened to it."""
    path.write_text(text, encoding="utf-8")
    return entered(sources, arrivals([path], Details(), bytes.fromhex(KEY)), **more)
