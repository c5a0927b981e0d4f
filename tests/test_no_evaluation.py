"""No text becomes code: not while the tests run, and nowhere in the source of the engine."""

from __future__ import annotations

import ast
import builtins
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import bullwhip
from bullwhip.expr.grammar import ExpressionError, parse
from evaluation_guard import TextEvaluatedError

ENGINE = Path(bullwhip.__file__).parent
FILES = sorted(ENGINE.rglob("*.py"))


# -- while the tests run ----------------------------------------------------------------------------------------------


def engine_function(body: str) -> Callable[[], Any]:
    """Return a function that the interpreter takes for one of the engine."""
    space: dict[str, Any] = {"__name__": "bullwhip.planted"}
    exec(compile(f"def planted():\n    {body}", "planted.py", "exec"), space)  # noqa: S102
    function: Callable[[], Any] = space["planted"]
    return function


@pytest.mark.parametrize(
    "body",
    [
        "return eval('1 + 1')",
        "exec('x = 1')",
        "return compile('1', 'x', 'eval')",
        "import sympy; return sympy.sympify('1 + 1')",
        "from sympy.parsing.sympy_parser import parse_expr; return parse_expr('a + 1')",
        "import sympy; return sympy.lambdify([sympy.Symbol('a')], sympy.Symbol('a') + 1)",
        "import sympy; return sympy.S('a + 1')",
        "import ast; return ast.parse('1')",
        "import ast; return ast.literal_eval('1')",
    ],
)
def test_the_guard_bites(body: str) -> None:
    """The engine cannot evaluate, be it through SymPy or the standard library, and cannot swallow the refusal."""
    planted = engine_function(f"try:\n        {body}\n    except Exception: return 'swallowed'")

    with pytest.raises(TextEvaluatedError, match=r"bullwhip\.planted\.planted"):
        planted()


def test_the_guard_lets_tests_and_imports_be() -> None:
    """What the tests evaluate themselves, with the names around it, works as ever; so does an import by the engine."""
    here = 20

    assert eval("here + 1") == 21  # noqa: S307
    assert engine_function("import colorsys; return colorsys.__name__")() == "colorsys"
    assert here == 20


def test_the_guard_bites_in_processes_that_tests_start() -> None:
    """A process inherits the guard, and the engine in it cannot evaluate either."""
    code = (
        "import builtins; space = {'__name__': 'bullwhip.planted'}\n"
        "exec('def planted(): return eval(\"1\")', space)\n"
        "space['planted']()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "TextEvaluatedError" in done.stderr
    assert done.returncode == 1


def test_the_guard_stands() -> None:
    """Nobody has put the originals back, and processes are told where it is."""
    assert [n for n in ("eval", "exec", "compile") if not hasattr(getattr(builtins, n), "guarded")] == []
    assert os.environ["PYTHONPATH"].split(os.pathsep)[0] == str(Path(__file__).parent / "guard")


def test_the_grammar_refuses_what_would_run() -> None:
    """An expression that is code in Python is an error of the grammar, and no code."""
    with pytest.raises(ExpressionError):
        parse("__import__('os').system('true')")


# -- in the source ----------------------------------------------------------------------------------------------------

CALLED = {"eval", "exec", "compile", "__import__", "breakpoint", "globals", "locals", "vars", "input", "literal_eval"}
NAMED = {
    "sympify", "parse_expr", "parse_latex", "parse_mathematica", "parse_maxima", "lambdify", "autowrap", "ufuncify",
    "nsimplify", "literal_eval", "popen", "system", "spawnl", "spawnv", "execv", "execvp", "getoutput", "eval", "exec",
    "getstatusoutput", "unsafe_load", "full_load", "load_all", "safe_load", "FullLoader", "UnsafeLoader",
    "import_module", "exec_module", "read_pickle", "loads_pickle",
}  # fmt: skip
MODULES = {
    "pickle", "cPickle", "marshal", "shelve", "dill", "cloudpickle", "numexpr", "code", "codeop", "ast", "imp", "runpy",
    "sympy.parsing", "pint", "asteval", "simpleeval", "jsonpickle", "subprocess", "pty",
}  # fmt: skip
ALLOWED = {
    "bullwhip/__init__.py": ["import_module"],  # its own modules, when they are first asked for
    "bullwhip/cli/__init__.py": ["import_module"],  # the module of a command
    "bullwhip/query/shacl.py": ["subprocess"],  # this interpreter, with a list of arguments
    "bullwhip/serve/nursery.py": ["subprocess"],  # the same, for the process that workers are forked from
    "bullwhip/store/processes.py": ["subprocess"],  # the same, for what reads RDF and writes stores
    "bullwhip/workspace/exporting.py": ["import_module"],  # the writer of a format, from a table of the package
}
"""What a module may use, and for what."""


def suspicious(tree: ast.AST) -> Iterator[str]:
    """Yield what could turn text into code."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in CALLED:
                yield f"{name}()"
            case ast.Name(id="eval" | "exec" as name):
                yield name
            case ast.Attribute(value=ast.Name(id="sympy"), attr="S" | "N" as name):
                yield f"sympy.{name}"
            case ast.Attribute(value=ast.Name(id="yaml"), attr="load"):
                yield "yaml.load"
            case ast.Attribute(attr=name) if name in NAMED:
                yield f".{name}"
            case ast.Import(names=names):
                yield from (a.name for a in names if _within(a.name, MODULES))
            case ast.ImportFrom(module=module, names=names) if module:
                if _within(module, MODULES):
                    yield module
                yield from (a.name for a in names if a.name in NAMED or f"{module}.{a.name}" in MODULES)
            case ast.keyword(arg="shell" | "allow_pickle" as name):
                yield f"{name}="
            case _:
                pass


def _within(module: str, known: set[str]) -> bool:
    return any(module == k or module.startswith(f"{k}.") for k in known)


def found_in(file: Path) -> list[str]:
    """Return what is suspicious in a file."""
    return sorted(set(suspicious(ast.parse(file.read_text(encoding="utf-8")))))


def test_no_source_of_the_engine_turns_text_into_code() -> None:
    """No eval, exec, sympify, parse_expr, lambdify, pickle, foreign YAML loader or shell, but for what is listed."""
    found = {str(f.relative_to(ENGINE.parent)): found_in(f) for f in FILES}

    assert len(FILES) > 100
    assert {f: what for f, what in found.items() if what} == ALLOWED


@pytest.mark.parametrize(
    "line",
    [
        "eval('1')",
        "f = exec",
        "compile('1', '', 'eval')",
        "import sympy; sympy.S('x')",
        "from sympy import sympify",
        "from sympy.parsing.sympy_parser import parse_expr",
        "from sympy import parsing",
        "import sympy; sympy.lambdify([], 1)",
        "import pickle",
        "from yaml import safe_load",
        "import yaml; yaml.load(x, Loader=L)",
        "import subprocess",
        "run([], shell=True)",
        "numpy.load(f, allow_pickle=True)",
        "import os; os.system('x')",
    ],
)
def test_the_search_finds_it(line: str) -> None:
    """Each way from text to code is seen."""
    assert list(suspicious(ast.parse(line)))
