"""Cases for the explorer's evaluator: random points of the drivers, moves and exposures, with what the engine says."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from typing import Any

from bullwhip import Workspace
from bullwhip.errors import PropagationError
from bullwhip.model.answer import ExposureRow, as_number
from bullwhip.model.exposure import Total
from bullwhip.model.quantity import index_text
from bullwhip.propagate import Evaluation, Passes, driver_cells
from bullwhip.propagate.directional import Response
from bullwhip.query.exposure import sizing_cells
from bullwhip.workspace.modelling import explorer_model

__all__ = ["answer", "exposures", "model_cases", "moved_inputs", "moves", "points"]


def model_cases(workspace: Workspace, count: int, seed: int, drivers: int = 1000) -> dict[str, Any]:
    """Return the model of a workspace with cases at its own values and at random points."""
    generator = random.Random(seed)  # noqa: S311  not for secrets
    return {
        "data": explorer_model(workspace),
        "points": points(workspace, count, generator),
        "moves": moves(workspace, drivers),
        "exposures": exposures(workspace, drivers),
    }


def points(workspace: Workspace, count: int, generator: random.Random) -> list[dict[str, Any]]:
    """Return random points of all inputs, with the exact value of every cell that a rule defines as a double.

    A number goes by as the text that a person would type; each scenario's variants take their turn.
    """
    program = workspace.program
    variants = [dict(s.variants) for s in program.scenarios.values()]
    found = []
    for number in range(count):
        chosen = {} if number % 4 or not variants else variants[number // 4 % len(variants)]
        changes = moved_inputs(workspace, generator)
        evaluation = Evaluation(program, {p: Fraction(text) for p, text in changes}, chosen)
        cells = [p for p, c in enumerate(program.cells) if c.definition >= 0]
        found.append({
            "changes": changes, "variants": chosen, "cells": cells, "expected": [_value(evaluation, p) for p in cells],
        })  # fmt: skip
    return found


def moved_inputs(workspace: Workspace, generator: random.Random) -> list[tuple[int, str]]:
    """Return every input with a value, moved by a random factor and written as a person would type it."""
    program = workspace.program
    changes = []
    for position, given in program.given.items():
        quantity = program.quantities[program.cells[position].quantity]
        factor = Fraction(generator.randint(500, 2000), 1000)
        value = given.value * factor if given.value else Fraction(generator.randint(0, 100), 100)
        low, high = quantity.low, quantity.high
        value = value if low is None else max(value, low)
        value = value if high is None else min(value, high)
        changes.append((position, f"{float(value):.9g}"))
    return changes


def _value(evaluation: Evaluation, position: int) -> float | None:
    """Return a value as a double; None where there is none, or none that a double can hold."""
    with suppress(PropagationError, OverflowError):
        value = evaluation.value(position)
        return None if value is None else float(value)
    return None


def moves(workspace: Workspace, drivers: int) -> list[dict[str, Any]]:
    """Return how every cell that sizes a tier answers every driver, at the values of the workspace."""
    program, evaluation = workspace.program, workspace.evaluation
    targets = sizing_cells(program, program.header.default_period, {})
    passes = Passes(evaluation, targets)
    found = []
    for moved in _groups(evaluation)[:drivers]:
        within = [p for p in moved if program.cells[p].node in passes._cone]
        if not within:
            continue
        parallel, relative = passes.responses(within)
        for p in targets:
            if p in passes.failures or p not in parallel:
                continue
            found.append({
                "changes": [], "variants": {}, "moved": moved, "cell": p, "expected": answer(parallel[p], relative[p])
            })  # fmt: skip
    return found


def _groups(evaluation: Evaluation) -> list[list[int]]:
    return [cells for some in driver_cells(evaluation).values() for cells in some.values()]


def answer(parallel: Response, relative: Response) -> dict[str, Any]:
    """Return the answers to a parallel and a proportional move, to both sides, as doubles."""
    return {
        "derivative": _double(parallel.derivative), "elasticity": _double(relative.elasticity),
        "kink": parallel.is_kink or relative.is_kink,
        "left": {"derivative": _double(parallel.left.derivative), "elasticity": _double(relative.left.elasticity)},
        "right": {"derivative": _double(parallel.right.derivative), "elasticity": _double(relative.right.elasticity)},
    }  # fmt: skip


def _double(value: Fraction | None) -> float | None:
    return None if value is None else float(value)


def exposures(workspace: Workspace, drivers: int) -> list[dict[str, Any]]:
    """Return the exposures to every driver and of some companies, by every ranking in turn."""
    program = workspace.program
    rankings = ("elasticity", "value", "weight", "reach")
    found = []
    for number, name in enumerate([*driver_cells(workspace.evaluation)][:drivers]):
        by = rankings[number % len(rankings)]
        answer = workspace.exposure(name, by=by)
        options = {"period": answer.period, "by": by}
        found.append({
            "changes": [], "variants": {}, "driver": name, "options": options, "rows": _rows(answer.rows),
            "sums": [_sum(t) for t in answer.totals],
        })  # fmt: skip
    for number, company in enumerate([*dict.fromkeys(s.company for s in program.chain.shares)][:6]):
        by = rankings[number % len(rankings)]
        own = workspace.company_exposure(company, by=by)
        options = {"period": own.period, "by": by}
        found.append({
            "changes": [], "variants": {}, "company": company, "options": options, "rows": _rows(own.rows),
            "sums": [_sum(t) for t in own.totals],
        })  # fmt: skip
    return found


def _rows(rows: Sequence[ExposureRow]) -> list[Mapping[str, Any]]:
    return [_row(r) for r in rows]


def _row(row: ExposureRow) -> dict[str, Any]:
    low, high = row.weight.effect if row.weight is not None else (None, None)
    left, right = row.sides or (None, None)
    return {
        "company": row.company, "tier": row.tier, "quantity": row.quantity, "currency": row.currency,
        "driver": row.driver, "cell": index_text(row.quantity, row.index), "reach": len(row.path),
        "bound": row.share_bound, "reason": _reason(row),
        "counted": ", ".join(f"{c.quantity} {c.reason}" for c in row.counted_in),
        "elasticity": as_number(row.elasticity),
        "market": as_number(row.market), "effect": as_number(row.effect), "share": as_number(row.share),
        "low": as_number(row.share_range[0]), "high": as_number(row.share_range[1]), "value": as_number(row.value),
        "valueLow": as_number(row.value_range[0]), "valueHigh": as_number(row.value_range[1]),
        "left": as_number(left), "right": as_number(right), "weightLow": as_number(low), "weightHigh": as_number(high),
    }  # fmt: skip


def _sum(total: Total) -> dict[str, Any]:
    pairs = {"value": total.value, "known": total.known, "atMost": total.at_most, "weight": total.weight_effect}
    return {
        "company": total.company, "driver": total.driver, "currency": total.currency, "atLeast": total.at_least,
        "reach": total.reach, "parts": " ".join(total.parts), "leftOut": " ".join(total.left_out),
        "unknown": " ".join(total.unknown), "bounded": " ".join(total.bounded), "rank": total.rank,
        "approximate": " ".join(total.approximate), "elasticity": as_number(total.elasticity),
        **{name: [as_number(end) for end in pair] for name, pair in pairs.items()},
    }  # fmt: skip


def _reason(row: ExposureRow) -> str | None:
    """Return the reason that the engine words, as the code that the page words for itself."""
    if not row.reason:
        return None
    words = {"at a kink": "kink", "unknown for": "missing", "the value is": "zero", "at a jump": "jump"}
    return next((code for start, code in words.items() if row.reason.startswith(start)), "undefined")
