"""Finds where in an RDF file a literal or an IRI is written; parsed triples carry no positions of their own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

from bullwhip.errors import Place
from bullwhip.store.rdf_input import Form, Text

__all__ = ["find_iri", "find_literal"]

_TURTLE = re.compile(
    r'(?P<long>"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\')'
    r'|(?P<short>"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\')'
    r'|(?P<bad>["\'])|<[^<>"{}|^`\\\x00-\x20]*>|#[^\n]*'
    r"|(?P<word>[^\s<>\"'\[\]{}(),;#]+)",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_LETTERS = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_JSON = re.compile(r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<bad>")|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)', re.DOTALL)


def find_literal(text: Text, form: Form, lexical: str) -> Place:
    """Return the first place where a typed literal of this text is written; the top of the file where none is found.

    >>> str(find_literal(Text("a.ttl", '<urn:a> <urn:p> "x", "1e3"^^<urn:d> .'), "turtle", "1e3"))
    'a.ttl:1:22'
    """
    if form == "rdfxml":
        found = _in_xml(text, lexical)
    else:
        found = next(_in_json(text, lexical) if form == "jsonld" else _in_turtle(text, lexical), None)
    return found or text.at(1, 1)


def find_iri(text: Text, form: Form, written: str) -> Place:
    """Return the first place where an IRI is written as it stands there, relative or not.

    >>> str(find_iri(Text("a.ttl", "<urn:a> <urn:p> <b> ."), "turtle", "b"))
    'a.ttl:1:18'
    """
    quotes = {"jsonld": '""', "rdfxml": "\"\"''"}.get(form, "<>")
    for opening, closing in zip(quotes[::2], quotes[1::2], strict=True):
        start = text.text.find(f"{opening}{written}{closing}")
        if start >= 0:
            return text.place(start + 1, len(written))
    start = text.text.find(written) if written else -1
    return text.place(start, len(written)) if start >= 0 else text.at(1, 1)


def _in_turtle(text: Text, lexical: str) -> Iterator[Place]:
    for match in _TURTLE.finditer(text.text):
        kind = match.lastgroup
        if kind == "bad":
            return
        if kind == "word" and match[0].rstrip(".") == lexical.rstrip("."):
            yield text.place(match.start(), len(lexical))
        elif kind in ("long", "short"):
            cut = 3 if kind == "long" else 1
            if _unescape(match[0][cut:-cut]) == lexical and text.text.startswith("^^", match.end()):
                yield text.place(match.start(), len(match[0]))


def _unescape(written: str) -> str:
    def letter(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _LETTERS.get(match[3], match[3])

    return _ESCAPE.sub(letter, written) if "\\" in written else written


def _in_json(text: Text, lexical: str) -> Iterator[Place]:
    for match in _JSON.finditer(text.text):
        if match["bad"]:
            return
        if match["string"]:
            same = json.loads(match["string"], strict=False) == lexical
        else:
            same = _same_number(match["number"], lexical)
        if same:
            yield text.place(match.start(), len(match[0]))


def _same_number(written: str, lexical: str) -> bool:
    try:
        return written == lexical or float(written) == float(lexical)
    except ValueError:
        return False


def _in_xml(text: Text, lexical: str) -> Place | None:
    parser = expat.ParserCreate("utf-8")
    found: list[tuple[int, int]] = []
    said: list[Any] = []

    def begin(*_: object) -> None:
        said[:] = ["", None]

    def characters(part: str) -> None:
        if said:
            said[0] += part
            said[1] = said[1] or (parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)

    def end(_name: str) -> None:
        if said and said[0] == lexical and said[1]:
            found.append(said[1])
        said.clear()

    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, characters
    parser.Parse(text.text.encode(), True)
    return text.at(*found[0], len(lexical)) if found else None
