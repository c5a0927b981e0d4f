"""What the shipped queries on facts, model and provenance must answer, from the records of a program alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bullwhip.model.claim import STATUS, Claim
from bullwhip.model.comparable import amount_text
from bullwhip.model.period import read_year
from bullwhip.model.quantity import index_text
from bullwhip.numbers import fraction_text
from bullwhip.query.across import totals, years_before
from bullwhip.query.unit_terms import UnitTerms
from independent_records import Given, Records, Row, agreement, ends, names, row, status, wanted

__all__ = ["ANSWERS"]


def about_entity(r: Records, given: Given) -> Iterator[Row]:
    """Claims on a thing with a known measure."""
    for c in r.claims:
        if c.entity == given["entity"][0] and c.concept and wanted(given, "measure", c.concept):
            yield row(
                c.concept, c.period, c.lexical, c.unit, status(c), c.by, c.document, c.locator, c.row, c.column,
                r.published[c.document], c.id,
            )  # fmt: skip


def what_a_report_believes(r: Records, given: Given) -> Iterator[Row]:
    """Claims of a document on known things and measures."""
    for c in r.claims:
        asked = c.document == given["document"][0] and c.entity and c.concept
        if asked and all(wanted(given, *pair) for pair in
                         (("status", status(c)), ("entity", c.entity), ("measure", c.concept))):  # fmt: skip
            yield row(
                r.entity_id(c.entity), c.concept, c.period, c.lexical, c.unit, status(c), c.by, c.locator, c.row,
                c.column, c.id,
            )  # fmt: skip


def what_two_reports_say(r: Records, given: Given) -> Iterator[Row]:
    """Pairs of claims of two documents about the same."""
    for about, claims in r.pairs.items():
        for a in claims:
            for b in claims:
                if (a.document, b.document) == (given["first"][0], given["second"][0]):
                    sides = [(c.lexical, c.unit, status(c), c.locator) for c in (a, b)]
                    yield row(about, agreement(a, b), *sides[0], *sides[1], a.id, b.id)


def dated(r: Records, c: Claim) -> tuple[str, str]:
    """Return document and day of a claim."""
    return c.document, r.published[c.document]


def overtaken_estimates(r: Records, given: Given) -> Iterator[Row]:
    """Estimates with every later claim about the same."""
    for about, claims in r.pairs.items():
        for a in claims:
            for b in claims:
                if a.status == "E" and r.published[b.document] > r.published[a.document]:
                    later = (b.lexical, b.unit, status(b), *dated(r, b))
                    yield row(about, a.lexical, a.unit, *dated(r, a), *later, a.id, b.id)


def stale_estimates(r: Records, given: Given) -> Iterator[Row]:
    """Estimates for periods before a day, without an actual about the same."""
    [day] = given["day"]
    for about, claims in r.pairs.items():
        if any(c.status == "A" for c in claims):
            continue
        for c in claims:
            if c.status == "E" and r.published[c.document] < day and "" < ends(c) < day:
                yield row(about, c.period, ends(c), c.lexical, c.unit, *dated(r, c), c.locator, c.id)


def changes_between(r: Records, given: Given) -> Iterator[Row]:
    """Claims of one span of time with what was known before it."""
    after, until = given["after"][0], given["until"][0]
    for about, claims in r.pairs.items():
        known = [c for c in claims if r.published[c.document] <= after]
        for c in claims:
            if not after < r.published[c.document] <= until:
                continue
            head = (c.lexical, c.unit, status(c), *dated(r, c))
            if not known:
                yield row(about, "new", *head, *[None] * 5, c.id, None)
            for k in known:
                change = "repeated" if agreement(c, k) == "same" else "superseded"
                yield row(about, change, *head, k.lexical, k.unit, status(k), *dated(r, k), c.id, k.id)


def actual_against_estimate(r: Records, given: Given) -> Iterator[Row]:
    """Estimates with the actuals about the same."""
    for about, claims in r.pairs.items():
        for a in claims:
            for b in claims:
                if (a.status, b.status) == ("E", "A"):
                    sides = [(c.lexical, c.unit, *dated(r, c)) for c in (a, b)]
                    yield row(about, agreement(a, b), *sides[0], *sides[1], a.id, b.id)


def totals_and_parts(r: Records, given: Given) -> Iterator[Row]:
    """Totals with what they add up."""
    for a, b in set(totals(r.program)):
        if wanted(given, "document", a.document):
            yield row(
                a.document,
                a.lexical,
                a.unit,
                a.row,
                a.column,
                a.locator,
                b.lexical,
                b.unit,
                b.row,
                b.column,
                a.id,
                b.id,
            )


def bounded(r: Records, given: Given) -> Iterator[Row]:
    """Claims that are no single number."""
    for c in r.claims:
        if wanted(given, "document", c.document) and (c.bound or c.low is not None or c.high is not None):
            numbers = (None if v is None else fraction_text(v) for v in (c.low, c.high))
            yield row(
                c.document, c.locator, c.row, c.column, c.subject, c.measure, c.lexical, c.bound, *numbers, c.unit,
                c.period, c.id,
            )  # fmt: skip


def outside_the_model(r: Records, given: Given) -> Iterator[Row]:
    """Claims of a document without a quantity."""
    for c in r.claims:
        if c.document == given["document"][0] and not c.quantity:
            yield row(
                c.locator, c.row, c.column, c.subject, c.measure, c.lexical, c.unit, c.period, status(c),
                r.entity_id(c.entity), c.id,
            )  # fmt: skip


def units_by_measure(r: Records, given: Given) -> Iterator[Row]:
    """Units of the claims of each measure."""
    terms = UnitTerms.of(r.program.header)
    found: dict[tuple[str, str, str], list[Claim]] = {}
    for c in r.claims:
        if c.concept and c.unit and wanted(given, "measure", c.concept):
            found.setdefault((c.concept, c.unit, terms.iri(c.unit_id or c.unit)), []).append(c)
    for (concept, unit, iri), claims in found.items():
        count = len({c.document for c in claims})
        yield row(concept, *names(r.measures[concept]), unit, iri, len({c.id for c in claims}), count)


def documents(r: Records, given: Given) -> Iterator[Row]:
    """Documents with what each holds."""
    for d in r.program.documents:
        claims = {c.id for c in r.claims if c.document == d.id}
        supplies = {
            (s.company, s.tier, s.role, s.segment, s.locator, s.line, s.note)
            for s in r.chain.supplies
            if s.document == d.id
        }
        relations = {n.id for n in r.chain.relations if n.document == d.id}
        counts = (len(claims), len(supplies), len(relations))
        yield row(d.id, d.title.zh, d.title.en, d.publisher.zh, d.publisher.en, d.published, *counts)


def topics(r: Records, given: Given) -> Iterator[Row]:
    """Topics with the companies under them and the claims on them."""
    for t in r.chain.topics:
        named = {s.company for s in r.named if s.topic == t.id}
        claims = {c.id for c in r.claims if c.entity == f"topic/{t.id}"}
        yield row(t.id, *names(t), t.broader, t.tier, len(named), len(claims))


def companies_under_topic(r: Records, given: Given) -> Iterator[Row]:
    """Companies under a topic or one below it."""
    below = list(given["topic"])
    for name in below:
        below += [t.id for t in r.chain.topics if t.broader == name]
    for s in r.named:
        c = r.companies[s.company]
        if s.topic in below and s.segment:
            yield row(s.topic, c.id, *names(c), s.segment, s.stance, s.document, s.locator)


def series(r: Records, given: Given) -> Iterator[Row]:
    """Amounts with those of the year before."""
    for c, before in years_before(r.program):
        if wanted(given, "entity", c.entity):
            yield row(
                r.entity_id(c.entity), c.concept, read_year(c.period), c.lexical, c.unit, before.lexical, c.document,
                c.locator, c.id, before.id,
            )  # fmt: skip


def assumptions(r: Records, given: Given) -> Iterator[Row]:
    """Assumptions with the number of rules that read them."""
    for a in r.program.assumptions:
        q = r.quantities[a.quantity]
        readers = {other.id for other in r.quantities.values() if q.id in other.inputs}
        cell = index_text(a.quantity, a.index, a.period)
        yield row(cell, *names(q), fraction_text(a.value), q.unit, a.note, a.file, a.line, len(readers))


def resting_on(r: Records, given: Given) -> Iterator[Row]:
    """Quantities with a rule that reads a quantity, directly or not."""
    [name] = given["quantity"]
    for q in r.quantities.values():
        if any(name in r.behind(i) for i in q.inputs):
            yield row(q.id, *names(q), q.unit, q.tier, q.measure)


def impact_of_a_print(r: Records, given: Given) -> Iterator[Row]:
    """Quantities whose value is a claim, and all whose rules read them."""
    [claim] = given["claim"]
    direct = {r.program.cells[p].quantity for p, g in r.program.given.items() if claim in g.claims}
    for q in r.quantities.values():
        if r.behind(q.id) & direct:
            yield row(q.id, *names(q), q.id in direct, q.tier, q.measure)


def quantities_without_claim(r: Records, given: Given) -> Iterator[Row]:
    """Quantities that no claim is tied to."""
    printed, assumed = {c.quantity for c in r.claims}, {a.quantity for a in r.program.assumptions}
    for q in r.quantities.values():
        if q.id not in printed and wanted(given, "kind", q.kind):
            yield row(q.id, *names(q), q.unit, q.kind, not q.is_driver, q.id in assumed)


def scenarios(r: Records, given: Given) -> Iterator[Row]:
    """What each scenario sets."""
    for s in r.program.scenarios.values():
        if wanted(given, "scenario", s.id):
            yield from (row(s.id, *names(s), "value", cell, amount) for cell, amount, _ in s.values)
            yield from (row(s.id, *names(s), "rule", rule, name) for rule, name in s.variants)


def quantities_at_tier(r: Records, given: Given) -> Iterator[Row]:
    """Quantities of a tier with the number of claims tied to them."""
    for q in r.quantities.values():
        if q.tier == given["tier"][0]:
            claims = {c.id for c in r.claims if c.quantity == q.id}
            yield row(q.id, *names(q), q.unit, q.kind, q.measure, q.primary, not q.is_driver, len(claims))


def use(r: Records, c: Claim) -> str:
    """Return what the model does with a claim."""
    return "selected" if c.id in r.selected else "passed over" if c.feeds else "compared"


def sources_behind_cell(r: Records, given: Given) -> Iterator[Row]:
    """Claims and assumptions on a cell."""
    [cell] = given["cell"]
    for c in r.claims:
        if c.quantity and index_text(c.quantity, c.index, c.model_period) == cell:
            value = None if c.model_value is None else fraction_text(c.model_value)
            place = (c.document, c.locator, c.row, c.column, r.published[c.document])
            yield row(use(r, c), c.lexical, c.unit, value, status(c), *place, c.id, None)
    for a in r.program.assumptions:
        if index_text(a.quantity, a.index, a.period) == cell:
            value = fraction_text(a.value)
            yield row("assumed", value, None, value, *[None] * 7, a.note)


def claims_by_quantity(r: Records, given: Given) -> Iterator[Row]:
    """Claims tied to a quantity."""
    for c in r.claims:
        if c.quantity == given["quantity"][0]:
            place = (c.document, c.locator, c.row, c.column, r.published[c.document])
            cell = index_text(c.quantity, c.index, c.model_period)
            yield row(cell, c.lexical, c.unit, status(c), *place, use(r, c), c.id)


def sources_behind_quantity(r: Records, given: Given) -> Iterator[Row]:
    """Selected claims and assumptions on all that is behind a quantity."""
    behind = r.behind(given["quantity"][0])
    for position, g in r.program.given.items():
        name = r.program.cells[position].quantity
        for c in (r.by_id[i] for i in g.claims if name in behind):
            cell = index_text(c.quantity, c.index, c.model_period)
            yield row(name, cell, "claim", c.lexical, c.unit, c.document, c.locator, c.row, c.column, None)
    for a in r.program.assumptions:
        if a.quantity in behind:
            cell, unit = index_text(a.quantity, a.index, a.period), r.quantities[a.quantity].unit
            yield row(a.quantity, cell, "assumption", fraction_text(a.value), unit, *[None] * 4, a.note)


def conflicting_claims(r: Records, given: Given) -> Iterator[Row]:
    """Claims about the same with several amounts."""
    for about, claims in r.pairs.items():
        if len({amount_text(c) for c in claims} - {""}) > 1:
            for c in claims:
                if amount_text(c):
                    place = (c.document, c.locator, c.row, c.column)
                    amount = amount_text(c).replace("dimensionless", c.counted or "dimensionless")
                    yield row(about, amount, c.lexical, c.unit, status(c), c.by, *place, c.id)


def disputed_cells(r: Records, given: Given) -> Iterator[Row]:
    """Claims on cells for which several values are printed."""
    cells: dict[str, list[Claim]] = {}
    for c in r.claims:
        if c.quantity and c.model_value is not None:
            cells.setdefault(index_text(c.quantity, c.index, c.model_period), []).append(c)
    for cell, claims in cells.items():
        if len({c.model_value for c in claims}) > 1:
            for c in claims:
                value = fraction_text(c.model_value) if c.model_value is not None else None
                yield row(cell, value, c.lexical, c.unit, status(c), c.document, c.locator, c.row, c.column, c.id)


def document_overview(r: Records, given: Given) -> Iterator[Row]:
    """Claims of a document by status."""
    for d in r.program.documents:
        for kind in STATUS if d.id == given["document"][0] else ():
            claims = [c for c in r.claims if c.document == d.id and c.status == kind]
            joined = [c for c in claims if c.quantity]
            counts = (len(claims), len(joined), sum(c.feeds for c in joined))
            if claims:
                yield row(d.title.zh, d.title.en, d.published, STATUS[kind], *counts)


ANSWERS: dict[str, Callable[[Records, Given], Iterable[Row]]] = {
    "facts/about_entity": about_entity,
    "facts/actual_against_estimate": actual_against_estimate,
    "facts/bounded": bounded,
    "facts/changes_between": changes_between,
    "facts/companies_under_topic": companies_under_topic,
    "facts/documents": documents,
    "facts/outside_the_model": outside_the_model,
    "facts/overtaken_estimates": overtaken_estimates,
    "facts/series": series,
    "facts/stale_estimates": stale_estimates,
    "facts/topics": topics,
    "facts/totals": totals_and_parts,
    "facts/units_by_measure": units_by_measure,
    "facts/what_a_report_believes": what_a_report_believes,
    "facts/what_two_reports_say": what_two_reports_say,
    "model/assumptions": assumptions,
    "model/impact_of_a_print": impact_of_a_print,
    "model/quantities_at_tier": quantities_at_tier,
    "model/quantities_without_claim": quantities_without_claim,
    "model/resting_on": resting_on,
    "model/scenarios": scenarios,
    "provenance/claims_by_quantity": claims_by_quantity,
    "provenance/conflicting_claims": conflicting_claims,
    "provenance/disputed_cells": disputed_cells,
    "provenance/document_overview": document_overview,
    "provenance/sources_behind_cell": sources_behind_cell,
    "provenance/sources_behind_quantity": sources_behind_quantity,
}
"""By query: the rows it must give, in any order; a query that gives each row once has doubles here."""
