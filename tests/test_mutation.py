"""The harness of mutation testing makes the slips it claims to make, and tests notice some; see docs/mutation.md."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import bullwhip
from mutation.mutants import mutants, number_of_mutants
from mutation.run import Tree, drawn, judged, report
from mutation.targets import TARGETS

ROOT = Path(__file__).resolve().parents[1]
ENGINE = Path(bullwhip.__file__).parent


@pytest.mark.parametrize(
    ("line", "slips"),
    [
        ("y = a + b", ["a - b"]),
        ("y = a // b", ["a * b"]),
        ("y = a < b", ["a <= b"]),
        ("y = a <= b < c", ["a < b < c", "a <= b <= c"]),
        ("y = -a", ["a"]),
        ("y = not a", ["a"]),
        ("y = a and b", ["a or b"]),
        ("y = min(a, b)", ["max(a, b)"]),
        ("y = 3", ["4", "2"]),
        ("y = True", ["False"]),
        ("y = a if b else c", ["a if False else c"]),
        ("y = a in b", ["a not in b"]),
        ("y = a[1]", ["a[2]", "a[0]"]),
    ],
)
def test_each_place_slips(line: str, slips: list[str]) -> None:
    """Operators, boundaries, signs, constants, connectives and branches are changed one at a time."""
    found = list(mutants(line))

    assert [m.after.removeprefix("y = ") for m in found] == slips
    assert [m.text for m in found] == [f"y = {s}\n" for s in slips]
    assert number_of_mutants(line) == len(slips)


def test_a_branch_is_removed() -> None:
    """An `if` is never taken."""
    assert "if False:\n    b()\n" in [m.text for m in mutants("if a:\n    b()")]


@pytest.mark.parametrize(
    "text",
    [
        "raise ValueError(f'{1 + 1}', -1)",
        "assert a < b",
        "x: Literal[1]\n",
        "def f(a: Literal[1]) -> Literal[2]:\n    pass",
        "@dataclass(frozen=True)\nclass A:\n    pass",
        "y = f'{a + 1}'",
        "y = zip(a, b, strict=True)",
        "from a import b",
    ],
)
def test_what_only_speaks_is_left_alone(text: str) -> None:
    """Messages, annotations, decorators and assertions have no mutants."""
    assert list(mutants(text)) == []


def test_the_source_is_the_same_after_its_mutants() -> None:
    """Every mutant differs from the source in one place, and none leaves a trace in the next."""
    source = (ENGINE / "numbers.py").read_text(encoding="utf-8")
    plain = ast.unparse(ast.parse(source)) + "\n"

    for mutant in mutants(source, range(0, 60, 7)):
        differing = [a for a, b in zip(plain.splitlines(), mutant.text.splitlines(), strict=True) if a != b]
        assert len(differing) == 1


def test_the_targets_are_there() -> None:
    """Every module and every test that the harness names exists, and the core that it covers is whole."""
    assert [m for m in TARGETS if not (ENGINE / m).is_file()] == []
    assert [t for tests in TARGETS.values() for t in tests if not (ROOT / t).is_file()] == []


def test_a_few_slips_are_noticed_and_none_is_invented(tmp_path: Path) -> None:
    """Two drawn mutants are killed by their tests; the module as it is passes them."""
    tree = Tree(tmp_path)
    results = list(judged(tree, drawn(["numbers.py"], 2, 4)))

    assert [r.killed for r in results] == [True, True]
    assert tree.passes("numbers.py")
    assert "| all | 2 | 2 (100.0 %) |" in report(results)
