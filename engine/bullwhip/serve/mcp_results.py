"""Makes what the tools for agents give from the answers of the API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from bullwhip.serve.mcp_records import (
    Audit,
    Description,
    Driver,
    Drivers,
    Explanation,
    Explanations,
    Exposed,
    Exposures,
    Fact,
    Found,
    Given,
    Hit,
    Number,
    Receipt,
    Rows,
    Sensitivities,
    Sensitivity,
    Share,
    Source,
    Supply,
    Value,
    Values,
    Verdict,
)

__all__ = [
    "audit", "description", "drivers", "explanations", "exposures", "found", "rows", "sensitivities", "values",
]  # fmt: skip

Data = Mapping[str, Any]

_RELATIVE = "% per %"


def values(body: Data) -> Values:
    """Return values with unit and sources."""
    return Values(tuple(_value(v) for v in _listed(body["answer"])), _receipt(body))


def sensitivities(body: Data, rests_on: Iterable[Data]) -> Sensitivities:
    """Return sensitivities; `rests_on` are the answers to `value` for the same cells."""
    sources = {repr(s): _source(s) for v in rests_on for s in v["sources"]}
    return Sensitivities(
        tuple(_sensitivity(a) for a in _listed(body["answer"])), tuple(sources.values()), _receipt(body)
    )


def exposures(body: Data) -> Exposures:
    """Return a ranking."""
    a = body["answer"]
    return Exposures(a["period"], a["by"], tuple(_exposed(r) for r in a["rows"]), tuple(a["notes"]), _receipt(body))


def explanations(body: Data) -> Explanations:
    """Return explanations."""
    return Explanations(tuple(_explanation(a) for a in _listed(body["answer"])), _receipt(body))


def audit(body: Data, limit: int) -> Audit:
    """Return verdicts, the first `limit` of them."""
    a = body["answer"]
    return Audit(a["summary"], len(a["rows"]), tuple(_verdict(r) for r in a["rows"][:limit]), _receipt(body))


def drivers(body: Data, text: str, limit: int) -> Drivers:
    """Return the drivers whose id, labels or tier hold a text."""
    held = [d for d in body["answer"] if text.lower() in " ".join(str(d[k]) for k in _NAMES).lower()]
    return Drivers(tuple(_driver(d) for d in held[:limit]), len(held))


_NAMES = ("id", "label_zh", "label_en", "tier")


def found(body: Data) -> Found:
    """Return what a search finds."""
    a = body["answer"]
    hits = tuple(Hit(*(h[k] for k in ("kind", "id", "label_zh", "label_en", "name", "note"))) for h in a["hits"])
    return Found(a["total"], hits, tuple(a["suggestions"]))


def description(body: Data) -> Description:
    """Return all that is known of one thing."""
    a = dict(body["answer"])
    facts, shares = a.pop("facts", []), a.pop("shares", [])
    supplies, given = a.pop("supplies", []), a.pop("given", [])
    names = {k: a.pop(k) for k in ("kind", "id", "iri", "label_zh", "label_en")}
    totals = {k.removesuffix("_total"): a.pop(k) for k in list(a) if k.endswith("_total")}
    for key in ("ask", "range"):
        a.pop(key, None)
    return Description(
        **names, facts=tuple(_fact(f) for f in facts), shares=tuple(_share(s) for s in shares),
        supplies=tuple(_supply(s) for s in supplies), given=tuple(_given(g) for g in given), totals=totals, details=a,
        receipt=_receipt(body),
    )  # fmt: skip


def rows(answer: Data, warnings: Iterable[str], limit: int) -> Rows:
    """Return the answer to a query in the JSON format of SPARQL, the first `limit` rows of it."""
    if "boolean" in answer:
        return Rows((), (), 0, bool(answer["boolean"]), tuple(warnings))
    columns, bindings = answer["head"].get("vars", []), answer["results"]["bindings"]
    cells = (tuple(_term(b.get(c)) for c in columns) for b in bindings[:limit])
    return Rows(tuple(columns), tuple(cells), len(bindings), None, tuple(warnings))


def _listed(answer: Any) -> list[Data]:
    return answer if isinstance(answer, list) else [answer]


def _receipt(body: Data) -> Receipt:
    r = body["receipt"]
    return Receipt(
        r["workspace"], r["inputs"], r["scenario"], tuple(r["set"]), r["as_of"], r["policy"], tuple(r["documents"])
    )


def _number(a: Data, name: str, unit: str | None, exact: str = "") -> Number:
    ends = (a.get(f"{name}_low"), a.get(f"{name}_high"))
    return Number(a[name], unit or "", a.get(exact or f"{name}_exact"), *ends, a.get(f"{name}_bound"))


def _source(s: Data) -> Source:
    figure = " ".join(x for x in ((s["bound"] or "") + (s["lexical"] or ""), s["unit"]) if x) or None
    return Source(
        s["kind"], s["cell"], s["report"], s["locator"], s["row"], s["column"], figure, s["status"], s["as_of"],
        s["note"], tuple(s["disputed_by"]),
    )  # fmt: skip


def _at(
    s: Data, figure: str | None = None, status: str | None = None, note: str | None = None, kind: str = "claim"
) -> Source:
    """Return the place of a statement as a source."""
    return Source(
        kind, None, s["report"], s["locator"], s.get("row"), s.get("column"), figure, status, s.get("as_of"), note
    )


def _value(v: Data) -> Value:
    return Value(
        v["quantity"], v["label_zh"], v["label_en"], v["index"], v["period"], _number(v, "value", v["unit"], "exact"),
        tuple(v["missing"]), tuple(_source(s) for s in v["sources"]),
    )  # fmt: skip


def _sensitivity(a: Data) -> Sensitivity:
    return Sensitivity(
        a["quantity"], a["index"], a["period"], a["driver"], a["driver_index"], _number(a, "elasticity", _RELATIVE),
        _number(a, "derivative", f"{a['unit']} per {a['driver_unit']}"), a["elasticity_form"], a["derivative_form"],
        a["symbols"], a["left"] is not None, a["note"],
    )  # fmt: skip


def _exposed(r: Data) -> Exposed:
    path = tuple(dict.fromkeys(name for step in r["path"] for name in (step["from"], step["to"])))
    return Exposed(
        r["rank"], r["company"], r["label_zh"], r["label_en"], r["ticker"], r["tier"], r["driver"], r["quantity"],
        r["index"], _number(r, "elasticity", _RELATIVE), _number(r, "share", "1", "share_text"), r["share_period"],
        _number(r, "value", r["unit"]), r["status"], r["reason"], path, tuple(_source(s) for s in r["sources"]),
    )  # fmt: skip


def _explanation(a: Data) -> Explanation:
    elasticities = {_named(s["driver"], s["driver_index"]): _number(s, "elasticity", _RELATIVE)
                    for s in a["sensitivities"]}  # fmt: skip
    path = tuple(f"{s['from']} → {s['to']}" for s in a["path"])
    otherwise = tuple(f"{v['quantity']} = {v['rule']} under scenario {v['scenario']}" for v in a["variants"])
    return Explanation(
        _value(a), a["rule"], a["rule_source"], a["closed_form"],
        {s["symbol"]: Number(s["value"], s["unit"], s["exact"]) for s in a["symbols"]}, path, elasticities,
        tuple(_source(s) for s in a["printed"]), otherwise,
    )  # fmt: skip


def _named(name: str, index: Mapping[str, str]) -> str:
    return f"{name}[{','.join(f'{d}={m}' for d, m in index.items())}]" if index else name


def _verdict(r: Data) -> Verdict:
    figure = f"{r['printed']} {r['unit']}".rstrip()
    period = None if r["period"] is None else str(r["period"])
    return Verdict(
        r["verdict"], r["subject"], r["measure"], period, figure, _number(r, "recomputed", r["unit"]), r["explanation"],
        _at(r, figure), tuple(_at(x, f"{x['printed']} {x['unit']}".rstrip()) for x in r["reads"]),
        tuple(_at(x, f"{x['printed']} {x['unit']}".rstrip()) for x in r["suspects"]),
    )  # fmt: skip


def _driver(d: Data) -> Driver:
    first, last = d["periods"] or (None, None)
    return Driver(
        d["id"], d["label_zh"], d["label_en"], d["unit"], tuple(d["dimensions"]), first, last, d["tier"], d["known"],
        d["note"],
    )  # fmt: skip


def _fact(f: Data) -> Fact:
    figure = " ".join(x for x in ((f["bound"] or "") + f["lexical"], f["unit"]) if x)
    number = Number(f["value"], f["unit"], None, f["low"], f["high"], f["bound"])
    return Fact(number, f["subject"], f["measure"], f["period"], _at(f, figure, f["status"], f["basis"]), f["id"])


def _share(s: Data) -> Share:
    number = Number(s["value"], "1", s["exact"], s["low"], s["high"], s["bound"])
    said = s["source"]
    source = None if said is None else _at(said, f"{said['lexical']} {said['unit']}".rstrip(), said["status"])
    return Share(s["company"], s["tier"], s["quantity"], number, s["period"], source)


def _supply(s: Data) -> Supply:
    return Supply(s["company"], s["tier"], s["role"], s["segment"], _at(s["source"], note=s["note"], kind="supply"))


def _given(g: Data) -> Given:
    return Given(g["cell"], Number(g["value"], g["unit"], g["exact"]), tuple(g["claims"]), g["note"])


def _term(term: Data | None) -> str | None:
    if term is None:
        return None
    return f"_:{term['value']}" if term["type"] == "bnode" else str(term["value"])
