"""Writers of formulas: rules as LaTeX and MathML, cells as Python functions, the whole rule set as one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bullwhip.errors import Problem, UsageError
from bullwhip.export.formula_lines import broken
from bullwhip.export.formulas import Part, equation_sides
from bullwhip.export.mathml import Names
from bullwhip.expr.grammar import parse
from bullwhip.model.quantity import Quantity, index_text
from bullwhip.workspace.describing import about
from bullwhip.workspace.naming import select_cells

if TYPE_CHECKING:
    from bullwhip.workspace.facade import Workspace
    from bullwhip.workspace.formats import Asked

__all__ = ["latex", "mathml", "python", "rules_page"]

_WIDTH = 40.0
"""Widest right side of a rule in a MathML file, in ems."""


def latex(workspace: Workspace, asked: Asked) -> bytes:
    """Return the rule of a quantity and the rules it rests on as LaTeX, with a legend."""
    from bullwhip.export.latex import latex_document

    names, rules = _names(workspace, asked), _rules(workspace, asked)
    other = "en" if names.language == "zh" else "zh"
    legend = []
    for quantity in _named(workspace, rules):
        texts = (quantity.label.zh if other == "zh" else quantity.label.en, f"[{quantity.unit}]")
        legend.append((quantity.id, " ".join([t for t in texts if t] + ["(driver)"] * quantity.is_driver)))
    comments = about(workspace, drivers=False).lines()
    return latex_document(_equations(workspace, asked, rules), names, legend, comments).encode()


def mathml(workspace: Workspace, asked: Asked) -> bytes:
    """Return the rule of a quantity and the rules it rests on as a MathML file, with the rules as text beside them."""
    from bullwhip.export.mathml import math_document

    names, rules = _names(workspace, asked), _rules(workspace, asked)
    text = "\n".join(f"{q.id} = {_expression(workspace, q)}" for q in rules)
    said = "\n".join(about(workspace, drivers=False).lines())
    equations = [(left, broken(right, names, _WIDTH)) for left, right in _equations(workspace, asked, rules)]
    notes = (("application/x-bullwhip", text), ("text/plain", said))
    return math_document(equations, names, notes)


def python(workspace: Workspace, asked: Asked) -> bytes:
    """Return a quantity at a period as Python functions that need nothing else, one for each index."""
    from bullwhip.export.python_function import Input, python_module
    from bullwhip.workspace.answering import cell_sources

    evaluation = workspace.evaluation
    outputs = workspace.at_period(asked.of, asked.period)
    inputs = {
        i: Input(evaluation.given(i), "; ".join(s.text() for s in cell_sources(evaluation, i)))
        for p in outputs
        for i in evaluation.inputs(p)
    }
    lines = about(workspace, drivers=False).lines()
    return python_module(workspace.program, evaluation.definition, outputs, inputs, lines).encode()


def rules_page(workspace: Workspace, asked: Asked) -> bytes:
    """Return the documentation of the rules as one page."""
    from bullwhip.export.rules_page import rules_page
    from bullwhip.workspace.documenting import documented

    return rules_page(documented(workspace, asked.period), asked.lingua).encode()


def _names(workspace: Workspace, asked: Asked) -> Names:
    """Return what things are called: in Chinese where that is asked for, else in English."""
    program = workspace.program
    return Names(program.quantities, program.dimensions, "zh" if asked.lingua == "zh" else "en")


def _rules(workspace: Workspace, asked: Asked) -> list[Quantity]:
    """Return the quantity asked for and every rule it rests on, each before those that it reads.

    Raises:
        UsageError: BW001 for a quantity that does not exist; BW571 for one without rule, or at a period.
    """
    program = workspace.program
    selection = select_cells(program, asked.of)
    quantity = selection.quantity
    if quantity.is_driver:
        message = f"{quantity.id!r} is a driver: no rule defines it"
        readers = [q.id for q in program.quantities.values() if quantity.id in q.reads()]
        raise UsageError(Problem("BW571", message, hint=f"it is read by {', '.join(readers[:6])}" if readers else ""))
    if selection.period is not None:
        message = f"a rule is the same in every period, so {asked.of!r} chooses nothing"
        raise UsageError(Problem("BW571", message, hint=f"write --of {index_text(quantity.id, selection.members)}"))
    found = [quantity.id]
    for name in found:
        reads = program.quantities[name].reads(workspace.evaluation.variants.get(name, ""))
        found += [r for r in dict.fromkeys(reads) if r not in found and not program.quantities[r].is_driver]
    return [program.quantities[name] for name in found]


def _named(workspace: Workspace, rules: list[Quantity]) -> list[Quantity]:
    """Return the quantities that rules name, themselves first."""
    program, variants = workspace.program, workspace.evaluation.variants
    reads = [r for q in rules for r in q.reads(variants.get(q.id, ""))]
    return [program.quantities[name] for name in dict.fromkeys([*(q.id for q in rules), *reads])]


def _expression(workspace: Workspace, quantity: Quantity) -> str:
    """Return the rule of a quantity in the variant that the scenario chooses."""
    return dict(quantity.variants).get(workspace.evaluation.variants.get(quantity.id, ""), quantity.expression)


def _equations(workspace: Workspace, asked: Asked, rules: list[Quantity]) -> list[tuple[Part, Part]]:
    """Return the rules as equations; members that were asked for are indices of the first one's name."""
    members = dict(select_cells(workspace.program, asked.of).members)
    return [
        equation_sides(q.id, parse(_expression(workspace, q)), q.dimensions, None if k else members)
        for k, q in enumerate(rules)
    ]
