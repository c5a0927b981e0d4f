"""Functions in queries give what the program itself answers, and say why where they have no answer."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pyoxigraph as ox
import pytest

from bullwhip import Workspace, cli
from bullwhip.errors import Problem, QueryError
from bullwhip.numbers import fraction_text
from bullwhip.store.rdflib_store import RdflibStore
from bullwhip.terms import BW
from bullwhip.workspace.answering import driver_groups
from bullwhip.workspace.calling import SIGNATURES, _as_term, functions_of, number_term
from hostile_texts import QUESTIONS

SOLAR = Path(__file__).parent / "golden" / "solar"
INPUTS = "plant.installed", "module.price", "plant.loading_ratio", "cell.silicon_per_power[route=topcon]"


@pytest.fixture(scope="module")
def solar() -> Workspace:
    """Return the solar workspace."""
    return Workspace.open(SOLAR)


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    """Return the shipped workspace."""
    return Workspace.open()


def call(ws: Workspace, name: str, *arguments: str) -> tuple[str | None, list[str]]:
    """Return what a function gives for arguments as SPARQL writes them, and the warnings of the answer."""
    table = ws.query("f", {}, f"SELECT (bw:{name}({', '.join(arguments)}) AS ?x) {{}}")
    return table.rows[0][0], [w.message for w in table.warnings]


def text(name: str) -> str:
    """Return a name as a literal."""
    return json.dumps(name)


def facade(ws: Workspace, cell: str, driver: str) -> tuple[str | None, str | None]:
    """Return derivative and elasticity that the workspace itself gives, as exact text."""
    [answer] = ws.sensitivity(cell, [driver], forms=False)
    slopes = answer.derivative, answer.elasticity
    return tuple(None if s is None else fraction_text(s) for s in slopes)  # type: ignore[return-value]


def agree(ws: Workspace, pairs: list[tuple[str, str]]) -> None:
    """Assert that functions and façade say the same of all pairs of a cell and a driver, in one query."""
    values = " ".join(f"({text(c)} {text(d)})" for c, d in pairs)
    table = ws.query("f", {}, f"SELECT ?c ?d (bw:derivativeText(?c, ?d) AS ?s) (bw:elasticityText(?c, ?d) AS ?e) "
                              f"{{ VALUES (?c ?d) {{ {values} }} }} ORDER BY ?c ?d")  # fmt: skip

    assert len(pairs) == len(table.rows)
    assert [] == [r for r in table.rows if facade(ws, str(r[0]), str(r[1])) != (r[2], r[3])]


def test_every_cell_by_every_driver_is_what_the_program_answers(solar: Workspace) -> None:
    """On the solar chain all derivatives and elasticities are those of the façade, exactly; so are the values."""
    names = [c.name for c in solar.program.cells]
    agree(solar, [(cell, driver) for cell in names for driver in INPUTS])
    known = {c: solar.demand(c).value for c in names}

    assert known == {c: None if (t := call(solar, "valueText", text(c))[0]) is None else Fraction(t) for c in names}


def test_rdflib_calls_the_same_functions(solar: Workspace) -> None:
    """Numbers, exact texts and warnings are the same where rdflib evaluates the query."""
    text = """SELECT ?c ?d (bw:value(?c) AS ?v) (bw:elasticityText(?c, ?d) AS ?e) (bw:derivative(?c, ?d) AS ?s) {
        ?d a bw:Driver . { ?x a bw:Claim ; bw:cell ?c } UNION { VALUES ?c { "nothing" } } } ORDER BY ?c ?d"""
    ours = solar.query("f", {}, text)
    theirs = solar.query("f", {}, text, RdflibStore.of(solar.nquads()))

    assert ours.rows == theirs.rows
    assert ours.kinds == theirs.kinds
    assert 3 == len(ours.warnings) == len(theirs.warnings)


def test_a_sample_of_the_shipped_chain_is_what_the_program_answers(shipped: Workspace) -> None:
    """On the shipped chain a spread of cells and drivers agrees too, any quantity standing as driver."""
    cells = [c.name for c in shipped.program.cells]
    drivers = [q for q in sorted(shipped.program.quantities) if len(driver_groups(shipped.evaluation, 0, [q])) == 1]
    pairs = [(cells[(i * 37) % len(cells)], drivers[(i * 11) % len(drivers)]) for i in range(150)]
    agree(shipped, sorted(set(pairs)))


def test_a_driver_without_members_moves_all_of_them(shipped: Workspace) -> None:
    """Away from kinks the elasticity to all members together is the sum of those to each."""
    answers = shipped.sensitivity("server.market", ["model.vendors"], 2025, forms=False)
    together = call(
        shipped,
        "elasticityText",
        text("server.market"),
        "<https://w3id.org/bullwhip/id/quantity/model.vendors>",
        "2025",
    )

    assert len(answers) > 1
    assert (fraction_text(sum((a.elasticity or Fraction(0) for a in answers), Fraction(0))), []) == together


@pytest.mark.parametrize(
    "arguments",
    [
        ('"polysilicon.demand[route=topcon,period=2025]"',),
        ('"polysilicon.demand[route=topcon]"', "2025"),
        ('"polysilicon.demand[period=2025]"', '"route=topcon"'),
        ("<https://w3id.org/bullwhip/id/quantity/polysilicon.demand>", "2025", '"route=topcon"'),
        ("<https://w3id.org/bullwhip/id/quantity/polysilicon.demand>",
         "<https://w3id.org/bullwhip/id/member/route=topcon>", '"2025"'),
    ],
)  # fmt: skip
def test_a_cell_is_named_in_any_way(arguments: tuple[str, ...], solar: Workspace) -> None:
    """A quantity by IRI or by name, its period and members inside the name or behind it, in any order."""
    expected = solar.demand("polysilicon.demand[route=topcon]", 2025).value

    assert expected is not None
    assert (fraction_text(expected), []) == call(solar, "valueText", *arguments)


def test_without_a_period_the_default_one_answers(solar: Workspace) -> None:
    """As on the command line, a timed quantity answers at the default period of the workspace."""
    assert call(solar, "value", '"module.demand"', "2024") == call(solar, "value", '"module.demand"')


def test_the_scenario_of_the_workspace_counts() -> None:
    """Values that are set move what functions give and no fact of the graph."""
    base = Workspace.open(SOLAR)
    changed = Workspace.open(SOLAR, values=["module.price[period=2024]=0.7 CNY/W"])

    assert base.nquads() == changed.nquads()
    assert (fraction_text(changed.demand("module.market", 2024).value or Fraction(0)), []) == call(
        changed, "valueText", '"module.market"'
    )
    assert call(base, "value", '"module.market"') != call(changed, "value", '"module.market"')


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    [
        ("value", ('"module.demnd"',), "no quantity 'module.demnd'"),
        ("value", ("<https://w3id.org/bullwhip/id/tier/module>",), "is no quantity"),
        ("value", ('"polysilicon.demand"',), "is 2 cells; name the members"),
        ("value", ('"module.demand"', '"zone"'), "'zone' is neither a period nor a member"),
        ("value", ('"module.demand"', "2024", "2025"), "two periods are given, 2024 and 2025"),
        ("value", ('"module.demand[period=2024]"', "2025"), "is asked for in 2025"),
        ("value", ('"module.demand"', '"route=perc"'), "has no dimension 'route'"),
        ("value", ('"polysilicon.demand"', '"route=perk"'), "'perk' is not a member of 'route'"),
        ("value", ('"module.demand"', "1999"), "does not exist"),
        ("value", ('"polysilicon.demand"', '"route=perc"'), "unknown for want of cell.silicon_per_power[route=perc]"),
        ("value", (), "it needs a quantity"),
        ("elasticity", ('"module.demand"',), "it needs a quantity and a driver"),
        ("elasticity", ('"module.demand"', '"module.prise"'), "no quantity 'module.prise'"),
        ("derivative", ('"polysilicon.demand"', '"plant.installed"', '"route=perc"'), "unknown for want of"),
    ],
)  # fmt: skip
def test_what_has_no_answer_is_empty_and_the_reason_is_told(
    name: str, arguments: tuple[str, ...], says: str, solar: Workspace
) -> None:
    """A wrong name or an unknown value leaves the cell empty, and the answer carries a warning that says why."""
    value, [warning] = call(solar, name, *arguments)

    assert value is None
    assert warning.startswith(f"the function bw:{name} fails: ")
    assert says in warning


@pytest.mark.parametrize("text", QUESTIONS, ids=lambda t: t[:24])
def test_a_hostile_name_is_a_name_that_is_none(text: str, solar: Workspace) -> None:
    """What a query computes and gives to a function as a name is looked up and never read as anything else."""
    term = ox.Literal(text)
    for name in SIGNATURES:
        with pytest.raises(QueryError):
            functions_of(solar)[f"{BW}{name}"](term, term, term)


def test_an_elasticity_can_be_known_where_the_value_is_not(solar: Workspace) -> None:
    """Half of the unknown: a product is proportional to a factor whatever the other one is."""
    assert ("1", []) == call(solar, "elasticity", '"polysilicon.demand"', '"plant.installed"', '"route=perc"')


def test_rows_that_have_no_answer_are_counted_and_the_others_stand(solar: Workspace) -> None:
    """One warning a function tells how many calls failed; every other row has its number."""
    table = solar.query("f", {}, "SELECT ?c (bw:value(?c) AS ?v) { VALUES ?c { 'module.demand' 'x' 'y' } } ORDER BY ?c")

    assert [True, False, False] == [row[1] is not None for row in table.rows]
    assert ["fails 2 times, first: no quantity"] == [w.message[22:55] for w in table.warnings]


def test_a_query_file_that_calls_functions_answers(solar: Workspace) -> None:
    """500 GW times 1.2 at 0.60 CNY/W: a query gives the numbers of the model beside what the graph says."""
    path = SOLAR.parent / "elasticities.rq"
    table = solar.query(path.name, {"driver": "module.price"}, path.read_text("utf-8"))

    assert [("module.demand", "0", "600"), ("module.market", "1", "360000000000")] == [r[1:4] for r in table.rows]
    assert () == table.warnings


def test_the_command_tells_warnings_on_stderr_and_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table has an empty cell and a line beside it, JSON null and the warning; --set reaches the functions."""
    path = tmp_path / "f.rq"
    path.write_text('SELECT (bw:value("module.demnd") AS ?a) (bw:value("module.price", 2024) AS ?b) {}', "utf-8")
    arguments = ["--workspace", str(SOLAR), "query", str(path), "--set", "module.price=0.5 CNY/W"]
    assert 0 == cli.run(arguments)
    shown = capsys.readouterr()
    assert 0 == cli.run([*arguments, "--json"])
    answer = json.loads(capsys.readouterr().out)

    assert "a\tb\n\t0.5\n" == shown.out
    assert "BW521 the function bw:value fails: no quantity 'module.demnd'" in shown.err
    assert ([[None, "0.5"]], ["BW521"]) == (answer["rows"], [w["code"] for w in answer["warnings"]])


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Fraction(7, 4), "decimal"),
        (Fraction(-1, 10**18), "decimal"),
        (Fraction(10**20 - 1), "decimal"),
        (Fraction(1, 3), "double"),
        (Fraction(1, 10**19), "double"),
        (Fraction(10**25), "double"),
    ],
)
def test_a_number_is_a_decimal_where_every_store_holds_it(value: Fraction, kind: str) -> None:
    """Up to 20 digits before and 18 behind the point it is exact; beyond that it is the nearest double."""
    term = number_term(value)

    assert kind == term.datatype.value.rpartition("#")[2]
    assert float(value) == float(term.value)
    assert kind == "double" or Fraction(term.value) == value


def test_every_function_is_there_and_no_other(solar: Workspace) -> None:
    """The functions are those that are documented; another one is refused with the nearest name."""
    for name in SIGNATURES:
        call(solar, name, *['"module.demand"', '"plant.installed"'][: 1 if name.startswith("value") else 2])
    with pytest.raises(QueryError, match="BW525") as caught:
        call(solar, "valu", '"module.demand"')

    assert "bw:value" in caught.value.problems[0].hint


def test_a_rounded_number_has_no_exact_text() -> None:
    """What was rounded on the way is told as a number, and refused as exact text."""
    rounded = Fraction(5, 4), False

    assert number_term(Fraction(5, 4)) == _as_term(lambda _: rounded, (), False)
    refused = _as_term(lambda _: rounded, (), True)
    assert isinstance(refused, Problem)
    assert "has no exact text" in refused.message
