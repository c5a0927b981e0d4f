"""From the graph of cells to a tape: what no input moves is folded exactly, what is left becomes float operations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction

from bullwhip.errors import NumericError, Problem, PropagationError
from bullwhip.expr.dag import Node, arguments
from bullwhip.numeric.draft import Draft, rounded
from bullwhip.numeric.naming import cell_name, rule_text
from bullwhip.numeric.ops import SELECTS, Entry, Op, Tape, allocate
from bullwhip.numeric.ordering import eager_sums, recomputed
from bullwhip.propagate import Evaluation
from bullwhip.propagate.evaluate import OPERATIONS as EXACT
from bullwhip.propagate.evaluate import UndefinedError

__all__ = ["lower"]

_Operand = int | Fraction | None
"""A slot, a constant not yet rounded, or unknown."""
_TINY = 2.0**-1000


def lower(evaluation: Evaluation, outputs: Sequence[int], inputs: tuple[int, ...], names: tuple[str, ...]) -> Tape:
    """Return the tape of some nodes.

    Args:
        evaluation: gives the graph, the definitions and the constants.
        outputs: nodes of the graph.
        inputs: positions of the cells that vary.
        names: what the outputs are called.

    Raises:
        NumericError: as `compile_tape`.
    """
    program = evaluation.program
    if len(set(inputs)) < len(inputs):
        twice = next(p for k, p in enumerate(inputs) if p in inputs[:k])
        raise NumericError(Problem("BW423", f"{cell_name(program, twice)} is an input twice", hint="give it once"))
    varying = {program.cells[p].node: k for k, p in enumerate(inputs)}
    definition = {n: d for n, d in evaluation.definition.items() if n not in varying}
    cone = program.dag.cone(outputs, definition)
    lowering = _Lowering(evaluation, definition, cone, varying)
    lowering.run(outputs)
    _refuse_unknown(evaluation, lowering, outputs, names)
    return lowering.tape(inputs, outputs, names)


def _refuse_unknown(
    evaluation: Evaluation, lowering: _Lowering, outputs: Sequence[int], names: tuple[str, ...]
) -> None:
    problems = [
        Problem("BW421", f"{name} {_needed(evaluation, lowering, n)}", hint="set it, or let it vary as an input")
        for n, name in zip(outputs, names, strict=True)
        if lowering.operands[n] is None
    ]
    if problems:
        raise NumericError(problems)


def _needed(evaluation: Evaluation, lowering: _Lowering, node: int) -> str:
    """Return which unknown inputs a node needs, as a predicate."""
    program = evaluation.program
    nodes = program.dag.nodes
    cone = program.dag.cone((node,), lowering.definition)
    cells = [n for n in cone if nodes[n][0] == "cell" and n not in lowering.definition and n not in lowering.inputs]
    missing = [cell_name(program, nodes[n][1]) for n in cells if evaluation.given(nodes[n][1]) is None]
    return f"needs {', '.join(missing[:6])}{', …' if len(missing) > 6 else ''}, which nobody states"


@dataclass
class _Lowering:
    """The state of one lowering."""

    evaluation: Evaluation
    definition: dict[int, int]
    cone: list[int]
    inputs: dict[int, int]
    """Input node to its number."""
    operands: dict[int, _Operand] = field(default_factory=dict)
    draft: Draft = field(init=False)

    def __post_init__(self) -> None:
        self.draft = Draft(len(self.inputs))

    # -- the pass ---------------------------------------------------------------------------------------------------

    def run(self, outputs: Sequence[int]) -> None:
        """Lower every node of the cone that an input moves, and fold what these read."""
        nodes = self.evaluation.program.dag.nodes
        moved: set[int] = set(self.inputs)
        read: list[int] = [n for n in outputs if n not in moved]
        for i in self.cone:
            if i not in moved and any(j in moved for j in self._below(i)):
                moved.add(i)
        read = [n for n in outputs if n not in moved]
        read += [j for i in self.cone if i in moved and i not in self.inputs for j in self._below(i) if j not in moved]
        self._fold(read)
        owner = self._owners()
        for i in self.cone:
            if i in self.inputs:
                self.operands[i] = self.inputs[i]
            elif i in self.definition and i in moved:
                self.operands[i] = self.operands[self.definition[i]]
            elif i in moved:
                self.draft.rule = owner.get(i, -1)
                self.operands[i] = self._lowered(nodes[i])

    def _below(self, i: int) -> tuple[int, ...]:
        return (self.definition[i],) if i in self.definition else arguments(self.evaluation.program.dag.nodes[i])

    def _fold(self, read: list[int]) -> None:
        evaluation = self.evaluation
        with suppress(PropagationError):  # a constant without a value matters only where a branch takes it
            evaluation.run(read)
        for n in read:
            broken = evaluation.undefined.get(n)
            self.operands[n] = self.draft.undefined(str(broken[1])) if broken else evaluation.values[n]

    def _owners(self) -> dict[int, int]:
        """Return the cell in whose rule each node stands first."""
        program = self.evaluation.program
        owner: dict[int, int] = {}
        for n in self.cone:
            stack = [self.definition[n]] if n in self.definition else []
            while stack:
                i = stack.pop()
                if i not in owner and program.dag.nodes[i][0] != "cell":
                    owner[i] = program.dag.nodes[n][1]
                    stack.extend(arguments(program.dag.nodes[i]))
        return owner

    # -- nodes ------------------------------------------------------------------------------------------------------

    def _lowered(self, node: Node) -> _Operand:
        name = node[0]
        inner = [self.operands.get(j) for j in arguments(node)]
        if name in SELECTS:
            return self._select(node, inner)
        known = [v for v in inner if v is not None]
        if len(known) < len(inner):
            return None
        exact = [v for v in known if isinstance(v, Fraction)]
        if len(exact) == len(known):  # a condition that nothing moves left only constants
            try:
                return EXACT[name](exact, node)
            except UndefinedError as error:
                return self.draft.undefined(str(error))
        if name == "+":
            return self._sum(known)
        if name == "*":
            return self._product(known)
        if name == "/":
            return self._quotient(known[0], known[1])
        if name == "^":
            return self._power(self._slot(known[0]), node[2])
        if name in ("min", "max"):
            return self._extreme(name, known)
        return self.draft.op(name, *(self._slot(v) for v in known))

    def _unstated(self, node: int) -> int:
        """Return a constant without a value for a branch that needs an unknown input: it may never be taken."""
        return self.draft.undefined(_needed(self.evaluation, self, node))

    def _select(self, node: Node, inner: list[_Operand]) -> _Operand:
        name = node[0]
        left, right, a, b = inner
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return a if (left < right if name == "<" else left <= right) else b
        if left is None or right is None or (a is None and b is None):
            return None
        for side in (left, right):
            if isinstance(side, int) and side in self.draft.faults:
                return side  # there is no condition, whatever the branches are
        a, b = (self._unstated(j) if v is None else v for v, j in ((a, node[3]), (b, node[4])))
        return self.draft.op(name, *(self._slot(v) for v in (left, right, a, b)))

    def _sum(self, inner: list[int | Fraction]) -> _Operand:
        known = sum((v for v in inner if isinstance(v, Fraction)), Fraction(0))
        slots = [v for v in inner if not isinstance(v, Fraction)]
        if len(slots) > 1 and self._negated(slots[0]) is not None and self._negated(slots[1]) is None:
            slots[:2] = slots[1::-1]
        total = slots[0]
        for s in slots[1:]:
            opposite = self._negated(s)
            total = self.draft.op("+", total, s) if opposite is None else self.draft.op("-", total, opposite)
        return self.draft.op("+", total, self.draft.constant(known)) if known else total

    def _product(self, inner: list[int | Fraction]) -> _Operand:
        known = Fraction(1)
        slots = []
        for v in inner:
            if isinstance(v, Fraction):
                known *= v
            else:
                slots.append(v)
        total = slots[0]
        for s in slots[1:]:
            total = self.draft.op("*", total, s)
        if known == -1:
            return self.draft.op("neg", total)
        return total if known == 1 else self.draft.op("*", total, self.draft.constant(known))

    def _quotient(self, a: int | Fraction, b: int | Fraction) -> _Operand:
        if isinstance(b, Fraction) and b != 0 and _TINY < abs(rounded(1 / b)) < math.inf:
            return self._product([a, 1 / b])  # rounded once as well, and a product is much faster
        return self.draft.op("/", self._slot(a), self._slot(b))

    def _power(self, base: int, exponent: Fraction) -> int:
        if exponent < 0:
            return self.draft.op("/", self.draft.constant(Fraction(1)), self._power(base, -exponent))
        if exponent.denominator == 2:
            base, exponent = self.draft.op("sqrt", base), exponent * 2
        if exponent.denominator != 1:
            return self.draft.op("pow", base, self.draft.constant(exponent))
        result: int | None = None
        left = int(exponent)
        while left:
            if left & 1:
                result = base if result is None else self.draft.op("*", result, base)
            left >>= 1
            base = self.draft.op("*", base, base) if left else base
        return base if result is None else result

    def _extreme(self, name: str, inner: list[int | Fraction]) -> _Operand:
        known = [v for v in inner if isinstance(v, Fraction)]
        slots = [v for v in inner if not isinstance(v, Fraction)]
        if known:
            slots.insert(0, self.draft.constant(min(known) if name == "min" else max(known)))
        total = slots[0]
        for s in slots[1:]:
            total = self.draft.op(name, total, s)
        return total

    def _base(self) -> tuple[float, ...]:
        evaluation = self.evaluation
        with suppress(PropagationError):
            evaluation.run(self.inputs)
        found = [evaluation.values[n] for n in self.inputs]
        return tuple(math.nan if v is None else rounded(v) for v in found)

    def _slot(self, v: int | Fraction) -> int:
        return self.draft.constant(v) if isinstance(v, Fraction) else v

    def _negated(self, slot: int) -> int | None:
        """Return what a slot is the negative of."""
        entry = self.draft.entry(slot)
        return entry[1][0] if entry is not None and entry[0] == "neg" else None

    def tape(self, inputs: tuple[int, ...], outputs: Sequence[int], names: tuple[str, ...]) -> Tape:
        """Number constants before operations, and give out registers."""
        program = self.evaluation.program
        found = [self.operands[n] for n in outputs]
        draft, wanted = self.draft.shortened([self._slot(v) for v in found if v is not None])
        live = draft.needed(wanted)
        constants = [s for s in live if s in draft.values]
        kept = [s for s in live if s not in draft.values]
        number = {s: k for k, s in enumerate([*range(len(inputs)), *constants, *kept])}
        first = len(inputs) + len(constants)
        raw: list[Entry] = []
        for name, inner, rule in (draft.entries[s - len(inputs)] for s in kept):
            raw.append((name, tuple(number[a] for a in inner), rule))
        raw, results = recomputed(*eager_sums(raw, first, [number[s] for s in wanted]), first)
        registers, total = allocate(raw, first, results)
        owners = {p: k for k, p in enumerate(dict.fromkeys(rule for _, _, rule in raw))}
        return Tape(
            inputs=inputs,
            input_names=tuple(cell_name(program, p) for p in inputs),
            output_names=names,
            results=tuple(results),
            constants=tuple(draft.values[s] for s in constants),
            faults=tuple((number[s], draft.faults[s]) for s in constants if s in draft.faults),
            ops=tuple(Op(n, i, register, owners[p]) for (n, i, p), register in zip(raw, registers, strict=True)),
            registers=total,
            rules=tuple("a derivative" if p < 0 else rule_text(program, p) for p in owners),
            base=self._base(),
        )
