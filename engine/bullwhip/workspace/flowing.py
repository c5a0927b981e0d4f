"""What flows along the chain in one unit: which companies a quantity goes to, and what is paid out of it further on.

Nothing is invented to make bands fit: a part is there where the rules or the documents say so, and what no part
accounts for is a band of its own (convention §26).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from bullwhip.errors import Problem, PropagationError, UsageError
from bullwhip.export.sankey import Band, Stage
from bullwhip.export.share_text import share_text, shown_shares
from bullwhip.model.chain import Share
from bullwhip.model.program import Cell
from bullwhip.numbers import decimal_text
from bullwhip.query.exposure import Roster
from bullwhip.query.totals import Counting
from bullwhip.workspace.describing import members_named, named, short

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace

__all__ = ["Flows", "flows"]

_REST = {"zh": ("未印出单一份额", "其余：未列入模型"), "en": ("no single share printed", "the rest: not in the model")}

_REASONS = {
    "zh": {"unit": "单位不同", "members": "有多个成员", "tier": "其环节已由另一指标代表", "unknown": "未知"},
    "en": {
        "unit": "its unit is another one", "members": "it has several members",
        "tier": "another quantity stands for its tier", "unknown": "unknown",
    },
}  # fmt: skip
"""Why a quantity is not drawn."""


@dataclass(frozen=True, slots=True)
class Flows:
    """The stages of a Sankey picture, and what is not drawn in it, with the reason."""

    stages: tuple[Stage, ...]
    unit: str
    left_out: tuple[str, ...]


def flows(workspace: Workspace, name: str, period: int | None, language: str) -> Flows:
    """Return the flows of a quantity: to companies by printed shares, and to what is bought out of it.

    Args:
        workspace: the workspace.
        name: the quantity, with members where it has several.
        period: the period; the default one when absent.
        language: of names.

    Raises:
        UsageError: BW552 where its parts are more than it, it is not above zero, or nothing is known of its parts.
        PropagationError: BW552 where its value is unknown.
    """
    return _Flowing(workspace, language).of(workspace.demand(name, period).position)


class _Flowing:
    """Reads the parts of quantities off a workspace."""

    def __init__(self, workspace: Workspace, language: str) -> None:
        self.workspace, self.language, self.code = workspace, language, "en" if language == "en" else "zh"
        self.program, self.evaluation = workspace.program, workspace.evaluation
        self.roster = Roster.of(self.program)
        self.counting = Counting(self.roster, self.evaluation.variants)
        self.left_out: list[str] = []
        self.stages: list[Stage] = []

    def of(self, position: int) -> Flows:
        """Return the flows of a cell."""
        cell = self.program.cells[position]
        value = self.evaluation.value(position)
        if value is None:
            missing = ", ".join(self.program.cells[p].name for p in self.evaluation.unknown(position)[:4])
            raise PropagationError(Problem("BW552", f"{cell.name} is unknown for want of {missing}"))
        if value <= 0:
            raise UsageError(Problem("BW552", f"{cell.name} is {decimal_text(value)}: a band cannot be as high"))
        self.stages.append(Stage("", value, "", (), ()))  # its place, before those of its parts
        out = self._bought(cell, value)
        sums = self._addends(cell, value)
        into = sums or (self._companies(cell, value) if out else ())
        out = out or self._companies(cell, value)
        if not into and not out:
            message = f"no print and no rule says where {cell.name} goes or comes from"
            raise UsageError(Problem("BW552", message, hint="bullwhip explain shows what it rests on"))
        self.stages[0] = Stage(self._name(cell), value, self._figure(cell, value), into, out)
        return Flows(tuple(self.stages), self.program.quantities[cell.quantity].unit, tuple(self.left_out))

    def _position(self, cell: Cell) -> int:
        position = self.program.dag.nodes[cell.node][1]
        assert isinstance(position, int)  # noqa: S101  the node of a cell names its position
        return position

    def _name(self, cell: Cell) -> str:
        members = members_named(self.program, cell.index, self.language)
        return f"{named(self.program.quantities[cell.quantity].label, cell.quantity, self.language)}{members}"

    def _figure(self, cell: Cell, value: Fraction) -> str:
        return f"{short(value, self.code)} {self.program.quantities[cell.quantity].unit}"

    def _addends(self, cell: Cell, value: Fraction) -> tuple[Band, ...]:
        """Return what the rule of a cell adds up, each part above zero and with a name of its own; else nothing."""
        factor, parts = self._sum(self.evaluation.definition.get(cell.node, -1))
        amounts = [self._node(part) for part in parts]
        called = [self._called(part) for part in parts]
        shared = {name for name, count in Counter(n for some in called for n in some).items() if count > 1}
        bands = []
        for amount, own in zip(amounts, (some - shared for some in called), strict=True):
            if factor is None or amount is None or factor * amount < 0 or len(own) != 1:
                return ()
            if amount:
                bands.append(Band(min(own), factor * amount, self._figure(cell, factor * amount)))
        return tuple(bands) if sum((b.value for b in bands), Fraction(0)) == value else ()

    def _sum(self, node: int) -> tuple[Fraction | None, tuple[int, ...]]:
        """Return the nodes that an expression adds up, and what they are multiplied by; no nodes where it is no sum."""
        operation, *arguments = self.program.dag.nodes[node] if node >= 0 else ("", ())
        if operation == "+":
            return Fraction(1), tuple(arguments)
        if operation != "*":
            return None, ()
        sums = [found for found in map(self._sum, arguments) if found[1]]
        if len(sums) != 1:
            return None, ()
        factor = sums[0][0]
        for argument in arguments:
            value = self._node(argument) if not self._sum(argument)[1] else Fraction(1)
            factor = None if factor is None or value is None else factor * value
        return factor, sums[0][1]

    def _node(self, node: int) -> Fraction | None:
        self.evaluation.run((node,))
        return self.evaluation.values[node]

    def _called(self, node: int) -> frozenset[str]:
        """Return the names of the quantities and members that an expression speaks of."""
        operation, *arguments = self.program.dag.nodes[node]
        if operation == "cell":
            part = self.program.cells[arguments[0]]
            return frozenset({self._name(part)} if not part.index else self._members(part))
        inner = [self._called(a) for a in arguments if isinstance(a, int)] if operation in ("*", "/", "+", "^") else []
        return frozenset().union(*inner)

    def _members(self, cell: Cell) -> set[str]:
        """Return what the members of a cell are called."""
        found = set()
        for dimension, member in cell.index:
            axis = self.program.dimensions[dimension]
            found.add(named(axis.member_labels[axis.members.index(member)], member, self.language))
        return found

    def _companies(self, cell: Cell, value: Fraction) -> tuple[Band, ...]:
        """Return the printed shares of a quantity as bands, and what they leave."""
        tier = self.program.quantities[cell.quantity].tier
        printed = [s for s in self.program.chain.shares if s.quantity == cell.quantity and self._fits(s, cell)]
        bands, ranges = [], []
        for (company, _), shown in shown_shares(printed).items():
            if shown.share.value is None or shown.share.bound not in ("", "~"):
                ranges.append(f"{self._company(company)} {share_text(shown.share)}")
                continue
            amount = value * shown.share.value
            of = shown.share.period
            other = f" ({of})" if of and of != str(cell.period or of) else ""  # a share of another year says which
            figure = f"{self._figure(cell, amount)}, {share_text(shown.share)}{other}"
            bands.append(Band(self._company(company), amount, figure, detail=of))
        if ranges:
            self.left_out.append(f"{self._name(cell)}: {', '.join(ranges)}")
        if not bands:
            return ()
        bands.sort(key=lambda b: -b.value)
        return self._with_rest(cell, value, bands, _REST[self.code][0], f"shares printed at {tier}")

    def _fits(self, share: Share, cell: Cell) -> bool:
        members = dict(cell.index)
        return all(members.get(d, m) == m for d, m in share.index)

    def _company(self, name: str) -> str:
        label = next((c.label for c in self.program.chain.companies if c.id == name), None)
        return named(label, name, self.code) if label else name

    def _with_rest(
        self, cell: Cell, value: Fraction, bands: list[Band], rest: str, what: str
    ) -> tuple[Band, ...]:  # fmt: skip
        """Return bands and what they leave of the whole, exactly.

        Raises:
            UsageError: BW552 where they are more than the whole.
        """
        left = value - sum((b.value for b in bands), Fraction(0))
        if left < 0:
            names = ", ".join(b.name for b in bands)
            message = f"what is drawn of {cell.name} is {self._figure(cell, -left)} more than it: {what}: {names}"
            raise UsageError(Problem("BW552", message, hint="the parts overlap or the figures contradict each other"))
        if left > 0:
            bands = [*bands, Band(rest, left, self._figure(cell, left), rest=True)]
        return tuple(bands)

    def _bought(self, cell: Cell, value: Fraction) -> tuple[Band, ...]:
        """Return what is paid out of a quantity at the tiers that supply it, nearest first; each is a stage too."""
        held = self._held(cell)
        bands: list[Band] = []
        for part in held:
            amount = self.evaluation.value(self._position(part))
            if amount is None or amount <= 0:
                unknown = f"{self._name(part)}: {_REASONS[self.code]['unknown']}"
                self.left_out.append(unknown if amount is None else self._name(part))
                continue
            at = len(self.stages)
            self.stages.append(Stage("", amount, "", (), ()))
            out = self._bought(part, amount) or self._companies(part, amount)
            self.stages[at] = Stage(self._name(part), amount, self._figure(part, amount), (), out)
            bands.append(Band(self._name(part), amount, self._figure(part, amount), stage=at))
        if not bands:
            return ()
        return self._with_rest(cell, value, bands, _REST[self.code][1], "what is bought")

    def _held(self, cell: Cell) -> list[Cell]:
        """Return one cell a supplying tier whose money the cell holds, without those that another of them holds."""
        unit = self.program.quantities[cell.quantity].unit
        reason = self.counting.reason
        inside = [q for q in self.roster.money(cell.quantity) if reason(q, cell.quantity) == "bought"]
        direct = [q for q in inside if not any(reason(q, other) for other in inside if other != q)]
        found: dict[str, Cell] = {}
        for name in sorted(direct, key=lambda q: (not self.program.quantities[q].primary, q)):
            quantity = self.program.quantities[name]
            cells = [
                c
                for c in (self.program.cells[p] for p in self.program.positions(name))
                if c.period in (None, cell.period) and all(dict(cell.index).get(d, m) == m for d, m in c.index)
            ]
            read = [c for c in cells if self._is_read(cell, c)]
            some = read if len(cells) > 1 and len(read) == 1 else cells
            if quantity.tier in found or len(some) != 1 or quantity.unit != unit:
                reason_text = "unit" if quantity.unit != unit else "members"
                reason_text = "tier" if quantity.tier in found else reason_text
                self.left_out.append(
                    f"{named(quantity.label, name, self.language)}: {_REASONS[self.code][reason_text]}"
                )
                continue
            found[quantity.tier] = some[0]
        return list(found.values())

    def _is_read(self, whole: Cell, part: Cell) -> bool:
        """Return whether one cell rests on the other."""
        return part.node in self.evaluation.below(self._position(whole))
