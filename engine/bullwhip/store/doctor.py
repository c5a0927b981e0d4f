"""Asks a store what it can do: questions with known answers, and what each other answer would mean."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol, cast, runtime_checkable

import pyoxigraph as ox

from bullwhip.errors import BullwhipError
from bullwhip.model.endpoint import Diagnosis, Finding
from bullwhip.model.label import Label
from bullwhip.store.interface import Store
from bullwhip.store.nquads import write as write_quads
from bullwhip.terms import PREFIXES

__all__ = ["QUESTIONS", "diagnose"]

_BIG = "31500000000000000000000000"
_NONE = "<urn:bullwhip:none>"
_DIGITS = " ".join(map(str, range(32)))


@dataclass(frozen=True, slots=True)
class Question:
    """A query with a known answer; all cells in one text."""

    id: str
    en: str
    zh: str
    query: str
    expected: str
    needed: bool
    meaning: str


@runtime_checkable
class SupportsUnion(Protocol):
    """A store whose default graph may be another than the union."""

    def is_union(self) -> bool | None:
        """Return whether it is the union; None where there is no graph to look at."""


QUESTIONS: tuple[Question, ...] = (
    Question("select", "values, expressions, sub-queries", "取值、表达式、子查询",
             "SELECT ?x { { SELECT (MAX(?n) AS ?m) { VALUES ?n { 1 2 } } } BIND(IF(?m > 1, 'yes', '') AS ?x) }",
             "yes", True, "the shipped queries do not run"),
    Question("construct", "CONSTRUCT as N-Triples", "以 N-Triples 返回 CONSTRUCT",
             "CONSTRUCT { <urn:a> <urn:p> '液冷'@zh } WHERE {}", "urn:a urn:p 液冷", True,
             "graphs cannot be read back and compared"),
    Question("path", "paths from a given node", "从给定节点出发的路径",
             f"ASK {{ {_NONE} (^{_NONE}/{_NONE}|!{_NONE})+ ?x }}", "false", True, "queries along the chain do not run"),
    Question("open_path", "paths with two free ends", "两端均未给定的路径",
             f"ASK {{ ?a {_NONE}+ ?b }}", "false", False, "anchor one end of a path"),
    Question("chinese", "Chinese text", "中文文本",
             "SELECT ('液冷'@zh AS ?x) (LANG('液冷'@zh) AS ?l) (STRLEN('液冷温控') AS ?n)"
             " (IF(CONTAINS('液冷温控', '温控'), 'found', 'lost') AS ?c) {}",
             "液冷 zh 4 found", True, "labels are lost or searched wrongly"),
    Question("order", "texts in order of code points", "文本按码位排序",
             "SELECT ?x { VALUES ?x { 'b' 'B' '液' 'a' UNDEF } } ORDER BY ?x", "- B a b 液", True,
             "rows come in another order than elsewhere"),
    Question("empty", "a count of nothing, a group of nothing", "对空集的计数与分组",
             f"SELECT (COUNT(*) AS ?x) {{ {{ SELECT ?s (SUM(1) AS ?n) {{ ?s {_NONE} ?o }} GROUP BY ?s }} }}", "0",
             False, "a query with GROUP BY gives one empty row where it should give none"),
    Question("big_integer", "an integer of 1e25 is kept", "保留 1e25 量级的整数",
             f"SELECT ('{_BIG}'^^xsd:integer AS ?x) {{}}", _BIG, False,
             "such numbers are doubles in bw:value and texts in bw:exactValue"),
    Question("exact_decimal", "a decimal is kept as written", "小数按原样保留",
             "SELECT ('32.60'^^xsd:decimal AS ?x) {}", "32.60", False,
             "exact spellings are read from bw:lexical and bw:exactValue, which are texts"),
    Question("big_compare", "an integer of 1e25 is compared", "比较 1e25 量级的整数",
             f"ASK {{ FILTER('{_BIG}'^^xsd:integer > 1e20) }}", "true", False, "compare bw:value, which is a double"),
    Question("big_product", "an integer of 1e25 is multiplied", "1e25 量级整数的乘法",
             f"SELECT ('{_BIG}'^^xsd:integer * 2 AS ?x) {{}}", "63000000000000000000000000", False,
             "sums are for display; bullwhip computes exactly"),
    Question("decimal_sum", "decimals are added exactly", "小数的精确加法",
             "SELECT (0.1 + 0.2 AS ?x) {}", "0.3", False, "sums are for display; bullwhip computes exactly"),
    Question("year", "years compare as xsd:gYear", "xsd:gYear 的比较",
             "ASK { FILTER('2025'^^xsd:gYear < '2026'^^xsd:gYear) }", "true", False,
             "ask bw:year, which is an integer"),
    Question("rows", "32,768 rows in one answer", "一次返回 32,768 行",
             f"SELECT * {{ VALUES ?a {{ {_DIGITS} }} VALUES ?b {{ {_DIGITS} }} VALUES ?c {{ {_DIGITS} }} }}",
             "32768 rows", True, "long answers are cut off; ask in parts"),
)  # fmt: skip
"""What every store is asked; nothing of it needs or changes data."""

_REPEATED = """SELECT ?s ?p ?o {
  GRAPH ?g { ?s ?p ?o } GRAPH ?h { ?s ?p ?o } FILTER(?g != ?h && ISIRI(?s) && !ISBLANK(?o))
} LIMIT 1"""
_SPELLINGS = (
    ("007", "integer"), ("32.60", "decimal"), (_BIG, "integer"), ("3.15e25", "double"), ("true", "boolean"),
)  # fmt: skip


def diagnose(store: Store, *, write: bool = False) -> Diagnosis:
    """Return what a store can do.

    Args:
        store: what to ask.
        write: whether a graph of its own may be written, read back and removed.
    """
    return Diagnosis(store.name, (*_asked(store), *_graphs(store), *_written(store, write)))


def _asked(store: Store) -> Iterator[Finding]:
    for q in QUESTIONS:
        try:
            found = _shown(list(store.query(q.query).rows), q.id)
        except BullwhipError as error:
            if error.problems[0].code == "BW522":  # nobody is there to be asked
                raise
            yield _finding(q, "fails", error.problems[0].message)
        else:
            yield _finding(q, "ok" if found == q.expected else "differs", found)


def _finding(q: Question, status: Any, found: str) -> Finding:
    follows = q.meaning if status in ("differs", "fails") else ""
    return Finding(q.id, Label(q.zh, q.en), status, q.expected, found, q.needed, follows)


def _shown(rows: list[tuple[Any, ...]], question: str) -> str:
    """Return the cells of an answer in one text."""
    if question == "rows":
        return f"{len(rows)} rows"
    return " ".join("-" if term is None else str(term.value) for row in rows for term in row)


def _graphs(store: Store) -> Iterator[Finding]:
    """Look at the named graphs that are there, and at what the default graph shows of them."""
    held = Question("graphs", "named graphs", "命名图", "", "", True, "graphs cannot be listed")
    try:
        counts = store.graphs()
    except BullwhipError as error:
        yield _finding(held, "fails", error.problems[0].message)
        return
    yield _finding(held, "ok", f"{len(counts)}")
    union = Question(
        "union", "the default graph shows all named graphs", "默认图即所有命名图的并集", "", "yes", False,
        "bullwhip names the graphs in each request; other clients have to do so themselves",
    )  # fmt: skip
    try:
        seen = store.is_union() if isinstance(store, SupportsUnion) else True
        words = {True: "yes", False: "no", None: "no graph to look at"}
        yield _finding(union, {True: "ok", False: "differs", None: "unknown"}[seen], words[seen])
    except BullwhipError as error:
        yield _finding(union, "fails", error.problems[0].message)
    once = Question(
        "once", "a triple of several graphs counts once", "多图共有的三元组只计一次", "", "1", False,
        "counts are too high by what several graphs say; ask for DISTINCT",
    )  # fmt: skip
    try:
        yield _once(store, once)
    except BullwhipError as error:
        yield _finding(once, "fails", error.problems[0].message)


def _once(store: Store, question: Question) -> Finding:
    repeated = list(store.query(_REPEATED).rows)
    if not repeated:
        return _finding(question, "unknown", "no such triple")
    s, p, o = repeated[0]
    number = len(list(store.query(f"SELECT (1 AS ?x) {{ {s} {p} {o} }}").rows))
    return _finding(question, "ok" if number == 1 else "differs", str(number))


def _written(store: Store, write: bool) -> Iterator[Finding]:
    """Write a graph of its own, read it back, and remove it; nothing is written unless asked for."""
    whole = Question(
        "write", "a graph is written, replaced, read back and removed", "写入、替换、读回并删除一个图", "", "as sent",
        False, "bullwhip push does not work here",
    )  # fmt: skip
    spelled = Question(
        "spelling", "typed numbers are kept as written", "带类型的数字按原样保留", "", "as sent", False,
        "exact spellings are read from bw:lexical and bw:exactValue, which are texts",
    )  # fmt: skip
    if not write:
        yield _finding(whole, "unknown", "not tried; --write tries it")
        return
    graph = ox.NamedNode(f"urn:bullwhip:scratch:{os.urandom(8).hex()}")
    try:
        yield from _round_trip(store, graph, whole, spelled)
    except BullwhipError as error:
        yield _finding(whole, "fails", error.problems[0].message)


def _round_trip(store: Store, graph: ox.NamedNode, whole: Question, spelled: Question) -> Iterator[Finding]:
    node, xsd = ox.NamedNode("urn:bullwhip:scratch"), PREFIXES["xsd"]
    typed: list[Any] = [ox.Literal(text, datatype=ox.NamedNode(xsd + kind)) for text, kind in _SPELLINGS]
    plain: list[Any] = [ox.Literal("液冷", language="zh"), ox.Literal('"\\\n'), node]
    try:
        store.replace(graph.value, write_quads([ox.Quad(node, node, node, graph)]))
        yield _finding(spelled, *_spelled(store, graph, node, typed))
        store.replace(graph.value, write_quads([ox.Quad(node, node, o, graph) for o in plain]))
        back = [q.object for q in store.match(node, None, None, graph)]
    finally:
        store.drop(graph.value)
    left = store.graphs().get(graph.value, 0)
    lost = [o for o in plain if o not in back]
    found = f"{left} triples are left" if left else f"{cast(Any, lost[0]).value!r} is lost" if lost else "as sent"
    yield _finding(whole, "ok" if found == "as sent" else "differs", found)


def _spelled(store: Store, graph: ox.NamedNode, node: ox.NamedNode, typed: list[Any]) -> tuple[Any, str]:
    """Return what becomes of typed numbers."""
    try:
        store.replace(graph.value, write_quads([ox.Quad(node, node, o, graph) for o in typed]))
    except BullwhipError as error:
        return "fails", error.problems[0].message
    back: list[Any] = [q.object for q in store.match(node, None, None, graph)]
    respelled = sorted(o.value for o in back if o not in typed)
    return ("differs" if respelled else "ok"), ", ".join(respelled) or "as sent"
