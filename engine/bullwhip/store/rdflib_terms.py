"""Terms to rdflib and back; literals keep their lexical form, which rdflib would otherwise rewrite."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from bullwhip.errors import Problem, QueryError
from bullwhip.store.interface import Cell
from bullwhip.terms import PREFIXES

if TYPE_CHECKING:
    from rdflib import BNode, Dataset, Graph, Literal, URIRef

__all__ = ["add_quads", "from_rdflib", "new_dataset", "to_rdflib_term"]

_STRING = ox.NamedNode(f"{PREFIXES['xsd']}string")


def to_rdflib_term(term: object) -> URIRef | BNode | Literal:
    """Return a term as one of rdflib.

    Raises:
        QueryError: BW525 for a triple term, or a literal with a direction: rdflib knows RDF 1.1 alone.

    >>> to_rdflib_term(ox.Literal("32.60", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#decimal"))).n3()
    '"32.60"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    """
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    if not isinstance(term, ox.Literal) or term.direction is not None:
        raise QueryError(Problem("BW525", f"rdflib has no term {term}: it knows RDF 1.1 alone"))
    if term.language:
        return Literal(term.value, lang=term.language)
    datatype = None if term.datatype == _STRING else URIRef(term.datatype.value)
    return Literal(term.value, datatype=datatype, normalize=False)


def from_rdflib(term: Any) -> Cell:
    """Return a term of rdflib as one of the engine; what is neither IRI, blank node nor literal is unbound.

    >>> from rdflib import Literal
    >>> from_rdflib(Literal("液冷", lang="zh"))
    <Literal value=液冷 language=zh>
    """
    from rdflib import BNode, Literal, URIRef

    if isinstance(term, URIRef):
        return ox.NamedNode(str(term))
    if isinstance(term, BNode):
        return ox.BlankNode(str(term))
    if not isinstance(term, Literal):
        return None
    if term.language:
        return ox.Literal(str(term), language=term.language)
    return ox.Literal(str(term), datatype=ox.NamedNode(str(term.datatype)) if term.datatype else _STRING)


def new_dataset() -> Dataset:
    """Return an empty Dataset in memory whose default graph is the union of all graphs, with our prefixes."""
    from rdflib import Dataset

    dataset = Dataset(default_union=True)
    for prefix, namespace in PREFIXES.items():
        dataset.bind(prefix, namespace, override=True, replace=True)
    return dataset


def add_quads(dataset: Dataset, quads: Iterable[ox.Quad]) -> None:
    """Add quads to a Dataset; nothing is added when one has a term that rdflib has not."""
    from rdflib import URIRef

    with _quiet():
        rows = [
            (q.graph_name, (to_rdflib_term(q.subject), to_rdflib_term(q.predicate), to_rdflib_term(q.object)))
            for q in quads
        ]
    graphs: dict[object, Graph] = {}
    for name, triple in rows:
        if name not in graphs:
            default = isinstance(name, ox.DefaultGraph)
            graphs[name] = dataset.default_graph if default else dataset.graph(URIRef(getattr(name, "value", "")))
        graphs[name].add(triple)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep rdflib from logging a traceback for each literal that is not one of its datatype; it is kept as written."""
    logger = logging.getLogger("rdflib.term")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
