"""Everything known of one thing, as plain data: names, what it is part of, what is printed of it and where to go on.

Nothing is computed here that another answer gives: `ask` names the calls that do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from bullwhip.model.answer import as_number, exact_text
from bullwhip.model.chain import Share, Supply
from bullwhip.model.claim import STATUS, Claim
from bullwhip.model.label import Label
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity, index_text
from bullwhip.terms import resource
from bullwhip.workspace.identifying import identify
from bullwhip.workspace.listing import fact, list_kind, quantity_entry
from bullwhip.workspace.naming import select_cells

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["describe"]

Data = dict[str, Any]


def describe(workspace: Workspace, name: str, limit: int) -> Data:
    """Return all that is known of a thing.

    Args:
        workspace: where it is known.
        name: what `identify` reads.
        limit: how many facts, and other statements of a kind, are told; all are counted.

    Raises:
        UsageError: BW001 where there is no such thing or several; BW002 for a cell that cannot be read.
    """
    kind, identifier = identify(workspace, name)
    thing = _Thing(workspace, identifier, limit)
    found = _KINDS[kind](thing)
    label, ask = found.pop("label"), found.pop("ask")
    plain = identifier.partition("[")[0] if kind == "quantity" else identifier
    stands_for_itself = (kind, identifier) == ("scenario", "base")  # the facts as they are: no node of the graph
    head = {"kind": kind, "id": identifier, "iri": None if stands_for_itself else resource(kind, plain)}
    return head | {"label_zh": label.zh or None, "label_en": label.en or None} | found | {"ask": ask}


class _Thing:
    """One thing of a workspace, and what is said of it."""

    def __init__(self, workspace: Workspace, identifier: str, limit: int) -> None:
        self.workspace, self.program, self.id, self.limit = workspace, workspace.program, identifier, limit
        self.published = {d.id: d.published for d in self.program.documents}

    def entry(self, kind: str) -> Data:
        """Return what `list` says of it, but for id and labels."""
        entries = list_kind(self.program, self.workspace.files, kind)
        found = next(e for e in entries if e["id"] == self.id)
        return {k: v for k, v in found.items() if k not in ("id", "label_zh", "label_en", "unit")}

    def some(self, name: str, rows: Iterable[Any]) -> Data:
        """Return the first rows under a name, and how many there are."""
        every = list(rows)
        return {name: every[: self.limit], f"{name}_total": len(every)}

    def facts(self, claims: Iterable[Claim]) -> Data:
        """Return what is printed of it."""
        return self.some("facts", (fact(c, self.published[c.document]) for c in claims))

    def about(self, kind: str) -> Data:
        """Return what is printed of it and which relations to others are."""
        name = f"{kind}/{self.id}"
        relations = list_kind(self.program, self.workspace.files, "relations")
        named = (r for r in relations if name in r["from_entities"] or name in r["to_entities"])
        return self.facts(c for c in self.program.claims if c.entity == name) | self.some("relations", named)

    def supplies(self, chosen: Callable[[Supply], bool]) -> Data:
        """Return what documents say of roles at tiers."""
        return self.some("supplies", (_supply(self, s) for s in self.program.chain.supplies if chosen(s)))

    def shares(self, chosen: Callable[[Share], bool]) -> Data:
        """Return printed shares with their sources."""
        claims = {c.id: c for c in self.program.claims}
        return self.some(
            "shares", (_share(self, s, claims.get(s.claim)) for s in self.program.chain.shares if chosen(s))
        )


def _company(t: _Thing) -> Data:
    chain = t.program.chain
    company = next(c for c in chain.companies if c.id == t.id)
    tiers = {s.tier for s in chain.supplies if s.company == t.id and s.role == "supplier"}
    entry = t.entry("companies")
    return {
        "label": company.label, **entry, "company_kind": entry["kind"],
        "parts": [c.id for c in chain.companies if c.parent == t.id],
        "products": [p.id for p in chain.products if p.company == t.id],
        "entry_points": _sized(t.program, tiers),
        **t.supplies(lambda s: s.company == t.id), **t.shares(lambda s: s.company == t.id),
        **t.some("mentions", ({"topic": m.topic or None, "segment": m.segment, "note": m.note or None,
                               "stance": m.stance or None, "source": _place(t, m.document, m.locator, m.line)}
                              for m in chain.mentions if m.company == t.id)),
        **t.about("company"), "kind": "company", "ask": [_call("company", company=t.id)],
    }  # fmt: skip


def _tier(t: _Thing) -> Data:
    chain = t.program.chain
    tier = next(x for x in chain.tiers if x.id == t.id)
    quantities = [q for q in t.program.quantities.values() if q.tier == t.id]
    return {
        "label": tier.label, "aliases": list(tier.aliases), **t.entry("tiers"),
        "supplied_by": [{"tier": e.source, "pulls": e.pulls} for e in chain.edges if e.target == t.id],
        "supplies_to": [{"tier": e.target, "pulls": e.pulls} for e in chain.edges if e.source == t.id],
        "entry_points": _sized(t.program, {t.id}),
        "quantities": [_quantity_line(q) for q in quantities],
        "products": [p.id for p in chain.products if p.tier == t.id],
        "topics": [x.id for x in chain.topics if x.tier == t.id],
        **t.supplies(lambda s: s.tier == t.id), **t.shares(lambda s: s.tier == t.id), **t.about("tier"),
        "ask": [_call("value", id=q.id) for q in quantities if q.primary],
    }  # fmt: skip


def _product(t: _Thing) -> Data:
    product = next(p for p in t.program.chain.products if p.id == t.id)
    entry = t.entry("products")
    return {
        "label": product.label, **entry, "product_kind": entry["kind"], "kind": "product",
        "variants": [p.id for p in t.program.chain.products if p.family == t.id],
        **t.supplies(lambda s: s.product == t.id), **t.about("product"), "ask": [],
    }  # fmt: skip


def _topic(t: _Thing) -> Data:
    chain = t.program.chain
    topic = next(x for x in chain.topics if x.id == t.id)
    return {
        "label": topic.label, **t.entry("topics"), "narrower": [x.id for x in chain.topics if x.broader == t.id],
        "companies": sorted({m.company for m in chain.mentions if m.topic == t.id}),
        **t.supplies(lambda s: s.topic == t.id), **t.about("topic"), "ask": [],
    }  # fmt: skip


def _quantity(t: _Thing) -> Data:
    program = t.program
    selection = select_cells(program, t.id)
    q = selection.quantity
    cells = [program.cells[p] for p in selection.positions]
    chosen = set(selection.members)
    printed = (c for c in program.claims if c.quantity == q.id and chosen <= set(c.index))
    readers = [r.id for r in program.quantities.values() if q.id in r.reads()]
    entry = quantity_entry(program, q)
    given = [p for p in selection.positions if p in program.given]
    named = index_text(q.id, selection.members, selection.period)
    ask = [_call("value", id=named), _call("explain", id=named), _call("sensitivity", id=named)]
    return {
        "label": q.label, **{k: v for k, v in entry.items() if k not in ("id", "label_zh", "label_en", "kind")},
        "is_driver": q.is_driver, "sizes": q.measure or None, "primary": q.primary,
        "edge": None if q.edge is None else {"from": q.edge[0], "to": q.edge[1]},
        "reads": list(q.inputs), "read_by": readers, "variants": dict(q.variants), "file": f"{q.file}:{q.line}",
        **t.some("cells", (c.name for c in cells)),
        **t.some("given", (_given(t, p) for p in given)), **t.facts(printed),
        "ask": [*ask, _call("exposure", driver=named)] if q.is_driver or q.given else ask,
    }  # fmt: skip


def _measure(t: _Thing) -> Data:
    measure = next(m for m in t.program.chain.measures if m.id == t.id)
    entry = t.entry("measures") | {"claims": sum(c.concept == t.id for c in t.program.claims)}
    return {"label": measure.label, **entry, **t.facts(c for c in t.program.claims if c.concept == t.id), "ask": []}


def _member(t: _Thing) -> Data:
    dimension, _, member = t.id.partition("=")
    found = t.program.dimensions[dimension]
    quantities = [q for q in t.program.quantities.values() if dimension in q.dimensions]
    return {
        "label": found.member_labels[found.members.index(member)], "dimension": dimension, "member": member,
        "dimension_label_zh": found.label.zh or None, "dimension_label_en": found.label.en or None,
        "alternatives": found.alternatives, "members": list(found.members),
        "quantities": [_quantity_line(q) for q in quantities],
        **t.facts(c for c in t.program.claims if (dimension, member) in c.index), "ask": [],
    }  # fmt: skip


def _document(t: _Thing) -> Data:
    document = next(d for d in t.program.documents if d.id == t.id)
    claims = [c for c in t.program.claims if c.document == t.id]
    places = Counter(c.locator for c in claims)
    return {
        "label": document.title, "slug": document.slug, "publisher_zh": document.publisher.zh or None,
        "publisher_en": document.publisher.en or None, "published": document.published,
        "claims": len(claims), "statuses": dict(sorted(Counter(STATUS[c.status] for c in claims).items())),
        **t.some("locators", ({"locator": place, "claims": n} for place, n in places.items())),
        "feeds": sum(c.feeds for c in claims),
        "ask": [_call("facts", report=t.id), _call("audit", report=t.id), _call("conflicts", report=t.id)],
    }  # fmt: skip


def _scenario(t: _Thing) -> Data:
    entries = list_kind(t.program, t.workspace.files, "scenarios")
    entry = next(e for e in entries if e["id"] == t.id)
    scenario = t.program.scenarios.get(t.id)
    return {
        "label": Label(entry["label_zh"] or "", entry["label_en"] or ""), "set": entry["set"],
        "variants": entry["variants"], "varies": [v.name for v in scenario.vary] if scenario else [],
        "ask": [] if scenario is None else [_call("diff", a="base", b=t.id)],
    }  # fmt: skip


def _claim(t: _Thing) -> Data:
    claim = next(c for c in t.program.claims if c.id == t.id)
    said = fact(claim, t.published[claim.document])
    ask = [_call("audit", report=claim.document, locator=claim.locator)]
    if claim.quantity:
        ask.append(_call("explain", id=index_text(claim.quantity, claim.index, claim.model_period)))
    return {"label": Label(f"{claim.subject} · {claim.measure}"), "facts": [said], "facts_total": 1, "ask": ask}


_KINDS: dict[str, Callable[[_Thing], Data]] = {
    "company": _company, "tier": _tier, "product": _product, "topic": _topic, "quantity": _quantity,
    "measure": _measure, "member": _member, "document": _document, "scenario": _scenario, "claim": _claim,
}  # fmt: skip


def _call(name: str, **arguments: str) -> Data:
    return {"call": name, "arguments": arguments}


def _sized(program: CompiledProgram, tiers: set[str]) -> list[Data]:
    """Return the quantities through which drivers reach companies at tiers."""
    return [{"tier": q.tier, **_quantity_line(q)} for q in program.quantities.values() if q.tier in tiers and q.measure]


def _quantity_line(q: Quantity) -> Data:
    return {
        "id": q.id, "label_zh": q.label.zh or None, "label_en": q.label.en or None, "unit": q.unit,
        "sizes": q.measure or None, "primary": q.primary,
    }  # fmt: skip


def _given(t: _Thing, position: int) -> Data:
    """Return an input of the model with where its value comes from."""
    cell, given = t.program.cells[position], t.program.given[position]
    return {
        "cell": cell.name, "value": as_number(given.value), "exact": exact_text(given.value),
        "unit": t.program.quantities[cell.quantity].unit, "claims": list(given.claims),
        "disputed_by": list(given.losers), "note": given.note or None,
    }  # fmt: skip


def _place(t: _Thing, document: str, locator: str, line: int) -> Data:
    return {"report": document, "locator": locator, "line": line, "as_of": t.published.get(document)}


def _supply(t: _Thing, s: Supply) -> Data:
    return {
        "company": s.company, "tier": s.tier, "role": s.role, "segment": s.segment, "product": s.product or None,
        "topic": s.topic or None, "index": dict(s.index), "note": s.note or None, "stance": s.stance or None,
        "source": _place(t, s.document, s.locator, s.line),
    }  # fmt: skip


def _share(t: _Thing, s: Share, claim: Claim | None) -> Data:
    source = None if claim is None else {
        **_place(t, claim.document, claim.locator, claim.line), "row": claim.row or claim.subject,
        "column": claim.column or claim.measure, "lexical": claim.lexical, "unit": claim.unit,
        "status": claim.status, "status_label": STATUS[claim.status],
    }  # fmt: skip
    return {
        "company": s.company, "tier": s.tier, "quantity": s.quantity or None, "index": dict(s.index),
        "value": as_number(s.value), "low": as_number(s.low), "high": as_number(s.high), "exact": exact_text(s.value),
        "bound": s.limit or None, "period": s.period or None, "claim": s.claim, "source": source,
    }  # fmt: skip
