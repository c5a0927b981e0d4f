"""Runs printed inference rules elsewhere: SPARQL to a fixpoint on Oxigraph, clingo, and Nemo where it is there."""

from __future__ import annotations

import re
import tempfile
from importlib import import_module
from pathlib import Path
from typing import cast

import pyoxigraph as ox

from bullwhip.datalog.evaluate import evaluate
from bullwhip.datalog.facts import NQuads
from bullwhip.datalog.predicates import Key, iri, is_of_graph, key_of
from bullwhip.datalog.values import skolem_term
from bullwhip.export.rule_forms import graph_keys
from bullwhip.export.rules_logic import clingo_name, nemo_name, to_clingo, to_nemo
from bullwhip.export.rules_sparql import RELATIONS, queries
from bullwhip.model.inference import InferenceProgram
from bullwhip.terms import PREFIXES, literal

Found = dict[Key, set[tuple[str, ...]]]
"""The facts of each predicate that rules derive, stated ones included."""


def derived_keys(program: InferenceProgram) -> list[Key]:
    """Return the predicates that rules derive."""
    return sorted({key_of(h) for r in program.rules for h in r.heads})


def by_us(program: InferenceProgram, nquads: bytes) -> Found:
    """Return what our engine derives."""
    inferred = evaluate(program, NQuads(nquads))
    return {key: set(inferred.facts(*key)) for key in derived_keys(program)}


def by_sparql(program: InferenceProgram, nquads: bytes) -> Found:
    """Return what the queries construct, run layer by layer until nothing new comes."""
    store = ox.Store()
    store.load(nquads, format=ox.RdfFormat.N_QUADS)
    asked = queries(program)
    for layer in sorted({q.layer for q in asked}):
        size = -1
        while size != len(store):
            size = len(store)
            for query in (q for q in asked if q.layer == layer):
                found = cast(ox.QueryTriples, store.query(query.text, use_default_graph_as_union=True))
                store.extend([ox.Quad(t.subject, t.predicate, t.object, ox.DefaultGraph()) for t in found])
    return {key: _asked(store, key) for key in derived_keys(program)}


def _asked(store: ox.Store, key: Key) -> set[tuple[str, ...]]:
    name, arity = key
    columns = " ".join(f"?a{n}" for n in range(arity))
    if not is_of_graph(name):
        arguments = " ; ".join(f"<{RELATIONS}{n + 1}> ?a{n}" for n in range(arity))
        pattern = f"?f a <{RELATIONS}{name}.{arity}> ; {arguments}"
    else:
        pattern = f"?a0 a <{iri(name)}>" if arity == 1 else f"?a0 <{iri(name)}> ?a1"
    text = f"SELECT {columns} WHERE {{ {pattern} }}"
    rows = cast(ox.QuerySolutions, store.query(text, use_default_graph_as_union=True))
    return {tuple(str(cell) for cell in row) for row in rows}


def by_clingo(program: InferenceProgram, nquads: bytes) -> Found:
    """Return what clingo derives."""
    import clingo

    stated = NQuads(nquads).read(graph_keys(program.rules))
    facts = {key: list(zip(*rows.columns, strict=True)) for key, rows in stated.items()}
    control = clingo.Control(["--warn=none"], logger=lambda *_: None)
    control.add("base", [], to_clingo(program, facts))
    control.ground([("base", [])])
    with control.solve(yield_=True) as models:
        symbols = [s for model in models for s in model.symbols(atoms=True)]
    found: Found = {}
    for key in derived_keys(program):
        name = clingo_name(key)
        found[key] = {tuple(map(_term, s.arguments)) for s in symbols if s.name == name and len(s.arguments) == key[1]}
    return _with_stated(found, nquads)


def _term(symbol: object) -> str:
    from clingo import Symbol, SymbolType

    assert isinstance(symbol, Symbol)
    if symbol.type == SymbolType.Number:
        return literal(str(symbol.number), datatype=f"{PREFIXES['xsd']}integer")
    if symbol.type == SymbolType.String:
        return symbol.string
    kind, *arguments = symbol.arguments
    return skolem_term(kind.string, tuple(map(_term, arguments)))


def by_nemo(program: InferenceProgram, nquads: bytes) -> Found:
    """Return what Nemo derives; for programs without new nodes, which it names in another way."""
    nemo = import_module("nmo_python")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "graph.nq"
        path.write_bytes(nquads)
        engine = nemo.NemoEngine(nemo.load_string(to_nemo(program, str(path))))
        engine.reason()
        found = {}
        for key in derived_keys(program):
            found[key] = {tuple(map(_nemo_term, row)) for row in engine.result(nemo_name(key))}
    return _with_stated(found, nquads)


def _nemo_term(term: object) -> str:
    if isinstance(term, int):
        return literal(str(term), datatype=f"{PREFIXES['xsd']}integer")
    if isinstance(term, str):
        return str(term) if re.fullmatch(r"<.*>", str(term)) else literal(str(term))
    return literal(term.value(), term.language() or "")  # type: ignore[attr-defined]


def _with_stated(found: Found, nquads: bytes) -> Found:
    """Return facts with those that the graph states of predicates that no rule reads."""
    for key, stated in NQuads(nquads).read([k for k in found if is_of_graph(k[0])]).items():
        found[key] |= set(zip(*stated.columns, strict=True))
    return found


__all__ = ["Found", "by_clingo", "by_nemo", "by_sparql", "by_us", "derived_keys"]
