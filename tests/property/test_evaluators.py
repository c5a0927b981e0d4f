"""Three evaluators of one program: exact, NumPy and compiled; the last two give the same bits, as exact as floats can.

A float may differ from the exact value by the running bound of `rounding.py`: a few units of the last place of every
operation on the way, spread as the operations spread them. Without cancellation that is below 1e-12 of the value, which
generated and shipped models are held to outright.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import relations
from bullwhip.errors import PropagationError
from bullwhip.expr.dag import Dag
from bullwhip.model.program import CompiledProgram
from bullwhip.numeric.gradients import gradient_tape
from bullwhip.numeric.kernel import kernel
from bullwhip.numeric.ops import Tape
from bullwhip.numeric.steps import Columns
from bullwhip.numeric.tape import compile_tape
from bullwhip.propagate import Evaluation, gradient
from random_programs import PIECES, RATIONAL, SMALL, Drawn, Small, inputs_of, programs
from rounding import bounds, is_close
from shipped import shipped

ALL = (*RATIONAL, *PIECES, "floor", "ceil")
CLOSE = 1e-12


def both(tape: Tape, columns: Columns) -> Columns:
    """Return what both backends give; it must be the same to the bit."""
    slow, fast = (kernel(tape, b)(columns, allow_invalid=True) for b in ("numpy", "fast"))
    assert slow.tobytes() == fast.tobytes()
    return slow


def as_floats(program: CompiledProgram, lanes: list[dict[int, Fraction]], inputs: list[int]) -> Columns:
    """Return columns of inputs."""
    given_at = Evaluation(program).given
    return np.array([[float(lane.get(p, given_at(p) or Fraction(0))) for lane in lanes] for p in inputs])


def evaluated(program: CompiledProgram, inputs: list[int], column: Columns, nodes: list[int]) -> Evaluation:
    """Return the exact evaluation at the floats of one lane; what has no value there is none."""
    evaluation = Evaluation(program, {p: Fraction(float(x)) for p, x in zip(inputs, column, strict=True)})
    for n in nodes:
        try:
            evaluation.run((n,))
        except PropagationError:
            assert evaluation.values[n] is None
    return evaluation


@given(programs(ALL, SMALL, 10), st.lists(st.lists(SMALL, min_size=3, max_size=3), min_size=2, max_size=2))
def test_a_value_is_what_exactness_allows(drawn: Drawn, others: list[list[Fraction]]) -> None:
    """NumPy and compiled code agree to the bit and are within the bound of the exact value; NaN where there is none."""
    program, output = drawn
    inputs = inputs_of(Evaluation(program), output)
    lanes = [{}, *(dict(zip(inputs, row, strict=False)) for row in others)]
    columns = as_floats(program, lanes, inputs)
    node = program.cells[output].node

    found = both(compile_tape(Evaluation(program), [output], inputs), columns)

    for k in range(columns.shape[1]):
        evaluation = evaluated(program, inputs, columns[:, k], [node])
        assert is_close(evaluation.values[node], bounds(evaluation, [node])[node], found[0, k])


@given(programs((*RATIONAL, *PIECES), SMALL, 8), st.lists(SMALL, min_size=3, max_size=3))
def test_a_gradient_is_what_exactness_allows(drawn: Drawn, other: list[Fraction]) -> None:
    """Value and all derivatives in one pass are within the bound of the exact ones, at kinks too."""
    program, output = drawn
    inputs = inputs_of(Evaluation(program), output)
    columns = as_floats(program, [{}, dict(zip(inputs, other, strict=False))], inputs)
    graph = Dag(list(program.dag.nodes))
    nodes = [program.cells[p].node for p in inputs]
    slopes = gradient(graph, program.cells[output].node, nodes, Evaluation(program).definition)
    wanted = [program.cells[output].node, *(slopes[n] for n in nodes)]

    found = both(gradient_tape(Evaluation(program), output, inputs), columns)

    for k in range(columns.shape[1]):
        evaluation = evaluated(replace(program, dag=graph), inputs, columns[:, k], wanted)
        allowed = bounds(evaluation, wanted)
        assert all(is_close(evaluation.values[n], allowed[n], found[m, k]) for m, n in enumerate(wanted))


@given(st.sampled_from(("exp", "log", "^")), st.lists(st.fractions(Fraction(1, 9), 9), min_size=3, max_size=3))
def test_functions_without_exact_values_are_within_their_digits(name: str, given_at: list[Fraction]) -> None:
    """exp, log and roots are what 60 digits say, to 1e-12."""
    small = Small()
    x = small.input(given_at[0])
    small.cell(small.dag.pow(x, Fraction(-5, 3)) if name == "^" else small.dag.node(name, x))
    columns = np.array([[float(v) for v in given_at]])

    found = both(compile_tape(Evaluation(small.program()), [1], [0]), columns)

    expected = [Evaluation(small.program(), {0: Fraction(float(v))}).value(1) for v in given_at]
    assert found[0] == pytest.approx([float(v) for v in expected if v is not None], rel=CLOSE, abs=CLOSE)


@pytest.mark.parametrize(("n", "seed", "kinks"), [(10, 1, True), (40, 2, False), (100, 3, True), (300, 4, True)])
def test_generated_models_are_exact_to_twelve_digits(n: int, seed: int, kinks: bool) -> None:
    """Values and gradients of hundreds of rules, around their base, are within 1e-12 of the exact ones."""
    program = relations.program(n, seed, kinks)
    output = next(p for p, c in enumerate(program.cells) if c.quantity == relations.last(n))
    inputs = Evaluation(program).inputs(output)
    base = as_floats(program, [{}], inputs)
    columns = np.round(64 * base * np.random.default_rng(seed).uniform(0.9, 1.1, (len(inputs), 20))) / 64
    graph = Dag(list(program.dag.nodes))
    nodes = [program.cells[p].node for p in inputs]
    slopes = gradient(graph, program.cells[output].node, nodes, Evaluation(program).definition)
    wanted = [program.cells[output].node, *(slopes[n] for n in nodes)]

    found = both(gradient_tape(Evaluation(program), output, inputs), columns)

    for k in range(2):
        evaluation = evaluated(replace(program, dag=graph), inputs, columns[:, k], wanted)
        exact = np.array([float(evaluation.values[n] or 0) for n in wanted])
        assert None not in [evaluation.values[n] for n in wanted]
        size = np.abs(exact[1:] * columns[:, k]).max()  # a derivative far below the others cancels
        assert found[0, k] == pytest.approx(exact[0], rel=CLOSE)
        assert np.abs((found[1:, k] - exact[1:]) * columns[:, k]).max() <= CLOSE * size


@pytest.mark.parametrize("move", [0, 1, 2])
def test_every_cell_of_the_shipped_model_is_what_exactness_allows(move: int) -> None:
    """One tape of all cells with a value, at the facts and around them; the bound is 1e-12 for nine cells in ten."""
    workspace = shipped()
    program = workspace.program
    base = Evaluation(program)
    known = [p for p, c in enumerate(program.cells) if c.definition >= 0 and base.value(p) is not None]
    inputs = [p for p, c in enumerate(program.cells) if c.definition < 0 and base.given(p) is not None]
    factor = np.random.default_rng(move).uniform(0.97, 1.03, (len(inputs), 1)) if move else 1.0
    columns = as_floats(program, [{}], inputs) * factor
    nodes = [program.cells[p].node for p in known]

    found = both(compile_tape(base, known, inputs), columns)

    evaluation = evaluated(program, inputs, columns[:, 0], nodes)
    allowed, exact = bounds(evaluation, nodes), evaluation.values
    far = [p for p, n, x in zip(known, nodes, found[:, 0], strict=True) if not is_close(exact[n], allowed[n], x)]
    tight = [n for n in nodes if (v := exact[n]) and (b := allowed[n]) is not None and b <= abs(v) / 10**12]
    assert far == []
    assert len(tight) >= 0.9 * len(nodes)


def test_gradients_of_the_shipped_model_are_exact_to_twelve_digits() -> None:
    """For every primary quantity of a tier, by all known inputs at once."""
    workspace = shipped()
    program, base = workspace.program, workspace.evaluation
    period = program.header.default_period
    primary = [
        p for p, c in enumerate(program.cells)
        if program.quantities[c.quantity].primary and c.period in (None, period) and not base.unknown(p)
    ]  # fmt: skip
    assert len(primary) >= 10
    for output in primary:
        inputs = base.inputs(output)
        nodes = [program.cells[p].node for p in inputs]
        graph = Dag(list(program.dag.nodes))
        slopes = gradient(graph, program.cells[output].node, nodes, base.definition)
        columns = as_floats(program, [{}], inputs)
        evaluation = evaluated(replace(program, dag=graph), inputs, columns[:, 0], list(slopes.values()))
        expected = [float(v) for n in nodes if (v := evaluation.values[slopes[n]]) is not None]

        found = both(gradient_tape(base, output, inputs), columns)

        assert found[1:, 0] == pytest.approx(expected, rel=CLOSE)
