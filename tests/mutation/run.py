"""Mutation testing of the numeric core: small wrong changes, one at a time, and whether the quick tests notice.

`python tests/mutation/run.py --sample 200 --seed 1` draws that many mutants of the modules in `targets.py`, tries them
in a copy of the tree, and prints a table and the survivors as Markdown. docs/mutation.md explains what survives.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from mutation.mutants import Mutant, mutants, number_of_mutants
from mutation.targets import TARGETS

__all__ = ["Result", "Tree", "drawn", "judged", "report"]

_CHECKOUT = Path(__file__).resolve().parents[2]
_COPIED = ("engine", "tests", "ontology", "rules", "queries", "docs")
_PACKAGE = "engine/bullwhip"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a mutant."""

    module: str
    mutant: Mutant
    killed: bool
    seconds: float


class Tree:
    """A copy of the checkout in which one module at a time is changed."""

    def __init__(self, folder: Path) -> None:
        """Copy what the tests need, compiled, so that only the changed module is compiled anew."""
        self.folder = folder
        for name in _COPIED:
            shutil.copytree(_CHECKOUT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md"):
            shutil.copy(_CHECKOUT / name, folder / name)
        compileall.compile_dir(str(folder / "engine"), quiet=1)

    def passes(self, module: str, text: str | None = None, limit: float = 600) -> bool:
        """Return whether the tests of a module pass, with another text of it where one is given.

        A run that reaches the limit does not pass: a slip that makes a loop endless is noticed.
        """
        file = self.folder / _PACKAGE / module
        original = file.read_text(encoding="utf-8")
        for compiled in (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc"):
            compiled.unlink()  # two texts of one second and one size would be taken for each other
        file.write_text(original if text is None else text, encoding="utf-8")
        try:
            return self._tests(f"{_PACKAGE}/{module}", *TARGETS[module], limit=limit)
        finally:
            file.write_text(original, encoding="utf-8")

    def _tests(self, *files: str, limit: float) -> bool:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--no-header", *files]
        path = os.pathsep.join(str(self.folder / part) for part in ("engine", "tests"))
        environment = os.environ | {
            "PYTHONPATH": path,
            "PYTHONDONTWRITEBYTECODE": "1",
            "BULLWHIP_CACHE": "off",
            "HYPOTHESIS_PROFILE": "quick",
        }
        try:
            done = subprocess.run(
                command, cwd=self.folder, env=environment, capture_output=True, check=False, timeout=limit
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def drawn(modules: Sequence[str], count: int, seed: int) -> list[tuple[str, Mutant]]:
    """Return a sample of the mutants of modules, in their order; the same for the same seed."""
    numbers = [(m, k) for m in modules for k in range(number_of_mutants(_source(m)))]
    chosen = set(Random(seed).sample(numbers, min(count, len(numbers))))  # noqa: S311
    by_module = {m: {k for of, k in chosen if of == m} for m in modules}
    return [(m, mutant) for m, wanted in by_module.items() for mutant in mutants(_source(m), wanted)]


def _source(module: str) -> str:
    return (_CHECKOUT / _PACKAGE / module).read_text(encoding="utf-8")


def judged(tree: Tree, sample: Sequence[tuple[str, Mutant]]) -> Iterator[Result]:
    """Yield what becomes of each mutant.

    Raises:
        SystemExit: where the tests of a module fail without any change.
    """
    limits: dict[str, float] = {}
    for module, mutant in sample:
        start = time.monotonic()
        if module not in limits:
            if not tree.passes(module):
                raise SystemExit(f"the tests of {module} fail without any change")
            limits[module] = 20 + 4 * (time.monotonic() - start)
            start = time.monotonic()
        passed = tree.passes(module, mutant.text, limits[module])
        yield Result(module, mutant, not passed, time.monotonic() - start)


def report(results: Sequence[Result]) -> str:
    """Return the table of modules and the list of survivors, as Markdown."""
    modules = list(dict.fromkeys(r.module for r in results))
    lines = ["| module | mutants | killed |", "|---|---:|---:|"]
    for module in modules:
        mine = [r for r in results if r.module == module]
        lines.append(f"| `{module}` | {len(mine)} | {sum(r.killed for r in mine)} |")
    killed = sum(r.killed for r in results)
    lines.append(f"| all | {len(results)} | {killed} ({100 * killed / max(1, len(results)):.1f} %) |")
    lines += ["", "| survivor | before | after |", "|---|---|---|"]
    for r in results:
        if not r.killed:
            m = r.mutant
            lines.append(f"| `{r.module}` {m.function}:{m.line} | {_code(m.before)} | {_code(m.after)} |")
    return "\n".join(lines) + "\n"


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sample; exit with 1 where fewer than nine in ten are killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--module", action="append", choices=list(TARGETS), help="keep to modules")
    parser.add_argument("--list", action="store_true", help="show the mutants, run nothing")
    chosen = parser.parse_args(arguments)
    sample = drawn(chosen.module or list(TARGETS), chosen.sample, chosen.seed)
    if chosen.list:
        for module, m in sample:
            sys.stdout.write(f"{module}:{m.line} {m.function}: {m.before} -> {m.after}\n")
        return 0
    results: list[Result] = []
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        for result in judged(Tree(Path(folder)), sample):
            results.append(result)
            m = result.mutant
            word = "killed" if result.killed else "SURVIVED"
            sys.stderr.write(f"{len(results)}/{len(sample)} {word} {result.seconds:.1f} s {result.module}:{m.line} ")
            sys.stderr.write(f"{m.function}: {m.before} -> {m.after}\n")
            sys.stderr.flush()
    sys.stdout.write(report(results))
    return int(10 * sum(r.killed for r in results) < 9 * len(results))


if __name__ == "__main__":
    sys.exit(main())
