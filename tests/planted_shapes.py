"""One planted violation for every check by shapes: how to damage the sample, and what the report must point at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import pyoxigraph as ox

from bullwhip.model.chain import Chain
from bullwhip.model.claim import Claim
from bullwhip.model.derivation import Derivation, Figure, Instance
from bullwhip.model.label import Label
from bullwhip.model.program import CompiledProgram
from bullwhip.terms import PREFIXES, resource

__all__ = ["PLANTS", "Plant", "Quads", "files_of"]


class Quads:
    """The quads of a graph, to be damaged."""

    def __init__(self, quads: list[ox.Quad]) -> None:
        self.quads = quads

    def drop(self, node: str, name: str, value: ox.NamedNode | ox.Literal | None = None) -> None:
        """Take back what is said of a node by a property."""
        self.quads = [
            q
            for q in self.quads
            if not (
                q.subject == ox.NamedNode(node) and q.predicate == term(name) and (value is None or q.object == value)
            )
        ]

    def add(self, node: str, name: str, value: ox.NamedNode | ox.Literal) -> None:
        """Say something of a node, in the graph of a document."""
        graph = ox.NamedNode(resource("document", "003"))
        self.quads.append(ox.Quad(ox.NamedNode(node), term(name), value, graph))

    def put(self, node: str, name: str, value: ox.NamedNode | ox.Literal) -> None:
        """Say something of a node in the place of what was said."""
        self.drop(node, name)
        self.add(node, name, value)

    def values(self, node: str, name: str) -> list[ox.NamedNode | ox.Literal]:
        """Return what is said of a node."""
        return [
            q.object
            for q in self.quads
            if q.subject == ox.NamedNode(node)
            and q.predicate == term(name)
            and isinstance(q.object, ox.NamedNode | ox.Literal)
        ]

    def only(self, kind: str) -> str:
        """Return the first thing of a class, in order."""
        return min(
            q.subject.value
            for q in self.quads
            if isinstance(q.subject, ox.NamedNode) and q.predicate == term("rdf:type") and q.object == term(kind)
        )


def term(curie: str) -> ox.NamedNode:
    """Return an IRI by prefix and name."""
    prefix, _, name = curie.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + name)


def thing(text: str) -> ox.NamedNode:
    """Return one of our things, e.g. `tier/hbm`."""
    return ox.NamedNode(resource(*text.split("/", 1)))


def typed(value: str, kind: str) -> ox.Literal:
    """Return a typed literal."""
    return ox.Literal(value, datatype=term(f"xsd:{kind}"))


def text(value: str, language: str = "") -> ox.Literal:
    """Return a text."""
    return ox.Literal(value, language=language) if language else ox.Literal(value)


@dataclass(frozen=True)
class Plant:
    """One damage."""

    node: str
    """What the report must name, e.g. `claim/c1`; a class such as `bw:Share` is its first member."""
    damage: Callable[[Quads, str], object] = lambda quads, node: None
    """Takes the graph and the node."""
    change: Callable[[CompiledProgram], CompiledProgram] = lambda program: program
    """Changes the program before the graph is built."""
    severity: str = "violation"


def _drop(*names: str) -> Callable[[Quads, str], object]:
    def damage(quads: Quads, node: str) -> None:
        for name in names:
            quads.drop(node, name)

    return damage


def _add(name: str, value: ox.NamedNode | ox.Literal) -> Callable[[Quads, str], object]:
    return lambda quads, node: quads.add(node, name, value)


def _put(name: str, value: ox.NamedNode | ox.Literal) -> Callable[[Quads, str], object]:
    return lambda quads, node: quads.put(node, name, value)


def _both(*parts: Callable[[Quads, str], object]) -> Callable[[Quads, str], object]:
    return lambda quads, node: [part(quads, node) for part in parts]


def _claim(name: str, **changes: object) -> Callable[[CompiledProgram], CompiledProgram]:
    def change(program: CompiledProgram) -> CompiledProgram:
        claims = (replace(c, **changes) if c.id == name else c for c in program.claims)  # type: ignore[arg-type]
        return replace(program, claims=tuple(claims))

    return change


def _chain(change: Callable[[Chain], Chain]) -> Callable[[CompiledProgram], CompiledProgram]:
    return lambda program: replace(program, chain=change(program.chain))


def _ten_times_last_year(program: CompiledProgram) -> CompiledProgram:
    money = {"unit_id": "CNY", "dimension": "money_cny"}
    claims = [replace(c, **money) if c.concept == "vendors" else c for c in program.claims]  # type: ignore[arg-type]
    [c1] = [c for c in claims if c.id == "c1"]
    before = replace(c1, id="c8", period="2022", value=Fraction(1), lexical="1", column="2022", quantity="", index=())
    measures = tuple(replace(m, units=("money",)) for m in program.chain.measures)
    return replace(program, claims=(*claims, before), chain=replace(program.chain, measures=measures))


def _total(program: CompiledProgram) -> CompiledProgram:
    one = Fraction(1)
    figures = Figure("a", "c4", one), Figure("b", "c7", one)
    instance = Instance(Figure("total", "c1", one), figures)
    derivation = Derivation(
        "d", Label("合计", "total"), "003", "vendor", "a + b", "", (), None, "", "", "rules/a.yaml", 9, (instance,)
    )
    claims = (
        replace(c, value=Fraction(9), low=None, high=None, lexical="9") if c.id == "c4" else c for c in program.claims
    )
    return replace(program, claims=tuple(claims), derivations=(derivation,))


def _share(chain: Chain) -> Chain:
    [share] = chain.shares
    return replace(chain, shares=(share, replace(share, company="samsung", value=Fraction("0.9"))))


def _bounded(program: CompiledProgram) -> CompiledProgram:
    quantity = replace(program.quantities["model.vendors"], high=Fraction(13))
    return replace(program, quantities={**program.quantities, "model.vendors": quantity})


C1, NOWHERE, TIER = "claim/c1", thing("tier/nowhere"), thing("tier/hbm")
RULE, CARD, TOPIC, MEASURE, RELATION = (
    "rule/hbm.capacity", "product/card_sxm", "topic/models", "measure/vendors", "relation/r1",
)  # fmt: skip
BIG = "1" + "0" * 19


def _answer(kind: str, damage: Callable[[Quads, str], object]) -> Plant:
    """Return a damage of a sensitivity or an exposure, which is written along with the graph first."""
    sound: dict[str, tuple[ox.NamedNode | ox.Literal, ...]] = {
        "rdf:type": (term(f"bw:{kind}"),), "bw:ofQuantity": (thing("quantity/hbm.capacity"),),
        "bw:cell": (text("hbm.capacity"),), "bw:toDriver": (thing("quantity/hbm.capacity"),),
        "bw:driverCell": (text("hbm.capacity"),), "bw:underScenario": (thing("scenario/base"),),
        "bw:modelPeriod": (typed("2024", "integer"),), "bw:answerStatus": (text("known"),),
        "bw:elasticity": (typed("1.0E0", "double"),), "bw:exactElasticity": (text("1"),),
    }  # fmt: skip
    if kind == "Exposure":
        sound |= {
            "bw:company": (thing("company/samsung"),), "bw:tier": (TIER,), "bw:path": (thing("path/p~1"),),
            "bw:pathLength": (typed("1", "integer"),), "prov:wasDerivedFrom": (thing("supply/s"),),
            "bw:valuePerPercent": (typed("1.0E0", "double"),), "bw:exactValuePerPercent": (text("1"),),
            "bw:currency": (text("USD"),), "bw:shareClaim": (thing(C1),),
        }  # fmt: skip

    def written(quads: Quads, node: str) -> None:
        quads.add(thing("scenario/base").value, "rdf:type", term("bw:Scenario"))
        for name, values in sound.items():
            for value in values:
                quads.add(node, name, value)
        damage(quads, node)

    return Plant(f"{kind.lower()}/planted", written)


PLANTS: Mapping[str, Plant] = {
    "tier.label": Plant("tier/hbm", _add("skos:prefLabel", text("memory", "en"))),
    "tier.label-zh": Plant(
        "tier/hbm", lambda q, n: q.drop(n, "skos:prefLabel", text("内存", "zh")), severity="warning"
    ),
    "tier.label-en": Plant("tier/hbm", lambda q, n: q.drop(n, "skos:prefLabel", text("HBM", "en")), severity="warning"),
    "tier.order": Plant("tier/hbm", _put("bw:order", typed("0", "integer"))),
    "edge.tier": Plant("tier/nowhere", lambda q, n: q.add(TIER.value, "bw:supplies", NOWHERE)),
    "product.label": Plant(CARD, _add("skos:prefLabel", text("SXM", "en"))),
    "product.tier": Plant(CARD, _add("bw:atTier", TIER)),
    "product.maker": Plant(CARD, _put("bw:madeBy", TIER)),
    "product.maker-known": Plant(CARD, _drop("bw:madeBy"), severity="warning"),
    "product.form": Plant(CARD, _add("bw:formFactor", text("PCIe"))),
    "product.family": Plant(CARD, _put("dct:isVersionOf", NOWHERE)),
    "topic.label": Plant(TOPIC, _add("skos:prefLabel", text("LLM", "en"))),
    "topic.scheme": Plant(TOPIC, _drop("skos:inScheme")),
    "topic.broader": Plant(TOPIC, _put("skos:broader", TIER)),
    "measure.label": Plant(MEASURE, _add("skos:prefLabel", text("makers", "en"))),
    "measure.timed": Plant(MEASURE, _drop("bw:isTimed")),
    "measure.bounds": Plant("claim/c2", lambda q, n: q.add(thing(MEASURE).value, "bw:least", typed("13.0", "decimal"))),
    "mention.company": Plant("bw:Mention", _drop("bw:company")),
    "mention.topic": Plant("bw:Mention", _put("bw:topic", TIER)),
    "mention.document": Plant("bw:Mention", _drop("prov:wasDerivedFrom")),
    "relation.words": Plant(RELATION, _drop("bw:relation")),
    "relation.from": Plant(RELATION, _drop("bw:fromText")),
    "relation.to": Plant(RELATION, _drop("bw:toText")),
    "relation.document": Plant(RELATION, _drop("prov:wasDerivedFrom")),
    "entity.kind": Plant("tier/nowhere", lambda q, n: q.add(thing(RELATION).value, "bw:toEntity", NOWHERE)),
    "company.label": Plant("company/nvidia", _add("skos:prefLabel", text("NV", "en"))),
    "company.label-zh": Plant("company/nvidia", lambda q, n: q.drop(n, "skos:prefLabel", text("英伟达", "zh"))),
    "company.label-en": Plant("company/nvidia", lambda q, n: q.drop(n, "skos:prefLabel", text("NVIDIA", "en"))),
    "company.ticker": Plant("company/envicool", _add("schema:tickerSymbol", text("000001"))),
    "company.parent": Plant("company/nvidia", _put("org:subOrganizationOf", TIER)),
    "group.members": Plant("company/group", _drop("org:hasMember")),
    "supply.company": Plant("bw:Supply", _drop("bw:company")),
    "supply.tier": Plant("bw:Supply", _put("bw:tier", NOWHERE)),
    "supply.role": Plant("bw:Supply", _drop("bw:role")),
    "supply.document": Plant("bw:Supply", _drop("prov:wasDerivedFrom")),
    "share.company": Plant("bw:Share", _drop("bw:company")),
    "share.tier": Plant("bw:Share", _put("bw:tier", NOWHERE)),
    "share.claim": Plant("bw:Share", _drop("bw:fromClaim")),
    "share.value": Plant("bw:Share", _put("bw:value", typed("1.5", "double"))),
    "share.low": Plant("bw:Share", _add("bw:low", typed("-0.1", "double"))),
    "share.high": Plant("bw:Share", _add("bw:high", typed("41", "double"))),
    "share.number": Plant("bw:Share", _drop("bw:value", "bw:exactValue")),
    "share.whole": Plant("claim/c3", change=_chain(_share)),
    "quantity.label": Plant("quantity/model.vendors", _add("skos:prefLabel", text("makers", "en"))),
    "quantity.unit": Plant("quantity/model.vendors", _drop("qudt:hasUnit")),
    "quantity.rule": Plant(
        "quantity/accelerator.count",
        lambda q, n: q.put(thing(RULE).value, "bw:defines", thing("quantity/accelerator.count")),
    ),
    "quantity.bounds": Plant(C1, change=_bounded),
    "rule.expression": Plant(RULE, _drop("bw:expression")),
    "rule.unit": Plant(RULE, _drop("qudt:hasUnit")),
    "rule.quantity": Plant(RULE, _add("bw:defines", thing("quantity/model.vendors"))),
    "rule.edge-from": Plant(RULE, _put("bw:edgeFrom", NOWHERE)),
    "rule.edge-to": Plant(RULE, _put("bw:edgeTo", NOWHERE)),
    "rule.edge-ends": Plant(RULE, _drop("bw:edgeTo")),
    "rule.edge-exists": Plant(RULE, _put("bw:edgeTo", thing("tier/ai_server"))),
    "document.title": Plant("document/003", _drop("dct:title")),
    "document.date": Plant("document/003", _drop("dct:issued")),
    "claim.document": Plant(C1, _drop("prov:wasDerivedFrom")),
    "claim.lexical": Plant(C1, _add("bw:lexical", text("16"))),
    "claim.subject": Plant(C1, _drop("bw:subject")),
    "claim.measure": Plant(C1, _drop("bw:measure")),
    "claim.period": Plant(C1, _add("bw:period", text("2024"))),
    "claim.status": Plant(C1, change=_claim("c1", status="rumour")),
    "claim.date": Plant(C1, _drop("bw:asOf")),
    "claim.entity": Plant(C1, _add("bw:entity", TIER)),
    "claim.concept": Plant(C1, _put("bw:concept", TIER)),
    "claim.content": Plant("claim/c5", _drop("bw:text")),
    "claim.figure": Plant(C1, change=_claim("c1", lexical="")),
    "claim.unit": Plant(C1, _drop("qudt:hasUnit")),
    "claim.actual": Plant(C1, change=_claim("c1", status="A", period="2024")),
    "claim.currency": Plant(
        C1, change=lambda p: _claim("c2", concept="")(_chain(_money)(p))
    ),
    "claim.unit-fits": Plant(C1, change=_claim("c1", unit_id="W", dimension="length^2*mass/time^3")),
    "claim.year-on-year": Plant(C1, change=_ten_times_last_year, severity="warning"),
    "claim.total": Plant(C1, change=_total, severity="warning"),
    "number.unit": Plant(C1, _add("bw:noUnit", text("nothing is printed"))),
    "number.exact-value": Plant(C1, _put("bw:exactValue", text("about 15"))),
    "number.value": Plant(C1, _put("bw:value", typed("15.0", "decimal"))),
    "number.exact-low": Plant("claim/c4", _put("bw:exactLow", text("40-"))),
    "number.low": Plant("claim/c4", _put("bw:low", typed("40.0", "decimal"))),
    "number.exact-high": Plant("claim/c4", _put("bw:exactHigh", text("1e9"))),
    "number.high": Plant("claim/c4", _put("bw:high", typed("42.0", "decimal"))),
    "number.pair": Plant(RELATION, _drop("bw:exactValue")),
    "number.safe": Plant(C1, _put("bw:modelPeriod", typed(BIG, "integer"))),
    "number.places": Plant(MEASURE, _add("bw:least", typed("0.0000000000000000001", "decimal"))),
    "range.ends": Plant("claim/c4", change=_claim("c4", low=Fraction(43))),
    "range.value-low": Plant("claim/c4", change=_claim("c4", value=Fraction(39))),
    "range.value-high": Plant("claim/c4", change=_claim("c4", value=Fraction(43))),
    "period.kind": Plant(C1, _drop("bw:periodKind")),
    "period.text": Plant(C1, _drop("bw:period")),
    "period.start": Plant(C1, _both(_drop("bw:year"), _put("bw:periodStart", typed("2025-01-01", "date")))),
    "period.end": Plant(C1, _both(_drop("bw:year"), _add("bw:periodEnd", typed("2023-12-30", "date")))),
    "year.number": Plant(C1, _add("bw:year", typed("2024", "integer"))),
    "year.start": Plant(C1, _drop("bw:periodStart")),
    "year.end": Plant(C1, _drop("bw:periodEnd")),
    "locator.place": Plant("locator of claim/c1", _drop("bw:place")),
    "locator.line": Plant("locator of claim/c1", _put("bw:line", typed("0", "integer"))),
    "answer.known": _answer("Sensitivity", _drop("bw:elasticity")),
    "answer.quantity": _answer("Sensitivity", _put("bw:ofQuantity", TIER)),
    "answer.cell": _answer("Exposure", _drop("bw:cell")),
    "answer.driver": _answer("Sensitivity", _drop("bw:toDriver")),
    "answer.driver-cell": _answer("Exposure", _drop("bw:driverCell")),
    "answer.scenario": _answer("Exposure", _drop("bw:underScenario")),
    "answer.period": _answer("Exposure", _add("bw:modelPeriod", typed("2025", "integer"))),
    "answer.status": _answer("Exposure", _put("bw:answerStatus", text("perhaps"))),
    "answer.exact": _answer("Exposure", _put("bw:exactElasticity", text("1.5e3"))),
    "answer.double": _answer("Exposure", _put("bw:valuePerPercent", typed("1.0", "decimal"))),
    "exposure.company": _answer("Exposure", _put("bw:company", TIER)),
    "exposure.tier": _answer("Exposure", _drop("bw:tier")),
    "exposure.path": _answer("Exposure", _drop("bw:path")),
    "exposure.length": _answer("Exposure", _put("bw:pathLength", typed("0", "integer"))),
    "exposure.statement": _answer("Exposure", _drop("prov:wasDerivedFrom")),
    "exposure.money": _answer("Exposure", _drop("bw:currency")),
    "parents.acyclic": Plant("company/group", _put("org:subOrganizationOf", thing("company/samsung"))),
}  # fmt: skip
"""By id of the check."""


def _money(chain: Chain) -> Chain:
    return replace(chain, measures=tuple(replace(m, units=("money",)) for m in chain.measures))


def _table(columns: str, rows: list[tuple[object, ...]]) -> bytes:
    return "\n".join([columns.replace(" ", "\t"), *("\t".join(map(str, row)) for row in rows), ""]).encode()


def _cells(claims: list[Claim]) -> bytes:
    return _table("locator row column lexical line", [(c.locator, c.row, c.column, c.lexical, c.line) for c in claims])


def files_of(program: CompiledProgram) -> dict[str, bytes]:
    """Return the tables from which a program could have been read: the rows of each, as the report looks for them."""
    chain, files = program.chain, {}
    for document in program.documents:
        folder = f"ontology/facts/{document.id}"
        files[f"{folder}/document.yaml"] = f'document:\n  id: "{document.id}"\n'.encode()
        files[f"{folder}/cells.tsv"] = _cells([c for c in program.claims if c.document == document.id])
    names = {c.id: c.label.zh for c in chain.companies}
    vendors = [(s.locator, s.segment, names[s.company], s.line) for s in chain.supplies]
    vendors += [(m.locator, m.segment, names[m.company], m.line) for m in chain.mentions]
    files["ontology/facts/003/vendors.tsv"] = _table("locator segment company line", [*vendors])
    relations: list[tuple[object, ...]] = [(r.locator, r.source, r.target, r.relation, r.line) for r in chain.relations]
    files["ontology/facts/003/relations.tsv"] = _table("locator from to relation line", relations)
    tables = {
        "companies": {c.id: c.label for c in chain.companies},
        "products": {p.id: p.label for p in chain.products},
        "topics": {t.id: t.label for t in chain.topics},
        "measures": {m.id: m.label for m in chain.measures},
    }
    for name, things in tables.items():
        rows: list[tuple[object, ...]] = [(identifier, label.zh, label.en) for identifier, label in things.items()]
        files[f"ontology/{name}.tsv"] = _table("id label_zh label_en", rows)
    files["ontology/chain/chain.ttl"] = "".join(f"tier:{t.id} a bw:Tier .\n" for t in chain.tiers).encode()
    return files
