"""What a command imports: the heavy libraries stay away from help and from answers out of the cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "sympy",
    "rdflib",
    "networkx",
    "pyoxigraph",
    "yaml",
    "rich",
    "numpy",
    "openpyxl",
    "xlsxwriter",
    "bullwhip.load",
    "bullwhip.validate",
    "bullwhip.compile",
}


def _imported(arguments: list[str], cache: Path) -> set[str]:
    code = (
        "import sys; from bullwhip import cli; code = cli.run(sys.argv[1:]); "
        "print('\\n'.join(sys.modules), file=sys.stderr); sys.exit(code)"
    )
    environment = os.environ | {"BULLWHIP_CACHE": str(cache), "BULLWHIP_FORMAT": "tsv"}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, check=False
    )

    assert done.returncode == 0, done.stderr[-2000:]
    return set(done.stderr.splitlines())


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a cache folder that already holds the shipped workspace."""
    cache = tmp_path_factory.mktemp("cache")
    _imported(["value", "cooling.market"], cache)
    return cache


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        ["exposure", "--help"],
        ["exposure", "--driver", "model.parameters", "--json"],
        ["exposure", "--driver", "model.parameters"],
        ["value", "server.market", "--set", "training.utilization=35 %"],
        ["sensitivity", "server.market"],
        ["diff", "2024", "2025", "server.market"],
        ["diff", "base", "liquid_30"],
        ["solve", "server.market=1000 亿 USD", "--for", "training.utilization"],
        ["bottleneck", "cooling.liquid_market_at_limit"],
        ["facts", "--report", "003", "--json"],
        ["list", "companies"],
        ["search", "液冷"],
        ["search", "液冷", "--claims"],
        ["simulate", "--help"],
        ["push", "--help"],
        ["doctor", "--help"],
        ["build", "--help"],
        ["load", "--help"],
        ["serve", "--help"],
        ["import", "--help"],
        ["mcp", "--help"],
    ],
)
def test_light_commands_import_no_heavy_library(arguments: list[str], warm: Path) -> None:
    """Help, and any answer from a warm cache that shows no SymPy expression, imports none of the heavy modules."""
    assert _imported(arguments, warm) & HEAVY == set()


def test_a_simulation_imports_only_what_computes(warm: Path) -> None:
    """Sampling needs NumPy, and no other of the heavy modules."""
    arguments = ["simulate", "server.market", "--vary", "training.utilization=±10%", "--samples", "100", "--sobol"]

    assert _imported(arguments, warm) & HEAVY == {"numpy"}


def test_a_proof_imports_only_what_infers(warm: Path) -> None:
    """Inference needs NumPy, the graph Oxigraph; neither files nor rules are read anew."""
    arguments = ["explain", "bw:suppliesTo(company:sk_hynix, company:nvidia)"]
    _imported(arguments, warm)

    assert _imported(arguments, warm) & HEAVY == {"numpy", "pyoxigraph"}


def test_a_workbook_imports_only_what_writes_it(warm: Path, tmp_path: Path) -> None:
    """Writing a workbook needs XlsxWriter, and the audit what compiles; openpyxl is for reading one back."""
    arguments = ["export", "xlsx", "-o", str(tmp_path / "model.xlsx")]

    assert _imported(arguments, warm) & HEAVY == {"xlsxwriter", "bullwhip.compile"}


def test_importing_the_package_imports_nothing_else() -> None:
    """`import bullwhip` alone loads no module of the package but itself."""
    code = "import sys, bullwhip; print([m for m in sys.modules if m.startswith('bullwhip')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['bullwhip']"


def test_a_server_begins_with_little() -> None:
    """What starts the process that opens the workspace imports neither façade nor server: they come while it opens."""
    code = (
        "import sys, bullwhip.cli.serve_command, bullwhip.serve.pool, bullwhip.serve.running\n"
        "print(*sorted({'bullwhip.workspace', 'uvicorn', 'starlette', 'pyoxigraph', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "\n"
