"""Laws of the graph: equal nodes are one, neutral elements vanish, and nothing that may fail is folded away."""

from __future__ import annotations

from fractions import Fraction

import pytest

from bullwhip.expr.dag import Dag, arguments

HALF = Fraction(1, 2)


def graph() -> tuple[Dag, int, int]:
    """Return a graph of two cells."""
    dag = Dag()
    return dag, dag.cell(0), dag.cell(1)


def test_an_equal_node_is_the_same_node() -> None:
    """Adding what is there adds nothing; a cell is never equal to another."""
    dag, x, y = graph()

    assert dag.node("+", x, y) == dag.node("+", x, y)
    assert dag.num(HALF) == dag.num(Fraction(2, 4))
    assert x != y
    assert len(dag.nodes) == 4
    assert Dag(list(dag.nodes)).cell(1) == y


def test_neutral_elements_vanish() -> None:
    """Zeros of a sum, ones of a product, a division by one, powers one and zero."""
    dag, x, y = graph()
    zero, one = dag.num(0), dag.num(1)

    assert dag.add() == dag.add(zero, zero) == zero
    assert dag.add(x, zero) == x
    assert dag.nodes[dag.add(x, zero, y)] == ("+", x, y)
    assert dag.mul() == dag.mul(one) == dag.times() == dag.times(one, one) == one
    assert dag.mul(one, x) == dag.times(x, one) == x
    assert dag.nodes[dag.mul(x, one, y)] == dag.nodes[dag.times(x, y)] == ("*", x, y)
    assert dag.div(x, one) == x
    assert dag.pow(x, Fraction(1)) == x
    assert dag.pow(x, Fraction(0)) == one
    assert dag.nodes[dag.pow(x, HALF)] == ("^", x, HALF)
    assert dag.select("<", x, y, x, x) == x
    assert dag.nodes[dag.select("<=", x, y, y, x)] == ("<=", x, y, y, x)


def test_a_zero_absorbs_in_derivatives_only() -> None:
    """In a rule, zero times the unknown stays unknown."""
    dag, x, _ = graph()
    zero = dag.num(0)

    assert dag.mul(x, zero) == zero
    assert dag.nodes[dag.times(x, zero)] == ("*", x, zero)


def test_no_division_by_zero_is_folded_away() -> None:
    """Zero over a constant is zero, but not over zero, nor over what is not known."""
    dag, x, _ = graph()
    zero, two = dag.num(0), dag.num(2)

    assert dag.div(zero, two) == zero
    assert dag.nodes[dag.div(zero, zero)] == ("/", zero, zero)
    assert dag.nodes[dag.div(zero, x)] == ("/", zero, x)
    assert dag.nodes[dag.div(two, zero)] == ("/", two, zero)


def test_the_negative_of_a_constant_is_a_constant() -> None:
    """Of anything else it is minus one times it."""
    dag, x, _ = graph()

    assert dag.neg(dag.num(2)) == dag.num(-2)
    assert dag.nodes[dag.neg(x)] == ("*", dag.num(-1), x)
    assert dag.constant(dag.num(HALF)) == HALF
    assert dag.constant(x) is None


def test_a_cone_is_what_is_read_in_order() -> None:
    """Definitions are followed where they are given, and a cell without one is an end."""
    dag, x, y = graph()
    sum_ = dag.add(x, y)
    z = dag.cell(2)
    top = dag.mul(z, x)

    assert dag.cone((top,), {z: sum_}) == [x, y, sum_, z, top]
    assert dag.cone((top,), {}) == [x, z, top]
    assert dag.cone((), {z: sum_}) == []


@pytest.mark.parametrize(
    ("node", "read"),
    [
        (("num", HALF), ()),
        (("cell", 4), ()),
        (("^", 3, HALF), (3,)),
        (("<", 1, 2, 3, 4), (1, 2, 3, 4)),
        (("abs", 5), (5,)),
    ],
)
def test_the_arguments_of_a_node(node: tuple[object, ...], read: tuple[int, ...]) -> None:
    """Constants and positions are no nodes."""
    assert arguments(node) == read
