"""What was found by trying to break the endpoint: each gave a wrong answer, or kept all others waiting."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pyoxigraph as ox
import pytest
from starlette.requests import Request

from bullwhip.errors import LimitError
from bullwhip.serve.asking import MediaType, media_type
from bullwhip.serve.jobs import Limits
from bullwhip.serve.results import serialize_graph


@contextmanager
def _ended_after(seconds: int) -> Iterator[None]:
    """End what would go on for minutes: it is no measurement, and keeps a failure from hanging."""

    def late(_: int, __: FrameType | None) -> None:
        raise AssertionError(f"not done after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('a/b; charset=UTF-8;x="a;b"', {"charset": "UTF-8", "x": "a;b"}),
        ("a/b ;  boundary  =  c ;", {"boundary": "c"}),
        ("a/b;" + " " * 1_000_000 + "x", {}),
        ("a/b; x" + " " * 1_000_000 + "y", {}),
        ("a/b" + ";" * 1_000_000, {}),
    ],
    ids=["quoted", "spaces", "spaces before a name", "spaces after a name", "semicolons"],
)
def test_a_type_is_read_in_time_that_grows_with_it(text: str, expected: dict[str, str]) -> None:
    """The type of a body is read where all requests are: 30,000 spaces in it once kept everybody waiting for 5 s."""
    scope = {"type": "http", "headers": [(b"content-type", text.encode())]}

    with _ended_after(20):
        assert media_type(Request(scope)) == MediaType("a/b", expected)
