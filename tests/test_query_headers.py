"""Parameters of queries: types, parameters that may be left out, and those that take several values."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

from bullwhip.errors import QueryError, ValidationError
from bullwhip.query.header import KEYS, NEEDS, TYPES, read_header, read_parameters
from bullwhip.query.sparql import run
from bullwhip.store.oxigraph import OxigraphStore
from bullwhip.terms import PREFIXES, resource

SMALL = b'<urn:a> <urn:p> "1" .\n<urn:b> <urn:p> "2" .\n<urn:c> <urn:p> "3" .\n'


def refused(header: str, **values: str | list[str]) -> tuple[str, str, str]:
    """Return code, message and hint with which values are refused."""
    with pytest.raises(QueryError) as caught:
        read_parameters(read_header("q", header, named=False), values, {"company": ["nvidia", "amd"]})
    [problem] = caught.value.problems
    return problem.code, problem.message, problem.hint


@pytest.mark.parametrize(
    ("sign", "optional", "several"), [("", False, False), ("?", True, False), ("+", False, True), ("*", True, True)]
)
def test_a_sign_says_how_many_values_a_parameter_takes(sign: str, optional: bool, several: bool) -> None:
    """`?` is one or none, `+` one or more, `*` any number, as in regular expressions."""
    [parameter] = read_header("q", f"# param x (text){sign}: x\n", named=False).parameters

    assert (optional, several) == (parameter.optional, parameter.several)


@pytest.mark.parametrize(("values", "rows"), [({}, "123"), ({"o": ["1", "3", "1"]}, "13"), ({"o": "2"}, "2")])
def test_several_values_fit_any_of_them_and_none_fits_all(values: dict[str, str | list[str]], rows: str) -> None:
    """A parameter that is left out restricts nothing; of several values an answer fits any, each once."""
    text = "# param o (text)*: o\nSELECT ?s ?o { ?s ?p ?o } ORDER BY ?o"
    terms = read_parameters(read_header("q", text, named=False), values, {})
    found = run(OxigraphStore.of(SMALL), text, terms).rows

    assert list(rows) == [row[1] for row in found]


def test_several_values_for_one_are_refused() -> None:
    """A parameter that takes one value is not given two."""
    code, message, hint = refused("# param x (text): x\n", x=["a", "b"])

    assert ("BW503", "ask once for each") == (code, hint)
    assert "'x' of q takes one value, 2 are given" in message


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("product", "h100", ox.NamedNode(resource("product", "h100"))),
        ("entity", "topic/pue", ox.NamedNode(resource("topic", "pue"))),
        ("measure", "revenue", ox.NamedNode(resource("measure", "revenue"))),
        ("status", "estimate", ox.NamedNode(resource("status", "estimate"))),
        ("role", "customer", ox.NamedNode(resource("role", "customer"))),
        ("claim", "ab12", ox.NamedNode(resource("claim", "ab12"))),
        ("cell", "a.b[c=d,period=2023]", ox.Literal("a.b[c=d,period=2023]")),
        ("boolean", "true", ox.Literal(True)),
        ("decimal", "-1.50", ox.Literal("-1.50", datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal"))),
        ("period", "24Q2", ox.Literal("24Q2")),
    ],
)
def test_a_value_becomes_the_term_of_its_type(kind: str, value: str, expected: ox.NamedNode | ox.Literal) -> None:
    """Ids become IRIs of their kind, numbers typed literals, names of cells and periods plain text."""
    header = read_header("q", f"# param x ({kind}): x\n", named=False)

    assert {"x": expected} == read_parameters(header, {"x": value}, {})


@pytest.mark.parametrize(
    ("kind", "value", "hint"),
    [
        ("status", "estimat", "did you mean 'estimate'?"),
        ("role", "supplyer", "did you mean 'supplier'?"),
        ("role", "x", "known values: customer, investor, standard_setter, supplier"),
        ("boolean", "yes", "known values: false, true"),
        ("company", "nvida", "did you mean 'nvidia'?"),
        ("decimal", "1e5", ""),
        ("date", "2023-02-30", ""),
    ],
)
def test_a_wrong_value_is_refused_with_the_nearest(kind: str, value: str, hint: str) -> None:
    """What is no value of the type is BW502, and the nearest or all that there are are named."""
    code, message, told = refused(f"# param x ({kind}): x\n", x=value)

    assert ("BW502", hint) == (code, told)
    assert message.startswith("parameter 'x': ")


def test_a_name_that_no_id_is_near_is_looked_up_elsewhere() -> None:
    """What suggests names is asked where no id is near, with type and value."""
    header = read_header("q", "# param x (company): x\n", named=False)
    with pytest.raises(QueryError) as caught:
        read_parameters(header, {"x": "英伟达"}, {"company": ["nvidia"]}, lambda kind, value: f"{kind} {value}?")

    assert ["company 英伟达?"] == [p.hint for p in caught.value.problems]


def test_a_header_explains_its_columns() -> None:
    """A column means what the header says, else what is said of columns of that name everywhere."""
    header = read_header("q", "# columns: ticker x\n# column x: an unknown\n", named=False)

    assert ("the ticker, where it is printed", "an unknown", "") == tuple(map(header.meaning, ("ticker", "x", "y")))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("# column y: what", "explains a column 'y' it does not have"),
        ("# column: what", "no line 'column'"),
        ("# needs: exposure", "nothing called 'exposure' can be written along"),
        ("# example: y=1", "the example gives 'y', which is no parameter"),
        ("# example: x='1", "the example cannot be read"),
        ("# param y (numbr): what", "no parameter type 'numbr'"),
        ("# param y (text)#: what", "is malformed"),
    ],
)
def test_a_header_that_contradicts_itself_is_refused(line: str, message: str) -> None:
    """A header speaks of its own columns and parameters only."""
    with pytest.raises(ValidationError) as caught:
        read_header("q", f"# param x (text): x\n# columns: x\n{line}\n", named=False)
    [problem] = caught.value.problems

    assert "BW216" == problem.code
    assert message in problem.message


def test_every_line_and_type_is_documented() -> None:
    """docs/workspace.md names every line that a header may have, every type and every sign."""
    page = (Path(__file__).parents[1] / "docs" / "workspace.md").read_text(encoding="utf-8")
    section = page.partition("\n## Queries\n")[2].partition("\n## ")[0]

    assert [] == [key for key in KEYS if f"# {key}" not in section]
    assert [] == [kind for kind in (*TYPES, *NEEDS) if f"`{kind}`" not in section]


@pytest.mark.parametrize("kind", TYPES)
def test_every_type_says_what_it_is(kind: str) -> None:
    """A parameter that is missing is asked for in the words of its type."""
    code, message, _ = refused(f"# param x ({kind}): x\n")

    assert ("BW502", True) == (code, message.endswith(TYPES[kind]))
