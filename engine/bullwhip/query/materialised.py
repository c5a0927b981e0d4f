"""Sensitivities and exposures as nodes of the graph, so that any engine answers by plain SPARQL (convention §11.12).

A sensitivity is one cell and one driver under one scenario, an exposure one company, driver, period, scenario and
quantity. Numbers stand twice: exactly as text, where nothing was rounded, and as the nearest double.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

import pyoxigraph as ox

from bullwhip.model.answer import Exposure, ExposureRow, Pair
from bullwhip.model.chain import Supply
from bullwhip.model.claim import Index
from bullwhip.model.label import Label
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import parse_cell_name
from bullwhip.model.sensitivities import Entry, SensitivityTable
from bullwhip.numbers import fraction_text
from bullwhip.query.dataset import supply_name
from bullwhip.query.exposure import span
from bullwhip.query.unit_terms import UnitTerms
from bullwhip.terms import PREFIXES, resource

__all__ = ["EXPOSURES", "SENSITIVITIES", "exposure_nodes", "sensitivity_nodes"]

SENSITIVITIES = resource("graph", "sensitivities")
"""The graph of every materialised sensitivity."""

EXPOSURES = resource("graph", "exposures")
"""The graph of every materialised exposure."""

_SCENARIOS = resource("graph", "scenarios")
"""The graph that says what base is; one for both, so that the union of all graphs says it once."""

_BASE = Label("基准", "base")
_Value = ox.NamedNode | ox.Literal


def _term(curie: str) -> ox.NamedNode:
    prefix, _, name = curie.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + name)


def _thing(kind: str, name: str) -> ox.NamedNode:
    return ox.NamedNode(resource(kind, name))


def _name(*parts: object) -> str:
    """Return the name of a node: a hash of what it is about, whatever its numbers are."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:20]


class _Nodes:
    """The quads of one graph, as they are said."""

    def __init__(self, program: CompiledProgram, graph: str) -> None:
        self.program, self.graph = program, ox.NamedNode(graph)
        self.units = UnitTerms.of(program.header)
        self.quads: list[ox.Quad] = []

    def say(self, subject: ox.NamedNode, predicate: str, *values: _Value | str | int | None) -> None:
        """Say something; an absent or empty value says nothing."""
        for value in values:
            if value is not None and value != "":
                term = value if isinstance(value, ox.NamedNode | ox.Literal) else ox.Literal(value)
                self.quads.append(ox.Quad(subject, _term(predicate), term, self.graph))

    def number(self, subject: ox.NamedNode, name: str, value: Fraction | None, *, exact: bool = True) -> None:
        """Say a number exactly, where it is, and as the nearest double, where there is one."""
        if value is None:
            return
        if exact:
            self.say(subject, f"bw:exact{name[0].upper()}{name[1:]}", fraction_text(value))
        try:
            self.say(subject, f"bw:{name}", ox.Literal(float(value)))
        except OverflowError:
            return

    def ends(self, subject: ox.NamedNode, name: str, ends: Pair, *, exact: bool = True) -> None:
        """Say a number, or the two ends of a range."""
        if ends[0] == ends[1]:
            self.number(subject, name, ends[0], exact=exact)
            return
        self.number(subject, f"{name}Low", ends[0], exact=exact)
        self.number(subject, f"{name}High", ends[1], exact=exact)

    def scenario(self, name: str) -> ox.NamedNode:
        """Return the node of a scenario; the facts as they are have none in the model, so they have one beside it."""
        node, graph = _thing("scenario", name), ox.NamedNode(_SCENARIOS)
        if name not in self.program.scenarios:
            said: list[tuple[str, _Value]] = [("rdf:type", _term("bw:Scenario")), ("dct:identifier", ox.Literal(name))]
            for language, text in (("zh", _BASE.zh), ("en", _BASE.en)):
                said.append(("skos:prefLabel", ox.Literal(text, language=language)))
            self.quads += [ox.Quad(node, _term(predicate), value, graph) for predicate, value in said]
        return node

    def about(self, node: ox.NamedNode, quantity: str, index: Index, driver: str, scenario: ox.NamedNode) -> None:
        """Say which quantity answers which driver, and under which scenario."""
        self.say(node, "bw:ofQuantity", _thing("quantity", quantity))
        for dimension, member in index:
            self.say(node, "bw:atMember", _thing("member", f"{dimension}={member}"))
        self.say(node, "bw:toDriver", _thing("quantity", parse_cell_name(driver)[0]))
        self.say(node, "bw:driverCell", driver)
        self.say(node, "bw:underScenario", scenario)

    def unit(self, node: ox.NamedNode, unit: str) -> None:
        """Say a unit, which the graph of the model describes."""
        self.say(node, "bw:unitText", unit)
        self.say(node, "qudt:hasUnit", ox.NamedNode(self.units.iri(unit)))


def sensitivity_nodes(program: CompiledProgram, tables: Iterable[tuple[str, SensitivityTable]]) -> list[ox.Quad]:
    """Return the nodes of tables, each under the scenario of that name; what does not move has none.

    A driver named with its members moves alone, one named without moves all of them.
    """
    nodes = _Nodes(program, SENSITIVITIES)
    said: set[tuple[str, str, str]] = set()
    for scenario, table in tables:
        under = nodes.scenario(scenario)
        for (cell, driver), entry in table.items():
            key = scenario, cell, driver
            if key not in said:  # cells without period are in the table of every period
                said.add(key)
                _sensitivity(nodes, table.cells[cell], driver, under, entry)
    return nodes.quads


def _sensitivity(nodes: _Nodes, position: int, driver: str, scenario: ox.NamedNode, entry: Entry) -> None:
    program, cell = nodes.program, nodes.program.cells[position]
    node = _thing("sensitivity", _name(cell.name, driver, scenario.value))
    nodes.say(node, "rdf:type", _term("bw:Sensitivity"))
    nodes.about(node, cell.quantity, cell.index, driver, scenario)
    nodes.say(node, "bw:cell", cell.name)
    nodes.say(node, "bw:modelPeriod", cell.period)
    unit = program.quantities[cell.quantity].unit
    nodes.unit(node, unit)
    nodes.say(node, "bw:perUnitText", program.quantities[parse_cell_name(driver)[0]].unit)
    known = entry.derivative is not None and entry.elasticity is not None
    status = "kink" if entry.left is not None else "known" if known else "unknown"
    nodes.say(node, "bw:answerStatus", status)
    nodes.say(node, "bw:reason", entry.note)
    nodes.number(node, "derivative", entry.derivative, exact=entry.exact)
    nodes.number(node, "elasticity", entry.elasticity, exact=entry.exact)
    for side, pair in (("Left", entry.left), ("Right", entry.right)):
        if pair is not None:
            nodes.number(node, f"derivative{side}", pair[0], exact=entry.exact)
            nodes.number(node, f"elasticity{side}", pair[1], exact=entry.exact)


def exposure_nodes(
    program: CompiledProgram,
    answers: Iterable[Exposure],
    supplies: Mapping[tuple[str, str], Iterable[Supply]],
) -> list[ox.Quad]:
    """Return the nodes of answers: one for each company, driver, period, scenario and quantity.

    Args:
        program: the compiled program.
        answers: exposures, driver by driver.
        supplies: the statements that a company supplies a tier.
    """
    nodes = _Nodes(program, EXPOSURES)
    paths: set[str] = set()
    for answer in answers:
        under = nodes.scenario(answer.scenario)
        for row in answer.rows:
            node = _exposure(nodes, row, answer.period, under)
            nodes.say(node, "bw:path", _path(nodes, row, paths))
            said = (_thing("supply", supply_name(s)) for s in supplies[row.company, row.tier])
            nodes.say(node, "prov:wasDerivedFrom", *said)
    return nodes.quads


def _exposure(nodes: _Nodes, row: ExposureRow, period: int | None, scenario: ox.NamedNode) -> ox.NamedNode:
    cell = nodes.program.cells[row.position].name
    node = _thing("exposure", _name(row.company, row.driver, row.tier, cell, period, scenario.value))
    nodes.say(node, "rdf:type", _term("bw:Exposure"))
    nodes.say(node, "bw:company", _thing("company", row.company))
    nodes.say(node, "bw:tier", _thing("tier", row.tier))
    nodes.about(node, row.quantity, row.index, row.driver, scenario)
    nodes.say(node, "bw:cell", cell)
    nodes.say(node, "bw:modelPeriod", period)
    nodes.say(node, "bw:pathLength", len(row.path))
    nodes.say(node, "bw:rank", row.rank)
    nodes.say(node, "bw:answerStatus", row.status)
    nodes.say(node, "bw:reason", row.reason)
    nodes.number(node, "elasticity", row.elasticity, exact=row.exact)
    if row.sides is not None:
        nodes.number(node, "elasticityLeft", row.sides[0], exact=row.exact)
        nodes.number(node, "elasticityRight", row.sides[1], exact=row.exact)
    nodes.ends(node, "share", span(row.share, row.share_range, row.share_bound))
    nodes.say(node, "bw:bound", row.share_bound)
    nodes.say(node, "bw:shareClaim", _thing("claim", row.share_claim) if row.share_claim else None)
    if row.has_amount:
        nodes.ends(node, "valuePerPercent", row.amount, exact=row.exact)
        nodes.unit(node, row.unit)
        nodes.say(node, "bw:currency", row.currency)
    weight = row.weight
    if weight is not None and weight.claim:
        nodes.ends(node, "weight", weight.part, exact=row.exact)
        nodes.ends(node, "weightEffect", weight.effect, exact=row.exact)
        nodes.number(node, "ownRevenue", weight.revenue)
        nodes.say(node, "bw:revenueClaim", _thing("claim", weight.claim))
    nodes.say(node, "bw:countedIn", *(_thing("quantity", c.quantity) for c in row.counted_in))
    return node


def _path(nodes: _Nodes, row: ExposureRow, said: set[str]) -> ox.NamedNode:
    """Return the list of the quantities on the way, the driver first; rows of one way share it."""
    names = [step.source for step in row.path]
    head = f"{'~'.join((names[0], names[-1]))}~{_name(*names)}"
    if head not in said:
        said.add(head)
        for at, item, rest in _links(head, names):
            nodes.say(at, "rdf:first", _thing("quantity", item))
            nodes.say(at, "rdf:rest", rest)
    return _thing("path", f"{head}~1")


def _links(head: str, names: list[str]) -> Iterator[tuple[ox.NamedNode, str, ox.NamedNode]]:
    """Yield the links of a list: their nodes, what they hold, and the next one."""
    for k, name in enumerate(names, 1):
        rest = _thing("path", f"{head}~{k + 1}") if k < len(names) else _term("rdf:nil")
        yield _thing("path", f"{head}~{k}"), name, rest
