"""What was found by trying to break the endpoint: each gave a wrong answer, or kept all others waiting."""

from __future__ import annotations

import pyoxigraph as ox
import pytest

from bullwhip.errors import LimitError
from bullwhip.serve.jobs import Limits
from bullwhip.serve.results import serialize_graph


def _triple(number: int) -> ox.Triple:
    return ox.Triple(ox.NamedNode("a:s"), ox.NamedNode("a:p"), ox.Literal(number))


def test_what_an_engine_says_again_and_again_cuts_no_answer() -> None:
    """Of CONSTRUCT the engine gives a triple for each row: repeats count nothing, and all that differ are there."""
    said = [_triple(0)] * 50 + [_triple(n) for n in range(10)]

    data = serialize_graph(said, ox.RdfFormat.N_TRIPLES, Limits(rows=10))

    assert data.count(b"\n") == 10


def test_one_triple_too_many_is_refused_wherever_it_stands() -> None:
    """Repeats in front of it hide no triple beyond the limit."""
    said = [_triple(0)] * 50 + [_triple(n) for n in range(11)]

    with pytest.raises(LimitError, match="more than 10 triples"):
        serialize_graph(said, ox.RdfFormat.N_TRIPLES, Limits(rows=10))
