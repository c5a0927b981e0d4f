"""Closed forms: a cell written out in its inputs, as text, as SymPy, as LaTeX; its size is known before it is built."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from bullwhip.errors import LimitError, Problem, PropagationError
from bullwhip.expr.dag import Dag, Node, arguments
from bullwhip.model.program import Cell, CompiledProgram
from bullwhip.numbers import MAX_BITS
from bullwhip.propagate.evaluate import OPERATIONS, UndefinedError
from bullwhip.propagate.tidy import OversizeError, tidy

if TYPE_CHECKING:
    import sympy

__all__ = ["MAX_FORM", "Form", "form", "symbol_names"]

MAX_FORM = 2_000
"""Largest closed form, in operations and names, that is written out; beyond it the form keeps named steps."""

MAX_NESTING = 100
"""Deepest closed form that is given to SymPy, which works by recursion; a deeper one is there as text."""

MAX_SIZE = 10**15
"""Forecasts stop here: a size of this or more is not counted out."""

_MAX_SHARED = 40
"""Largest part of a form in steps, in operations and names, that is written out in more than one place."""

_ATOM, _POWER, _UNARY, _PRODUCT, _SUM = 5, 4, 3, 2, 1


@dataclass(frozen=True, slots=True)
class Form:
    """An expression over named inputs.

    `steps` is empty for a closed form; a form that would be too large is given in named steps instead, each using
    the ones before it.
    """

    dag: Dag = field(repr=False)
    node: int = field(repr=False)
    definition: Mapping[int, int] = field(repr=False)
    names: Mapping[int, str] = field(repr=False)
    """Cell node to symbol name, for the inputs and the steps."""
    size: int
    """Forecast size of the full closed form; `MAX_SIZE` stands for that and more."""
    steps: tuple[tuple[str, int], ...] = ()
    unwritten: Problem | None = None
    """Why there is no SymPy expression: it would be too large or too deep, or a constant part of it is no number."""

    @property
    def text(self) -> str:
        """The form as text that Python and SymPy read: `+ - * / **`, `Min`, `Max`, `Piecewise`.

        With steps, one `name = expression` a line and the result last.
        """
        printer = _Printer(self.dag, self.definition, self.names)
        lines, cells = [], set(self.names.values())
        for name, node in self.steps:
            lines.append(f"{name} = {printer.text(node)}")
            if name not in cells:  # a part with several users, not the rule of a cell
                printer.call(node, name)
        return "\n".join([*lines, printer.text(self.node)])

    @property
    def sympy(self) -> sympy.Expr:
        """The closed form as a SymPy expression over real symbols, exact.

        Nothing is simplified, solved or evaluated, and the size is known before: the time is bounded by it.

        Raises:
            LimitError: BW901 if the form is too large to be written out.
            PropagationError: BW401, BW402 or BW403 if a part of it without inputs is no real number.
        """
        if self.unwritten is not None:
            raise (LimitError if self.unwritten.code == "BW901" else PropagationError)(self.unwritten)
        return _to_sympy(self.dag, self.node, self.definition, self.names)

    @property
    def latex(self) -> str:
        """The closed form as LaTeX; names are upright and escaped."""
        import sympy

        expression = self.sympy
        names = {s: _latex_name(s.name) for s in expression.free_symbols}
        return str(sympy.latex(expression, symbol_names=names))

    def symbols(self, program: CompiledProgram) -> dict[str, str]:
        """Return the cell that each symbol stands for, by symbol, in alphabetical order."""
        nodes = self.dag.cone((self.node, *(n for _, n in self.steps)), {})
        used = {self.names[i]: self.dag.nodes[i][1] for i in nodes if i in self.names}
        cells = {name: program.cells[position] for name, position in used.items()}
        return {name: c.name for name, c in sorted(cells.items())}


def symbol_names(program: CompiledProgram, cells: Collection[int]) -> dict[int, str]:
    """Return a Python identifier for each cell, unique and made of its id, members and period.

    >>> # accelerator.throughput[chip=a100_sxm,period=2025] -> accelerator_throughput_a100_sxm_2025
    """
    names: dict[int, str] = {}
    taken: set[str] = set()
    for position in sorted(cells):
        cell = program.cells[position]
        name = base = cell_symbol(cell)
        count = 1
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        names[cell.node] = name
    return names


def cell_symbol(cell: Cell) -> str:
    """Return the symbol of a cell before it is made unique; never a name that means something to SymPy."""
    parts = [cell.quantity.replace(".", "_"), *(m for _, m in cell.index)]
    if cell.period is not None:
        parts.append(str(cell.period))
    name = "_".join(parts)
    return name if "_" in name else f"{name}_"


def form(program: CompiledProgram, dag: Dag, node: int, definition: Mapping[int, int], limit: int = MAX_FORM) -> Form:
    """Return a node written out in the inputs it depends on, or in steps where that would exceed the limit.

    Args:
        program: the program whose cells name the inputs.
        dag: the program's graph, or a copy of it with derivative nodes added.
        node: the node to write out.
        definition: cell node to expression node; cells absent from it are inputs.
        limit: largest size that is written out in full.
    """
    order = dag.cone((node,), definition)
    size: dict[int, int] = {}
    for i in order:
        below = (definition[i],) if i in definition else arguments(dag.nodes[i])
        size[i] = min(MAX_SIZE, sum(size[j] for j in below) + (0 if i in definition else 1))
    cells = [dag.nodes[i][1] for i in order if dag.nodes[i][0] == "cell"]
    names = symbol_names(program, cells)
    hint = "its text has named steps"
    too_large = Problem("BW901", f"a closed form of {size[node]:,} parts; at most {limit:,} are written out", hint=hint)
    if size[node] <= limit:
        try:
            new, output = tidy(dag, node, definition)
        except OversizeError:
            too_large = Problem("BW901", f"a closed form with a coefficient of more than {MAX_BITS:,} bits", hint=hint)
        else:
            inputs = symbol_names(
                program, [dag.nodes[i][1] for i in order if dag.nodes[i][0] == "cell" and i not in definition]
            )
            by_cell = {program.cells[p].node: p for p in cells}
            renamed = {new.cell(by_cell[n]): name for n, name in inputs.items()}
            return Form(new, output, {}, renamed, size[node], (), _unwritten(new, output))
    steps = _steps(dag, node, order, definition, names)
    return Form(dag, definition.get(node, node), definition, names, size[node], steps, too_large)


def _steps(
    dag: Dag, output: int, order: list[int], definition: Mapping[int, int], names: Mapping[int, str]
) -> tuple[tuple[str, int], ...]:
    """Return the named steps of a form: every cell that a rule defines, and every large part with several users.

    So the text grows with the graph and not with the number of ways through it, also where the graph holds
    derivatives, which are no cells.
    """
    users: dict[int, int] = {}
    for i in order:
        for j in (definition[i],) if i in definition else arguments(dag.nodes[i]):
            users[j] = users.get(j, 0) + 1
    taken = set(names.values())
    written: dict[int, int] = {}
    steps: list[tuple[str, int]] = []
    for i in order:
        if i in definition:
            written[i] = 1
            if i != output:
                steps.append((names[i], definition[i]))
            continue
        written[i] = 1 + sum(written[j] for j in arguments(dag.nodes[i]))
        if written[i] > _MAX_SHARED and users.get(i, 0) > 1:
            name = f"step_{len(steps) + 1}"
            while name in taken:
                name += "_"
            taken.add(name)
            steps.append((name, i))
            written[i] = 1
    return tuple(steps)


def _unwritten(dag: Dag, output: int) -> Problem | None:
    """Return what keeps a form from SymPy: its depth, or a part without inputs such as 1/0 in a branch never taken."""
    values: dict[int, Fraction | None] = {}
    depth: dict[int, int] = {}
    for i in dag.cone((output,), {}):
        node = dag.nodes[i]
        depth[i] = 1 + max((depth[j] for j in arguments(node)), default=0)
        known = [v for v in (values[j] for j in arguments(node)) if v is not None]
        values[i] = node[1] if node[0] == "num" else None
        if node[0] not in OPERATIONS or len(known) < len(arguments(node)):
            continue
        try:
            values[i] = OPERATIONS[node[0]](known, node)
        except UndefinedError as error:
            return Problem(error.code, f"{error} in a constant part of the closed form", hint="its text shows it")
    if depth[output] > MAX_NESTING:
        message = f"a closed form nested {depth[output]} deep; at most {MAX_NESTING} are given to SymPy"
        return Problem("BW901", message, hint="its text has it all")
    return None


class _Printer:
    """Prints nodes with as few parentheses as Python's precedence needs; constants stay as they were written."""

    def __init__(self, dag: Dag, definition: Mapping[int, int], names: Mapping[int, str]) -> None:
        self.dag, self.definition, self.names = dag, definition, names
        self.done: dict[int, tuple[str, int]] = {}

    def call(self, node: int, name: str) -> None:
        """Write a node as its name from now on."""
        self.done[node] = name, _ATOM

    def text(self, node: int) -> str:
        """Return a node written out; what has been written before is not looked at again."""
        stack = [node]
        while stack:
            i = stack[-1]
            waiting = [] if i in self.done or self.is_named(i) else [j for j in self.below(i) if j not in self.done]
            if waiting:
                stack += waiting
                continue
            stack.pop()
            if i not in self.done:
                self.done[i] = self.print(i, self.dag.nodes[i])
        return self.done[node][0]

    def is_named(self, i: int) -> bool:
        return self.dag.nodes[i][0] == "cell" and i in self.names

    def below(self, i: int) -> tuple[int, ...]:
        return (self.definition[i],) if i in self.definition else arguments(self.dag.nodes[i])

    def print(self, i: int, node: Node) -> tuple[str, int]:
        if node[0] == "cell":
            return (self.names[i], _ATOM) if i in self.names else self.done[self.definition[i]]
        if node[0] == "num":
            return _number(node[1])
        inner = [self.done[j] for j in arguments(node)]
        operation = node[0]
        if operation == "+":
            return self.sum(node), _SUM
        if operation == "*":
            if self.dag.constant(node[1]) == -1:
                rest = [_wrapped(x, _PRODUCT) for x in inner[1:]]
                return "-" + "*".join(rest), _UNARY if len(rest) == 1 else _PRODUCT
            return "*".join(_wrapped(x, _PRODUCT if k == 0 else _UNARY) for k, x in enumerate(inner)), _PRODUCT
        if operation == "/":
            return f"{_wrapped(inner[0], _PRODUCT)}/{_wrapped(inner[1], _POWER)}", _PRODUCT
        if operation == "^":
            exponent, _ = _number(node[2])
            exponent = exponent if node[2].denominator == 1 and node[2] > 0 else f"({exponent})"
            return f"{_wrapped(inner[0], _ATOM)}**{exponent}", _POWER
        return _call(operation, [text for text, _ in inner]), _ATOM

    def sum(self, node: Node) -> str:
        parts: list[str] = []
        for j in arguments(node):
            text, level = self.done[j]
            negative = text.startswith("-") and level > _SUM
            if parts:
                parts.append(f" - {text[1:]}" if negative else f" + {_wrapped((text, level), _PRODUCT)}")
            else:
                parts.append(text)
        return "".join(parts)


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1:
        whole, power = value.numerator, 0
        for day in (86400, 1):  # seconds of a day stay recognizable
            rest = abs(whole) // day
            power = len(str(rest)) - 1
            if abs(whole) >= 10**7 and abs(whole) == day * 10**power:
                text = f"10**{power}" if day == 1 else f"{day}*10**{power}"
                return (text, _POWER if day == 1 else _PRODUCT) if whole > 0 else (f"-{text}", _PRODUCT)
        return str(whole), _ATOM if value >= 0 else _UNARY
    return f"{value.numerator}/{value.denominator}", _PRODUCT


def _wrapped(item: tuple[str, int], level: int) -> str:
    return item[0] if item[1] >= level else f"({item[0]})"


_FUNCTION_NAMES = {"min": "Min", "max": "Max", "abs": "Abs", "ceil": "ceiling"}


def _call(operation: str, inner: list[str]) -> str:
    if operation in ("<", "<="):
        left, right, a, b = inner
        return f"Piecewise(({a}, {left} {operation} {right}), ({b}, True))"
    return f"{_FUNCTION_NAMES.get(operation, operation)}({', '.join(inner)})"


def _to_sympy(dag: Dag, output: int, definition: Mapping[int, int], names: Mapping[int, str]) -> Any:
    """Build the SymPy expression bottom-up; no text but symbol names, which we made, ever reaches SymPy."""
    import sympy

    done: dict[int, Any] = {}
    for i in dag.cone((output,), dict(definition)):
        node = dag.nodes[i]
        if node[0] == "cell":
            done[i] = done[definition[i]] if i in definition else sympy.Symbol(names[i], real=True)
            continue
        if node[0] == "num":
            done[i] = sympy.Rational(node[1].numerator, node[1].denominator)
            continue
        a = [done[j] for j in arguments(node)]
        done[i] = _SYMPY[node[0]](sympy, a, node)
    return done[output]


def _piecewise(s: Any, condition: Any, then: Any, otherwise: Any) -> Any:
    """Return a Piecewise as it is; SymPy's own constructor would multiply out a condition on conditions without end."""
    if not condition.has(s.Piecewise):
        return s.Piecewise((then, condition), (otherwise, True), evaluate=False)
    from sympy.functions.elementary.piecewise import ExprCondPair

    pairs = (s.Tuple.__new__(ExprCondPair, e, c) for e, c in ((then, condition), (otherwise, s.true)))
    return s.Basic.__new__(s.Piecewise, *pairs)


_SYMPY: dict[str, Any] = {
    "+": lambda s, a, _: s.Add(*a),
    "*": lambda s, a, _: s.Mul(*a),
    "/": lambda s, a, _: a[0] / a[1],
    "^": lambda s, a, n: a[0] ** s.Rational(n[2].numerator, n[2].denominator),
    "min": lambda s, a, _: s.Min(*a, evaluate=False),
    "max": lambda s, a, _: s.Max(*a, evaluate=False),
    "abs": lambda s, a, _: s.Abs(a[0]),
    "sign": lambda s, a, _: s.sign(a[0]),
    "floor": lambda s, a, _: s.floor(a[0], evaluate=a[0].is_Rational),  # else it would compute digits without end
    "ceil": lambda s, a, _: s.ceiling(a[0], evaluate=a[0].is_Rational),
    "exp": lambda s, a, _: s.exp(a[0]),
    "log": lambda s, a, _: s.log(a[0]),
    "<": lambda s, a, _: _piecewise(s, s.Lt(a[0], a[1], evaluate=False), a[2], a[3]),
    "<=": lambda s, a, _: _piecewise(s, s.Le(a[0], a[1], evaluate=False), a[2], a[3]),
}


def _latex_name(name: str) -> str:
    return r"\mathrm{" + name.replace("_", r"\_") + "}"
