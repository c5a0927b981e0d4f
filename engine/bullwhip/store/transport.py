"""Requests to an endpoint: whole answers of the asked kind or an error, within limits, and from nobody else.

Nothing is sent anywhere but to the host of the URL that the user has named; redirects to other hosts are refused.
"""

from __future__ import annotations

import netrc
import os
import re
import time
from base64 import b64encode
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from bullwhip import __version__
from bullwhip.errors import BullwhipError, LimitError, Problem, QueryError, UsageError

if TYPE_CHECKING:
    import httpx

__all__ = ["Body", "Limits", "Transport"]

TOKEN = "BULLWHIP_TOKEN"  # noqa: S105  the name of a variable
"""The environment variable of a bearer token."""

_LATER = (429, 502, 503, 504)
_MOVED = (301, 302, 303, 307, 308)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait, how much to read, how often to try."""

    seconds: float = 120
    """For one request and its whole answer."""
    bytes: int = 512_000_000
    """Of one answer, unpacked."""
    tries: int = 3
    """Of what only reads."""
    pause: float = 0.25
    """Before the second try, in seconds; four times as long before each further one."""
    patience: float = 30
    """The longest pause that an endpoint may ask for."""


@dataclass(frozen=True, slots=True)
class Body:
    """An answer that has been read to its end."""

    content: bytes
    type: str
    headers: Mapping[str, str]
    status: int
    framed: bool
    """Whether the answer says itself how long it is, so that a cut one cannot pass."""


class Transport:
    """Requests to the host of one URL.

    A token from the environment variable BULLWHIP_TOKEN, or a login from the netrc file, goes to that host alone, and
    over plain HTTP only to this machine.
    """

    def __init__(self, url: str, limits: Limits | None = None, pause: Callable[[float], None] = time.sleep) -> None:
        """Make ready to ask; nothing is sent yet.

        Raises:
            UsageError: BW002 for what is no URL of an endpoint; BW004 when httpx is not installed.
        """
        self.url = _checked(url)
        self.limits = limits or Limits()
        self._pause = pause
        try:
            import httpx
        except ImportError:
            hint = "pip install 'bullwhip[remote]'"
            raise UsageError(Problem("BW004", "asking an endpoint needs the package httpx", hint=hint)) from None
        self._httpx = httpx
        parts = urlsplit(self.url)
        self._secrets: tuple[str, ...] = ()
        self._client = httpx.Client(
            headers={"User-Agent": f"bullwhip/{__version__}"},
            auth=self._auth(str(parts.hostname), parts.scheme == "https"),
            timeout=httpx.Timeout(self.limits.seconds, connect=min(10, self.limits.seconds)),
            follow_redirects=False,
            trust_env=parts.hostname not in _LOOPBACK,  # proxies of the environment; none to this machine
        )

    def read(self, method: str, url: str, types: Sequence[str], allowed: Sequence[int] = (), **request: Any) -> Body:
        """Return the answer to a request that changes nothing; tried again where that may help.

        Args:
            method: of HTTP.
            url: on the host of this transport.
            types: the media types that may come; the first is asked for.
            allowed: status codes that are no error, beside success; what comes with them is not looked at.
            request: `data`, `content`, `params` and `headers` as httpx has them.

        Raises:
            QueryError: BW522, BW523 or BW524; LimitError: BW901.
        """
        request["headers"] = {"Accept": types[0]} | request.get("headers", {})
        wait = self.limits.pause
        for remaining in range(self.limits.tries - 1, -1, -1):
            try:
                body = self._send(method, url, request)
            except _UnreachableError as error:
                if not remaining:
                    raise QueryError(error.problems) from None
                self._pause(wait)
            else:
                if body.status not in _LATER or not remaining:
                    break
                self._pause(_retry_after(body, wait, self.limits.patience))
            wait *= 4
        if body.status in allowed:
            return body
        self._check(body, method, url)
        if body.type not in types:
            shown = self._excerpt(body)
            message = f"{self.named(url)} answers with {body.type or 'no media type'} instead of {types[0]}{shown}"
            raise QueryError(Problem("BW524", message, hint="name the URL that queries are sent to, such as …/query"))
        return body

    def write(self, method: str, url: str, allowed: Sequence[int] = (), **request: Any) -> Body:
        """Send a request that changes something, once, and return the answer.

        Args:
            method: of HTTP.
            url: on the host of this transport.
            allowed: status codes that are no error, beside success.
            request: as for `read`.

        Raises:
            QueryError: BW522 or BW523; LimitError: BW901.
        """
        try:
            body = self._send(method, url, request)
        except _UnreachableError as error:
            raise QueryError(error.problems) from None
        if body.status not in allowed:
            self._check(body, method, url)
        return body

    def named(self, url: str) -> str:
        """Return a URL as messages show it: without its query."""
        return urlsplit(url)._replace(query="", fragment="").geturl()

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def _auth(self, host: str, encrypted: bool) -> Any:
        """Return what identifies the user to a host."""
        token = os.environ.get(TOKEN, "")
        login = None if token else _login(host)
        if not (token or login):
            return None
        if not encrypted and host not in _LOOPBACK:
            message = f"a password or token for {host} is not sent over plain HTTP"
            raise UsageError(Problem("BW002", message, hint=f"use https://, or unset {TOKEN} and the netrc entry"))
        pair = b64encode(":".join(login or ()).encode()).decode()
        self._secrets = tuple(filter(None, [token, pair, *(login or ())[1:]]))
        return _bearer(token) if token else _either(self._httpx, login or ("", ""))

    def _send(self, method: str, url: str, request: Mapping[str, Any]) -> Body:
        """Send a request, following redirects on the same host, and read the whole answer."""
        httpx, deadline = self._httpx, time.monotonic() + self.limits.seconds
        added, request = request.get("params", {}), {k: v for k, v in request.items() if k != "params"}
        try:
            for _ in range(4):
                whole = httpx.URL(url).copy_merge_params(added)  # `params` would throw away what the URL asks already
                with self._client.stream(method, whole, **request) as response:
                    content = self._content(response, deadline)
                if response.status_code not in _MOVED or "location" not in response.headers:
                    return _body(response, content)
                url = self._moved(method, url, response)
        except httpx.TimeoutException as error:
            if isinstance(error, httpx.ConnectTimeout):
                raise _unreachable(self.named(url), "no connection in time") from None
            raise self._late(url) from None
        except (httpx.ConnectError, httpx.ProxyError, httpx.UnsupportedProtocol) as error:
            raise _unreachable(self.named(url), str(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise _cut(self.named(url), error) from None
        raise QueryError(Problem("BW523", f"{self.named(url)} redirects without end"))

    def _content(self, response: httpx.Response, deadline: float) -> bytes:
        chunks, size = [], 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            chunks.append(chunk)
            if size > self.limits.bytes:
                message = f"{self.named(str(response.url))} answers with more than {self.limits.bytes:,} bytes"
                raise LimitError(Problem("BW901", message, hint="add a LIMIT"))
            if time.monotonic() > deadline:
                raise self._late(str(response.url))
        return b"".join(chunks)

    def _late(self, url: str) -> LimitError:
        message = f"{self.named(url)} has not answered within {self.limits.seconds:g} seconds"
        return LimitError(Problem("BW901", message, hint="ask for less, or wait longer"))

    def _moved(self, method: str, url: str, response: httpx.Response) -> str:
        """Return where an answer points to, if it is on the same host and asks for the same."""
        target = urljoin(url, response.headers["location"])
        here, there = urlsplit(url), urlsplit(target)
        if (here.scheme, here.netloc) != (there.scheme, there.netloc):
            message = f"{self.named(url)} redirects to {there.scheme}://{there.hostname}, which was not named"
            raise QueryError(Problem("BW523", message, hint="name that URL if you trust it"))
        if method not in ("GET", "HEAD") and response.status_code not in (307, 308):
            message = f"{self.named(url)} redirects a {method} with {response.status_code}"
            raise QueryError(Problem("BW523", message, hint=f"name {self.named(target)}"))
        return target

    def _check(self, body: Body, method: str, url: str) -> None:
        if 200 <= body.status < 300:
            return
        hints = {
            401: f"put a login into ~/.netrc, or a token into the environment variable {TOKEN}",
            403: f"put a login into ~/.netrc, or a token into the environment variable {TOKEN}",
            404: "name the URL that queries are sent to, such as …/query or …/sparql",
            413: "send less at once",
        }
        hint = hints.get(body.status, "try again later" if body.status in _LATER else "")
        message = f"{self.named(url)} refuses a {method}: HTTP {body.status}{self._excerpt(body)}"
        raise QueryError(Problem("BW523", message, hint=hint))

    def _excerpt(self, body: Body) -> str:
        """Return the beginning of an answer's text, without what identifies the user."""
        text = " ".join(body.content[:4000].decode("utf-8", "replace").split())
        for secret in self._secrets:
            text = text.replace(secret, "…")
        text = re.sub(r"<(script|style)\b.*?</\1>|<[^<>]*>", " ", text) if "html" in body.type else text
        text = " ".join(text.split())
        return f": {text[:300]}" if text else ""


class _UnreachableError(BullwhipError):
    """Nobody has answered; a request that only reads may be tried again."""


def _unreachable(url: str, reason: str) -> _UnreachableError:
    hint = "is it running, and is the URL right?"
    return _UnreachableError(Problem("BW522", f"{url} cannot be reached: {reason}", hint=hint))


def _cut(url: str, error: Exception) -> BullwhipError:
    text = str(error) or type(error).__name__
    if "without sending a response" in text or type(error).__name__ in ("ReadError", "WriteError"):
        return _unreachable(url, text)
    return QueryError(Problem("BW524", f"{url} sends a damaged answer: {text[:300]}"))


def _body(response: httpx.Response, content: bytes) -> Body:
    headers = response.headers
    chunked = "chunked" in headers.get("transfer-encoding", "").lower()
    framed = chunked or "content-length" in headers or response.http_version == "HTTP/2"
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return Body(content, kind, headers, response.status_code, framed)


def _retry_after(body: Body, otherwise: float, most: float) -> float:
    """Return how long an endpoint asks to wait, in seconds or until a date, within limits."""
    text = body.headers.get("retry-after", "").strip()
    if text.isdigit() and text.isascii():
        return float(min(int(text[:9]), most))
    try:
        return float(min(max(0.0, parsedate_to_datetime(text).timestamp() - time.time()), most))
    except (TypeError, ValueError, OverflowError):
        return otherwise


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if not good:
        shown = re.sub(r"//[^/]*@", "//…@", url)  # a slip in the scheme shows no password
        raise UsageError(Problem("BW002", f"{shown!r} is no URL of an endpoint", hint="http://… or https://…"))
    if parts.username or parts.password:
        shown = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="").geturl()
        hint = f"put them into ~/.netrc, or a token into the environment variable {TOKEN}"
        raise UsageError(Problem("BW002", f"the URL {shown} holds a user name or password", hint=hint))
    return url


def _login(host: str) -> tuple[str, str] | None:
    """Return user name and password of a host from the netrc file; its default entry is for no host in particular."""
    try:
        found = netrc.netrc(os.environ.get("NETRC") or None).hosts.get(host)
    except FileNotFoundError:
        return None
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError):
        raise UsageError(Problem("BW002", "the netrc file cannot be read", hint="see man netrc")) from None
    return (found[0], found[2]) if found else None


def _bearer(token: str) -> Callable[[httpx.Request], httpx.Request]:
    """Return what adds a token to each request."""

    def add(request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {token}"
        return request

    return add


def _either(httpx: Any, login: tuple[str, str]) -> httpx.Auth:
    """Return what sends a login as it is, and where the server wants a digest of it, that."""
    basic, digest = httpx.BasicAuth(*login), httpx.DigestAuth(*login)

    class Login(httpx.Auth):  # type: ignore[misc]
        wants_digest = False

        def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
            if not self.wants_digest:
                response = yield next(basic.auth_flow(request))
                self.wants_digest = response.status_code == 401
                if not self.wants_digest:
                    return
                del request.headers["Authorization"]
            yield from digest.auth_flow(request)

    return Login()
