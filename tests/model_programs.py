"""Small random programs of every operation, with ties, unknowns and divisions by zero, for the explorer's evaluator."""

from __future__ import annotations

import random
from contextlib import suppress
from fractions import Fraction
from typing import Any

from bullwhip.errors import PropagationError
from bullwhip.export.model_graph import Numbering, exact_number
from bullwhip.model.program import CompiledProgram
from bullwhip.propagate import Evaluation, responses
from model_points import answer
from random_programs import Small

__all__ = ["program_case", "random_program", "tie_case"]

_OPERATIONS = ("+", "+", "*", "*", "/", "/", "^", "min", "max", "abs", "floor", "ceil", "exp", "log", "<", "<=", "sign")
_EXPONENTS = (
    Fraction(2),
    Fraction(-1),
    Fraction(1, 2),
    Fraction(-3),
    Fraction(1, 3),
    Fraction(73, 100),
    Fraction(3, 2),
)


def program_case(seed: int) -> dict[str, Any]:
    """Return the data of a random program with its values and all answers to moves of its inputs."""
    return _case(random_program(seed))


def _case(program: CompiledProgram) -> dict[str, Any]:
    evaluation = Evaluation(program)
    cells = range(len(program.cells))
    inputs = [p for p in cells if program.cells[p].definition < 0]
    return {
        "data": _data(program),
        "points": [
            {"changes": [], "variants": {}, "cells": [*cells], "expected": [_value(evaluation, p) for p in cells]}
        ],
        "moves": [m for moved in (*([p] for p in inputs), inputs) for m in _moves(program, moved)],
        "exposures": [],
    }  # fmt: skip


def random_program(seed: int) -> CompiledProgram:
    """Return a random program of every operation."""
    return _program(random.Random(seed))  # noqa: S311  not for secrets


def tie_case(denominator: int) -> dict[str, Any]:
    """Return a program of numbers that are equal, whole or zero as rationals and as no doubles.

    A part is put together again from its parts, one by one; so a minimum has two equal arguments, a difference is
    nothing, and a quotient is whole.
    """
    small = Small()
    dag = small.dag
    part = small.input(Fraction(1, denominator))
    whole = small.cell(dag.add(*[part] * denominator))
    product = small.cell(dag.times(part, dag.num(denominator), dag.num(Fraction(1, 10)), dag.num(10)))
    for function in ("floor", "ceil"):
        small.cell(dag.node(function, dag.div(whole, part)))
    small.cell(dag.node("min", whole, product))
    small.cell(dag.node("max", whole, dag.num(1)))
    small.cell(dag.node("<", whole, product, dag.num(2), dag.num(3)))
    small.cell(dag.node("<=", product, dag.num(1), part, dag.times(dag.num(2), part)))
    nothing = small.cell(dag.add(whole, dag.num(-1)))
    small.cell(dag.node("abs", nothing))
    small.cell(dag.div(dag.num(1), nothing))
    return _case(small.program())


def _program(generator: random.Random) -> CompiledProgram:
    small = Small()
    values = [Fraction(generator.randint(-6, 12), generator.choice((1, 1, 2, 3, 7, 10))) for _ in range(4)]
    pool = [small.input(generator.choice([*values, None, Fraction(0)])) for _ in range(generator.randint(2, 4))]
    for _ in range(generator.randint(3, 14)):
        node = _node(generator, small, pool)
        pool.append(small.cell(node) if generator.random() < 0.7 else node)
    small.cell(pool[-1])
    return small.program()


def _node(generator: random.Random, small: Small, pool: list[int]) -> int:
    def one() -> int:
        if generator.random() < 0.2:
            return small.dag.num(Fraction(generator.randint(-3, 9), generator.choice((1, 2, 3, 10))))
        return generator.choice(pool)

    operation = generator.choice(_OPERATIONS)
    if operation == "^":
        return small.dag.node("^", generator.choice(pool), generator.choice(_EXPONENTS))
    if operation in ("abs", "floor", "ceil", "exp", "log", "sign"):
        return small.dag.node(operation, generator.choice(pool))
    if operation in ("<", "<="):
        return small.dag.node(operation, one(), one(), one(), one())
    count = generator.randint(2, 3) if operation != "/" else 2
    return small.dag.node(operation, *(one() for _ in range(count)))


def _data(program: CompiledProgram) -> dict[str, Any]:
    numbering = Numbering(program)
    given = sorted(program.given.items())
    return {
        "format": "bullwhip-explorer/1", "workspace": {"period": 0}, "start": {"values": {}, "variants": {}},
        "quantities": [{"id": q, "variants": [], "driver": False} for q in program.quantities], "dimensions": [],
        **numbering.columns(), "scenarios": [], "companies": [], "supplies": [], "shares": [], "revenues": [],
        "counted": [{"variants": {}, "held": []}],
        "given": {"cell": [p for p, _ in given], "value": [exact_number(g.value) for _, g in given]},
    }  # fmt: skip


def _value(evaluation: Evaluation, position: int) -> float | None:
    with suppress(PropagationError, OverflowError):
        value = evaluation.value(position)
        return None if value is None else float(value)
    return None


def _moves(program: CompiledProgram, moved: list[int]) -> list[dict[str, Any]]:
    found = []
    for p, cell in enumerate(program.cells):
        evaluation = Evaluation(program)
        if cell.definition < 0:
            continue
        try:
            parallel = responses(evaluation, (p,), dict.fromkeys(moved, Fraction(1)), proportional=False)[p]
            relative = responses(evaluation, (p,), dict.fromkeys(moved), proportional=True)[p]
        except PropagationError:
            continue
        sides = [side for response in (parallel, relative) for side in (response.left, response.right)]
        if any(n is not None and abs(n) > 10**200 for s in sides for n in (s.derivative, s.elasticity)):
            continue  # no double holds what comes of it
        found.append({"changes": [], "variants": {}, "moved": moved, "cell": p, "expected": answer(parallel, relative)})
    return found
