"""The files of the explorer: those of known types that lie in its folder, under plain names, and no others."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bullwhip.resources import PACKAGE
from bullwhip.serve.negotiation import gzip_accepted
from bullwhip.serve.refusals import READING, not_allowed, not_found, options
from bullwhip.serve.responding import packed

__all__ = ["FOLDER", "Files", "page_endpoint"]

FOLDER = PACKAGE / "explorer"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")
_PACKED = (".html", ".js", ".css", ".json", ".svg", ".txt")


@dataclass(frozen=True, slots=True)
class _File:
    state: tuple[int, int]
    media: str
    body: bytes
    small: bytes
    digest: str


class Files:
    """The files of a folder, read when they are first asked for, and again when they have changed."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Serve what lies in `folder`."""
        self._folder = folder.resolve()
        self._known: dict[str, _File] = {}

    def get(self, path: str) -> _File | None:
        """Return a file by its path in the folder; None for anything that is no file of it.

        A path is made of names of plain letters, so that none leads out of the folder; nor does a link.
        """
        parts = path.split("/")
        if len(parts) > 6 or not all(_NAME.fullmatch(part) for part in parts):
            return None
        suffix = Path(parts[-1]).suffix
        file = self._folder.joinpath(*parts)
        if suffix not in TYPES or not file.is_file() or not file.resolve().is_relative_to(self._folder):
            return None
        found = file.stat()
        state = (found.st_mtime_ns, found.st_size)
        known = self._known.get(path)
        if known is None or known.state != state:
            body = file.read_bytes()
            small = packed(body) if suffix in _PACKED and len(body) > 500 else b""
            known = self._known[path] = _File(state, TYPES[suffix], body, small, sha256(body).hexdigest()[:32])
        return known


def page_endpoint(files: Files) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers at `/` with the page and at `/assets/…` with its parts."""

    async def endpoint(request: Request) -> Response:
        if request.method == "OPTIONS":
            return options(READING)
        if request.method not in ("GET", "HEAD"):
            raise not_allowed(request.method, READING)
        path: str = request.scope["path"]
        found = files.get("index.html" if path == "/" else path.removeprefix("/assets/"))
        if found is None:
            raise not_found(path)
        packed_too = bool(found.small) and gzip_accepted(request.headers.get("accept-encoding", ""))
        etag = f'"{found.digest}{"-gzip" if packed_too else ""}"'
        exact = request.scope["query_string"].decode("ascii", "replace") == f"v={found.digest[:16]}"
        kept = "public, max-age=31536000, immutable" if exact else "no-cache"
        headers = {"ETag": etag, "Cache-Control": kept, "Vary": "Accept-Encoding", "Content-Type": found.media}
        known = {t.strip().removeprefix("W/") for t in request.headers.get("if-none-match", "").split(",")}
        if etag in known or "*" in known:
            return Response(None, 304, headers)  # with its type: by it the gate says which policy a kept page has
        if packed_too:
            headers["Content-Encoding"] = "gzip"
        return Response(found.small if packed_too else found.body, 200, headers)

    return endpoint
