"""The dossier of a study over HTTP: read, coded, changed and added to, each change whole or not at all."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from json import dumps
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlencode

import pytest
from starlette.applications import Starlette
from tests.dossier.building import TEXTS
from tests.support.lake import SCENARIO, lake

from backstop.base.faults import InvalidInput
from backstop.dossier import store
from backstop.dossier.available_texts import AvailableTexts
from backstop.dossier.verification import verify
from backstop.scenario.study import load
from backstop.serve.dossier.evidence import StudyEvidence
from backstop.serve.dossier.files import DossierFiles
from backstop.serve.dossier.routes import dossier_routes


@dataclass(frozen=True)
class Answer:
    """What was answered."""

    status_code: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Asks an application without a network."""

    def __init__(self, app: Starlette) -> None:
        self.app = app

    def get(self, path: str, params: dict[str, Any] | None = None) -> Answer:
        return self._asked("GET", path, b"", params)

    def post(
        self, path: str, json: Any = None, content: bytes | None = None, said: dict[str, Any] | None = None
    ) -> Answer:
        body = content if content is not None else dumps(json).encode()
        headers = [] if said is None else [(b"x-backstop-document", quote(dumps(said)).encode())]
        return self._asked("POST", path, body, None, headers)

    def _asked(
        self,
        method: str,
        path: str,
        body: bytes,
        params: dict[str, Any] | None,
        headers: Sequence[tuple[bytes, bytes]] = (),
    ) -> Answer:
        target, _, query = path.partition("?")
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": method,
            "path": unquote(target),
            "raw_path": target.encode(),
            "query_string": (query or urlencode(params or {})).encode(),
            "headers": [(b"content-type", b"application/json"), *headers],
            "root_path": "",
            "scheme": "http",
        }
        pieces = [body[at : at + 65_536] for at in range(0, len(body), 65_536)] or [b""]
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

        async def send(message: Any) -> None:
            sent.append(message)

        asyncio.run(self.app(scope, receive, send))
        return Answer(sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:]))


class Desk:
    """A study with three small accounts and its dossier, and a client of its routes."""

    def __init__(self, study: Path, withheld: bool = False, texts: bool = True) -> None:
        self.study = study
        self.folder = study / "dossier"
        self.texts = study.parent / "texts"
        self.told = 0
        self.files = DossierFiles(study, (self.texts,) if texts else ())
        routes = dossier_routes(self.files, StudyEvidence(self.files, self._model), withheld, self._tell)
        self.client = Client(Starlette(routes=routes))

    def _model(self) -> Any:
        return load(self.study)

    def _tell(self) -> None:
        self.told += 1

    def get(self, path: str, status: int = 200, **query: Any) -> Any:
        answer = self.client.get(f"/api/dossier{path}", params=query)
        assert answer.status_code == status, answer.text
        return answer.json()

    def post(self, path: str, body: Any, status: int = 200) -> Any:
        answer = self.client.post(f"/api/dossier{path}", json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def upload(self, data: bytes, status: int = 201, **query: Any) -> Any:
        answer = self.client.post("/api/dossier/documents", said=query, content=data)
        assert answer.status_code == status, answer.text
        return answer.json()

    def state(self) -> dict[str, bytes]:
        return {
            str(p.relative_to(self.folder)): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()
        }

    def one(self, name: str) -> dict[str, Any]:
        listed = self.get(f"/documents/{name[0]}")["statements"]
        return next(s for s in listed if s["record"]["id"] == name)


def opened(folder: Path, **options: Any) -> Desk:
    return Desk(lake(folder).study, **options)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return opened(tmp_path)


def selected(account: str, words: str) -> dict[str, Any]:
    text = TEXTS[account]
    start = text.index(words)
    end = start + len(words)
    return {
        "start": start,
        "end": end,
        "exact": words,
        "prefix": text[max(0, start - 32) : start],
        "suffix": text[end : end + 32],
    }


FIELDS = {
    "actor": "envoy",
    "attribution": "indirect speech",
    "type": "demand",
    "objects": ["observers"],
    "stance": "+",
    "paraphrase": "He asks for 40 observers.",
}


def entry(words: str = "He wants 40 observers", account: str = "a", **fields: Any) -> dict[str, Any]:
    return {
        "source": account,
        "selection": selected(account, words),
        "fields": {**FIELDS, **fields},
        "by": "me",
    }


def test_the_overview_lists_documents_the_register_and_what_is_unsupported(desk: Desk) -> None:
    found = desk.get("")
    assert [one["id"] for one in found["documents"]] == ["a", "b", "c"]
    assert [one["statements"] for one in found["documents"]] == [2, 1, 0]
    assert found["statements"] == {"a1": "a", "a2": "a", "b1": "b"}
    assert found["coders"] == ["one", "two"]
    assert {one["id"] for one in found["register"]["actors"]} == {"envoy", "rebels", "hosts"}
    assert found["unsupported"]
    assert found["resting_fault"] == ""


def test_a_document_has_its_passages_with_all_that_rests_on_them(desk: Desk) -> None:
    found = desk.get("/documents/a")
    places = {one["record"]["id"]: one for one in found["statements"]}
    for name, one in places.items():
        words = {"a1": "The envoy met both sides", "a2": "met both sides in Vienna"}[name]
        assert TEXTS["a"][one["passage"]["start"] : one["passage"]["end"]] == words
        assert one["passage"]["state"] == "exact"
        assert "anchor" not in one["record"]
    assert len(places) == 2
    assert {(use["kind"], tuple(use["through"])) for use in places["a1"]["used_by"]} == {("parameter", ())}
    assert {tuple(use["through"]) for use in places["a2"]["used_by"]} == {("P1",)}
    assert places["a2"]["propositions"][0]["id"] == "P1"
    part = desk.get("/documents/a/text")
    assert part["text"] == TEXTS["a"]
    assert (part["start"], part["end"], part["parts"]) == (0, len(TEXTS["a"]), 1)


@pytest.mark.parametrize(
    "path",
    [
        "/documents/zz",
        "/documents/zz/text",
        "/documents/a%2f..%2f..%2fscenario.yaml",
        "/documents/..",
        "/documents/a/text?part=5",
        "/documents/a/text?part=-1",
        "/documents/zz/suggestions",
    ],
)
def test_what_there_is_not_is_said(desk: Desk, path: str) -> None:
    answer = desk.client.get(f"/api/dossier{path}")
    assert answer.status_code == 404
    assert "Traceback" not in answer.text


def test_a_passage_is_coded_and_verify_agrees(desk: Desk) -> None:
    made = desk.post("/statements", entry(), 201)["statement"]
    assert made["record"]["coder"] == "me"
    assert made["passage"]["state"] == "exact"
    snapshot = store.read(desk.folder)
    one = snapshot.dossier.statements[made["record"]["id"]]
    assert TEXTS["a"][one.anchor.start : one.anchor.end] == "He wants 40 observers"
    outcomes = verify(snapshot.dossier, AvailableTexts(desk.folder, [desk.texts]))
    assert {o.resolution.state for o in outcomes if o.resolution} == {"exact"}
    assert desk.told == 1


def test_offsets_count_code_points_after_a_sign_beyond_the_first_plane(desk: Desk) -> None:
    made = desk.post("/statements", entry("\u201csoon\u201d", "b"), 201)["statement"]
    assert TEXTS["b"][made["passage"]["start"] : made["passage"]["end"]] == "\u201csoon\u201d"


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        ({"source": "zz"}, 404, "no source zz"),
        ({"selection": {"start": 0, "end": 5, "exact": "other"}}, 422, "not those from 0 to 5"),
        ({"selection": {"start": 5, "end": 5, "exact": ""}}, 422, "not those"),
        ({"selection": {"start": -5, "end": 5, "exact": "x"}}, 422, "start"),
        ({"fields": {**FIELDS, "type": "song"}}, 422, "song"),
        ({"fields": {**FIELDS, "colour": "red"}}, 422, "colour"),
        ({"fields": {**FIELDS, "id": "a1"}}, 422, "already"),
        ({"fields": {**FIELDS, "held": {}}}, 422, "cannot be given"),
        ({"fields": {**FIELDS, "objects": 5}}, 422, "objects"),
        ({"fields": {**FIELDS, "actor": {}}}, 422, "actor"),
        ({"fields": {**FIELDS, "condition": "if"}}, 422, "condition"),
        ({"fields": {}}, 422, "paraphrase"),
        ({"supports": "P9"}, 422, "no proposition P9"),
        ({"more": 1}, 422, "more"),
    ],
)
def test_what_is_no_statement_is_refused_and_nothing_written(
    desk: Desk, change: dict[str, Any], status: int, words: str
) -> None:
    before = desk.state()
    answer = desk.post("/statements", {**entry(), **change}, status)
    assert words in json.dumps(answer["faults"])
    assert desk.state() == before
    assert desk.told == 0


def test_what_the_register_lacks_is_named_and_entered_if_asked(desk: Desk) -> None:
    answer = desk.post("/statements", entry(objects=["radar sets"]), 422)
    assert answer["unregistered"] == {"part": "objects", "word": "radar sets"}
    made = desk.post("/statements", {**entry(objects=["radar sets"]), "new": True}, 201)
    assert made["statement"]["names"]["radar_sets"] == "radar sets"


def test_two_browsers_do_not_overwrite_each_other(desk: Desk) -> None:
    seen = desk.one("a1")["edition"]
    first = desk.post("/statements/a1/revision", {"was": seen, "fields": {"note": "first"}})
    assert first["statement"]["record"]["note"] == "first"
    answer = desk.post("/statements/a1/revision", {"was": seen, "fields": {"note": "second"}}, 409)
    assert answer["now"]["record"]["note"] == "first"
    assert answer["now"]["edition"] == first["statement"]["edition"]
    again = {"was": answer["now"]["edition"], "fields": {"note": "second"}}
    assert desk.post("/statements/a1/revision", again)["statement"]["record"]["note"] == "second"


def test_a_file_edited_by_hand_is_seen_and_kept(desk: Desk) -> None:
    desk.get("")
    path = desk.folder / "statements.jsonl"
    path.write_text(path.read_text().replace("paraphrase of b1", "by hand"), encoding="utf-8")
    assert desk.one("b1")["record"]["paraphrase"] == "by hand"
    desk.post("/statements", entry(), 201)
    assert "by hand" in path.read_text()


def test_a_broken_file_is_told_and_nothing_is_written_over_it(desk: Desk) -> None:
    path = desk.folder / "statements.jsonl"
    path.write_text(path.read_text() + '{"id": 5}\n', encoding="utf-8")
    before = desk.state()
    answer = desk.get("", 422)
    assert answer["faults"][0]["file"] == "statements.jsonl"
    desk.post("/statements", entry(), 422)
    assert desk.state() == before


def test_many_hands_at_once_lose_nothing(desk: Desk) -> None:
    spans = [
        "Lake report",
        "The envoy",
        "both sides",
        "in Vienna",
        "on Monday",
        "He wants",
        "40 observers",
        "the lake",
    ]
    status: list[int] = []

    def code(words: str) -> None:
        answer = desk.client.post("/api/dossier/statements", json=entry(words))
        status.append(answer.status_code)

    threads = [threading.Thread(target=code, args=(words,)) for words in spans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert status == [201] * len(spans)
    assert len(store.read(desk.folder).dossier.statements) == 3 + len(spans)


def test_what_the_scenario_cites_is_not_withdrawn(desk: Desk) -> None:
    before = desk.state()
    answer = desk.post("/statements/a1/withdrawal", {"was": desk.one("a1")["edition"], "links": True}, 409)
    assert "cited by the parameter" in answer["faults"][0]["what"]
    assert desk.state() == before


def test_a_withdrawal_with_links_can_be_undone(desk: Desk) -> None:
    was = desk.one("a2")
    desk.post("/statements/a2/withdrawal", {"was": was["edition"]}, 409)
    gone = desk.post("/statements/a2/withdrawal", {"was": was["edition"], "links": True})
    assert "a2" not in desk.get("")["statements"]
    desk.post("/returned", {"withdrawn": gone["withdrawn"]}, 201)
    assert desk.one("a2")["record"] == was["record"]
    assert desk.one("a2")["propositions"] == was["propositions"]
    desk.post("/returned", {"withdrawn": gone["withdrawn"]}, 422)


def test_links_propositions_and_findings(desk: Desk) -> None:
    made = desk.post(
        "/propositions", {"text": "Observers are wanted.", "statements": ["a1"], "by": "me"}, 201
    )
    name = made["proposition"]
    desk.post(
        f"/propositions/{name}/links", {"statements": ["b1"], "bearing": "opposes", "strength": "partial"}
    )
    claims = {one["id"]: one for one in desk.get("")["propositions"]}
    assert [link["statement"] for link in claims[name]["supports"]] == ["a1"]
    assert claims[name]["opposes"] == [{"statement": "b1", "strength": "partial"}]
    desk.post(f"/propositions/{name}/links", {"statements": ["b1"], "bearing": "opposes", "remove": True})
    compared = desk.get("/accounts")
    kind = next(kind for kind, found in compared["findings"].items() if found)
    finding = compared["findings"][kind][0]
    body = {"id": finding["id"], "kind": kind, "statements": finding["statements"]}
    desk.post("/findings", body)
    after = desk.get("/accounts")
    assert finding["id"] not in [one["id"] for one in after["findings"][kind]]
    assert [one["id"] for one in after["dismissed"]] == [finding["id"]]
    desk.post("/findings", {**body, "dismissed": False})
    assert desk.get("/accounts")["findings"] == compared["findings"]


def test_suggestions_are_taken_up_or_passed_over(desk: Desk) -> None:
    found = desk.get("/documents/a/suggestions")
    sentence = next(one for one in found["sentences"] if "40 observers" in one["text"])
    assert "number" in sentence["reasons"]
    assert TEXTS["a"][sentence["start"] : sentence["end"]] == sentence["text"]
    desk.post("/findings", {"id": sentence["id"], "kind": "candidate"})
    after = desk.get("/documents/a/suggestions")
    assert sentence["id"] not in [one["id"] for one in after["sentences"]]
    assert after["passed_over"] == 1
    assert sentence["text"] not in (desk.folder / "findings.jsonl").read_text()


def test_a_changed_passage_is_shown_and_accepted(desk: Desk) -> None:
    newer = TEXTS["a"].replace("both sides in Vienna", "both of the sides in Vienna")
    answer = desk.upload(newer.encode(), name="a.txt", replaces="a")
    assert answer["documents"] == [{"document": "a", "what": "new version", "may_travel": False}]
    one = desk.one("a2")
    assert one["held"]
    assert one["passage"]["state"] == "changed"
    changed = desk.get("/documents/a/suggestions")["changed"]
    assert {each["statement"] for each in changed} == {"a1", "a2"}
    assert all("{+" in each["difference"] for each in changed)
    desk.post("/statements/a2/acceptance", {"was": one["edition"], "by": "me"})
    after = desk.one("a2")
    assert not after["held"]
    assert after["passage"]["state"] == "exact"
    assert desk.one("a1")["held"]
    desk.post("/statements/a2/acceptance", {"was": one["edition"], "by": "me"}, 409)


def test_documents_come_in_and_their_texts_are_kept(desk: Desk) -> None:
    hidden = "A private word.\nThe rebels said they want 12 boats.\n"
    answer = desk.upload(hidden.encode(), name="../../evil/boats.txt", title="Boats", by="me")
    assert answer["documents"] == [{"document": "boats", "what": "added", "may_travel": False}]
    kept = list((desk.folder / "private-texts").glob("*.txt"))
    assert [path.read_text() for path in kept] == [hidden]
    assert (desk.folder / "private-texts" / ".gitignore").read_text() == "*\n"
    assert desk.get("/documents/boats/text")["text"] == hidden
    open_ = desk.upload(b"May be handed on.\n", name="open.txt", may_travel=True, licence="CC0")
    assert open_["documents"][0]["may_travel"] is True
    assert list((desk.folder / "texts").glob("*.txt"))
    again = desk.upload(hidden.encode(), name="boats.txt")
    assert again["documents"][0]["what"] == "unchanged"
    page = b"<html><body><p>Words of a page.</p><script>alert(1)</script></body></html>"
    desk.upload(page, name="page.html")
    assert desk.get("/documents/page/text")["text"].strip() == "Words of a page."


@pytest.mark.parametrize(
    ("data", "query", "status", "words"),
    [
        (b"", {"name": "a.txt"}, 422, "empty"),
        (b"   \n", {"name": "x.txt"}, 422, "no text"),
        (b"x", {"name": "x.exe"}, 422, "not read"),
        (b"x", {"name": ""}, 422, "no name"),
        (b"x", {"name": "/"}, 422, "no name"),
        (b"\xff\xfe\xff", {"name": "x.txt"}, 422, "not utf-16"),
        (b"abc\x00", {"name": "x.txt"}, 422, "NUL"),
        (b"PK\x03\x04nothing", {"name": "x.docx"}, 422, "DOCX"),
        (b"text", {"name": "x.txt", "replaces": "zz"}, 422, "no source zz"),
        (b"text", {"name": "x.txt", "published": "2025-02-31"}, 422, "no day"),
        (b"text", {"name": "x.txt", "certainty": "sure"}, 422, "sure"),
        (b"text", {"name": "x.txt", "path": "/etc"}, 422, "path"),
        (b"text", {"name": ["x.txt"]}, 422, "name"),
    ],
)
def test_what_is_no_document_is_refused_and_nothing_written(
    desk: Desk, data: bytes, query: dict[str, Any], status: int, words: str
) -> None:
    before = desk.state()
    answer = desk.upload(data, status, **query)
    assert words.casefold() in json.dumps(answer["faults"]).casefold()
    assert desk.state() == before


def test_the_largest_text_is_shown_in_parts_and_a_larger_one_refused(desk: Desk) -> None:
    line = "The envoy said that 40 observers would come to the lake on Monday.\n"
    text = "".join(f"{number} {line}" for number in range(40_000))
    desk.upload(text.encode(), name="long.txt")
    parts = desk.get("/documents/long")["parts"]
    assert len(parts) > 100
    assert "".join(desk.get("/documents/long/text", part=n)["text"] for n in range(3)) == text[: parts[2][1]]
    last = desk.get("/documents/long/text", part=len(parts) - 1)
    assert text.endswith(last["text"])
    words = "39999 The envoy"
    start = text.index(words)
    body = {
        "source": "long",
        "selection": {"start": start, "end": start + len(words), "exact": words},
        "fields": FIELDS,
    }
    assert desk.post("/statements", body, 201)["statement"]["passage"]["start"] == start
    hits = desk.get("/search", q="39999 the")["hits"]
    assert [(hit["document"], hit["part"]) for hit in hits] == [("long", len(parts) - 1)]
    refused = desk.get("/documents/long/suggestions", 409)
    assert "suggestions are made for" in refused["faults"][0]["what"]
    before = desk.state()
    answer = desk.upload(b"words " * 3_400_000, 409, name="huge.txt")
    assert "20,400,000 characters" in answer["faults"][0]["what"]
    assert desk.state() == before


def test_texts_that_are_not_at_hand_are_said_to_be_missing(tmp_path: Path) -> None:
    desk = opened(tmp_path, texts=False)
    found = desk.get("/documents/a")
    assert found["parts"] == []
    assert not found["document"]["at_hand"]
    assert [one["passage"]["state"] for one in found["statements"]] == ["no text", "no text"]
    assert "not at hand" in desk.get("/documents/a/text", 422)["faults"][0]["what"]
    assert "not at hand" in desk.post("/statements", entry(), 409)["faults"][0]["what"]
    assert desk.get("/search", q="vienna")["total"] == 0
    revised = {"was": found["statements"][0]["edition"], "fields": {"note": "without text"}}
    desk.post("/statements/a1/revision", revised)


def test_a_text_that_was_missing_is_known_again_when_it_is_sent(tmp_path: Path) -> None:
    desk = opened(tmp_path, texts=False)
    answer = desk.upload(TEXTS["a"].encode(), name="whatever.txt")
    assert answer["documents"] == [{"document": "a", "what": "unchanged", "may_travel": False}]
    assert desk.get("/documents/a/text")["text"] == TEXTS["a"]
    assert {one["passage"]["state"] for one in desk.get("/documents/a")["statements"]} == {"exact"}


def test_a_text_laid_into_a_folder_is_found_when_passages_are_checked(tmp_path: Path) -> None:
    desk = opened(tmp_path)
    kept = (desk.texts / "a.txt").read_bytes()
    (desk.texts / "a.txt").unlink()
    assert not desk.get("/documents/a")["document"]["at_hand"]
    (desk.texts / "under-any-name").write_bytes(kept)
    assert desk.post("/verification", {})["states"] == {"exact": 3}
    assert desk.get("/documents/a")["document"]["at_hand"]


def test_what_may_not_travel_is_not_shown_to_other_machines(tmp_path: Path) -> None:
    desk = opened(tmp_path, withheld=True)
    desk.upload(b"May be handed on.\n", name="open.txt", may_travel=True)
    secret = ["Vienna", "Prague", "refuse any", "Sixty"]
    answers = [
        desk.client.get(f"/api/dossier{path}").text
        for path in (
            "",
            "/accounts",
            "/search?q=vienna",
            "/documents/a",
            "/documents/b",
            "/documents/a/text",
            "/documents/a/suggestions",
        )
    ]
    answers.append(desk.client.post("/api/dossier/statements", json=entry()).text)
    assert len(answers) == 8
    assert not [word for word in secret for text in answers if word in text]
    assert desk.get("/documents/a")["withheld"]
    assert desk.get("/documents/open/text")["text"] == "May be handed on.\n"
    assert desk.get("/search", q="handed on")["total"] == 1


def test_a_study_without_a_dossier_begins_one_with_its_first_document(tmp_path: Path) -> None:
    study = tmp_path / "study"
    study.mkdir()
    (tmp_path / "texts").mkdir()
    (study / "scenario.yaml").write_text(SCENARIO, encoding="utf-8")
    desk = Desk(study)
    assert desk.get("") == {"present": False, "withheld": False}
    desk.get("/accounts", 422)
    desk.upload(b"The first words.\n", name="first.txt")
    assert [one["id"] for one in desk.get("")["documents"]] == ["first"]


def test_a_scenario_that_cannot_be_read_leaves_the_dossier_usable(desk: Desk) -> None:
    def broken() -> Any:
        raise InvalidInput("the scenario is broken")

    files = DossierFiles(desk.study, (desk.texts,))
    client = Client(Starlette(routes=dossier_routes(files, StudyEvidence(files, broken))))
    found = client.get("/api/dossier").json()
    assert "the scenario is broken" in found["resting_fault"]
    assert client.get("/api/dossier/documents/a").json()["statements"][0]["used_by"] == []


def test_search_finds_words_and_their_part(desk: Desk) -> None:
    found = desk.get("/search", q="MET both")
    assert {hit["document"] for hit in found["hits"] if hit["where"] == "text"} == {"a", "b"}
    assert all(hit["part"] == 0 for hit in found["hits"] if hit["where"] == "text")
    for sought in ("", " ", "x" * 201):
        desk.get("/search", 422, q=sought)


def test_all_passages_are_checked_anew(desk: Desk) -> None:
    assert desk.post("/verification", {})["states"] == {"exact": 3}
