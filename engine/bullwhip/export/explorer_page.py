"""The explorer as one page that stands alone: no server, no network, nothing that a policy would have to excuse.

Scripts and styles are inside and named by their hashes in the page's own policy; the font is inside as text. Data are
compressed JSON in elements that no browser runs; so is the program, which a short script unpacks and the policy knows.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bullwhip.errors import LoadError, Problem
from bullwhip.export.escape import xml_attribute, xml_text
from bullwhip.export.script_modules import join_modules

__all__ = ["explorer_page"]

_SCRIPT = re.compile(r'[ \t]*<script type="module" src="assets/([\w./-]+)"></script>\n?')
_STYLE = re.compile(r'[ \t]*<link rel="stylesheet" href="assets/([\w./-]+)">\n?')
_TITLE = re.compile(r"<title>[^<]*</title>")
_CHARSET = '<meta charset="utf-8">\n'
_URL = re.compile(r"url\(\s*([\"']?)([^\"')]+)\1\s*\)")
_COMMENT = re.compile(r"/\*(?:[^*]|\*(?!/))*\*/\n?")
_LOADER = """const packed = document.getElementById("program").textContent.trim();
const bytes = Uint8Array.from(atob(packed), (character) => character.charCodeAt(0));
const opened = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
const program = document.createElement("script");
program.type = "module";
program.textContent = await new Response(opened).text();
document.body.append(program);
"""
_TYPES = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".png": "image/png"}


def explorer_page(files: Mapping[str, bytes], data: Mapping[str, Any], title: str, about: str) -> str:
    """Return the page.

    Args:
        files: the files of the explorer by their paths: `index.html`, modules, styles, the font.
        data: what stands in the page, by the id of its element: `model`, and `answers` by the path that a server
            would be asked; bytes are JSON already.
        title: of the page, until its scripts give it one.
        about: which data and which program the page is of.

    Raises:
        LoadError: BW101 where a file is missing, BW103 where one has a form that cannot stand in one page.
    """
    page = _text(files, "index.html")
    styles = "".join(_style(files, path) for path in _STYLE.findall(page))
    entries = _SCRIPT.findall(page)
    if len(entries) != 1 or _CHARSET not in page or not _TITLE.search(page):
        raise _refused("index.html has not one module script, one title and its character set")
    modules = {path: _text(files, path) for path in files if path.endswith(".js")}
    script = join_modules(modules, entries[0]) + "\n"
    if "</style" in styles.lower():
        raise _refused("a style would end its element")
    head = "".join(
        [
            _CHARSET,
            f'<meta http-equiv="Content-Security-Policy" content="{_policy([_LOADER, script], styles)}">\n',
            f'<meta name="generator" content="{xml_attribute(about)}">\n',
        ]
    )
    blocks = "".join(_block(name, _json(value)) for name, value in data.items()) + _block("program", script.encode())
    page = _TITLE.sub(lambda _: f"<title>{xml_text(title)}</title>", page, count=1)
    page = page.replace(_CHARSET, head, 1)
    page = _STYLE.sub("", page)
    page = page.replace("</head>", f"<style>{styles}</style>\n</head>", 1)
    return _SCRIPT.sub(lambda _: f'{blocks}<script type="module">{_LOADER}</script>\n', page)


def _policy(scripts: Sequence[str], styles: str) -> str:
    """Return a policy under which these scripts and this style run, and nothing else is run or asked for."""
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {_hash(styles)}",
            "font-src data:",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "backslashreplace")  # a lone surrogate is an escape of JSON too


def _block(name: str, written: bytes) -> str:
    """Return data as an element of text that no browser runs; its letters cannot end it, whatever is inside."""
    packed = base64.b64encode(gzip.compress(written, 9, mtime=0)).decode()
    kind = "application/octet-stream"
    return f'<script type="{kind}" id="{xml_attribute(name)}" data-encoding="gzip+base64">{packed}</script>\n'


def _style(files: Mapping[str, bytes], path: str) -> str:
    """Return a style without comments, with what it refers to inside."""

    def inside(found: re.Match[str]) -> str:
        target = found[2]
        if target.startswith("data:"):
            return found[0]
        kind = next((kind for ending, kind in _TYPES.items() if target.endswith(ending)), None)
        if kind is None or target not in files:
            raise _refused(f"{path} refers to {target}, which cannot stand in one page")
        return f'url("data:{kind};base64,{base64.b64encode(files[target]).decode()}")'

    return _URL.sub(inside, _COMMENT.sub("", _text(files, path)))


def _text(files: Mapping[str, bytes], path: str) -> str:
    if path not in files:
        raise _refused(f"{path} is missing from this installation", "BW101")
    return files[path].decode("utf-8").replace("\r\n", "\n")


def _refused(what: str, code: str = "BW103") -> LoadError:
    return LoadError(Problem(code, f"the explorer cannot be written as one page: {what}"))
