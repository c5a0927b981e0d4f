"""The tables of a workspace as data: values, claims, companies, shares, rules, sources; exposures to a driver."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, UsageError, did_you_mean
from bullwhip.export.data_tables import DataColumn, DataTable, Kind, archive, to_csv, to_parquet
from bullwhip.model.about import About
from bullwhip.model.quantity import index_text
from bullwhip.workspace.describing import about

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["TABLES", "csv", "parquet", "tables"]

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_NAMED = ("label_zh", "label_en")


def csv(workspace: Workspace, asked: Asked) -> bytes:
    """Return one table as CSV; its last column says on every row what it rests on, so that no row loses it."""
    table, said = _chosen(workspace, asked), about(workspace).line()
    rows = [(*row, said) for row in table.rows]
    return to_csv(DataTable(table.name, (*table.columns, DataColumn("about")), rows), excel=asked.excel)


def tables(workspace: Workspace, asked: Asked) -> bytes:
    """Return all tables as CSV files in one archive; exposures are among them where a driver is named."""
    names = [n for n in TABLES if n != "exposures" or asked.drivers]
    said = about(workspace)
    return archive([_about(said), *(_table(workspace, name, asked) for name in names)], excel=asked.excel)


def parquet(workspace: Workspace, asked: Asked) -> bytes:
    """Return one table as Parquet."""
    return to_parquet(_chosen(workspace, asked), about(workspace))


def _chosen(workspace: Workspace, asked: Asked) -> DataTable:
    """Return the table that is named; without a name exposures where a driver is named, else values."""
    return _table(workspace, asked.table or ("exposures" if asked.drivers else "values"), asked)


def _table(workspace: Workspace, name: str, asked: Asked) -> DataTable:
    if name not in TABLES:
        hint = did_you_mean(name, TABLES, "tables") or f"tables: {', '.join(TABLES)}"
        raise UsageError(Problem("BW001", f"no table {name!r}", hint=hint))
    return TABLES[name](workspace, asked)


def _columns(*names: str, **kinds: Kind) -> tuple[DataColumn, ...]:
    return tuple(DataColumn(name, kinds.get(name, "text")) for name in names)


def _about(said: About) -> DataTable:
    plain = said.as_dict()
    rows = [
        ("bullwhip", said.version), ("workspace", said.workspace), ("label_zh", said.label.zh),
        ("label_en", said.label.en), ("inputs", said.inputs), ("data_date", said.data_date),
        ("scenario", said.scenario), *(("set", text) for text in said.values), ("as_of", said.as_of),
        ("policy", said.policy), ("documents", " ".join(d["id"] for d in plain["documents"])),
    ]  # fmt: skip
    return DataTable("about", _columns("name", "value"), rows)


def _sources(workspace: Workspace, asked: Asked) -> DataTable:
    rows = [
        (d.id, d.slug, d.title.zh, d.title.en, d.publisher.zh, d.publisher.en, _day(d.published))
        for d in workspace.program.documents
    ]
    names = ("id", "slug", "title_zh", "title_en", "publisher_zh", "publisher_en", "published")
    return DataTable("sources", _columns(*names, published="date"), rows)


def _day(text: str) -> str | None:
    return text if _ISO.fullmatch(text) else None


def _values(workspace: Workspace, asked: Asked) -> DataTable:
    """Return every cell with its value, and for want of what it is unknown."""
    program, evaluation = workspace.program, workspace.evaluation
    rows = []
    for position, cell in enumerate(program.cells):
        if asked.period is not None and cell.period not in (None, asked.period):
            continue
        quantity, value = program.quantities[cell.quantity], evaluation.value(position)
        unknown = "" if value is not None else ", ".join(program.cells[p].name for p in evaluation.unknown(position))
        given = program.given.get(position)
        rows.append((
            cell.name, cell.quantity, quantity.label.zh, quantity.label.en, _index(cell.index), cell.period,
            quantity.unit, value, quantity.kind, quantity.tier, quantity.measure, quantity.is_driver, unknown,
            " ".join(given.claims) if given and position not in evaluation.overrides else "",
            position in evaluation.overrides,
        ))  # fmt: skip
    names = (
        "cell", "quantity", *_NAMED, "index", "period", "unit", "value", "kind", "tier", "measure", "driver",
        "unknown_because_of", "claims", "set",
    )  # fmt: skip
    kinds: dict[str, Kind] = {"period": "integer", "value": "number", "driver": "flag", "set": "flag"}
    return DataTable("values", _columns(*names, **kinds), rows)


def _index(index: Sequence[tuple[str, str]]) -> str:
    return ",".join(f"{d}={m}" for d, m in index)


def _claims(workspace: Workspace, asked: Asked) -> DataTable:
    """Return every printed figure, as printed and as read."""
    rows = [
        (c.id, c.document, c.locator, c.row, c.column, c.part, c.lexical, c.value, c.low, c.high, c.bound, c.unit,
         c.unit_id, c.status, c.period, c.subject, c.measure, c.by, c.basis, c.table, c.line,
         index_text(c.quantity, c.index, c.model_period) if c.quantity else "", c.model_value, c.feeds,
         c.entity, c.concept)
        for c in workspace.program.claims
    ]  # fmt: skip
    names = (
        "id", "document", "locator", "row", "column", "part", "lexical", "value", "low", "high", "bound", "unit",
        "unit_id", "status", "period", "subject", "measure", "by", "basis", "table", "line", "cell", "model_value",
        "feeds", "entity", "concept",
    )  # fmt: skip
    numbers: dict[str, Kind] = dict.fromkeys(("value", "low", "high", "model_value"), "number")
    return DataTable("claims", _columns(*names, **numbers, table="flag", line="integer", feeds="flag"), rows)


def _rules(workspace: Workspace, asked: Asked) -> DataTable:
    rows = [
        (q.id, q.label.zh, q.label.en, q.unit, q.kind, q.expression, *(q.edge or ("", "")), q.tier, q.measure,
         q.primary, q.source, q.note, q.file, q.line)
        for q in workspace.program.quantities.values()
    ]  # fmt: skip
    names = (
        "quantity", *_NAMED, "unit", "kind", "expression", "edge_from", "edge_to", "tier", "measure", "primary",
        "source", "note", "file", "line",
    )  # fmt: skip
    return DataTable("quantities", _columns(*names, primary="flag", line="integer"), rows)


def _tiers(workspace: Workspace, asked: Asked) -> DataTable:
    rows = [(t.id, t.label.zh, t.label.en, t.order, t.demand) for t in workspace.program.chain.tiers]
    return DataTable("tiers", _columns("id", *_NAMED, "order", "demand", order="integer", demand="flag"), rows)


def _edges(workspace: Workspace, asked: Asked) -> DataTable:
    rows = [(e.source, e.target, e.pulls) for e in workspace.program.chain.edges]
    return DataTable("edges", _columns("source", "target", "pulls", pulls="flag"), rows)


def _companies(workspace: Workspace, asked: Asked) -> DataTable:
    rows = [
        (c.id, c.label.zh, c.label.en, c.ticker, c.exchange, c.parent, c.kind, " ".join(c.members))
        for c in workspace.program.chain.companies
    ]
    return DataTable("companies", _columns("id", *_NAMED, "ticker", "exchange", "parent", "kind", "members"), rows)


def _supplies(workspace: Workspace, asked: Asked) -> DataTable:
    rows = [
        (s.company, s.tier, s.role, s.segment, s.product, _index(s.index), s.document, s.locator, s.line, s.note)
        for s in workspace.program.chain.supplies
    ]
    names = ("company", "tier", "role", "segment", "product", "index", "document", "locator", "line", "note")
    return DataTable("supplies", _columns(*names, line="integer"), rows)


def _shares(workspace: Workspace, asked: Asked) -> DataTable:
    claims = {c.id: c for c in workspace.program.claims}
    rows = []
    for s in workspace.program.chain.shares:
        claim = claims.get(s.claim)
        more = (claim.document, claim.locator, claim.status) if claim else ("", "", "")
        rows.append((s.company, s.tier, index_text(s.quantity, s.index), s.value, s.low, s.high, s.bound, s.period,
                     s.claim, *more))  # fmt: skip
    names = (
        "company", "tier", "share_of", "value", "low", "high", "bound", "period", "claim", "document", "locator",
        "status",
    )  # fmt: skip
    numbers: dict[str, Kind] = dict.fromkeys(("value", "low", "high"), "number")
    return DataTable("shares", _columns(*names, **numbers), rows)


def _exposures(workspace: Workspace, asked: Asked) -> DataTable:
    """Return the companies that each driver reaches, as `bullwhip exposure` ranks them.

    Raises:
        UsageError: BW002 without a driver.
    """
    if not asked.drivers:
        raise UsageError(Problem("BW002", "exposures are to a driver", hint="add --driver ID"))
    rows = []
    for driver in asked.drivers:
        answer = workspace.exposure(driver, asked.period)
        rows += [
            (r.rank, r.driver, r.company, r.label.zh, r.label.en, r.ticker, r.tier, index_text(r.quantity, r.index),
             answer.period, r.elasticity, r.market, r.unit, r.effect, r.share, *r.share_range, r.share_bound,
             r.share_period, r.value, *r.value_range, r.currency, r.share_claim, r.reason)
            for r in answer.rows
        ]  # fmt: skip
    names = (
        "rank", "driver", "company", *_NAMED, "ticker", "tier", "quantity", "period", "elasticity", "market", "unit",
        "effect", "share", "share_low", "share_high", "share_bound", "share_period", "value", "value_low", "value_high",
        "currency", "share_claim", "unknown_because",
    )  # fmt: skip
    numbers: dict[str, Kind] = dict.fromkeys(
        ("elasticity", "market", "effect", "share", "share_low", "share_high", "value", "value_low", "value_high"),
        "number",
    )
    return DataTable("exposures", _columns(*names, **numbers, rank="integer", period="integer"), rows)


TABLES: dict[str, Callable[[Workspace, Asked], DataTable]] = {
    "values": _values, "claims": _claims, "quantities": _rules, "tiers": _tiers, "edges": _edges,
    "companies": _companies, "supplies": _supplies, "shares": _shares, "sources": _sources, "exposures": _exposures,
}  # fmt: skip
"""Every table by its name; `exposures` needs a driver."""
