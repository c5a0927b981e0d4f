"""Values longer than what is kept exactly are rounded, marked and carried on; they are not refused."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bullwhip.errors import PropagationError
from bullwhip.propagate import Evaluation, moves
from random_programs import Small


def long_inputs(count: int, bits: int = 2_000) -> list[Fraction]:
    """Return numbers near one whose denominators have no common factor worth speaking of."""
    return [Fraction(2**bits + 2 * k + 3, 2**bits + 2 * k + 1) for k in range(count)]


@pytest.mark.parametrize("operation", ["+", "*"])
def test_a_long_sum_or_product_of_long_values_is_rounded_and_marked(operation: str) -> None:
    """Twelve values of 2,000 bits are added and multiplied to 60 digits, though the exact result is beyond 13,000."""
    small = Small()
    values = long_inputs(12)
    nodes = [small.input(v) for v in values]
    small.cell(small.dag.node(operation, *nodes))
    evaluation = Evaluation(small.program())
    found = evaluation.value(12)
    expected = sum(values, Fraction(0))
    if operation == "*":
        expected = Fraction(1)
        for v in values:
            expected *= v
    assert found is not None
    assert abs(found / expected - 1) < Fraction(1, 10**57)
    assert not evaluation.is_exact(12)


def test_what_rests_on_a_rounded_value_is_rounded_sooner_and_said_to_be() -> None:
    """A chain of quotients below a rounded value stays short and accurate, and nothing in it is called exact."""
    small = Small()
    node = small.input(Fraction(1, 3))
    expected = Fraction(1, 3)
    for k in range(14):
        node = small.cell(small.dag.div(node, small.dag.add(node, small.dag.num(k + 2))))
        expected = expected / (expected + k + 2)
    root = small.cell(small.dag.pow(node, Fraction(1, 2)))
    for k in range(12):
        root = small.cell(small.dag.add(small.dag.mul(root, root), small.dag.num(Fraction(k + 1, 7))))
    evaluation = Evaluation(small.program())
    assert evaluation.value(14) == expected
    assert evaluation.is_exact(14)
    final = evaluation.value(len(small.cells) - 1)
    assert final is not None
    assert final.denominator.bit_length() <= 1_024
    assert not any(evaluation.is_exact(p) for p in range(15, len(small.cells)))


def test_a_value_of_too_great_a_magnitude_is_refused() -> None:
    """Rounding does not bring back a number that has outgrown all bounds."""
    small = Small()
    node = small.input(Fraction(10) ** 300)
    for _ in range(5):
        node = small.cell(small.dag.mul(node, node, node))
    with pytest.raises(PropagationError, match="BW403"):
        Evaluation(small.program()).value(len(small.cells) - 1)


def test_a_minimum_takes_a_long_value_beside_a_rounded_one_as_it_is() -> None:
    """Which argument it takes is seen by equality: its derivative is 1, however long it is and whatever was rounded."""
    small = Small()
    long, four = small.input(long_inputs(1)[0]), small.input(Fraction(4))
    root = small.dag.pow(small.dag.add(four, small.dag.num(1)), Fraction(1, 2))
    small.cell(small.dag.node("min", long, root))
    evaluation = Evaluation(small.program())

    assert long_inputs(1)[0] == evaluation.value(2)
    assert not evaluation.is_exact(2)
    assert [1, 0] == [moves(evaluation, 2, [p])[0].derivative for p in (0, 1)]
