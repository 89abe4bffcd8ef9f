"""Every analysis of a page gives what its command gives, byte for byte; what does not fit is said, and nothing runs."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.support.command import run
from tests.support.lottery import LOTTERY, study
from tests.support.serving import Server, serving

from backstop.base.faults import InvalidInput
from backstop.cli.main import COMMANDS
from backstop.scenario.study import load
from backstop.serve.jobs.analyses import ANALYSES, written
from backstop.serve.jobs.request import Asked, Settings, said

SETTINGS: dict[str, Any] = {"set": {"x": 0.25}, "yours": {"guard": 0.5}}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return study(tmp_path_factory.mktemp("lottery"))


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as found:
        yield found


CASES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("assess", {"claims": True, "metric": ["peace"]}, {}),
    ("assess", {"arrangement": ["mixed", "guarded"], "errors": True}, {}),
    ("claims", {}, {}),
    ("claims", {"claim": ["needed"]}, {}),
    ("sensitivity", {"metric": "peace", "arrangement": "mixed", "method": "tornado"}, {}),
    ("sensitivity", {"metric": "peace", "arrangement": "mixed", "prior": True}, {}),
    ("conditions", {"where": "peace < 0.5", "arrangement": "mixed", "boxes": 2}, {}),
    ("robustness", {"metric": "peace", "requirement": 0.25, "optimism": 0.3}, SETTINGS),
    ("value", {"metric": "peace"}, {"given": {"z": [0.2, 0.4]}}),
    ("form", {"metric": ["peace"]}, {}),
    ("design", {"target": "peace >= 0.3", "share": 0.5, "steps": 3}, {}),
]


@pytest.mark.parametrize(("analysis", "options", "settings"), CASES, ids=lambda case: str(case)[:40])
def test_the_result_is_that_of_the_command(
    server: Server, analysis: str, options: dict[str, Any], settings: dict[str, Any]
) -> None:
    body = {"analysis": analysis, "options": options, "settings": settings, "worlds": 128, "seed": 3}
    job = server.client.post("/api/jobs", body)
    assert job.status_code == 201, job.text
    found = server.client.over(job.json()["id"])
    assert found["state"] == "done", found["lines"]
    given = server.client.get(f"/api/jobs/{found['id']}/result").text
    words = shlex.split(found["command"])
    answer = run(*words[1:], "--json")
    assert answer.code == 0, answer.err
    assert given == answer.out
    assert found["shown"]["tables"]


def test_every_analysis_is_a_command_and_every_one_is_tried() -> None:
    assert set(ANALYSES) <= set(COMMANDS)
    assert {case[0] for case in CASES} | {"report"} == set(ANALYSES)


def test_a_report_is_downloaded(server: Server) -> None:
    body = {"analysis": "report", "options": {"format": ["html", "docx"], "brief": True}, "worlds": 128}
    job = server.client.over(server.client.post("/api/jobs", body).json()["id"])
    assert job["state"] == "done", job["lines"]
    assert job["files"] == ["brief.docx", "brief.html"]
    page = server.client.get(f"/api/jobs/{job['id']}/files/brief.html")
    assert page.headers["content-disposition"].startswith("attachment")
    assert page.content.startswith(b"<!DOCTYPE html>") or page.content.startswith(b"<!doctype html>")
    assert server.client.get(f"/api/jobs/{job['id']}/files/brief.docx").content.startswith(b"PK")
    assert server.client.get(f"/api/jobs/{job['id']}/files/report.html").status_code == 404


def test_options_cannot_be_smuggled_in(folder: Path) -> None:
    """What a form holds is the value of its option, whatever it looks like."""
    model = load(folder)
    asked = Asked(analysis="conditions", options={"where": "--out=/tmp/x"})
    assert asked.words(model)[0] == "--where=--out=/tmp/x"
    assert all(word.startswith("--") and "=" in word for word in asked.words(model))
    spoken = said("conditions", "-x y", asked.words(model))
    assert shlex.split(spoken)[:5] == ["backstop", "conditions", "-x y", "--where", "--out=/tmp/x"]


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"analysis": "assess", "options": {"metric": ["nothing"]}}, "there is no nothing"),
    ({"analysis": "assess", "options": {"out": "/tmp/x"}}, "no field out"),
    ({"analysis": "assess", "options": {"claims": "yes"}}, "yes or no"),
    ({"analysis": "conditions", "options": {}}, "needed"),
    ({"analysis": "conditions", "options": {"where": "x" * 2000}}, "a text is expected"),
    ({"analysis": "conditions", "options": {"where": "a\0b"}}, "a text is expected"),
    ({"analysis": "conditions", "options": {"where": "peace < 1", "boxes": 2.5}}, "whole number"),
    ({"analysis": "conditions", "options": {"where": "peace < 1", "boxes": 21}}, "out of range"),
    ({"analysis": "conditions", "options": {"where": "peace < 1", "boxes": True}}, "whole number"),
    (
        {"analysis": "design", "options": {"target": "peace > 0", "less": ["cost:nobody"]}},
        "there is no cost:nobody",
    ),
    ({"analysis": "sensitivity", "options": {"method": "--help"}}, "there is no --help"),
    ({"analysis": "assess", "settings": {"set": {"nothing": 1}}}, "no parameter or measure nothing"),
    ({"analysis": "assess", "settings": {"yours": {"nothing": 1}}}, "no measure nothing"),
    ({"analysis": "assess", "settings": {"given": {"x": [1, 0]}}}, "lower and its upper"),
    ({"analysis": "serve"}, "no such analysis"),
]


@pytest.mark.parametrize(("body", "words"), WRONG, ids=lambda case: str(case)[:40])
def test_what_does_not_fit_is_said(server: Server, body: dict[str, Any], words: str) -> None:
    before = len(server.client.get("/api/jobs").json()["jobs"])
    answer = server.client.post("/api/jobs", body)
    assert answer.status_code == 422
    assert words in answer.json()["faults"][0]["what"]
    assert len(server.client.get("/api/jobs").json()["jobs"]) == before


NO_REQUESTS = [
    *(b"", b"[]", b"{", b"\xff", b"null", b'{"analysis": "assess", "seed": -1}'),
    *(b'{"analysis": "assess", "worlds": 3000000}', b'{"analysis": "assess", "worlds": NaN}'),
    b'{"analysis": "assess", "analysis": "value"}',
]


@pytest.mark.parametrize("body", NO_REQUESTS)
def test_what_is_no_request_is_said(server: Server, body: bytes) -> None:
    headers = {"origin": server.url, "content-type": "application/json"}
    answer = server.client.http.post(f"{server.url}/api/jobs", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["what"]
    plain = server.client.http.post(
        f"{server.url}/api/jobs", content=body, headers={**headers, "content-type": "text/plain"}
    )
    assert plain.status_code == 422


@pytest.mark.parametrize("value", [0.1, 1 / 3, 1e-300, -0.0, 5.0, 1e16, 123456789.125, 2**53 + 0.0])
def test_numbers_are_written_without_loss(value: float) -> None:
    assert float(written(value)) == value


def test_settings_are_the_words_of_the_command(folder: Path) -> None:
    model = load(folder)
    settings = Settings(set={"x": 0.1}, given={"z": (0.2, 0.4)}, yours={}, information="private_payoffs")
    words = Asked(analysis="value", settings=settings).words(model)
    assert words[-4:] == ["--information=private_payoffs", "--given=z=[0.2, 0.4]", "--set=x=0.1", "--yours="]
    with pytest.raises(InvalidInput):
        Asked(analysis="value", settings=Settings(given={"z": (0.2,)})).words(model)
    assert "x" in LOTTERY
