"""The compiled program as columns for the explorer: quantities, cells, operations, the chain; no answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from bullwhip.export.escape import clean_text
from bullwhip.export.formulas import as_lists, layout
from bullwhip.expr.dag import arguments
from bullwhip.expr.grammar import parse
from bullwhip.model.claim import Index
from bullwhip.model.label import Label
from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import Quantity
from bullwhip.numbers import fraction_text

__all__ = ["Numbering", "exact_number", "label_pair", "plain"]

_LEAST, _GREATEST = 1e-290, 1e290
_WORD = re.compile(r"[A-Za-z_]+|[百十千]?[万亿]+|百万")
_WORDS = {
    "day": ("天", "day"), "hour": ("小时", "hour"), "week": ("周", "week"), "month": ("月", "month"),
    "year": ("年", "year"), "万": ("万", "10 thousand"), "百万": ("百万", "million"), "亿": ("亿", "100 million"),
    "十亿": ("十亿", "billion"), "百亿": ("百亿", "10 billion"), "千亿": ("千亿", "100 billion"),
    "万亿": ("万亿", "trillion"), "千万": ("千万", "10 million"), "十万": ("十万", "100 thousand"),
}  # fmt: skip
"""Words of units that are said otherwise in the other language; symbols are the same in both."""


def exact_number(value: Fraction | None) -> int | float | str | None:
    """Return a number whose digits say the value exactly: a JSON number where a double has them, else text.

    >>> exact_number(Fraction(3, 10)), exact_number(Fraction(2, 3)), exact_number(Fraction(10**18))
    (0.3, '2/3', 1000000000000000000)
    """
    if value is None:
        return None
    if value.denominator == 1 and abs(value.numerator) < 2**53:
        return value.numerator
    nearest = float(value) if abs(value.numerator).bit_length() - value.denominator.bit_length() < 960 else 0.0
    if _LEAST < abs(nearest) < _GREATEST and Fraction(repr(nearest)) == value:
        return int(value) if value.denominator == 1 and abs(value) < 10**21 else nearest
    return fraction_text(value)


def plain(text: str) -> str:
    """Return a text as data for a page: one line, without controls and marks that turn the writing direction.

    >>> plain("HBM" + chr(0x202E) + chr(10) + "3e" + chr(7))
    'HBM 3e'
    """
    return clean_text(text).strip()


def label_pair(label: Label) -> list[str]:
    """Return a label as its Chinese and English texts; where one is missing, the other."""
    return [plain(label.text("zh")), plain(label.text("en"))]


class Numbering:
    """A program in which everything of a list is named by its place in it."""

    def __init__(self, program: CompiledProgram) -> None:
        self.program = program
        self.quantities = {name: i for i, name in enumerate(program.quantities)}
        self.dimensions = {name: i for i, name in enumerate(program.dimensions)}
        self.cells = {(c.quantity, c.index, c.period): i for i, c in enumerate(program.cells)}
        self.indices: dict[Index, int] = {}
        self.nodes: dict[int, int] = {}

    def index(self, index: Index) -> int:
        """Return the number of an index, counting it when it is new."""
        return self.indices.setdefault(index, len(self.indices))

    def pairs(self, index: Index) -> list[list[int]]:
        """Return an index as numbers of dimensions and members."""
        return [[*self.member(d, m)] for d, m in index]

    def member(self, dimension: str, member: str) -> tuple[int, int]:
        """Return the numbers of a dimension and of its member; -1 for the dimension itself."""
        members = self.program.dimensions[dimension].members
        return self.dimensions[dimension], members.index(member) if member else -1

    def columns(self) -> dict[str, Any]:
        """Return the cells as columns, and the graph as a list of nodes, those that a node reads before it.

        A node is the number of its cell, or an operation with the distances back to its arguments.
        """
        cells, nodes = self.program.cells, self.program.dag.nodes
        definition = {c.node: c.definition for c in cells if c.definition >= 0}
        others = {n for c in cells for _, n in c.variants}
        wanted = {*self.program.dag.cone([*(c.node for c in cells), *others], definition)}
        graph: list[Any] = []
        for i, node in enumerate(nodes):
            if i not in wanted:
                continue
            here = self.nodes[i] = len(graph)
            if node[0] == "cell":
                graph.append(node[1])
            elif node[0] == "num":
                graph.append(["num", exact_number(node[1])])
            else:
                back = [here - self.nodes[j] for j in arguments(node)]
                graph.append([node[0], *back, exact_number(node[2])] if node[0] == "^" else [node[0], *back])
        variants = {str(i): {name: self.nodes[n] for name, n in c.variants} for i, c in enumerate(cells) if c.variants}
        return {
            "cells": {
                "quantity": [self.quantities[c.quantity] for c in cells],
                "index": [self.index(c.index) for c in cells],
                "period": [c.period for c in cells],
                "definition": [self.nodes.get(c.definition, -1) for c in cells],
                "variants": variants,
            },
            "indices": [self.pairs(index) for index in self.indices],
            "graph": graph,
        }

    def quantity(self, quantity: Quantity, currency: str) -> dict[str, Any]:
        """Return a quantity with its rule; the currency is empty for all but money that sizes a tier."""
        return {
            "id": quantity.id, "label": label_pair(quantity.label), "kind": quantity.kind, "unit": quantity.unit,
            "dimensions": [self.dimensions[d] for d in quantity.dimensions], "timed": quantity.timed,
            "driver": quantity.is_driver, "tier": quantity.tier, "measure": quantity.measure,
            "primary": quantity.primary, "currency": currency,
            "scale": exact_number(self.program.factors[quantity.id]) if currency else 1,
            "place": f"{quantity.file}:{quantity.line}", "source": plain(quantity.source),
            "note": plain(quantity.note), "edge": list(quantity.edge) if quantity.edge else None,
            "low": exact_number(quantity.low), "high": exact_number(quantity.high), "base": list(quantity.given),
            "rule": self._rule(quantity.expression, quantity.inputs) if quantity.expression else None,
            "variants": [
                {"id": name, **self._rule(text, quantity.reads(name))} for name, text in quantity.variants
            ],
        }  # fmt: skip

    def _rule(self, text: str, reads: tuple[str, ...]) -> dict[str, Any]:
        formula = as_lists(layout(parse(text)), self.quantities.__getitem__, self.member)
        return {"text": plain(text), "formula": formula, "reads": [self.quantities[n] for n in dict.fromkeys(reads)]}

    def dimension_list(self) -> list[dict[str, Any]]:
        """Return the dimensions with their members."""
        return [
            {"id": d.id, "label": label_pair(d.label), "members": list(d.members),
             "labels": [label_pair(x) for x in d.member_labels], "alternatives": d.alternatives}
            for d in self.program.dimensions.values()
        ]  # fmt: skip

    def units(self) -> dict[str, list[str]]:
        """Return every unit of a quantity in both languages: counted things by their labels, all else as it is."""
        counts = {name: label for name, label, _ in self.program.header.counts}
        return {u: _spelled(u, counts) for u in dict.fromkeys(q.unit for q in self.program.quantities.values())}

    def chain(self) -> dict[str, Any]:
        """Return tiers, edges and companies, and who supplies what by which document."""
        program, chain = self.program, self.program.chain
        documents = {d.id: i for i, d in enumerate(program.documents)}
        sizing: dict[str, list[int]] = {}
        on_edge: dict[tuple[str, str], list[int]] = {}
        for q in program.quantities.values():
            if q.tier:
                sizing.setdefault(q.tier, []).append(self.quantities[q.id])
            if q.edge:
                on_edge.setdefault((q.edge[1], q.edge[0]), []).append(self.quantities[q.id])
        return {
            "tiers": [
                {"id": t.id, "label": label_pair(t.label), "order": t.order, "demand": t.demand,
                 "quantities": sizing.get(t.id, [])}
                for t in chain.tiers
            ],
            "edges": [
                {"source": e.source, "target": e.target, "pulls": e.pulls,
                 "quantities": on_edge.get((e.source, e.target), [])}
                for e in chain.edges
            ],
            "companies": [
                {"id": c.id, "label": label_pair(c.label), "ticker": plain(c.ticker), "exchange": plain(c.exchange),
                 "kind": c.kind, "parent": c.parent, "members": list(c.members),
                 "aliases": [plain(a) for a in dict.fromkeys((*c.aliases, *(n for _, n in c.local)))]}
                for c in chain.companies
            ],
            "supplies": [
                {"company": s.company, "tier": s.tier, "role": s.role, "segment": plain(s.segment),
                 "document": documents[s.document], "locator": plain(s.locator), "line": s.line,
                 "index": self.pairs(s.index), "note": plain(s.note), "stance": plain(s.stance)}
                for s in chain.supplies
            ],
        }  # fmt: skip


def _spelled(unit: str, counts: Mapping[str, Label]) -> list[str]:
    """Return a unit in Chinese and in English.

    >>> _spelled("CNY/(百万 token*model*day)", {"model": Label("模型", "model")})
    ['CNY/(百万 token·模型·天)', 'CNY/(million token·model·day)']
    """

    def spelled(at: int) -> str:
        def word(match: re.Match[str]) -> str:
            label = counts.get(match[0])
            if label is not None:
                return (label.zh, label.en)[at] or match[0]
            return _WORDS.get(match[0], (match[0], match[0]))[at]

        return plain(_WORD.sub(word, unit).replace("*", "·"))

    return [spelled(0), spelled(1)]
