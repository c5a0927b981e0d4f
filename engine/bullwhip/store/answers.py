"""Answers of an endpoint as terms: SPARQL results in JSON, and N-Triples; what is cut or of another form is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pyoxigraph as ox

from bullwhip.errors import Problem, QueryError
from bullwhip.store.interface import Answer, Cell
from bullwhip.terms import PREFIXES, resource

__all__ = ["SKOLEM", "blank", "read_json", "read_ntriples", "skolem"]

SKOLEM = resource("blank", "")
"""Begins the IRIs that stand for blank nodes at an endpoint, which has labels of its own for those it gets."""

_BOOLEAN = ox.NamedNode(f"{PREFIXES['xsd']}boolean")
_LABEL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


def skolem(term: Any) -> Any:
    """Return a term whose blank nodes are IRIs.

    >>> skolem(ox.BlankNode("x"))
    <NamedNode value=https://w3id.org/bullwhip/id/blank/x>
    """
    if isinstance(term, ox.BlankNode):
        return ox.NamedNode(resource("blank", term.value))
    if isinstance(term, ox.Triple):
        return ox.Triple(skolem(term.subject), term.predicate, skolem(term.object))
    return term


def blank(term: Any) -> Any:
    """Return a term whose IRIs that stand for blank nodes are blank nodes again.

    >>> blank(skolem(ox.BlankNode("x")))
    <BlankNode value=x>
    """
    if isinstance(term, ox.NamedNode) and term.value.startswith(SKOLEM):
        return ox.BlankNode(unquote(term.value[len(SKOLEM) :]))
    if isinstance(term, ox.Triple):
        return ox.Triple(blank(term.subject), term.predicate, blank(term.object))
    return term


def read_json(content: bytes, form: str, name: str) -> Answer:
    """Return the answer to SELECT or ASK.

    Args:
        content: the whole body.
        form: `select` or `ask`, as was asked.
        name: what messages call the endpoint.

    Raises:
        QueryError: BW524 when it is cut off, or of another form.

    >>> read_json(b'{"head": {}, "boolean": true}', "ask", "it").rows
    [(<Literal value=true datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#boolean>>,)]
    """
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise _wrong(name, f"is cut off or no JSON ({error})", content) from None
    try:
        if form == "ask":
            truth = ox.Literal("true" if _truth(found) else "false", datatype=_BOOLEAN)
            return Answer("ask", ("answer",), [(truth,)])
        variables = found["head"]["vars"]
        if not all(isinstance(v, str) for v in variables):
            raise TypeError("vars")
        return Answer("select", tuple(variables), list(_rows(found["results"]["bindings"], variables)))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise _wrong(name, f"is not of the form of SPARQL results: {error}", content) from None


def _truth(found: dict[str, Any]) -> bool:
    """Return the answer to ASK; Virtuoso gives a table of one number, and none for no."""
    if found["head"].get("vars") == ["__ASK_RETVAL"]:
        return [row["__ASK_RETVAL"]["value"] for row in found["results"]["bindings"]] == ["1"]
    truth = found["boolean"]
    if not isinstance(truth, bool):
        raise TypeError("boolean")
    return truth


def _rows(bindings: list[dict[str, Any]], variables: list[str]) -> Iterator[tuple[Cell, ...]]:
    names = frozenset(variables)
    for binding in bindings:
        if not names.issuperset(binding):
            raise ValueError(f"a row has {sorted(set(binding) - names)[0]!r}, which is no column")
    typed, iris = dict(_spelled(bindings)), {}
    for binding in bindings:
        row: list[Cell] = []
        for variable in variables:
            cell = binding.get(variable)
            if cell is None:
                row.append(None)
            elif cell["type"] == "uri":
                value = cell["value"]
                if value not in iris:
                    iris[value] = blank(ox.NamedNode(value))
                row.append(iris[value])
            elif "datatype" in cell:
                row.append(typed[cell["value"], cell["datatype"]])
            else:
                row.append(_term(cell))
        yield tuple(row)


def _spelled(bindings: list[dict[str, Any]]) -> Iterator[tuple[tuple[str, str], Cell]]:
    """Yield the typed literals of an answer by text and datatype, in the spelling that all our stores have."""
    typed = {
        (cell["value"], cell["datatype"]) for binding in bindings for cell in binding.values() if "datatype" in cell
    }
    keys = sorted(typed)
    store, node = ox.Store(), ox.NamedNode("urn:x")
    store.extend(
        ox.Quad(ox.NamedNode(f"urn:{n}"), node, ox.Literal(text, datatype=ox.NamedNode(kind)))
        for n, (text, kind) in enumerate(keys)
    )
    for quad in store:
        yield keys[int(str(quad.subject)[5:-1])], quad.object


def _term(cell: dict[str, Any]) -> Any:
    kind, value = cell["type"], cell["value"]
    if kind != "triple" and not isinstance(value, str):
        raise TypeError(f"the value {value!r} is no text")
    if "its:dir" in cell:
        raise ValueError("a literal with a direction is not read")
    if kind in ("literal", "typed-literal"):  # the second is older than the standard, and still sent
        if "datatype" in cell:
            return ox.Literal(value, datatype=ox.NamedNode(cell["datatype"]))
        return ox.Literal(value, language=cell.get("xml:lang") or None)
    if kind == "bnode":
        return ox.BlankNode(value if _LABEL.fullmatch(value) else f"x{value.encode().hex()}")
    if kind == "uri":
        return blank(ox.NamedNode(value))
    if kind == "triple":
        return ox.Triple(*(_term(value[part]) for part in ("subject", "predicate", "object")))
    raise ValueError(f"no type of term {kind!r}")


def read_ntriples(content: bytes, framed: bool, name: str) -> Answer:
    """Return the answer to CONSTRUCT or DESCRIBE.

    Args:
        content: the whole body.
        framed: whether the answer has said how long it is; N-Triples cut at a line end do not show it.
        name: what messages call the endpoint.

    Raises:
        QueryError: BW524 when it may be cut off, or is not N-Triples.
    """
    if not framed:
        raise _wrong(name, "does not say where it ends", content)
    try:
        parsed = ox.parse(content, format=ox.RdfFormat.N_TRIPLES)
        rows = [(blank(t.subject), t.predicate, blank(t.object)) for t in parsed]
    except (SyntaxError, ValueError) as error:
        raise _wrong(name, f"is cut off or no N-Triples ({error})", content) from None
    return Answer("construct", ("subject", "predicate", "object"), rows)


def _wrong(name: str, what: str, content: bytes) -> QueryError:
    end = " ".join(content[-200:].decode("utf-8", "replace").split())[-120:]
    hint = f"it ends with: {end}" if end else ""
    return QueryError(Problem("BW524", f"the answer of {name} {what[:300]}", hint=hint))
