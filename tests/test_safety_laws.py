"""Requirements R2, R3 and R9 on expressions and numbers, and properties that catch wrong numbers: where each is held.

R2, expressions: an own grammar of + - * / ^, numbers, declared names and a closed list of functions; no attributes,
texts or comparisons outside conditions; lengths, depths and powers bounded; an unknown name is refused with the nearest
one; an unused input is refused; names are ASCII snake_case, so there is one alphabet and nothing to normalize;
reserved names are never captured.
    hostile_expressions.py, hostile_model.py (NAMES), unit/test_grammar.py; look-alikes and captures below
R3, numbers: exact from decimal text; NaN, infinity, complex numbers and overflow are refused where they arise, naming
rule and inputs; what is displayed never feeds back.
    hostile_model.py (COMPUTED), worked_numbers.py, unit/test_forms.py; messages and display below
R9, symbols: no symbolic call without a bound on its time; closed forms have a size limit; numbers come from the graph.
    unit/test_forms.py: sizes, depths and constants are bounded before, only constructors of SymPy are called

p01 closed form = step by step: property/test_derivatives.py, test_derivatives_of_the_chain.py, test_algebra_forms.py
p02 derivative = central difference: property/test_derivatives.py, test_derivatives_of_the_chain.py
p03 complex step: below
p04 rule order, p19 fact order: property/test_laws.py
p05 units rewritten: property/test_laws.py
p06 renaming to e, i, pi, 台积电: property/test_laws.py, and below
p07 export and import: below
p08 monotone: below
p09 splitting a supplier, p10 shares conserve the total, p11 irrelevant additions, p12 loading twice: below
p13 homogeneity: property/test_derivatives.py (Euler)
p14 A, B, A again: property/test_derivatives.py, test_derivatives_of_the_chain.py, and below
p15 answers worked by hand: test_known_answers.py, test_algebra_answers.py, test_slopes_answers.py
p16 elasticities of monomials: property/test_derivatives.py
p17 equal terms add: below
p18 refusals: test_hostile.py, test_invalid.py
p20 dual numbers = symbolic: property/test_derivatives.py, test_slopes_answers.py
Provenance closure, deleting facts: property/test_laws.py, and on another chain below
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from fractions import Fraction
from functools import cache
from io import StringIO
from pathlib import Path

import mpmath  # type: ignore[import-untyped]
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

import hostile_model
from bullwhip import Workspace
from bullwhip.cli import run
from bullwhip.errors import BullwhipError
from bullwhip.model.quantity import index_text
from bullwhip.workspace.opening import open_files
from hostile_case import STANDARD, Case, rules
from shipped import Files, every_value, opened, shipped

SOLAR = Path(__file__).parent / "golden/solar"
MARKET = "module.market[period=2024]"


@cache
def solar_files() -> Files:
    """The files of the solar workspace."""
    return dict(open_files(SOLAR)[0])


@cache
def solar() -> Workspace:
    """The solar workspace."""
    return opened(solar_files())


def edited(edits: Mapping[str, tuple[str, str]]) -> Workspace:
    """Return the solar workspace with one text replaced in each of some files."""
    files = dict(solar_files())
    for name, (old, new) in edits.items():
        text = files[name].decode()
        assert old in text
        files[name] = text.replace(old, new, 1).encode()
    return opened(files)


# -- R2: names --------------------------------------------------------------------------------------------------------

LOOK_ALIKES = (
    "е",
    "ｅ",
    "ℯ",
    "𝑒",
    "ᵉ",
    "ē",
    "e\u0301",
    "Ε",
    "ⅰ",
    "ﬁ",
    "π",
    "∞",
    "台积电",
    "I",
    "E",
    "N",
    "S",
    "Pi",
    "é",
    "x\u200b",
)


@pytest.mark.parametrize("name", LOOK_ALIKES)
@pytest.mark.parametrize("kind", ["driver", "reference", "member", "unit"])
def test_names_have_one_alphabet(name: str, kind: str) -> None:
    """Nothing that looks like a letter, or becomes one by normalization, is part of a name; capitals are none."""
    case = {
        "driver": f"drivers: {{'{name}': {{unit: '1', kind: ratio}}}}\n" + rules(name),
        "reference": rules(f"{name} + 1"),
        "member": f"dimensions: {{side: {{members: {{'{name}': {{en: a}}}}}}}}\n" + rules("x"),
        "unit": f"units: {{'{name}': {{en: a}}}}\n" + rules("x"),
    }[kind]
    with pytest.raises(BullwhipError) as found:
        opened({"rules/workspace.yaml": STANDARD.encode(), "rules/case.yaml": case.encode()})

    assert {p.code for p in found.value.problems} <= {"BW103", "BW110", "BW111", "BW201", "BW203", "BW208"}


CAPTURED = (
    "e", "i", "n", "s", "o", "q", "c", "pi", "oo", "zoo", "nan", "inf", "gamma", "beta", "lambda", "re", "im", "is",
    "none", "true", "e1", "abs_", "a.b", "a_b",
)  # fmt: skip


@given(st.lists(st.sampled_from(CAPTURED), min_size=2, max_size=6, unique=True))
def test_no_name_is_captured(names: list[str]) -> None:
    """Quantities and members named like constants, functions or each other stay what they are, in value and form."""
    drivers = "".join(
        f"  {n}: {{label: {{zh: 台积电, en: E}}, unit: '1', kind: ratio, assume: [{{value: '{k + 2}', note: a}}]}}\n"
        for k, n in enumerate(names)
    )
    terms = " + ".join(f"{n} * {k + 1}" for k, n in enumerate(names))
    members = ", ".join(f"{n.replace('.', '')}: {{zh: 台积电}}" for n in names if n not in ("a.b", "a_b"))
    text = (
        f"workspace: {{id: w}}\ndimensions: {{side: {{members: {{last: {{en: I}}, {members}}}}}}}\n"
        f"drivers:\n{drivers}rules:\n"
        f"  a: {{unit: '1', kind: ratio, foreach: [side], expression: {names[0]} * 1}}\n"
        f"  r: {{unit: '1', kind: ratio, expression: 'a[side=last] + {terms}'}}\n"
    )
    workspace = opened({"rules/workspace.yaml": text.encode()})
    expected = 2 + sum((k + 2) * (k + 1) for k in range(len(names)))
    symbols = {s["symbol"]: s["exact"] for s in workspace.explain("r")[0]["symbols"]}
    written = workspace.demand("r").closed_form

    assert workspace.demand("r").value == expected
    assert len(written.free_symbols) == len(names)
    assert written.xreplace({s: sympy.Rational(symbols[s.name]) for s in written.free_symbols}) == expected


# -- R3: numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", hostile_model.COMPUTED, ids=lambda c: c.name)
def test_what_cannot_be_computed_names_rule_and_inputs(case: Case) -> None:
    """The message has the rule, its expression, its place, and the values it met."""
    workspace = opened({n: c if isinstance(c, bytes) else c.encode() for n, c in case.files.items()})
    with pytest.raises(BullwhipError) as found:
        workspace.value("r")
    (problem,) = found.value.problems
    quantity = workspace.program.quantities["r"]

    assert quantity.expression in problem.message or "r2" in problem.message
    assert problem.place is not None
    assert problem.place.file == "rules/case.yaml"
    for name in ("zero", "neg", "x"):
        read = {r for _, r in [("", n) for n in quantity.inputs] if r == name}
        assert not read or f"{name} = " in problem.hint


def test_what_is_displayed_never_feeds_back() -> None:
    """A third is shown with six digits, before and after; three of it are one, exactly."""
    workspace = opened(
        {
            "rules/workspace.yaml": STANDARD.encode(),
            "rules/case.yaml": (rules("1 / y") + "  whole: {unit: '1', kind: ratio, expression: r + r + r}\n").encode(),
        }
    )
    shown = workspace.value("r")[0].as_dict()

    assert shown["value"] == pytest.approx(1 / 3)
    assert shown["exact"] == "1/3"
    assert workspace.demand("whole").value == 1
    assert workspace.with_values("r=0.333333").demand("whole").value == Fraction("0.999999")


# -- p03, p08: derivatives --------------------------------------------------------------------------------------------

STEPS = (
    ("accelerator.count[chip=a100_sxm,period=2026]", "training.utilization"),
    ("server.china_market[period=2025]", "model.parameters[family=multimodal]"),
    ("cooling.market", "cooling.liquid_penetration"),
    ("hbm.value[chip=h100_sxm,period=2027]", "model.vendors[family=language]"),
)


@pytest.mark.parametrize(("name", "driver"), STEPS)
def test_a_complex_step_gives_the_derivative(name: str, driver: str) -> None:
    """The imaginary part at x + 1e-30 i, over 1e-30, is the derivative to 25 digits, because nothing cancels."""
    workspace = shipped()
    (found,) = workspace.sensitivity(name, [driver])
    (explained,) = workspace.explain(name)
    moved = {index_text(found.driver, found.driver_index)}
    with mpmath.workdps(60):
        step = mpmath.mpf(10) ** -30
        values = {}
        for s in explained["symbols"]:
            number = mpmath.mpf(Fraction(s["exact"]).numerator) / Fraction(s["exact"]).denominator
            cell = index_text(s["quantity"], tuple(s["index"].items()))
            values[s["symbol"]] = mpmath.mpc(number, step if cell in moved else 0)
        written = workspace.demand(name).closed_form
        symbols = sorted(written.free_symbols, key=str)
        result = sympy.lambdify(symbols, written, "mpmath")(*(values[s.name] for s in symbols))
        expected = mpmath.mpf(found.derivative.numerator) / found.derivative.denominator if found.derivative else 0

        assert found.derivative
        assert abs(result.imag / step / expected - 1) < mpmath.mpf(10) ** -25


@given(st.fractions(1, 2, max_denominator=50), st.fractions(Fraction(1, 50), 1, max_denominator=50))
def test_more_of_a_driver_with_a_rising_slope_is_more(ratio: Fraction, more: Fraction) -> None:
    """Between two settings, values move as the sign of the slope says."""
    low, high = (solar().with_values(f"plant.loading_ratio={min(v, Fraction(2))}") for v in (ratio, ratio + more))
    (slope,) = low.sensitivity(MARKET, ["plant.loading_ratio"])
    rise = (high.demand(MARKET).value or 0) - (low.demand(MARKET).value or 0)

    assert slope.derivative
    assert slope.derivative > 0
    assert (rise > 0) == (ratio < 2)


# -- p07: export and import -------------------------------------------------------------------------------------------


def test_an_exported_number_is_the_number() -> None:
    """Every value of the command line's JSON, set back as it is printed, changes no value at all."""
    out = StringIO()
    with redirect_stdout(out):
        assert run(["--workspace", str(SOLAR), "value", "module.demand", "--json"]) == 0
    answers = json.loads(out.getvalue())
    answers = answers if isinstance(answers, list) else answers["values"]
    for answer in answers:
        name = f"module.demand[period={answer['period']}]"
        changed = solar().with_values(f"{name}={answer['exact']} {answer['unit']}")

        assert every_value(changed) == every_value(solar())


def test_exported_claims_have_the_value_that_is_printed() -> None:
    """The RDF of every fact holds its decimal digits, not a rounded double."""
    text = solar().nquads().decode()
    claims = [c for c in solar().program.claims if c.value is not None]

    assert claims
    assert [c.lexical for c in claims if f'"{c.lexical}"' not in text] == []


# -- p09 to p12: shares, additions, duplicates ------------------------------------------------------------------------


def money(workspace: Workspace) -> dict[str, Fraction]:
    """Return the money per percent of every company that has a share of the module market."""
    rows = workspace.exposure("plant.installed").rows
    return {r.company: r.value for r in rows if r.value is not None and r.share is not None}


def test_splitting_a_supplier_splits_its_money() -> None:
    """Two companies with the parts of one share have the money of the one, to the cent; nobody else's moves."""
    split = edited(
        {
            "ontology/companies.tsv": ("\nhaidai\t", "\ndusk\t暮科\tDusk\t\t\t\t\t\t\t\t\nhaidai\t"),
            "ontology/facts/101/claims.tsv": (
                "2\t晨曦\tshare of module demand\t16.8",
                "2\t暮科\tshare of module demand\t6.1\t\t\t\t\t%\t2023\tA\t\t\t42\n"
                "2\t晨曦\tshare of module demand\t10.7",
            ),
            "ontology/facts/101/document.yaml": (
                "  - {subject: 晨曦, measure: share of module demand,",
                "  - {subject: 暮科, measure: share of module demand, company: dusk, tier: module, of: module.market}\n"
                "  - {subject: 晨曦, measure: share of module demand,",
            ),
            "ontology/facts/101/vendors.tsv": (
                "4\tModules\tHaidai",
                "4\tModules\t暮科\t\t\t\t\t61\n4\tModules\tHaidai",
            ),
            _derivations(): (
                "each: {company: [晨曦, Haidai]}",
                "each: {company: [Haidai]}",
            ),
        }
    )
    before, after = money(solar()), money(split)

    assert after["dawn"] + after["dusk"] == before["dawn"]
    assert {k: v for k, v in after.items() if k not in ("dawn", "dusk")} == {
        k: v for k, v in before.items() if k != "dawn"
    }


def _derivations() -> str:
    return next(n for n, b in solar_files().items() if b"shipments.share" in b)


def test_shares_are_of_the_whole_and_never_scaled() -> None:
    """All shares times the whole are the money of all; shares that do not add up to one are not made to."""
    one_percent = (solar().demand(MARKET).value or Fraction(0)) / 100

    assert sum(money(solar()).values()) == one_percent * (Fraction("16.8") + Fraction("13.9")) / 100


@given(st.sampled_from(["x9", "aaa.x", "zzz.x"]), st.integers(1, 9))
def test_what_is_added_beside_the_chain_changes_nothing(name: str, value: int) -> None:
    """Another driver and rule, first or last by name, leave every value as it was."""
    added = f"""\
drivers:
  {name}: {{unit: GW, kind: flow, assume: [{{value: "{value}", note: beside}}]}}
rules:
  {name}.twice: {{unit: GW, kind: flow, expression: {name} * 2}}
"""
    found = every_value(opened({**solar_files(), "rules/aa.yaml": added.encode()}))

    assert {k: v for k, v in found.items() if not k.startswith(name)} == every_value(solar())


def test_a_print_twice_counts_once() -> None:
    """A row of facts that stands in its table twice gives one value; a document twice is refused."""
    files = dict(solar_files())
    table = files["ontology/facts/101/claims.tsv"].decode()
    rows = table.splitlines()
    doubled = "\n".join([*rows, *rows[1:], ""])
    try:
        values = every_value(opened({**files, "ontology/facts/101/claims.tsv": doubled.encode()}))
    except BullwhipError as error:
        values = every_value(solar())
        assert error.problems  # noqa: PT017  refused is as good
    again = {n.replace("/101/", "/101b/"): b for n, b in files.items() if "/facts/101/" in n}

    assert values == every_value(solar())
    with pytest.raises(BullwhipError):
        opened({**files, **again})


# -- p14, p17, lineage ------------------------------------------------------------------------------------------------


def test_a_scenario_leaves_no_trace() -> None:
    """The base, the document's own method, the base again: the same answers to the byte."""
    first = every_value(solar()), solar().explain("polysilicon.demand[route=topcon]")
    other = every_value(solar().scenario("as_published")) if "as_published" in solar().program.scenarios else {}
    changed = every_value(solar().with_values("plant.loading_ratio=2"))

    assert changed != first[0]
    assert other != first[0]
    assert (every_value(solar()), solar().explain("polysilicon.demand[route=topcon]")) == first


@given(st.integers(1, 9), st.fractions(-5, 5, max_denominator=7))
def test_equal_terms_add(count: int, value: Fraction) -> None:
    """Many equal terms are as many times one, written out, over members, and over periods: no term is lost."""
    members = ", ".join(f"m{k}: {{en: a}}" for k in range(count))
    text = f"""\
workspace: {{id: w}}
time: {{first: 2001, last: {2000 + count}, default: 2001}}
dimensions: {{side: {{members: {{{members}}}}}}}
drivers:
  x: {{unit: "1", kind: flow, foreach: [side, period]}}
  y: {{unit: "1", kind: ratio}}
rules:
  each: {{unit: "1", kind: flow, foreach: [side, period], expression: x * 1}}
  a: {{unit: "1", kind: ratio, expression: {" + ".join(["y"] * count)}}}
  b: {{unit: "1", kind: flow, foreach: [period], expression: "sum(each, side)"}}
  c: {{unit: "1", kind: flow, foreach: [side], expression: "sum(x, period)"}}
  d: {{unit: "1", kind: flow, expression: "sum(sum(each, side), period)"}}
"""
    workspace = opened({"rules/workspace.yaml": text.encode()}).with_values(f"x={value}", f"y={value}")
    values = every_value(workspace)

    assert {v for k, v in values.items() if k.partition("[")[0] in "abc"} == {count * value}
    assert values["d"] == count**2 * value


@given(st.data())
def test_on_another_chain_too_the_listed_facts_are_those_that_matter(data: st.DataObject) -> None:
    """Without a listed print an answer changes or breaks; without any other it stays."""
    answer = solar().demand(MARKET).answer
    prints = {(s.locator, s.row, s.column) for s in answer.sources}
    name = "ontology/facts/101/cells.tsv"
    head, *rows = solar_files()[name].decode().splitlines()
    keys = [tuple(r.split("\t")[:3]) for r in rows]
    listed = [k for k, key in enumerate(keys) if key in prints]
    fed = {("Table 1", "installed"), ("Table 1", "module price"), ("Table 1", "loading ratio")}
    others = [k for k, key in enumerate(keys) if key not in prints and key[:2] in fed]
    gone = data.draw(st.sampled_from([*listed, *others]))
    files = {**solar_files(), name: "\n".join([head, *(r for k, r in enumerate(rows) if k != gone), ""]).encode()}
    files = {n: b for n, b in files.items() if not n.startswith("rules/printed/") and b"derivations:" not in b}
    try:
        found: Fraction | None = opened(files).demand(MARKET).value
    except BullwhipError:
        found = None  # a mapping that meets no row is refused

    assert listed or {s.report for s in answer.sources} != {"101"}
    if gone in others:
        assert found in (answer.value, None)
    else:
        assert found != answer.value
