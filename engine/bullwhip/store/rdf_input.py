"""What the bytes of an RDF file must be before a parser sees them, and where in them something stands.

Parsers die of what this refuses: deep nesting ends a process, entities fill its memory, a remote context asks the
network. Every check is linear in the size of the file. Positions are lines and columns in characters, from 1.
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from xml.parsers import expat

from bullwhip.errors import Place, Problem

__all__ = ["FORMATS", "Form", "Limits", "Text", "check_text", "decode"]

Form = Literal["turtle", "trig", "ntriples", "nquads", "jsonld", "rdfxml"]

FORMATS: Mapping[Form, tuple[str, ...]] = {
    "turtle": ("ttl",),
    "trig": ("trig",),
    "ntriples": ("nt",),
    "nquads": ("nq",),
    "jsonld": ("jsonld", "json-ld"),
    "rdfxml": ("rdf", "rdfxml", "owl"),
}
"""Every format that is read, with the endings of its files."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one RDF file may cost."""

    size: int = 2_000_000_000
    """Bytes of the file."""
    depth: int = 64
    """Levels of brackets, of JSON or of elements."""
    iri: int = 8_000
    """Characters of an IRI."""
    seconds: float = 300
    """Time on the clock and of the processor."""
    memory: int = 2**31
    """Bytes of address space, beside twenty times the size of the file."""


class Text:
    """The text of a file, with its lines."""

    def __init__(self, name: str, text: str) -> None:
        self.name, self.text = name, text
        self._starts: list[int] | None = None

    def place(self, start: int, length: int = 1) -> Place:
        """Return the place of an offset."""
        if self._starts is None:
            self._starts = [0, *(m.end() for m in re.finditer("\n", self.text))]
        line = bisect.bisect_right(self._starts, start)
        begin = self._starts[line - 1]
        return Place(self.name, line, start - begin + 1, self.line(line), max(1, length))

    def line(self, number: int) -> str:
        """Return a line by its number, without its end."""
        if self._starts is None:
            self._starts = [0, *(m.end() for m in re.finditer("\n", self.text))]
        if not 0 < number <= len(self._starts):
            return ""
        begin = self._starts[number - 1]
        end = self.text.find("\n", begin)
        return self.text[begin : end if end >= 0 else None].rstrip("\r")

    def at(self, line: int, column: int, length: int = 1) -> Place:
        """Return the place of a line and column; one behind the end of the text is at its end."""
        last = max(1, self.text.count("\n") + (not self.text.endswith("\n")))
        shown = self.line(min(max(line, 1), last))
        end = len(shown) + 1
        return Place(
            self.name, min(max(line, 1), last), end if line > last else max(1, min(column, end)), shown, length
        )


_MAGIC = (
    (b"\x1f\x8b", "gzip"),
    (b"PK\x03\x04", "zip"),
    (b"BZh", "bzip2"),
    (b"\xfd7zXZ", "xz"),
    (b"\x28\xb5\x2f\xfd", "zstd"),
)


def decode(name: str, data: bytes) -> Text | Problem:
    r"""Return the text of a file without its byte order mark, or what keeps it from being text.

    >>> decode("a.ttl", b"\xef\xbb\xbf<urn:a>").text, decode("a.ttl", b"a\n\xff").place.line
    ('<urn:a>', 2)
    """
    for magic, kind in _MAGIC:
        if data.startswith(magic):
            return Problem("BW102", f"a {kind} archive and not text", Place(name, 1, 1), "unpack it first")
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line = before.count("\n") + 1
        column = len(before.rpartition("\n")[2]) + 1
        whole = data.split(b"\n", line)[line - 1][:400].decode("utf-8", "replace")
        message = f"byte 0x{data[error.start]:02x} is not UTF-8"
        return Problem("BW102", message, Place(name, line, column, whole), "save the file as UTF-8")
    found = text.find("\0")
    if found >= 0:
        return Problem("BW102", "a zero byte is not text", Text(name, text).place(found), "save the file as UTF-8")
    return Text(name, text)


def check_text(text: Text, form: Form, limits: Limits) -> Problem | None:
    """Return what keeps a text from a parser: its size in levels, or what it would fetch.

    Args:
        text: the text of a file.
        form: its format.
        limits: the limit on depth counts here.

    >>> bomb = '<!DOCTYPE r [<!ENTITY a "b">]><r/>'
    >>> print(check_text(Text("a.rdf", bomb), "rdfxml", Limits()).message)
    a document type is refused: entities can grow without end and fetch files
    """
    if not text.text.strip():
        return Problem("BW103", "the file is empty", Place(text.name, 1, 1), "nothing is loaded from an empty file")
    if form == "rdfxml":
        return _check_xml(text, limits)
    if form == "jsonld":
        return _too_deep(text, _JSON, limits) or _remote(text)
    if form in ("ntriples", "nquads") and "<<" not in text.text:
        return None  # nothing else nests in lines
    return _too_deep(text, _TURTLE, limits)


_TURTLE = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r"|(?P<bad>[\"'])|\\."
    r'|<[^<>"{}|^`\\\x00-\x20]*>|#[^\n]*'
    r"|(?P<open><<|[\[({])|(?P<close>>>|[\])}])",
    re.DOTALL,
)
_JSON = re.compile(r'"(?:[^"\\]|\\.)*"|(?P<bad>")|(?P<open>[\[{])|(?P<close>[\]}])', re.DOTALL)


def _too_deep(text: Text, pattern: re.Pattern[str], limits: Limits) -> Problem | None:
    """Count brackets outside strings, IRIs and comments."""
    depth = 0
    for match in pattern.finditer(text.text):
        if match.lastgroup == "open":
            depth += 1
            if depth > limits.depth:
                message = f"nested deeper than {limits.depth} levels"
                return Problem("BW107", message, text.place(match.start()), "name the inner nodes and refer to them")
        elif match.lastgroup == "close":
            depth = max(0, depth - 1)
        elif match.lastgroup == "bad":
            break  # a string without end: the parser tells it, and looking on would take time without end
    return None


_CONTEXT = re.compile(r'"@(?P<key>context|import)"\s*:\s*(?P<value>"(?:[^"\\]|\\.)*"|\[)', re.DOTALL)
_ITEM = re.compile(r'\s*,?\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<open>[{\[])|null)', re.DOTALL)


def _remote(text: Text) -> Problem | None:
    """Find a context of JSON-LD that stands in another document."""
    hint = "write the context into the file: nothing is fetched"
    for match in _CONTEXT.finditer(text.text):
        start, found = match.start("value"), match["value"]
        if found == "[":
            item = next(_texts_in_list(text.text, match.end()), None)
            if item is None:
                continue
            start, found = item
        message = f"the context {found[:80]} lies outside of the file"
        return Problem("BW535", message, text.place(start, len(found)), hint)
    return None


def _texts_in_list(text: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the strings that are items of a JSON list, but not those within its items."""
    while (item := _ITEM.match(text, start)) is not None:
        if item["text"]:
            yield item.start("text"), item["text"]
        start = item.end()
        depth = 1 if item["open"] else 0
        while depth and (inner := _JSON.search(text, start)):
            depth += (inner.lastgroup == "open") - (inner.lastgroup == "close")
            start = inner.end()


_ENCODING = re.compile(r"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"']*)")


def _check_xml(text: Text, limits: Limits) -> Problem | None:
    """Hold RDF/XML against XML itself: a file that is cut short is half a document and no smaller one."""
    encoding = _ENCODING.match(text.text)
    if encoding and encoding[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        place = text.place(encoding.start(1), len(encoding[1]))
        return Problem("BW102", f"the encoding {encoding[1]!r} is not read", place, "save the file as UTF-8")
    return _well_formed(text, limits)


class _StoppedError(Exception):
    pass


def _well_formed(text: Text, limits: Limits) -> Problem | None:
    parser = expat.ParserCreate("utf-8")
    depth = 0
    code, message, hint = "BW107", f"nested deeper than {limits.depth} levels", "name the inner nodes and refer to them"

    def begin(_name: str, _attributes: object) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.depth:
            raise _StoppedError

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        nonlocal code, message, hint
        code, hint = "BW535", "write the IRIs out and leave it away"
        message = "a document type is refused: entities can grow without end and fetch files"
        raise _StoppedError

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = doctype
    data = text.text.encode()
    try:
        for start in range(0, len(data), 1 << 20):
            parser.Parse(data[start : start + (1 << 20)], False)
        parser.Parse(b"", True)
    except _StoppedError:
        return Problem(code, message, text.at(parser.CurrentLineNumber, parser.CurrentColumnNumber + 1), hint)
    except expat.ExpatError as error:
        message = f"not well-formed XML: {expat.ErrorString(error.code)}"
        return Problem("BW103", message, text.at(error.lineno, error.offset + 1))
    return None
