"""What the shipped queries on inferred facts must answer, worked out from the records by loops and no rules."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from independent_records import Given, Records, Row, names, row

__all__ = ["ANSWERS"]


def drivers(r: Records) -> list[str]:
    """Return the quantities that stand as drivers."""
    return [q.id for q in r.quantities.values() if q.is_driver or q.given]


def exposed(r: Records, driver: str) -> set[str]:
    """Return the suppliers of tiers that something sizes which a driver moves."""
    tiers = {q.tier for q in r.quantities.values() if q.measure and driver in r.behind(q.id)}
    return {company for tier, company in r.suppliers if tier in tiers}


def exposed_companies(r: Records, given: Given) -> Iterator[Row]:
    """Companies exposed of their own, and those that such a company belongs to."""
    own = exposed(r, given["driver"][0])
    through = {whole for company in own for whole in r.wholes_of(company)}
    for how, found in (("own", own), ("part", through)):
        yield from (row(c, *names(r.companies[c]), r.companies[c].ticker, how) for c in found)


def drivers_reaching_tier(r: Records, given: Given) -> Iterator[Row]:
    """Drivers of anything at a tier."""
    moved = {cause for q in r.quantities.values() if q.tier == given["tier"][0] for cause in r.behind(q.id)}
    for driver in set(drivers(r)) & moved:
        q = r.quantities[driver]
        yield row(driver, *names(q), q.unit)


def stated_suppliers(r: Records, company: str) -> set[str]:
    """Return the companies that a relation says supply another one, in words that the workspace counts as supply."""
    sells, buys = r.kept.get("words", (set(), set()))
    found = set()
    for n in r.chain.relations:
        ends = []
        for things in (n.sources, n.targets):
            made = {r.products[t.removeprefix("product/")].company for t in things if t.startswith("product/")} - {""}
            ends.append({t.removeprefix("company/") for t in things if t.startswith("company/")} | made)
        for seller, buyer in ((ends[0], ends[1]) if n.relation in sells else ([], []),
                              (ends[1], ends[0]) if n.relation in buys else ([], [])):  # fmt: skip
            if company in buyer:
                found |= set(seller) - {company}
    return found


def suppliers_of_company(r: Records, given: Given) -> Iterator[Row]:
    """Suppliers of tiers that are sold into a tier of the company, or of which it is a customer."""
    [company] = given["company"]
    sold = set(sells(r))
    customer = {s.tier for s in r.chain.supplies if s.company == company and s.role == "customer"}
    into = {a for a, b in sold if (b, company) in r.suppliers} | customer
    stated = stated_suppliers(r, company)
    for c in ({c for t, c in r.suppliers if t in into} - {company}) | stated:
        yield row(c, *names(r.companies[c]), c in stated)


def sells(r: Records) -> Iterator[tuple[str, str]]:
    """Yield the edges that are sales: demand alone makes no customer."""
    pulled = {("module", "glass")} | r.kept.get("pulled", set())
    yield from ((e.source, e.target) for e in r.chain.edges if (e.target, e.source) not in pulled)


def competitors(r: Records, given: Given) -> Iterator[Row]:
    """Suppliers of the same tiers that are neither above nor below nor beside the company in its house."""
    [company] = given["company"]
    tiers = {t for t, c in r.suppliers if c == company}
    above = {company, *r.wholes_of(company)}
    groups = {(g.id, m) for g in r.chain.companies for m in g.members}
    for c in {c for t, c in r.suppliers if t in tiers and c != company}:
        house = {c, *r.wholes_of(c)}
        if not house & above and not {(c, company), (company, c)} & groups:
            yield row(c, *names(r.companies[c]), r.companies[c].ticker)


def tiers_of_company(r: Records, given: Given) -> Iterator[Row]:
    """Tiers at which a company, a part of it or a group that holds it is named."""
    [company] = given["company"]
    sources = {c.id for c in r.units_of(company)} | {g.id for g in r.chain.companies if company in g.members}
    for tier in {t for t, c in r.suppliers if c in sources}:
        yield row(tier, *names(r.tiers[tier]), (tier, company) in r.suppliers)


def double_counts(r: Records, given: Given) -> Iterator[Row]:
    """Revenues whose money is in revenues of tiers they go into, or in others of their own tier."""
    revenues = [q.id for q in r.quantities.values() if q.measure == "revenue" and q.tier]
    tier = {name: q.tier for name, q in r.quantities.items()}
    found = {(one, other): held(r, one, other) for one in revenues for other in revenues}
    parts = {pair for pair, how in found.items() if how == "part"}
    bought = {pair for pair, how in found.items() if how == "bought"}
    size = -1
    while size != len(bought):
        size = len(bought)
        bought |= {(a, d) for a, b in bought for c, d in bought | parts if b == c}
        bought |= {(a, d) for a, b in parts for c, d in bought if b == c and b in met_first(r, d, tier[b])}
    for paid, first in bought | parts:
        both = [d for d in drivers(r) if d in r.behind(first) and d in r.behind(paid)]
        if both:
            earners = {c for t, c in r.suppliers if t == tier[first] and (tier[paid], c) in r.suppliers}
            for company in earners or {""}:
                yield row(first, tier[first], paid, tier[paid], len(both), company)


def held(r: Records, paid: str, first: str) -> str:
    """Return how the money of one revenue is in another one, without a third between them."""
    seller, buyer = r.quantities[paid], r.quantities[first]
    if first == paid or buyer.unit.split()[-1] != seller.unit.split()[-1]:
        return ""  # what stands before the currency is a power of ten
    if buyer.tier == seller.tier:
        return "part" if first in r.behind(paid) else ""
    if buyer.tier not in goes_into(r, seller.tier) or seller.tier in goes_into(r, buyer.tier):
        return ""
    flows = met_first(r, paid, buyer.tier) & r.behind(first)
    return "bought" if first in r.behind(paid) or paid in r.behind(first) or flows else ""


def met_first(r: Records, name: str, tier: str) -> set[str]:
    """Return what sizes a tier on the ways back from a quantity, each way followed up to the first."""
    met, passed, todo = set[str](), set[str](), [*r.quantities[name].inputs]
    while todo:
        here = todo.pop()
        if r.quantities[here].tier == tier and r.quantities[here].measure:
            met.add(here)
        elif here not in passed:
            passed.add(here)
            todo += r.quantities[here].inputs
    return met


def goes_into(r: Records, tier: str) -> set[str]:
    """Return the tiers that a tier is sold into, directly or over others."""
    reached, todo = set[str](), [tier]
    while todo:
        here = todo.pop()
        found = {b for a, b in sells(r) if a == here} - reached
        reached |= found
        todo += found
    return reached


ANSWERS: dict[str, Callable[[Records, Given], Iterable[Row]]] = {
    "inferred/competitors": competitors,
    "inferred/double_counts": double_counts,
    "inferred/drivers_reaching_tier": drivers_reaching_tier,
    "inferred/exposed_companies": exposed_companies,
    "inferred/suppliers_of_company": suppliers_of_company,
    "inferred/tiers_of_company": tiers_of_company,
}
"""By query: the rows it must give."""
