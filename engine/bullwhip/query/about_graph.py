"""What the graph says of itself: which workspace it is, from which files, by which engine, after which documents."""

from __future__ import annotations

from collections.abc import Iterator

import pyoxigraph as ox

from bullwhip.model.about import About
from bullwhip.terms import PREFIXES, resource

__all__ = ["describe_graph"]


def describe_graph(about: About) -> Iterator[ox.Quad]:
    """Yield statements about the graph of the model, in that graph.

    They are title, id, data date, documents, a hash of the input files, and the version of the engine.
    """
    node = ox.NamedNode(resource("graph", "model"))

    def say(prefix: str, name: str, value: ox.NamedNode | ox.Literal) -> ox.Quad:
        return ox.Quad(node, ox.NamedNode(PREFIXES[prefix] + name), value, node)

    for language, text in (("zh", about.label.zh), ("en", about.label.en)):
        if text:
            yield say("dct", "title", ox.Literal(text, language=language))
    yield say("dct", "identifier", ox.Literal(about.workspace))
    yield say("schema", "sha256", ox.Literal(about.inputs))
    yield say("schema", "softwareVersion", ox.Literal(f"bullwhip {about.version}"))
    if about.data_date:
        yield say("dct", "modified", ox.Literal(about.data_date, datatype=ox.NamedNode(PREFIXES["xsd"] + "date")))
    for document in about.documents:
        yield say("dct", "source", ox.NamedNode(resource("document", document.id)))
