"""Lines of the log: one a request, whatever a request says."""

from __future__ import annotations

import time

__all__ = ["line"]

_LONGEST = 200


def line(*parts: str) -> str:
    r"""Return one line with the time in UTC; what could begin another one, or move a terminal, is written out.

    Parts that spaces could split are quoted, so that no part reads as two.

    >>> line("GET", "/a b\n200 OK")[20:]
    'GET "/a b\\n200 OK"'
    """
    now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    return " ".join((now, *map(_plain, parts)))


def _plain(text: str) -> str:
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    safe = "".join(c if c.isprintable() and c not in '\\"' else c.encode("unicode_escape").decode() for c in cut)
    return f'"{safe}"' if " " in safe or not safe else safe
