"""Quantities, dimensions and time: what rules speak about."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from bullwhip.model.claim import Index
from bullwhip.model.label import Label

__all__ = ["KINDS", "Dimension", "Quantity", "index_text", "parse_cell_name"]

KINDS = {
    "stock": "an amount that exists at a point in time",
    "flow": "an amount per period",
    "rate": "an amount per unit of time, such as FLOP/s",
    "ratio": "a share, growth rate or other pure number",
    "price": "money per unit of something",
    "coefficient": "an amount of one thing per unit of another",
}
"""What a quantity may be; units alone cannot tell accelerators installed from accelerators added."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A named axis with a closed list of members."""

    id: str
    label: Label
    members: tuple[str, ...]
    member_labels: tuple[Label, ...]
    alternatives: bool = False
    """True when members are rival readings of one thing (all A100 or all H100), which may never be added up."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A named thing with one unit, optional dimensions and optional periods; a driver where it has no expression."""

    id: str
    label: Label
    unit: str
    kind: str
    dimensions: tuple[str, ...]
    timed: bool
    """Whether it has a value per period, or one value for all."""
    where: tuple[Index, ...]
    """The only indices at which it exists; empty means every combination."""
    since: int | None
    until: int | None
    given: tuple[int, ...]
    """Periods in which a rule-defined quantity takes its value from facts instead."""
    low: Fraction | None
    high: Fraction | None
    expression: str
    """As authored; empty for a driver."""
    variants: tuple[tuple[str, str], ...]
    """Other expressions by name, chosen by a scenario."""
    edge: tuple[str, str] | None
    """The chain edge the rule sits on, in the direction of demand: from what, to what."""
    tier: str
    measure: str
    """`revenue` or `volume` where the quantity sizes its tier, else empty."""
    primary: bool
    """Whether exposure at the tier is read from this quantity first."""
    note: str
    source: str
    file: str
    line: int
    written: tuple[int, int, str]
    """Line and column of the expression, and the text of that line, for messages."""
    inputs: tuple[str, ...] = field(default=())
    """Quantities named by the expression, in order of appearance."""
    variant_inputs: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    """The same for each variant."""

    def reads(self, variant: str = "") -> tuple[str, ...]:
        """Return the quantities that the expression, or a variant of it, names."""
        return dict(self.variant_inputs).get(variant, self.inputs)

    @property
    def is_driver(self) -> bool:
        """Whether no rule defines it."""
        return not self.expression


def index_text(quantity: str, index: Index, period: int | None = None) -> str:
    """Return the name of a cell, e.g. `accelerator.count[chip=a100_sxm,period=2025]`.

    >>> index_text("hbm.value", (("chip", "a100_sxm"),), 2025)
    'hbm.value[chip=a100_sxm,period=2025]'
    """
    parts = [f"{d}={m}" for d, m in index]
    if period is not None:
        parts.append(f"period={period}")
    return f"{quantity}[{','.join(parts)}]" if parts else quantity


def parse_cell_name(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Split a cell name into the quantity id and its selectors; inverse of `index_text`, judging nothing.

    Raises:
        ValueError: if the brackets or the `dim=member` pairs are malformed.

    >>> parse_cell_name("hbm.value[chip=a100_sxm, period=2025]")
    ('hbm.value', (('chip', 'a100_sxm'), ('period', '2025')))
    """
    name, bracket, rest = text.partition("[")
    if not bracket:
        if "]" in text or "=" in text:
            raise ValueError("write ID[dimension=member,…]")
        return name.strip(), ()
    if not rest.rstrip().endswith("]") or rest.count("]") != 1 or "[" in rest:
        raise ValueError("the brackets do not close; write ID[dimension=member,…]")
    pairs = []
    for part in rest.rstrip()[:-1].split(","):
        dimension, equals, member = (p.strip() for p in part.partition("="))
        if not equals or not dimension or not member:
            raise ValueError(f"{part.strip()!r} is not of the form dimension=member")
        pairs.append((dimension, member))
    if len({d for d, _ in pairs}) < len(pairs):
        raise ValueError("a dimension is given twice")
    return name.strip(), tuple(pairs)
