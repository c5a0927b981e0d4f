"""What cells and rules are called in tapes and messages."""

from __future__ import annotations

from bullwhip.model.program import CompiledProgram
from bullwhip.model.quantity import index_text

__all__ = ["cell_name", "rule_text"]


def cell_name(program: CompiledProgram, position: int) -> str:
    """Return the name of a cell, with its members and period."""
    cell = program.cells[position]
    return index_text(cell.quantity, cell.index, cell.period)


def rule_text(program: CompiledProgram, position: int) -> str:
    """Return a cell and the expression that defines it."""
    return f"{cell_name(program, position)} = {program.quantities[program.cells[position].quantity].expression}"
