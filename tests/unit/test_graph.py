"""The shipped graph as RDF: what it holds, and that it is sound; test_sparql.py compares engines on a small one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pyoxigraph as ox
import rdflib

from bullwhip import Workspace
from bullwhip.model.claim import Claim
from bullwhip.query.dataset import to_format
from bullwhip.resources import data
from bullwhip.terms import BASE, BW, resource
from bullwhip.workspace.shapes import check_shapes

BWN = rdflib.Namespace(BW)


@cache
def _workspace() -> Workspace:
    return Workspace.open()


@cache
def _union() -> rdflib.Graph:
    graph = rdflib.Graph()
    for subject, predicate, value, _ in _workspace().dataset().quads((None, None, None, None)):
        graph.add((subject, predicate, value))
    return graph


STANDARDS = "a standard or a kind of part that several make"
WARNINGS = {
    "product.maker-known": {
        **dict.fromkeys(
            ("cdu", "ddr4", "gddr6", "gddr6x", "gpu", "hbm", "hbm1", "hbm2", "hbm2_gen1", "hbm2_gen2", "hbm2e", "hbm3",
             "hbm3e", "hbm4", "lpddr5x", "npu", "optical_module_200g", "optical_module_400g", "optical_module_800g",
             "pcie", "pcie_1", "pcie_2", "pcie_3", "pcie_4", "pcie_5", "pcie_6", "tsv"),
            STANDARDS,
        ),
        "el_capitan": "a laboratory's computer; no company is printed",
        "jurassic_1": "its maker is printed nowhere",
        "mt_nlg": "made by two companies together",
    },
}  # fmt: skip
"""Every warning that the shipped graph gives, and why it stays."""


def test_the_whole_graph_conforms_to_its_shapes() -> None:
    """Nothing in the shipped graph breaks a shape, and the warnings are those that are listed with a reason."""
    found = check_shapes(_workspace().program, _workspace().files)
    listed = {(s, n if "/" in n else f"product/{n}") for s, reasons in WARNINGS.items() for n in reasons}

    assert [v for v in found if v.severity == "violation"] == []
    assert {(v.shape, v.node.removeprefix(BASE)) for v in found} == listed


def _cell(claim: Claim, files: Mapping[str, bytes]) -> tuple[str, ...]:
    """Return where a claim is printed and written, found in its table anew."""
    name = f"ontology/facts/{claim.document}/{'cells' if claim.table else 'claims'}.tsv"
    lines = files[name].decode().split("\n")
    head = lines[0].split("\t")
    for number, line in enumerate(lines[1:], 2):
        row = dict(zip(head, line.split("\t"), strict=False))
        where = (row.get("locator"), row.get("row", ""), row.get("column", ""), row.get("part", ""))
        said = row.get("subject", claim.subject), row.get("measure", claim.measure), row.get("lexical", row["value"])
        if where == (claim.locator, claim.row, claim.column, claim.part) and said == (
            claim.subject, claim.measure, claim.lexical,
        ):  # fmt: skip
            return claim.document, claim.locator, claim.row, claim.column, claim.part, f"{name}:{number}"
    raise AssertionError(claim)


def test_violations_planted_in_the_shipped_graph_are_told_with_their_cells() -> None:
    """Impossible figures, a wrong unit and a future actual are found among all claims, each in its cell and line."""
    program, files = _workspace().program, _workspace().files
    free = [c for c in program.claims if c.value is not None and not c.quantity and not c.by]

    def first(document: str, concept: str) -> Claim:
        return next(c for c in free if c.document == document and c.concept == concept)

    pue, used, revenue = first("003", "pue"), first("004", "utilization"), first("002", "revenue")
    growth, share = first("000", "revenue_growth"), first("001", "solar_utilization")
    planted = {
        pue.id: ("measure.bounds", replace(pue, value=Fraction(9, 10))),
        used.id: ("measure.bounds", replace(used, value=Fraction(130))),
        share.id: ("measure.bounds", replace(share, value=Fraction(-1))),
        revenue.id: ("claim.currency", replace(revenue, unit_id="W", dimension="length^2*mass/time^3")),
        growth.id: ("claim.actual", replace(growth, status="A", period="2031", period_start="", period_end="")),
    }
    claims = tuple(planted[c.id][1] if c.id in planted else c for c in program.claims)
    found = check_shapes(replace(program, claims=claims), files)
    expected = {(shape, *_cell(claim, files)) for shape, claim in planted.values()}

    assert {
        (v.shape, v.document, v.locator, v.row, v.column, v.part, v.place) for v in found if v.severity == "violation"
    } == expected


def test_every_term_in_use_is_defined_with_both_labels() -> None:
    """Each bw: class and property that the graph uses is defined in core.ttl with labels and a definition."""
    core = rdflib.Graph().parse(data("ontology") / "core.ttl")
    used = {p for p in _union().predicates() if str(p).startswith(BW)}
    used |= {o for o in _union().objects(None, rdflib.RDF.type) if str(o).startswith(BW)}
    undefined = set()
    for term in used:
        labels = {getattr(o, "language", "") for o in core.objects(term, rdflib.RDFS.label)}
        if labels != {"zh", "en"} or not list(core.objects(term, rdflib.SKOS.definition)):
            undefined.add(str(term))

    assert undefined == set()


def test_claims_live_in_the_named_graph_of_their_document() -> None:
    """Every claim of a document, and no other, is in the graph that its document names."""
    store = ox.Store()
    store.bulk_load(_workspace().nquads(), format=ox.RdfFormat.N_QUADS)
    rows = store.query(f"SELECT ?g (COUNT(?c) AS ?n) {{ GRAPH ?g {{ ?c a <{BW}Claim> }} }} GROUP BY ?g")
    counts = {row["g"].value: int(row["n"].value) for row in rows}  # type: ignore[union-attr]

    expected = {"000": 363, "001": 1169, "002": 786, "003": 1595, "004": 169}
    assert counts == {resource("document", d): n for d, n in expected.items()}


def test_large_counts_survive_exactly() -> None:
    """9.0×10^9 PFLOPS stands in the graph as printed and as an exact text."""
    text = "SELECT ?exact WHERE { ?c bw:lexical '9.0×10^9' ; bw:exactValue ?exact }"

    assert _workspace().query("test", {}, text).rows == (("9000000000",),)


def test_exports_hold_the_same_graph() -> None:
    """Turtle, TriG and N-Quads of the graph parse to the same triples."""
    nquads = _workspace().nquads()
    triples = [
        {str(q.triple) for q in ox.parse(to_format(nquads, form), format=syntax)}
        for form, syntax in (
            ("nquads", ox.RdfFormat.N_QUADS),
            ("trig", ox.RdfFormat.TRIG),
            ("turtle", ox.RdfFormat.TURTLE),
        )
    ]

    assert triples[0] == triples[1]
    assert triples[1] == triples[2]
