"""Reads a request: parameters of its URL and form, its body within limits of size and time, its media type."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from bullwhip.serve.refusals import Refused, malformed, too_large
from bullwhip.serve.settings import Settings

__all__ = ["FORM", "MediaType", "Parameters", "absolute_iri", "base_of", "media_type", "parameters", "read_body"]

FORM = "application/x-www-form-urlencoded"
_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105  of HTTP
_MEDIA = re.compile(rf"\s*({_TOKEN}/{_TOKEN})\s*((?:;.*)?)", re.DOTALL)
_PARAMETER = re.compile(rf';\s*({_TOKEN})\s*=\s*("(?:[^"\\]|\\.)*"|{_TOKEN})')
"""Begins with what it cannot do without: else each of many spaces would be tried as its beginning."""
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*")

Parameters = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class MediaType:
    """What a body is said to be."""

    name: str
    parameters: dict[str, str]

    def boundary(self) -> str:
        """Return what separates the parts of a form."""
        return self.parameters.get("boundary", "")


def media_type(request: Request) -> MediaType:
    """Return what the body of a request is, or refuse one that is nothing, or not in UTF-8.

    Raises:
        Refused: 415.
    """
    text = request.headers.get("content-type", "")
    found = _MEDIA.fullmatch(text)
    if found is None:
        wrong = f"{text[:100]!r} is no media type" if text else "the body comes without a Content-Type"
        raise Refused(415, "BW584", "the media type of the body is not taken here", wrong)
    given = {name.lower(): value.strip('"') for name, value in _PARAMETER.findall(found[2])}
    if given.get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
        wrong = f"a body has to be in UTF-8, not {given['charset'][:40]!r}"
        raise Refused(415, "BW584", "the media type of the body is not taken here", wrong)
    return MediaType(found[1].lower(), given)


def parameters(text: bytes, settings: Settings, already: int = 0) -> Parameters:
    """Return the parameters of a URL or form in order, decoded once.

    Args:
        text: what is encoded, as it came.
        settings: how many there may be.
        already: how many came elsewhere.

    Raises:
        Refused: 400 for what cannot be decoded, and beyond the limit.
    """
    if not text:
        return ()
    if _BROKEN.search(text):
        raise malformed("a % is not followed by two hexadecimal digits")
    pairs = text.split(b"&")
    if len(pairs) + already > settings.http.parameters:
        raise too_large("parameters", settings.http.parameters, "of them", status=400)
    try:
        decoded = [tuple(unquote_to_bytes(x.replace(b"+", b" ")).decode() for x in _halves(p)) for p in pairs if p]
    except UnicodeDecodeError:
        raise malformed("a parameter is not UTF-8") from None
    return tuple((name, value) for name, value in decoded)


def _halves(pair: bytes) -> tuple[bytes, bytes]:
    name, _, value = pair.partition(b"=")
    return name, value


async def read_body(request: Request, settings: Settings, limit: int, option: str = "body") -> bytes:
    """Return the body of a request, counted while it comes.

    Args:
        request: whose body.
        settings: how long it may take.
        limit: how many bytes it may have.
        option: of the command line, that allows more.

    Raises:
        Refused: 413 beyond the limit, 408 where it comes too slowly, 400 where it ends early.
    """
    if int(request.headers.get("content-length", "0")) > limit:
        raise too_large("the body", limit, "bytes", option)
    try:
        async with asyncio.timeout(settings.http.body_seconds):
            return await _collected(request, limit, option)
    except TimeoutError:
        raise too_large("the body", settings.http.body_seconds, "seconds", status=408) from None


async def _collected(request: Request, limit: int, option: str) -> bytes:
    found = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise malformed("the body ends early")
        found += message.get("body", b"")
        if len(found) > limit:
            raise too_large("the body", limit, "bytes", option)
        if not message.get("more_body"):
            return bytes(found)


def base_of(request: Request) -> str:
    """Return the URL of a request without its parameters; its `Host` has been looked up in a list."""
    return f"http://{request.headers['host'].lower()}{request.scope['path']}"


def absolute_iri(text: str, name: str) -> str:
    """Return an absolute IRI that came as a parameter.

    Raises:
        Refused: 400 where it is none.
    """
    if not _IRI.fullmatch(text):
        raise malformed(f"{name}={text[:200]!r} is no absolute IRI")
    return text
