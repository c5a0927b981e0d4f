"""What cells and rules are called in tapes and messages."""

from __future__ import annotations

from bullwhip.model.program import CompiledProgram

__all__ = ["cell_name", "rule_text"]


def cell_name(program: CompiledProgram, position: int) -> str:
    """Return the name of a cell, with its members and period."""
    cell = program.cells[position]
    return cell.name


def rule_text(program: CompiledProgram, position: int) -> str:
    """Return a cell and the expression that defines it."""
    return f"{cell_name(program, position)} = {program.quantities[program.cells[position].quantity].expression}"
