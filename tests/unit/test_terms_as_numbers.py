"""Terms as numbers, and their order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bullwhip.datalog.intern import Terms

TEXTS = st.lists(st.text(st.sampled_from("ab光\u0000\U0001f600"), max_size=3), max_size=12)


@given(TEXTS, TEXTS)
def test_the_rank_of_a_term_is_its_place_in_the_order_of_texts(first: list[str], later: list[str]) -> None:
    """Whether terms were there at first or came later, and in a copy as well."""
    terms = Terms(first)
    copy = terms.copy()
    for text in later:
        copy.id(text)

    assert list(range(len(set(first)))) == terms.rank().tolist()
    assert sorted({*first, *later}) == [copy.texts[i] for i in np.argsort(copy.rank()).tolist()]
    assert len(terms) == len(set(first))
    assert [terms.find(t) for t in first] == terms.ids(first).tolist()
