"""Answers a job that only reads: a query, a graph, a question to the façade; runs in a worker."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pyoxigraph as ox

from bullwhip.errors import BullwhipError, LimitError, Problem, QueryError, did_you_mean
from bullwhip.query.guard import RefusedError, Tokens, guard, place_of
from bullwhip.query.sparql import syntax_problem
from bullwhip.serve.jobs import Call, GraphRead, Job, Limits, Query, Reply, problem_reply
from bullwhip.serve.problems import beyond, reply_to, warnings
from bullwhip.serve.results import GRAPHS, RESULTS, serialize_graph, serialize_rows
from bullwhip.serve.snapshot import Snapshot
from bullwhip.store.functions import Failures, unknown_function
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import PREFIXES
from bullwhip.workspace.calling import functions_of

__all__ = ["answer"]

_NAME = "query"


def answer(snapshot: Snapshot, job: Job, limits: Limits) -> Reply:
    """Return the reply to a job; what goes wrong is in it.

    Raises:
        MemoryError: where memory ends.
    """
    try:
        match job:
            case Query():
                return _query(snapshot, job, limits)
            case GraphRead():
                return _read(snapshot.store, job, limits)
            case Call():
                return _call(snapshot, job, limits)
            case _:
                return problem_reply(500, "not a job that reads", type(job).__name__)
    except LimitError as error:
        return reply_to(error, limit=507)
    except BullwhipError as error:
        return reply_to(error)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a text says of itself before it runs."""

    text: str
    graphs: tuple[tuple[str, int, int], ...]
    """The graphs that FROM names, and where."""
    sums: tuple[str, ...]
    """Variables that an aggregate gives and that have a value unless something is wrong."""


@lru_cache(maxsize=256)
def _plan(text: str) -> _Plan:
    tokens = guard(_NAME, text, dataset=True)
    return _Plan(text, tuple(_dataset(tokens)), tuple(_sums(tokens)))


def _dataset(tokens: Tokens) -> list[tuple[str, int, int]]:
    """Return the graphs that FROM names."""
    prefixes, found = dict(PREFIXES), []
    for at, (kind, match) in enumerate(tokens):
        word = match[0].lower()
        after = [t[1][0] for t in tokens[at + 1 : at + 3]]
        if word == "prefix" and len(after) == 2 and after[0].endswith(":"):
            prefixes[after[0][:-1]] = after[1][1:-1]
        if kind != "word" or word != "from" or not after:
            continue
        name = after[-1] if after[0].lower() == "named" else after[0]
        prefix, _, local = name.partition(":")
        iri = name[1:-1] if name.startswith("<") else prefixes.get(prefix, "") + local
        found.append((iri, match.start(), len(match[0])))
    return found


def _sums(tokens: Tokens) -> list[str]:
    """Return the variables of expressions with SUM or AVG: `(SUM(?x) AS ?total)`."""
    opened: list[bool] = []
    found = []
    for (kind, match), (_, after) in pairwise(tokens):
        word = match[0].lower()
        if kind == "open":
            opened.append(False)
        elif kind == "close" and opened:
            inner = opened.pop()
            if opened and word == ")":
                opened[-1] |= inner
        elif kind == "word" and word in ("sum", "avg") and opened:
            opened[-1] = True
        elif kind == "word" and word == "as" and opened and opened[-1]:
            found.append(after[0][1:])
    return found


def _query(snapshot: Snapshot, job: Query, limits: Limits) -> Reply:
    if len(job.text.encode()) > limits.text:
        return beyond(f"a query of more than {limits.text:,} bytes", status=413)
    try:
        plan = _plan(job.text)
    except LimitError as error:
        return reply_to(error)
    store = snapshot.store
    _require_graphs(store, plan)
    failures = Failures()
    functions = functions_of(snapshot.workspace)
    called = {ox.NamedNode(iri): failures.watch(iri, f) for iri, f in functions.items()}
    engine, options = _seen(store, job, plan)
    try:
        found = engine.query(job.text, base_iri=job.base or None, prefixes=PREFIXES, custom_functions=called, **options)
        return _answered(found, job, plan, limits, failures)
    except SyntaxError as error:
        raise QueryError(syntax_problem(_NAME, job.text, str(error))) from None
    except (RuntimeError, ValueError, OSError) as error:
        unknown = re.fullmatch(r"The custom function <(.*)> is not supported", str(error))
        if unknown:
            raise unknown_function(unknown[1], functions) from None
        raise QueryError(Problem("BW501", f"the query fails: {error}")) from None


def _require_graphs(store: OxigraphStore, plan: _Plan) -> None:
    """Refuse FROM with what is no graph of this store: nothing is fetched, and nothing is silently empty."""
    for iri, start, length in plan.graphs:
        try:
            there = store.engine.contains_named_graph(ox.NamedNode(iri))
        except ValueError:
            there = False
        if not there:
            hint = did_you_mean(iri, store.graphs()) or "nothing is fetched; GRAPH ?g { … } finds the graphs there are"
            place = place_of(_NAME, plan.text, start, length)
            raise RefusedError(Problem("BW501", f"FROM <{iri}> is no graph of this store", place, hint))


def _seen(store: OxigraphStore, job: Query, plan: _Plan) -> tuple[ox.Store, dict[str, Any]]:
    """Return what a query reads: what the request says, what its text says, or else the union of all graphs."""
    if job.default_graphs is None and job.named_graphs is None:
        if plan.graphs:
            return store.engine, {}
        engine, union = store.seen(job.text)
        return engine, {"use_default_graph_as_union": union}
    try:
        default = [ox.NamedNode(iri) for iri in job.default_graphs or ()]
        named = [ox.NamedNode(iri) for iri in job.named_graphs or ()]
    except ValueError as error:
        raise QueryError(Problem("BW501", f"a graph of the request is no IRI: {error}")) from None
    if len(default) > 1:  # the engine would give a triple once for each graph that says it
        merged = ox.Store()
        for graph in default:
            merged.extend(
                ox.Quad(q.subject, q.predicate, q.object)
                for q in store.engine.quads_for_pattern(None, None, None, graph)
            )
        for graph in named:
            merged.extend(store.engine.quads_for_pattern(None, None, None, graph))
        return merged, {"named_graphs": named}
    return store.engine, {"default_graph": default, "named_graphs": named}


def _answered(found: Any, job: Query, plan: _Plan, limits: Limits, failures: Failures) -> Reply:
    if isinstance(found, ox.QueryTriples):
        rdf = GRAPHS.get(job.graph)
        if rdf is None:
            return _not_acceptable("triples", GRAPHS)
        data = serialize_graph(found, rdf, limits)
        return Reply(200, job.graph, data, warnings(list(failures)))
    form = RESULTS.get(job.results)
    if form is None:
        return _not_acceptable("rows", RESULTS)
    if plan.sums and isinstance(found, ox.QuerySolutions):
        return _summed(found, job, plan, limits, failures)
    data = serialize_rows(found, form, limits)
    return Reply(200, job.results, data, warnings(list(failures)) if failures else ())


def _summed(found: ox.QuerySolutions, job: Query, plan: _Plan, limits: Limits, failures: Failures) -> Reply:
    """Return rows with sums, and a warning where one has no value: it may be beyond the numbers of the engine."""
    json = ox.QueryResultsFormat.JSON
    data = serialize_rows(found, json, limits)
    rows: Any = ox.parse_query_results(data, format=json)
    names = {v.value for v in rows.variables}
    sums = [name for name in plan.sums if name in names]
    empty = dict.fromkeys(sums, 0)
    for row in rows:
        for name in sums:
            empty[name] += row[name] is None
    hint = "it adds up what is no number, or is beyond the 64 bits that the engine adds up in; add doubles instead"
    told = [Problem("BW521", f"?{name} has no value in {n:,} rows", hint=hint) for name, n in empty.items() if n]
    form = RESULTS[job.results]
    if form != json:
        data = serialize_rows(ox.parse_query_results(data, format=json), form, limits)
    return Reply(200, job.results, data, warnings([*failures, *told]))


def _not_acceptable(what: str, known: dict[str, Any]) -> Reply:
    names = ", ".join(list(known)[:7])
    return problem_reply(406, "no acceptable format", f"the query gives {what}: {names}", code="BW501")


def _read(store: OxigraphStore, job: GraphRead, limits: Limits) -> Reply:
    form = GRAPHS.get(job.media)
    if form is None:
        return _not_acceptable("triples", GRAPHS)
    try:
        graph = ox.DefaultGraph() if job.graph is None else ox.NamedNode(job.graph)
    except ValueError as error:
        raise QueryError(Problem("BW501", f"the graph is no IRI: {error}")) from None
    if isinstance(graph, ox.NamedNode) and not store.engine.contains_named_graph(graph):
        hint = did_you_mean(str(job.graph), store.graphs())
        return problem_reply(404, "no such graph", f"the store has no graph <{job.graph}>", hint=hint or None)
    if job.whole:  # who asks for all of it gets all of it, as far as the bytes go
        return Reply(200, job.media, serialize_graph(store.engine, form, replace(limits, rows=sys.maxsize)))
    quads = store.engine.quads_for_pattern(None, None, None, graph)
    return Reply(200, job.media, serialize_graph((q.triple for q in quads), form, limits))


def _call(snapshot: Snapshot, job: Call, limits: Limits) -> Reply:
    from bullwhip.serve.calls import reply

    found = reply(snapshot.workspace, job.name, job.arguments)
    if len(found.body) > limits.size:
        return beyond(f"an answer of more than {limits.size:,} bytes")
    return found
