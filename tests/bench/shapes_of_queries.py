"""The queries that benchmarks of stores ask: shipped ones with their parameters, and a few shapes beside."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bullwhip.terms import resource

__all__ = ["SHAPES", "Shape"]

_FOLDER = Path(__file__).parents[2] / "queries"


@dataclass(frozen=True, slots=True)
class Shape:
    """A query with its parameters."""

    name: str
    text: str
    parameters: tuple[tuple[str, str], ...] = ()
    """Variable and IRI."""

    @property
    def bound(self) -> str:
        """The text with the parameters in it, which is what somebody without our API would ask."""
        text = self.text
        for name, iri in self.parameters:
            text = text.replace(f"?{name} ", f"<{iri}> ")
        return text


def _shipped(name: str, **parameters: str) -> Shape:
    text = (_FOLDER / f"{name}.rq").read_text(encoding="utf-8")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return Shape(name, text, tuple(parameters.items()))


SHAPES: tuple[Shape, ...] = (
    _shipped("exposure/companies_by_driver", driver=resource("quantity", "bababe.pull")),
    _shipped("exposure/drivers_by_company", company=resource("company", "bababo")),
    _shipped("chain/tiers"),
    _shipped("chain/single_supplier_tiers"),
    _shipped("chain/companies_by_tier", tier=resource("tier", "bababu")),
    _shipped("chain/rules_on_edges"),
    _shipped("provenance/document_overview", document=resource("document", "0003")),
    _shipped("provenance/sources_behind_quantity", quantity=resource("quantity", "bababu.market")),
    Shape(
        "reach of every driver",
        "SELECT DISTINCT ?driver ?tier WHERE { ?quantity bw:dependsOn+ ?driver . ?driver a bw:Driver . "
        "?quantity bw:atTier ?tier } ORDER BY ?driver ?tier",
    ),
    Shape(
        "claims on a company, with their sources",
        "SELECT ?measure ?year ?lexical ?place ?document WHERE { ?claim bw:entity ?company ; bw:concept ?measure ; "
        "bw:year ?year ; bw:lexical ?lexical ; prov:wasDerivedFrom ?at . "
        "?at bw:place ?place ; dct:isPartOf ?document } ORDER BY ?measure ?year ?lexical ?place ?document",
        (("company", resource("company", "bababo")),),
    ),
    Shape(
        "what is printed differently",
        "SELECT ?about (COUNT(DISTINCT ?amount) AS ?amounts) WHERE { ?claim bw:comparableAs ?about ; "
        "bw:coherentAmount ?amount } GROUP BY ?about HAVING (COUNT(DISTINCT ?amount) > 1) ORDER BY ?about",
    ),
    Shape(
        "claims by measure and year",
        "SELECT ?measure ?year (COUNT(?claim) AS ?claims) WHERE { ?claim bw:concept ?measure ; bw:year ?year } "
        "GROUP BY ?measure ?year ORDER BY ?measure ?year",
    ),
    Shape(
        "the twenty longest names",
        "SELECT ?thing ?label WHERE { ?thing a bw:Company ; skos:prefLabel ?label } "
        "ORDER BY DESC(STRLEN(?label)) ?label ?thing LIMIT 20",
    ),
    Shape(
        "labels with 液冷",
        'SELECT ?thing ?label WHERE { ?thing skos:prefLabel ?label FILTER(CONTAINS(?label, "液冷")) } '
        "ORDER BY ?thing ?label",
    ),
    Shape(
        "all claims, row by row",
        "SELECT ?claim ?measure ?year ?lexical WHERE { ?claim bw:concept ?measure ; bw:year ?year ; "
        "bw:lexical ?lexical }",
    ),
)
"""Things are named as `tests/synthetic.py` names them, in a chain of any size and industry."""
