"""The endpoint over HTTP against the server of the engine on the same data, one after the other, with the same client.

Run it by hand: `python tests/bench/endpoint.py`; docs/benchmarks.md keeps a result. It exits with 1 when a limit is
missed. It needs wrk and the server in the package `oxigraph` (in the extra `dev`). A point query asks for the names of
one company: the same one again and again, those of a hundred in turn, and one that has never been asked before.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parents[1]))

import pyoxigraph as ox
from ratios import Row, report

from bullwhip.serve.jobs import Limits, Update
from bullwhip.serve.pool import Pool, Recipe
from bullwhip.terms import PREFIXES
from bullwhip.workspace import Workspace
from pooling import ENDLESS, select

__all__ = ["measure"]

_JSON = ox.QueryResultsFormat.JSON

_NAMES = f"SELECT ?l {{ <%s> <{PREFIXES['skos']}prefLabel> ?l }}"
_LUA = """
local texts = {%s}
local n = 0
wrk.headers["Accept"] = "application/sparql-results+json"
request = function()
  n = n + 1
  return wrk.format("GET", "%s?query=" .. texts[n %% #texts + 1] .. (%s and ("%%23" .. n) or ""))
end
"""


def subjects(workspace: Workspace, most: int) -> list[str]:
    """Return IRIs of companies."""
    text = "SELECT ?c { ?c a bw:Company } ORDER BY ?c"
    table = workspace.query("companies", text=text)
    return [str(row[0]) for row in table.rows][:most]


@contextlib.contextmanager
def running(command: Sequence[str], url: str, seconds: float = 60) -> Iterator[float]:
    """Run a server and give how long it took until it answered."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=dict(os.environ))
    try:
        while True:
            try:
                with urlopen(url, timeout=seconds):  # noqa: S310  of our own making
                    break
            except OSError:
                if time.perf_counter() - begun > seconds or process.poll() is not None:
                    raise
                time.sleep(0.01)
        yield time.perf_counter() - begun
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def load(url: str, texts: Sequence[str], distinct: bool, clients: int, seconds: float) -> tuple[float, float]:
    """Return requests a second and the median of their times in ms, as wrk measures them."""
    origin, _, path = url.removeprefix("http://").partition("/")
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        listed = ", ".join(f'"{quote(text, safe="")}"' for text in texts)
        script.write(_LUA % (listed, f"/{path}", "true" if distinct else "false"))
        script.flush()
        command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency", "-s", script.name, f"http://{origin}"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Non-2xx" not in told, told
    median, unit = re.search(r"50%\s+([0-9.]+)(us|ms|s)", told).groups()  # type: ignore[union-attr]
    rate = re.search(r"Requests/sec:\s+([0-9.]+)", told)
    assert rate
    return float(rate[1]), float(median) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def over_http(texts: Sequence[str], seconds: float) -> list[Row]:
    """Return rows of the server against that of the engine, each measured in turn and more than once."""
    with tempfile.TemporaryDirectory() as folder:
        data, base = Path(folder) / "all.nq", Path(folder) / "base"
        data.write_bytes(Workspace.open().nquads())
        engine = shutil.which("oxigraph") or str(Path(sys.executable).parent / "oxigraph")
        subprocess.run([engine, "load", "--location", str(base), "--file", str(data)], check=True, capture_output=True)
        ports = free_port(), free_port()
        theirs = f"http://127.0.0.1:{ports[1]}/query"
        command = [engine, "serve-read-only", "--location", str(base), "--bind", f"127.0.0.1:{ports[1]}"]
        ours = f"http://127.0.0.1:{ports[0]}/sparql"
        serve = [sys.executable, "-m", "bullwhip", "serve", "--port", str(ports[0])]
        started = min(_start(serve, ours.replace("/sparql", "/health")) for _ in range(3))
        asked = f"?query={quote(texts[0])}"
        with running(serve, ours + asked), running([*command, "--union-default-graph"], theirs + asked):
            rows = [Row("from the command to the first answer", "", started, "s", most=2)]
            for what, chosen, distinct in (
                ("the same point query", texts[:1], False),
                (f"{len(texts)} point queries in turn", texts, False),
                ("point queries never asked before", texts, True),
            ):
                one = [load(u, chosen, distinct, 1, seconds) for u in (ours, theirs) * 2]
                many = [load(u, chosen, distinct, 4, seconds) for u in (ours, theirs) * 2]
                rows += _compared(what, one, many, distinct)
    return rows


def _start(command: Sequence[str], url: str) -> float:
    with running(command, url) as seconds:
        return seconds


def _compared(
    what: str, one: Sequence[tuple[float, float]], many: Sequence[tuple[float, float]], new: bool
) -> list[Row]:
    """Return rows of what one client and four clients measured: ours, theirs, ours, theirs."""
    median = min(m for _, m in one[::2])
    note = f"{min(m for _, m in one[1::2]):.2f} ms"
    rate, theirs = max(r for r, _ in many[::2]), max(r for r, _ in many[1::2])
    limit = None if new else 0.5
    return [
        Row(f"{what}, median of one client", "oxigraph serve", median, "ms", most=5, note=note),
        Row(
            "the same, four clients at once",
            "oxigraph serve",
            rate / theirs,
            "×",
            least=limit,
            note=f"{rate:,.0f} and {theirs:,.0f} requests a second",
        ),
    ]


async def in_pool(texts: Sequence[str], rounds: int) -> list[Row]:
    """Return rows of the pool by itself: what a process costs, how soon one is killed, what an update takes."""
    workspace = Workspace.open()
    jobs = [select(text) for text in texts]
    async with Pool(Recipe(), Limits(seconds=0.5, crowded_seconds=0.1), writable=True) as pool:
        await pool.run(jobs[0])
        through = [await _timed(pool, job) for job in jobs for _ in range(rounds)]
        store: Any = workspace.store()
        engine, union = store.seen(texts[0])
        inside = []
        for text in texts:
            begun = time.perf_counter()
            bytes(engine.query(text, use_default_graph_as_union=union).serialize(format=_JSON))
            inside.append(time.perf_counter() - begun)
        late = [await _timed(pool, select(ENDLESS)) - 0.5 for _ in range(rounds)]
        after = [await _timed(pool, jobs[0]) for _ in range(1)]
        hog = asyncio.ensure_future(pool.run(select(ENDLESS)))
        beside = [await _timed(pool, job) for job in jobs]
        await hog
        begun = time.perf_counter()
        many = await asyncio.gather(*(pool.run(select(ENDLESS)) for _ in range(30)))
        flood = time.perf_counter() - begun
        assert {r.status for r in many} == {503}
        update = [await _timed(pool, Update(f"INSERT DATA {{ <urn:a> <urn:p> {n} }}")) for n in range(rounds)]
    ms = 1000
    return [
        Row(
            "a point query through the pool",
            "in process",
            statistics.median(through) * ms,
            "ms",
            most=5,
            note=f"{statistics.median(inside) * ms:.3f} ms",
        ),
        Row("a runaway query is killed after its limit", "", max(late), "s", most=0.3, note=f"worst of {rounds}"),
        Row("the next query after that", "", max(after) * ms, "ms"),
        Row(
            "95th percentile beside a runaway query",
            "without it",
            _p95(beside) / _p95(through),
            "×",
            note=f"{_p95(beside) * ms:.2f} ms",
        ),
        Row(
            "thirty runaway queries at once, 0.1 s each",
            "",
            flood,
            "s",
            note="those that find a place are stopped, the others refused",
        ),
        Row("an update of one triple", "", statistics.median(update) * ms, "ms"),
    ]


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


async def _timed(pool: Pool, job: Any) -> float:
    begun = time.perf_counter()
    await pool.run(job)
    return time.perf_counter() - begun


def measure(companies: int, rounds: int, seconds: float) -> list[Row]:
    """Return all rows; those over HTTP where `seconds` says how long each load lasts.

    Args:
        companies: of how many companies the names are asked.
        rounds: how often what is slow is repeated.
        seconds: of each load; without it nothing is measured over HTTP.
    """
    texts = [_NAMES % iri for iri in subjects(Workspace.open(), companies)]
    rows = asyncio.run(in_pool(texts, rounds))
    return (over_http(texts, seconds) if seconds else []) + rows


if __name__ == "__main__":
    report(measure(100, 10, 2))
