"""Changes the store: an update or a graph that is put, merged or removed; runs in a copy of the process that serves."""

from __future__ import annotations

from typing import Any, cast

import pyoxigraph as ox

from bullwhip.errors import BullwhipError, LimitError, LoadError, Problem, QueryError
from bullwhip.query.guard import Tokens, guard_update
from bullwhip.query.sparql import syntax_problem
from bullwhip.serve.jobs import GraphChange, Limits, Reply, Update, problem_reply
from bullwhip.serve.problems import beyond, reply_to, warnings
from bullwhip.serve.snapshot import Snapshot
from bullwhip.store.functions import Failures
from bullwhip.store.parse_worker import Reading
from bullwhip.store.rdf_input import Form, check_text, decode
from bullwhip.store.rdf_input import Limits as FileLimits
from bullwhip.terms import PREFIXES
from bullwhip.workspace.calling import functions_of

__all__ = ["change", "with_graphs"]

_NAME, _BODY = "update", "body"
_MOST_QUADS = 10_000_000
"""What a store that is changed may grow to."""
_FORMS: dict[str, Form] = {
    "text/turtle": "turtle",
    "application/x-turtle": "turtle",
    "application/n-triples": "ntriples",
    "text/plain": "ntriples",
    "application/rdf+xml": "rdfxml",
    "application/ld+json": "jsonld",
}


def change(snapshot: Snapshot, job: Update | GraphChange, limits: Limits, name: str) -> Reply:
    """Change the store of this process and return the reply; where it is none of 2xx this process is thrown away.

    Args:
        snapshot: whose store is changed.
        job: what is asked.
        limits: what it may cost.
        name: of the state that follows, from which blank nodes are named.
    """
    engine = snapshot.store.engine
    try:
        reply = _update(snapshot, job, limits) if isinstance(job, Update) else _graph(engine, job, limits, name)
    except LimitError as error:
        return reply_to(error)
    except LoadError as error:
        return reply_to(error, other=413 if error.problems[0].code == "BW107" else 400)
    except BullwhipError as error:
        return reply_to(error)
    if len(engine) > _MOST_QUADS:
        return beyond(f"a store of more than {_MOST_QUADS:,} quads")
    return reply


def _update(snapshot: Snapshot, job: Update, limits: Limits) -> Reply:
    if len(job.text.encode()) > limits.body:
        return beyond(f"an update of more than {limits.body:,} bytes", status=413)
    tokens = guard_update(_NAME, job.text)
    text = with_graphs(job.text, tokens, job.using_graphs, job.using_named_graphs)
    failures = Failures()
    called = {ox.NamedNode(iri): failures.watch(iri, f) for iri, f in functions_of(snapshot.workspace).items()}
    try:
        snapshot.store.engine.update(text, base_iri=job.base or None, prefixes=PREFIXES, custom_functions=called)
    except SyntaxError as error:
        if text != job.text:
            raise QueryError(Problem("BW501", f"the update cannot be read: {error}")) from None
        raise QueryError(_as_update(syntax_problem(_NAME, text, str(error)))) from None
    except (RuntimeError, ValueError, OSError) as error:
        raise QueryError(Problem("BW501", f"the update fails: {error}")) from None
    return Reply(204, "", b"", warnings(list(failures)))


def _as_update(problem: Problem) -> Problem:
    return Problem(problem.code, problem.message.replace("the query ", "the update "), problem.place, problem.hint)


def with_graphs(text: str, tokens: Tokens, using: tuple[str, ...], named: tuple[str, ...]) -> str:
    """Return an update whose patterns read the graphs of the request, as if its text had named them with USING.

    Args:
        text: the update.
        tokens: what the guard made of it.
        using: graphs that make up the default graph of patterns.
        named: graphs that GRAPH finds.

    Raises:
        QueryError: BW501 where the text names graphs itself (SPARQL 1.1 Protocol, 2.2.3), or one is no IRI.

    >>> text = "DELETE WHERE { ?s ?p 1 }"
    >>> with_graphs(text, guard_update("update", text), ("urn:g",), ())
    'DELETE { ?s ?p 1 } USING <urn:g> WHERE { ?s ?p 1 }'
    """
    if not using and not named:
        return text
    try:
        clauses = [f"USING {ox.NamedNode(g)}" for g in using] + [f"USING NAMED {ox.NamedNode(g)}" for g in named]
    except ValueError as error:
        raise QueryError(Problem("BW501", f"a graph of the request is no IRI: {error}")) from None
    words = [match[0].lower() if kind == "word" else match[0] for kind, match in tokens]
    if "using" in words or "with" in words:
        message = "the text names graphs by USING or WITH, and so does the request"
        raise QueryError(Problem("BW501", message, hint="name them in one of the two"))
    parts, last, depth = [], 0, 0
    for at, (kind, match) in enumerate(tokens):
        if depth == 0 and words[at] == "where":
            block = _block(text, tokens, at + 1) if words[at - 1 : at] == ["delete"] else ""
            parts += [text[last : match.start()], f"{block} " if block else "", " ".join(clauses), " "]
            last = match.start()
        depth += (kind == "open") - (kind == "close")
    return "".join([*parts, text[last:]])


def _block(text: str, tokens: Tokens, start: int) -> str:
    """Return the text of the brackets that begin at a token."""
    depth = 0
    for kind, match in tokens[start:]:
        depth += (kind == "open") - (kind == "close")
        if depth <= 0:
            return text[tokens[start][1].start() : match.end()]
    return ""


def _graph(engine: ox.Store, job: GraphChange, limits: Limits, name: str) -> Reply:
    try:
        graph = ox.DefaultGraph() if job.graph is None else ox.NamedNode(job.graph)
    except ValueError as error:
        raise QueryError(Problem("BW501", f"the graph is no IRI: {error}")) from None
    named = isinstance(graph, ox.NamedNode)
    there = not named or engine.contains_named_graph(graph)
    if job.action == "delete":
        if not there:
            return problem_reply(404, "no such graph", f"the store has no graph <{job.graph}>")
        if named:
            engine.remove_graph(graph)
        else:
            engine.clear_graph(graph)
        return Reply(204, "")
    form = _FORMS.get(job.media)
    if form is None:
        return problem_reply(415, "not a format that is read", f"{job.media or 'nothing'}: {', '.join(_FORMS)}")
    if len(job.body) > limits.body:
        return beyond(f"a body of more than {limits.body:,} bytes", status=413)
    quads = _read(job, form, graph, name)
    if job.action == "replace":
        engine.clear_graph(graph) if there else None
    if named:
        engine.add_graph(graph)
    engine.extend(quads)
    return Reply(204 if there else 201, "")


def _read(job: GraphChange, form: Form, graph: ox.NamedNode | ox.DefaultGraph, name: str) -> list[ox.Quad]:
    """Return the statements of a body in a graph, after the checks that files pass; an empty body says nothing."""
    limits = FileLimits(size=len(job.body))
    text = decode(_BODY, job.body)
    if isinstance(text, Problem):
        raise LoadError(text)
    if not text.text.strip():
        return []
    problem = check_text(text, form, limits)
    if problem is not None:
        raise LoadError(problem)
    own = f"urn:bullwhip:body:{name}"
    reading = Reading(text, form, own, False, limits, base=job.base)
    reading.prefix = f"b{name[:12]}n"
    try:
        data = reading.lines()
    except SyntaxError as error:
        place = text.at(error.lineno or 1, error.offset or 1)
        raise LoadError(Problem("BW103", f"not well-formed: {error.msg}", place)) from None
    if reading.problems:
        raise LoadError(reading.problems)
    quads = cast(Any, ox.parse(data, format=ox.RdfFormat.N_QUADS))
    found = []
    for quad in quads:
        if quad.graph_name.value != own:
            message = f"the body has a graph of its own, {quad.graph_name}"
            raise LoadError(Problem("BW103", message, hint="send the triples of one graph"))
        found.append(ox.Quad(quad.subject, quad.predicate, quad.object, graph))
    return found
