"""Lists what a workspace holds, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.model.answer import as_number
from bullwhip.model.chain import Company
from bullwhip.model.claim import STATUS, Claim
from bullwhip.model.entity import Measure, Product, Topic
from bullwhip.model.inference import Relation
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity

__all__ = ["KINDS", "chosen_claims", "fact", "facts", "list_kind", "quantity_entry"]

KINDS = (
    "drivers",
    "quantities",
    "rules",
    "companies",
    "products",
    "topics",
    "measures",
    "relations",
    "inference",
    "tiers",
    "dimensions",
    "reports",
    "scenarios",
    "queries",
)


def list_kind(program: CompiledProgram, files: Mapping[str, bytes], kind: str) -> list[dict[str, Any]]:
    """Return every thing of a kind with id, labels and unit.

    Raises:
        UsageError: BW001 for an unknown kind.
    """
    if kind not in KINDS:
        raise UsageError(Problem("BW001", f"no kind {kind!r}", hint=did_you_mean(kind, KINDS, "kinds")))
    quantities = list(program.quantities.values())
    if kind == "drivers":
        given = [q for q in quantities if q.is_driver or q.given]
        return [quantity_entry(program, q) for q in given]
    if kind == "quantities":
        return [quantity_entry(program, q) for q in quantities]
    if kind == "rules":
        return [quantity_entry(program, q) for q in quantities if not q.is_driver]
    if kind == "companies":
        return _companies(program)
    if kind in ("products", "topics", "measures", "relations"):
        return _things(program, kind)
    if kind == "inference":
        return [_inferred(program, r) for r in program.inference.relations]
    if kind == "tiers":
        return [
            _entry(t.id, t.label.zh, t.label.en) | {"order": t.order, "demand": t.demand} for t in program.chain.tiers
        ]
    if kind == "dimensions":
        return [
            _entry(d.id, d.label.zh, d.label.en) | {"members": list(d.members), "alternatives": d.alternatives}
            for d in program.dimensions.values()
        ]
    if kind == "reports":
        return [
            _entry(d.id, d.title.zh, d.title.en)
            | {"publisher": d.publisher.text("en"), "published": d.published,
               "claims": sum(c.document == d.id for c in program.claims)}
            for d in program.documents
        ]  # fmt: skip
    if kind == "scenarios":
        base = _entry("base", "事实与假设", "facts and assumptions as they are") | {"set": {}, "variants": {}}
        return [base] + [
            _entry(s.id, s.label.zh, s.label.en) | {"set": {c: v for c, v, _ in s.values}, "variants": dict(s.variants)}
            for s in program.scenarios.values()
        ]
    from bullwhip.query.header import read_headers

    return [
        _entry(h.id, h.title.zh, h.title.en)
        | {"answers": h.description, "parameters": [p.name for p in h.parameters], "columns": list(h.columns),
           "example": h.example or None}
        for h in read_headers(files)
    ]  # fmt: skip


def _entry(name: str, zh: str, en: str, unit: str | None = None) -> dict[str, Any]:
    return {"id": name, "label_zh": zh, "label_en": en, "unit": unit}


def _inferred(program: CompiledProgram, relation: Relation) -> dict[str, Any]:
    """Return what rules derive: its arguments, what a fact of it says, and the rules that derive it."""
    derived = [r.id for r in program.inference.rules if any(h.predicate == relation.id for h in r.heads)]
    return _entry(relation.id, relation.label.zh, relation.label.en) | {
        "arguments": list(relation.arguments), "says_zh": relation.says.zh or None,
        "says_en": relation.says.en or None, "rules": derived,
    }  # fmt: skip


def quantity_entry(program: CompiledProgram, q: Quantity) -> dict[str, Any]:
    """Return a quantity as plain data."""
    cells = [i for i, c in enumerate(program.cells) if c.quantity == q.id]
    periods = sorted({program.cells[i].period or 0 for i in cells} - {0})
    return _entry(q.id, q.label.zh, q.label.en, q.unit) | {
        "kind": "driver" if q.is_driver else "rule", "measures": q.kind, "dimensions": list(q.dimensions),
        "periods": [periods[0], periods[-1]] if periods else None, "base_periods": list(q.given),
        "tier": q.tier or None,
        "known": sum(i in program.given for i in cells), "expression": q.expression or None,
        "range": [as_number(q.low), as_number(q.high)], "source": q.source or None, "note": q.note or None,
    }  # fmt: skip


def _companies(program: CompiledProgram) -> list[dict[str, Any]]:
    tiers: dict[str, list[str]] = {}
    for s in program.chain.supplies:
        if s.role == "supplier" and s.tier not in tiers.setdefault(s.company, []):
            tiers[s.company].append(s.tier)
    return [
        _entry(c.id, c.label.zh, c.label.en)
        | {"ticker": c.ticker or None, "exchange": c.exchange or None, "ticker_source": c.ticker_source or None,
           "parent": c.parent or None, "parent_source": c.parent_source or None, "kind": c.kind or "company",
           "members": list(c.members), "aliases": _spellings(c), "tiers": tiers.get(c.id, [])}
        for c in program.chain.companies
    ]  # fmt: skip


def _spellings(thing: Company | Product | Topic | Measure) -> list[str]:
    return list(dict.fromkeys((*thing.aliases, *(name for _, name in thing.local))))


def _things(program: CompiledProgram, kind: str) -> list[dict[str, Any]]:
    """Return what claims are about beside companies and tiers, and what relations the documents state."""
    chain = program.chain
    used: dict[str, int] = {}
    for claim in program.claims:
        for name in {claim.entity, claim.concept and f"measure/{claim.concept}"} - {""}:
            used[name] = used.get(name, 0) + 1
    if kind == "products":
        return [
            _entry(p.id, p.label.zh, p.label.en)
            | {"company": p.company or None, "kind": p.kind or None, "tier": p.tier or None, "form": p.form or None,
               "variant_of": p.family or None, "aliases": _spellings(p), "claims": used.get(f"product/{p.id}", 0)}
            for p in chain.products
        ]  # fmt: skip
    if kind == "topics":
        return [
            _entry(t.id, t.label.zh, t.label.en)
            | {"broader": t.broader or None, "tier": t.tier or None, "aliases": _spellings(t),
               "claims": used.get(f"topic/{t.id}", 0)}
            for t in chain.topics
        ]  # fmt: skip
    if kind == "measures":
        return [
            _entry(m.id, m.label.zh, m.label.en)
            | {"units": list(m.units), "timed": m.timed, "aliases": _spellings(m),
               "claims": used.get(f"measure/{m.id}", 0)}
            for m in chain.measures
        ]  # fmt: skip
    return [
        _entry(r.id, "", "", r.unit or None)
        | {"report": r.document, "locator": r.locator, "line": r.line, "from": r.source, "to": r.target,
           "relation": r.relation, "from_entities": list(r.sources), "to_entities": list(r.targets),
           "coefficient": as_number(r.coefficient), "unit_id": r.unit_id or None, "status": r.status or None,
           "period": r.period or None}
        for r in chain.relations
    ]  # fmt: skip


def facts(program: CompiledProgram, report: str, locator: str, subject: str, quantity: str) -> list[dict[str, Any]]:
    """Return claims as plain data."""
    published = {d.id: d.published for d in program.documents}
    return [fact(c, published[c.document]) for c in chosen_claims(program, report, locator, subject, quantity)]


def chosen_claims(program: CompiledProgram, report: str, locator: str, subject: str, quantity: str) -> list[Claim]:
    """Return the claims that filters choose; filters are exact, and an unknown one is refused with the nearest name.

    A subject can also be the id of what a claim is about, with or without its kind: whatever the documents call it.
    """
    claims = list(program.claims)
    filters = (
        ("report", report, "document"),
        ("locator", locator, "locator"),
        ("subject", subject, "subject"),
        ("quantity", quantity, "quantity"),
    )
    for name, wanted, attribute in filters:
        if not wanted:
            continue
        if name == "subject" and (about := [c for c in claims if wanted in (c.entity, c.entity.partition("/")[2])]):
            claims = about
            continue
        known = {str(getattr(c, attribute)) for c in claims} - {""}
        if wanted not in known:
            hint = did_you_mean(wanted, known) or (f"one of {', '.join(sorted(known))}" if len(known) <= 12 else "")
            if not hint and name == "quantity":
                hint = "bullwhip list quantities shows every id"
            raise UsageError(Problem("BW001", f"no claim has the {name} {wanted!r}", hint=hint))
        claims = [c for c in claims if getattr(c, attribute) == wanted]
    return claims


def fact(c: Claim, as_of: str) -> dict[str, Any]:
    """Return one claim as plain data: as printed, and as the model reads it."""
    return {
        "report": c.document, "locator": c.locator, "row": c.row or None, "column": c.column or None,
        "lexical": c.lexical, "value": as_number(c.value), "low": as_number(c.low), "high": as_number(c.high),
        "bound": c.bound or None, "unit": c.unit, "status": c.status, "period": c.period or None,
        "subject": c.subject, "measure": c.measure, "entity": c.entity or None, "concept": c.concept or None,
        "quantity": c.quantity or None,
        "index": dict(c.index) if c.quantity else None, "part": c.part or None, "by": c.by or None,
        "status_label": STATUS[c.status], "unit_id": c.unit_id or None, "line": c.line, "as_of": as_of,
        "model_period": c.model_period, "model_value": as_number(c.model_value),
        "model_exact": None if c.model_value is None else str(c.model_value), "feeds": c.feeds, "id": c.id,
        "basis": c.basis or None, "extra": dict(c.extra),
        "period_start": c.period_start or None, "period_end": c.period_end or None,
        "period_kind": c.period_kind or None,
    }  # fmt: skip
