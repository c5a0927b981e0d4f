"""The public face of the package."""

from __future__ import annotations

import ast
from pathlib import Path

import bullwhip

ENGINE = Path(bullwhip.__file__).parent


def test_public_names_are_importable() -> None:
    """Every name in `__all__` of the package can be had from it."""
    assert [n for n in bullwhip.__all__ if not hasattr(bullwhip, n)] == []


def test_every_exported_name_is_documented() -> None:
    """Every class and function named in `__all__` of a module has a docstring."""
    missing = []
    for path in ENGINE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        exported: set[str] = set()
        for node in tree.body:
            if isinstance(node, ast.Assign) and any(
                isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets
            ):
                exported = set(ast.literal_eval(node.value))
        for node in tree.body:
            named = isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in exported
            if named and not ast.get_docstring(node):  # type: ignore[arg-type]
                missing.append(f"{path.name}: {node.name}")  # type: ignore[attr-defined]

    assert missing == []


def test_nothing_evaluates_text() -> None:
    """No module of the engine calls eval, exec, compile on text, sympify, parse_expr, lambdify or pickle."""
    banned = {"eval", "exec", "sympify", "parse_expr", "lambdify", "literal_eval", "loads_pickle"}
    found = []
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in banned:
                    found.append(f"{path.name}:{node.lineno} {name}")
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {a.name.split(".")[0] for a in node.names} | {getattr(node, "module", "") or ""}
                if names & {"pickle", "marshal", "shelve"}:
                    found.append(f"{path.name}:{node.lineno} import")

    assert found == []


def test_the_engine_knows_no_chain() -> None:
    """No module of the engine names a thing of the shipped chain."""
    words = ("accelerator", "hbm", "gpu", "nvidia", "cooling", "optic", "server_", "cowos", "foundry")
    found = []
    for path in ENGINE.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documentation = {
            id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.Constant) or id(node) in documentation:
                continue
            if isinstance(node.value, str) and any(w in node.value.lower() for w in words):
                found.append(f"{path.name}:{node.lineno} {node.value!r}")

    assert found == []


def test_a_changed_workspace_keeps_its_date_scenario_and_values() -> None:
    """Changing the scenario or a value keeps everything else: date, scenario, and what was set before."""
    first = bullwhip.Workspace.open(as_of="2023-12-31", values=["training.utilization=0.4"])
    second = first.scenario("liquid_30").with_values("training.days=14")

    receipt = second.receipt()
    assert (receipt["as_of"], receipt["scenario"]) == ("2023-12-31", "liquid_30")
    assert receipt["set"] == ["training.utilization=0.4", "training.days=14"]
    assert receipt["documents"] == ["003"]
