"""What must not matter: the order of rules and files, the scale of units, names, and rules beside the point."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction
from typing import Any

import pytest

from bullwhip import Workspace
from bullwhip.model.quantity import index_text
from relations import last, workspace_files
from shipped import opened

Files = dict[str, bytes]

SIZE = 40
SEEDS = (0, 1, 2)
NAMES = (
    *("e", "i", "n", "s", "q", "o", "c", "pi", "oo", "zoo", "nan", "lambda", "beta", "gamma", "zeta", "re", "im"),
    *("sign", "diff", "expand", "solve", "integrate", "symbol", "true", "false", "none", "self", "import", "class"),
    *("del", "print", "e.i", "n.pi", "s.q", "gamma.beta", "i_1", "e1", "n0", "x_", "step_1", "step.one", "min_"),
    *("index_", "period_", "sum_x"),
)
"""Names that mean something to some library or language, and that the grammar allows."""
SCALED: dict[str, tuple[str, Fraction]] = {
    "piece": ("万 piece", Fraction(10_000)),
    "USD": ("百万 USD", Fraction(1_000_000)),
    "USD/piece": ("万 USD/piece", Fraction(10_000)),
    "万 piece": ("piece", Fraction(1, 10_000)),
    "万 USD": ("亿 USD", Fraction(10_000)),
    "1": ("%", Fraction(1, 100)),
}
"""Other units of the same dimension, and what they are in the one they replace."""


def model(seed: int) -> Files:
    """Return the files of a model with periods, members and kinks."""
    return workspace_files(SIZE, seed, periods=3, members=2)


def blocks(files: Files) -> dict[str, list[str]]:
    """Return the declarations of all drivers and of all rules, each as its lines."""
    found: dict[str, list[str]] = {"drivers": [], "rules": []}
    for name in sorted(files):
        section, _, body = files[name].decode().partition(":\n")
        if section in found:
            found[section] += re.split(r"(?m)^(?=  \S)", body)[1:]
    return found


def arranged(files: Files, order: random.Random, parts: int) -> Files:
    """Return the same declarations in another order, in other files."""
    rest = {n: b for n, b in files.items() if n.partition("/")[2] in ("workspace.yaml", "chain/chain.ttl")}
    texts: dict[str, dict[str, str]] = {}
    for section, some in blocks(files).items():
        order.shuffle(some)
        for block in some:
            place = texts.setdefault(f"rules/{order.choice('azb')}/part_{order.randrange(parts)}.yaml", {})
            place[section] = place.get(section, f"{section}:\n") + block
    return rest | {n: "".join(t[s] for s in sorted(t, reverse=True)).encode() for n, t in texts.items()}


def answers(workspace: Workspace) -> dict[str, Any]:
    """Return all values and all that is said of the last rule, but for where things are written."""
    explained = workspace.explain(last(SIZE))
    for answer in explained:
        del answer["rule_file"]
    values = [v.as_dict() for name in workspace.program.quantities for v in workspace.value(name)]
    slopes = [s.as_dict() for s in workspace.sensitivity(last(SIZE))]
    return {"values": values, "explained": explained, "slopes": slopes}


def written(workspace: Workspace) -> bytes:
    """Return the answers as bytes."""
    return json.dumps(answers(workspace), ensure_ascii=False).encode()


def coherent(workspace: Workspace) -> dict[str, Fraction]:
    """Return the value of every cell, exact where it is, in the coherent unit of its dimension."""
    program = workspace.program
    found = {}
    for position, cell in enumerate(program.cells):
        value = workspace.evaluation.value(position)
        assert value is not None
        if workspace.evaluation.is_exact(position):
            found[index_text(cell.quantity, cell.index, cell.period)] = value * program.factors[cell.quantity]
    return found


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("parts", [1, 7])
def test_the_order_of_rules_and_files_changes_nothing(seed: int, parts: int) -> None:
    """Rules and drivers shuffled within one file or over many give the same bytes of answers."""
    files = model(seed)
    expected = written(opened(files))
    assert expected == written(opened(arranged(files, random.Random(seed), parts)))  # noqa: S311  no secret
    assert expected == written(opened(dict(reversed(files.items()))))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rule_beside_the_point_changes_nothing(seed: int) -> None:
    """A further driver and a further rule leave every other answer as it is."""
    files = model(seed)
    known = opened(files).program.quantities
    reads = next(name for name, q in known.items() if q.unit == "USD" and not q.is_driver)
    beside = (
        "drivers:\n  beside.driver:\n    unit: USD\n    kind: flow\n"
        "rules:\n  beside.rule:\n    unit: USD\n    kind: flow\n    foreach: [site, period]\n"
        f"    expression: beside.driver + 2 * {reads}\n"
    )
    before, after = opened(files), opened(files | {"rules/a_first.yaml": beside.encode()})
    for name in before.program.quantities:
        assert [v.as_dict() for v in before.value(name)] == [v.as_dict() for v in after.value(name)]
    assert [s.as_dict() for s in before.sensitivity(last(SIZE))] == [s.as_dict() for s in after.sensitivity(last(SIZE))]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_scale_of_units_changes_nothing(seed: int) -> None:
    """Every rule and driver in another unit of its dimension, its given values rescaled: the same coherent values."""
    files = model(seed)
    rescaled = {}
    for name, data in files.items():
        text = data.decode()
        for block in re.split(r"(?m)^(?=  \S)", text)[1:] if text.startswith(("drivers", "rules")) else ():
            (unit,) = re.findall(r'unit: "(.*)"', block)
            other, factor = SCALED[unit]
            changed = block.replace(f'unit: "{unit}"', f'unit: "{other}"')
            for value in re.findall(r'value: "(.*?)"', block):
                changed = changed.replace(f'value: "{value}"', f'value: "{Fraction(value) / factor}"')
            text = text.replace(block, changed)
        rescaled[name] = text.encode()
    before, after = coherent(opened(files)), coherent(opened(rescaled))
    shared = before.keys() & after.keys()
    assert len(shared) > 0.9 * len(before)
    assert {k: before[k] for k in shared} == {k: after[k] for k in shared}


@pytest.mark.parametrize("seed", SEEDS)
def test_names_mean_nothing(seed: int) -> None:
    """Rules and drivers named like numbers, functions or words of a language have the same values and derivatives."""
    files = model(seed)
    program = opened(files).program
    renamed = dict(zip(sorted(program.quantities), NAMES, strict=False))
    pattern = re.compile(r"\b(?:rule\.r|driver\.d)\d+\b")
    other = {n: pattern.sub(lambda m: renamed.get(m[0], m[0]), b.decode()).encode() for n, b in files.items()}
    before, after = opened(files), opened(other)
    for name in program.quantities:
        new = renamed.get(name, name)
        assert [v.value for v in before.value(name)] == [v.value for v in after.value(new)]
    for name in (last(6), last(9)):
        new = renamed.get(name, name)
        slopes, others = (
            {s.driver: (s.derivative, s.elasticity, len(s.symbols)) for s in asked.sensitivity(of)}
            for asked, of in ((before, name), (after, new))
        )
        assert {renamed.get(k, k): v for k, v in slopes.items()} == others
        for one, two in zip(before.explain(name), after.explain(new), strict=True):
            assert len(one["symbols"]) == len(two["symbols"])
            assert one["closed_form_size"] == two["closed_form_size"]
            assert (one["latex"] is None) == (two["latex"] is None)
