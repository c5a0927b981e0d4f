"""Laws of the checks by shapes: each has a plant, finds it alone, and says where it is printed and written."""

from __future__ import annotations

from functools import cache

import pyoxigraph as ox
import pytest
import rdflib

from bullwhip.model.program import CompiledProgram
from bullwhip.model.violation import Violation
from bullwhip.query.dataset import build_quads
from bullwhip.query.shacl import validate
from bullwhip.query.shapes.graph import ShapesGraph
from bullwhip.query.shapes.outcome import outcome
from bullwhip.query.shapes.peer import check_with_pyshacl, to_graph
from bullwhip.terms import resource
from bullwhip.workspace.shapes import describe
from planted_shapes import PLANTS, Quads, files_of
from unit.sample import sample_program, vocabulary

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib and pyshacl call what they deprecate

SH = rdflib.Namespace("http://www.w3.org/ns/shacl#")


@cache
def shapes() -> rdflib.Graph:
    """The shipped shapes."""
    return to_graph(ox.parse(vocabulary()["shapes.ttl"], format=ox.RdfFormat.TURTLE))


@cache
def identifiers() -> dict[rdflib.term.Node, str]:
    """Every node of the shapes that has an id, and the id."""
    return {s: str(o) for s, o in shapes().subject_objects(rdflib.DCTERMS.identifier)}


def place_of(graph: Quads, name: str) -> str:
    """Return the IRI of what a plant names."""
    if name.startswith("locator of "):
        [place] = graph.values(resource(*name.removeprefix("locator of ").split("/")), "prov:wasDerivedFrom")
        return place.value
    return graph.only(name) if name.startswith("bw:") else resource(*name.split("/"))


@cache
def damaged(shape: str) -> tuple[list[ox.Quad], str, CompiledProgram]:
    """Return the graph of the sample with a plant, the node it was planted at, and the changed program."""
    plant = PLANTS[shape]
    program = plant.change(sample_program())
    graph = Quads(build_quads(program, vocabulary()))
    node = place_of(graph, plant.node)
    plant.damage(graph, node)
    return graph.quads, node, program


@cache
def planted(shape: str) -> tuple[tuple[Violation, ...], str, CompiledProgram]:
    """Return what is found in the sample with a plant, the node it was planted at, and the changed program."""
    quads, node, program = damaged(shape)
    found = validate(quads, {"shapes.ttl": vocabulary()["shapes.ttl"]})

    assert found.fallback == ""
    return describe(found.results, quads, program, files_of(program)), node, program


@pytest.mark.parametrize("shape", PLANTS)
def test_a_planted_violation_is_caught_by_its_check_alone(shape: str) -> None:
    """Only the check that a damage is planted for speaks, at the damaged thing, in Chinese and in English."""
    plant = PLANTS[shape]
    found, node, _ = planted(shape)

    assert {shape} == {v.shape for v in found}
    assert {plant.severity} == {str(v.severity) for v in found}
    assert node in {v.node for v in found}
    assert all(v.message.zh and v.message.en and v.message.zh != v.message.en for v in found)
    assert all(v.label.zh and v.label.en for v in found)


@pytest.mark.parametrize("shape", [s for s, p in PLANTS.items() if p.node.startswith("claim/")])
def test_a_violation_of_a_claim_says_where_it_is_printed_and_written(shape: str) -> None:
    """Document, table, row and column are those of the claim, and the line is that of its row in the fact table."""
    found, node, program = planted(shape)
    [v] = {v.line: v for v in found if v.node == node}.values()
    own = [c for c in program.claims if c.document == v.document]
    [claim] = [c for c in own if resource("claim", c.id) == node]
    printed = (claim.locator, claim.row, claim.column, claim.part)

    assert (claim.document, f"ontology/facts/{claim.document}/cells.tsv", own.index(claim) + 2) == (
        v.document, v.file, v.line,
    )  # fmt: skip
    if shape != "claim.document":  # there it is the place that is missing
        assert printed == (v.locator, v.row, v.column, v.part)


@pytest.mark.parametrize("shape", [s for s, p in PLANTS.items() if not p.node.startswith("claim/")])
def test_a_violation_of_another_thing_says_where_it_is_written(shape: str) -> None:
    """What a table or a rule file declares is named with its file and line; what lost its place may have none."""
    found, node, _ = planted(shape)
    places = {v.place for v in found if v.node == node}
    lost = shape in ("mention.document", "supply.document", "share.claim", "mention.company", "supply.company",
                     "edge.tier", "entity.kind")  # fmt: skip
    lost = lost or shape.startswith(("answer.", "exposure."))  # what is computed is written in no file

    assert lost or all(":" in place and not place.endswith(":0") for place in places)


def test_every_check_has_a_plant() -> None:
    """The checks of the shapes are those that are planted, each under one id."""
    assert sorted(identifiers().values()) == sorted(set(identifiers().values()))
    assert set(identifiers().values()) == set(PLANTS)


def test_every_message_belongs_to_a_check() -> None:
    """Whatever speaks has an id, and whatever has an id speaks in both languages."""
    speaking = {s: {str(getattr(m, "language", "")) for m in shapes().objects(s, SH.message)} for s in identifiers()}

    assert {s for s, _ in shapes().subject_objects(SH.message)} == set(identifiers())
    assert [{"zh", "en"}] * len(speaking) == list(speaking.values())


def test_a_report_does_not_depend_on_the_order_of_the_graph() -> None:
    """The same violations come in the same order when the graph is given the other way round."""
    plant = PLANTS["claim.unit-fits"]
    program = plant.change(sample_program())
    quads = build_quads(program, vocabulary())
    gone = (resource("company", "nvidia"), "http://www.w3.org/2004/02/skos/core#prefLabel")
    left = [q for q in quads if (str(getattr(q.subject, "value", "")), q.predicate.value) != gone]
    reports = []
    for some in (left, left[::-1]):
        found = validate(some, {"shapes.ttl": vocabulary()["shapes.ttl"]})
        reports.append(describe(found.results, some, program, files_of(program)))

    assert reports[0] == reports[1]
    assert len(reports[0]) > 2


@pytest.mark.parametrize("part", range(3))
def test_pyshacl_says_the_same_of_many_plants_at_once(part: int) -> None:
    """The compiled shapes give the report of pyshacl, result by result and word by word, on a graph full of damage."""
    graph = Quads(build_quads(sample_program(), vocabulary()))
    whole = Quads(list(graph.quads))
    for plant in list(PLANTS.values())[part::3]:
        plant.damage(graph, place_of(whole, plant.node))
    shapes = ShapesGraph.of_files({"shapes.ttl": vocabulary()["shapes.ttl"]})
    ours = validate(graph.quads, {"shapes.ttl": vocabulary()["shapes.ttl"]}).results

    assert outcome(shapes, check_with_pyshacl(shapes, to_graph(graph.quads))).results == ours
    assert len(ours) > 20
