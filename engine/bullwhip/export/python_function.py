"""Cells as Python functions that need nothing of the engine: every input a parameter, every rule on the way a line."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from bullwhip.export.escape import clean_text
from bullwhip.export.python_text import HELPERS, Shown, Writer
from bullwhip.expr.dag import arguments
from bullwhip.model.program import Cell, CompiledProgram

__all__ = ["Input", "python_module"]

_TAKEN = frozenset({"math", "cache"})
"""Names that the written module needs itself."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a function: its value, None where it has none, and what is said of where that comes from."""

    value: Fraction | None
    said: str


def python_module(
    program: CompiledProgram,
    definition: Mapping[int, int],
    outputs: Sequence[int],
    inputs: Mapping[int, Input],
    about: Iterable[str],
) -> str:
    """Return a module with a function for each cell.

    Args:
        program: the compiled program.
        definition: cell node to the node of its expression, under the scenario.
        outputs: positions of the cells.
        inputs: by position, every input that one of them depends on.
        about: lines that say what the functions rest on.
    """
    used: set[str] = set()
    functions = [_function(program, definition, p, inputs, used) for p in outputs]
    titles = [program.cells[p].name for p in outputs]
    named = titles[0] if len(titles) == 1 else f"{program.cells[outputs[0]].quantity} at {len(titles)} indices"
    body = "\n\n".join([*(HELPERS[name] for name in sorted(used)), *functions])
    imports = [line for word, line in _IMPORTS if word in body]
    lines = [f'"""{_quoted(named)}, written by bullwhip.', "", *(_quoted(a) for a in about), '"""', "", *imports]
    return "\n".join(lines) + "\n\n\n" + body


_IMPORTS = (
    ("math.", "import math"),
    ("Decimal(", "from decimal import Decimal, localcontext"),
    ("", "from fractions import Fraction"),
    ("@cache", "from functools import cache"),
)


def _quoted(text: str) -> str:
    r"""Return a text for a docstring, which it cannot end and in which nothing is an escape.

    >>> print(_quoted('a"' + chr(92) + "n"))
    a\"\\n
    """
    return clean_text(text).replace("\\", "\\\\").replace('"', '\\"').strip()


def _identifiers(cells: Mapping[int, Cell]) -> dict[int, str]:
    """Return a name for each cell, by its node, made of id, members and period."""
    names: dict[int, str] = {}
    taken: set[str] = set(_TAKEN)
    for cell in cells.values():
        parts = [cell.quantity, *(m for _, m in cell.index), *([str(cell.period)] if cell.period is not None else [])]
        name = base = re.sub(r"\W", "_", "_".join(parts))
        count = 1
        while name in taken or keyword.iskeyword(name):
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        names[cell.node] = name
    return names


def _function(
    program: CompiledProgram, definition: Mapping[int, int], output: int, inputs: Mapping[int, Input], used: set[str]
) -> str:
    nodes, top = program.dag.nodes, program.cells[output]
    order = program.dag.cone((top.node,), definition)
    cells = {nodes[i][1]: program.cells[nodes[i][1]] for i in order if nodes[i][0] == "cell"}
    names = _identifiers(cells)
    given = [p for p, c in cells.items() if c.node not in definition]
    needed = _always_needed(program, definition, top.node)
    late = {c.node for c in cells.values() if c.node in definition and c.node not in needed}
    called = {n: f"{name}()" if n in late else name for n, name in names.items()}
    writer = Writer(program.dag, called, used, {cells[p].node for p in given})
    lines = [f"def {names[top.node]}{'' if top.node in definition else '_value'}("]
    lines += ["    *,"] if given else []
    lines += [f"    {names[cells[p].node]}{_default(inputs[p], cells[p].node in needed)}," for p in given]
    lines += ["):", *_docstring(program, top, [(names[cells[p].node], cells[p], inputs[p]) for p in given])]
    for cell in cells.values():
        if cell.node in definition:
            shown = writer.shown(definition[cell.node])
            writer.whole |= {cell.node} if shown.whole else set()
            lines += _step(names[cell.node], shown, late=cell.node in late)
    return "\n".join([*lines, f"    return {writer.exact(writer.shown(top.node), 0)}"]) + "\n"


def _always_needed(program: CompiledProgram, definition: Mapping[int, int], output: int) -> set[int]:
    """Return the nodes that are needed whatever the conditions say; the rest is computed where its branch is taken."""
    nodes = program.dag.nodes
    found: set[int] = set()
    stack = [output]
    while stack:
        i = stack.pop()
        if i in found:
            continue
        found.add(i)
        node = nodes[i]
        if i in definition:
            stack.append(definition[i])
        else:
            stack.extend(node[1:3] if node[0] in ("<", "<=") else arguments(node))
    return found


def _default(given: Input, needed: bool) -> str:
    """Return the default of a parameter: its value; without one it has to be given, unless only a branch needs it."""
    if given.value is None:
        return "" if needed else "=None"
    top, bottom = given.value.numerator, given.value.denominator
    return f"=Fraction({top})" if bottom == 1 else f"=Fraction({top}, {bottom})"


def _step(name: str, shown: Shown, *, late: bool) -> list[str]:
    """Return the lines that give a cell its name; one in a branch is computed when it is asked for."""
    if late:
        return ["    @cache", f"    def {name}():", f"        return {shown.text}", ""]
    return [f"    {name} = {shown.text}"]


def _docstring(program: CompiledProgram, cell: Cell, inputs: Iterable[tuple[str, Cell, Input]]) -> list[str]:
    quantity = program.quantities[cell.quantity]
    label = " · ".join(dict.fromkeys(t for t in (quantity.label.en, quantity.label.zh) if t))
    lines = [f'    """Return {_quoted(label or quantity.id)}, in {_quoted(quantity.unit)}.', ""]
    if quantity.expression:
        lines += [f"    {quantity.id} = {_quoted(quantity.expression)}", ""]
    described = []
    for name, given, source in inputs:
        what = program.quantities[given.quantity]
        said = source.said or ("no value" if source.value is None else "")
        label = what.label.en or what.label.zh or what.id
        described.append(f"        {name}: {_quoted(label)}, in {_quoted(what.unit)}; {_quoted(said)}")
    return [*lines, *(["    Args:", *described] if described else []), '    """']
