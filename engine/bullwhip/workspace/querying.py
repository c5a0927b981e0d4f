"""The RDF dataset of a workspace, kept in the cache, and the queries over it."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from bullwhip.errors import Place, Problem, QueryError, UsageError, did_you_mean
from bullwhip.model.program import CompiledProgram
from bullwhip.query.about_graph import describe_graph
from bullwhip.query.dataset import build_quads, to_nquads
from bullwhip.query.header import CHOICES, NEEDS, TYPES, QueryHeader, read_header, read_headers, read_parameters
from bullwhip.query.sparql import Table, run
from bullwhip.query.unknown_terms import unknown_terms
from bullwhip.resources import data
from bullwhip.store.generations import is_store
from bullwhip.store.interface import Store
from bullwhip.workspace.cache import read_blob, write_blob
from bullwhip.workspace.calling import SIGNATURES, functions_of
from bullwhip.workspace.describing import about_data
from bullwhip.workspace.inferring import with_inferred
from bullwhip.workspace.needing import needed_store
from bullwhip.workspace.parameters import known_values, suggest_value

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["named", "nquads", "query", "query_help"]


def nquads(program: CompiledProgram, files: Mapping[str, bytes], as_of: str, policy: str) -> bytes:
    """Return the dataset of a program as sorted N-Quads, from the cache where nothing has changed."""
    kind = f"as-of-{as_of}-{policy.replace(':', '=')}.nq" if as_of or policy else "nq"
    found = read_blob(program.key, kind)
    if found is None:
        ontology = {n: b for n, b in files.items() if n.startswith(("ontology/chain/", "ontology/shapes/"))}
        for name in ("core.ttl", "shapes.ttl"):
            ontology[f"ontology/{name}"] = (data("ontology") / name).read_bytes()
        said = describe_graph(about_data(program, files, as_of, policy))
        found = with_inferred(program.inference, to_nquads([*build_quads(program, ontology), *said]))
        write_blob(program.key, kind, found)
    return found


def named(workspace: Workspace, name: str, text: str | None) -> tuple[str, str, QueryHeader]:
    """Return the file name, text and header of a query."""
    if text is not None:
        return name, text, read_header(name, text, named=False)
    headers = {h.id: h for h in read_headers(workspace.files)}
    if name not in headers:
        raise UsageError(Problem("BW001", f"no query {name!r}", hint=_nearest(name, headers)))
    file = f"queries/{name}.rq"
    return file, workspace.files[file].decode("utf-8"), headers[name]


def _nearest(name: str, known: Collection[str]) -> str:
    """Return a hint for the name of a query that there is not: near in full, in its last part, or holding its words."""
    last = name.rpartition("/")[2]
    by_last = {k.rpartition("/")[2]: k for k in known}
    near = [k for k in by_last.values() if last and (last in k or set(last.split("_")) <= set(re.split("[_/]", k)))]
    near = near or [by_last[n] for n in difflib.get_close_matches(last, by_last, n=3, cutoff=0.6)]
    hint = did_you_mean(name, known) or (f"did you mean {' or '.join(map(repr, sorted(near)[:3]))}?" if near else "")
    return hint or "bullwhip query lists them"


def query(
    workspace: Workspace,
    name: str,
    parameters: Mapping[str, str | Sequence[str]],
    text: str | None,
    store: Store | None = None,
) -> Table:
    """Run a named query, or the text of a query file, on the workspace or on another store."""
    file, sparql, header = named(workspace, name, text)
    program = workspace.program
    known = known_values(program, (p.type for p in header.parameters))
    terms = read_parameters(header, parameters, known, suggest_value(program))
    asked = store
    if asked is None:  # an empty store is false
        asked = needed_store(workspace, header.needs) if header.needs else workspace.store()
    answer = run(asked, sparql, terms, file, functions_of(workspace))
    if store is not None and header.needs and not answer.terms:
        _refuse_without(store, header, file)
    told = _unknown(workspace, asked, file, sparql)
    return replace(answer, warnings=(*told, *answer.warnings)) if told else answer


def _unknown(workspace: Workspace, store: Store, file: str, sparql: str) -> list[Problem]:
    """Return warnings of names in our namespace that neither the vocabulary nor the store knows."""
    functions = [f"bw:{name}" for name in SIGNATURES]
    shipped = re.findall(r"\bbw:\w+", (data("ontology") / "core.ttl").read_text(encoding="utf-8"))
    if not any(True for _ in unknown_terms(file, sparql, {*shipped, *functions})):
        return []
    from bullwhip.load.vocabulary import (
        read_terms,
    )  # reading files takes libraries that an answer from the cache does not

    known, found = {*read_terms(workspace.files), *functions}, []
    for iri, problem in unknown_terms(file, sparql, known):
        term = str(ox.NamedNode(iri))
        parts = (f"{{ {term} ?p ?o }}", f"{{ ?s {term} ?o }}", f"{{ ?s ?p {term} }}")
        if run(store, f"ASK {{ {' UNION '.join(parts)} }}", {}, file).rows == (("false",),):
            found.append(problem)
    return found


def _refuse_without(store: Store, header: QueryHeader, file: str) -> None:
    """Raise BW504 where a store holds none of the nodes that a query needs, for then it has no answer to give."""
    for need in header.needs:
        held = run(store, f"ASK {{ ?node a {NEEDS[need]} }}", {}, file).rows
        if held == (("false",),):
            message = f"{store.name} holds no {NEEDS[need]}, which {header.id} asks for"
            place = shlex.quote(store.name)
            there = f"build -o {place}" if is_store(Path(store.name)) else f"push {place if '://' in place else 'URL'}"
            hint = f"bullwhip {there} --with {need} writes them along; or ask the workspace itself"
            raise QueryError(Problem("BW504", message, Place(file), hint))


def query_help(workspace: Workspace, name: str, text: str | None) -> Sequence[str]:
    """Return what a query answers, its parameters, columns and an example."""
    file, _, header = named(workspace, name, text)
    lines = [f"{header.id}: {header.title.en} · {header.title.zh}", f"  answers   {header.description}"]
    for p in header.parameters:
        default = f", {p.default} when absent" if p.default is not None else ""
        count = {(True, True): ", any number", (False, True): ", one or more", (True, False): ", or none"}
        kind = f"{TYPES[p.type]}{count.get((p.optional, p.several), '')}{default}"
        lines.append(f"  parameter {p.name}, {kind}: {p.description}")
        if p.type in CHOICES:
            lines.append(f"            one of {', '.join(CHOICES[p.type])}")
    for column in header.columns:
        meaning = header.meaning(column)
        lines.append(f"  column    {column}" + (f": {meaning}" if meaning else ""))
    given = "".join(f" --param {shlex.quote(pair)}" for pair in shlex.split(header.example))
    if given or not header.parameters:
        lines.append(f"  example   bullwhip query {shlex.quote(header.id)}{given}")
    if header.needs:
        lines.append(f"  needs     {' '.join(header.needs)}, which are written along")
    lines.append(f"  file      {Place(file)}")
    return lines
