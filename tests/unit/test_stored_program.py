"""A compiled program comes back from its bytes as it was, and only the parts that are used are read."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest

from bullwhip.model.codec import from_bytes, to_bytes
from bullwhip.propagate import Evaluation
from relations import last, program
from shipped import shipped


@pytest.mark.parametrize("name", ["shipped", "generated"])
def test_a_program_comes_back_as_it_was(name: str) -> None:
    """Every part of the shipped program and of a generated one is the same after writing and reading."""
    written = shipped().program if name == "shipped" else program(40, 1, periods=3, members=2)
    read = from_bytes(to_bytes(written))
    assert written == read
    assert list(written.quantities) == list(read.quantities)
    assert to_bytes(written) == to_bytes(read)


def test_a_value_reads_no_claims() -> None:
    """The value of a cell needs graph, cells and inputs; claims, derivations and most declarations stay unread."""
    read = from_bytes(to_bytes(program(40)))
    position = next(p for p, c in enumerate(read.cells) if c.quantity == last(40))
    assert Evaluation(read).value(position) is not None
    unread = {"claims", "derivations", "documents", "quantities", "chain", "scenarios"}
    assert not unread & {f for f in unread if _is_read(read, f)}
    assert _is_read(read, "dag")


def _is_read(read: object, field: str) -> bool:
    try:
        object.__getattribute__(read, field)
    except AttributeError:
        return False
    return True


def test_a_stored_program_can_be_replaced_copied_and_pickled() -> None:
    """A program of which nothing was read yet behaves as any other record."""
    written = program(20)
    data = to_bytes(written)
    assert replace(from_bytes(data), key="other").quantities == written.quantities
    assert copy.copy(from_bytes(data)) == written
    assert pickle.loads(pickle.dumps(from_bytes(data))) == written  # noqa: S301  our own bytes


def test_a_part_that_does_not_exist_is_no_part() -> None:
    """Asking a stored program for anything but its fields is an ordinary mistake."""
    with pytest.raises(AttributeError):
        from_bytes(to_bytes(program(20))).nothing  # noqa: B018
