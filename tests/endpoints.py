"""Real SPARQL servers for tests, started on a free port of this machine and stopped again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["free_port", "oxigraph_binary", "oxigraph_server", "virtuoso_binary", "virtuoso_server"]

_VIRTUOSO = """[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{own}
DirsAllowed = .
NumberOfBuffers = 10000
[HTTPServer]
ServerPort = 127.0.0.1:{port}
ServerThreads = 4
[SPARQL]
ResultSetMaxRows = 100000
"""


def oxigraph_binary() -> str | None:
    """Return the server of the PyPI package `oxigraph`: beside this interpreter, or on the path."""
    beside = Path(sys.executable).with_name("oxigraph")
    return str(beside) if beside.is_file() else shutil.which("oxigraph")


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def oxigraph_server(folder: Path, *options: str) -> Iterator[str]:
    """Run `oxigraph serve` on a folder, and yield its address.

    Args:
        folder: where it keeps its data.
        options: of its command line, e.g. `--union-default-graph`.
    """
    port = free_port()
    command = [str(oxigraph_binary()), "serve", "--location", str(folder), "--bind", f"127.0.0.1:{port}", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(f"http://127.0.0.1:{port}/", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def virtuoso_binary() -> str | None:
    """Return the server of Debian's virtuoso-opensource, where it is on the path."""
    return shutil.which("virtuoso-t")


@contextmanager
def virtuoso_server(folder: Path) -> Iterator[str]:
    """Run an empty Virtuoso in a folder, and yield where it takes queries and updates of its first user.

    A netrc file with the login of that user is in the folder.
    """
    port = free_port()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "virtuoso.ini").write_text(_VIRTUOSO.format(own=free_port(), port=port))
    (folder / "netrc").write_text("machine 127.0.0.1 login dba password dba\n")
    command = [str(virtuoso_binary()), "+foreground", "+configfile", "virtuoso.ini"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait(f"http://127.0.0.1:{port}/sparql", server, 1200)
            yield f"http://127.0.0.1:{port}/sparql-auth"
        finally:
            server.terminate()


def _wait(url: str, server: subprocess.Popen[bytes], times: int = 200) -> None:
    for _ in range(times):
        assert server.poll() is None, f"the server ended with {server.returncode}"
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310  this machine
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise AssertionError("the server does not answer")
