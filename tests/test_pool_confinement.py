"""What a worker is kept to, and that nothing of a pool outlives it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bullwhip.serve.jobs import Limits, Query
from bullwhip.serve.pool import Pool
from pooling import ENDLESS, SOLAR, body, cells, children_of, in_pool, select

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")

TRIES = """
import json, os, socket, sys, threading
from bullwhip.serve.confine import confine
folder, port = sys.argv[1], int(sys.argv[2])
kept = open(os.path.join(folder, "kept"), "w")
how = confine(parent_dies=False)
def store():
    import pyoxigraph as ox
    list(ox.Store().query(f"SELECT * {{ SERVICE <http://127.0.0.1:{port}/> {{ ?s ?p ?o }} }}"))
def load():
    import pyoxigraph as ox
    ox.Store().update(f"LOAD <http://127.0.0.1:{port}/>")
def write():
    kept.write("x"); kept.flush()
def execute():
    os.execv("/bin/true", ["true"])
tries = {
    "socket": lambda: socket.create_connection(("127.0.0.1", port)),
    "pair": socket.socketpair,
    "service": store, "load": load, "write": write, "execute": execute,
    "create": lambda: open(os.path.join(folder, "made"), "w"),
    "append": lambda: open(os.path.join(folder, "there"), "a"),
    "change": lambda: open(os.path.join(folder, "there"), "r+"),
    "folder": lambda: os.mkdir(os.path.join(folder, "made")),
    "remove": lambda: os.unlink(os.path.join(folder, "there")),
    "read": lambda: open(os.path.join(folder, "there")).read(),
    "rename": lambda: os.rename(os.path.join(folder, "there"), os.path.join(folder, "gone")),
}
found = {}
for name, act in tries.items():
    try:
        act(); found[name] = "done"
    except Exception as error:
        found[name] = "refused"
try: kept.close()
except OSError: pass
threads = threading.Thread(target=lambda: found.setdefault("thread", "works")); threads.start(); threads.join()
print(json.dumps([how, found]))
"""


def test_a_confined_process_neither_connects_nor_writes(tmp_path: Path) -> None:
    """Every way out is refused by the system, also where a query of the engine takes it; nobody has come."""
    (tmp_path / "there").write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        arguments = [sys.executable, "-c", TRIES, str(tmp_path), str(listener.getsockname()[1])]
        done = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=60)
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()

    how, found = json.loads(done.stdout)
    if how != "seccomp":
        pytest.skip(f"this system confines by {how}")
    assert (found.pop("thread"), found.pop("read")) == ("works", "done")
    assert set(found.values()) == {"refused"}, found
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kept", "there"]


def test_a_pool_says_what_holds_its_workers() -> None:
    """The pool knows how its workers are confined."""

    async def task(pool: Pool) -> str:
        return pool.confined

    assert in_pool(task) in ("seccomp", "namespace", "none")


def handles(process: int) -> list[str]:
    """Return what the file descriptors of a process are, but for the standard ones."""
    folder = Path(f"/proc/{process}/fd")
    return sorted(os.readlink(p).partition(":")[0] for p in folder.iterdir() if int(p.name) > 2)


def test_processes_inherit_nothing() -> None:
    """Though sockets are open that could be inherited, who forks has one socket and a pipe, a worker one socket."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket() as client:
        for one in (listener, client):
            one.set_inheritable(True)

        async def task(pool: Pool) -> Any:
            await asyncio.sleep(1)  # has warmed what it warms
            (zygote,) = (p for p in children_of(os.getpid()) if b"zygote" in Path(f"/proc/{p}/cmdline").read_bytes())
            workers = children_of(zygote)
            threads = [len(list(Path(f"/proc/{p}/task").iterdir())) for p in (zygote, *workers)]
            held = [found for w in workers if (found := handles(w))]  # who fills the cache has nothing at all
            return handles(zygote), held, set(threads)

        of_zygote, of_workers, threads = in_pool(task)

    assert of_zygote == ["pipe", "pipe", "socket"]
    assert of_workers == [["socket"], ["socket"]]
    assert threads == {1}


@pytest.mark.parametrize("sign", [signal.SIGSEGV, signal.SIGABRT, signal.SIGKILL])
def test_a_worker_that_dies_is_told_and_replaced(sign: int) -> None:
    """Whoever asked a worker that dies hears that it did, and the next one is answered by another."""

    async def task(pool: Pool) -> Any:
        (zygote,) = (p for p in children_of(os.getpid()) if b"zygote" in Path(f"/proc/{p}/cmdline").read_bytes())
        asking = asyncio.ensure_future(pool.run(select(ENDLESS)))
        await asyncio.sleep(0.2)
        for worker in children_of(zygote):
            os.kill(worker, sign)
        reply = await asking
        return reply.status, body(reply)["code"], (await pool.run(select("ASK {}"))).status

    assert in_pool(task, Limits(seconds=20)) == (507, "BW901", 200)


def test_a_job_that_nobody_waits_for_is_stopped() -> None:
    """When the caller is cancelled the worker is killed, and does not compute to its limit."""

    async def task(pool: Pool) -> Any:
        asking = asyncio.ensure_future(pool.run(select(ENDLESS)))
        await asyncio.sleep(0.2)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        many = [asyncio.ensure_future(pool.run(select(ENDLESS))) for _ in range(6)]
        await asyncio.sleep(0.2)
        for each in many:
            each.cancel()
        await asyncio.gather(*many, return_exceptions=True)
        return [(await pool.run(select("ASK {}"))).status for _ in range(4)]

    assert in_pool(task, Limits(seconds=60, crowded_seconds=60)) == [200] * 4


def waits_until(true: Callable[[], bool]) -> bool:
    """Return whether something becomes true within some seconds."""
    for _ in range(500):
        if true():
            return True
        time.sleep(0.01)
    return False


def test_no_process_outlives_the_server() -> None:
    """When the server is killed, the process that forks and a worker in the midst of a query end too."""
    code = (
        "import asyncio, sys\nfrom pooling import ENDLESS, SOLAR, select\n"
        "from bullwhip.serve.pool import Pool, Recipe\nfrom bullwhip.serve.jobs import Limits\n"
        "async def main():\n"
        "    async with Pool(Recipe(SOLAR), Limits(seconds=60)) as pool:\n"
        "        await pool.run(select('ASK {}'))\n"
        "        asyncio.ensure_future(pool.run(select(ENDLESS)))\n"
        "        await asyncio.sleep(0.2)\n        print('here', flush=True)\n        await asyncio.sleep(60)\n"
        "asyncio.run(main())"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": paths}
    ) as server:
        assert server.stdout
        assert server.stdout.readline() == b"here\n"
        zygotes = children_of(server.pid)
        processes = [*zygotes, *children_of(*zygotes)]
        server.kill()

    assert len(processes) >= 3
    assert waits_until(lambda: not any(_runs(p) for p in processes))


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_bytes().rpartition(b") ")[2][:1] != b"Z"
    except OSError:
        return False


def test_the_process_that_forks_may_die() -> None:
    """When it is killed, requests are answered all the same: another one is started."""

    async def task(pool: Pool) -> Any:
        (zygote,) = (p for p in children_of(os.getpid()) if b"zygote" in Path(f"/proc/{p}/cmdline").read_bytes())
        os.kill(zygote, signal.SIGKILL)
        await asyncio.sleep(0.1)
        first = await pool.run(select("ASK {}"))
        return first.status, pool.snapshot

    async def name(pool: Pool) -> str:
        return pool.snapshot

    assert in_pool(task) == (200, in_pool(name))


def test_who_waits_while_the_process_that_forks_dies_is_answered() -> None:
    """A request that waits for a worker at that moment has one of the process that is started in its place."""

    async def task(pool: Pool) -> Any:
        (zygote,) = (p for p in children_of(os.getpid()) if b"zygote" in Path(f"/proc/{p}/cmdline").read_bytes())
        asked = [asyncio.ensure_future(pool.run(select(text))) for text in (ENDLESS, "ASK {}", "ASK {}")]
        await asyncio.sleep(0.1)
        os.kill(zygote, signal.SIGKILL)
        return [(await each).status for each in asked]

    assert in_pool(task, Limits(seconds=20, workers=1)) == [503, 200, 200]


def test_a_store_on_disk_is_served(tmp_path: Path) -> None:
    """Workers open a store that was built, and answer from it as from memory."""
    from bullwhip.serve.pool import Recipe
    from bullwhip.workspace import Workspace

    workspace = Workspace.open(SOLAR)
    workspace.build(tmp_path / "store")
    count = Query("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", results="application/sparql-results+json")

    async def main(recipe: Recipe, writable: bool) -> Any:
        async with Pool(recipe, Limits(), writable) as pool:
            return cells(await pool.run(count)), pool.confined, pool.snapshot

    on_disk = asyncio.run(main(Recipe(SOLAR, store=str(tmp_path / "store")), writable=False))
    copied = asyncio.run(main(Recipe(SOLAR, store=str(tmp_path / "store")), writable=True))
    in_memory = asyncio.run(main(Recipe(SOLAR), writable=False))

    assert on_disk[:2] == copied[:2] == in_memory[:2]
    assert on_disk[2] != in_memory[2]
