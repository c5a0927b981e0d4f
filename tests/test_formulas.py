"""Formulas as MathML, LaTeX and Python: what is authored, what is computed, and nothing that a name smuggles in."""

from __future__ import annotations

import importlib.util
import math
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bullwhip import Workspace
from bullwhip.errors import UsageError
from bullwhip.export.formula_lines import broken, ems
from bullwhip.export.formulas import ELEMENTS, Element, Part, layout
from bullwhip.export.latex import latex_formula, latex_text
from bullwhip.export.mathml import MATHML, Names, math_document, math_element
from bullwhip.export.python_function import Input, python_module
from bullwhip.export.python_text import Writer
from bullwhip.expr.dag import Dag
from bullwhip.expr.grammar import parse
from bullwhip.model.label import Label
from bullwhip.model.program import Cell
from model_programs import random_program

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = (
    "<img src=x onerror=alert(1)>", "</script><script>", "</annotation>", "]]>", '"""', "\\input{x}", "$\\write18{}$",
    "%", "\u202eabc", "a\nb", "\\", "\\'", "&lt;", "{}", "^^41", "~", "#1", "\x00\x1b[31m", "\ud800",
)  # fmt: skip


@pytest.fixture(scope="module")
def shipped() -> Workspace:
    """The shipped workspace."""
    return Workspace.open()


def shown(text: str) -> str:
    """Return a rule as LaTeX with ids, which reads easily."""
    return latex_formula(layout(parse(text)), Names({}, {}, "en")).replace(r"\text", "")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("6 * a.x * b.y", r"6 \times {a.x} \times {b.y}"),
        ("a.x / (b.y * 86400)", r"\frac{{a.x}}{{b.y} \times 86400}"),
        ("a.x / b.y / c.z", r"\frac{\frac{{a.x}}{{b.y}}}{{c.z}}"),
        ("(a.x + b.y) * 2", r"\left( {a.x} + {b.y} \right) \times 2"),
        ("a.x - (b.y - c.z)", r"{a.x} - \left( {b.y} - {c.z} \right)"),
        ("a.x * (b.y * c.z)", r"{a.x} \times \left( {b.y} \times {c.z} \right)"),
        ("-a.x + -(b.y)", r"- {a.x} + \left( - {b.y} \right)"),
        ("-(a.x + b.y)", r"- \left( {a.x} + {b.y} \right)"),
        ("-(a.x * b.y)", r"- \left( {a.x} \times {b.y} \right)"),
        ("(a.x + 1)^2", r"{\left( {a.x} + 1 \right)}^{2}"),
        ("2e3 * a.x", r"2 \times {10}^{3} \times {a.x}"),
        ("1e-6", r"{10}^{-6}"),
        ("sum(a.x * b.y, chip)", r"\sum_{{chip}} {a.x} \times {b.y}"),
        ("sum(a.x + b.y, chip)", r"\sum_{{chip}} \left( {a.x} + {b.y} \right)"),
        ("sum(a.x, chip) * b.y", r"\left( \sum_{{chip}} {a.x} \right) \times {b.y}"),
        ("2 * sum(a.x, chip)", r"2 \times \sum_{{chip}} {a.x}"),
        ("2 * cum(a.x) * b.y", r"2 \times \left( \sum_{s \le t} {{a.x}}_{s} \right) \times {b.y}"),
        ("-sum(a.x, chip) * b.y", r"\left( - \left( \sum_{{chip}} {a.x} \right) \right) \times {b.y}"),
        ("where(a.x < 1, 2, b.y) - 3",
         r"\left( \begin{cases} 2 & {if~} {a.x} < 1 \\ {b.y} & {otherwise} \end{cases} \right) - 3"),
        ("3 + where(a.x < 1, 2, b.y)",
         r"3 + \begin{cases} 2 & {if~} {a.x} < 1 \\ {b.y} & {otherwise} \end{cases}"),
        ("(a.x / b.y)^2", r"{\left( \frac{{a.x}}{{b.y}} \right)}^{2}"),
        ("log(a.x)^2", r"{\left( \ln \left( {a.x} \right) \right)}^{2}"),
        ("sqrt(a.x)^3", r"{\sqrt{{a.x}}}^{3}"),
        ("min(a.x, b.y + 1)", r"\min \left( {a.x} , {b.y} + 1 \right)"),
        ("log(a.x) + exp(-a.x)", r"\ln \left( {a.x} \right) + {\mathrm{e}}^{- {a.x}}"),
        ("sqrt(a.x)", r"\sqrt{{a.x}}"),
        ("ceil(abs(a.x))", r"\left\lceil \left| {a.x} \right| \right\rceil"),
        ("a.x[t-2]", r"{{a.x}}_{t - 2}"),
        ("a.x[chip=h100, period=2023]", r"{{a.x}}_{{h100} , 2023}"),
        ("lag(a.x, 1) + delta(a.x)", r"{{a.x}}_{t - 1} + \left( {{a.x}}_{t} - {{a.x}}_{t - 1} \right)"),
        ("yoy(a.x)", r"\frac{{{a.x}}_{t}}{{{a.x}}_{t - 1}} - 1"),
        ("yoy(a.x[t-2])", r"\frac{{{a.x}}_{t - 2}}{{{a.x}}_{t - 3}} - 1"),
        ("index(a.x, 2023)", r"\frac{{{a.x}}_{t}}{{{a.x}}_{2023}}"),
        ("cagr(a.x, 2023, 2027)",
         r"{\left( \frac{{{a.x}}_{2027}}{{{a.x}}_{2023}} \right)}^{\frac{1}{2027 - 2023}} - 1"),
        ("where(a.x < 1, 2, b.y)", r"\begin{cases} 2 & {if~} {a.x} < 1 \\ {b.y} & {otherwise} \end{cases}"),
    ],
)  # fmt: skip
def test_a_rule_is_shown_as_authored(rule: str, expected: str) -> None:
    """Signs, brackets, fractions and conditions are those of the text; nothing is folded."""
    assert shown(rule) == expected


def read_back(document: bytes) -> ElementTree.Element:
    """Return a document as an XML parser reads it."""
    return ElementTree.fromstring(document)  # noqa: S314  written by the engine


def texts(root: ElementTree.Element) -> str:
    """Return all text of an element."""
    return "".join(root.itertext())


def test_every_rule_of_every_workspace_is_well_formed_mathml() -> None:
    """Parsed back, each rule has only elements of MathML Core and every number and name of its text."""
    for path in (None, *sorted(GOLDEN.iterdir())):
        if path is not None and not path.is_dir():
            continue
        workspace = Workspace.open(path)
        program = workspace.program
        for quantity in (q for q in program.quantities.values() if q.expression):
            names = Names(program.quantities, program.dimensions, "en", ids=True)
            math_ = read_back(ElementTree.tostring(math_element(layout(parse(quantity.expression)), names)))
            tags = {e.tag.removeprefix(f"{{{MATHML}}}") for e in math_.iter()}
            assert tags <= ELEMENTS | {"math"}
            assert [n for n in quantity.inputs if n not in texts(math_)] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_names_are_labels_in_a_language(shipped: Workspace, language: str) -> None:
    """The same rule reads in Chinese and in English."""
    math_ = texts(read_back(shipped.export("mathml", of="accelerator.count", language=language)))

    assert ("算力利用率" in math_, "compute utilization" in math_) == (language == "zh", language == "en")


def hostile_names(text: str) -> Names:
    """Return names in which everything is called by a hostile text."""
    program = Workspace.open(GOLDEN / "solar").program
    label = Label(text, text)
    quantities = {name: replace(q, label=label) for name, q in program.quantities.items()}
    dimensions = {
        name: replace(d, label=label, member_labels=tuple(label for _ in d.members))
        for name, d in program.dimensions.items()
    }
    return Names(quantities, dimensions, "en")


def rule_of_names(names: Names) -> Part:
    """Return a layout that names two quantities."""
    first, second = [*names.quantities][:2]
    return layout(parse(f"{first} / {second}"))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_text_in_mathml(text: str) -> None:
    """What a label holds comes back as text of an element: no element, attribute or entity is made of it."""
    names = hostile_names(text)

    document = math_document([("x", rule_of_names(names))], names, [("text/plain", text)])

    root = read_back(document)
    assert {e.tag.removeprefix(f"{{{MATHML}}}") for e in root.iter()} <= ELEMENTS | {"math", "semantics", "annotation"}
    assert not re.search("[\u202a-\u202e\x00-\x08\x1b]", document.decode())


@given(st.text(max_size=30))
def test_any_text_is_inert_in_latex(text: str) -> None:
    """No command, group, comment or line of its own comes out of a name; braces balance."""
    written = latex_text(text)

    bare = re.sub(r"\\(?:text[a-z]+\{\}|[{}$&#%_])", "", written)
    assert not set(bare) & set("\\{}$&#%_^\n\r")
    assert written.count("\n") == 0


@given(st.text(max_size=30))
def test_any_text_is_inert_in_a_docstring(text: str) -> None:
    """A label cannot end the docstring of a written function; the function does what it did."""
    small = random_program(1)
    label = Label(text, text)
    program = replace(
        small, quantities={n: replace(q, label=label, expression="") for n, q in small.quantities.items()}
    )
    inputs = {p: Input(Fraction(1), text) for p, c in enumerate(program.cells) if c.definition < 0}

    source = python_module(program, {}, [0], inputs, [text])

    assert loaded(source, "hostile").q_n0_value() == 1


def loaded(source: str, name: str) -> Any:
    """Return a module from its text, as Python imports one."""
    module = ModuleType(name)
    exec(compile(source, f"{name}.py", "exec"), module.__dict__)  # noqa: S102  the text is what is tested
    return module


def function_of(module: Any, start: str) -> Callable[..., Any]:
    """Return the function of a module whose name begins so."""
    found: Callable[..., Any] = next(f for n, f in vars(module).items() if n.startswith(start) and callable(f))
    return found


def test_a_written_function_is_imported_and_gives_the_engines_value(shipped: Workspace, tmp_path: Path) -> None:
    """As a file it needs nothing of the engine; with other inputs it follows, and with floats it computes in floats."""
    file = tmp_path / "written_market.py"
    file.write_bytes(shipped.export("python", of="server.market"))
    spec = importlib.util.spec_from_file_location("written_market", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)

    exact = shipped.demand("server.market").value
    changed = shipped.with_values("training.utilization=0.5").demand("server.market", 2025).value
    market = module.server_market_2025

    assert market() == exact
    assert market(training_utilization_2025=Fraction(1, 2)) == changed
    assert market(training_utilization_2025=0.5, accelerator_price_a100_sxm=10000) == pytest.approx(float(changed or 0))
    assert isinstance(market(training_utilization_2025=0.5), float)


def test_every_cell_of_golden_workspaces_as_a_function() -> None:
    """Whatever the rules say, the function gives the exact value of the engine, or fails where that has none."""
    count = 0
    for path in (p for p in sorted(GOLDEN.iterdir()) if p.is_dir()):
        workspace = Workspace.open(path)
        program, evaluation = workspace.program, workspace.evaluation
        for name in (q.id for q in program.quantities.values() if q.expression):
            module = loaded(workspace.export("python", of=name).decode(), "written")
            for p in workspace.at_period(name, None):
                value = evaluation.value(p)
                if value is not None:
                    found = vars(module)[identifier(program.cells[p])]()
                    assert abs(found - value) <= (0 if evaluation.is_exact(p) else abs(value) / 10**50)
                    count += 1
    assert count > 200


def identifier(cell: Cell) -> str:
    """Return what the function of a cell is called."""
    period = [str(cell.period)] if cell.period is not None else []
    return "_".join([cell.quantity.replace(".", "_"), *(m for _, m in cell.index), *period])


def test_operators_bind_in_python_as_in_the_graph() -> None:
    """A negative sum, a power of a negative, and products and quotients of sums are bracketed where Python needs it."""
    dag = Dag()
    x, y = dag.cell(0), dag.cell(1)
    total, minus = dag.node("+", x, y), dag.num(-1)
    writer = Writer(dag, {x: "x", y: "y"}, set(), set())
    shown = {
        "-(x + y)": dag.node("*", minus, total),
        "-(x * y)": dag.node("*", minus, dag.node("*", x, y)),
        "-x**2": dag.node("*", minus, dag.node("^", x, Fraction(2))),
        "(-x)**2": dag.node("^", dag.node("*", minus, x), Fraction(2)),
        "x / (x * y)": dag.node("/", x, dag.node("*", x, y)),
        "x - (x + y)": dag.node("+", x, dag.node("*", minus, total)),
    }

    assert list(shown) == [writer.shown(node).text for node in shown.values()]


def test_random_programs_as_functions() -> None:
    """Roots, logarithms, steps and conditions come out as in the engine; a branch not taken is not computed."""
    agreed = failed = 0
    for seed in range(150):
        program = random_program(seed)
        evaluation = evaluation_of(program)
        for p, cell in enumerate(program.cells):
            if cell.definition < 0:
                continue
            inputs = {i: Input(evaluation.given(i), "") for i in evaluation.inputs(p)}
            module = loaded(python_module(program, evaluation.definition, [p], inputs, []), "written")
            found = outcome(function_of(module, cell.quantity.replace(".", "_")))
            expected = outcome(partial(evaluation.value, p))
            if expected is None:
                failed += found is None
                continue
            if found is None and None in (i.value for i in inputs.values()):
                continue  # an unknown that two equal branches do not need; the function asks for it
            assert (seed, p, found) == (seed, p, expected)
            agreed += 1
    assert agreed > 400
    assert failed > 100


def evaluation_of(program: Any) -> Any:
    """Return an evaluation of a program."""
    from bullwhip.propagate import Evaluation

    return Evaluation(program)


def outcome(function: Callable[[], Any]) -> Any:
    """Return what a function gives, None where it fails."""
    from bullwhip.errors import BullwhipError

    try:
        return function()
    except (BullwhipError, ArithmeticError, ValueError, TypeError):
        return None


def test_a_driver_and_a_period_have_no_formula(shipped: Workspace) -> None:
    """BW571 says who reads a driver, and that a period chooses nothing; members stand as indices."""
    with pytest.raises(UsageError, match="BW571") as driver:
        shipped.export("latex", of="training.utilization")
    with pytest.raises(UsageError, match="BW571") as period:
        shipped.export("mathml", of="accelerator.count[chip=a100_sxm,period=2025]")

    assert driver.value.problems[0].hint == "it is read by accelerator.count"
    assert period.value.problems[0].hint == "write --of accelerator.count[chip=a100_sxm]"
    assert b"}}_{\\text{A100 SXM}} &=" in shipped.export("latex", of="accelerator.count[chip=a100_sxm]")


def test_a_variant_is_the_formula_under_its_scenario(shipped: Workspace) -> None:
    """The scenario that chooses another rule has it in its formulas."""
    base, other = (w.export("mathml", of="server.market") for w in (shipped, shipped.scenario("with_efficiency")))

    assert (b"server.efficiency" in base, b"server.efficiency" in other) == (False, True)


def test_long_formulas_are_broken_before_signs() -> None:
    """No line is wider than asked where a sign stands in it, and no part is lost or moved."""
    names = Names({}, {}, "en")
    whole = layout(parse(" + ".join(f"quantity.number_{k} * factor.number_{k}" for k in range(9))))

    lines = broken(whole, names, 40)

    assert isinstance(lines, Element)
    assert lines.tag == "mtable"
    assert max(ems(line, names) for line in lines.parts) <= 42
    assert "".join(leaves(lines, names)) == "".join(leaves(whole, names))
    assert math.isfinite(ems(whole, names))


def leaves(part: Part, names: Names) -> list[str]:
    """Return the texts of a layout in order."""
    if isinstance(part, Element):
        return [t for p in part.parts for t in leaves(p, names)]
    return [names.text(part)]
