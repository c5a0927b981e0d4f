"""Where a rule and prints meet: prints stand in for the rule in its given years only, an actual before an estimate."""

from __future__ import annotations

from functools import cache

import pytest

from bullwhip import Workspace
from shipped import opened

RULES = """\
workspace: {{id: w}}
time: {{first: 2021, last: 2025, default: 2023}}
units: {{card: {{en: card}}}}
drivers:
  growth: {{unit: "1", kind: ratio, assume: [{{value: "2", note: doubling}}]}}
rules:
  n: {{unit: card, kind: stock, foreach: [period], given: {given}, expression: "n[t-1] * growth"}}
"""
DOCUMENT = """\
document: {{id: "{name}", title: {{en: {name}}}, publisher: {{en: {name}}}, published: "{published}"}}
units: {{card: card}}
cells: [{{tables: [T], row: n, quantity: n, unit: card}}]
"""
CELLS = "locator\trow\tcolumn\tpart\tlexical\tvalue\tlow\thigh\tbound\tunit\tstatus\tline\n"


def printed(**figures: str) -> bytes:
    """Return a table of one row: year to figure and status, e.g. `y2021="10 A"`."""
    rows = []
    for year, figure in figures.items():
        value, status = figure.split()
        rows.append(f"T\tn\t{year[1:]}\t\t{value}\t{value}\t\t\t\tcard\t{status}\t1\n")
    return (CELLS + "".join(rows)).encode()


@cache
def spliced(given: str) -> Workspace:
    """Return a quantity that doubles, with prints of two documents, in the given years."""
    files = {"rules/workspace.yaml": RULES.format(given=given).encode()}
    tables = {
        ("101", "2023-03-01"): printed(y2021="10 A", y2022="18 E", y2023="99 A"),
        ("102", "2024-03-01"): printed(y2021="11 E", y2022="20 E", y2025="500 E"),
    }
    for (name, published), table in tables.items():
        folder = f"ontology/facts/{name}"
        files[f"{folder}/document.yaml"] = DOCUMENT.format(name=name, published=published).encode()
        files[f"{folder}/cells.tsv"] = table
    return opened(files)


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ("[2021]", [10, 20, 40, 80, 160]),  # the rule from 2022, whatever is printed
        ("[2021, 2022]", [10, 20, 40, 80, 160]),  # the later estimate of 2022
        ("[2021, 2023]", [10, 20, 99, 198, 396]),  # an actual in the middle starts the rule anew
        ("[2021, 2022, 2023, 2025]", [10, 20, 99, 198, 500]),
    ],
)
def test_prints_stand_in_for_the_rule_in_the_given_years(given: str, values: list[int]) -> None:
    """An actual goes before a later estimate, a later one before an earlier one, and the rule goes on from there."""
    assert [v.value for v in spliced(given).value("n")] == values


def test_a_given_year_without_print_is_unknown() -> None:
    """No rule and no guess fills it, and what follows names it."""
    found = spliced("[2021, 2024]").value("n")

    assert [v.value for v in found] == [10, 20, 40, None, None]
    assert found[4].missing == ("n[period=2024]",)


def test_an_answer_says_which_of_them_it_rests_on() -> None:
    """The print with its status, and those that lost; a print of a year that the rule gives is only compared."""
    (base,) = spliced("[2021]").value("n[period=2021]")
    (ruled,) = spliced("[2021]").explain("n[period=2023]")
    (source,) = base.sources

    assert (source.report, source.lexical, source.status) == ("101", "10", "A")
    assert [d.partition(":")[0] for d in source.disputed_by] == ["102 T"]
    assert ruled["exact"] == "40"
    assert [(p["report"], p["lexical"], p["status"]) for p in ruled["printed"]] == [("101", "99", "A")]
    assert [s["cell"] for s in ruled["sources"] if s["kind"] == "claim"] == ["n[period=2021]"]


def test_a_value_that_is_set_goes_before_all() -> None:
    """In a given year and in one of the rule; what comes later follows."""
    assert [v.value for v in spliced("[2021]").with_values("n[period=2023]=7").value("n")] == [10, 20, 7, 14, 28]
    assert [v.value for v in spliced("[2021]").with_values("n=7").value("n")] == [7, 14, 28, 56, 112]
