"""A process of its own that reads one RDF file: a line of JSON and the bytes come in, sorted N-Quads go out.

What a parser dies of ends this process and no other. It may open nothing and connect nowhere: once the bytes are read
it has no file descriptor to spare. What it found is one line of JSON on stderr.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, cast

import pyoxigraph as ox

from bullwhip.errors import Place, Problem
from bullwhip.store.canonical import line_end
from bullwhip.store.lexical import beyond, fault
from bullwhip.store.locating import find_iri, find_literal
from bullwhip.store.rdf_input import Form, Limits, Text, check_text, decode
from bullwhip.store.telling import Telling, say
from bullwhip.store.worker_limits import bound, end_with_parent

__all__ = ["Reading", "main", "read"]

_RDF: dict[Form, ox.RdfFormat] = {
    "turtle": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
_BASE = "x-relative-iri://bullwhip.invalid/here/"
"""What a relative IRI is resolved against, so that it is seen; an IRI of a file must not depend on where it lies."""

_TRIPLES = ("turtle", "ntriples", "rdfxml")
"""Formats that name no graphs."""

_MAX_PROBLEMS = 20
_STRING = "http://www.w3.org/2001/XMLSchema#string"


class Reading:
    """Reads the statements of one text and notes what is wrong with them.

    Args:
        text: the text of the file.
        form: its format.
        graph: the graph of statements that name none.
        keep_large: whether numbers are kept as text that a store cannot compute with.
        limits: the limit on IRIs counts here.
        told: whether to tell on stderr how far it has come.
        base: what relative IRIs are resolved against; they are refused where it is empty.
    """

    def __init__(
        self,
        text: Text,
        form: Form,
        graph: str,
        keep_large: bool,
        limits: Limits,
        told: bool = False,
        base: str = "",
    ) -> None:
        self.text, self.form, self.keep_large, self.limits, self.told = text, form, keep_large, limits, told
        self.base = base
        self.graph = ox.NamedNode(graph)
        # two files may bring different graphs and have the same one for what names none: their nodes are not the same
        whose = graph if form in _TRIPLES else f"{graph} {PurePath(text.name).name}"
        self.prefix = f"b{hashlib.sha256(whose.encode()).hexdigest()[:12]}n"
        self.problems: list[Problem] = []
        self.large: dict[tuple[str, str], bool] = {}
        self._blank: dict[str, ox.BlankNode] = {}
        self._known: set[object] = set()

    def lines(self) -> bytes:
        """Return the statements as N-Quads in the order of the file, blank nodes numbered as they appear.

        Raises:
            SyntaxError: where the text is not of its format.
        """
        if self.form in _TRIPLES:
            written = cast(bytes, ox.serialize(self._triples(), format=ox.RdfFormat.N_TRIPLES))
            return written.replace(b" .\n", line_end(self.graph.value) + b"\n")
        return cast(bytes, ox.serialize(self._quads(), format=ox.RdfFormat.N_QUADS))

    def _items(self) -> Iterator[Any]:
        base = None if self.form in ("ntriples", "nquads") else self.base or _BASE
        data = self.text.text.encode()
        return iter(ox.parse(Telling(len(data), self.told).reading(data), format=_RDF[self.form], base_iri=base))

    def _triples(self) -> Iterator[ox.Triple]:
        known, blank = self._known, ox.BlankNode
        for item in self._items():
            subject, predicate, value = item.subject, item.predicate, item.object
            if not (subject in known and predicate in known and value in known):
                self._judge_all(subject, predicate, value)
            if subject.__class__ is blank or value.__class__ is blank:
                yield ox.Triple(self._steady(subject), predicate, self._steady(value))
            else:
                yield item.triple
            if self.problems and len(self.problems) >= _MAX_PROBLEMS:
                return

    def _quads(self) -> Iterator[ox.Quad]:
        for item in self._items():
            graph = item.graph_name
            self._judge_all(item.subject, item.predicate, item.object)
            if isinstance(graph, ox.DefaultGraph):
                graph = self.graph
            elif graph not in self._known:
                self._judge(graph, names_graph=True)
            yield ox.Quad(self._steady(item.subject), item.predicate, self._steady(item.object), graph)
            if len(self.problems) >= _MAX_PROBLEMS:
                return

    def _steady(self, part: Any) -> Any:
        if part.__class__ is not ox.BlankNode:
            return part
        return self._blank.setdefault(part.value, ox.BlankNode(f"{self.prefix}{len(self._blank)}"))

    def _judge_all(self, *parts: object) -> None:
        for part in parts:
            if part not in self._known:
                self._judge(part)

    def _judge(self, part: object, names_graph: bool = False) -> None:
        if isinstance(part, ox.Literal):
            self._literal(part)
        elif isinstance(part, ox.NamedNode):
            self._iri(part.value)
        elif isinstance(part, ox.Triple):
            message, hint = (
                "a triple as a term is RDF 1.2, which other stores cannot hold",
                "name the statement by an IRI",
            )
            self._refuse("BW538", message, find_iri(self.text, self.form, "<<"), hint)
        elif names_graph and isinstance(part, ox.BlankNode):
            message, hint = "a graph is named by a blank node", "name it by an IRI, so that it can be removed again"
            self._refuse("BW538", message, find_iri(self.text, self.form, f"_:{part.value}"), hint)
        if len(self._known) < 4_000_000:
            self._known.add(part)

    def _literal(self, literal: ox.Literal) -> None:
        lexical = literal.value
        if "\0" in lexical:
            self._refuse("BW102", "a zero byte is not text", find_iri(self.text, self.form, "\\u0000"), "leave it away")
        if literal.language:
            if getattr(literal, "direction", None) is not None:
                place = find_iri(self.text, self.form, f"@{literal.language}--")
                self._refuse("BW538", "a text with a direction is RDF 1.2", place, "leave the direction away")
            return
        datatype = literal.datatype.value
        if datatype == _STRING:
            return
        wrong = fault(lexical, datatype)
        if wrong:
            hint = "write it as its datatype asks, or as plain text"
            self._refuse("BW536", wrong, find_literal(self.text, self.form, lexical), hint)
            return
        why = beyond(lexical, datatype)
        if why is None:
            return
        self.large[lexical, datatype] = True
        if not self.keep_large or why.endswith("is no number"):
            hint = (
                "keep it with --keep-large as text that no query adds up, or write it as xsd:double or plain text too"
            )
            if why.endswith("is no number"):
                hint = "leave out what has no value"
            self._refuse("BW537", why, find_literal(self.text, self.form, lexical), hint)

    def _iri(self, iri: str) -> None:
        if len(iri) > self.limits.iri:
            message = f"an IRI of {len(iri):,} characters; at most {self.limits.iri:,} are read"
            self._refuse("BW107", message, find_iri(self.text, self.form, iri[:200]))
        elif iri.startswith("x-relative-iri:"):
            written = iri.removeprefix(_BASE)
            message = f"the IRI {written[:80]!r} is relative"
            hint = "write it in full, declare a base in the file, or give one with --base"
            self._refuse("BW103", message, find_iri(self.text, self.form, written), hint)

    def _refuse(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self.problems.append(Problem(code, message, place, hint))


def read(
    name: str,
    data: bytes,
    form: Form,
    graph: str,
    keep_large: bool,
    limits: Limits,
    told: bool = False,
    base: str = "",
) -> tuple[bytes, Any]:
    r"""Return the sorted N-Quads of a file, graph after graph, and what is to say of them as plain data.

    Args:
        name: what messages call the file.
        data: its bytes.
        form: its format.
        graph: the graph of statements that name none.
        keep_large: whether numbers are kept that a store cannot compute with.
        limits: what reading may cost.
        told: whether to tell on stderr how far it has come.
        base: what relative IRIs are resolved against; they are refused where it is empty.

    >>> read("a.nt", b'<urn:a> <urn:p> "b" .', "ntriples", "urn:g", False, Limits())[0]
    b'<urn:a> <urn:p> "b" <urn:g> .\n'
    """
    text = decode(name, data)
    problem = text if isinstance(text, Problem) else check_text(text, form, limits)
    if isinstance(text, Problem) or problem is not None:
        return b"", {"problems": [_plain(cast(Problem, problem))]}
    reading = Reading(text, form, graph, keep_large, limits, told, base)
    written = b""
    try:
        written = reading.lines()
    except SyntaxError as error:
        reading.problems.append(_syntax(text, form, error))
    graphs: dict[str, list[bytes]] = {}
    statements = 0
    for line in written.split(b"\n"):
        if line:
            statements += 1
            graphs.setdefault(line[line.rfind(b" <") + 2 : -3].decode(), []).append(line)
    if not reading.problems and not statements:
        hint = "terms that no context declares say nothing" if form == "jsonld" else "the file says nothing"
        reading.problems.append(Problem("BW103", "the file holds no statement", Place(name, 1, 1, text.line(1)), hint))
    if reading.problems:
        return b"", {"problems": [_plain(p) for p in reading.problems]}
    parts = {g: b"\n".join(sorted(set(lines))) + b"\n" for g, lines in sorted(graphs.items())}
    counts = [[g, len(part), part.count(b"\n")] for g, part in parts.items()]
    return b"".join(parts.values()), {
        "problems": [], "statements": statements, "graphs": counts, "large": len(reading.large)
    }  # fmt: skip


def _syntax(text: Text, form: Form, error: SyntaxError) -> Problem:
    """Return what a parser says, without the place that it repeats, at the place that it means."""
    said = str(error.msg)
    said = said.partition(": ")[2] if said.startswith("Parser error at line") else said
    said = said.removesuffix(".")
    if error.lineno:
        length = max(1, (error.end_offset or 0) - (error.offset or 0))
        place = text.at(error.lineno, error.offset or 1, length)
    else:  # it gives no place: what it quotes is looked for
        quoted = said.partition("'")[2].partition("'")[0]
        place = find_iri(text, form, quoted) if quoted else text.at(1, 1)
    hint = "end the statement before with a dot" if "is not a valid subject" in said else ""
    if "No scheme found" in said:
        hint = "write the IRI in full"
    return Problem("BW103", f"not well-formed: {said}", place, hint)


def _plain(problem: Problem) -> dict[str, Any]:
    place = problem.place or Place("")
    return {
        "code": problem.code, "message": problem.message, "hint": problem.hint,
        "line": place.line, "column": place.column, "text": place.text[: place.column + 200], "length": place.length,
    }  # fmt: skip


def main() -> None:
    """Read a job from stdin and answer it."""
    end_with_parent()
    head, _, data = sys.stdin.buffer.read().partition(b"\n")
    job = json.loads(head)
    limits = Limits(**job["limits"])
    bound(limits, len(data))
    try:
        written, answer = read(
            job["name"], data, job["form"], job["graph"], job["keep_large"], limits, True, job["base"]
        )
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()
    except MemoryError:
        answer = {"memory": True}
    say(answer)


if __name__ == "__main__":
    main()
