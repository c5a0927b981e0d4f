"""The W3C test suite of SHACL: our reports are the expected ones, in every test in which those of pyshacl are and more.

The suite is test data of the W3C and no part of the project. It is looked for in $BULLWHIP_CONFORMANCE and beside the
project; without it these tests are skipped, and say so.
"""

from __future__ import annotations

import logging

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import RDF, SH

from bullwhip.query.shapes.checker import check
from bullwhip.query.shapes.data import Quads
from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.peer import to_graph
from bullwhip.query.shapes.reading import Shapes
from bullwhip.query.shapes.report import report_triples
from bullwhip.query.shapes.terms import ShapeError
from shacl_suite import Case, cases, equal, folder, graph_of, report, triples_of

pytestmark = [
    pytest.mark.skipif(
        folder() is None, reason="the W3C test suite is not here: set BULLWHIP_CONFORMANCE to its folder"
    ),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # rdflib calls what it deprecates itself
]
SKIPPED: dict[str, str] = {}
"""Tests that do not hold, with the reason; there are none."""

CORE, SPARQL = list(cases("core")), list(cases("sparql"))


@pytest.fixture(autouse=True)
def _quiet() -> None:
    """Keep rdflib from logging that the suite's literals are ill-typed, which they are meant to be."""
    logging.getLogger("rdflib.term").setLevel(logging.CRITICAL)


def ours(case: Case) -> rdflib.Graph | None:
    """Return our report; None where the shapes are refused."""
    shapes = ShapesGraph(triples_of(case.shapes))
    one = case.data == case.shapes
    name = ox.NamedNode("urn:shapes") if one else ox.DefaultGraph()
    quads = [ox.Quad(q.subject, q.predicate, q.object, name) for q in triples_of(case.data)]
    try:
        found = check(Shapes(shapes), Quads(quads, "urn:shapes" if one else ""))
    except ShapeError:
        return None
    graph = to_graph(report_triples(shapes, found))
    return report(graph, graph.value(None, RDF.type, SH.ValidationReport))


def agrees(case: Case, found: rdflib.Graph | None) -> bool:
    """Return whether a report, or a refusal, is the expected one."""
    if found is None or case.expected is None:
        return found is case.expected
    return equal(found, case.expected)


@pytest.mark.parametrize("case", [*CORE, *SPARQL], ids=lambda case: case.name)
def test_the_report_is_the_expected_one(case: Case) -> None:
    """Focus nodes, paths, values, shapes, components and severities are those of the suite, each as often."""
    if case.name in SKIPPED:
        pytest.skip(SKIPPED[case.name])

    assert agrees(case, ours(case))


def test_the_whole_suite_is_there() -> None:
    """No test was lost in reading the manifest: 98 of SHACL Core, 23 of SHACL-SPARQL."""
    assert (len(CORE), len(SPARQL)) == (98, 23)


def test_messages_are_those_of_the_shapes() -> None:
    """Where the suite expects a message, the report has it."""
    case = next(case for case in CORE if case.name.startswith("core/misc/message-001"))
    shapes = ShapesGraph(triples_of(case.shapes))
    graph = to_graph(report_triples(shapes, check(Shapes(shapes), Quads(triples_of(case.data)))))
    expected = set(graph_of(case.data).objects(None, SH.resultMessage))

    assert expected == set(graph.objects(None, SH.resultMessage)) & expected
