"""The RDF dataset of a workspace, kept in the cache, and the queries over it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bullwhip.errors import Place, Problem, UsageError, did_you_mean
from bullwhip.model.program import CompiledProgram
from bullwhip.query.dataset import build_quads, to_nquads
from bullwhip.query.header import TYPES, QueryHeader, read_header, read_headers, read_parameters
from bullwhip.query.sparql import Table, run
from bullwhip.resources import data
from bullwhip.store.interface import Store
from bullwhip.workspace.cache import read_blob, write_blob
from bullwhip.workspace.inferring import with_inferred
from bullwhip.workspace.parameters import known_values

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["nquads", "query", "query_help"]


def nquads(program: CompiledProgram, files: Mapping[str, bytes], as_of: str, policy: str) -> bytes:
    """Return the dataset of a program as sorted N-Quads, from the cache where nothing has changed."""
    kind = f"as-of-{as_of}-{policy.replace(':', '=')}.nq" if as_of or policy else "nq"
    found = read_blob(program.key, kind)
    if found is None:
        ontology = {n: b for n, b in files.items() if n.startswith(("ontology/chain/", "ontology/shapes/"))}
        for name in ("core.ttl", "shapes.ttl"):
            ontology[f"ontology/{name}"] = (data("ontology") / name).read_bytes()
        found = with_inferred(program.inference, to_nquads(build_quads(program, ontology)))
        write_blob(program.key, kind, found)
    return found


def _named(workspace: Workspace, name: str, text: str | None) -> tuple[str, str, QueryHeader]:
    """Return the file name, text and header of a query."""
    if text is not None:
        return name, text, read_header(name, text, named=False)
    headers = {h.id: h for h in read_headers(workspace.files)}
    if name not in headers:
        hint = did_you_mean(name, headers) or "bullwhip query lists them"
        raise UsageError(Problem("BW001", f"no query {name!r}", hint=hint))
    file = f"queries/{name}.rq"
    return file, workspace.files[file].decode("utf-8"), headers[name]


def query(
    workspace: Workspace,
    name: str,
    parameters: Mapping[str, str | Sequence[str]],
    text: str | None,
    store: Store | None = None,
) -> Table:
    """Run a named query, or the text of a query file, on the workspace or on another store."""
    file, sparql, header = _named(workspace, name, text)
    known = known_values(workspace.program, (p.type for p in header.parameters))
    return run(store or workspace.store(), sparql, read_parameters(header, parameters, known), file)


def query_help(workspace: Workspace, name: str, text: str | None) -> Sequence[str]:
    """Return what a query answers, its parameters, columns and an example."""
    file, _, header = _named(workspace, name, text)
    lines = [f"{header.id}: {header.title.en} · {header.title.zh}", f"  answers   {header.description}"]
    for p in header.parameters:
        default = f", {p.default} when absent" if p.default is not None else ""
        lines.append(f"  parameter {p.name}, {TYPES[p.type]}{default}: {p.description}")
    lines.append(f"  columns   {' '.join(header.columns)}")
    if header.example:
        lines.append(f"  example   bullwhip query {header.id} --param {' --param '.join(header.example.split())}")
    lines.append(f"  file      {Place(file)}")
    return lines
