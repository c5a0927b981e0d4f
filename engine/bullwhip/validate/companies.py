"""Reads companies, the statements that tie them to tiers, and their printed shares."""

from __future__ import annotations

from collections.abc import Collection

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.expr.grammar import MEMBER
from bullwhip.model.chain import Company, Share, Supply
from bullwhip.model.claim import Claim
from bullwhip.model.label import Label
from bullwhip.model.quantity import Quantity
from bullwhip.model.source import RawDocument, RawTable
from bullwhip.validate.mapping import DocumentMapping

__all__ = ["company_names", "read_companies", "read_shares", "read_supplies"]

_COLUMNS = (
    "id",
    "label_zh",
    "label_en",
    "ticker",
    "exchange",
    "ticker_source",
    "parent",
    "parent_source",
    "aliases",
)


def read_companies(table: RawTable | None, problems: list[Problem]) -> tuple[Company, ...]:
    """Return the companies of companies.tsv, in order of id."""
    if table is None:
        return ()
    missing = [c for c in ("id", "label_zh", "label_en") if c not in table.columns]
    if missing:
        message = f"the table has no column {', '.join(missing)}"
        problems.append(Problem("BW113", message, Place(table.file, 1, 1, "\t".join(table.columns))))
        return ()
    companies: dict[str, Company] = {}
    for number, cells in table.rows:
        row = dict(zip(table.columns, cells, strict=True))
        place = Place(table.file, number, 1, "\t".join(cells), len(row["id"]))
        if not MEMBER.fullmatch(row["id"]):
            problems.append(Problem("BW203", f"the company id {row['id']!r} is malformed", place, "use snake_case"))
            continue
        if row["id"] in companies:
            problems.append(Problem("BW202", f"the company {row['id']!r} is declared twice", place))
            continue
        aliases = tuple(a for a in row.get("aliases", "").split(";") if a)
        companies[row["id"]] = Company(
            row["id"], Label(row["label_zh"], row["label_en"]), row.get("ticker", ""), row.get("exchange", ""),
            row.get("ticker_source", ""), row.get("parent", ""), row.get("parent_source", ""), aliases,
        )  # fmt: skip
    for company in companies.values():
        if company.parent and company.parent not in companies:
            hint = did_you_mean(company.parent, companies)
            problems.append(
                Problem(
                    "BW215",
                    f"no company {company.parent!r}, named as parent of {company.id!r}",
                    Place(table.file),
                    hint,
                )
            )
    return tuple(companies[i] for i in sorted(companies))


def company_names(companies: tuple[Company, ...], problems: list[Problem]) -> dict[str, str]:
    """Return every spelling of every company to its id; a spelling of two companies is a problem."""
    names: dict[str, str] = {}
    for company in companies:
        for name in dict.fromkeys((company.id, company.label.zh, company.label.en, *company.aliases)):
            if not name:
                continue
            other = names.setdefault(name, company.id)
            if other != company.id:
                message = f"{name!r} names both {other!r} and {company.id!r}"
                problems.append(Problem("BW215", message, Place("ontology/companies.tsv"), "keep it at one of them"))
    return names


def read_supplies(
    raw: RawDocument,
    mapping: DocumentMapping,
    names: dict[str, str],
    tiers: Collection[str],
    problems: list[Problem],
) -> tuple[Supply, ...]:
    """Return what a document says about companies at tiers."""
    table = raw.tables.get("vendors")
    if table is None:
        return ()
    missing = [c for c in ("locator", "segment", "company") if c not in table.columns]
    if missing:
        message = f"the table has no column {', '.join(missing)}"
        problems.append(Problem("BW113", message, Place(table.file, 1, 1, "\t".join(table.columns))))
        return ()
    supplies = []
    for number, cells in table.rows:
        row = dict(zip(table.columns, cells, strict=True))
        place = Place(table.file, number, 1, "\t".join(cells))
        company = names.get(row["company"])
        if company is None:
            hint = did_you_mean(row["company"], names) or "add the company, or an alias, to ontology/companies.tsv"
            problems.append(Problem("BW215", f"no company {row['company']!r}", place, hint))
            continue
        if row["segment"] not in mapping.segments:
            hint = did_you_mean(row["segment"], mapping.segments) or "add it under segments: in the document file"
            problems.append(Problem("BW212", f"the segment {row['segment']!r} is not mapped to a tier", place, hint))
            continue
        segment = mapping.segments[row["segment"]]
        if segment is None:
            continue
        tier, role, product, index = segment
        if tier not in tiers:
            problems.append(
                Problem(
                    "BW212",
                    f"no tier {tier!r} for the segment {row['segment']!r}",
                    place,
                    did_you_mean(tier, tiers),
                )
            )
            continue
        line = int(row["line"]) if row.get("line", "").isdecimal() else 0
        supplies.append(
            Supply(company, tier, role, row["segment"], mapping.document.id, row["locator"], line,
                   row.get("role", ""), row.get("stance", ""), product, index)
        )  # fmt: skip
    return tuple(supplies)


def read_shares(
    mapping: DocumentMapping,
    claims: tuple[Claim, ...],
    names: dict[str, str],
    tiers: Collection[str],
    quantities: dict[str, Quantity],
    problems: list[Problem],
) -> tuple[Share, ...]:
    """Return the shares that the mapping names, each from the claim that prints it, as fractions of one."""
    shares = []
    for rule in mapping.shares:
        checks = (
            (
                rule.company in names,
                "BW215",
                f"no company {rule.company!r}",
                did_you_mean(rule.company, names),
            ),
            (rule.tier in tiers, "BW212", f"no tier {rule.tier!r}", did_you_mean(rule.tier, tiers)),
            (
                not rule.of or rule.of in quantities,
                "BW211",
                f"no quantity {rule.of!r}",
                did_you_mean(rule.of, quantities),
            ),
        )
        problems += [Problem(code, message, rule.place, hint) for good, code, message, hint in checks if not good]
        matches = [c for c in claims if not c.table and c.subject == rule.subject and c.measure == rule.measure]
        if not matches:
            message = f"no claim on {rule.subject!r}, {rule.measure!r}"
            problems.append(
                Problem("BW211", message, rule.place, "copy subject and measure as they stand in claims.tsv")
            )
        for claim in matches:
            if claim.unit_id != "%":
                problems.append(Problem("BW205", f"a share is printed in {claim.unit!r}, % was expected", rule.place))
                continue
            value, low, high = (None if v is None else v / 100 for v in (claim.value, claim.low, claim.high))
            if any(v is not None and not 0 <= v <= 1 for v in (value, low, high)):
                problems.append(Problem("BW209", f"the share {claim.lexical} is outside 0 … 100 %", rule.place))
                continue
            company = names.get(rule.company, "")
            shares.append(Share(company, rule.tier, rule.of, (), value, low, high, claim.bound, claim.period, claim.id))
    return tuple(shares)
