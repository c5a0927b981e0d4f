"""Relations, their indexes and the sorting below them, against sets and lists."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bullwhip.datalog.intern import Ids
from bullwhip.datalog.relation import Relation, expand
from bullwhip.datalog.sorting import different_rows, first_of_each, merge, stable_order

Row = tuple[int, ...]
IDS = st.one_of(st.integers(0, 5), st.sampled_from([2**31 - 1, 2**30, 2**20 + 1, 4, 8]))


def columns_of(rows: list[Row], arity: int) -> list[Ids]:
    """Return rows as columns."""
    return [np.array([r[i] for r in rows], np.int64) for i in range(arity)]


@st.composite
def batches(draw: st.DrawFn) -> tuple[int, list[list[Row]]]:
    """Return an arity and batches of rows."""
    arity = draw(st.integers(0, 5))
    row = st.tuples(*[IDS for _ in range(arity)])
    return arity, draw(st.lists(st.lists(row, max_size=9), max_size=6))


@given(batches())
def test_a_relation_is_a_set_that_keeps_its_order(drawn: tuple[int, list[list[Row]]]) -> None:
    """Each row is there once, where it first came, and is found by its number and by any of its positions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bullwhip.datalog.relation._SHORT", 0)  # several runs
        _check(*drawn)


def _check(arity: int, parts: list[list[Row]]) -> None:
    relation, kept = Relation(arity), list[Row]()
    for rows in parts:
        fresh = relation.add(columns_of(rows, arity), len(rows))
        new = [r for i, r in enumerate(rows) if r not in kept and r not in rows[:i]]
        assert new == [rows[i] for i in fresh.tolist()]
        kept.extend(new)
        half = tuple(range(0, arity, 2))
        relation.index(half)

    assert kept == list(zip(*(c.tolist() for c in relation.columns()), strict=True)) if arity else len(kept) < 2
    assert list(range(len(kept))) == [relation.row(r) for r in kept]
    missing = tuple(7 for _ in range(arity))
    assert relation.row(missing) is None if arity else True
    for row in kept:
        index = relation.index(half)
        found: list[int] = []
        for low, counts, rows_of in index.find(index.keys(columns_of([tuple(row[i] for i in half)], len(half)), 1)):
            found += expand(low, counts, rows_of)[1].tolist()
        assert [i for i, r in enumerate(kept) if all(r[p] == row[p] for p in half)] == sorted(found)


@given(batches(), batches())
def test_a_copy_grows_by_itself(drawn: tuple[int, list[list[Row]]], more: tuple[int, list[list[Row]]]) -> None:
    """What is added to a copy is not in the original, nor the other way round."""
    arity, parts = drawn
    original = Relation(arity)
    for rows in parts:
        original.add(columns_of(rows, arity), len(rows))
    before = [c.tolist() for c in original.columns()]
    made = original.copy()
    for rows in more[1] if more[0] == arity else []:
        made.add(columns_of(rows, arity), len(rows))
    grown = [c.tolist() for c in made.columns()]

    assert before == [c.tolist() for c in original.columns()]
    original.add(columns_of([tuple(range(arity))], arity), 1)
    assert grown == [c.tolist() for c in made.columns()]
    assert list(range(made.size)) == [made.row(r) for r in zip(*grown, strict=True)] if arity else True


KEYS = st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**62 - 1), st.sampled_from([2**31, 2**61, 2**62 - 1])))


@given(KEYS)
def test_sorting_keeps_equal_keys_in_their_order(keys: list[int]) -> None:
    """Whether or not key and place fit into one integer."""
    column = np.array(keys, np.int64)

    different, first = first_of_each(column)

    assert sorted(range(len(keys)), key=lambda i: keys[i]) == stable_order(column).tolist()
    assert sorted(set(keys)) == different.tolist()
    assert [keys.index(k) for k in sorted(set(keys))] == first.tolist()


@given(KEYS, KEYS)
def test_merging_keeps_the_old_before_the_new(old: list[int], new: list[int]) -> None:
    """Two sorted columns become one, with what came with them."""
    one = sorted((k, i) for i, k in enumerate(old))
    other = sorted((k, i + len(old)) for i, k in enumerate(new))

    keys, rows = merge(*(tuple(columns_of(p, 2)) for p in (one, other)))  # type: ignore[arg-type]  # two columns

    assert sorted([*one, *other]) == list(zip(keys.tolist(), rows.tolist(), strict=True))


@example([(0, 1, 2), (4, 1, 2), (8, 1, 2), (2**30, 1, 2)])
@given(st.integers(0, 4).flatmap(lambda n: st.lists(st.tuples(*[IDS for _ in range(n)]), min_size=1)))
def test_different_rows_are_told_apart(rows: list[Row]) -> None:
    """Each row is numbered by the place of the first that equals it."""
    first, which = different_rows(columns_of(rows, len(rows[0])), len(rows))

    assert [rows.index(r) for r in rows] == [int(first[w]) for w in which.tolist()]
    assert len(set(rows)) == len(first)
