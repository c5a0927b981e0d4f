"""What answers look like, as JSON Schemas (draft 2020-12): the shapes that docs/json.md promises.

A record lists the keys that are always there; others may come, and what is unknown is null.
"""

from __future__ import annotations

from typing import Any

__all__ = ["ANSWERS", "SCHEMAS"]

Schema = dict[str, Any]
Keys = dict[str, Schema]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
NUMBER: Schema = {"type": "number"}
TRUTH: Schema = {"type": "boolean"}
INDEX: Schema = {"type": "object", "additionalProperties": {"type": "string"}}


def ref(name: str) -> Schema:
    """Return a reference to a schema of the table."""
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(schema: Schema) -> Schema:
    """Return a schema that null fits, too."""
    if isinstance(schema.get("type"), str):
        return schema | {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    """Return the schema of a list."""
    return {"type": "array", "items": schema}


def keyed(schema: Schema) -> Schema:
    """Return the schema of an object with any keys."""
    return {"type": "object", "additionalProperties": schema}


def each(names: str, schema: Schema) -> Keys:
    """Return keys that have one schema."""
    return dict.fromkeys(names.split(), schema)


def record(*groups: Keys, optional: Keys | None = None, **keys: Schema) -> Schema:
    """Return the schema of an object with these keys, and optional ones."""
    always: Keys = {name: schema for group in (*groups, keys) for name, schema in group.items()}
    return {"type": "object", "required": sorted(always), "properties": {**always, **(optional or {})}}


def one_or_all(name: str) -> Schema:
    """Return the schema of an answer where there is one, and of a list of them otherwise."""
    return {"oneOf": [ref(name), many(ref(name))]}


SOME_TEXT, SOME_WHOLE, SOME_NUMBER, SOME_TRUTH = maybe(TEXT), maybe(WHOLE), maybe(NUMBER), maybe(TRUTH)
TEXTS, SOURCES, EDGE = many(TEXT), many(ref("Source")), maybe(record(each("from to", TEXT)))
CELL = each("quantity unit", TEXT) | {"index": INDEX, "period": SOME_WHOLE}
LABELS = each("label_zh label_en", SOME_TEXT)
SIDE = maybe(record(each("derivative elasticity", SOME_NUMBER)))
SLOPES = (
    each("driver driver_unit", TEXT)
    | each("derivative elasticity", SOME_NUMBER)
    | each("derivative_exact elasticity_exact derivative_form elasticity_form note", SOME_TEXT)
    | {"driver_index": INDEX, "left": SIDE, "right": SIDE, "symbols": keyed(TEXT)}
)


def ends(*names: str) -> Keys:
    """Return the keys of numbers that may be ranges."""
    found: dict[str, Schema] = {}
    for name in names:
        found |= each(f"{name} {name}_low {name}_high", SOME_NUMBER) | {f"{name}_exact": SOME_TEXT}
    return found


_VALUE = CELL | LABELS | {
    "value": SOME_NUMBER, "exact": SOME_TEXT, "scenario": TEXT, "sources": SOURCES, "missing": TEXTS,
    "variant": SOME_TEXT,
}  # fmt: skip
_PLACE = each("at_exact", SOME_TEXT) | each("at at_width", NUMBER)
_BOUNDS = record(
    each("low high", SOME_NUMBER), each("low_exact high_exact", SOME_TEXT), each("low_open high_open", TRUTH),
    optional={"why": TEXT},
)  # fmt: skip
_RANKING = LABELS | each("period", SOME_WHOLE) | each("scenario by", TEXT) | {
    "as_of": SOME_TEXT, "notes": TEXTS, "rows": many(ref("ExposureRow")), "totals": many(ref("Total")),
    "receipt": ref("Receipt"),
}  # fmt: skip
_BOTH_ENDS = each("a b", SOME_NUMBER) | each("a_exact b_exact", SOME_TEXT)
_CHOICE = record(each("quantity", TEXT), each("variant_a variant_b rule_a rule_b", SOME_TEXT))
_WHERE = record(
    each("report locator row column printed unit claim", TEXT), part=SOME_TEXT,
    optional=each("needed_low needed_high", SOME_NUMBER),
)  # fmt: skip
_SAID = each("report locator as_of", SOME_TEXT) | {"line": SOME_WHOLE}
_ASK = many(record({"call": TEXT, "arguments": keyed(TEXT)}))

SCHEMAS: dict[str, Schema] = {
    "Receipt": record(
        each("bullwhip workspace inputs scenario policy", TEXT), set=TEXTS, as_of=SOME_TEXT, documents=TEXTS
    ),
    "Problem": record(
        each("type title", TEXT), status=WHOLE,
        optional={**each("detail code hint", TEXT), **each("line column", WHOLE), "problems": many(record(
            optional={**each("code detail hint", SOME_TEXT), **each("line column", SOME_WHOLE)}))},
    ),
    "Source": record(
        {"kind": {"enum": ["claim", "assumption", "set", "supply"]}, "cell": TEXT, "line": SOME_WHOLE},
        each("report locator row column lexical unit status as_of note bound", SOME_TEXT), disputed_by=TEXTS,
        optional={"value": SOME_NUMBER},
    ),
    "Value": record(_VALUE),
    "Second": record(SLOPES),
    "Kink": record(
        {"cell": TEXT, "function": {"enum": ["min", "max", "abs", "where", "floor", "ceil"]}, "text": TEXT},
        {"sides": many(ref("Option")), "options": many(ref("Option")), "binding": TEXTS, "next": SOME_TEXT},
        each("slack relative", SOME_NUMBER), each("slack_exact relative_exact unit note", SOME_TEXT),
        {"at_tie": SOME_TRUTH, "jump": SOME_TRUTH, "switching": many(ref("Switching"))},
    ),
    "Option": record({"text": TEXT, "value": SOME_NUMBER, "exact": SOME_TEXT}),
    "Switching": record(
        {"driver": TEXT, "driver_index": INDEX, "moves": {"enum": ["value", "factor"]}, "unit": TEXT},
        each("now low high", NUMBER), each("below above", SOME_NUMBER),
        each("now_exact below_exact above_exact note", SOME_TEXT), each("below_jump above_jump", SOME_TRUTH),
    ),
    "Sensitivity": record(CELL, SLOPES, scenario=TEXT, second=maybe(many(ref("Second"))), kinks=many(ref("Kink"))),
    "Step": record(each("from to rule", TEXT), edge=EDGE, optional={"elasticity": SOME_NUMBER}),
    "Explanation": record(
        _VALUE, each("label rule_file closed_form", TEXT), each("rule rule_source latex note", SOME_TEXT),
        closed_form_size=WHOLE, path=many(ref("Step")), paths=keyed(many(ref("Step"))),
        symbols=many(record(each("symbol quantity unit", TEXT), index=INDEX, period=SOME_WHOLE, value=SOME_NUMBER,
                            exact=SOME_TEXT)),
        sensitivities=many(ref("Sensitivity")), printed=SOURCES, kinks=many(ref("Kink")),
        variants=many(record(each("quantity scenario rule", TEXT), note=SOME_TEXT)),
    ),
    "ExposureRow": record(
        LABELS, each("rank path_length path_count", WHOLE), each("company tier quantity driver", TEXT),
        {"index": INDEX, "path": many(ref("Step")), "sources": SOURCES, "unit": SOME_TEXT},
        {"status": {"enum": ["known", "unknown", "kink"]}, "measure": SOME_TEXT},
        each("ticker value_bound share_bound share_period formula formula_source reason weight_note", SOME_TEXT),
        each("elasticity_exact value_exact own_revenue_exact", SOME_TEXT),
        each("elasticity value value_low value_high share share_low share_high tier_value tier_effect", SOME_NUMBER),
        each("elasticity_left elasticity_right own_revenue", SOME_NUMBER), ends("weight", "weight_effect"),
        weight_claim=maybe(ref("Source")), counted_in=many(record(each("tier quantity reason", TEXT))),
        paths=maybe(many(record(steps=many(ref("Step")), effect=SOME_NUMBER, effect_exact=SOME_TEXT))),
        edges=maybe(many(record(each("from to", TEXT), each("elasticity share value", SOME_NUMBER), edge=EDGE,
                                elasticity_exact=SOME_TEXT))),
        documents=maybe(many(record(
            {"document": TEXT, "inputs": many(record(each("cell stands_in", TEXT))), "gone": TRUTH},
            each("elasticity value value_low value_high", SOME_NUMBER),
            each("elasticity_exact value_exact note", SOME_TEXT)))),
    ),
    "Total": record(
        LABELS, {"rank": WHOLE, "company": TEXT, "driver": TEXT, "at_least": SOME_TRUTH, "elasticity": SOME_NUMBER},
        each("currency note", SOME_TEXT), ends("value", "known", "at_most", "weight_effect"), path_length=SOME_WHOLE,
        **each("parts left_out unknown bounded approximate", TEXTS),
    ),
    "Exposure": record({k: v for k, v in _RANKING.items() if k not in LABELS}, driver=TEXT, driver_index=INDEX),
    "CompanyExposure": record(_RANKING, company=TEXT, ticker=SOME_TEXT),
    "Bounds": _BOUNDS,
    "Binding": record(each("cell function", TEXT), taken=TEXTS, others=TEXTS),
    "Switch": record(_PLACE, each("cell function before after", TEXT)),
    "Root": record(
        each("kind", TEXT), binding=many(ref("Binding")), switches=many(ref("Switch")), set=maybe(TEXTS),
        check=SOME_NUMBER, check_exact=SOME_TEXT,
        optional={**each("value low high", NUMBER), **each("width low_width high_width", NUMBER),
                  **each("exact low_exact high_exact", SOME_TEXT), **each("low_open high_open", TRUTH)},
    ),
    "Solution": record(
        CELL, each("driver driver_unit unknown method scenario", TEXT), each("base driver_base", SOME_NUMBER),
        target=ref("Bounds"), searched=ref("Bounds"), reached=maybe(ref("Bounds")), claim=maybe(ref("Source")),
        driver_index=INDEX, moved=TEXTS, roots=many(ref("Root")), ranges=many(ref("Root")), notes=TEXTS,
        jumps=many(record(_PLACE, {"from": SOME_NUMBER, "to": SOME_NUMBER})), pieces=SOME_WHOLE,
    ),
    "Bottleneck": record(
        CELL, each("driver driver_unit", SOME_TEXT), each("value driver_base", SOME_NUMBER), scenario=TEXT, notes=TEXTS,
        caps=many(record(
            {"cell": TEXT, "function": TEXT, "unit": SOME_TEXT, "tight": SOME_TRUTH}, arguments=many(record(
                {"argument": TEXT, "binds": SOME_TRUTH, "price_unit": SOME_TEXT},
                each("value slack slack_relative price_more price_less", SOME_NUMBER),
                each("exact slack_exact price_more_exact price_less_exact", SOME_TEXT),
                each("moves_above moves_below", maybe(ref("Switch"))))))),
        searched=maybe(record(each("low high low_width high_width", NUMBER), each("low_exact high_exact", SOME_TEXT))),
        switches=many(ref("Switch")),
    ),
    "Moved": record(
        each("quantity unit", TEXT), _BOTH_ENDS, each("period_a period_b", SOME_WHOLE), index=INDEX,
        sources_a=SOURCES, sources_b=SOURCES,
    ),
    "Term": record(
        LABELS, {"kind": {"enum": ["driver", "rule", "level"]}, "quantity": TEXT, "index": INDEX},
        each("amount part", SOME_NUMBER), each("amount_exact part_exact", SOME_TEXT), cells=many(ref("Moved")),
        variants=maybe(_CHOICE),
    ),
    "Difference": record(
        {"kind": {"enum": ["scenarios", "periods", "vintages"]}, "receipt": ref("Receipt")}, each("a b by", TEXT),
        drivers=many(ref("Moved")), rules=many(_CHOICE), changes=many(record(
            LABELS, _BOTH_ENDS, each("quantity unit", TEXT), each("period_a period_b orders", SOME_WHOLE),
            each("difference relative", SOME_NUMBER), each("difference_exact relative_exact method note", SOME_TEXT),
            index=INDEX, exact=TRUTH, missing_a=TEXTS, missing_b=TEXTS, terms=maybe(many(ref("Term"))))),
    ),
    "Audit": record(
        summary=keyed(WHOLE), rows=many(record(
            each("report locator subject measure printed unit explanation claim", TEXT), {"hypotheses": TEXTS},
            each("row column part recomputed_exact quantity rule", SOME_TEXT),
            {"verdict": {"enum": ["reproduced", "within_rounding", "contradicted", "not_derivable"]}},
            each("recomputed printed_low printed_high", SOME_NUMBER), index=maybe(INDEX),
            period={"type": ["integer", "string", "null"]}, reads=many(_WHERE), suspects=many(_WHERE))),
    ),
    "Conflict": record(
        {"kind": {"enum": ["value", "identity", "whole"]}, "differs_in": TEXTS},
        each("about subject measure note", TEXT), each("period quantity entity concept rule policy", SOME_TEXT),
        claims=many(record(
            each("report locator subject measure printed unit status status_label claim", TEXT),
            each("row column part basis by as_of", SOME_TEXT), each("value low high", SOME_NUMBER), line=WHOLE,
            selected=TRUTH)),
    ),
    "Fact": record(
        each("report locator lexical unit status status_label subject measure as_of id", TEXT),
        each("row column bound period entity concept quantity part by unit_id model_exact basis", SOME_TEXT),
        each("period_start period_end period_kind", SOME_TEXT), each("value low high model_value", SOME_NUMBER),
        index=maybe(INDEX), line=WHOLE, model_period=SOME_WHOLE, feeds=TRUTH, extra=keyed(TEXT),
    ),
    "Found": record(
        {"text": TEXT, "total": WHOLE, "suggestions": TEXTS},
        hits=many(record(LABELS, each("kind id fit what name", TEXT), note=SOME_TEXT)),
    ),
    "Entry": record({"id": TEXT, "unit": SOME_TEXT}, LABELS, optional=each("claims order known", SOME_WHOLE)),
    "QueryText": record(
        {"id": TEXT, "unit": SOME_TEXT, "answers": TEXT, "example": SOME_TEXT, "text": TEXT}, LABELS,
        parameters=TEXTS, columns=TEXTS, needs=TEXTS, inputs=many(record(
            each("name type kind says", TEXT), each("optional several", TRUTH), default=SOME_TEXT,
            choices=maybe(TEXTS))),
    ),
    "Table": record(columns=TEXTS, rows=many(many(SOME_TEXT)), total=WHOLE, warnings=many(ref("Warning"))),
    "Warning": record(
        each("code severity message", TEXT), each("file hint", SOME_TEXT), each("line column", SOME_WHOLE)
    ),
    "BoundQuery": record({"id": SOME_TEXT, "text": TEXT}, values=keyed(TEXTS), prefixes=keyed(TEXT)),
    "StatedFact": record(each("text predicate", TEXT), terms=TEXTS, **each("says_zh says_en", SOME_TEXT)),
    "BareFact": record(predicate=TEXT, terms=TEXTS, optional=each("text says_zh says_en", SOME_TEXT)),
    "Guard": record(text=TEXT, values=keyed(TEXT), holds=TRUTH),
    "Proof": record(
        fact=ref("StatedFact"), steps=many(record(
            {"fact": ref("StatedFact"), "matched": WHOLE, "graphs": TEXTS},
            each("rule reason_zh reason_en", SOME_TEXT),
            matches=many(record(bindings=keyed(TEXT), premises=many(WHOLE), guards=many(ref("Guard")),
                                absent=many(ref("BareFact")))),
            source=maybe(record(each("document locator row column file", SOME_TEXT), line=SOME_WHOLE)))),
    ),
    "FactAnswer": record(
        {"question": TEXT, "holds": TRUTH, "complete": TRUTH, "variables": TEXTS}, facts=many(ref("StatedFact")),
        proofs=many(ref("Proof")), undefined=many(record(each("rule reason", TEXT), places=WHOLE)),
        why_not=maybe(record(
            {"holds": TRUTH, "complete": TRUTH, "limit": SOME_TEXT, "fact": ref("BareFact")}, candidates=many(record(
                each("missing blocking", many(ref("BareFact"))), failing=many(ref("Guard")), rules=TEXTS)))),
    ),
    "Description": record(
        {"kind": TEXT, "id": TEXT, "iri": SOME_TEXT, "ask": _ASK}, LABELS,
        optional={
            "facts": many(ref("Fact")), "relations": many(ref("Entry")),
            **each("facts_total relations_total supplies_total shares_total mentions_total cells_total", WHOLE),
            **each("given_total locators_total feeds", WHOLE),
            "supplies": many(record(each("company tier role segment", TEXT), index=INDEX, source=record(_SAID),
                                    **each("product topic note stance", SOME_TEXT))),
            "shares": many(record(
                each("company tier claim", TEXT), each("quantity exact bound period", SOME_TEXT),
                each("value low high", SOME_NUMBER), index=INDEX, source=maybe(record(
                    _SAID, each("row column lexical unit status status_label", TEXT))))),
            "entry_points": many(ref("Sizing")), "cells": TEXTS, "given": many(record(
                each("cell unit", TEXT), each("exact note", SOME_TEXT), value=SOME_NUMBER, claims=TEXTS,
                disputed_by=TEXTS)),
        },
    ),
    "Sizing": record({"id": TEXT, "unit": TEXT, "sizes": SOME_TEXT, "primary": TRUTH}, LABELS, optional={"tier": TEXT}),
    "Model": record(
        {"format": TEXT, "graph": many({}), "indices": many({"type": "array"})},
        each("workspace stamp start units cells given ranges map audit claims", {"type": "object"}),
        each("documents dimensions quantities tiers edges companies supplies", many({"type": "object"})),
        each("shares revenues scenarios conflicts", many({"type": "object"})),
    ),
}  # fmt: skip
"""By name; `#/components/schemas/NAME` refers to one."""

ANSWERS: dict[str, Schema] = {
    "exposure": ref("Exposure"), "company": ref("CompanyExposure"), "value": one_or_all("Value"),
    "sensitivity": one_or_all("Sensitivity"), "explain": one_or_all("Explanation"), "solve": one_or_all("Solution"),
    "bottleneck": one_or_all("Bottleneck"), "diff": ref("Difference"), "explain-fact": ref("FactAnswer"),
    "audit": ref("Audit"), "conflicts": many(ref("Conflict")), "facts": many(ref("Fact")), "search": ref("Found"),
    "list": many(ref("Entry")), "describe": ref("Description"), "queries": many(ref("QueryText")),
    "query": ref("Table"), "query-text": ref("BoundQuery"), "model": ref("Model"),
}  # fmt: skip
"""The answer of every call that gives JSON."""
