"""The API over HTTP: every operation of its description is walked with sound and with wrong requests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from bullwhip import Workspace
from bullwhip.errors import BullwhipError
from bullwhip.serve.app import application
from bullwhip.serve.calls import reply
from bullwhip.serve.jobs import PROBLEM, Call, Job, Limits, Reply
from bullwhip.serve.openapi import document
from bullwhip.serve.pool import Pool, Recipe
from bullwhip.serve.problems import reply_to
from bullwhip.serve.schemas import SCHEMAS
from bullwhip.serve.settings import Settings

SOLAR = Path(__file__).parent / "golden" / "solar"
PATHS: dict[str, Any] = document()["paths"]
PROBLEM_SCHEMA = Draft202012Validator({"components": {"schemas": SCHEMAS}, **SCHEMAS["Problem"]})


class InProcess:
    """Stands in for the pool: calls are answered here, and counted."""

    snapshot = "one"

    def __init__(self) -> None:
        """Open a small workspace of another industry."""
        self.workspace = Workspace.open(SOLAR)
        self.jobs: list[Job] = []

    async def start(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def run(self, job: Job) -> Reply:
        """Return what a worker does."""
        self.jobs.append(job)
        assert isinstance(job, Call)
        try:
            return reply(self.workspace, job.name, job.arguments)
        except BullwhipError as error:
            return reply_to(error)


@pytest.fixture(scope="module")
def pool() -> InProcess:
    """Return who works."""
    return InProcess()


def _ask(pool: InProcess, path: str, method: str = "GET", **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        app = application(pool, Settings(frozenset({"here:1"})))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://here:1") as client:
            return await client.request(method, path, headers={k.replace("_", "-"): v for k, v in headers.items()})

    return asyncio.run(asked())


def _sound(ws: Workspace) -> dict[str, str]:
    """Return a sound request to every operation."""
    driver, rule = ws.list("drivers")[0]["id"], ws.list("rules")[-1]["id"]
    company, query = ws.program.chain.supplies[0].company, ws.list("queries")[0]
    bound = "&".join(f"param.{p}={v}" for p, v in [x.split("=") for x in (query["example"] or "").split()])
    sound = {
        "exposure": f"driver={driver}&top=3&paths=1&contributions=true", "company": f"company={company}&by=reach",
        "value": f"id={rule}", "sensitivity": f"id={rule}&driver={driver}", "explain": f"id={rule}&driver={driver}",
        "solve": f"target={rule}=1&for={driver}", "bottleneck": "", "diff": "a=2024&b=2025&top=1",
        "explain-fact": "fact=bw:Company(?x)", "audit": "verdict=reproduced&verdict=contradicted", "conflicts": "",
        "facts": "", "search": "q=a&limit=2", "list": "kind=tiers", "describe": f"id=company/{company}", "queries": "",
        "query": f"name={query['id']}&{bound}", "query-text": f"name={query['id']}&{bound}", "model": "",
        "export": "format=nquads",
    }  # fmt: skip
    periods = [str(p) for p in ws.program.header.periods[:2]]
    return sound | {"diff": f"a={periods[0]}&b={periods[1]}&top=1"}


def test_every_operation_answers_a_sound_request(pool: InProcess) -> None:
    """Each path of the description gives JSON with answer and receipt, or a file with a name, and a tag."""
    sound = _sound(pool.workspace)

    assert {f"/api/{name}" for name in sound} == set(PATHS)
    for name, query in sound.items():
        response = _ask(pool, f"/api/{name}?{query}".rstrip("&?"))
        assert response.status_code == 200, (name, response.text[:500])
        assert response.headers["etag"]
        if name == "export":
            assert response.headers["content-disposition"] == 'attachment; filename="solar-nquads.nq"'
            assert response.headers["content-type"] == "application/n-quads"
        else:
            assert response.headers["content-type"] == "application/json"
            assert set(response.json()) == {"answer", "receipt"}


def _wrong(path: str) -> Iterator[tuple[str, str]]:
    """Yield wrong requests to an operation and the code that each is told, from its description alone."""
    parameters = [p for p in PATHS[path]["get"]["parameters"] if p["name"] != "parameters"]
    required = [f"{p['name']}={p['schema'].get('enum', ['x'])[0]}" for p in parameters if p.get("required")]
    yield "&".join([*required, "nonesuch=1"]), "BW701"
    if required:
        yield "&".join(required[1:]), "BW702"
    for p in parameters:
        schema, name = p["schema"], p["name"]
        others = [r for r in required if not r.startswith(f"{name}=")]
        one = schema.get("items", schema)
        good = str(one.get("enum", [one.get("minimum", "true")])[0] if "enum" in one else one.get("minimum", "true"))
        bad = ["", "x" * 2_001]
        if one.get("format") == "date":
            good, bad = "2025-06-01", [*bad, "2025-6-1", "01.06.2025"]
        if "enum" in one or one["type"] == "boolean":
            bad += [f"{good}x", good.upper() + "_"]
        if one["type"] == "integer":
            bad += ["1.5", "-1", "1e3", "%EF%BC%92%EF%BC%90", str(one["maximum"] + 1)]
        if schema["type"] != "array":
            yield "&".join([*others, f"{name}={good}", f"{name}={good}"]), "BW702"
        for text in bad:
            yield "&".join([*others, f"{name}={text}"]), "BW703"


@pytest.mark.parametrize("path", list(PATHS))
def test_a_wrong_request_is_a_problem_and_reaches_no_worker(path: str, pool: InProcess) -> None:
    """Unknown, missing, repeated, empty, long and unreadable parameters are refused with 400, code and remedy."""
    before = len(pool.jobs)
    for query, code in _wrong(path):
        response = _ask(pool, f"{path}?{query}")

        assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM), query[:100]
        assert response.json()["code"] == code, (query[:100], response.text[:300])
        assert list(PROBLEM_SCHEMA.iter_errors(response.json())) == []
        assert "etag" not in response.headers
    assert len(pool.jobs) == before


def test_what_is_no_name_is_a_problem_of_the_question(pool: InProcess) -> None:
    """A name that the workspace does not have is told with its code and the nearest one."""
    driver = pool.workspace.list("drivers")[0]["id"]
    response = _ask(pool, f"/api/exposure?driver={driver}x")

    assert (response.status_code, response.json()["code"]) == (400, "BW001")
    assert driver in response.json()["hint"]


def test_a_call_that_there_is_not_is_not_found(pool: InProcess) -> None:
    """Another path below /api/ is 404, with the nearest call."""
    response = _ask(pool, "/api/exposur?driver=x")

    assert (response.status_code, response.json()["code"]) == (404, "BW701")
    assert response.json()["hint"].startswith("did you mean 'exposure'")
    assert [_ask(pool, p).status_code for p in ("/api/", "/api/value/", "/api/value/x", "/api")] == [404] * 4


def test_an_answer_that_the_client_has_is_not_sent_again(pool: InProcess) -> None:
    """The tag of an answer is that of the state and the question: with it the answer is 304, and no worker is asked."""
    first = _ask(pool, "/api/list?kind=tiers")
    asked = len(pool.jobs)
    again = _ask(pool, "/api/list?kind=tiers", if_none_match=first.headers["etag"])
    other = _ask(pool, "/api/list?kind=companies", if_none_match=first.headers["etag"])
    pool.snapshot = "two"
    changed = _ask(pool, "/api/list?kind=tiers", if_none_match=first.headers["etag"])
    pool.snapshot = "one"

    assert [r.status_code for r in (first, again, other, changed)] == [200, 304, 200, 200]
    assert again.content == b""
    assert len(pool.jobs) == asked + 2


def test_the_api_is_only_read(pool: InProcess) -> None:
    """HEAD gives the head of GET; OPTIONS says what is allowed; other methods are refused."""
    get, head = _ask(pool, "/api/list?kind=tiers"), _ask(pool, "/api/list?kind=tiers", "HEAD")
    refused = [_ask(pool, "/api/list?kind=tiers", method).status_code for method in ("POST", "PUT", "DELETE")]

    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", get.headers["etag"])
    assert _ask(pool, "/api/value", "OPTIONS").headers["allow"] == "GET, HEAD, OPTIONS"
    assert refused == [405, 405, 405]


def test_a_worker_answers_as_is_answered_here(pool: InProcess) -> None:
    """The same bytes come out of a worker of the real pool, headers of files and problems of the engine too."""
    sound = _sound(pool.workspace)
    asked = {name: _arguments(sound[name]) for name in ("value", "describe", "export", "query")}
    asked["explain"] = {"id": "nonesuch"}

    async def answered() -> list[Reply]:
        async with Pool(Recipe(str(SOLAR)), Limits(seconds=60, crowded_seconds=60)) as real:
            return [await real.run(Call(name, arguments)) for name, arguments in asked.items()]

    there = asyncio.run(answered())
    here = [asyncio.run(pool.run(Call(name, arguments))) for name, arguments in asked.items()]

    assert [r.status for r in there] == [200, 200, 200, 200, 400]
    assert [(r.media, r.body, r.headers) for r in there] == [(r.media, r.body, r.headers) for r in here]


def _arguments(query: str) -> dict[str, Any]:
    return {key: value for key, _, value in (pair.partition("=") for pair in query.split("&")) if key}


def test_the_description_is_served(pool: InProcess) -> None:
    """`/api/openapi.json` is the description, and takes no worker."""
    before = len(pool.jobs)
    response = _ask(pool, "/api/openapi.json")

    assert json.loads(response.content) == document()
    assert (response.headers["content-type"], len(pool.jobs)) == ("application/json", before)


def test_a_name_with_markup_stays_data(pool: InProcess) -> None:
    """What a request brings comes back in JSON alone, under a type that no browser runs."""
    response = _ask(pool, "/api/value?id=%3Cscript%3Ealert(1)%3C/script%3E%0d%0aX:1")

    assert (response.status_code, response.headers["content-type"]) == (400, PROBLEM)
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "x" not in response.headers
