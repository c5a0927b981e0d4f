"""What a server allows: to whom it answers, what it may take, and whether it writes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bullwhip.errors import Problem, UsageError
from bullwhip.serve.jobs import Limits

__all__ = ["EVERYWHERE", "LOOPBACK", "HttpLimits", "Settings", "hosts_of"]

_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?")
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
"""The names of this machine; a page of another origin has none of them."""
EVERYWHERE = ("0.0.0.0", "[::]")  # noqa: S104  compared, not bound
"""What stands for all addresses of a machine; it is no name that a browser can ask."""


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How much the outside of a request may take, before anything is asked of a worker."""

    url: int = 65_536
    """Bytes of a request line."""
    headers: int = 100
    """How many header fields."""
    header_size: int = 32_768
    """Bytes of all header fields."""
    parameters: int = 200
    """Parameters of a URL and a form together."""
    head_seconds: float = 5.0
    """Time for a request line with all headers."""
    body_seconds: float = 5.0
    """Time for a body."""
    stall_seconds: float = 30.0
    """How long an answer waits for a client that does not read."""
    connections: int = 200
    """Connections that are open at once."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server is started with."""

    hosts: frozenset[str]
    """The `Host` headers that are answered, exactly: names with port."""
    limits: Limits = field(default_factory=Limits)
    http: HttpLimits = field(default_factory=HttpLimits)
    token: str = field(default="", repr=False)
    """What a request that writes has to bring; where it is empty nothing is written."""
    log: bool = False
    """Whether every request is told on stderr."""

    @property
    def writable(self) -> bool:
        """Whether updates are on."""
        return bool(self.token)

    def as_dict(self) -> dict[str, Any]:
        """Return the limits under stable names, for `/limits`."""
        work = {name: getattr(self.limits, name) for name in self.limits.__dataclass_fields__}
        http = {name: getattr(self.http, name) for name in self.http.__dataclass_fields__}
        return {"updates": self.writable, **work, "http": http}


def hosts_of(host: str, port: int, more: Iterable[str] = ()) -> frozenset[str]:
    """Return the `Host` headers that name a server.

    Args:
        host: the address that is listened on; of this machine, all its names count.
        port: the port.
        more: further names, e.g. that of a proxy in front, with or without port.

    Raises:
        UsageError: BW002 for a name that is none.

    >>> sorted(hosts_of("127.0.0.1", 7077))
    ['127.0.0.1:7077', '[::1]:7077', 'localhost:7077']
    >>> sorted(hosts_of("0.0.0.0", 7077, ["chain.example"]))[2:4]
    ['chain.example', 'chain.example:7077']
    """
    own = f"[{host}]" if ":" in host else host
    names = [*LOOPBACK] if own in (*EVERYWHERE, *LOOPBACK) else [own.lower()]
    found = {f"{name}:{port}" for name in names} | ({*names} if port == 80 else set())
    for name in (n.lower() for n in more):
        if not _NAME.fullmatch(name):
            hint = "a name or address, with or without port: chain.example, chain.example:8080, [2001:db8::1]"
            raise UsageError(Problem("BW002", f"{name!r} is no name of a server", hint=hint))
        found |= {name} if name.rpartition(":")[2].isdigit() and not name.endswith("]") else {name, f"{name}:{port}"}
    return frozenset(found)
