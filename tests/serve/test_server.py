"""A server as a process: how it begins and ends, what it says, and what it bears."""

from __future__ import annotations

import http.client
import itertools
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.support.command import run
from tests.support.serving import Server, serving
from tests.support.small_studies import PLEDGE, write

from backstop.serve.limits import HEADER_SECONDS, MOST_SOCKETS

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="what a process uses is read from /proc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("study") / "pledge", PLEDGE)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with serving(folder) as found:
        yield found


def raw(server: Server, method: str, target: str, **headers: str) -> tuple[int, bytes]:
    """The answer to a request whose target is sent as it stands."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    cookies = "; ".join(f"{name}={value}" for name, value in server.client.http.cookies.items())
    connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    for name, value in {"host": server.url[7:], "cookie": cookies, **headers}.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


# ---------------------------------------------------------------- its beginning and its end


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_and_without_a_word(folder: Path, number: int) -> None:
    with serving(folder) as found:
        client = found.client
        waiting = threading.Thread(
            target=lambda: client.http.get(f"{found.url}/api/news?after=0"), daemon=True
        )
        threading.excepthook, before = lambda _: None, threading.excepthook
        waiting.start()
        client.post("/api/jobs", {"analysis": "assess", "worlds": 2_000_000})
        time.sleep(0.5)
        code, seconds = found.end(number)
        waiting.join(5)
        threading.excepthook = before
        assert code == 0
        assert seconds < 3  # within one, where the machine is quiet
        assert found.process.stderr is not None
        assert found.process.stderr.read() == ""


@LINUX
def test_no_job_outlives_its_server(folder: Path) -> None:
    for number in (signal.SIGINT, signal.SIGKILL):
        with serving(folder) as found:
            found.client.post("/api/jobs", {"analysis": "assess", "worlds": 2_000_000})
            mark = f"/proc/{found.process.pid}/task/{found.process.pid}/children"
            end = time.monotonic() + 10
            children: list[str] = []
            while not children and time.monotonic() < end:
                children = Path(mark).read_text().split()
                time.sleep(0.05)
            assert children
            found.end(number)
            end = time.monotonic() + 5
            while any(Path(f"/proc/{child}/cwd").exists() for child in children) and time.monotonic() < end:
                time.sleep(0.05)
            assert not [child for child in children if _runs(child)]


def _runs(pid: str) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_the_token_is_said_once_and_nowhere_else(folder: Path) -> None:
    with serving(folder) as found:
        client = found.client
        client.http.get(found.link)
        raw(found, "GET", f"/?token={found.token}&x=%zz")
        raw(found, "GET", "/%ff%fe?token=secret")
        found.end()
        assert found.process.stderr is not None
        said = "".join(found.said)
        assert said.count(found.token) == 1
        assert found.process.stderr.read() == ""
        assert "secret" not in said


def test_two_servers_do_not_take_each_others_cookies(folder: Path) -> None:
    with serving(folder) as one, serving(folder) as other, httpx.Client(follow_redirects=True) as browser:
        assert browser.get(one.link).status_code == 200
        assert browser.get(f"{other.url}/").status_code == 403
        assert browser.get(other.link).status_code == 200
        assert browser.get(f"{one.url}/").status_code == 200
        assert sorted(browser.cookies.keys()) == sorted(f"backstop-{each.port}" for each in (one, other))


def test_a_port_in_use_is_one_message(server: Server, folder: Path) -> None:
    answer = run("serve", folder, "--no-open", "--port", server.port)
    assert answer.code == 4
    assert answer.err.strip().count("\n") == 0
    assert str(server.port) in answer.err and "--port 0" in answer.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--host", "192.0.2.1"], 4, "--allow-remote"),
        (["--host", "192.0.2.1", "--allow-remote"], 4, "--token"),
        (["--host", "0.0.0.0", "--allow-remote", "--token", "x" * 40], 3, "all addresses"),
        (["--token", "guess"], 3, "32"),
        (["--host", "no such host"], 4, "--allow-remote"),
    ],
)
def test_what_is_refused_is_one_message(folder: Path, words: list[str], code: int, said: str) -> None:
    answer = run("serve", folder, "--no-open", *words)
    assert answer.code == code
    assert said in answer.err and "Traceback" not in answer.err


def test_a_broken_study_is_not_served(tmp_path: Path) -> None:
    broken = write(tmp_path / "broken", PLEDGE.replace("range: [0, 1]", "range: [0, one]"))
    served, checked = run("serve", broken, "--no-open"), run("check", broken)
    assert served.code == checked.code == 3
    assert served.err == checked.err
    assert run("serve", "-", "--no-open").code == 3
    assert run("serve", tmp_path / "missing", "--no-open").code == 3


def test_a_token_of_ones_own_opens_it(folder: Path) -> None:
    token = "a" * 43
    with serving(folder, "--token", token) as found:
        assert found.token == token
        assert found.client.get("/api/news").status_code == 200


@LINUX
def test_enter_prints_one_more_address(folder: Path) -> None:
    controller, terminal = os.openpty()
    command = [sys.executable, "-m", "backstop", "serve", str(folder), "--no-open"]
    with subprocess.Popen(command, stdin=terminal, stdout=subprocess.PIPE, text=True) as found:
        assert found.stdout is not None
        first = re.search(r"http://\S+", found.stdout.readline())
        found.stdout.readline()
        os.write(controller, b"\n")
        more = re.search(r"http://\S+", found.stdout.readline())
        assert first and more and first[0] != more[0]
        with httpx.Client(follow_redirects=True) as browser:
            assert browser.get(more[0]).status_code == 200
        found.send_signal(signal.SIGINT)
        found.wait(10)
    os.close(controller)
    os.close(terminal)


# ---------------------------------------------------------------- paths


def traversals() -> list[str]:
    """Ways to name a file that is none of the page's."""
    ups = [
        "../",
        "..%2f",
        "%2e%2e/",
        "%2e%2e%2f",
        "..\\",
        "..%5c",
        "%252e%252e%252f",
        ".%2e/",
        "..;/",
        "..%c0%af",
    ]
    starts = [
        "/assets/",
        "/assets//",
        "/assets/./",
        "/",
        "/api/jobs/",
        "/api/jobs/x/files/",
        "/assets/page.js/",
    ]
    targets = ["etc/passwd", "scenario.yaml", "pyproject.toml", "C:/windows/win.ini", "etc/passwd%00.js"]
    found = [
        f"{start}{up * depth}{target}"
        for start, up, depth, target in itertools.product(starts, ups, (1, 6), targets)
    ]
    found += [
        f"/assets/{name}" for name in ("PAGE.JS", "page.js%00", "page.js.", "page.js%20", "page.js::$DATA")
    ]
    found += [
        "//etc/passwd",
        "/\\\\host\\share",
        "/assets/%5c%5chost%5cshare",
        "/file:///etc/passwd",
        "/~/.ssh/id",
    ]
    return found


def test_no_path_leads_to_a_file(server: Server, folder: Path) -> None:
    forms = traversals()
    assert len(forms) >= 500
    mine = folder.joinpath("scenario.yaml").read_bytes()[:40]
    for form in forms:
        status, body = raw(server, "GET", form)
        assert status in (400, 404, 405), (form, status)
        assert b"root:" not in body and mine not in body and b"[project]" not in body
    assert raw(server, "GET", "/assets/page.js")[0] == 200


def test_links_in_the_folder_are_not_followed(server: Server, folder: Path) -> None:
    link = folder / "page.yaml"
    link.symlink_to("/etc/passwd")
    for target in ("/page.yaml", "/assets/page.yaml", "/api/jobs/page.yaml"):
        assert raw(server, "GET", target)[0] == 404
    link.unlink()


# ---------------------------------------------------------------- floods


def memory(pid: int) -> int:
    """Bytes of a process in memory."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def files(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def latency(server: Server) -> float:
    """Seconds to the answer of a small request, the middle of nine."""
    found = []
    for _ in range(9):
        began = time.monotonic()
        assert server.client.get("/api/news").status_code == 200
        found.append(time.monotonic() - began)
    return sorted(found)[4]


@LINUX
def test_a_flood_leaves_nothing_behind(server: Server) -> None:
    latency(server)
    time.sleep(0.5)
    before, opened = memory(server.process.pid), files(server.process.pid)

    def flood(count: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        cookies = "; ".join(f"{name}={value}" for name, value in server.client.http.cookies.items())
        head = {"cookie": cookies, "origin": server.url, "content-type": "application/json"}
        for number in range(count):
            if number % 2:
                connection.request("GET", "/api/news", headers=head)
            else:
                connection.request("POST", "/api/scenario/check", b'{"txt": "' + b"x" * 2000 + b'"}', head)
            connection.getresponse().read()
        connection.close()

    floods = [threading.Thread(target=flood, args=(1250,)) for _ in range(8)]
    for each in floods:
        each.start()
    for each in floods:
        each.join()
    time.sleep(0.5)
    assert memory(server.process.pid) - before < 50 << 20
    assert abs(files(server.process.pid) - opened) <= 2
    assert latency(server) < 0.5  # 150 ms where the machine is quiet


@LINUX
def test_slow_requests_and_too_many_of_them_are_closed(folder: Path) -> None:
    with serving(folder) as found:
        latency(found)
        opened = files(found.process.pid)
        slow = [socket.create_connection(("127.0.0.1", found.port)) for _ in range(MOST_SOCKETS + 20)]
        for number, each in enumerate(slow):
            each.sendall(b"GET / HTTP/1.1\r\n" if number % 2 else b"G")
        time.sleep(0.5)
        answers = []
        for each in slow:
            each.setblocking(False)
            try:
                answers.append(each.recv(100))
            except BlockingIOError:
                answers.append(b"waiting")
        assert sum(answer.startswith(b"HTTP/1.1 503") for answer in answers) >= 20
        # Drops that keep coming do not keep a connection open.
        began = time.monotonic()
        left = {each for each, answer in zip(slow, answers, strict=True) if answer == b"waiting"}
        assert len(left) >= MOST_SOCKETS - 5
        while left and time.monotonic() - began < HEADER_SECONDS + 5:
            for each in list(left):
                try:
                    each.sendall(b"x")
                    if each.recv(100) == b"":
                        left.remove(each)
                except BlockingIOError:
                    continue
                except OSError:
                    left.remove(each)
            time.sleep(0.5)
        assert not left
        for each in slow:
            each.close()
        assert latency(found) < 0.5
        assert abs(files(found.process.pid) - opened) <= 2


def test_a_head_has_its_size_too(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as one:
        one.settimeout(10)
        one.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n")
        sent = 0
        try:
            while sent < 4 << 20:
                one.sendall(b"x-more: " + b"y" * 8000 + b"\r\n")
                sent += 8000
            answer = one.recv(100)
        except OSError:
            answer = b""
        assert sent < 4 << 20 or not answer.startswith(b"HTTP/1.1 200")
    assert latency(server) < 1


def test_a_body_that_never_ends_is_broken_off(server: Server) -> None:
    cookies = "; ".join(f"{name}={value}" for name, value in server.client.http.cookies.items())
    names = {"host": server.url[7:], "origin": server.url, "cookie": cookies}
    head = "POST /api/scenario/check HTTP/1.1\r\n" + "".join(
        f"{name}: {value}\r\n" for name, value in names.items()
    )
    with socket.create_connection(("127.0.0.1", server.port)) as one:
        one.settimeout(20)
        one.sendall(f"{head}content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".encode())
        piece = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        sent = 0
        try:
            while sent < 1 << 30:
                one.sendall(piece)
                sent += 0x10000
        except OSError:
            pass
        assert sent < 512 << 20
    assert latency(server) < 1


@pytest.mark.parametrize("path", ["/api/jobs", "/api/dossier/documents?name=a.txt"])
def test_a_body_that_is_too_large_is_answered(server: Server, path: str) -> None:
    size = 60_000_000 if "documents" in path else 2_000_000
    head = {"origin": server.url, "content-type": "application/json"}
    whole = server.client.http.post(f"{server.url}{path}", content=b"x" * size, headers=head)
    assert whole.status_code == 413
    pieces = server.client.http.post(
        f"{server.url}{path}", content=iter([b"x" * 100_000] * (size // 10**5)), headers=head
    )
    assert pieces.status_code == 413
    assert "bytes" in pieces.json()["faults"][0]["what"]


def test_more_jobs_than_wait_are_refused(server: Server) -> None:
    client = server.client
    started = []
    for _ in range(30):
        answer = client.post("/api/jobs", {"analysis": "assess", "worlds": 2_000_000})
        if answer.status_code == 429:
            break
        started.append(answer.json()["id"])
    assert answer.status_code == 429
    assert "wait" in answer.json()["faults"][0]["what"]
    assert len(started) == 10
    states = [job["state"] for job in client.get("/api/jobs").json()["jobs"]]
    assert states.count("running") == 2
    newest = client.post("/api/jobs", {"analysis": "assess", "worlds": 2_000_000, "replaces": started[-1]})
    assert newest.status_code == 201
    for job in [*started, newest.json()["id"]]:
        client.send("DELETE", f"/api/jobs/{job}")
    assert client.get("/api/jobs").json()["jobs"] == []
    assert client.send("DELETE", f"/api/jobs/{started[0]}").status_code == 404
