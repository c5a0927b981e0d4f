"""`bullwhip serve` as a process: it says where it is, stops when it is told to, and says why it cannot start."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest

from bullwhip import cli
from bullwhip.workspace.starting import write_workspace
from serving import TOKEN, serving


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a small workspace."""
    folder = tmp_path_factory.mktemp("serve") / "coffee"
    write_workspace(folder, "en")
    return str(folder)


def test_it_says_where_it_is_and_what_is_on(chain: str) -> None:
    """The address stands on stdout, alone; what is on, and nothing of a token that is known, on stderr."""
    with serving("--allow-update", workspace=chain) as server:
        with urllib.request.urlopen(server.url + "health") as answer:  # noqa: S310  this machine
            health = answer.read()
        page = server.ask("GET", "/")
        server.process.send_signal(signal.SIGTERM)
        out, err = server.process.communicate(timeout=10)

    assert b'"status":"ok"' in health
    assert (200, "text/html; charset=utf-8") == (page.status, page.headers["content-type"])
    assert (0, "") == (server.process.returncode, out)
    assert f"SPARQL      {server.url}sparql (queries, updates with the token)" in err
    assert TOKEN not in err
    assert err.endswith("stopped\n")


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_and_leaves_nobody(sign: signal.Signals, chain: str) -> None:
    """Both signs end it with code 0, within the time a request may take to end, and its workers with it."""
    with serving(workspace=chain) as server:
        family = _family(server.process.pid)
        server.process.send_signal(sign)
        code = server.process.wait(8)
        time.sleep(0.2)

    assert code == 0
    assert len(family) > 0
    assert [p for p in family if _runs(p)] == []


def test_it_opens_a_browser_on_the_page(chain: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--open gives the browser the address, without the token."""
    seen = tmp_path / "seen"
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\nprintf %s "$1" > {seen}\n')
    browser.chmod(0o700)
    monkeypatch.setenv("BROWSER", str(browser))
    with serving("--open", "--allow-update", workspace=chain) as server:
        for _ in range(100):
            if seen.exists() and seen.read_text():
                break
            time.sleep(0.05)

    assert server.url == seen.read_text()


def test_who_is_still_waiting_is_told_that_it_stops(chain: str) -> None:
    """A query that does not end does not keep the server; its client gets a problem."""
    text = quote("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }")
    with serving(workspace=chain) as server, ThreadPoolExecutor(1) as aside:
        asked = aside.submit(server.ask, "GET", f"/sparql?query={text}")
        time.sleep(0.5)
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(8)
        answer = asked.result(1)

    assert (0, 503) == (code, answer.status)
    assert json.loads(answer.body)["title"] == "the server stops"


def test_a_request_is_one_line_of_the_log(chain: str) -> None:
    """Method, path, status, size and time, and nothing of what is asked."""
    with serving(workspace=chain) as server:
        server.ask("GET", "/sparql?query=ASK%7B%7D%0aGET%20/forged%20200")
        server.send(b"\x1b[2J\n2026-01-01T00:00:00 GET /forged 200\n\n\r\n\r\n")
        server.process.send_signal(signal.SIGINT)
        lines = server.process.communicate(timeout=10)[1].splitlines()
    told = [line for line in lines if "/sparql" in line and line[:2] == "20"]

    assert len(told) == 1
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d GET /sparql 400 \d+B \d+ms", told[0])
    assert "forged" not in "".join(lines)
    assert ["illegal request line"] == [line.rpartition(" 0ms ")[2].strip('"') for line in lines if " - - 400 " in line]


def test_a_port_in_use_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """BW586 with what to do, and exit code 2, before anything is opened."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code = cli.run(["serve", "--port", str(port)])

    captured = capsys.readouterr()
    assert (2, "") == (code, captured.out)
    assert captured.err == (
        f"BW586 port {port} of 127.0.0.1 is in use\n    = --port N chooses another one, --port 0 one that is free\n"
    )


def test_an_unsound_workspace_is_told_like_elsewhere(chain: str) -> None:
    """What keeps the workspace from opening is reported with its own code and exit code."""
    command = [
        sys.executable,
        "-m",
        "bullwhip",
        "--workspace",
        chain,
        "serve",
        "--port",
        "0",
        "--scenario",
        "no_limits",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert (2, "") == (done.returncode, done.stdout)
    assert "BW001 no scenario 'no_limits'" in done.stderr
    assert "did you mean 'no_limit'" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_token_is_made_where_none_is_given(chain: str) -> None:
    """It is told once, on stderr, and updates with it are taken."""
    command = [sys.executable, "-m", "bullwhip", "--workspace", chain, "serve", "--port", "0", "--allow-update"]
    environment = {k: v for k, v in os.environ.items() if k != "BULLWHIP_TOKEN"}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=environment) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        err = process.communicate(timeout=10)[1]

    assert address.startswith("http://127.0.0.1:")
    assert len(re.findall(r"(?m)^token       \S{43}$", err)) == 1


def test_a_token_comes_from_a_file(tmp_path: Path) -> None:
    """A file that holds the token alone is read; a folder or device is not."""
    from bullwhip.errors import UsageError
    from bullwhip.serve.tokens import token_of

    file = tmp_path / "token"
    file.write_text("0123456789abcdef\n")
    file.chmod(stat.S_IRUSR)

    assert token_of(str(file), {}) == ("0123456789abcdef", False)
    for wrong in (tmp_path, Path("/dev/zero"), tmp_path / "none"):
        with pytest.raises(UsageError, match="BW587"):
            token_of(str(wrong), {})


def _family(pid: int) -> list[int]:
    """Return the processes below a process."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *_family(child)]
    return found


def _runs(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
