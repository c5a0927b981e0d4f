"""Answers requests: asks the pool, stops it when the client is gone, and writes what comes back as a response.

What is told of a snapshot can be kept: its tag says which snapshot, question and formats it answers (RFC 9110, §8.8.3).
"""

from __future__ import annotations

import asyncio
import gzip
import re
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from bullwhip.serve.jobs import PROBLEM, Call, GraphRead, Job, Query, Reply
from bullwhip.serve.negotiation import gzip_accepted
from bullwhip.serve.workers import Workers

__all__ = ["ClientGoneError", "answer", "packed", "respond", "tag"]

_CHANGING = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\s*[(#]", re.IGNORECASE)
"""A comment may stand between a function and its parenthesis."""
_SMALL = 1_000
"""Bytes below which gzip saves nothing."""
_FAST = 1 << 20
"""Bytes from which it is done quickly rather than well."""
KEPT = "private, no-cache"
"""May be kept by the client alone, and is asked for anew each time."""


async def answer(request: Request, pool: Workers, job: Job, media: str = "") -> Response:
    """Return what the pool answers to a job, or 304 where the client has it already.

    Args:
        request: whose body has been read.
        pool: who works.
        job: what is asked.
        media: the name to give the answer's format, where the client knows it by another one.
    """
    asked = pool.snapshot
    etag = tag(asked, job) if request.method in ("GET", "HEAD") else ""
    if etag and etag in _known(request):
        return _unchanged(etag)
    reply = await _unless_gone(request, pool, job)
    if pool.snapshot != asked:
        etag = ""  # an update has come between, and nobody knows which state was answered from
    if etag and reply.status == 200:
        if "*" in _known(request):
            return _unchanged(etag)
        kept = (("ETag", etag), ("Cache-Control", KEPT))
        reply = Reply(reply.status, reply.media, reply.body, (*reply.headers, *kept))
    if media and reply.status == 200:
        reply = Reply(reply.status, media, reply.body, reply.headers)
    return await respond(request, reply)


def tag(snapshot: str, job: Job) -> str:
    r"""Return the tag of an answer; empty for a question whose answer is another one each time.

    >>> tag("1", Query("ASK {}")) == tag("1", Query("ASK {}")) != tag("2", Query("ASK {}"))
    True
    >>> tag("1", Query("SELECT (NOW() AS ?now) {}")), tag("1", Query("SELECT (RAND # of 1\n () AS ?x) {}"))
    ('', '')
    """
    if not isinstance(job, Query | GraphRead | Call) or (isinstance(job, Query) and _CHANGING.search(job.text)):
        return ""
    digest = sha256(f"{snapshot}\n{job!r}".encode(errors="surrogatepass")).hexdigest()
    return f'W/"{digest[:32]}"'


async def respond(request: Request, reply: Reply) -> Response:
    """Return a reply as a response, packed where the client takes that and it is worth it."""
    headers = {}
    body = reply.body
    if len(body) >= _SMALL and gzip_accepted(request.headers.get("accept-encoding", "")):
        level = 6 if len(body) < _FAST else 1
        body = packed(body) if len(body) < _FAST else await asyncio.to_thread(gzip.compress, body, level, mtime=0)
        headers["Content-Encoding"] = "gzip"
    headers["Vary"] = "Accept, Accept-Encoding"
    response = Response(body, reply.status, headers, reply.media or None)
    for name, value in reply.headers:  # a header can come more than once, as warnings do
        response.headers.append(name, value)
    response.headers.setdefault("Cache-Control", "no-store" if reply.media == PROBLEM or not body else KEPT)
    return response


def packed(body: bytes) -> bytes:
    """Return bytes as gzip, the same each time."""
    return gzip.compress(body, 6, mtime=0)


def _unchanged(etag: str) -> Response:
    return Response(None, 304, {"ETag": etag, "Cache-Control": KEPT, "Vary": "Accept, Accept-Encoding"})


def _known(request: Request) -> set[str]:
    """Return the tags that a client has, as weak ones."""
    text = ",".join(request.headers.getlist("if-none-match"))
    tags = (part.strip() for part in text.split(","))
    return {t if t == "*" or t.startswith("W/") else f"W/{t}" for t in tags if t}


async def _unless_gone(request: Request, pool: Workers, job: Job) -> Reply:
    """Return the reply to a job; where the client goes first, the job is stopped."""
    working = asyncio.ensure_future(pool.run(job))
    watching = asyncio.ensure_future(_gone(request))
    try:
        await asyncio.wait((working, watching), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        working.cancel()
        await asyncio.wait((working,))
        raise ClientGoneError
    finally:
        watching.cancel()
        working.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


class ClientGoneError(Exception):
    """Nobody waits for the answer any more."""
