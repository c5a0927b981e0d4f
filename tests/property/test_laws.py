"""What must not matter does not: order, units, names, unlisted claims. What is listed does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bullwhip import Workspace
from bullwhip.compile import compile_program
from bullwhip.model.answer import Source, Value
from bullwhip.model.claim import Claim
from bullwhip.model.quantity import index_text
from shipped import SHOWN, Files, checked, every_answer, every_value, opened, shipped, shipped_answer, shipped_files

SHUFFLES = st.integers(0, 2**64 - 1).map(Random)  # one draw, where st.randoms() would draw every step of a shuffle
FEW = settings(max_examples=12, phases=(Phase.explicit, Phase.generate))
"""For laws whose every example reads and compiles the whole workspace: too slow to shrink."""


# -- order ----------------------------------------------------------------------------------------------------------


def blocks(text: str) -> dict[str, list[str]]:
    """Return the entries of a rule file by section, each with the lines of its own."""
    found: dict[str, list[str]] = {}
    section = ""
    for line in text.splitlines():
        if re.match(r"[a-z]+:$", line):
            section = line
            found[section] = []
        elif re.match(r"  [a-z]", line):
            found[section].append(line)
        elif line.startswith("    ") and section:
            found[section][-1] += f"\n{line}"
    return found


def rule_files() -> list[str]:
    """Return the names of the files that hold nothing but drivers and rules."""
    return [n for n in shipped_files() if re.fullmatch(r"rules/\w+\.yaml", n) and n != "rules/workspace.yaml"]


def dealt_anew(random: Random) -> Files:
    """Return the shipped files with drivers and rules shuffled, and dealt to other files under other names."""
    entries = [(s, b) for name in rule_files() for s, bs in blocks(shipped_files()[name].decode()).items() for b in bs]
    random.shuffle(entries)
    files = {n: b for n, b in shipped_files().items() if n not in rule_files()}
    count = random.randint(1, 9)
    names = random.sample([f"rules/{a}{b}.yaml" for a in "abyz" for b in "abc"], count)
    for k, name in enumerate(names):
        mine = entries[k::count]
        sections = sorted({s for s, _ in mine}, reverse=random.random() < 0.5)
        lines = [line for s in sections for line in (s, *(b for of, b in mine if of == s))]
        files[name] = ("\n".join(lines) + "\n").encode()
    return files


def test_the_shuffle_keeps_every_entry() -> None:
    """Dealing anew loses no driver and no rule."""
    shuffled = dealt_anew(Random(0))  # noqa: S311

    assert set(opened(shuffled).program.quantities) == set(shipped().program.quantities)
    assert {n for n in shuffled if n.startswith("rules/")} != {n for n in shipped_files() if n.startswith("rules/")}


@FEW
@given(SHUFFLES)
def test_the_order_of_rules_and_files_does_not_change_answers(random: Random) -> None:
    """Values, sources, closed forms, sensitivities and exposure are the same wherever a rule is written."""
    assert every_answer(opened(dealt_anew(random))) == shipped_answer()


@FEW
@given(SHUFFLES)
def test_the_order_of_facts_does_not_change_answers(random: Random) -> None:
    """The rows of fact tables and of the list of companies may come in any order."""
    files = dict(shipped_files())
    for name in [n for n in files if n.endswith(".tsv")]:
        head, *rows = files[name].decode().splitlines()
        random.shuffle(rows)
        files[name] = "\n".join([head, *rows, ""]).encode()

    assert in_any_order(every_answer(opened(files))) == in_any_order(shipped_answer())


def in_any_order(answer: dict[str, Any]) -> Any:
    """Return an answer whose lists of statements and prints are sorted: they come in the order of their table."""
    plain = json.loads(json.dumps(answer, default=str))
    for row in plain["exposure"]["rows"]:
        row["sources"].sort(key=json.dumps)
    for explained in plain["explained"].values():
        explained["printed"].sort(key=json.dumps)
    return plain


# -- units ----------------------------------------------------------------------------------------------------------

UNITS: dict[str, tuple[str, Fraction]] = {
    "idc.power_per_rack": ("W/rack", Fraction(1000)),
    "idc.racks_added": ("万 rack", Fraction(1, 10**4)),
    "server.power": ("MW/server", Fraction(1, 1000)),
    "cooling.air_cost_per_kw": ("CNY/W", Fraction(1, 1000)),
    "cooling.liquid_cost_per_kw": ("亿 CNY/GW", Fraction(1, 100)),
    "cooling.liquid_penetration": ('"%"', Fraction(100)),
    "hbm.capacity_per_accelerator": ("bit/accelerator", Fraction(8 * 10**9)),
    "hbm.value_per_accelerator": ("亿 USD/accelerator", Fraction(1, 10**8)),
    "accelerator.throughput": ("PFLOP/(h*accelerator)", Fraction(36, 10)),
    "training.days": ("h", Fraction(24)),
    "training.utilization": ('"%"', Fraction(100)),
    "model.parameter_growth": ('"%"', Fraction(100)),
    "model.parameters": ("亿 param/model", Fraction(1, 10**8)),
    "training.peak_compute": ("FLOP/s", Fraction(10**15)),
    "accelerator.count": ("万 accelerator", Fraction(1, 10**4)),
    "server.market": ("亿 USD", Fraction(1, 10**8)),
    "server.china_market_growth": ('"%"', Fraction(100)),
    "inference.memory": ("MB/model", Fraction(1000)),
    "inference.cards": ("百 accelerator/model", Fraction(1, 100)),
    "idc.it_load_added": ("GW", Fraction(1, 10**6)),
    "cooling.market": ("亿 CNY", Fraction(1, 10**8)),
}
"""Other units for quantities, and how many of them are one of the shipped unit."""


def with_unit(files: Files, quantity: str) -> Files:
    """Return files in which a quantity is declared in its other unit, with its range."""
    unit, ratio = UNITS[quantity]
    for name in rule_files():
        text = files[name].decode()
        match = re.search(rf"^  {re.escape(quantity)}:\n(?:    .*\n)+", text, re.MULTILINE)
        if match:
            block = re.sub(r"(?m)^    unit: .*$", f"    unit: {unit}", match[0])
            block = re.sub(
                r'(?m)^    range: \["(-?\d+)", (?:"(\d+)"|none)\]$',
                lambda m: f'    range: ["{int(m[1]) * ratio}", "{int(m[2]) * ratio if m[2] else "none"}"]',
                block,
            )
            return {**files, name: text.replace(match[0], block).encode()}
    raise AssertionError(quantity)


@FEW
@given(st.lists(st.sampled_from(sorted(UNITS)), min_size=1, unique=True))
def test_the_unit_of_a_quantity_changes_its_numbers_only(quantities: list[str]) -> None:
    """KW or W, 亿 or one, % or 1: a quantity counts in its unit, and no other value moves."""
    files = shipped_files()
    for quantity in quantities:
        files = with_unit(files, quantity)
    found = every_value(opened(files))
    expected = {}
    for name, value in every_value(shipped()).items():
        quantity = name.partition("[")[0]
        expected[name] = value if value is None or quantity not in quantities else value * UNITS[quantity][1]

    assert found == expected


PRINTS: dict[tuple[str, str], tuple[str, str, Fraction]] = {
    ("国内新增机架", "每年新增 (假设)"): ("万 rack", "rack", Fraction(10**4)),
    ("单机架", "功率 (假设)"): ("kW/rack", "W/rack", Fraction(1000)),
    ("英伟达 DGX A100", "单机最大功率"): ("kW/server", "MW/server", Fraction(1, 1000)),
    ("冷冻水方案（风冷）制冷系统", "单 kW 价值量"): ("CNY/kW", "万 CNY/kW", Fraction(1, 10**4)),
    ("液冷", "单 kW 价值量 (假设)"): ("万 CNY/kW", "CNY/kW", Fraction(10**4)),
    ("液冷方案", "渗透率 (假设)"): ('"%"', '"1"', Fraction(1, 100)),
    ("单颗 GPU", "HBM 价值量"): ("USD/accelerator", "亿 USD/accelerator", Fraction(1, 10**8)),
    ("图表49", "硬件算力效率"): ('"%"', '"1"', Fraction(1, 100)),
    ("图表49", "多模态 | 多模态大模型平均参数数量（亿个， N ）"): ("亿 param/model", "param/model", Fraction(10**8)),
    ("图表49", "A100 SXM FP16 Tensor (TFLOPS)"): (
        "TFLOP/(s*accelerator)", "GFLOP/(s*accelerator)", Fraction(1000),
    ),
}  # fmt: skip
"""Printed rows, the unit they are read in, another one, and how many of it are one of the first."""


def with_print(files: Files, row: tuple[str, str]) -> Files:
    """Return files in which a printed row gives the same amount in another unit."""
    unit, other, ratio = PRINTS[row]
    table, columns = ("cells", (0, 1)) if row[0].startswith("图表") else ("claims", (1, 2))
    document, facts = "ontology/facts/003/document.yaml", f"ontology/facts/003/{table}.tsv"
    mapping, count = re.subn(
        rf"(?m)^(  - \{{.*{re.escape(row[1])}.*), unit: {re.escape(unit)}(?=[,}}])",
        lambda m: f"{m[1]}, unit: {other}" if table == "cells" or f"subject: {row[0]}," in m[1] else m[0],
        files[document].decode(),
    )
    assert count
    head, *lines = files[facts].decode().splitlines()
    value = head.split("\t").index("value")
    lexical = head.split("\t").index("lexical") if table == "cells" else value
    for k, line in enumerate(lines):
        parts = line.split("\t")
        if tuple(parts[c] for c in columns) == row:
            parts[value] = parts[lexical] = str(Fraction(parts[value]) * ratio)
            lines[k] = "\t".join(parts)
    return {**files, document: mapping.encode(), facts: "\n".join([head, *lines, ""]).encode()}


@FEW
@given(st.lists(st.sampled_from(sorted(PRINTS)), min_size=1, unique=True))
def test_the_unit_of_a_print_does_not_change_values(rows: list[tuple[str, str]]) -> None:
    """70 % or 0.7, 100 万架 or 1000000 架: the same amount in another unit is the same fact."""
    files = shipped_files()
    for row in rows:
        files = with_print(files, row)

    assert {n for n in files if files[n] != shipped_files()[n]} >= {"ontology/facts/003/document.yaml"}
    assert every_value(opened(files)) == every_value(shipped())


# -- names ----------------------------------------------------------------------------------------------------------

NAMES = ("e", "i", "s", "q", "o", "pi", "oo", "zoo", "gamma", "lambda", "beta.e", "i.e", "abs.min", "sum_of.re", "im")


@FEW
@given(st.lists(st.sampled_from(NAMES), min_size=1, max_size=8, unique=True), st.data())
def test_names_do_not_change_values(names: list[str], data: st.DataObject) -> None:
    """A quantity may be called e, i, pi or lambda; its values, and the closed forms through it, stay."""
    ids = sorted(shipped().program.quantities)
    chosen = data.draw(st.lists(st.sampled_from(ids), min_size=len(names), max_size=len(names), unique=True))
    renamed = dict(zip(chosen, names, strict=True))
    pattern = re.compile(
        r"(?<![\w./])(" + "|".join(re.escape(i) for i in sorted(chosen, key=len, reverse=True)) + r")(?![\w.]*\w)"
    )
    files = {
        name: pattern.sub(lambda m: renamed[m[1]], body.decode()).encode()
        if name.startswith("rules/") or name.endswith("document.yaml")
        else body
        for name, body in shipped_files().items()
    }
    workspace = opened(files)
    back = {new: old for old, new in renamed.items()}
    found = {}
    for name, value in every_value(workspace).items():
        quantity, bracket, rest = name.partition("[")
        found[f"{back.get(quantity, quantity)}{bracket}{rest}"] = value

    assert found == every_value(shipped())
    for shown in SHOWN:
        quantity, bracket, rest = shown.partition("[")
        name = f"{renamed.get(quantity, quantity)}{bracket}{rest}"
        written = workspace.demand(name).closed_form
        symbols = {s["symbol"]: s["exact"] for s in workspace.explain(name)[0]["symbols"]}
        values = {s: sympy_number(symbols[s.name]) for s in written.free_symbols}

        assert fraction(written.xreplace(values)) == every_value(shipped())[shown]


def sympy_number(text: str) -> Any:
    """Return an exact fraction for SymPy."""
    import sympy

    value = Fraction(text)
    return sympy.Rational(value.numerator, value.denominator)


def fraction(number: Any) -> Fraction:
    """Return a SymPy rational as a fraction."""
    return Fraction(int(number.p), int(number.q))


# -- lineage --------------------------------------------------------------------------------------------------------


def without(dropped: Iterable[Claim]) -> Workspace:
    """Return the workspace as if some claims had never been printed."""
    gone = {c.id for c in dropped}
    program = compile_program(replace(checked(), claims=tuple(c for c in checked().claims if c.id not in gone)))
    return Workspace(program, shipped_files())


def claims_of(source: Source) -> list[Claim]:
    """Return the claims that a source of an answer stands for."""
    return [
        c
        for c in checked().claims
        if (c.document, c.locator, c.line, c.lexical) == (source.report, source.locator, source.line, source.lexical)
        and (source.row, source.column) == ((c.row, c.column) if c.table else (c.subject, c.measure))
    ]


def listed(name: str) -> dict[str, list[Claim]]:
    """Return the claims that an answer lists as its sources, by the input they give."""
    found: dict[str, list[Claim]] = {}
    for source in shipped().demand(name).answer.sources:
        if source.kind == "claim":
            claims = claims_of(source)
            assert claims, source
            found.setdefault(source.cell, []).extend(claims)
    return found


def known_names() -> list[str]:
    """Return the names of the cells that a rule defines and that have a value."""
    values = every_value(shipped())
    cells = shipped().program.cells
    names = (index_text(c.quantity, c.index, c.period) for c in cells if c.definition >= 0)
    return [name for name in names if values[name] is not None]


@FEW
@given(st.data())
def test_a_claim_that_is_not_listed_does_not_matter(data: st.DataObject) -> None:
    """An answer stays when any other claims are dropped, and when only its listed ones are left."""
    name = data.draw(st.sampled_from(known_names()))
    sources = {c.id for claims in listed(name).values() for c in claims}
    others = [c for c in checked().claims if c.id not in sources]
    share = data.draw(st.integers(1, 9))
    random = data.draw(SHUFFLES)
    some = [c for c in others if random.random() * 10 < share]

    assert undisputed(without(some).demand(name).answer) == undisputed(shipped().demand(name).answer)
    assert undisputed(without(others).demand(name).answer) == undisputed(shipped().demand(name).answer)


def undisputed(answer: Value) -> Value:
    """Return an answer without what others print for its inputs: that they are gone is all that may show."""
    return replace(answer, sources=tuple(replace(s, disputed_by=()) for s in answer.sources))


@FEW
@given(st.data())
def test_a_source_that_is_listed_does_matter(data: st.DataObject) -> None:
    """Without the claims that give one of its inputs, an answer becomes unknown or another one."""
    name = data.draw(st.sampled_from(known_names()))
    by_input = listed(name)
    if not by_input:
        assert {s.kind for s in shipped().demand(name).answer.sources} == {"assumption"}
        return
    cell = data.draw(st.sampled_from(sorted(by_input)))
    before, after = shipped().demand(name).answer, without(by_input[cell]).demand(name).answer

    assert after.value != before.value
    assert after.value is not None or cell in after.missing
