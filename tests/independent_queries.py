"""What every shipped query must answer, worked out in Python from the records of a program and without its graph."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import independent_claims
import independent_exposures
import independent_inferences
from bullwhip.model.period import read_year
from bullwhip.numbers import fraction_text
from bullwhip.query.across import whole
from independent_records import Given, Records, Row, names, row, status, text, wanted

__all__ = ["ANSWERS", "Records", "Row"]


def supply_edges(r: Records, given: Given) -> Iterator[Row]:
    """Edges with the number of suppliers at both ends; an edge is a sale unless demand alone pulls."""
    pulled = {("module", "glass")} | r.kept.get("pulled", set())
    for e in r.chain.edges:
        a, b = r.tiers[e.source], r.tiers[e.target]
        link = "pulled_by" if (b.id, a.id) in pulled else "supplies"
        yield row(a.id, *names(a), link, b.id, *names(b), len(r.firms_at(a.id)), len(r.firms_at(b.id)))


def demand_behind_tier(r: Records, given: Given) -> Iterator[Row]:
    """All tiers from which demand flows here: demand runs from the buyer to the seller."""
    found, todo = set[str](), [given["tier"][0]]
    while todo:
        here = todo.pop()
        for e in r.chain.edges:
            if e.source == here and e.target not in found:
                found.add(e.target)
                todo.append(e.target)
    for name in found:
        yield row(name, *names(r.tiers[name]), r.tiers[name].demand)


def companies_at_several_tiers(r: Records, given: Given) -> Iterator[Row]:
    """Companies with their tiers where these are more than one."""
    for c in r.chain.companies:
        at = [t for t, company in r.suppliers if company == c.id]
        yield from (row(c.id, *names(c), len(at), t) for t in at if len(at) > 1)


def competitors(r: Records, given: Given) -> Iterator[Row]:
    """Other suppliers of the same tiers."""
    [company] = given["company"]
    for tier in r.tiers:
        if (tier, company) in r.suppliers:
            yield from (row(tier, c.id, *names(c), c.ticker) for c in r.firms_at(tier) if c.id != company)


def competition(r: Records, given: Given) -> Iterator[Row]:
    """Tiers of supply with their suppliers and those who have a share there."""
    for t in r.chain.tiers:
        if not t.demand:
            holders = {s.company for s in r.chain.shares if s.tier == t.id}
            yield row(t.id, *names(t), len(r.firms_at(t.id)), len(holders))


def suppliers_without_share(r: Records, given: Given) -> Iterator[Row]:
    """Suppliers without any share at the tier."""
    for t in r.chain.tiers:
        holders = {s.company for s in r.chain.shares if s.tier == t.id}
        if wanted(given, "tier", t.id):
            yield from (row(t.id, c.id, *names(c), c.ticker) for c in r.firms_at(t.id) if c.id not in holders)


def shares_of_a_whole(r: Records, given: Given) -> Iterator[Row]:
    """Shares with what they are shares of."""
    wholes = [(whole(s, r.by_id.get(s.claim)), s) for s in r.chain.shares]
    for about, s in wholes:
        if about and wanted(given, "tier", s.tier):
            holders = {other.company for text, other in wholes if text == about}
            numbers = (None if v is None else fraction_text(v) for v in (s.value, s.low, s.high))
            yield row(about, len(holders), s.company, *numbers, s.bound)


def shares(r: Records, given: Given) -> Iterator[Row]:
    """Shares at a tier."""
    for s in r.chain.shares:
        if s.tier == given["tier"][0]:
            numbers = (None if v is None else fraction_text(v) for v in (s.value, s.low, s.high))
            yield row(s.company, s.quantity, *numbers, s.bound, s.period)


def products_at_tier(r: Records, given: Given) -> Iterator[Row]:
    """Products of a tier with the number of claims on each."""
    for p in r.chain.products:
        if p.tier == given["tier"][0]:
            claims = {c.id for c in r.claims if c.entity == f"product/{p.id}"}
            yield row(p.id, *names(p), p.company, p.kind, p.form, len(claims))


def tiers(r: Records, given: Given) -> Iterator[Row]:
    """Tiers with the number of suppliers."""
    for t in r.chain.tiers:
        yield row(t.id, *names(t), t.order, t.demand, len(r.firms_at(t.id)))


def single_supplier_tiers(r: Records, given: Given) -> Iterator[Row]:
    """Tiers with one supplier."""
    for t in r.chain.tiers:
        if len(firms := r.firms_at(t.id)) == 1:
            yield row(t.id, *names(t), firms[0].id, *names(firms[0]))


def companies_by_tier(r: Records, given: Given) -> Iterator[Row]:
    """Statements that a company plays a role at a tier."""
    for s in r.chain.supplies:
        c = r.companies[s.company]
        if s.tier == given["tier"][0]:
            yield row(c.id, *names(c), c.ticker, s.role, s.segment, s.document, s.locator)


def rules_on_edges(r: Records, given: Given) -> Iterator[Row]:
    """Rules that sit on an edge."""
    for q in r.quantities.values():
        if q.edge and q.expression:
            yield row(*q.edge, q.id, q.unit, q.expression)


def products(r: Records, given: Given) -> Iterator[Row]:
    """Products of a company and its units."""
    for c in r.units_of(given["company"][0]):
        for p in r.chain.products:
            if p.company == c.id:
                yield row(c.id, p.id, *names(p), p.kind, p.form, p.tier, p.family)


def units_and_roles(r: Records, given: Given) -> Iterator[Row]:
    """A company and its units with their roles."""
    for c in r.units_of(given["company"][0]):
        roles = [(s.tier, s.role, s.document) for s in r.chain.supplies if s.company == c.id]
        for role in roles or [("", "", "")]:
            yield row(c.id, *names(c), c.parent, *role)


def without_ticker(r: Records, given: Given) -> Iterator[Row]:
    """Companies proper without ticker, with the number of statements that place them."""
    for c in r.chain.companies:
        if not c.ticker and not c.kind:
            placed = {
                (s.tier, s.role, s.segment, s.document, s.locator, s.line, s.note)
                for s in r.chain.supplies
                if s.company == c.id
            }
            yield row(c.id, *names(c), len(placed))


def stances(r: Records, given: Given) -> Iterator[Row]:
    """Statements with a stance, at a tier or under another heading."""
    for s in r.named:
        c = r.companies[s.company]
        if s.stance and s.segment and wanted(given, "company", c.id) and wanted(given, "document", s.document):
            yield row(c.id, *names(c), s.stance, s.segment, getattr(s, "tier", ""), s.document, s.locator)


def relations(r: Records, given: Given) -> Iterator[Row]:
    """Relations in which a thing is the first or the second."""
    for n in r.chain.relations:
        for direction, entities in (("from", n.sources), ("to", n.targets)):
            if given["entity"][0] in entities:
                number = None if n.coefficient is None else fraction_text(n.coefficient)
                yield row(
                    direction, n.source, n.relation, n.target, number, n.unit, n.period, n.document, n.locator, n.id
                )


def company_claims(r: Records, given: Given) -> Iterator[Row]:
    """Claims on a company or what it makes, for years."""
    [company] = given["company"]
    things = {f"company/{company}"} | {f"product/{p.id}" for p in r.chain.products if p.company == company}
    for c in r.claims:
        if c.entity in things and text(read_year(c.period)) in given["year"]:
            en = r.measures[c.concept].label.en if c.concept else ""
            yield row(
                r.entity_id(c.entity), c.concept, en, c.period, c.lexical, c.unit, status(c), c.document, c.locator,
                c.row, c.column, c.id,
            )  # fmt: skip


def sizing(r: Records, company: str) -> Iterator[tuple[str, str]]:
    """Yield quantities that size a tier which a company supplies, with the tier."""
    for q in r.quantities.values():
        if q.measure and (q.tier, company) in r.suppliers:
            yield q.id, q.tier


def is_driver(r: Records, name: str) -> bool:
    """Return whether a quantity stands as a driver."""
    return r.quantities[name].is_driver or bool(r.quantities[name].given)


def companies_by_driver(r: Records, given: Given) -> Iterator[Row]:
    """Suppliers of tiers sized by what a driver moves."""
    for c in r.chain.companies:
        for name, tier in sizing(r, c.id):
            if given["driver"][0] in r.behind(name):
                yield row(c.id, *names(c), c.ticker, tier, name, r.quantities[name].measure)


def drivers_by_company(r: Records, given: Given) -> Iterator[Row]:
    """Drivers behind what sizes the tiers of a company."""
    for name, tier in sizing(r, given["company"][0]):
        for cause in r.behind(name):
            if is_driver(r, cause):
                yield row(cause, *names(r.quantities[cause]), r.quantities[cause].unit, tier)


def common_drivers(r: Records, given: Given) -> Iterator[Row]:
    """Drivers of two companies."""
    one, other = (
        {cause for name, _ in sizing(r, given[side][0]) for cause in r.behind(name) if is_driver(r, cause)}
        for side in ("first", "second")
    )
    for cause in one & other:
        yield row(cause, *names(r.quantities[cause]), r.quantities[cause].unit)


ANSWERS: dict[str, Callable[[Records, Given], Iterable[Row]]] = (
    independent_claims.ANSWERS
    | independent_inferences.ANSWERS
    | independent_exposures.ANSWERS
    | {
        "chain/companies_at_several_tiers": companies_at_several_tiers,
        "chain/companies_by_tier": companies_by_tier,
        "chain/competition": competition,
        "chain/competitors": competitors,
        "chain/demand_behind_tier": demand_behind_tier,
        "chain/products_at_tier": products_at_tier,
        "chain/rules_on_edges": rules_on_edges,
        "chain/shares": shares,
        "chain/shares_of_a_whole": shares_of_a_whole,
        "chain/single_supplier_tiers": single_supplier_tiers,
        "chain/suppliers_without_share": suppliers_without_share,
        "chain/supply_edges": supply_edges,
        "chain/tiers": tiers,
        "companies/claims": company_claims,
        "companies/products": products,
        "companies/relations": relations,
        "companies/stances": stances,
        "companies/units_and_roles": units_and_roles,
        "companies/without_ticker": without_ticker,
        "exposure/common_drivers": common_drivers,
        "exposure/companies_by_driver": companies_by_driver,
        "exposure/drivers_by_company": drivers_by_company,
    }
)
"""By query: the rows it must give, in any order; a query that gives each row once has doubles here."""
