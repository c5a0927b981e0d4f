"""Reads companies, the statements that tie them to tiers, and their printed shares."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from bullwhip.errors import Place, Problem, did_you_mean
from bullwhip.model.chain import Company, Share, Supply
from bullwhip.model.claim import Claim
from bullwhip.model.quantity import Quantity
from bullwhip.model.source import RawDocument, RawTable
from bullwhip.validate.catalogue import Rows, spellings
from bullwhip.validate.mapping import DocumentMapping

__all__ = ["company_names", "read_companies", "read_shares", "read_supplies", "with_wholes"]

_KINDS = ("", "unit", "group")


def read_companies(
    table: RawTable | None, problems: list[Problem], documents: Collection[str] = ()
) -> tuple[Company, ...]:
    """Return the companies of companies.tsv, in order of id.

    Args:
        table: the table.
        problems: where problems go.
        documents: ids of documents, which may stand before an alias that holds in that document only.
    """
    rows = Rows.read(table, "company", problems)
    rows.check("parent", rows.lines, "BW215", "company", problems)
    rows.check_circle("parent", problems, "BW215")
    companies = []
    for name, line in rows:
        members, aliases = spellings(line["members"], ())[0], spellings(line["aliases"], documents)
        for member in members:
            if member not in rows.lines:
                message = f"no company {member!r}, named as member of {name!r}"
                problems.append(Problem("BW215", message, line.place, did_you_mean(member, rows.lines)))
        if line["kind"] not in _KINDS:
            message = f"the kind {line['kind']!r} of {name!r} is not one of {', '.join(_KINDS[1:])}"
            problems.append(Problem("BW110", message, line.place, "leave it empty for a company"))
        if (line["kind"] == "group") != bool(members) or (line["kind"] == "unit" and not line["parent"]):
            message = f"{name!r} must be a group with members, a unit with a parent, or a company"
            problems.append(Problem("BW110", message, line.place))
        companies.append(
            Company(name, line.label, line["ticker"], line["exchange"], line["ticker_source"], line["parent"],
                    line["parent_source"], aliases[0], line["kind"], members, aliases[1])
        )  # fmt: skip
    return tuple(companies)


def company_names(companies: tuple[Company, ...], document: str) -> dict[str, str]:
    """Return every spelling of every company to its id; those that hold in the document alone come first.

    That no spelling is of two companies is checked with the names of all things (entities.py).
    """
    names = {c.id: c.id for c in companies}
    names |= {n: c.id for c in companies for n in (c.label.zh, c.label.en, *c.aliases) if n}
    return names | {name: c.id for c in companies for source, name in c.local if source == document}


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
        company = names.get(row["company"])
        if company is None:
            hint = did_you_mean(row["company"], names) or "add the company, or an alias, to ontology/companies.tsv"
            problems.append(
                Problem("BW215", f"no company {row['company']!r}", table.place(number, cells, "company"), hint)
            )
            continue
        if row["segment"] not in mapping.segments:
            hint = did_you_mean(row["segment"], mapping.segments) or "add it under segments: in the document file"
            problems.append(
                Problem(
                    "BW212",
                    f"the segment {row['segment']!r} is not mapped to a tier",
                    table.place(number, cells, "segment"),
                    hint,
                )
            )
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
                    table.place(number, cells, "segment"),
                    did_you_mean(tier, tiers),
                )
            )
            continue
        line = int(row["line"]) if row.get("line", "").isdecimal() else 0
        supplies.append(
            Supply(company, tier, role, row["segment"], mapping.document.id, row["locator"], line,
                   row.get("role", ""), row.get("stance", ""), product, index, mapping.topic(row["segment"]))
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
        for noun, key, name, known, code in (
            ("company", "company", rule.company, names, "BW215"),
            ("tier", "tier", rule.tier, tiers, "BW212"),
            ("quantity", "of", rule.of, quantities, "BW211"),
        ):
            if name not in known and not (noun == "quantity" and not name):
                problems.append(Problem(code, f"no {noun} {name!r}", rule.at(key), did_you_mean(name, known)))
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


def with_wholes(claims: Iterable[Claim], shares: Iterable[Share]) -> tuple[Claim, ...]:
    """Return claims, those that print a share with the tier and the quantity that it is a share of."""
    wholes: dict[str, set[str]] = {}
    for share in shares:
        wholes.setdefault(share.claim, set()).add(f"tier/{share.tier} {share.quantity}".rstrip())
    return tuple(replace(c, wholes=tuple(sorted(wholes[c.id]))) if c.id in wholes else c for c in claims)
