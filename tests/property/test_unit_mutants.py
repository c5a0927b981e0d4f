"""Every change of a shipped rule that changes a dimension is refused, and no change that keeps it is refused for units.

All of the some thousand mutants are tried; what is right is said by a calculator of its own (`unit_mutants`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache

import pytest

from bullwhip.errors import Problem
from bullwhip.expr.tree import Expr, references
from bullwhip.load import load
from bullwhip.model.program import Header
from bullwhip.model.quantity import Dimension
from bullwhip.units import Unit
from bullwhip.validate.declarations import Declarations, read_declarations
from bullwhip.validate.expressions import check_expressions
from bullwhip.validate.header import read_dimensions, read_header, read_vocabulary
from shipped import shipped_files
from unit_mutants import MixedError, dimension, mutants, unit_number

CHOICES = 4
"""How many other names, and how many other units, are put in the place of each."""


@cache
def declared() -> tuple[Declarations, Header, dict[str, Dimension]]:
    """The declarations of the shipped rules, with header and dimensions."""
    problems: list[Problem] = []
    files = list(load(shipped_files(), "").rules)
    header = read_header(files, problems)
    dimensions = read_dimensions(files, problems)
    vocabulary = read_vocabulary(header, files, problems)
    found = read_declarations(files, dimensions, header.periods, vocabulary, problems)
    assert problems == []
    return found, header, dimensions


@cache
def numbers() -> dict[str, Fraction]:
    """The number of the dimension of every quantity, by the calculator."""
    found, header, _ = declared()
    counts = [name for name, _, _ in header.counts]
    return {name: unit_number(q.unit, counts) for name, q in found.quantities.items()}


@cache
def others() -> dict[str, list[str]]:
    """For each quantity some others with the same index set and another dimension, spread over all there are."""
    found, _, _ = declared()
    result = {}
    for name, quantity in found.quantities.items():
        axes = (quantity.dimensions, quantity.timed)
        fitting = [
            n
            for n, q in sorted(found.quantities.items())
            if (q.dimensions, q.timed) == axes and q.kind == quantity.kind and n != name
        ]
        fitting += [
            n
            for n, q in sorted(found.quantities.items())
            if (q.dimensions, q.timed) == axes and q.kind != quantity.kind and n != name
        ]
        start = len(name) % max(1, len(fitting))
        result[name] = (fitting[start:] + fitting[:start])[:CHOICES]
    return result


def expressions() -> list[tuple[str, str, Expr]]:
    """Every expression and variant of the shipped rules: quantity, variant, tree."""
    found, _, _ = declared()
    return [
        *((name, "", tree) for name, tree in found.expressions.items()),
        *((name, variant, tree) for name, some in found.variants.items() for variant, tree in some.items()),
    ]


def fits(name: str, tree: Expr, known: Mapping[str, Fraction]) -> bool:
    """Return whether an expression has the dimension of its quantity, by the calculator."""
    try:
        result = dimension(tree, known)
    except MixedError:
        return False
    return result is None or result == known[name]


def refused(name: str, tree: Expr, units: Mapping[str, Unit] | None = None) -> list[str]:
    """Return the codes with which the engine refuses an expression of a quantity."""
    found, header, dimensions = declared()
    problems: list[Problem] = []
    changed = replace(found, expressions={name: tree}, variants={}, units=dict(units or found.units))
    check_expressions(changed, dimensions, header.periods, problems)
    return [p.code for p in problems]


def test_the_calculator_finds_the_shipped_rules_sound() -> None:
    """The shipped rules and variants have the dimensions of their quantities by the calculator too."""
    assert [] == [name for name, _, tree in expressions() if not fits(name, tree, numbers())]


def test_every_changed_expression_that_changes_the_dimension_is_refused() -> None:
    """Names replaced, factors dropped, products and quotients swapped, terms added: refused when a dimension changes.

    Mutants that keep the dimension are not refused for it: both ways, the engine and the calculator agree.
    """
    missed, wronged, caught, kept = [], [], 0, 0
    for name, _, tree in expressions():
        for what, mutant in mutants(tree, others()):
            codes = refused(name, mutant)
            if fits(name, mutant, numbers()):
                kept += 1
                wronged += [(name, what)] if "BW205" in codes else []
            else:
                caught += 1
                missed += [(name, what)] if not codes else []
    assert ([], []) == (missed, wronged)
    assert caught > 1_000
    assert kept > 50


def test_every_changed_unit_is_refused() -> None:
    """A quantity declared in another dimension is refused where it is defined or where it is read."""
    found, _, _ = declared()
    by_number = {numbers()[n]: n for n in sorted(found.quantities)}
    names = [by_number[k] for k in sorted(by_number)]
    readers: dict[str, list[tuple[str, Expr]]] = {}
    for name, _, tree in expressions():
        for read in {name, *(r.name for r in references(tree))}:
            readers.setdefault(read, []).append((name, tree))
    missed, caught = [], 0
    for name in sorted(found.quantities):
        start = len(name) % len(names)
        for other in (names[start:] + names[:start])[:CHOICES]:
            known = numbers() | {name: numbers()[other]}
            units = found.units | {name: found.units[other]}
            wrong = [(n, t) for n, t in readers.get(name, []) if not fits(n, t, known)]
            codes = [c for n, t in wrong for c in refused(n, t, units)]
            caught += bool(wrong)
            missed += [(name, found.units[other].text)] if wrong and "BW205" not in codes else []
    assert [] == missed
    assert caught > 300


@pytest.mark.parametrize("unit", ["kW", "kW/rack", "USD*s/(PFLOP*day)", "CNY/(百万 token*model)", "Gbit/(s*module)"])
def test_the_calculator_reads_units_as_the_engine_does(unit: str) -> None:
    """Two units have the same number by the calculator exactly when they have the same dimension."""
    found, header, _ = declared()
    counts = [name for name, _, _ in header.counts]
    own = unit_number(unit, counts)
    (dimension_of,) = {u.dimension for n, u in found.units.items() if found.quantities[n].unit == unit}
    for name, other in found.units.items():
        assert (own == numbers()[name]) == (dimension_of == other.dimension), name
