"""Requests that attack or mislead: each gets the status it should, and the server goes on as before."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest

from bullwhip.workspace.starting import write_workspace
from http_cases import CASES, Case
from serving import Answer, Server, serving

COUNT = "/sparql?query=" + quote("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run a server that takes updates: what nobody may do without the token can be done with it."""
    chain = tmp_path_factory.mktemp("hostile") / "coffee"
    write_workspace(chain, "en")
    with serving("--allow-update", "--quiet", workspace=str(chain)) as running:
        yield running


@pytest.fixture(scope="module")
def answers(server: Server) -> dict[Case, Answer]:
    """Return the answers to all cases, sent eight at a time, between two counts of what the server holds."""

    def send(case: Case) -> Answer:
        return server.send(*case.pieces, pause=case.pause, timeout=15)

    before = server.ask("GET", COUNT)
    with ThreadPoolExecutor(8) as several:
        slow = sorted(CASES, key=lambda case: 408 not in case.statuses)  # what waits for a limit goes first
        found = dict(zip(slow, several.map(send, slow), strict=True))
    after = server.ask("GET", COUNT)

    assert (200, before.body) == (after.status, after.body)
    return found


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_hostile_request_gets_its_status(case: Case, answers: dict[Case, Answer]) -> None:
    """The status is the expected one, and a problem has the expected code."""
    answer = answers[case]

    assert answer.status in case.statuses, answer.body
    if case.code:
        assert json.loads(answer.body)["code"] == case.code


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_answer_gives_nothing_away(case: Case, answers: dict[Case, Answer]) -> None:
    """It can be read by no other page, is taken for no script, and says nothing of the software or of files."""
    answer = answers[case]
    if answer.status == 0:
        return

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert {"server", "set-cookie", "x-powered-by"} & set(answer.headers) == set()
    assert [name for name in answer.headers if name.startswith("access-control-")] == []
    assert answer.headers.get("content-type", "").partition(";")[0] != "text/html"
    assert b"Traceback" not in answer.body
    assert b"root:" not in answer.body
    if answer.status >= 400 and answer.body:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        assert json.loads(answer.body)["status"] == answer.status


def test_there_are_enough_cases_of_each_kind() -> None:
    """No name is given twice, and every class of the threat model is there."""
    kinds = {case.kind for case in CASES}

    assert len({str(case) for case in CASES}) == len(CASES) > 200
    assert {kind: sum(case.kind == kind for case in CASES) >= 6 for kind in kinds} == dict.fromkeys(kinds, True)


def test_a_smuggled_request_is_not_answered(server: Server) -> None:
    """Behind a body that could end in two places nothing is read: one answer comes, and the connection ends."""
    body = b"0\r\n\r\nGET /limits HTTP/1.1\r\nHost: HOST\r\n\r\n"
    head = b"POST /sparql HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as client:
        client.sendall((head + body).replace(b"HOST", server.name.encode()))
        data = b""
        while piece := client.recv(65_536):
            data += piece

    assert data.startswith(b"HTTP/1.1 400 ")
    assert data.count(b"HTTP/1.1 ") == 1
    assert b"\r\nconnection: close\r\n" in data.lower()


def test_a_refused_body_is_not_read_to_its_end(server: Server) -> None:
    """A body that is announced as too large is refused before it comes, and the connection does not stay."""
    head = b"POST /sparql HTTP/1.1\r\nHost: HOST\r\nContent-Type: a/b\r\nContent-Length: 900000000\r\n\r\n"
    answer = server.send(head)

    assert (413, "close") == (answer.status, answer.headers["connection"])
    assert json.loads(answer.body)["detail"] == "the body: the limit is 1,000,000 bytes"


def test_connections_that_say_nothing_keep_nobody_out(server: Server) -> None:
    """A hundred open connections that send half a head leave the server as quick as before."""
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    for client in idle:
        client.sendall(b"GET / HTTP/1.1\r\nHost:")
    answer = server.ask("GET", "/sparql?query=ASK%7B%7D")
    for client in idle:
        client.close()

    assert answer.status == 200
