"""The lexical forms that are accepted are those that stores agree on, and their values survive a store."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pyoxigraph as ox
from hypothesis import given
from hypothesis import strategies as st
from rdflib import XSD, Literal

from bullwhip.store.canonical import as_stored, dump_graph
from bullwhip.store.lexical import beyond, fault

_NAME = ox.NamedNode("urn:a")


def _stored(lexical: str, kind: str) -> ox.Literal:
    """Return what a store gives back for a literal."""
    store = ox.Store()
    store.add(ox.Quad(_NAME, _NAME, ox.Literal(lexical, datatype=ox.NamedNode(f"{XSD}{kind}"))))
    found = next(iter(store)).object
    assert isinstance(found, ox.Literal)
    return found


def _sum(lexical: str, kind: str) -> object:
    """Return what SPARQL makes of a literal in a sum; None where the cell is left unbound."""
    store = ox.Store()
    text = f'SELECT (SUM(?x) AS ?n) {{ VALUES ?x {{ "{lexical}"^^<{XSD}{kind}> }} }}'
    answer = store.query(text)
    assert isinstance(answer, ox.QuerySolutions)
    return next(answer)[0]


@given(st.integers(min_value=-(2**70), max_value=2**70), st.sampled_from(["", "0", "000"]))
def test_an_integer_is_beyond_a_store_exactly_where_its_sum_is_lost(value: int, zeros: str) -> None:
    """What is not told as beyond is added up; what is told is not."""
    text = f"{'-' if value < 0 else ''}{zeros}{abs(value)}"

    assert fault(text, f"{XSD}integer") is None
    assert (beyond(text, f"{XSD}integer") is None) == (_sum(text, "integer") is not None)


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**21), max_value=10**21, places=19))
def test_a_decimal_is_beyond_a_store_exactly_where_its_sum_is_lost(value: Decimal) -> None:
    """128 bits with 18 places are what a store has."""
    text = f"{value:f}"

    assert fault(text, f"{XSD}decimal") is None
    assert (beyond(text, f"{XSD}decimal") is None) == (_sum(text, "decimal") is not None)


@given(
    st.one_of(
        st.floats(allow_nan=False, allow_infinity=False).map(repr),
        st.from_regex(r"-?[0-9]{1,20}(\.[0-9]{1,20})?(E-?[0-9]{1,3})?", fullmatch=True),
    )
)
def test_a_double_that_is_accepted_is_stored_as_the_number_that_is_written(text: str) -> None:
    """Its digits are those of the nearest double, so that nothing is rounded without a word."""
    assert fault(text, f"{XSD}double") is None
    if beyond(text, f"{XSD}double") is None:
        stored = Fraction(Decimal(_stored(text, "double").value))
        assert stored == Fraction(Decimal(repr(float(text))))
        digits = len(text.lower().partition("e")[0].replace(".", "").replace("-", "").strip("0"))
        assert digits > 17 or float(text) == 0 or abs(stored - Fraction(text)) <= abs(Fraction(text)) / 10**15


@given(
    st.text(alphabet="0123456789-+.eEINFa_, \u0663\uff12", max_size=8),
    st.sampled_from(["integer", "decimal", "double"]),
)
def test_what_is_refused_is_no_number_for_the_store_either(text: str, kind: str) -> None:
    """Where SPARQL reads a number, so do we, but for spellings of infinity."""
    if fault(text, f"{XSD}{kind}") is not None and "inf" not in text.lower():
        assert _sum(text, kind) is None


@given(st.dates(min_value=date(1, 1, 1)), st.integers(-2, 40))
def test_a_date_is_accepted_exactly_where_the_day_exists(day: date, number: int) -> None:
    """The calendar is that of the years before and after, leap years too."""
    text = f"{day.year:04}-{day.month:02}-{number:02}"
    try:
        exists = bool(date(day.year, day.month, number))
    except ValueError:
        exists = False

    assert (fault(text, f"{XSD}date") is None) == exists


def test_rdflib_reads_values_where_we_refuse() -> None:
    """The reason for all this: one library makes numbers of what another leaves alone."""
    read = [Literal(t, datatype=XSD[k]).value for t, k in (("1_000", "integer"), ("1e3", "decimal"))]

    assert read == [1000, Decimal("1E+3")]
    assert all(fault(t, f"{XSD}{k}") for t, k in (("1_000", "integer"), ("1e3", "decimal")))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["decimal", "double", "integer", "dateTime", "string", "boolean"]), st.integers(-300, 300)
        ),
        max_size=12,
    )
)
def test_the_canonical_text_is_what_a_store_gives_back(drawn: list[tuple[str, int]]) -> None:
    """Numbers and times come back in canonical form, and two spellings of one number as one line."""
    spelt = {
        "decimal": "{0}.50", "double": "{0}e0", "integer": "{0:+05}", "dateTime": "2024-01-01T00:00:{1:02}.0+00:00",
        "string": "{0}", "boolean": "1",
    }  # fmt: skip
    lines = {
        f'<urn:a> <urn:p> "{spelt[k].format(n, n % 60)}"^^<{XSD}{k}> <urn:g> .'.replace(f"^^<{XSD}string>", "").encode()
        for k, n in drawn
    }
    text = b"\n".join(sorted(lines)) + b"\n" if lines else b""
    store = ox.Store()
    store.load(text, format=ox.RdfFormat.N_QUADS)

    assert as_stored(text) == dump_graph(store, "urn:g")
