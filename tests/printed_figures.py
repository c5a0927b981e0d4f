"""Printed figures and the answers they are compared with: where one stands, what it says, to its last digit."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from math import floor
from typing import Any

from bullwhip import Workspace

__all__ = [
    "Fact",
    "Pair",
    "Place",
    "as_printed",
    "cell",
    "derived_facts",
    "exact",
    "place",
    "reach",
    "rounding",
    "says",
]

Fact = dict[str, Any]
Place = tuple[str, str, str]
Pair = tuple[str, str]


def place(fact: Fact) -> Place:
    """Return where a fact is printed: table, row and column, or section, subject, and measure with its year."""
    if fact["row"]:
        return fact["locator"], fact["row"], fact["column"]
    return fact["locator"], fact["subject"], f"{fact['measure']} {fact['period'] or ''}".rstrip()


def as_printed(lexical: str) -> tuple[Fraction, Fraction]:
    """Return a printed number and the unit of its last digit: 9.0×10^9 is nine billion to a hundred million."""
    match = re.fullmatch(r"(-?)(\d+)(?:\.(\d+))?(?:(?:×10\^|e\+)\{?(\d+)\}?)? ?(?:GB|%)?", lexical)
    assert match, lexical
    sign, whole, decimals, exponent = match[1], match[2], match[3] or "", int(match[4] or 0)
    last = Fraction(10) ** (exponent - len(decimals))
    return int(sign + whole + decimals) * last, last


def says(fact: Fact, answer: Fraction) -> bool:
    """Return whether a print says of the model's answer what it should: rounded half up, or on its side of a bound."""
    number, last = as_printed(fact["lexical"])
    value = answer * number / Fraction(fact["model_exact"])
    if fact["bound"] in (">", ">="):
        return value > number or (fact["bound"] == ">=" and value == number)
    return floor(value / last + Fraction(1, 2)) * last == number


def cell(fact: Fact) -> str:
    """Return the name of the cell that a fact is compared with."""
    at = [f"{d}={m}" for d, m in fact["index"].items()]
    at += [f"period={fact['model_period']}"] if fact["model_period"] else []
    return f"{fact['quantity']}[{','.join(at)}]" if at else fact["quantity"]


def derived_facts(workspace: Workspace, report: str) -> dict[Place, list[Fact]]:
    """Return what a report prints of quantities that rules define."""
    rules = {q["id"] for q in workspace.list("rules")}
    found: dict[Place, list[Fact]] = {}
    for fact in workspace.facts(report=report):
        if fact["quantity"] in rules and not fact["feeds"]:
            found.setdefault(place(fact), []).append(fact)
    return found


def exact(workspace: Workspace, name: str) -> Fraction:
    """Return the workspace's answer for a cell, which has to be known."""
    value = workspace.demand(name).value
    assert value is not None, name
    return value


def rounding(text: str) -> tuple[Fraction, Fraction]:
    """Return the half-open interval of the numbers that are printed as a text."""
    number, last = as_printed(text)
    return number - last / 2, number + last / 2


def reach(of: Callable[[Fraction, Fraction], Fraction], inputs: Pair) -> tuple[Fraction, Fraction]:
    """Return the least and greatest result over the rounding of two inputs; results are monotone in each."""
    corners = [of(a, b) for a in rounding(inputs[0]) for b in rounding(inputs[1])]
    return min(corners), max(corners)
