"""The part of a company's own printed revenue that stands in a tier (convention §11.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.model.answer import ExposureRow, Pair, claim_source
from bullwhip.model.claim import Claim
from bullwhip.model.exposure import Weight
from bullwhip.model.policy import POLICY
from bullwhip.model.program import CompiledProgram
from bullwhip.query.exposure import dimension_text, scaled, span

__all__ = ["REVENUE", "Revenues"]

REVENUE = "revenue"
"""The id of the measure by which documents print what a company itself takes in."""
_NONE: Pair = (None, None)


@dataclass(frozen=True)
class Revenues:
    """What companies themselves take in, as printed."""

    claims: Mapping[tuple[str, int], Sequence[Claim]]
    """The claims about a company and a calendar year."""
    currencies: Mapping[str, str]
    """The currency of each claim."""
    published: Mapping[str, str]
    policy: str

    @classmethod
    def of(cls, program: CompiledProgram, policy: str) -> Revenues:
        """Return the revenues that a program knows of: one figure for a whole calendar year, about the company."""
        published = {d.id: d.published for d in program.documents}
        found: dict[tuple[str, int], list[Claim]] = {}
        currencies = {}
        for claim in (c for c in program.claims if c.concept == REVENUE):
            kind, _, company = claim.entity.partition("/")
            year = claim.period_start[:4]
            whole = (claim.period_start, claim.period_end) == (f"{year}-01-01", f"{year}-12-31")
            figure = claim.value and claim.factor and claim.unit_id and claim.bound in ("", "~")
            if kind == "company" and whole and figure:
                found.setdefault((company, int(year)), []).append(claim)
                currencies[claim.id] = dimension_text(program, claim.unit_id)
        return cls(found, currencies, published, policy or POLICY)

    def weight(self, row: ExposureRow, period: int) -> Weight | None:
        """Return the weight of a row in the company's own revenue of a period; None where the row has no amount.

        The segment is the share of the tier's revenue. Only a revenue in the same currency counts; none is converted.
        """
        if not row.has_amount or row.market is None:
            return None
        rivals = self.claims.get((row.company, period), ())
        claims = [c for c in rivals if self.currencies[c.id] == row.currency]
        if not claims:
            return Weight(_NONE, _NONE, None, None, self._why(row, rivals, period))
        if len(claims) > 1:
            from bullwhip.compile.select import ranked

            claims = ranked(claims, self.policy, self.published)
        claim = claims[0]
        revenue = (claim.value or Fraction(0)) * (claim.factor or Fraction(1)) / row.scale
        part = scaled(span(row.share, row.share_range, row.share_bound), row.market / revenue)
        effect = _NONE if row.elasticity is None else scaled(part, row.elasticity)
        losers = tuple(f"{c.document} {c.locator}: {c.lexical} {c.unit}" for c in claims[1:] if c.value != claim.value)
        source = claim_source(claim, f"revenue of {row.company}", self.published[claim.document], losers)
        return Weight(part, effect, revenue, source, claim=claim.id)

    def _why(self, row: ExposureRow, rivals: Sequence[Claim], period: int) -> str:
        if not rivals:
            return f"no revenue of its own is printed for {period}"
        printed = " and ".join(sorted({self.currencies[c.id] for c in rivals}))
        return f"its own revenue is printed in {printed}, the tier is in {row.currency}; no rate joins them"
