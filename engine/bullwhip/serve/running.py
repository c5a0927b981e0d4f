"""Runs a server: binds the address, starts the workers, answers until it is told to stop, leaves nothing behind."""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bullwhip.errors import Problem, UsageError

if TYPE_CHECKING:
    import uvicorn

    from bullwhip.serve.settings import Settings
    from bullwhip.serve.workers import Workers

__all__ = ["bind", "run"]

_PORTS = 65_535


def bind(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; port 0 is any that is free.

    Raises:
        UsageError: BW586 where that cannot be.

    >>> with bind("127.0.0.1", 0) as listening:
    ...     listening.getsockname()[1] > 0
    True
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # named, or asyncio leaves Nagle on
    except (OSError, UnicodeError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(Problem("BW586", f"there is no address {host!r}: {reason}")) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(128)
    except OSError as error:
        listening.close()
        raise UsageError(Problem("BW586", _why_not(host, port, error), hint=_remedy(error))) from None
    return listening


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {host} is in use"
    return f"{host} port {port} cannot be listened on: {error.strerror}"


def _remedy(error: OSError) -> str:
    if error.errno == errno.EACCES:
        return "ports below 1024 belong to the system; choose another one with --port"
    return "--port N chooses another one, --port 0 one that is free"


def run(pool: Workers, settings: Settings, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until the process is told to stop, by Ctrl-C or SIGTERM.

    Args:
        pool: who works; it is started here and closed again, whatever happens.
        settings: to whom the server answers.
        listening: where.
        ready: called once when the server answers.

    Raises:
        BullwhipError: what keeps the pool from starting.
    """
    asyncio.run(_serve(pool, settings, listening, ready))


async def _serve(pool: Workers, settings: Settings, listening: socket.socket, ready: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    starting = asyncio.ensure_future(pool.start())
    try:
        await asyncio.sleep(0)  # the workspace is opened by another process while this one imports
        server = _server(pool, settings, ready)
        if not await _unless(stopped, starting):
            return
        serving = asyncio.ensure_future(server.serve(sockets=[listening]))
        await _unless(stopped, serving)
        server.should_exit = True
        await serving
    finally:
        await pool.close()


def _server(pool: Workers, settings: Settings, ready: Callable[[], None]) -> uvicorn.Server:
    """Return a server that leaves signals and the log to us, and says nothing of itself."""
    import uvicorn

    from bullwhip.serve.app import application
    from bullwhip.serve.connection import connections
    from bullwhip.serve.kept import Kept

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            yield  # uvicorn would raise them again once it has stopped, and end the process by them

        async def startup(self, sockets: Any = None) -> None:
            await super().startup(sockets)
            ready()

    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"):
        logging.getLogger(name).disabled = True  # the gate keeps the log
    config = uvicorn.Config(
        application(pool, settings),
        http=connections(settings.http, Kept(lambda: pool.snapshot, settings.log), settings.log),
        ws="none",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=15,
        timeout_graceful_shutdown=2,
    )
    return Server(config)


async def _unless(stopped: asyncio.Event, work: asyncio.Future[Any]) -> bool:
    """Wait for work, or for the sign to stop; return whether the work is done, with what it raised."""
    waiting = asyncio.ensure_future(stopped.wait())
    try:
        await asyncio.wait((work, waiting), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
        return work.done()
    finally:
        waiting.cancel()
