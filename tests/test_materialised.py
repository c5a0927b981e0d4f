"""Answers written along as nodes: plain SPARQL over them gives what the façade gives, on two engines."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import pyoxigraph as ox
import pyshacl
import pytest
import rdflib

import bakery
from bullwhip import Workspace, cli
from bullwhip.errors import UsageError
from bullwhip.model.quantity import index_text
from bullwhip.propagate import sensitivity_table
from bullwhip.query.serialize import to_nquads, to_rdflib
from bullwhip.resources import data
from bullwhip.terms import BW, PREFIXES, resource
from bullwhip.workspace.ranking import every_exposure
from documents import ROOT

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib and pyshacl call what they deprecate

EXPOSURES = """
SELECT ?firm ?driver ?period ?scenario ?tier ?quantity ?cell ?rank ?length ?status ?elasticity ?e ?value ?low ?high
       ?currency ?share ?part ?effect ?reason
WHERE {
  ?x a bw:Exposure ; bw:company/dct:identifier ?firm ; bw:driverCell ?driver ; bw:modelPeriod ?period ;
     bw:underScenario/dct:identifier ?scenario ; bw:tier/dct:identifier ?tier ;
     bw:ofQuantity/dct:identifier ?quantity ; bw:cell ?cell ; bw:rank ?rank ; bw:pathLength ?length ;
     bw:answerStatus ?status .
  OPTIONAL { ?x bw:exactElasticity ?elasticity } OPTIONAL { ?x bw:elasticity ?e }
  OPTIONAL { ?x bw:exactValuePerPercent ?value } OPTIONAL { ?x bw:exactValuePerPercentLow ?low }
  OPTIONAL { ?x bw:exactValuePerPercentHigh ?high } OPTIONAL { ?x bw:currency ?currency }
  OPTIONAL { ?x bw:exactShare ?share } OPTIONAL { ?x bw:exactWeight ?part } OPTIONAL { ?x bw:exactWeightEffect ?effect }
  OPTIONAL { ?x bw:reason ?reason }
}
ORDER BY ?scenario ?period ?driver ?rank
"""
SENSITIVITIES = """
SELECT ?cell ?driver ?status ?derivative ?elasticity ?left ?right ?d WHERE {
  ?x a bw:Sensitivity ; bw:cell ?cell ; bw:driverCell ?driver ; bw:answerStatus ?status .
  OPTIONAL { ?x bw:exactDerivative ?derivative } OPTIONAL { ?x bw:exactElasticity ?elasticity }
  OPTIONAL { ?x bw:exactElasticityLeft ?left } OPTIONAL { ?x bw:exactElasticityRight ?right }
  OPTIONAL { ?x bw:derivative ?d }
}
ORDER BY ?cell ?driver
"""
PATH = """
SELECT ?x (COUNT(?between) AS ?n) WHERE {
  ?x a bw:Exposure ; bw:path/rdf:rest* ?between . ?between rdf:first ?quantity .
} GROUP BY ?x ORDER BY ?x
"""
Answers = list[tuple[Any, ...]]


@cache
def workspaces() -> dict[str, Workspace]:
    """Return the chains that are written along: by hand, shipped, and of other industries."""
    golden = {n: Workspace.open(str(ROOT / "tests" / "golden" / n)) for n in ("solar",)}
    return {"bakery": bakery.workspace(), "": Workspace.open(), **golden}


@cache
def written(name: str) -> bytes:
    """Return the whole graph of a chain with its answers, at two periods where there are two."""
    workspace = workspaces()[name]
    periods = workspace.program.header.periods[-2:]
    quads = workspace.materialise(["sensitivities", "exposures"], periods=periods if name != "" else (2025,))
    return workspace.nquads() + to_nquads(quads)


def oxigraph(nquads: bytes, text: str) -> Answers:
    """Return the rows of a query on Oxigraph, as texts."""
    store = ox.Store()
    store.bulk_load(nquads, format=ox.RdfFormat.N_QUADS)
    found: Any = store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
    return [tuple(None if t is None else t.value for t in row) for row in found]


def plain(nquads: bytes, text: str) -> Answers:
    """Return the rows of a query on rdflib in memory, as texts."""
    found: Any = to_rdflib(nquads).query(text, initNs={p: rdflib.Namespace(n) for p, n in PREFIXES.items()})
    return [tuple(None if t is None else str(t) for t in row) for row in found]


def fraction(text: str | None) -> Fraction | None:
    """Return a number from its exact text."""
    return None if text is None else Fraction(text)


def expected_exposures(name: str) -> Answers:
    """Return what the façade answers, driver by driver."""
    workspace = workspaces()[name]
    periods = workspace.program.header.periods[-2:] if name != "" else (2025,)
    rows = []
    for answer in every_exposure(workspace, periods):
        for r in answer.rows:
            single = (r.value, None, None) if r.value is not None else (None, *r.value_range)
            weight = (None, None) if r.weight is None else (_one(r.weight.part), _one(r.weight.effect))
            rows.append((
                r.company, r.driver, str(answer.period), answer.scenario, r.tier, r.quantity,
                index_text(r.quantity, r.index, workspace.program.cells[r.position].period), str(r.rank),
                str(len(r.path)), r.status, r.elasticity, *single, r.currency if r.amount[0] is not None else None,
                r.share, *weight, r.reason or None,
            ))  # fmt: skip
    return sorted(rows, key=lambda row: (row[3], int(row[2]), row[1], int(row[7])))


def _one(ends: tuple[Fraction | None, Fraction | None]) -> Fraction | None:
    return ends[0] if ends[0] == ends[1] else None


@pytest.mark.parametrize("name", ["bakery", "solar", ""])
def test_sparql_gives_the_exposures_of_the_facade(name: str) -> None:
    """Every row: reach, elasticity, value or range, share, weight, rank and reason, exactly."""
    found = []
    for row in oxigraph(written(name), EXPOSURES):
        *head, elasticity, double, value, low, high, currency, share, part, effect, reason = row
        exact = fraction(elasticity)
        if exact is not None:
            assert float(exact) == float(double)
        numbers = [fraction(x) for x in (value, low, high)]
        found.append((*head, exact, *numbers, currency, *(fraction(x) for x in (share, part, effect)), reason))
    expected = expected_exposures(name)

    assert len(expected) > 8
    assert sorted(expected, key=str) == sorted(found, key=str)


@pytest.mark.parametrize("name", ["bakery", "solar", ""])
def test_sparql_gives_the_sensitivities_of_the_facade(name: str) -> None:
    """Every cell and driver that moves it; sides at a kink; no exact text for what was rounded."""
    workspace = workspaces()[name]
    periods = workspace.program.header.periods[-2:] if name != "" else (2025,)
    expected = {}
    for period in periods:
        for (cell, driver), e in sensitivity_table(workspace.evaluation, period).items():
            status = "kink" if e.left else "known" if None not in (e.derivative, e.elasticity) else "unknown"
            numbers = (e.derivative, e.elasticity, e.left and e.left[1], e.right and e.right[1])
            expected[cell, driver] = (status, *(n if e.exact else None for n in numbers))
    found = {
        (cell, driver): (status, *(fraction(x) for x in numbers))
        for cell, driver, status, *numbers, _ in oxigraph(written(name), SENSITIVITIES)
    }

    assert expected == found


def test_a_foreign_engine_answers_the_same() -> None:
    """In memory of rdflib there are the rows of Oxigraph, numbers and order included."""
    for text in (EXPOSURES, SENSITIVITIES, PATH):
        theirs, ours = plain(written("bakery"), text), oxigraph(written("bakery"), text)
        assert len(ours) > 8
        assert [_comparable(r) for r in ours] == [_comparable(r) for r in theirs]


def _comparable(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return a row with doubles as numbers: engines write them in different ways."""
    return tuple(float(x) if x and "E" in x.upper() and x[0].isdigit() else x for x in row)


def test_the_path_is_the_way_of_the_facade() -> None:
    """The list holds the quantities from the driver to the one that sizes the tier, in order."""
    text = """SELECT ?firm ?quantity ?item ?at WHERE {
      ?x a bw:Exposure ; bw:driverCell "guests.count" ; bw:modelPeriod 2025 ; bw:company/dct:identifier ?firm ;
         bw:ofQuantity/dct:identifier ?quantity ; bw:path ?list . ?list rdf:rest* ?link .
      ?link rdf:first/dct:identifier ?item ; rdf:rest* ?at . ?at rdf:rest rdf:nil }"""
    found: dict[tuple[str, str], set[str]] = {}
    for firm, quantity, item, _ in oxigraph(written("bakery"), text):
        found.setdefault((firm, quantity), set()).add(item)
    rows = bakery.workspace().exposure("guests.count").rows

    assert found == {(r.company, r.quantity): {s.source for s in r.path} for r in rows}


def test_what_an_exposure_rests_on_can_be_followed() -> None:
    """Share and revenue lead to the claims that print them, and the statement of supply to its document."""
    text = """SELECT ?printed ?revenue ?document WHERE {
      ?x a bw:Exposure ; bw:driverCell "bread.price" ; bw:modelPeriod 2025 ; bw:company/dct:identifier "acme" ;
         bw:ofQuantity/dct:identifier "bread.market" ; bw:shareClaim/bw:lexical ?printed ;
         bw:revenueClaim/bw:lexical ?revenue ;
         prov:wasDerivedFrom/prov:wasDerivedFrom/dct:isPartOf/dct:identifier ?document }"""

    assert {("40", "1.6", "901")} == set(oxigraph(written("bakery"), text))


def test_money_counted_twice_is_a_link() -> None:
    """Plain SPARQL can leave out what is counted in another row of the company."""
    text = """SELECT ?quantity ?holder WHERE {
      ?x a bw:Exposure ; bw:driverCell "guests.count" ; bw:modelPeriod 2025 ; bw:company/dct:identifier "home" ;
         bw:ofQuantity/dct:identifier ?quantity ; bw:countedIn/dct:identifier ?holder } ORDER BY ?quantity ?holder"""

    assert [("bread.home", "bread.market"), ("bread.home", "cafe.market"), ("bread.market", "cafe.market")] == oxigraph(
        written("bakery"), text
    )


def test_what_is_written_conforms_to_the_shapes() -> None:
    """The shipped shapes of answers find nothing in them, and something where an answer is damaged."""
    every = rdflib.Graph().parse(data=(data("ontology") / "shapes.ttl").read_bytes(), format="turtle")
    shapes = rdflib.Graph()
    for name in ("AnswerShape", "ExposureShape"):
        shapes += every.cbd(rdflib.URIRef(BW + name))
    graph = rdflib.Graph()
    for triple in to_rdflib(written("bakery")).triples((None, None, None)):
        graph.add(triple)
    sound, _, text = pyshacl.validate(graph, shacl_graph=shapes)
    graph.remove((None, rdflib.URIRef(BW + "driverCell"), None))
    damaged, _, _ = pyshacl.validate(graph, shacl_graph=shapes)

    assert (True, False) == (sound, damaged), text


def test_every_term_that_is_used_is_defined() -> None:
    """Every class and property of ours in the answers is in core.ttl, with labels and a definition."""
    core = rdflib.Graph().parse(data=(data("ontology") / "core.ttl").read_bytes(), format="turtle")
    quads = [*bakery.workspace().materialise(["sensitivities", "exposures"])]
    used = {q.predicate.value for q in quads} | {q.object.value for q in quads if isinstance(q.object, ox.NamedNode)}
    defined = {
        str(s)
        for s in core.subjects(rdflib.SKOS.definition, None)
        if {"en", "zh"} <= {getattr(label, "language", None) for label in core.objects(s, rdflib.RDFS.label)}
    }

    assert set() == {u for u in used if u.startswith(BW)} - defined


def test_each_kind_stands_in_its_own_graph_and_has_the_same_bytes_again() -> None:
    """Sensitivities and exposures can be dropped and written anew without touching anything else."""
    workspace = bakery.workspace()
    for kind in ("sensitivities", "exposures"):
        quads = workspace.materialise([kind], periods=(2025, 2024))
        graphs = {getattr(q.graph_name, "value", "") for q in quads}
        assert {resource("graph", kind), resource("graph", "scenarios")} == graphs
        again = bakery.opened(dict(reversed(bakery.files().items()))).materialise([kind], periods=(2024, 2025))
        assert to_nquads(quads) == to_nquads(again)


def test_a_kink_has_both_sides_and_no_number_between() -> None:
    """Where guests and ovens bind together, more guests change nothing and fewer change as much."""
    workspace = bakery.capped()
    nquads = workspace.nquads() + to_nquads(workspace.materialise(["sensitivities", "exposures"], periods=(2025,)))
    text = """SELECT ?kind ?left ?right ?between ?reason WHERE {
      ?x a ?kind ; bw:driverCell "guests.count" ; bw:cell "bread.market[period=2025]" ; bw:answerStatus "kink" ;
         bw:exactElasticityLeft ?left ; bw:exactElasticityRight ?right ; bw:reason ?reason
      OPTIONAL { ?x bw:elasticity ?between } FILTER(?kind IN (bw:Exposure, bw:Sensitivity)) }"""
    found = {tuple(row[:4]) for row in oxigraph(nquads, text)}

    assert found == {(BW + kind, "1", "0", None) for kind in ("Exposure", "Sensitivity")}


def test_nodes_of_scenarios_stand_beside_each_other() -> None:
    """A scenario that changes a number has nodes of its own; what it does not change is the same number twice."""
    workspace = Workspace.open()
    quads = workspace.materialise(["exposures"], periods=(2025,), scenarios=("base", "liquid_30"))
    under = {
        str(q.object).removesuffix(">").rpartition("/")[2] for q in quads if q.predicate.value.endswith("underScenario")
    }
    nodes = {q.subject for q in quads if q.predicate.value.endswith("underScenario")}

    assert {"base", "liquid_30"} == under
    assert len(nodes) == sum(len(a.rows) for a in every_exposure(workspace, [2025], ["base", "liquid_30"]))


def test_what_cannot_be_written_along_is_refused() -> None:
    """An unknown kind, a picture, and values that are set."""
    workspace = bakery.workspace()
    for ask, message in (
        (lambda: workspace.materialise(["exposure"]), "did you mean 'exposures'"),
        (lambda: workspace.export("svg", along=["exposures"]), "svg has no place for exposures"),
        (lambda: workspace.with_values("bread.price=9").materialise(["exposures"]), "values that are set have no name"),
    ):
        with pytest.raises(UsageError, match=message):
            ask()


def test_the_command_writes_them_along(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Export --with adds the nodes of the scenario and period, and names what there is when it does not know a word."""
    solar = str(ROOT / "tests" / "golden" / "solar")
    arguments = ["--workspace", solar, "export", "nquads", "--period", "2025", "--scenario", "as_published"]
    code = cli.run([*arguments, "--with", "exposures"])
    along, _ = capfdbinary.readouterr()
    wrong = cli.run([*arguments, "--with", "exposure"])
    _, messages = capfdbinary.readouterr()
    workspace = Workspace.open(solar, scenario="as_published")

    assert (0, 2) == (code, wrong)
    assert along == workspace.export("nquads", period=2025, along=["exposures"])
    assert b"id/scenario/as_published" in along
    assert b"did you mean 'exposures'" in messages


def test_an_export_holds_the_graph_and_the_answers() -> None:
    """N-Quads are the union, sorted; TriG has the graphs by name."""
    workspace = bakery.workspace()
    both = workspace.export("nquads", along=["exposures"])
    answers = to_nquads(workspace.materialise(["exposures"]))

    assert both == b"".join(sorted({*workspace.nquads().splitlines(True), *answers.splitlines(True)}))
    back = ox.parse(workspace.export("trig", along=["exposures"]), format=ox.RdfFormat.TRIG)
    assert resource("graph", "exposures") in {getattr(q.graph_name, "value", "") for q in back}
